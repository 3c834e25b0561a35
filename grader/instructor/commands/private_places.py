"""What of a class is for instructors alone: no student's code and no classmate may read it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from grader.instructor import system
from grader.instructor.classroom import Classroom
from grader.instructor.courses import references_of, repository_of
from grader.instructor.records.steps import config
from grader.instructor.rights import others_may_read

# Where nbgrader looks for the exchange if no settings name one.
USUAL_EXCHANGE = Path("/usr/local/share/nbgrader/exchange")


def places_to_hide(classroom: Classroom) -> dict[str, Path]:
    """Return the places of a class that no student's code may read, by what they are.

    Each is tried before grading, wherever it lies. Raises CourseError.
    """
    folder = classroom.folder
    places = {
        "the course folder": folder,
        "what was handed in": classroom.submitted,
        "the verdicts": folder / "verdicts",
        "the secret of the seeds": classroom.secret,
        "the autograded notebooks": classroom.autograded,
        "the feedback": classroom.feedback,
        "the exchange": exchange_of(classroom),
    }
    gradebook = classroom.gradebook_file
    if gradebook is not None:
        places["the gradebook"] = gradebook
    return places


def exchange_of(classroom: Classroom) -> Path:
    """Return the folder in which students fetch and hand in, there or not.

    It is what nbgrader_config.py says, where ours takes it from EXCHANGE_DIR. Reading these makes
    the course folder: without that folder EXCHANGE_DIR is all that is asked. Raises CourseError.
    """
    if not classroom.folder.is_dir():
        return Path(os.environ.get("EXCHANGE_DIR", classroom.folder / "exchange")).resolve()
    return Path(config(classroom).get("Exchange", {}).get("root", USUAL_EXCHANGE))


def open_to_others(classroom: Classroom) -> str:
    """Return what classmates can read while they share an exchange, in a sentence, or "".

    That is asked only where an exchange is set: else nobody needs an account on this machine.
    Raises CourseError.
    """
    exchange = exchange_of(classroom)
    if exchange == classroom.folder / "exchange" or not exchange.is_dir():
        return ""
    course = classroom.course
    places = dict.fromkeys([classroom.folder, repository_of(course), references_of(course)])
    private = [place for place in places if place is not None]
    around = [str(place) for place in private if exchange.is_relative_to(place)]
    if around:
        return (
            f"The exchange {exchange} lies in {around[0]}, which must be closed to students. "
            "Name a folder elsewhere by EXCHANGE_DIR."
        )
    names = " ".join(str(place) for place in private if others_may_read(place))
    if not names:
        return ""
    return (
        f"Others on this machine can read {names}, while students come to the exchange {exchange}: "
        f"answers or grades lie there. Close what is yours: chmod o-rwx {names}"
    )


def replaceable(classroom: Classroom) -> str:
    """Return that students can put another folder in place of the course's in the exchange, or "".

    Raises CourseError.
    """
    exchange = exchange_of(classroom)
    if not system.has_modes() or not exchange.is_dir():
        return ""
    mode = exchange.stat().st_mode
    if mode & stat.S_ISVTX or not mode & stat.S_IWOTH:
        return ""
    return (
        f"Everybody can rename the course's folder in {exchange}, put another in its place, and "
        f"read what is handed in there. Let owners alone rename what is theirs: chmod +t {exchange}"
    )
