"""Sealed grading: intake, protocol, worker, decision, gradebook, and what a student's code can
reach (nothing).
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from soak import kills
from support import ROOT, grader, rows
from tiers import SEALED, best, finding, need_tier, unsafe

from grader.exercises import COURSE
from grader.instructor import files
from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.commands import demo
from grader.instructor.courses import CourseError
from grader.instructor.demo.sample_class import submissions
from grader.instructor.records import gradebook, submission
from grader.instructor.records.standings import Standing
from grader.instructor.sandbox import probes, seccomp
from grader.instructor.sandbox.protocol import Channel, Question, WorkerLost, receive_call
from grader.instructor.sandbox.sandbox import Sandbox, Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed import intake
from grader.instructor.sealed.grade_one import grade_submission
from grader.instructor.sealed.hidden_cases import cases_of, explaining_cases
from grader.instructor.sealed.magics import beyond_python, plain_python
from grader.instructor.sealed.session import Session
from grader.notebook.cells_of_file import FILE_LIMIT, Unreadable
from grader.notebook.intake import parse

NAMES = [exercise.name for exercise in NOTEBOOKS["1-affine"].exercises]
LIMITS = Limits(call=1.0)


def result_of(made: dict, seed: int = 7, limits: Limits = LIMITS, fresh: bool = True) -> dict:
    """Grade a notebook; return what the verdict file would hold."""
    with Sandbox(best(), NOTEBOOKS["1-affine"], limits) as sandbox:
        return grade_submission(notebook.dumps(made).encode(), seed, sandbox, fresh)


def graded(
    answers: dict[str, str],
    extra: tuple[str, ...] = (),
    limits: Limits = LIMITS,
    fresh: bool = True,
) -> dict[str, dict]:
    """Grade the solved notebook with some answers replaced; return what was told, by exercise."""
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), answers, extra)
    return {told["exercise"]: told for told in result_of(made, 7, limits, fresh)["exercises"]}


# --- intake ---


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty. Save the notebook and hand it in again"),
        (b"  \n", "the file is empty"),
        (b"{", "the file is not a notebook: no valid JSON"),
        (b"\xff\xfe\x00", "the file begins as text in UTF-16 and does not go on so"),
        (b"[" * 100_000, "the file is nested too deeply"),
        (b"[]", "the file is not a notebook of format 4"),
        (b'{"nbformat": 3, "worksheets": []}', "the file is not a notebook of format 4"),
        (b'{"nbformat": 4, "cells": {}}', "the file is not a notebook of format 4"),
        (b'{"nbformat": 4, "cells": []}', "this is not the notebook of this assignment"),
        (
            b'{"nbformat": 4, "cells": [3, null, {"cell_type": "code", "source": {"a": 1}, '
            b'"metadata": 7}]}',
            "this is not the notebook",
        ),
    ],
)
def test_a_file_that_is_no_notebook_is_told_and_never_a_silent_zero(content, text):
    result = grade_submission(content, 1, Sandbox(Tier.NONE, NOTEBOOKS["1-affine"]))
    assert result["points"] == 0
    assert result["faults"][0].startswith(text)
    assert all(told["look"] and text in told["fault"] for told in result["exercises"])


def test_only_regular_files_of_a_sensible_size_are_read(tmp_path):
    for name in ("big", "link", "folder", "pipe", "none"):
        (tmp_path / name / "1-affine").mkdir(parents=True)
    places = {path.name: path / "1-affine" / "affine.ipynb" for path in tmp_path.iterdir()}
    with open(places["big"], "wb") as file:
        file.truncate(FILE_LIMIT + 2**20)
    places["link"].symlink_to(places["big"])
    places["folder"].mkdir()
    os.mkfifo(places["pipe"])
    for name, text in (
        ("big", "affine.ipynb has 129.0 MiB, at most 128 are read"),
        ("link", "affine.ipynb cannot be opened: it is a link"),
        ("folder", "affine.ipynb is not a file"),
        ("pipe", "affine.ipynb is not a file"),
        ("none", "there is no affine.ipynb"),
    ):
        with pytest.raises(Unreadable, match=text):
            intake.files_of(places[name])


def test_no_link_is_followed_beside_the_notebook_or_in_a_folder(tmp_path):
    """Another student's work, and a folder of it, are not read through a link."""
    (tmp_path / "ada" / "1-affine").mkdir(parents=True)
    (tmp_path / "ada" / "1-affine" / "affine.ipynb").write_text("{}")
    mallory = tmp_path / "mallory" / "1-affine"
    mallory.mkdir(parents=True)
    (mallory / "copy.ipynb").symlink_to("../../ada/1-affine/affine.ipynb")
    (mallory / "sub").symlink_to("../../ada/1-affine", target_is_directory=True)
    with pytest.raises(Unreadable, match=r"there is no affine\.ipynb"):
        intake.files_of(mallory / "affine.ipynb")


def test_magics_become_python_text():
    assert plain_python("%matplotlib inline\nx = 1").startswith(
        "get_ipython().run_line_magic('matplotlib', 'inline')"
    )
    assert plain_python("this is no python (").strip() == "this is no python ("


def test_timed_cells_keep_their_own_magics_and_long_ones_are_left_alone():
    assert "run_cell_magic('time', '', " in plain_python("%%time\nx = 1\n%pwd")
    assert "run_line_magic" in plain_python("%%time\nx = 1\n%pwd").split("'', ")[1]
    long, nested = "%pwd\n" * 5000, "%%time\n" * 2000
    assert plain_python(long) is long
    assert len(plain_python(nested)) < 2 * len(nested)


def test_what_python_cannot_run_is_named():
    cells = (
        "%%cython -a\nx",
        "y = 1\n  %run other.py",
        "\n%%bash\nls",
        "%%time\nx",
        "%matplotlib inline",
        "a % b",
    )
    assert [beyond_python(cell) for cell in cells] == ["%%cython", "%run", "%%bash", "", "", ""]


# --- protocol: a reply can be wrong but never harmful ---


def reply(header: bytes, payload: bytes = b"", length: int | None = None):
    """Return what the trusted side makes of a forged reply to a call of affine_backward."""
    (read, theirs), (_, ours) = os.pipe(), os.pipe()
    channel = Channel(read, ours)
    try:
        os.write(
            theirs, struct.pack("<I", len(header) if length is None else length) + header + payload
        )
        os.close(theirs)
        exercise = EXERCISES["affine_backward"]
        question = Question(exercise, exercise.visible[0], 1000)
        return receive_call(channel, question, time.monotonic() + 1)
    finally:
        channel.close()


ARRAY = b'{"dims": [1, 2]}'
FORGED = {
    "too long": (b"{}", b"", 2**31),
    "ends early": (b"{}", b"", 50),
    "no JSON": (b"pickle!!", b"", None),
    "deep": (b"[" * 20_000, b"", None),
    "a list": (b"[]", b"", None),
    "no parts": (b'{"parts": 3}', b"", None),
    "too few parts": (b'{"parts": [{}]}', b"", None),
    "parts of text": (b'{"parts": ["a", "b", "c"]}', b"", None),
    "negative size": (b'{"parts": [{"dims": [-1]}, {}, {}]}', b"", None),
    "a size of text": (b'{"parts": [{"dims": ["9"]}, {}, {}]}', b"", None),
    "a size of true": (b'{"parts": [{"dims": [true]}, {}, {}]}', b"", None),
    "huge": (b'{"parts": [{"dims": [1000, 1000, 1000]}, {}, {}]}', b"", None),
    "many axes": (b'{"parts": [{"dims": [1, 1, 1, 1, 1, 1, 1, 1, 1]}, {}, {}]}', b"", None),
    "no bytes": (b'{"parts": [' + b", ".join([ARRAY] * 3) + b"]}", b"\0" * 8, None),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_reply_loses_the_worker_and_nothing_else(kind):
    with pytest.raises(WorkerLost):
        reply(*FORGED[kind])


def test_a_well_formed_reply_is_read_and_odd_remarks_are_dropped():
    header = {
        "parts": [json.loads(ARRAY)] * 3,
        "changed": [0, 9, "x", -1],
        "shared": [[0, 1], [7, 7], 3],
        "warned": [1, "w" * 999],
    }
    told = reply(json.dumps(header).encode(), np.arange(6.0).astype("<f8").tobytes())
    assert told.answers["dw"].array.tolist() == [[2.0, 3.0]]
    assert (told.changed, told.shared, told.warned) == (("dy",), (("dx", "x"),), ("w" * 400,))


def test_values_that_are_not_finite_are_a_fault_whatever_the_header_says():
    told = reply(
        b'{"parts": [' + b", ".join([ARRAY] * 3) + b"]}", np.full(6, np.nan).astype("<f8").tobytes()
    )
    assert told.answers["dx"].fault == "not finite"


def test_reading_stops_at_the_deadline():
    (read, theirs), (_, ours) = os.pipe(), os.pipe()
    channel = Channel(read, ours)
    with pytest.raises(WorkerLost, match="did not answer in time"):
        channel.exactly(4, time.monotonic() + 0.05)
    channel.close()
    os.close(theirs)


def test_what_has_arrived_is_read_though_the_deadline_has_passed():
    """As when the grader itself was stopped by Ctrl-Z for a while."""
    (read, theirs), (_, ours) = os.pipe(), os.pipe()
    channel = Channel(read, ours)
    os.write(theirs, b"here")
    assert channel.exactly(4, time.monotonic() - 60) == b"here"
    with pytest.raises(WorkerLost, match="did not answer in time"):
        channel.exactly(1, time.monotonic() - 60)
    channel.close()
    os.close(theirs)


# --- the worker ---


def test_the_solved_notebook_earns_everything():
    assert {name: told["earned"] for name, told in graded({}).items()} == {
        e.name: e.points for e in NOTEBOOKS["1-affine"].exercises
    }


SLEEPS = """def affine_backward(dy, x, w):
    import time
    time.sleep(600)
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)
"""


def test_one_that_waits_is_said_and_marked_for_a_look():
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), {"affine_backward": SLEEPS})
    result = result_of(made, limits=Limits(call=0.4, whole=30.0))
    told = {each["exercise"]: each for each in result["exercises"]}
    assert "it waited for long and did nothing" in told["affine_backward"]["fault"]
    assert told["affine_backward"]["look"]
    assert [fault for fault in result["faults"] if "waited" in fault]
    assert result["points"] == 16.0


WORKS = """def affine_backward(dy, x, w):
    import time
    start = time.process_time()
    while time.process_time() - start < 0.08:
        sum(range(1000))
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)
"""


def test_a_busy_machine_costs_nobody_points():
    """Each call takes two thirds of its limit, and several times that by the clock."""
    burning = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    count = 4 * (os.cpu_count() or 1)
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), {"affine_backward": WORKS})
    others = [subprocess.Popen([sys.executable, "-c", burning]) for _ in range(count)]
    try:
        result = result_of(made, limits=Limits(call=0.12, whole=20.0, net=100.0))
    finally:
        for each in others:
            each.kill()
    assert result["points"] == 19.0, result["exercises"]


def test_an_endless_loop_costs_one_calls_limit():
    start = time.monotonic()
    told = graded(
        {"affine_backward": "def affine_backward(dy, x, w):\n    while True:\n        pass"}
    )
    assert (
        told["affine_backward"]["fault"]
        == "takes longer than 1 s: is there a loop that never ends?"
    )
    assert told["hinge_loss"]["earned"] == 1.0
    assert time.monotonic() - start < 8


def test_a_loop_that_turns_its_alarm_off_is_killed_and_the_rest_is_graded():
    stubborn = """import signal

def affine_backward(dy, x, w):
    signal.setitimer(signal.ITIMER_PROF, 0)
    while True:
        pass"""
    told = graded({"affine_backward": stubborn})
    assert told["affine_backward"]["fault"].startswith(
        "could not be asked: the process that ran it was stopped"
    )
    assert [name for name in NAMES if told[name]["earned"] != EXERCISES[name].points] == [
        "affine_backward"
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "while True: pass",
        "import os; os._exit(1)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ],
)
def test_a_cell_that_ends_or_never_ends_costs_only_itself(cell):
    assert sum(told["earned"] for told in graded({}, (cell,)).values()) == 19.0


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline",
        "%time x = 1",
        "%%time\nx = 1",
        "np.zeros?",
        "display(np)",
        "!ls",
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
    ],
)
def test_harmless_notebook_syntax_costs_nothing(cell):
    assert sum(told["earned"] for told in graded({}, (cell,)).values()) == 19.0


def test_calls_are_answered_where_the_test_cell_stands():
    """As in a kernel: what a later cell redefines counts only from there on."""
    made = notebook.solve(NOTEBOOKS["1-affine"])
    late = {
        "cell_type": "code",
        "id": "late",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": "affine_forward = None",
    }
    made["cells"].append(late)
    assert result_of(made)["points"] == 19.0


def test_memory_is_limited():
    told = graded(
        {"hinge_loss": "def hinge_loss(y, labels):\n    np.ones(2**30)\n    return 0.0, y"}
    )
    assert "MemoryError" in told["hinge_loss"]["fault"]


# --- the decision ---


def test_a_submission_that_knows_the_visible_cases_is_found():
    known = []
    for case in EXERCISES["affine_forward"].visible:
        x, w, b = case.args
        known.append((x.tolist(), (x @ w + b).tolist()))
    text = f"""KNOWN = {known!r}

def affine_forward(x, w, b):
    for a, y in KNOWN:
        if a == x.tolist():
            return np.array(y)
    return x @ w"""
    told = graded({"affine_forward": text})["affine_forward"]
    assert told["earned"] == 0.0
    assert graded({"affine_forward": text}, fresh=False)["affine_forward"]["earned"] == 1.0
    assert "lacks the bias" not in told["text"]


def test_hidden_cases_differ_by_seed_and_are_never_shown():
    exercise = EXERCISES["affine_backward"]
    one, other = cases_of(exercise, 1), cases_of(exercise, 2)
    words = explaining_cases(exercise, 1)
    assert one.deciding[: one.hidden_from] == exercise.visible == words[: one.hidden_from]
    assert one.hidden_from < len(one.deciding)
    assert not np.array_equal(one.deciding[-2].args[0], other.deciding[-2].args[0])
    assert not np.array_equal(one.deciding[-2].args[0], words[-2].args[0])


WARNS = """def affine_backward(dy, x, w):
    import warnings
    warnings.warn("overflow encountered in matmul", RuntimeWarning)
    return dy @ w.T, x.T @ dy, dy.sum(0){more}
"""


def test_a_warning_of_apples_library_is_no_note_and_one_on_an_infinite_result_is():
    right = graded({"affine_backward": WARNS.format(more="")})["affine_backward"]
    assert (right["earned"], right["notes"]) == (3.0, [])
    wrong = graded({"affine_backward": WARNS.format(more=" + np.inf")})["affine_backward"]
    assert "warned: RuntimeWarning: overflow encountered in matmul" in wrong["notes"]


def test_the_same_seed_gives_the_same_verdict():
    assert result_of(notebook.solve(NOTEBOOKS["1-affine"]), 5) == result_of(
        notebook.solve(NOTEBOOKS["1-affine"]), 5
    )


def test_a_lost_worker_is_not_started_for_ever():
    made = notebook.with_answers(
        notebook.solve(NOTEBOOKS["1-affine"]), dict.fromkeys(NAMES, "import os; os._exit(0)")
    )
    submission = parse(notebook.dumps(made).encode(), NAMES)
    with Sandbox(best(), NOTEBOOKS["1-affine"], LIMITS) as sandbox:
        exercises = NOTEBOOKS["1-affine"].by_name
        session = Session(submission, exercises, 1, sandbox)
        verdicts = session.run()
        session.close()
    assert sum(verdict.earned for verdict in verdicts) == 0
    assert session.restarts > 3


# --- the whole command ---

HONEST = (
    "ada",
    "bela",
    "chen",
    "dora",
    "emil",
    "fay",
    "gita",
    "hugo",
    "ines",
    "half",
    "blank",
    "slip-03",
    "lists",
)


@pytest.fixture(scope="module")
def course(tmp_path_factory, released_course) -> Classroom:
    course = released_course("1-affine", tmp_path_factory.mktemp("sealed") / "course")
    demo.hand_in(
        course,
        NOTEBOOKS["1-affine"],
        [
            s
            for s in submissions(NOTEBOOKS["1-affine"])
            if s.student in (*HONEST, "empty", "no-answer")
        ],
    )
    (course.submitted / "bela" / "1-affine" / "timestamp.txt").write_text(
        "2026-01-02 03:04:05 UTC\n"
    )
    status, said = grader("grade", "--course", course.folder, *unsafe())
    assert status == 1
    assert said.endswith("2 to look at: see above\n")
    return course


def submitted_at(db: Path) -> list[tuple]:
    import sqlite3

    with sqlite3.connect(db) as connection:
        return connection.execute(
            "SELECT student_id, timestamp FROM submitted_assignment ORDER BY student_id"
        ).fetchall()


def autograde_by_stock(
    course: Classroom, assignment: str, students: set[str], folder: Path
) -> Path:
    """Let stock nbgrader grade a copy of the course, these students alone; return its gradebook."""
    stock = folder / "course"
    shutil.copytree(
        course.folder,
        stock,
        ignore=shutil.ignore_patterns("autograded", "gradebook.db", "verdicts"),
    )
    for path in (stock / "submitted").iterdir():
        if path.name not in students:
            shutil.rmtree(path)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {
        "PATH": path,
        "COURSE_DIR": str(stock),
        "COURSE_DB": f"sqlite:///{stock}/gradebook.db",
    }
    for verb in ("generate_assignment", "autograde"):
        command = [
            "nbgrader",
            verb,
            assignment,
            *(["--force"] if verb == "generate_assignment" else []),
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    return stock / "gradebook.db"


@pytest.mark.soak
def test_the_gradebook_is_that_of_stock_autograde_row_by_row(course, tmp_path):
    theirs = autograde_by_stock(course, "1-affine", set(HONEST), tmp_path)
    ours = [row for row in rows(course.folder / "gradebook.db") if row[0] in HONEST]
    assert ours == rows(theirs)
    ours = [row for row in submitted_at(course.folder / "gradebook.db") if row[0] in HONEST]
    assert ours == submitted_at(theirs)
    assert dict(ours)["bela"].startswith("2026-01-02 03:04:05")


SOME = ("ada", "chen", "half")


@pytest.mark.soak
@pytest.mark.parametrize("assignment", [name for name in NOTEBOOKS if name != "1-affine"])
def test_every_other_notebook_gets_the_grades_of_stock_autograde(
    assignment, tmp_path, released_course
):
    course = released_course(assignment, tmp_path / "ours")
    honest = [s for s in submissions(NOTEBOOKS[assignment]) if s.student in SOME]
    demo.hand_in(course, NOTEBOOKS[assignment], honest)
    assert grader("grade", assignment, "--course", course.folder, *unsafe())[0] == 0
    ours = rows(course.folder / "gradebook.db")
    assert {
        (student, sum(row[2] or 0 for row in ours if row[0] == student)) for student in SOME
    } == {(s.student, s.points) for s in honest}
    assert ours == rows(
        autograde_by_stock(course, assignment, {s.student for s in honest}, tmp_path)
    )


def test_what_a_person_must_look_at_is_marked(course):
    marked = {(row[0], row[1]) for row in rows(course.folder / "gradebook.db") if row[5]}
    marked.remove(("ada", "explain_batch"))  # ada alone has written a text
    assert {student for student, _ in marked} == {"empty", "no-answer"}
    assert len([name for student, name in marked if student == "empty"]) == len(NAMES)
    assert [name for student, name in marked if student == "no-answer"] == ["check_affine_backward"]


def test_the_verdict_file_holds_what_a_grade_depends_on(course):
    stored = json.loads((course.folder / "verdicts" / "half" / "1-affine.json").read_text())
    assert stored["sha256"] == files.digest(
        (course.submitted / "half" / "1-affine" / "affine.ipynb").read_bytes()
    )
    assert (stored["student"], stored["points"], stored["sandbox"]) == ("half", 7.0, best().value)
    assert stored["made_with"].keys() == {"python", "numpy"}
    assert stored["basis"].keys() == {"course", "judge", "notebook", "limits", "exercises"}
    assert 0 <= stored["seed"] < 2**64


def test_a_second_run_grades_nothing_that_has_not_changed(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    db = f"sqlite:///{folder}/gradebook.db"
    status, said = grader("grade", "--course", folder, "--db", db, *unsafe())
    assert status == 1
    assert said.count("unchanged") == len(HONEST) + 2
    changed = folder / "submitted" / "half" / "1-affine" / "affine.ipynb"
    changed.write_text(notebook.dumps(notebook.solve(NOTEBOOKS["1-affine"])))
    with gradebook.opened(replace(Classroom.at(folder), db=db)) as book:
        grade = book.find_grade("check_hinge_loss", "affine", "1-affine", "ada")
        grade.manual_score, grade.extra_credit = 0.25, 2.0
        book.find_comment("hinge_loss", "affine", "1-affine", "ada").manual_comment = "well done"
        book.db.commit()
    said = grader("grade", "--course", folder, "--db", db, *unsafe())[1]
    assert said.count("unchanged") == len(HONEST) + 1
    assert "half: 19 points" in said
    seed = json.loads((folder / "verdicts" / "ada" / "1-affine.json").read_text())["seed"]
    said = grader("regrade", "--course", folder, "--db", db, "--yes", *unsafe())[1]
    assert f"0 gain, 0 lose, {len(HONEST) + 2} keep their points" in said
    assert json.loads((folder / "verdicts" / "ada" / "1-affine.json").read_text())["seed"] == seed
    assert {
        s.student: s.points
        for s in gradebook.standings(replace(Classroom.at(folder), db=db), "1-affine")
    }["ada"] == 20.25
    with gradebook.opened(replace(Classroom.at(folder), db=db)) as book:
        assert (
            book.find_comment("hinge_loss", "affine", "1-affine", "ada").manual_comment
            == "well done"
        )


def test_a_changed_timestamp_is_graded_again_and_keeps_what_a_person_gave(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    db, only = f"sqlite:///{folder}/gradebook.db", ("--student", "bela")
    with gradebook.opened(replace(Classroom.at(folder), db=db)) as book:
        grade = book.find_grade("check_hinge_loss", "affine", "1-affine", "bela")
        grade.manual_score, grade.extra_credit = 0.25, 2.0
        book.db.commit()
    time, verdict = (
        folder / "submitted" / "bela" / "1-affine" / "timestamp.txt",
        folder / "verdicts" / "bela" / "1-affine.json",
    )
    before = json.loads(verdict.read_text())
    for says, status, told in (
        (
            "soon",
            1,
            "bela: 20.25 points (points by hand in hinge_loss); recorded again, since its "
            "timestamp.txt is another one; look: timestamp.txt says 'soon'",
        ),
        ("soon", 1, "bela: unchanged, 20.25 points"),
        ("2026-01-01 04:05:06 UTC", 0, "since its timestamp.txt is another one\n"),
        ("1 Jan 2026 04:05:06", 0, "bela: unchanged, 20.25 points"),
        ("2026-02-03 04:05:06 UTC", 0, "2026-01-01 04:05:06 UTC, counts\n"),
    ):
        time.write_text(says)
        found, said = grader("grade", "--course", folder, "--db", db, *only, *unsafe())
        assert (found, told in said) == (status, True), said
    after = json.loads(verdict.read_text())
    assert (after["seed"], after["exercises"], after["faults"]) == (
        before["seed"],
        before["exercises"],
        [],
    )
    assert dict(submitted_at(folder / "gradebook.db"))["bela"].startswith("2026-01-01 04:05:06")
    (row,) = [
        row for row in rows(folder / "gradebook.db") if row[:2] == ("bela", "check_hinge_loss")
    ]
    assert row[3:5] == (0.25, 2.0)


def test_a_verdict_file_of_a_time_before_it_held_the_timestamp_is_graded_again(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    verdict = folder / "verdicts" / "ada" / "1-affine.json"
    before = json.loads(verdict.read_text())
    verdict.write_text(
        json.dumps({key: value for key, value in before.items() if key != "timestamp"})
    )
    status, said = grader(
        "grade",
        "--course",
        folder,
        "--db",
        f"sqlite:///{folder}/gradebook.db",
        "--student",
        "ada",
        *unsafe(),
    )
    assert (status, "ada: 19 points" in said, json.loads(verdict.read_text())) == (0, True, before)


def test_what_a_grade_is_made_from_is_read_once(course, monkeypatch):
    """Twice could be two different files: a verdict without a fault, and a time that is none."""
    monkeypatch.setattr(submission, "stored", Mock(wraps=submission.stored))
    monkeypatch.setattr(intake, "submitted_at", Mock(wraps=intake.submitted_at))
    made = submission.SubmissionGrader(
        submission.Task.of(
            submission.Grading(course, "1-affine", regrade=True), best(), b"a secret"
        )
    )
    monkeypatch.setattr(submission.verdict_file, "write", lambda path, verdict: None)
    try:
        done = made.grade(Standing("bela"))
    finally:
        made.bench.close()
    assert done == submission.Result("bela")
    assert (submission.stored.call_count, intake.submitted_at.call_count) == (1, 1)


def test_an_interrupted_run_ends_its_workers_and_runs_on(tmp_path):
    course = kills.make_class(tmp_path / "course", times=3)
    run = kills.start(course, *unsafe())
    first = run.stdout.readline()
    if first.startswith("sandbox: "):
        first += run.stdout.readline()  # once the first submissions are graded
    started = kills.descendants(run.pid)
    run.send_signal(signal.SIGINT)
    said = first + run.communicate(timeout=20)[0]
    assert run.returncode == 1
    assert "grader: Interrupted: " in said
    assert "Traceback" not in said
    assert kills.survivors(started) == []
    last = grader("grade", "--course", course.folder, *unsafe())[1]
    assert "unchanged" in last
    assert " to look at: see above" in last


def test_the_autograded_notebook_holds_no_output_of_the_students(course):
    made = notebook.load(course.autograded / "fay" / "1-affine" / "affine.ipynb")
    for cell in made["cells"]:
        if cell["cell_type"] == "code" and not cell["id"].startswith("check_"):
            assert cell["outputs"] == []
    assert "extra-0" not in {cell["id"] for cell in made["cells"]}


def test_feedback_pages_show_the_verdict(course):
    status, said = grader("feedback", "1-affine", "--course", course.folder)
    assert (status, said.splitlines()[-1]) == (0, "all written")
    page = (course.feedback / "empty" / "1-affine" / "affine.html").read_text()
    assert "could not be graded: the file is empty. Save the notebook and hand it in again" in page


def test_explain_replays_the_stored_verdict_in_another_process(course):
    grader = str(Path(sys.executable).with_name("grader"))
    command = [grader, "explain", "slip-03", "1-affine", "--course", str(course.folder), *unsafe()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("slip-03, 1-affine: 7 points\n")
    assert "rule: right shape, finite, and on every case an error of at most 1e-09" in done.stdout
    assert done.stdout.endswith("the replay gives the stored verdict\n")


def test_explain_of_nobody_and_of_changed_work(course, tmp_path):
    status, said = grader("explain", "nobody", "1-affine", "--course", course.folder)
    assert (status, said.startswith("grader: There is no verdict on nobody: expected ")) == (
        1,
        True,
    )
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    (folder / "submitted" / "ada" / "1-affine" / "affine.ipynb").write_text("{}")
    status, said = grader("explain", "ada", "1-affine", "--course", folder)
    assert status == 1
    assert "has changed since it was graded" in said


def test_random_kills_leave_no_process_no_half_file_and_the_same_scores(tmp_path):
    """Two here, of the grader and of a process of its, about the middle of a run; hundreds in make
    soak.
    """
    course = kills.make_class(tmp_path / "course", times=1)
    began = time.monotonic()
    kills.start(course, *unsafe()).communicate()
    longest, expected, rng = time.monotonic() - began, kills.state(course), random.Random(175)
    for number in range(2):
        kills.kill_once(
            kills.anew(course, tmp_path / str(number)), expected, rng, longest, *unsafe()
        )


def test_the_report_counts_names_and_stands_alone(course):
    status, said = grader("report", "1-affine", "--course", course.folder)
    assert status == 0
    assert said.startswith("1-affine: 15 graded, ")
    assert "to look at: 2\n  empty: the file is empty." in said
    lines = {line.split()[0]: line for line in said.splitlines() if " of " in line}
    assert "bias_subtracted (1)" in lines["affine_forward"]
    page = (course.folder / "report-1-affine.html").read_text()
    assert "default-src 'none'" in page
    assert "y: the bias was taken away instead of added" in page
    assert page.count("<img alt=") == 2
    for word in ("<script", "http://", "https://"):
        assert word not in page


def test_a_report_before_grading_is_told(tmp_path):
    status, said = grader("report", "--course", tmp_path)
    assert (status, "There is no gradebook" in said) == (1, True)
    grader("release", "1-affine", "--course", tmp_path)
    text = "grader: Nothing is graded yet for 1-affine. Run first: grader grade 1-affine\n"
    assert grader("report", "--course", tmp_path) == (1, text)


def test_a_locked_gradebook_is_no_score_and_the_next_run_completes(course, tmp_path):
    import sqlite3

    folder = tmp_path / "course"
    shutil.copytree(
        course.folder, folder, ignore=shutil.ignore_patterns("autograded", "verdicts", "feedback")
    )
    with sqlite3.connect(folder / "gradebook.db") as holder:
        holder.execute("BEGIN IMMEDIATE")
        status, said = grader("grade", "--course", folder, *unsafe())
    assert status == 1
    assert "cannot be written: database is locked." in said
    assert "has no new score" in said
    assert len(list((folder / "autograded").glob("*"))) < len(HONEST) + 2
    assert grader("grade", "--course", folder, *unsafe())[1].endswith("2 to look at: see above\n")


def test_a_folder_that_cannot_be_written_is_no_score(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(
        course.folder, folder, ignore=shutil.ignore_patterns("autograded", "verdicts", "feedback")
    )
    (folder / "verdicts").write_text("a file where a folder should be")
    status, said = grader("grade", "--course", folder, *unsafe())
    assert status == 1
    assert "cannot be read or written: " in said
    assert "Traceback" not in said


def test_without_a_sandbox_nothing_is_graded(course, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns("autograded", "verdicts"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(seccomp, "compiled", refused)
    status, said = grader("grade", "--course", folder)
    assert status == 1
    assert said.startswith(
        "grader: There is no sandbox here: bubblewrap: bubblewrap is not installed (Debian: "
        "apt-get install"
    )
    assert (
        "Landlock and seccomp alone: does not start: no libseccomp. Nothing was graded. Look with: "
        "grader doctor." in said
    )
    assert "--unsafe" in said
    assert not list(folder.glob("verdicts/*"))


def refused() -> bytes:
    raise CourseError("no libseccomp")


def test_a_bubblewrap_that_does_not_start_leaves_the_second_tier(course, tmp_path, monkeypatch):
    need_tier(Tier.LANDLOCK)
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    folder = tmp_path / "course"
    shutil.copytree(
        course.folder, folder, ignore=shutil.ignore_patterns("autograded", "verdicts", "feedback")
    )
    status, said = grader("grade", "--course", folder)
    assert status == 1
    assert said.startswith("sandbox: Landlock and seccomp alone\n[1/15] ")
    assert said.endswith("2 to look at: see above\n")
    status, said = grader("doctor")
    assert status == 0
    lines = {line[2:28].strip(): (line[0], line[29:]) for line in said.splitlines()}
    assert lines["bubblewrap"] == (
        "!",
        "does not start: the process that starts the workers was lost",
    )
    assert lines["grading"] == (" ", "sealed, by Landlock and seccomp alone")


def test_a_probe_is_closed_in_both_tiers_and_open_outside(tier):
    closed = probes.examine(tier, COURSE)
    names = {*probes.PROBES, "read the answers", "read the images that judge"}
    assert closed == probes.Finding(tier, count=len(names))
    assert set(probes.examine(Tier.NONE, COURSE).open) == names


def test_a_tier_with_an_open_probe_is_not_picked(some_tier, monkeypatch):
    others = {other: finding(other) for other in SEALED.values()}
    monkeypatch.setitem(probes.PROBES, "count", "1 + 1")
    told = {other: "open: count" if found.holds else str(found) for other, found in others.items()}
    with pytest.raises(
        CourseError,
        match=re.escape("; ".join(f"{other.value}: {words}" for other, words in told.items())),
    ):
        probes.pick_tier(COURSE)


def test_one_code_under_two_names_is_a_note_for_the_instructor():
    body = "(x, w, pad):\n    return np.correlate(np.pad(x, pad), w)\n"
    same = {name: f"def {name}{body}" for name in ("correlate_1d", "spray_1d")}
    other = {"correlate_1d": same["correlate_1d"]}
    for answers, count in ((same, 1), (other, 0)):
        made = notebook.with_answers(notebook.solve(NOTEBOOKS["2-convolution"]), answers)
        with Sandbox(best(), NOTEBOOKS["2-convolution"]) as sandbox:
            result = grade_submission(notebook.dumps(made).encode(), 1, sandbox)
        notes = [fault for fault in result["faults"] if "one code under two names" in fault]
        assert (len(notes), result["points"]) == (count, 29.0)
        looks = {each["exercise"] for each in result["exercises"] if each["look"]}
        assert looks == ({"correlate_1d", "spray_1d"} if count else set())
