"""The class of tests/arrivals through `grader grade` and through stock `nbgrader autograde`.

It prints who gets more, the same, and less here than there, and ends with 1 where somebody gets
less than there without a reason that is written down.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]
from arrivals.made import ARRIVALS, DUE
from our_course import NOTEBOOKS

from grader.instructor.classroom import Classroom
from grader.instructor.commands.release import release
from grader.instructor.courses import repository_of
from grader.instructor.records import gradebook

ASSIGNMENT = "4-relu"
BIN = Path(sys.executable).parent
# Where stock gives more by decision: it runs code that reaches out of the sandbox.
DECIDED: dict[str, str] = {}


def make_class(folder: Path) -> Classroom:
    course = Classroom.at(folder)
    release(course, [NOTEBOOKS[ASSIGNMENT]])
    for arrival in ARRIVALS:
        for name, content in arrival.files.items():
            path = course.submitted / arrival.name / ASSIGNMENT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return course


def points(course: Classroom) -> dict[str, float]:
    graded = {each.student: each.points for each in gradebook.standings(course, ASSIGNMENT)}
    return {arrival.name: graded.get(arrival.name, 0.0) for arrival in ARRIVALS}


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        ours = make_class(Path(name) / "ours")
        theirs = make_class(Path(name) / "theirs")
        grade = [str(BIN / "grader"), "grade", ASSIGNMENT, "--course", str(ours.folder)]
        subprocess.run(grade, stdout=subprocess.DEVNULL, check=False)
        env = os.environ | {"COURSE_DIR": str(theirs.folder), "COURSE_DB": theirs.db}
        env["PATH"] = os.pathsep.join([str(BIN), env["PATH"]])
        root = repository_of(theirs.course)
        for arrival in ARRIVALS:  # one by one, since some files end stock's run over a whole class
            autograde = [str(BIN / "nbgrader"), "autograde", ASSIGNMENT, "--student", arrival.name]
            subprocess.run(autograde, cwd=root, env=env, stderr=subprocess.DEVNULL, check=False)
        here = points(ours)
        there = points(theirs)
    better = [name for name in here if here[name] > there[name]]
    worse = [name for name in here if here[name] < there[name]]
    for name in [*worse, *better]:
        reason = DECIDED.get(name, "")
        print(f"{name:24} stock {there[name]:g}, here {here[name]:g} of {DUE:g}  {reason}")
    same = len(here) - len(better) - len(worse)
    print(f"{len(here)} files: {len(better)} better here, {same} the same, {len(worse)} worse")
    return int(any(name not in DECIDED for name in worse))


if __name__ == "__main__":
    sys.exit(main())
