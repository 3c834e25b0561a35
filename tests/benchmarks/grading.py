"""`make bench`: a class graded sealed, beside stock `nbgrader autograde` of the same class in the
same run.

    python tests/benchmarks/grading.py [--class 200] [--large 1000 200] [--only WHAT ...]

Ratios belong to one run; absolute times to this machine. Stock needs two to five minutes for every
hundred students.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.goals import Reached, save
from our_course import NOTEBOOKS
from postgres import programs, running

from grader.exercises import COURSE
from grader.instructor.author import notebook
from grader.instructor.author.by_hand import typed_cell
from grader.instructor.author.notebook import dumps, load, with_answers, with_id
from grader.instructor.author.references import reference
from grader.instructor.classroom import Classroom
from grader.instructor.commands.release import release
from grader.instructor.demo.sample_class import submissions
from grader.instructor.kit.wheels import REPOSITORY
from grader.instructor.records import submission
from grader.instructor.records.standings import Standing
from grader.instructor.sandbox.sandbox import Sandbox, Worker
from grader.instructor.sealed import session
from grader.notebook.whole_file import write_atomically

Step = Callable[[argparse.Namespace, Path], list[Reached]]
BIN = Path(sys.executable).parent
STOCK = 1 / 100  # of the time of stock nbgrader, at most
HOSTILE = ("endless", "leaves", "exit")  # of the demo's class; their cost is a limit's
ROWS = """SELECT s.student_id, c.name, g.auto_score, g.needs_manual_grade FROM grade g
    JOIN submitted_notebook n ON g.notebook_id = n.id JOIN submitted_assignment s ON n.assignment_id = s.id
    JOIN base_cell c ON g.cell_id = c.id ORDER BY 1, 2"""


def make_class(course: Classroom, assignment: str, count: int) -> None:
    """Hand in: two of three students are right, every third is one of the demo's, right or wrong;
    no two files are the same.
    """
    taught = NOTEBOOKS[assignment]
    release(course, [taught])
    file = f"{taught.stem}.ipynb"
    released = load(course.release / assignment / file)
    solved = notebook.answer_cells(notebook.solve(taught))
    by_hand = [exercise for exercise in taught.exercises if exercise.by_hand]
    right = {name: notebook.source(cell) for name, cell in solved.items()}
    wrong = [
        s
        for s in submissions(taught)
        if not s.look and s.answers and not s.extra and s.student not in HOSTILE
    ]
    for number, one in zip(range(count), itertools.cycle(wrong)):
        student = f"student-{number:05}"
        own = {each.name: typed_cell(each, reference(each), student) for each in by_hand}
        made = with_answers(
            released,
            right | (one.answers if number % 3 == 0 else {}) | own,
            (f"# handed in as number {number}",),
        )
        path = course.submitted / student / assignment / file
        write_atomically(path, dumps(with_id(made, taught, student)))


def run(command: list[str], course: Classroom, **more: str) -> tuple[float, float]:
    """Run a command; return seconds of wall time, and the most memory of its processes together in
    MiB.
    """
    env = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "COURSE_DIR": str(course.folder),
        "COURSE_DB": course.db,
    }
    start = time.perf_counter()
    running = subprocess.Popen(
        command, env=env | more, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    most, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            most[0] = max(most[0], sum(_memory(pid) for pid in _family(running.pid)) / 1024)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, said = running.communicate()
    ended.set()
    watcher.join()
    if running.returncode:
        raise SystemExit(
            f"{' '.join(command)} ended with {running.returncode}:\n{said.decode()[-2000:]}"
        )
    return time.perf_counter() - start, most[0]


def _family(pid: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _memory(pid: int) -> int:
    """Return the proportional set size in KiB: memory that several processes share is counted once."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def beside_stock(assignment: str, count: int, folder: Path) -> Reached:
    """Grade one class sealed and by stock nbgrader; the gradebooks have to be equal."""
    ours, theirs = (Classroom.at(folder / f"{assignment}-{name}") for name in ("sealed", "stock"))
    for course in (ours, theirs):
        make_class(course, assignment, count)
    sealed_time, _ = run(
        [str(BIN / "grader"), "grade", assignment, "--course", str(ours.folder)], ours
    )
    stock_time, _ = run(
        [str(BIN / "nbgrader"), "autograde", assignment], theirs, COURSE_UNSEALED="1"
    )
    if _rows(ours) != _rows(theirs):
        raise SystemExit(f"the gradebooks of {assignment} differ")
    print(
        f"  {assignment:14} {count:5} students: sealed {sealed_time:6.2f} s, stock "
        f"{stock_time:7.1f} s: {stock_time / sealed_time:.0f} times faster; gradebooks equal"
    )
    name = f"{assignment}, {count} submissions graded / nbgrader autograde"
    return Reached(name, sealed_time / stock_time, STOCK)


def _rows(course: Classroom) -> list[tuple[Any, ...]]:
    with sqlite3.connect(course.folder / "gradebook.db") as connection:
        return connection.execute(ROWS).fetchall()


def larger(assignment: str, counts: list[int], folder: Path) -> Reached:
    """Grade some classes; the last one has the goal."""
    for count in counts:
        course = Classroom.at(folder / f"{assignment}-{count}")
        make_class(course, assignment, count)
        seconds, memory = run(
            [str(BIN / "grader"), "grade", assignment, "--course", str(course.folder)], course
        )
        print(
            f"  {assignment:14} {count:5} students: {1000 * seconds / count:6.1f} ms each, "
            f"{memory:4.0f} MiB at most"
        )
    name = f"{assignment}, grader grade of {count} submissions, one of them"
    return Reached(name, 1000 * seconds / count, 15, " ms")


def pages(assignment: str, counts: tuple[int, int], folder: Path) -> Reached:
    """Write the feedback pages of two classes; what a run costs at its start is no page's."""
    times = []
    for count in counts:
        course = Classroom.at(folder / f"{assignment}-pages-{count}")
        make_class(course, assignment, count)
        grader, where = str(BIN / "grader"), ["--course", str(course.folder)]
        run([grader, "grade", assignment, *where], course)
        times.append(run([grader, "feedback", assignment, *where], course)[0])
    each = 1000 * (times[1] - times[0]) / (counts[1] - counts[0])
    print(f"  {assignment:14} {counts[1]:5} pages: {times[1]:6.2f} s, {each:.1f} ms each")
    name = f"{assignment}, one more page of grader feedback"
    return Reached(name, each, 20, " ms")


def exported(assignment: str, count: int, folder: Path) -> Reached:
    """Export the grades of one class, beside nbgrader's own exporter, and write its pages."""
    course = Classroom.at(folder / f"{assignment}-exported")
    make_class(course, assignment, count)
    grader, where = str(BIN / "grader"), ["--course", str(course.folder)]
    run([grader, "grade", assignment, *where], course)
    ours = [grader, "export", assignment, *where]
    stock = [str(BIN / "nbgrader"), "export", "--to", str(course.folder / "stock.csv")]
    costs = {}
    for name, command in (
        ("grader export", ours),
        ("grader export --wide", [*ours, "--wide"]),
        ("nbgrader export", stock),
        ("grader report", [grader, "report", assignment, *where]),
        ("grader class", [grader, "class", assignment, *where]),
    ):
        seconds, memory = run(command, course)
        each = costs[name] = 1000 * seconds / count
        print(
            f"  {assignment:14} {count:5} students, {name:20}: {each:6.2f} ms each, {memory:4.0f} MiB"
        )
    name = f"{assignment}, grader export of {count} rows, one of them"
    return Reached(name, costs["grader export"], 1, " ms")


def on_a_server(assignment: str, count: int, folder: Path) -> None:
    """Grade one class into SQLite and into PostgreSQL: each time all of it, and again unchanged."""
    if programs() is None:
        print("  PostgreSQL is not installed")
        return
    files = Classroom.at(folder / f"{assignment}-file")
    make_class(files, assignment, count)
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as server:
        other = Classroom.at(folder / f"{assignment}-server", server.new_database())
        release(other, [NOTEBOOKS[assignment]])
        shutil.copytree(files.submitted, other.submitted)
        for name, course in (("SQLite", files), ("PostgreSQL", other)):
            command = [str(BIN / "grader"), "grade", assignment, "--course", str(course.folder)]
            options = {"GRADER_DB": course.db}
            first, again = (run(command, course, **options)[0] for _ in range(2))
            print(
                f"  {assignment:14} {count:5} students, {name:10}: "
                f"{first:5.1f} s, once more unchanged {again:5.1f} s"
            )


def where(assignment: str, folder: Path, count: int = 30) -> None:
    """Time the stages of single submissions, one after another in this process."""
    course = Classroom.at(folder / f"{assignment}-stages")
    make_class(course, assignment, count)
    spent: dict[str, float] = defaultdict(float)

    def timed(owner: Any, name: str, stage: str) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        def outer(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                spent[stage] += time.perf_counter() - start

        setattr(owner, name, outer)

    timed(Sandbox, "worker", "a new worker")
    timed(Worker, "close", "its end")
    timed(session.Session, "_execute", "cells")
    timed(session.Session, "_replies", "calls")
    timed(session.Session, "_judge", "judging")
    timed(session, "cases_of", "fresh cases")
    timed(submission, "autograded_notebook", "autograded notebook")
    timed(submission.verdict_file, "write", "verdict file")
    from grader.instructor.sandbox.probes import pick_tier

    one = submission.SubmissionGrader(
        submission.Task.of(submission.Grading(course, assignment), pick_tier(COURSE), b"benchmark")
    )
    students = course.students(assignment)
    one.grade(Standing(students[0]))
    spent.clear()
    start = time.perf_counter()
    for student in students[1:]:
        one.grade(Standing(student))
    whole = time.perf_counter() - start
    one.bench.close()
    told = ", ".join(
        f"{stage} {1000 * seconds / (count - 1):.1f}" for stage, seconds in spent.items()
    )
    print(
        f"  {assignment:14} ms of one submission, {1000 * whole / (count - 1):.1f} in all: {told}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--class", dest="count", type=int, default=200)
    parser.add_argument("--large", type=int, nargs="+", default=[1000, 200])
    parser.add_argument("--only", choices=STEPS, nargs="+", default=STEPS, help="some steps alone")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    goals = []
    with tempfile.TemporaryDirectory() as name:
        for step in asked.only:
            title, play = STEPS[step]
            print(f"sealed grading: {title}", flush=True)
            goals += play(asked, Path(name))
    print(*goals, sep="\n")
    if asked.json:
        save(asked.json, goals)


def _stages(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    for assignment in ("1-affine", "2-convolution"):
        where(assignment, folder)
    return []


def _larger(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    return [larger("1-affine", asked.large, folder)]


def _pages(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    return [pages("1-affine", (asked.count // 5, asked.count), folder)]


def _exported(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    return [exported("1-affine", 1000, folder)]


def _on_a_server(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    os.chmod(folder, 0o755)  # the server has a user of its own
    on_a_server("1-affine", asked.count, folder)
    return []


def _beside_stock(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    return [beside_stock("1-affine", asked.count, folder)]


def _cluster(asked: argparse.Namespace, folder: Path) -> list[Reached]:
    from benchmarks.many_machines import play  # which needs Dask

    return play(asked.count, folder)


STEPS: dict[str, tuple[str, Step]] = {
    "stages": ("where the time goes", _stages),
    "large": ("a larger class", _larger),
    "feedback": ("feedback pages", _pages),
    "export": ("tables and pages of a class, beside nbgrader's exporter", _exported),
    "server": ("SQLite beside PostgreSQL", _on_a_server),
    "cluster": ("the workers of a Dask cluster on this machine", _cluster),
    "stock": ("beside stock nbgrader autograde, the whole command", _beside_stock),
}


if __name__ == "__main__":
    main()
