"""A gradebook on a real PostgreSQL server: what every command gives is what SQLite gives."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import lab
import pytest
from our_course import NOTEBOOKS
from postgres import Server, running
from sqlalchemy import create_engine, insert, text
from support import ROOT
from tiers import unsafe
from toy_course import run

from grader.instructor.author.notebook import dumps, solve
from grader.instructor.classroom import Classroom, Grading
from grader.instructor.commands import grade as grade_module
from grader.instructor.commands.alone import alone
from grader.instructor.courses import CourseError
from grader.instructor.records import gradebook
from grader.instructor.records.gradebook import Writer
from grader.instructor.records.gradebook_tables import Graded
from grader.instructor.records.keys import KEYS
from grader.instructor.records.steps import NbgraderSteps

ASSIGNMENT = "1-halves"
CLASS = ("ada", "bela", "eve")
BOTH = ("1-affine", "4-relu")
STUDENTS = ("ada", "bela", "zoë 'x'")
ROWS = """SELECT s.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade, s.timestamp,
    n.late_submission_penalty FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id
    JOIN submitted_assignment s ON n.assignment_id = s.id JOIN base_cell c ON g.cell_id = c.id"""

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as started:
        yield started


def rows(url: str, query: str = ROWS) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as db:
        found = sorted((tuple(map(shown, row)) for row in db.execute(text(query))), key=repr)
    engine.dispose()
    return found


def shown(value: object) -> str:
    """Return a value as both databases show it: SQLite keeps times and truth values as it likes."""
    return str(int(value) if isinstance(value, bool) else value).removesuffix(".000000")


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text(statement))
    engine.dispose()


# --- every command ---


COMMANDS = (
    ("grade", *unsafe()),
    ("grade", *unsafe()),
    ("report",),
    ("feedback",),
    ("regrade", "--yes", *unsafe()),
    ("export",),
    ("explain", "bela", ASSIGNMENT, *unsafe()),
)
AGAIN = (COMMANDS[1], COMMANDS[2], COMMANDS[5])
STATUSES = [0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0]  # eve's work is for a look


def test_every_command_says_and_writes_what_it_does_with_sqlite(
    graded_toy, server, tmp_path, monkeypatch
):
    """One of the class is late, and has an extension; one has points by hand."""
    outcomes = []
    for name in ("sqlite", "postgres"):
        folder = tmp_path / name
        shutil.copytree(graded_toy, folder)
        for made in ("autograded", "feedback", *(f"verdicts/{each}" for each in CLASS)):
            shutil.rmtree(folder / "course" / made, ignore_errors=True)
        (folder / "course/gradebook.db").unlink()
        url = f"sqlite:///{folder / 'course/gradebook.db'}"
        if name == "postgres":
            url = server.new_database()
            monkeypatch.setenv("GRADER_DB", url)
        for student in ("ada", "bela"):
            stamp = folder / "course/submitted" / student / ASSIGNMENT / "timestamp.txt"
            stamp.write_text("2026-01-03 12:00:00 UTC")
        said = [run(folder, "release", ASSIGNMENT)]
        execute(url, "UPDATE assignment SET duedate = '2026-01-02 00:00:00.000000'")
        said += [run(folder, *words) for words in COMMANDS]
        grant(folder, url)
        said += [run(folder, *words) for words in AGAIN]
        outcomes.append(
            (plain(said, folder), rows(url), (folder / "course/grades.csv").read_text())
        )
    ours, theirs = outcomes
    assert ours[0] == theirs[0]
    assert [status for status, _ in ours[0]] == STATUSES
    assert "Traceback" not in str(ours[0])
    assert ours[1:] == theirs[1:]
    assert "1 day late" in ours[2]  # two and a half days less the extension
    assert "points by hand in weighted" in ours[2]


def grant(folder: Path, url: str) -> None:
    """Give bela an extension, and ada points by hand, by nbgrader's own interface."""
    from nbgrader.api import Gradebook

    with Gradebook(url, "halves") as book:
        submission = book.find_submission(ASSIGNMENT, "bela")
        submission.extension = timedelta(hours=12)
        grade = book.find_grade("check_weighted", "product", ASSIGNMENT, "ada")
        grade.manual_score = 0.5
        book.db.commit()


def plain(said: list[tuple[int, str]], folder: Path) -> list[tuple[int, list[str]]]:
    """Return what was said without what differs from run to run, such as the order of students."""
    differs = r"\d+ kB|^\[\d+/\d+\] "
    return [
        (
            status,
            sorted(re.sub(differs, "", words.replace(str(folder), ""), flags=re.M).splitlines()),
        )
        for status, words in said
    ]


# --- those who grade side by side ---


@pytest.fixture(scope="module")
def released(server, tmp_path_factory) -> Classroom:
    """Two assignments, each solved by three students, released into a gradebook on the server and
    into a file.
    """
    course = Classroom.at(tmp_path_factory.mktemp("two") / "course")
    for url in (course.db, server.new_database()):
        course = replace(course, db=url)
        with gradebook.opened(course):
            pass
        steps = NbgraderSteps(course)
        for assignment in BOTH:
            steps.generate(assignment)
    for assignment in BOTH:
        for student in STUDENTS:
            path = Grading(course, assignment).submitted(student)
            path.parent.mkdir(parents=True)
            path.write_text(dumps(solve(NOTEBOOKS[assignment], student=student)), encoding="utf-8")
    return course


@pytest.fixture
def fresh(released, server, tmp_path) -> Classroom:
    """A copy of it, nothing of which is graded."""
    shutil.copytree(released.folder, tmp_path / "course")
    url = server.copy_database(released.db)
    return replace(released, folder=tmp_path / "course", db=url)


def start(course: Classroom, *words: str) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("grader")), *words, "--db", course.db]
    return subprocess.Popen(
        [*command, "--course", str(course.folder)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.parametrize("where", ["on a server", "in a file"])
def test_two_assignments_are_graded_side_by_side_and_one_by_one_grader_alone(where, fresh):
    """Both make the rows of the same students, and the table of keys."""
    if where == "in a file":
        fresh = Classroom.at(fresh.folder)
    runs = [start(fresh, "grade", name, *unsafe()) for name in BOTH]
    said = [process.communicate()[0] for process in runs]
    assert [process.returncode for process in runs] == [0, 0], said
    for assignment in BOTH:
        scores = {each.student: each for each in gradebook.standings(fresh, assignment)}
        assert sorted(scores) == sorted(STUDENTS)
        automatic = NOTEBOOKS[assignment].automatic_points
        assert all(each.points == automatic > 0 for each in scores.values())
        assert all(each.key for each in scores.values())
    with alone(Grading(fresh, BOTH[0]), "grade", "grading"):
        process = start(fresh, "grade", BOTH[0], *unsafe())
        words = process.communicate()[0]
        assert process.returncode == 1
        assert f"Another `grader grade` runs on {BOTH[0]} of" in words
        process = start(fresh, "grade", BOTH[1], *unsafe())
        assert (process.communicate()[0].count("unchanged"), process.returncode) == (3, 0)


@pytest.mark.parametrize("what", ["a student", "the table of keys"])
def test_what_another_grader_makes_at_the_same_time_is_found(what, fresh):
    """Its transaction is open while ours wants to make the same row or table."""
    graded = Graded("zoe", None, set(), has_new_scores=False, key={"why": ""})
    made = []
    engine = create_engine(fresh.db)
    with Writer(fresh, BOTH[0]) as writer:
        ours = threading.Thread(target=lambda: made.append(writer.record([graded])))
        with engine.begin() as other:
            if what == "a student":
                other.execute(insert(writer.tables["student"]), [{"id": "zoe"}])
            else:
                KEYS.create(other)
            ours.start()
            wait_until(lambda: is_blocked(fresh.db))
        ours.join()
    engine.dispose()
    assert made == [{}]
    assert [row[0] for row in rows(fresh.db, "SELECT id FROM student")] == ["zoe"]


def is_blocked(url: str) -> bool:
    """Tell whether any connection waits for another one's transaction."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return rows(url, query) != [("0",)]


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


# --- a server that goes away ---


def test_a_server_that_is_restarted_is_waited_for(fresh, server, monkeypatch):
    monkeypatch.setattr(grade_module, "BATCH_SIZE", 1)
    said: list[str] = []
    starts = threading.Timer(2.0, server.start)

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("[1/3]"):
            server.stop()
            starts.start()

    grading = Grading(fresh, BOTH[0], unsafe=bool(unsafe()))
    assert grade_module.grade(grading, say) == 0
    starts.join()
    waits = [line for line in said if "It is tried again for 60 seconds" in line]
    assert waits
    assert "s3cret" not in " ".join(said)
    assert [each.points for each in gradebook.standings(fresh, BOTH[0])] == [19.0] * 3
    assert len([line for line in said if line.startswith("[")]) == 3


def test_a_server_that_does_not_come_back_loses_nothing(fresh, server, monkeypatch):
    monkeypatch.setattr(grade_module, "BATCH_SIZE", 1)
    monkeypatch.setattr(gradebook, "SERVER_PATIENCE", 0.5)
    grading = Grading(fresh, BOTH[0], unsafe=bool(unsafe()))

    def say(line: str) -> None:
        if line.startswith("[1/3]"):
            server.stop()

    try:
        with pytest.raises(CourseError, match=r"cannot be written: .* has no new score") as raised:
            grade_module.grade(grading, say)
    finally:
        server.start()
    assert "s3cret" not in str(raised.value)
    assert grade_module.grade(grading, said := [].append) == 0, said
    assert [each.points for each in gradebook.standings(fresh, BOTH[0])] == [19.0] * 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("s3cret", "other"), "password authentication failed"),
        (("/grades", "/none"), 'database "none.*" does not exist'),
        (("127.0.0.1:", "127.0.0.1:1"), "cannot be opened"),
        (("+psycopg", "+psycopg2"), r"write postgresql\+psycopg://"),
        (("+psycopg", "+nothing"), "cannot be opened"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_sentence(change, why, fresh):
    course = replace(fresh, db=fresh.db.replace(*change, 1))
    with pytest.raises(CourseError, match=why) as raised:
        gradebook.standings(course, BOTH[0])
    assert "\n" not in str(raised.value)
    assert not re.search("s3cret|:other", str(raised.value))


# --- nbgrader itself ---


def test_stock_nbgrader_grades_into_it_and_formgrader_shows_and_changes_it(fresh, tmp_path):
    env = {"COURSE_DIR": str(fresh.folder), "COURSE_DB": fresh.db}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    stock = subprocess.run(
        ["nbgrader", "autograde", BOTH[0], "--student", "bela"],
        cwd=ROOT,
        env=os.environ | env | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stock.returncode == 0, stock.stderr[-2000:]
    assert {each.student: each.points for each in gradebook.standings(fresh, BOTH[0])} == {
        "bela": 19.0
    }
    said: list[str] = []
    grade_module.grade(Grading(fresh, BOTH[0], unsafe=bool(unsafe())), said.append)
    assert "another program graded it" in " ".join(said)
    with lab.serving(ROOT, ROOT, tmp_path, "", **env) as address:
        form = f"{address}/formgrader"
        for page in ("manage_assignments", "gradebook", f"manage_submissions/{BOTH[0]}"):
            assert b"formgrader" in fetch(f"{form}/{page}")
        students = json.loads(fetch(f"{form}/api/students"))
        assert {each["id"]: each["score"] for each in students} == dict.fromkeys(STUDENTS, 19.0)
        api = f"{form}/api/submitted_notebooks/{BOTH[0]}/affine"
        (ada,) = [each for each in json.loads(fetch(api)) if each["student"] == "ada"]
        assert (ada["score"], ada["max_score"]) == (19.0, 20.0)
        assert b"affine_backward" in fetch(f"{form}/submissions/{ada['id']}/?index=0")
        grades = json.loads(fetch(f"{form}/api/grades?submission_id={ada['id']}"))
        (one,) = [each for each in grades if each["name"] == "check_affine_backward"]
        fetch(f"{form}/api/grade/{one['id']}", {"manual_score": 1.0})
    (standing,) = [each for each in gradebook.standings(fresh, BOTH[0]) if each.student == "ada"]
    assert standing.by_hand == ["affine_backward"]


def fetch(address: str, change: dict[str, object] | None = None) -> bytes:
    """Return what a server answers; change: what is put there instead."""
    data = json.dumps(change).encode() if change else None
    request = urllib.request.Request(address, data, method="PUT" if change else "GET")
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content
