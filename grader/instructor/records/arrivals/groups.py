"""Pairs and groups: one hand-in counts for all who hand in together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.records.arrivals import versions
from grader.instructor.records.arrivals.versions import Version
from grader.instructor.records.lateness.deadlines import Deadlines
from grader.instructor.records.people import Roster
from grader.notebook.whole_file import write_atomically


@dataclass(frozen=True)
class Shared:
    """What was done, or could not be done, with a group's work, in words.

    is_problem: whether a person has to look at it.
    """

    message: str
    is_problem: bool = False


def share(
    classroom: Classroom, roster: Roster, assignment: str, deadlines: Deadlines
) -> Iterator[Shared]:
    """Let each group's hand-in count for all of its members; yield what is done.

    Where several members have handed in their own, the last one before the deadline counts, and
    the others are kept in earlier/. Work stays with the group that it was handed in for: whoever
    has gone to another group since keeps it, and brings it to nobody. Raises OSError.
    """
    copies = _copies(classroom, assignment)
    for name, students in roster.groups.items():
        moved = {each for each in students if copies.get(each, {}).get("group", name) != name}
        for student in sorted(moved):
            before = copies[student]["group"]
            yield Shared(
                f"{student}: the work of group {before} stays, and the roster now has group {name}"
            )
        here = tuple(student for student in students if student not in moved)
        yield from _share(_Group(classroom, assignment, name, here, deadlines, copies))
    if roster.groups:
        write_atomically(_path(classroom, assignment), json.dumps(copies, indent=1))


@dataclass(frozen=True)
class _Group:
    """Those who hand in together.

    copies: by student, for which group the work is, and the digest of what was given to the student
    of another's, "" for the student's own.
    """

    classroom: Classroom
    assignment: str
    name: str
    students: tuple[str, ...]
    deadlines: Deadlines
    copies: dict[str, dict[str, str]]

    def handed_in(self) -> dict[str, Version]:
        """Return the version of each member who has one."""
        folders = {
            student: versions.folder_of(self.classroom, student, self.assignment)
            for student in self.students
        }
        read = {student: versions.version_in(folder) for student, folder in folders.items()}
        return {student: version for student, version in read.items() if version}

    def deadline_index(self, own: dict[str, Version]) -> int:
        """Return which of the members' own versions counts."""
        ends = [self.deadlines.of(student) for student in own]
        known = [end for end in ends if end is not None]
        return versions.counting(list(own.values()), max(known) if known else None)


def _share(group: _Group) -> Iterator[Shared]:
    all_versions = group.handed_in()
    own = {
        student: version
        for student, version in all_versions.items()
        if group.copies.get(student, {}).get("digest") != version.digest
    }
    different = {version.digest for version in own.values()}
    if len(different) > 1 and any(version.time is None for version in own.values()):
        yield Shared(
            f"group {group.name}: {_list(own)} have handed in different files, and which one came "
            "last is not known. Each keeps its own",
            is_problem=True,
        )
        return
    if not own:
        return
    author = list(own)[group.deadline_index(own)]
    yield from _copied(group, author, own[author], all_versions)


def _copied(
    group: _Group, author: str, version: Version, all_versions: dict[str, Version]
) -> Iterator[Shared]:
    """Give a version to the other members; yield what is done."""
    group.copies[author] = {"group": group.name, "digest": ""}
    for student in group.students:
        before = all_versions.get(student)
        if student == author:
            continue
        if before and before.digest == version.digest:
            group.copies.setdefault(student, {"group": group.name, "digest": ""})
            continue
        kept = versions.place(group.classroom, student, group.assignment, version)
        group.copies[student] = {"group": group.name, "digest": version.digest}
        note = (
            f"; what {student} had is in {kept.relative_to(group.classroom.folder)}" if kept else ""
        )
        yield Shared(f"{student}: {author}'s hand-in counts (group {group.name}){note}")


def _list(students: dict[str, Version]) -> str:
    return " and ".join(students)


def _copies(classroom: Classroom, assignment: str) -> dict[str, dict[str, str]]:
    """Return what members were given of others' work; nothing where that cannot be read."""
    try:
        copies: dict[str, dict[str, str]] = json.loads(
            _path(classroom, assignment).read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return copies


def _path(classroom: Classroom, assignment: str) -> Path:
    return classroom.collected / f"{assignment}.groups.json"
