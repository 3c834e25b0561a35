"""Mails with notebooks: a folder of .eml files, or a mailbox in one file (mbox).

Source: RFC 5322 and RFC 2046, read by Python's `email` and `mailbox`. A file belongs to the person
in the From of the mail that it is attached to, and its time is that mail's Date. Of a mail that was
forwarded as an attachment, these are those of the original one, and who forwarded it is kept; of
one whose text was forwarded, those of who forwarded it. Both lines are written by the sender, and
prove nothing.
"""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from email import policy
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial

from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced
from grader.instructor.platforms.downloads.entries import Entry, begins_as_mailbox
from grader.instructor.platforms.downloads.scheme import Placement, Scheme
from grader.notebook.cells_of_file import FILE_LIMIT, Unreadable

DEPTH_LIMIT = 20  # mails that are forwarded one in another
ADVICE = "Save the mail as .eml: in Outlook, drag it out of “new Outlook” or forward it as a file"
OUTLOOK = f"Outlook's own form of a mail cannot be read. {ADVICE}"
PACKED = f"Outlook has packed the attachments into winmail.dat. {ADVICE}"
NOTHING = "the mail has no attachment"


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose attachments these are."""
    placement = Placement()
    for entry in entries:
        suffix = "mbox" if _is_mailbox(entry) else entry.name.lower().rpartition(".")[2]
        if suffix in ("eml", "msg", "mbox"):
            placement.own.add(entry.path)
        if suffix == "eml":
            _place_mail(entry.path, partial(_parsed, entry), placement)
        elif suffix == "msg":
            placement.others.append(Unplaced(entry.path, OUTLOOK))
        elif suffix == "mbox":
            _place_mailbox(entry, placement)
    return placement


def _parsed(entry: Entry) -> Message:
    return email.message_from_bytes(entry.read(), policy=policy.default)


def _is_mailbox(entry: Entry) -> bool:
    """Tell whether a file without a suffix begins as a mailbox does: Thunderbird's have none."""
    return entry.place is not None and "." not in entry.name and begins_as_mailbox(entry.place)


def _place_mailbox(entry: Entry, placement: Placement) -> None:
    """Place the mails of a mailbox, which is read from where it lies."""
    if entry.place is None:
        reason = "a mailbox in a zip file cannot be read. Unpack it, and name the folder"
        placement.others.append(Unplaced(entry.path, reason))
        return
    try:
        box = mailbox.mbox(entry.place, create=False)
        keys = box.keys()
    except (OSError, mailbox.Error) as error:
        placement.others.append(Unplaced(entry.path, f"the mailbox cannot be read: {error}"))
        return
    if not keys:
        placement.others.append(Unplaced(entry.path, "no mail is in this mailbox"))
    for number, key in enumerate(keys, start=1):
        _place_mail(f"{entry.path}/{number}", partial(_mail_of, box, key), placement)
    box.close()


def _mail_of(box: mailbox.mbox, key: str) -> Message:
    return email.message_from_bytes(box.get_bytes(key), policy=policy.default)


def _place_mail(path: str, read: partial[Message], placement: Placement) -> None:
    """Place the attachments of a mail; what cannot be read costs this mail alone."""
    try:
        arrivals = list(_attachments(path, read(), DEPTH_LIMIT))
    except Unreadable as error:
        placement.others.append(Unplaced(path, str(error)))
        return
    except Exception as error:  # of the headers, which anybody may have written
        reason = f"it cannot be read as a mail ({type(error).__name__}). Open it by hand"
        placement.others.append(Unplaced(path, reason))
        return
    if not arrivals:
        placement.others.append(Unplaced(path, NOTHING))
    for arrival in arrivals:
        if arrival.name.lower() == "winmail.dat":
            placement.others.append(Unplaced(arrival.entry, PACKED))
        else:
            placement.arrivals.append(arrival)


def _attachments(
    path: str, mail: Message, depth: int, via: Person | None = None
) -> Iterator[Arrival]:
    """Yield the files of a mail, and of those that were forwarded in it. via: by whom."""
    if depth == 0:
        raise Unreadable(f"more than {DEPTH_LIMIT} mails are forwarded one in another")
    person = _sender(mail)
    time = _date(mail)
    for part in _parts(mail):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            for message in inner if isinstance(inner, list) else []:
                if isinstance(message, Message):
                    yield from _attachments(path, message, depth - 1, person)
            continue
        name = re.split(r"[/\\]", part.get_filename() or "")[-1]
        if name:
            read = partial(_content, part)
            yield Arrival("mail", f"{path}/{name}", name, (person,), read, time, via=via)


def _parts(mail: Message) -> Iterator[Message]:
    """Yield the parts of a mail, and not those of mails in it."""
    payload = mail.get_payload()
    if mail.get_content_type() == "message/rfc822" or not isinstance(payload, list):
        yield mail
        return
    for part in payload:
        if isinstance(part, Message):
            yield from _parts(part)


def _content(part: Message) -> bytes:
    """Return the bytes of an attachment. Raises Unreadable."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise Unreadable("the attachment cannot be decoded")
    if len(content) > FILE_LIMIT:
        raise Unreadable(f"it has more than {FILE_LIMIT // 2**20} MiB")
    return content


def _sender(mail: Message) -> Person:
    addresses = getaddresses([str(mail.get("From", ""))])
    name, address = addresses[0] if addresses else ("", "")
    return Person(name=name, email=address)


def _date(mail: Message) -> datetime | None:
    try:
        time = parsedate_to_datetime(str(mail["Date"]))
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


SCHEME = Scheme("mail", "mails", "a folder of .eml files, or a file .mbox", place)
