"""What a Dask cluster costs beyond the local pool, on this machine alone, and how fast the one
writer is: `python tests/benchmarks/grading.py --only cluster --class 200`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.goals import Reached
from benchmarks.grading import BIN, make_class
from instructor.cluster.dask_cluster import Cluster, cluster
from soak.kills import anew, descendants
from tqdm import tqdm

from grader.instructor.benches.bench import Work
from grader.instructor.classroom import Classroom, Grading, versions
from grader.instructor.commands.grade import GradingRun
from grader.instructor.records.submission import Task
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sealed.seed import secret_of
from grader.notebook.intake import ParsedNotebook

ASSIGNMENT = "1-affine"
LOCAL = (1, 2)  # processes of the pool
WORKERS = (1, 2, 4)
DASK = 1.2  # of the pool's time, at most
SMALL = 5  # the large class has so many times the students of the small one
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds of one run: by the clock, and of processors: what of them the command and its
    processes took, the scheduler, and the workers with theirs.
    """

    clock: float
    command: float
    scheduler: float = 0.0
    workers: float = 0.0

    @property
    def processors(self) -> float:
        return self.command + self.scheduler + self.workers

    def each(self, smaller: Cost, count: int) -> Cost:
        """Return the cost of one of the students that a smaller class does not have."""
        return Cost(
            *(
                (getattr(self, name) - getattr(smaller, name)) / count
                for name in Cost.__dataclass_fields__
            )
        )

    def __str__(self) -> str:
        text = f"{1000 * self.clock:6.1f} ms each"
        parts = {"command": self.command, "scheduler": self.scheduler, "workers": self.workers}
        used = ", ".join(f"{name} {1000 * cost:.1f}" for name, cost in parts.items() if cost)
        return f"{text}; of processors: {used}"


def processor(pids: set[int]) -> float:
    """Return the seconds that processes have used, with those of their children that have ended."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(int(number) for number in fields[11:15])
    return ticks / TICKS


def of_cluster(place: Cluster) -> tuple[float, float]:
    """Return the seconds that a cluster's scheduler has used, and those of its workers."""
    pids = [worker.pid for worker in place.workers]
    families = set(pids).union(*map(descendants, pids))
    return processor({place.scheduler.pid}), processor(families)


def cost_of(course: Classroom, *more: str, place: Cluster | None = None) -> Cost:
    """Grade a copy of a class, and return what it costs."""
    with tempfile.TemporaryDirectory() as name:
        copy = anew(course, Path(name) / "course")
        command = [str(BIN / "grader"), "grade", ASSIGNMENT, "--course", str(copy.folder), *more]
        before = of_cluster(place) if place else (0.0, 0.0)
        used = _of_children()
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        clock = time.perf_counter() - began
        after = of_cluster(place) if place else (0.0, 0.0)
        return Cost(clock, _of_children() - used, after[0] - before[0], after[1] - before[1])


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class ReadyBench:
    """A bench that has all verdicts before they are asked for: what is left is the writer's."""

    def __init__(self, course: Classroom) -> None:
        self.versions = versions()
        self.by_seed = {
            verdict["seed"]: verdict
            for verdict in map(_read, (course.folder / "verdicts").glob("*/*.json"))
        }

    def grade(self, submitted: ParsedNotebook, seed: int, beside: Mapping[str, bytes]) -> Work:
        verdict: Any = self.by_seed[seed]
        return Work(verdict, verdict["sandbox"], self.versions)

    def close(self) -> None:
        pass


def _read(path: Path) -> dict[str, Any]:
    verdict: dict[str, Any] = json.loads(path.read_text())
    return verdict


def writer_alone(course: Classroom, graded: Classroom) -> Cost:
    """Return what one submission costs the writer, whose workers are at once ready."""
    with tempfile.TemporaryDirectory() as name:
        copy = anew(course, Path(name) / "course")
        grading = Grading(copy, ASSIGNMENT)
        students = copy.students(ASSIGNMENT)
        task = Task.of(grading, pick_tier(copy.course, {}), secret_of(copy))
        run = GradingRun(
            task,
            waiting=deque(students),
            total=len(students),
            say=lambda line: None,
            progress=tqdm(disable=True),
            bench=ReadyBench(graded),
            slots=8,
        )
        began, used = time.perf_counter(), time.process_time()
        run.run()
        clock, command = time.perf_counter() - began, time.process_time() - used
        return Cost(clock / len(students), command / len(students))


def classes(folder: Path, count: int) -> tuple[Classroom, Classroom]:
    """Return a class, and a larger one, both graded, so that copies of them have their secrets."""
    courses = []
    for size in (count // SMALL, count):
        course = Classroom.at(folder / f"class-{size}")
        make_class(course, ASSIGNMENT, size)
        shutil.copy(course.folder / "gradebook.db", course.folder / "released.db")
        command = [str(BIN / "grader"), "grade", ASSIGNMENT, "--course", str(course.folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        courses.append(course)
    return courses[0], courses[1]


@dataclass(frozen=True)
class Pair:
    """A class and a larger one: what a run costs at its start belongs to no student."""

    small: Classroom
    large: Classroom
    more: int

    def each(self, *options: str, place: Cluster | None = None) -> Cost:
        """Return what one student costs, graded with these options."""
        smaller, larger = (
            cost_of(course, *options, place=place) for course in (self.small, self.large)
        )
        return larger.each(smaller, self.more)


def play(count: int, folder: Path) -> list[Reached]:
    pair = Pair(*classes(folder, count), count - count // SMALL)
    pool: dict[int, Cost] = {}
    for number in LOCAL:
        pool[number] = pair.each("--workers", str(number))
        print(f"  local pool of {number}:  {pool[number]}", flush=True)
    dask: dict[int, Cost] = {}
    for number in WORKERS:
        with tempfile.TemporaryDirectory() as name, cluster(Path(name), number) as place:
            cost = dask[number] = pair.each("--scheduler", place.address, place=place)
        times = cost.clock / pool[min(number, max(LOCAL))].clock
        print(f"  {number} Dask workers:   {cost}; {times:.2f} times the pool", flush=True)
    alone = statistics.median(writer_alone(pair.large, pair.large).clock for _ in range(3))
    print(f"  the writer alone: {1000 * alone:6.1f} ms each, {1 / alone:.0f} a second")
    title, both = "2 Dask workers / a pool of 2", (dask[2], pool[2])
    return [
        Reached(f"{title}, processor time", both[0].processors / both[1].processors, DASK),
        Reached(f"{title}, by the clock", both[0].clock / both[1].clock, DASK),
    ]
