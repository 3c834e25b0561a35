"""What a class keeps of one student, and its removal."""

from __future__ import annotations

import difflib
import html
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, delete, select

from grader.instructor.classroom import SECRET, Classroom
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.arrivals import versions
from grader.instructor.records.keys import KEYS
from grader.instructor.records.people import Roster, write_roster
from grader.notebook.whole_file import write_atomically

# Where a folder of each student lies, below the course folder.
FOLDERS = ("submitted", "earlier", "autograded", "verdicts", "verdicts/.regrade", "feedback")
# What commands write of the whole class into the course folder: removed, and made again by them.
OF_THE_CLASS = ("class.html", "report-*.html", "grades*.csv", "filled-*")
SHORTEST = 3  # letters of a name that is looked for in other files
CHUNK = 1 << 20  # bytes that are read at once
OVERLAP = 1 << 10  # bytes of them that are looked at again: longer than any name
SERVER = "a server keeps what is removed in its own files and backups for a while: see its manual"


@dataclass(frozen=True)
class Trace:
    """Something that is kept of a student: where it is, and what removes it."""

    where: str
    remove: Callable[[], object]


@dataclass(frozen=True)
class Kept:
    """All that a class keeps of a student.

    names: the id, the name and the address, as they stand in files; traces: what is removed;
    notes: what is not, in words.
    """

    student: str
    names: tuple[str, ...]
    traces: tuple[Trace, ...]
    notes: tuple[str, ...] = field(default=())


def kept_of(classroom: Classroom, student: str, exchange: Path) -> Kept:
    """Return what a class keeps of a student. exchange: where students fetch and hand in.

    Raises CourseError where nobody has this id.
    """
    roster = Roster.of(classroom)
    people = _people(classroom)
    known = {*people, *roster.by_id, *_folders_of_students(classroom)}
    inbound = _inbound(classroom, exchange)
    known |= {name for name, _ in inbound}
    entries = list(_entries(classroom, student))
    if student not in known and not entries:
        near = difflib.get_close_matches(student, sorted(known), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise CourseError(f"There is no student {student!r} in {classroom.folder}.{hint}")
    traces = [
        *_in_exchange(classroom, student, exchange, inbound),
        *_in_gradebook(classroom, student, people),
        *_folders(classroom, student),
        *entries,
        *_in_roster(classroom, roster, student),
        *_of_the_class(classroom),
    ]
    names = _names(student, roster, people.get(student, ()))
    notes = list(_copies(classroom, roster, student))
    if student in people and classroom.gradebook_file is None:
        notes.append(SERVER)
    return Kept(student, names, tuple(traces), tuple(notes))


def _people(classroom: Classroom) -> dict[str, tuple[str, ...]]:
    """Return the gradebook's names and addresses by student; nobody where there is none."""
    file = classroom.gradebook_file
    if file is not None and not file.exists():
        return {}
    with gradebook.reading(classroom) as (db, tables):
        of = tables["student"].c
        query = select(of.id, of.first_name, of.last_name, of.email)
        return {str(row[0]): tuple(value or "" for value in row[1:]) for row in db.execute(query)}


def _folders_of_students(classroom: Classroom) -> Iterator[str]:
    """Yield the names of the folders of students."""
    for name in FOLDERS:
        for path in (classroom.folder / name).glob("*"):
            if path.is_dir() and not path.name.startswith("."):
                yield path.name


def _names(student: str, roster: Roster, known: Collection[str]) -> tuple[str, ...]:
    """Return by which words a file may name a student.

    A first or a last name alone may be somebody else's: both together are looked for.
    """
    words = [student]
    pairs = [tuple(known)] if known else []
    row = roster.by_id.get(student)
    if row:
        person = row.person
        pairs.append((row.first_name, row.last_name, person.email))
        words += [person.name, person.login, person.university_id, person.number]
    for first, last, email in pairs:
        words.append(email)
        if first and last:
            words += [f"{first} {last}", f"{last}, {first}", f"{last},{first}"]
    long_enough = (word for word in words if word == student or len(word) >= SHORTEST)
    return tuple(dict.fromkeys(long_enough))


def _folders(classroom: Classroom, student: str) -> Iterator[Trace]:
    for name in FOLDERS:
        path = classroom.folder / name / student
        if path.is_symlink():
            yield Trace(f"{name}/{student}, a link", path.unlink)
        elif path.is_dir():
            count = sum(inner.is_file() for inner in path.rglob("*"))
            yield Trace(f"{name}/{student}/ ({_counted(count, 'file')})", _removal(path))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _removal(path: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(path)


def _entries(classroom: Classroom, student: str) -> Iterator[Trace]:
    """Yield where the files of a class name a student as a key."""
    # In feedback/ they say which pages are up to date.
    folders = {classroom.collected: "*.json", classroom.feedback: ".*.json"}
    for path in [path for folder, names in folders.items() for path in sorted(folder.glob(names))]:
        content = _read(path)
        if content.pop(student, None) is not None:
            where = path.relative_to(classroom.folder).as_posix()
            yield Trace(f"{where}: the student's entry", _writing(path, content))
    path = classroom.late_days
    used = _read(path)
    without = {
        assignment: {name: count for name, count in days.items() if name != student}
        for assignment, days in used.items()
    }
    if without != used:
        yield Trace(f"{path.name}: the student's late days", _writing(path, without))


def _read(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, {} where there is no file. Raises CourseError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    raise CourseError(
        f"{path} cannot be read, so it cannot be said what it keeps. Bring it back from a copy, or "
        "remove it. Nothing was removed."
    )


def _writing(path: Path, content: Any) -> Callable[[], None]:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return lambda: write_atomically(path, f"{text}\n")


def _in_roster(classroom: Classroom, roster: Roster, student: str) -> Iterator[Trace]:
    if student in roster.by_id:
        others = Roster(tuple(row for row in roster.rows if row.id != student))
        yield Trace("roster.csv: the student's row", lambda: write_roster(classroom, others))


def _of_the_class(classroom: Classroom) -> Iterator[Trace]:
    """Yield what was written of the whole class: it would still name the student."""
    for pattern in OF_THE_CLASS:
        for path in sorted(classroom.folder.glob(pattern)):
            if path.is_file():
                yield Trace(f"{path.name}, to be made again without the student", path.unlink)


def _in_gradebook(classroom: Classroom, student: str, people: Collection[str]) -> Iterator[Trace]:
    if student in people:
        where = "the gradebook: name, address, times, points, comments"
        yield Trace(where, lambda: remove_student(classroom, student))


def remove_student(classroom: Classroom, student: str) -> None:
    """Remove all rows of a student from the gradebook, in one transaction. Raises CourseError.

    SQLite overwrites what is removed, and its file is written anew.
    """
    with gradebook.writing(classroom) as (db, tables):
        if classroom.gradebook_file is not None:
            db.exec_driver_sql("PRAGMA secure_delete = ON")
        _delete_rows(db, tables, student)
    if classroom.gradebook_file is not None:
        with gradebook.without_transaction(classroom) as db:
            db.exec_driver_sql("VACUUM")


def _delete_rows(db: Connection, tables: dict[str, TableClause], student: str) -> None:
    """Delete a student's rows, and before each table those that refer to it."""
    submission, notebook = tables["submitted_assignment"], tables["submitted_notebook"]
    submissions = select(submission.c.id).where(submission.c.student_id == student)
    notebooks = select(notebook.c.id).where(notebook.c.assignment_id.in_(submissions))
    for name in ("grade", "comment"):
        db.execute(delete(tables[name]).where(tables[name].c.notebook_id.in_(notebooks)))
    db.execute(delete(notebook).where(notebook.c.assignment_id.in_(submissions)))
    db.execute(delete(submission).where(submission.c.student_id == student))
    KEYS.create(db, checkfirst=True)
    db.execute(delete(KEYS).where(KEYS.c.student_id == student))
    db.execute(delete(tables["student"]).where(tables["student"].c.id == student))


def _inbound(classroom: Classroom, exchange: Path) -> list[tuple[str, Path]]:
    """Return what was handed in through the exchange, by student.

    nbgrader's folders there are called STUDENT+ASSIGNMENT+TIME, with a secret behind it.
    """
    folder = exchange / classroom.course.name / "inbound"
    pairs = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            student, plus, _ = path.name.partition("+")
            if plus:
                pairs.append((student, path))
    return pairs


def _in_exchange(
    classroom: Classroom, student: str, exchange: Path, inbound: list[tuple[str, Path]]
) -> Iterator[Trace]:
    """Yield what the exchange has of a student: hand-ins, and feedback under secret names."""
    own = [path for name, path in inbound if name == student]
    for path in own:
        yield Trace(f"{path}", _removal(path))
    secrets = {*_secrets(own), *_secrets(_with_secrets(classroom, student))}
    for page in _feedback_pages(classroom, exchange, secrets):
        yield Trace(f"{page}", page.unlink)


def _with_secrets(classroom: Classroom, student: str) -> Iterator[Path]:
    for name in FOLDERS:
        folder = classroom.folder / name / student
        for path in sorted(folder.rglob(SECRET)) if folder.is_dir() else ():
            yield path.parent


def _secrets(folders: Collection[Path] | Iterator[Path]) -> Iterator[str]:
    """Yield the secrets of submissions, by which their feedback is called in the exchange."""
    for folder in folders:
        with suppress(OSError, ValueError):
            yield (folder / SECRET).read_text(encoding="utf-8")


def _feedback_pages(
    classroom: Classroom, exchange: Path, secrets: Collection[str]
) -> Iterator[Path]:
    """Yield the pages of feedback in the exchange that belong to some secrets."""
    folder = exchange / classroom.course.name / "feedback"
    if not secrets or not folder.is_dir():
        return
    # Imported here: it takes two seconds.
    from nbgrader.utils import notebook_hash  # noqa: PLC0415

    for notebook in classroom.course.notebooks:
        for secret in sorted(secrets):
            name = notebook_hash(secret=secret, notebook_id=notebook.stem)
            page = folder / f"{name}.html"
            if page.is_file():
                yield page


def _copies(classroom: Classroom, roster: Roster, student: str) -> Iterator[str]:
    """Yield in which mates' folders the same work lies: it counts for them, and stays."""
    for assignment in classroom.course.by_assignment:
        own = versions.version_in(versions.folder_of(classroom, student, assignment))
        for mate in roster.mates(student):
            folder = versions.folder_of(classroom, mate, assignment)
            theirs = versions.version_in(folder) if own and mate != student else None
            if own and theirs and own.digest == theirs.digest:
                yield (
                    f"submitted/{mate}/{assignment}/ is the same work, and stays: it counts for "
                    f"{mate}, too, who handed in together with {student}"
                )


def still_named(classroom: Classroom, kept: Kept) -> Iterator[str]:
    """Yield the files of a course folder that still name a student, by their paths."""
    words = [form.encode() for name in kept.names for form in _forms(name)]
    pattern = re.compile(rb"(?<!\w)(?:" + b"|".join(map(re.escape, words)) + rb")(?!\w)")
    for path in sorted(classroom.folder.rglob("*")):
        name = path.relative_to(classroom.folder).as_posix()
        if name.partition("/")[0] == "release":
            continue
        is_named = bool(pattern.search(name.encode("utf-8", "surrogateescape")))
        if is_named or (path.is_file() and not path.is_symlink() and _names_in(path, pattern)):
            yield name


def _forms(name: str) -> set[str]:
    """Return how a name stands in a text, in JSON and in HTML."""
    return {name, json.dumps(name)[1:-1], html.escape(name)}


def _names_in(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Tell whether a file holds a pattern; what cannot be read may."""
    before = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if pattern.search(before + chunk):
                    return True
                before = chunk[-OVERLAP:]
    except OSError:
        return True
    return False
