"""`grader archive` and `grader restore`: a course folder as one file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from grader.instructor.classroom import Classroom, Grading
from grader.instructor.commands.alone import alone
from grader.instructor.records.keeping import archive as archives
from grader.instructor.sandbox.protocol import text

Say = Callable[[str], None]
WORKING = {"grade": "grading", "collect": "collecting", "feedback": "feedback"}  # verbs, and locks


@contextmanager
def undisturbed(classroom: Classroom) -> Iterator[None]:
    """Let no other command work on any assignment meanwhile. Raises CourseError where one does."""
    with ExitStack() as locks:
        for assignment in classroom.course.by_assignment:
            for verb, file in WORKING.items():
                locks.enter_context(alone(Grading(classroom, assignment), verb, file))
        yield


def archive(classroom: Classroom, path: Path, say: Say) -> int:
    """Write an archive; return how many files are not in it. Raises CourseError, and OSError."""
    with undisturbed(classroom):
        result = archives.archive(classroom, path)
    for line in result.left_out:
        say(f"look: not in the archive: {text(line)}")
    size = result.path.stat().st_size / 1e6
    say(f"wrote {result.path}: {result.files} files, {size:.1f} MB")
    say("It holds the names, the work and the points of the class, and its secret: keep it closed.")
    return len(result.left_out)


def restore(classroom: Classroom, path: Path, say: Say) -> None:
    """Bring an archive back into a new or empty folder. Raises CourseError, and OSError."""
    manifest = archives.restore(classroom, path)
    count = len(manifest["files"])
    say(f"restored {classroom.folder}: {count} files of {manifest['written']}")
    if not manifest["gradebook"]:
        say("The archive holds no gradebook: there was none.")
