"""Canvas: “Download Submissions” of an assignment.

Source: instructure/canvas-lms, lib/content_zipper.rb (add_submission, get_filename,
sanitize_user_name, sanitize_file_name), commit 05e9653. A name is
NAME[_LATE]_USER_FILE_OWN, NAME the sortable name ("Lovelace, Ada"), or that of the group, in lower
case and without all but letters, digits and _ ; where the assignment is anonymous it is
[LATE_]anon_ID_FILE_OWN. What was typed, and a link, are NAME[_LATE]_USER_text.html and _link.html.
The zip file holds the last attempt alone, whose files may be called OWN-1, OWN-2 after a second and
third one: Canvas keeps all files of a student in one folder (app/models/attachment.rb,
make_unique_filename). The numbers of files grow, so that they tell which is later. No time of
handing in is in it: the zip's own times are those of the download. Of a group whose name ends with
_ and a number, nobody can tell that number from the user's; the person's name is then not that of
the user with the number (folded_name).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import tzinfo

from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced
from grader.instructor.platforms.downloads.entries import Entry
from grader.instructor.platforms.downloads.scheme import Placement, Scheme

NAME = re.compile(
    r"""
    (?:
        (?P<name>[^\s./,]*?)_ (?P<late>LATE_)? (?P<user>[0-9]+)
      | (?P<late_too>LATE_)? (?P<anonymous>anon_[^\W_]+)
    )_
    (?: (?P<file>[0-9]+)_(?P<own>.+) | (?P<page>text|link)\.html )
    """,
    re.VERBOSE | re.DOTALL,
)
PAGES = {
    "text": "a text that was typed into Canvas, and not a file",
    "link": "a link that was handed in, and not a file",
}


def place(entries: Sequence[Entry], zone: tzinfo | None) -> Placement:
    """Return whose files these are by Canvas's names."""
    placement = Placement()
    for entry in entries:
        match = NAME.fullmatch(entry.name)
        if match and match["page"]:
            placement.others.append(Unplaced(entry.path, PAGES[match["page"]]))
        elif match:
            placement.arrivals.append(_arrival(entry, match))
    return placement


def _arrival(entry: Entry, match: re.Match[str]) -> Arrival:
    person = Person(name=match["name"] or "", number=match["user"] or match["anonymous"])
    return Arrival(
        platform="canvas",
        entry=entry.path,
        name=match["own"],
        people=(person,),
        read=entry.read,
        is_late=bool(match["late"] or match["late_too"]),
        attempt=int(match["file"]),
    )


def folded_name(sortable_name: str) -> str:
    """Return what Canvas makes of a sortable name, as it stands in the names of files."""
    name = re.sub(r"_([0-9]+)_", r"\1", sortable_name).lower()
    return "".join(letter for letter in name if _is_word(letter))


def _is_word(letter: str) -> bool:
    """Tell whether Ruby's [[:word:]] has a letter: a letter, a mark, a number or a connector."""
    category = unicodedata.category(letter)
    return category[0] in "LMN" or category == "Pc"


SCHEME = Scheme("canvas", "Canvas", "lovelaceada_LATE_1234_56789_affine.ipynb", place)
