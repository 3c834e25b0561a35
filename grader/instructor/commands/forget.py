"""`grader forget`: what a class keeps of one student, shown, and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.instructor.classroom import Classroom
from grader.instructor.commands.archive import undisturbed
from grader.instructor.commands.private_places import exchange_of
from grader.instructor.records.keeping.forget import Kept, kept_of, still_named
from grader.instructor.sandbox.protocol import text

Say = Callable[[str], None]
ARCHIVES = (
    "Not removed: archives and other copies that were made before, what was handed to a learning "
    "platform, and what the student has"
)


def forget(classroom: Classroom, student: str, say: Say, is_wanted: Callable[[], bool]) -> int:
    """Show what is kept of a student and, if that is wanted, remove it.

    Returns how many things a person has to look at. Raises CourseError where nobody has this id.
    """
    with undisturbed(classroom):
        kept = kept_of(classroom, student, exchange_of(classroom))
        say(f"kept of {text(student)}:")
        for trace in kept.traces:
            say(f"  {text(trace.where)}")
        for note in kept.notes:
            say(f"note: {text(note)}")
        if not is_wanted():
            say("Nothing was removed. To remove it, give --yes.")
            return 0
        looks = [*_removed(kept), *_left(classroom, kept)]
    for look in looks:
        say(f"look: {text(look)}")
    say(f"removed {len(kept.traces)} things. {ARCHIVES}.")
    return len(looks)


def _removed(kept: Kept) -> Iterator[str]:
    """Remove what is kept; yield what cannot be removed, and why."""
    for trace in kept.traces:
        try:
            trace.remove()
        except OSError as error:  # in the exchange it can belong to the student
            yield f"{trace.where} cannot be removed: {error.strerror}"


def _left(classroom: Classroom, kept: Kept) -> Iterator[str]:
    """Yield which files still name the student."""
    for name in still_named(classroom, kept):
        yield f"{name} still has the id, the name or the address in it: look at it yourself"
