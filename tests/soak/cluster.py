"""Kill a Dask cluster's workers, its scheduler and the grader at random moments, while they grade a
class: `python tests/soak/cluster.py --students 1000`.

What was killed is started again, until the class is graded. Then the verdict files, the autograded
notebooks and the gradebook are those of a run of this machine alone, and no process is left.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]
from benchmarks.grading import make_class
from instructor.cluster.dask_cluster import Cluster
from soak.kills import ASSIGNMENT, anew, assert_whole, descendants, start, survivors
from support import rows

from grader.instructor.classroom import Classroom

TARGETS = {"worker": 0.6, "scheduler": 0.15, "writer": 0.25}  # how often each is killed
RUN_LIMIT = 1000  # of the grader, after which something is wrong
END_SECONDS = 30  # for workers that have lost their scheduler, and for a writer


class Soak:
    """A class that is graded, and what is killed while it is.

    started: every process that was started by a cluster or a run, for the look at the end.
    """

    def __init__(self, course: Classroom, folder: Path, count: int, rng: random.Random) -> None:
        self.course = course
        self.folder = folder
        self.count = count
        self.rng = rng
        self.kills: Counter[str] = Counter()
        self.runs = 0
        self.clusters = 0
        self.started: set[int] = set()
        self.cluster = self._new_cluster()

    def _new_cluster(self) -> Cluster:
        """Start a scheduler and its workers."""
        self.clusters += 1
        place = self.folder / f"dask{self.clusters}"
        place.mkdir()
        new = Cluster(place)
        for _ in range(self.count):
            new.add()
        return new

    def grade(self, seconds: float) -> None:
        """Run the grader until the class is graded; seconds: between two kills, on the average."""
        while self.runs < RUN_LIMIT:
            self.runs += 1
            if self._run(seconds):
                return
        raise AssertionError(f"not graded after {RUN_LIMIT} runs")

    def _run(self, seconds: float) -> bool:
        """Run the grader once, and kill; return whether it has graded all."""
        output = self.folder / "said"
        with output.open("w") as file:
            run = start(self.course, "--scheduler", self.cluster.address, stdout=file)
        while run.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                run.wait(self.rng.uniform(0.0, 2 * seconds))
            if run.poll() is None:
                self._kill(run)
        self._note(run.pid)
        said = output.read_text()
        assert "Traceback" not in said, said
        assert_whole(self.course)
        return run.returncode == 0

    def _note(self, *pids: int) -> None:
        self.started.update(*(descendants(pid) | {pid} for pid in pids))

    def _kill(self, run: subprocess.Popen[str]) -> None:
        """Kill something, and start it again; a run that is killed starts again by itself."""
        target = self.rng.choices(list(TARGETS), list(TARGETS.values()))[0]
        self.kills[target] += 1
        self._note(run.pid, *(worker.pid for worker in self.cluster.workers))
        if target == "worker":
            self._replace_worker()
        elif target == "scheduler":
            self._replace_cluster(run)
        else:
            run.kill()
            run.wait()

    def _replace_worker(self) -> None:
        running = [worker for worker in self.cluster.workers if worker.poll() is None]
        worker = self.rng.choice(running)
        worker.kill()
        worker.wait()
        self.cluster.add()

    def _replace_cluster(self, run: subprocess.Popen[str]) -> None:
        """Kill the scheduler: its workers and the run end by themselves, and a new one starts."""
        self.cluster.scheduler.kill()
        for process in (run, *self.cluster.workers):
            process.wait(END_SECONDS)
        self.cluster.close()
        self.cluster = self._new_cluster()

    def close(self) -> None:
        self._note(*(worker.pid for worker in self.cluster.workers))
        self.cluster.close()
        left = survivors(self.started)
        assert left == [], f"processes were left: {[_command(pid) for pid in left]}"


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return str(pid)


def counts(course: Classroom) -> dict[str, int]:
    """Return how many rows each table of the gradebook has."""
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name,) in names
        }


def files(course: Classroom, kind: str) -> dict[str, bytes]:
    folder = course.folder / kind
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def assert_same(course: Classroom, alone: Classroom) -> None:
    """What the cluster's run leaves is what a run of this machine alone leaves, byte for byte."""
    for kind in ("verdicts", "autograded"):
        these, those = files(course, kind), files(alone, kind)
        assert these.keys() == those.keys(), these.keys() ^ those.keys()
        others = [name for name in those if these[name] != those[name]]
        assert others == [], f"{len(others)} of {len(those)} {kind} differ: {others[:5]}"
    assert rows(course.folder / "gradebook.db") == rows(alone.folder / "gradebook.db")
    assert counts(course) == counts(alone)


def graded_alone(folder: Path, students: int) -> Classroom:
    """Return a class that this machine alone has graded."""
    course = Classroom.at(folder)
    make_class(course, ASSIGNMENT, students)
    (course.folder / "released.db").write_bytes((course.folder / "gradebook.db").read_bytes())
    run = start(course)
    said = run.communicate()[0]
    assert run.returncode == 0, said
    return course


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=max(2, len(os.sched_getaffinity(0))))
    parser.add_argument("--seconds", type=float, default=10.0, help="between kills, on the average")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    trial = parser.parse_args()
    logging.disable(logging.CRITICAL)  # Dask tells of what we kill
    with tempfile.TemporaryDirectory() as name:
        alone = graded_alone(Path(name) / "alone", trial.students)
        course = anew(alone, Path(name) / "course")
        soak = Soak(course, Path(name), trial.workers, random.Random(trial.seed))
        try:
            began = time.monotonic()
            soak.grade(trial.seconds)
            seconds = time.monotonic() - began
        finally:
            soak.close()
        assert_same(course, alone)
    print(
        f"{trial.students} students by {trial.workers} workers in {seconds:.0f} s (seed "
        f"{trial.seed}), {soak.runs} runs, killed: {dict(soak.kills)}; all came right"
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
