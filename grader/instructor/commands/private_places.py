"""What of a class is for instructors alone: no student's code and no classmate may read it."""

from __future__ import annotations

from pathlib import Path

from grader.instructor.classroom import Classroom
from grader.instructor.records.steps import config

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

    It is what nbgrader_config.py says, where ours takes it from EXCHANGE_DIR. Raises CourseError.
    """
    return Path(config(classroom).get("Exchange", {}).get("root", USUAL_EXCHANGE))
