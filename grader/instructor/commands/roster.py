"""`grader roster`: who is in a class, from a learning platform's table or an own one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.platforms.roster import roster_in
from grader.instructor.platforms.sheets.sheet import read_sheet
from grader.instructor.records.people import Roster, write_roster
from grader.instructor.sandbox.protocol import text

Say = Callable[[str], None]


def add(classroom: Classroom, file: Path, say: Say, is_wanted: Callable[[], bool]) -> None:
    """Show what a file changes in the roster, and write it if that is wanted.

    Raises CourseError where the file, or the roster that is there, cannot be read; then nothing is
    written.
    """
    before = Roster.of(classroom)
    sheet = read_sheet(file)
    rows = roster_in(sheet)
    unused = [column.name for column in sheet.layout.columns if sheet.layout.platform == "plain"]
    if unused:
        say(f"columns that are not used: {', '.join(map(text, unused))}")
    after = before.with_rows(rows)
    changes = list(before.changes(after))
    for line in changes:
        say(text(line))
    absent = sorted(before.by_id.keys() - {row.id for row in rows})
    if absent:
        say(f"not in {file.name}, and still on the roster: {', '.join(map(text, absent))}")
    say(summary(after, len(changes)))
    if changes and not is_wanted():
        say("Nothing was written. To write it, give --yes.")
        return
    write_roster(classroom, after)
    say(f"wrote {classroom.roster}")


def summary(roster: Roster, change_count: int) -> str:
    """Return how many people are on a roster, and in which sections and groups."""
    sections = sorted({row.section for row in roster.rows if row.section})
    changes = "change" if change_count == 1 else "changes"
    parts = [f"{len(roster.rows)} on the roster, {change_count} {changes}"]
    if sections:
        parts.append(f"sections: {', '.join(map(text, sections))}")
    if roster.groups:
        parts.append(f"{len(roster.groups)} groups")
    return "; ".join(parts)
