"""Kill the grader, or one of its processes, at a random moment: `python tests/soak/kills.py
--rounds 200`.

After each kill: no process is left after two seconds, no file is half written, and the run, or the
    next one, completes with
the seeds and scores of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import IO

sys.path[:0] = [str(Path(__file__).parents[1])]
from our_course import NOTEBOOKS

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.commands import demo
from grader.instructor.commands.release import release
from grader.instructor.demo.sample_class import submissions
from grader.instructor.records import gradebook

ASSIGNMENT = "1-affine"
GRADER = str(Path(sys.executable).with_name("grader"))
MADE = ("autograded", "verdicts", "feedback", "gradebook.db*", ".grading*")


def descendants(pid: int) -> set[int]:
    """Return the process numbers of everything that a process has started, and what that has
    started.
    """
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def survivors(started: set[int]) -> list[int]:
    """Return which of these processes still run after two seconds; one that only waits to be reaped
    does not run.
    """
    left: list[int] = []
    for _ in range(20):
        left = []
        for pid in started:
            with suppress(OSError):
                if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX":
                    left.append(pid)
        if not left:
            break
        time.sleep(0.1)
    return left


def make_class(folder: Path, times: int = 3) -> Classroom:
    """Release, and hand in the demo's class several times over; return the course, not graded yet."""
    course = Classroom.at(folder)
    release(course, [NOTEBOOKS[ASSIGNMENT]])
    quick = [s for s in submissions(NOTEBOOKS[ASSIGNMENT]) if s.student not in ("endless", "flood")]
    demo.hand_in(course, NOTEBOOKS[ASSIGNMENT], quick)
    for number in range(1, times):
        for one in quick:
            there = course.submitted / f"{one.student}-{number}"
            shutil.copytree(course.submitted / one.student, there)
    shutil.copy(course.folder / "gradebook.db", course.folder / "released.db")
    return course


def anew(course: Classroom, folder: Path) -> Classroom:
    """Return a copy of a course in which nothing is graded yet. The seeds are the same: the secret
    is.
    """
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns(*MADE))
    shutil.copy(folder / "released.db", folder / "gradebook.db")
    secret = course.folder / "verdicts" / ".secret"
    if secret.exists():
        (folder / "verdicts").mkdir()
        shutil.copy(secret, folder / "verdicts" / ".secret")
    return Classroom.at(folder)


def start(
    course: Classroom, *more: str, stdout: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    command = [GRADER, "grade", ASSIGNMENT, "--course", str(course.folder), *more]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.STDOUT, text=True)


def state(course: Classroom) -> dict[str, tuple[object, ...]]:
    """Return what a run leaves of every student: the points by exercise, the seed, and the digest
    in the autograded notebook.
    """
    found: dict[str, tuple[object, ...]] = {}
    for score in gradebook.standings(course, ASSIGNMENT):
        told = json.loads(
            (course.folder / "verdicts" / score.student / f"{ASSIGNMENT}.json").read_text()
        )
        made = notebook.load(course.autograded / score.student / ASSIGNMENT / "affine.ipynb")
        found[score.student] = (
            score.per_exercise,
            told["seed"],
            made["metadata"]["cnn_gradients"]["sha256"],
        )
    return found


def assert_whole(course: Classroom) -> None:
    """Every file that is there under its own name can be read to its end."""
    for path in (course.folder / "verdicts").glob("*/*.json"):
        json.loads(path.read_text())
    for path in course.autograded.rglob("[!.]*.ipynb"):
        notebook.load(path)


def kill_once(
    course: Classroom,
    expected: dict[str, tuple[object, ...]],
    rng: random.Random,
    longest: float,
    *more: str,
) -> str:
    """Start a run, kill something of it after a while, and see that all comes right; return what
    was killed.
    """
    run = start(course, *more)
    time.sleep(rng.uniform(0.0, longest))
    family = descendants(run.pid)
    target = run.pid if not family or rng.random() < 0.4 else rng.choice(sorted(family))
    what = _name(target, run.pid)
    with suppress(ProcessLookupError):
        os.kill(target, signal.SIGKILL)
    if target == run.pid:
        run.communicate()
        assert survivors(family) == [], "processes were left"
        assert_whole(course)
        run = start(course, *more)
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 1, said  # some of the class are for a person to look at
    assert "not graded" not in said, f"{what} was killed:\n{said}"
    assert_whole(course)
    assert state(course) == expected, "another result than that of a run that nobody disturbed"
    return what


def _name(target: int, run: int) -> str:
    """Return what is to be killed, in a word."""
    command = ""
    with suppress(OSError):
        command = Path(f"/proc/{target}/cmdline").read_bytes().decode()
    if "bwrap" in command.split("\0")[0]:
        return "bubblewrap"
    return (
        "grader"
        if target == run
        else "zygote or worker"
        if "zygote" in command
        else "process of the pool"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        course = make_class(Path(name) / "course")
        began = time.monotonic()
        start(course).communicate()
        longest, expected, killed = 1.1 * (time.monotonic() - began), state(course), Counter[str]()
        for number in range(asked.rounds):
            folder = Path(name) / f"round-{number}"
            killed[kill_once(anew(course, folder), expected, rng, longest)] += 1
            shutil.rmtree(folder)
        print(
            f"{asked.rounds} kills (seed {asked.seed}), {len(expected)} students each, all came "
            f"right: {dict(killed)}"
        )


if __name__ == "__main__":
    main()
