"""The gradebook's writer: row by row what stock autograde leaves, all of a batch or nothing."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from our_course import NOTEBOOKS
from support import ROOT

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.commands import demo
from grader.instructor.courses import CourseError, source_notebook
from grader.instructor.demo.sample_class import submissions
from grader.instructor.records import gradebook, gradebook_tables, late_penalty, scores
from grader.instructor.records.gradebook import Graded, Writer
from grader.instructor.sealed.timestamp import UnreadableFile, parse, submitted_at

STUDENTS = ("ada", "bela", "blank", "half")
HOLD = "BEGIN IMMEDIATE"  # as a program does that is about to write


@dataclass(frozen=True)
class Class:
    """A class that stock nbgrader has graded. released: the gradebook before that; sheets: what it
    made of the notebooks.
    """

    course: Classroom
    released: Path
    graded: Path
    sheets: dict[str, Graded]


@pytest.fixture(scope="module")
def stock(tmp_path_factory, released_course) -> Class:
    """Four students, one of them late, graded by `nbgrader autograde`."""
    course = released_course("1-affine", tmp_path_factory.mktemp("stock") / "course")
    with gradebook.opened(course) as book:
        book.update_or_create_assignment("1-affine", duedate="2026-01-01 00:00:00 UTC")
    released = course.folder / "released.db"
    shutil.copy(course.folder / "gradebook.db", released)
    demo.hand_in(
        course,
        NOTEBOOKS["1-affine"],
        [s for s in submissions(NOTEBOOKS["1-affine"]) if s.student in STUDENTS],
    )
    for student, time in (
        ("bela", "2026-01-02 03:04:05.678 UTC\n"),
        ("half", "2025-12-31 23:59:59 UTC"),
        ("blank", "\n"),
    ):
        (course.submitted / student / "1-affine" / "timestamp.txt").write_text(time)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "COURSE_DIR": str(course.folder), "COURSE_DB": course.db}
    run = subprocess.run(
        ["nbgrader", "autograde", "1-affine"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    sheets = {}
    for student in STUDENTS:
        made = json.loads((course.autograded / student / "1-affine" / "affine.ipynb").read_text())
        time = submitted_at(course.submitted / student / "1-affine" / "timestamp.txt")
        sheets[student] = Graded(student, made, set(), time)
    return Class(course, released, course.folder / "gradebook.db", sheets)


@pytest.fixture
def ours(stock, tmp_path) -> Classroom:
    """The same course as released, with a gradebook of our own."""
    shutil.copy(stock.released, tmp_path / "ours.db")
    return replace(stock.course, db=f"sqlite:///{tmp_path / 'ours.db'}")


def file(course: Classroom) -> Path:
    return Path(course.db.removeprefix("sqlite:///"))


TABLES = {
    "student": "SELECT * FROM student",
    "submitted_assignment": "SELECT student_id, timestamp, typeof(timestamp), extension FROM "
    "submitted_assignment",
    "submitted_notebook": """SELECT s.student_id, b.name, n.flagged, n.late_submission_penalty, typeof(n.late_submission_penalty)
        FROM submitted_notebook n JOIN submitted_assignment s ON n.assignment_id = s.id
        JOIN notebook b ON n.notebook_id = b.id""",
    "grade": """SELECT s.student_id, c.name, c.type, m.max_score, g.auto_score, typeof(g.auto_score), g.manual_score,
        g.extra_credit, g.needs_manual_grade FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id
        JOIN submitted_assignment s ON n.assignment_id = s.id JOIN base_cell c ON g.cell_id = c.id
        JOIN grade_cells m ON m.id = c.id""",
    "comment": """SELECT s.student_id, c.name, c.type, k.auto_comment, k.manual_comment FROM comment k
        JOIN submitted_notebook n ON k.notebook_id = n.id JOIN submitted_assignment s ON n.assignment_id = s.id
        JOIN base_cell c ON k.cell_id = c.id""",
}


def content(path: Path) -> dict[str, list[tuple]]:
    """Return all that a grading writes, sorted, with names for the random ids; and how many rows
    there are.
    """
    with contextlib.closing(sqlite3.connect(path)) as db:
        told = {name: sorted(db.execute(query), key=repr) for name, query in TABLES.items()}
        counts = {name: [db.execute(f"SELECT count(*) FROM {name}").fetchone()] for name in TABLES}
    assert {name: len(rows) for name, rows in told.items()} == {
        name: count[0][0] for name, count in counts.items()
    }
    return told


def by_stocks_steps(course: Classroom, sheet: Graded, settings=None) -> None:
    """Write one result with nbgrader's own steps, as its autograde does after it has run a
    notebook.
    """
    import nbformat
    from nbgrader.api import Gradebook
    from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

    with Gradebook(course.db, "cnn-gradients") as book:
        book.update_or_create_student(sheet.student)
        book.update_or_create_submission(
            "1-affine", sheet.student, **({"timestamp": sheet.timestamp} if sheet.timestamp else {})
        )
    node = nbformat.reads(json.dumps(sheet.notebook), as_version=4)
    where = {
        "student": sheet.student,
        "assignment": "1-affine",
        "notebook": "affine",
        "db_url": course.db,
    }
    for step in (SaveAutoGrades(config=settings), AssignLatePenalties(config=settings)):
        step.log.propagate = False
        step.preprocess(node, {"nbgrader": where})


def record(course: Classroom, *sheets: Graded, patience: float = 10.0) -> dict[str, str]:
    with Writer(course, "1-affine", patience) as writer:
        return writer.record(sheets)


# --- the same rows as stock ---


def test_every_row_is_that_of_nbgrader_autograde(stock, ours):
    record(ours, *stock.sheets.values())
    assert content(file(ours)) == content(stock.graded)
    told = content(file(ours))
    assert ("bela", "2026-01-02 03:04:05.678000", "text", None) in told["submitted_assignment"]
    assert ("blank", "affine_forward", "SolutionCell", "No response.", None) in told["comment"]
    earned = {row[1]: row[4] for row in told["grade"] if row[0] == "ada"}
    assert earned.pop("explain_batch") is None  # nobody has graded it yet
    assert set(earned.values()) == {1.0, 2.0, 3.0}


def test_a_late_submission_without_a_configured_penalty_has_none(stock, ours):
    record(ours, stock.sheets["bela"])
    assert content(file(ours))["submitted_notebook"] == [("bela", "affine", 0, None, "null")]


def test_several_batches_are_as_one_and_nothing_is_open_between_them(stock, ours):
    """Processes of the pool may be forked there."""
    with Writer(ours, "1-affine") as writer:
        for sheet in stock.sheets.values():
            writer.record([sheet])
            if Path("/proc/self/fd").is_dir():
                assert not [
                    path
                    for path in Path("/proc/self/fd").iterdir()
                    if os.path.realpath(path) == str(file(ours))
                ]
    assert content(file(ours)) == content(stock.graded)


def test_nbgrader_reads_what_was_written(stock, ours):
    record(ours, *stock.sheets.values())
    points = {score.student: score.points for score in gradebook.standings(ours, "1-affine")}
    assert points == {
        s.student: s.points for s in submissions(NOTEBOOKS["1-affine"]) if s.student in STUDENTS
    }
    with gradebook.opened(ours) as book:
        submission = book.find_submission("1-affine", "bela")
        assert (submission.max_score, submission.total_seconds_late) == (20.0, 97445.678)
        assert not submission.needs_manual_grade


def touch(path: Path) -> None:
    """Do what a person does in the formgrader: scores, extra credit and comments by hand, an
    extension.
    """
    grade = """UPDATE grade SET {} WHERE cell_id IN (SELECT id FROM base_cell WHERE name = ?) AND notebook_id IN (
        SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s ON n.assignment_id = s.id WHERE s.student_id = ?)"""
    with sqlite3.connect(path) as db:
        db.execute(
            grade.format("manual_score = 0.25, extra_credit = 2.0"), ("check_hinge_loss", "bela")
        )
        db.execute(
            grade.format("manual_score = 0, needs_manual_grade = 0"),
            ("check_affine_forward", "ada"),
        )
        db.execute(grade.format("extra_credit = 0.5"), ("check_affine_forward", "half"))
        comment = grade.replace("UPDATE grade", "UPDATE comment")
        db.execute(comment.format("manual_comment = 'well done'"), ("hinge_loss", "ada"))
        db.execute(comment.format("manual_comment = ''"), ("affine_forward", "blank"))
        db.execute(
            "UPDATE submitted_assignment SET extension = '1970-01-02 00:00:00.000000' WHERE "
            "student_id = 'bela'"
        )
        db.execute("UPDATE submitted_notebook SET late_submission_penalty = 3.0, flagged = 1")


def penalties(method: str):
    from nbgrader.plugins import LateSubmissionPlugin
    from traitlets.config import Config

    class Odd(LateSubmissionPlugin):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            return {"bela": score / 4, "half": 1e9, "blank": -1.0}.get(student_id)

    return Config(
        {
            "none": {},
            "zero": {"LateSubmissionPlugin": {"penalty_method": "zero"}},
            "own": {"AssignLatePenalties": {"plugin_class": Odd}},
        }[method]
    )


@pytest.mark.parametrize("method", ["none", "zero", "own"])
def test_a_regrade_keeps_what_a_person_has_written_as_stock_does(
    method, stock, ours, tmp_path, monkeypatch
):
    theirs = replace(ours, db=f"sqlite:///{tmp_path / 'theirs.db'}")
    settings = penalties(method)
    monkeypatch.setattr(late_penalty, "config", lambda course: settings)
    record(ours, *stock.sheets.values())
    shutil.copy(stock.graded, file(theirs))
    late = datetime(2026, 1, 3)
    again = [  # other answers, other times, and one time that is gone
        replace(stock.sheets["ada"], notebook=stock.sheets["half"].notebook),
        replace(stock.sheets["blank"], notebook=stock.sheets["ada"].notebook, timestamp=late),
        replace(stock.sheets["half"], notebook=stock.sheets["blank"].notebook, timestamp=late),
        replace(stock.sheets["bela"], timestamp=None),
    ]
    for course in (ours, theirs):
        touch(file(course))
    record(ours, *again)
    for sheet in again:
        by_stocks_steps(theirs, sheet, settings)
    told = content(file(ours))
    assert told == content(file(theirs))
    assert [row[-1] for row in told["grade"] if row[:2] == ("ada", "check_affine_forward")] == [
        1
    ]  # by hand: look again
    assert [row[-1] for row in told["comment"] if row[:2] == ("ada", "hinge_loss")] == ["well done"]
    given = {row[0]: row[3] for row in told["submitted_notebook"]}
    bela = next(s.raw_points for s in gradebook.standings(ours, "1-affine") if s.student == "bela")
    assert (
        given
        == {
            "none": {"ada": None, "bela": None, "blank": None, "half": None},
            "zero": {"ada": None, "bela": bela, "blank": 19.0, "half": 0.5},
            "own": {"ada": None, "bela": bela / 4, "blank": 0.0, "half": 0.5},
        }[method]
    )


def test_an_extension_that_is_long_enough_takes_the_penalty_away(stock, ours, monkeypatch):
    monkeypatch.setattr(late_penalty, "config", lambda course: penalties("zero"))
    record(ours, stock.sheets["bela"])
    assert content(file(ours))["submitted_notebook"][0][3] == 19.0
    with gradebook.opened(ours) as book:
        book.grant_extension("1-affine", "bela", days=2)
    record(ours, stock.sheets["bela"])
    assert content(file(ours))["submitted_notebook"][0][3] is None


def marked(course: Classroom) -> list[str]:
    """Return the cells that need a person, in the order of their names."""
    return sorted(row[1] for row in content(file(course))["grade"] if row[-1])


def test_what_a_person_should_look_at_is_marked_until_it_is_not(stock, ours):
    record(ours, replace(stock.sheets["ada"], looks={"hinge_loss"}))
    assert marked(ours) == ["check_hinge_loss", "explain_batch"]
    record(ours, stock.sheets["ada"])
    assert marked(ours) == ["explain_batch"]  # ada has written one


def test_rows_that_somebody_has_deleted_are_made_again(stock, ours):
    record(ours, *stock.sheets.values())
    with sqlite3.connect(file(ours)) as db:
        db.execute("DELETE FROM comment")
        db.execute("DELETE FROM grade WHERE rowid % 2")
    record(ours, *stock.sheets.values())
    assert content(file(ours)) == content(stock.graded)


# --- what a notebook says ---


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_checksums_and_scores_are_nbgraders_in_every_notebook(assignment):
    import nbformat
    from nbgrader.utils import compute_checksum, determine_grade

    made = json.loads(source_notebook(NOTEBOOKS[assignment]).read_text())
    for cell in made["cells"]:
        if (told := cell["metadata"].get("nbgrader")) is None:
            continue
        for change in (
            {},
            {"locked": True},
            {"grade": True, "points": 2},
            {"grade": True, "solution": True, "points": 0.5},
        ):
            other = copy.deepcopy(cell)
            other["metadata"]["nbgrader"] = told | change
            node = nbformat.from_dict(other)
            node.source = "".join(node.source)
            assert scores.checksum(other) == compute_checksum(node)
            if not told.get("grade") and not change.get("grade"):
                continue
            for sum_ in ("", scores.checksum(other)):
                other["metadata"]["nbgrader"]["checksum"] = node.metadata.nbgrader["checksum"] = (
                    sum_
                )
                most = other["metadata"]["nbgrader"]["points"]
                data = {"text/plain": str(min(0.5, float(most)))}
                result = {
                    "output_type": "execute_result",
                    "data": data,
                    "metadata": {},
                    "execution_count": None,
                }
                other["outputs"], node.outputs = [result], [nbformat.from_dict(result)]
                score = scores.auto_score(other, 2.0)
                assert score == determine_grade(node)[0]
                assert score in (0.5, None, 0.0)


RESULT = {
    "output_type": "execute_result",
    "data": {"text/plain": "1.0"},
    "metadata": {},
    "execution_count": None,
}
ERROR = {"output_type": "error", "ename": "", "evalue": "", "traceback": []}
ODD = {
    "no output": ([], "the outputs of the cell check_hinge_loss are: none; expected one result"),
    "two": ([RESULT, RESULT], "are: execute_result, execute_result; expected one result"),
    "an error": ([RESULT, ERROR], "are: execute_result, error; expected one result, and no error"),
    "stderr": (
        [{"output_type": "stream", "name": "stderr", "text": ""}, RESULT],
        "are: stream, execute_result; expected",
    ),
}
for text in ("nan", "inf", "-0.5", "1.0000001", "np.float64(1.0)", "None", ""):
    ODD[text or "nothing"] = (
        [RESULT | {"data": {"text/plain": text}}],
        f"gives {text!r}, expected a number from 0 to 1",
    )


@pytest.mark.parametrize("kind", ODD)
def test_what_stock_would_take_for_full_marks_is_refused_and_stops_nobody_else(kind, stock, ours):
    outputs, text = ODD[kind]
    made = copy.deepcopy(stock.sheets["half"].notebook)
    notebook.check_cells(made)["check_hinge_loss"]["outputs"] = outputs
    refused = record(ours, stock.sheets["ada"], replace(stock.sheets["half"], notebook=made))
    assert list(refused) == ["half"]
    assert text in refused["half"]
    assert {row[0] for row in content(file(ours))["grade"]} == {"ada"}


def test_a_notebook_with_other_cells_than_the_gradebook_is_told(stock, ours):
    made = copy.deepcopy(stock.sheets["ada"].notebook)
    made["cells"].remove(notebook.check_cells(made)["check_hinge_loss"])
    refused = record(ours, replace(stock.sheets["ada"], notebook=made))
    assert refused == {
        "ada": "the notebook's graded cells and the gradebook's differ: check_hinge_loss"
    }


# --- all of a batch or nothing ---


@pytest.mark.parametrize("hold", [HOLD, "BEGIN EXCLUSIVE"])
def test_a_held_gradebook_is_waited_for_then_told_and_nothing_is_written(hold, stock, ours):
    with (
        Writer(ours, "1-affine", patience=0.2) as writer,
        sqlite3.connect(file(ours), isolation_level=None) as holder,
    ):
        holder.execute(hold)
        with pytest.raises(CourseError) as raised:
            writer.record(list(stock.sheets.values()))
        assert str(raised.value) == (
            f"The gradebook {ours.db} cannot be written: database is locked. This batch of 4 (ada "
            "to half) has no new score. "
            "Close what holds it (formgrader, another grader) or make room, and run the command "
            "again: it goes on where it "
            "stopped."
        )
        holder.execute("ROLLBACK")
        assert content(file(ours))["student"] == []
        writer.record(list(stock.sheets.values()))
    assert content(file(ours)) == content(stock.graded)


def test_a_reader_that_never_ends_is_no_half_batch_either(stock, ours):
    """It lets a writer begin, and refuses the commit."""
    with (
        Writer(ours, "1-affine", patience=0.2) as writer,
        sqlite3.connect(file(ours), isolation_level=None) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM student").fetchall()
        with pytest.raises(CourseError, match="database is locked"):
            writer.record(list(stock.sheets.values()))
        reader.execute("ROLLBACK")
        assert content(file(ours))["student"] == []
        writer.record(list(stock.sheets.values()))
    assert content(file(ours)) == content(stock.graded)


def test_who_holds_the_gradebook_for_a_moment_is_waited_for(stock, ours):
    code = f"""import sqlite3, sys
db = sqlite3.connect({str(file(ours))!r}, isolation_level=None)
db.execute("{HOLD}")
print("held", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")"""
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with Writer(ours, "1-affine") as writer:
        holder.stdin.write("\n")
        holder.stdin.flush()
        writer.record([stock.sheets["ada"]])
    holder.communicate()
    assert len(content(file(ours))["student"]) == 1


def test_a_full_disk_is_told_and_nothing_is_written(stock, ours):
    from sqlalchemy import event

    pages = sqlite3.connect(file(ours)).execute("PRAGMA page_count").fetchone()[0]
    with Writer(ours, "1-affine") as writer:
        event.listen(
            writer.engine,
            "connect",
            lambda db, _: db.execute(f"PRAGMA max_page_count = {pages + 2}"),
        )
        many = [replace(stock.sheets["ada"], student=f"s{number}") for number in range(50)]
        with pytest.raises(
            CourseError,
            match=r"cannot be written: database or disk is full\. This batch of 50 \(s0 to s49\)",
        ):
            writer.record(many)
    assert content(file(ours))["student"] == []


def test_a_really_full_disk_is_told_and_nothing_is_written(stock, ours, tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", place], capture_output=True, check=False
    )
    if mounted.returncode:
        assert not (os.environ.get("REQUIRE_ALL") and os.geteuid() == 0), mounted.stderr
        pytest.skip("only root can mount a small disk")
    try:
        shutil.copy(stock.released, place / "gradebook.db")
        course = replace(ours, db=f"sqlite:///{place / 'gradebook.db'}")
        many = [replace(stock.sheets["ada"], student=f"s{number}") for number in range(200)]
        with pytest.raises(CourseError, match=r"cannot be written: d(atabase or d)?isk"):
            record(course, *many)
        assert content(place / "gradebook.db")["student"] == []
        record(course, *stock.sheets.values())
        assert content(place / "gradebook.db") == content(stock.graded)
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_gradebook_that_may_not_be_written_is_told(stock, ours):
    read_only = replace(ours, db=f"sqlite:///file:{file(ours)}?mode=ro&uri=true")
    with pytest.raises(
        CourseError,
        match=r"cannot be written: attempt to write a readonly database\. ada has no new score",
    ):
        record(read_only, stock.sheets["ada"])


def test_a_writer_killed_before_its_commit_leaves_nothing(stock, ours):
    code = """import os, pickle, signal, sys
from grader.instructor.classroom import Classroom
from grader.instructor.records import gradebook
gradebook.Batch._penalties = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
folder, sheets = pickle.load(sys.stdin.buffer)
with gradebook.Writer(Classroom.at(folder), "1-affine") as writer:
    writer.record(sheets)"""
    sheets = [replace(stock.sheets["ada"], student=f"s{number}") for number in range(200)]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps((ours.folder, sheets)),
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert content(file(ours))["student"] == []
    record(ours, *stock.sheets.values())
    assert content(file(ours)) == content(stock.graded)


# --- opening ---


def test_an_assignment_that_is_not_released_is_told(ours, tmp_path):
    text = (
        "2-convolution is not in the gradebook sqlite:///.*Run first: grader release 2-convolution$"
    )
    with pytest.raises(CourseError, match=text):
        Writer(ours, "2-convolution")
    with pytest.raises(CourseError, match="There is no gradebook"):
        Writer(replace(ours, db=f"sqlite:///{tmp_path}/none.db"), "1-affine")


@pytest.mark.parametrize("url", ["book", "sqlite:///{}", "nosuch://x/y"])
def test_a_gradebook_that_is_none_is_told(url, ours, tmp_path):
    (tmp_path / "text").write_text("this is no database " * 50)
    with pytest.raises(CourseError, match=r"cannot be opened: .* Nothing was changed"):
        Writer(replace(ours, db=url.format(tmp_path / "text")), "1-affine")


def test_a_gradebook_of_another_version_is_written_with_nbgraders_own_tables(stock, ours):
    with sqlite3.connect(file(ours)) as db:
        db.execute("UPDATE alembic_version SET version_num = 'later'")
    record(ours, *stock.sheets.values())
    assert content(file(ours)) == content(stock.graded)


def test_the_known_version_and_its_columns_are_nbgraders():
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import DateTime, Interval

    settings = Config()
    settings.set_main_option("script_location", ALEMBIC_DIR)
    assert ScriptDirectory.from_config(settings).get_current_head() == gradebook_tables.KNOWN
    for name, columns in gradebook_tables.TABLES.items():
        table = Base.metadata.tables[name]
        for column in columns.split():
            kind = type(table.c[column].type)
            expected = kind if kind in (DateTime, Interval) else None
            assert gradebook_tables.TYPES.get(column) is expected
        needed = {c.name for c in table.c if not c.nullable and c.server_default is None}
        written = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
        assert name not in written or needed <= set(columns.split())


def test_writing_imports_no_nbgrader(stock, ours):
    code = f"""import sys
from grader.instructor.records import gradebook
from grader.instructor.classroom import Classroom
from pathlib import Path
with gradebook.Writer(Classroom(Path({str(ours.folder)!r}), {ours.db!r}), "1-affine") as writer:
    pass
print([name for name in ("nbgrader", "nbformat", "nbconvert", "traitlets", "dateutil") if name in sys.modules])"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_batch_of_fifty_is_one_commit_and_a_few_statements(stock, ours):
    from sqlalchemy import event

    seen: list[str] = []
    with Writer(ours, "1-affine") as writer:
        event.listen(
            writer.engine, "before_cursor_execute", lambda *args: seen.append(args[2].split()[0])
        )
        event.listen(writer.engine, "commit", lambda connection: seen.append("COMMIT"))
        writer.record([replace(stock.sheets["ada"], student=f"s{number}") for number in range(50)])
    assert seen.count("COMMIT") == 1
    assert len(seen) < 25
    assert not [word for word in seen if word not in ("SELECT", "INSERT", "UPDATE", "COMMIT")]


def test_an_index_finds_the_rows_however_many_there_are(stock, ours):
    """So that a class of ten thousand takes ten times as long as one of a thousand."""
    from sqlalchemy import event

    seen: list[tuple] = []
    with Writer(ours, "1-affine") as writer:
        event.listen(
            writer.engine,
            "before_cursor_execute",
            lambda *args: seen.append((args[2], args[3], args[5])),
        )
        writer.record(list(stock.sheets.values()))
    with sqlite3.connect(file(ours)) as db:
        for statement, values, many in seen:
            if not statement.startswith("INSERT"):
                plan = " ".join(
                    row[3]
                    for row in db.execute(
                        "EXPLAIN QUERY PLAN " + statement, values[0] if many else values
                    )
                )
                for table in (
                    "grade",
                    "comment",
                    "submitted_notebook",
                    "submitted_assignment",
                    "student",
                ):
                    assert f"SCAN {table} " not in f"{plan} ", statement


@pytest.mark.parametrize("url", ["postgresql", "mysql"])
def test_every_statement_is_told_to_other_databases_too(url, stock, ours):
    """Only SQLite is tried here; the statements at least have words in the others' languages."""
    from sqlalchemy import event
    from sqlalchemy.dialects import registry

    dialect = registry.load(url)()
    with Writer(ours, "1-affine") as writer:
        event.listen(
            writer.engine,
            "before_execute",
            lambda db, statement, *rest: statement.compile(dialect=dialect),
            retval=False,
        )
        writer.record(list(stock.sheets.values()))


# --- when it was handed in ---


MOMENTS = st.datetimes(datetime(1990, 1, 3), datetime(2037, 12, 29))


@given(
    MOMENTS,
    st.sampled_from(["", " UTC", "+01:00", "-0530", "Z", " EST", " CET", " Europe/Berlin"]),
    st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
)
@example(datetime(2026, 1, 2, 3, 4, 5, 678), " UTC", "%Y-%m-%d %H:%M:%S.%f")
@example(datetime(2026, 2, 1, 12), " America/New_York", "%Y-%m-%d %H:%M:%S")
def test_a_time_as_nbgrader_writes_it_is_what_nbgrader_makes_of_it(time, zone, how):
    from dateutil import tz
    from nbgrader.utils import parse_utc

    text = time.strftime(how) + zone
    if zone in (" EST", " CET", " Europe/Berlin"):
        assume(text.count(" ") == 2)  # nbgrader looks for a zone's name in a third word alone
    place = {" CET": tz.gettz("Europe/Brussels"), " Europe/Berlin": tz.gettz("Europe/Berlin")}.get(
        zone, tz.UTC
    )
    if zone == " CET" and place.utcoffset(time) != timedelta(hours=1):
        with pytest.raises(UnreadableFile, match="CET"):  # where it is summer
            parse(text)
    elif tz.datetime_ambiguous(time, place) or not tz.datetime_exists(time, place):
        with pytest.raises(UnreadableFile, match=r"since clocks are set|clocks there show"):
            parse(text)
    else:
        assert parse(text) == parse_utc(text)


# What learning platforms write, with the part of a time that it holds.
PLATFORMS = {
    "%A, %d %B %Y, %I:%M %p": "minute",  # Moodle
    "%d %B %Y, %H:%M": "minute",
    "%d %B %Y %H:%M": "minute",
    "%b %d, %Y at %I:%M%p": "minute",  # Canvas
    "%b %d, %Y at %I:%M\u202f%p": "minute",  # as browsers write it
    "%b %d, %Y %I:%M:%S %p": "second",
    "%A, %B %d, %Y %I:%M:%S %p": "second",
    "%m/%d/%Y %I:%M %p": "minute",
    "%d/%m/%Y %H:%M": "minute",
    "%d.%m.%Y, %H:%M:%S": "second",
    "%d-%b-%Y %H:%M": "minute",
    "%Y-%m-%d %I:%M:%S %p": "second",
    "%Y-%m-%dT%H:%M:%S.%f": "microsecond",
    "%a %b %d %H:%M:%S{zone} %Y": "second",
    "%a, %d %b %Y %H:%M:%S": "second",
}
CUT = {
    "minute": {"second": 0, "microsecond": 0},
    "second": {"microsecond": 0},
    "microsecond": {},
}
# Zones as they are written, and how far each is from UTC, in hours.
OFFSETS = {
    "": 0,
    " UTC": 0,
    " GMT": 0,
    " EST": -5,
    " EDT": -4,
    " CEST": 2,
    " IST": 5.5,
    " PST": -8,
    " -0500": -5,
    " +05:30": 5.5,
    " UTC+1": 1,
    " GMT-03:30": -3.5,
}


@given(MOMENTS, st.sampled_from(sorted(PLATFORMS)), st.sampled_from(sorted(OFFSETS)))
@example(datetime(2026, 1, 31, 23, 59), "%Y-%m-%d %I:%M:%S %p", "")
@example(datetime(2026, 1, 31, 23, 59), "%Y-%m-%d %I:%M:%S %p", " EST")
@example(datetime(2026, 1, 31, 0, 0), "%m/%d/%Y %I:%M %p", "")
@example(datetime(2026, 1, 31, 12, 0), "%b %d, %Y at %I:%M%p", " CEST")
@example(datetime(2026, 2, 3, 12, 0), "%d/%m/%Y %H:%M", "")
def test_a_platforms_time_is_that_moment_or_refused(time, how, zone):
    cut = PLATFORMS[how]
    if "{zone}" not in how:
        how += "{zone}"
    text = time.strftime(how).replace("{zone}", zone)
    is_numeric = "%d/%m" in how or "%m/%d" in how or "%d.%m" in how
    is_ambiguous = is_numeric and time.day <= 12 and time.day != time.month
    if is_ambiguous or zone in (" IST", " PST"):
        with pytest.raises(UnreadableFile, match=r"which may be (\d+ \w+ \d+ or|that of)"):
            parse(text)
    else:
        expected = time.replace(**CUT[cut]) - timedelta(hours=OFFSETS[zone])
        assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan 31, 2026 at 11pm", datetime(2026, 1, 31, 23)),  # Canvas, on the hour
        ("1/31/2026 11:59 PM", datetime(2026, 1, 31, 23, 59)),
        ("Tuesday, 02/03/2026 10:00", datetime(2026, 2, 3, 10)),  # the weekday decides
        ("02/02/2026 10:00", datetime(2026, 2, 2, 10)),
        ("Sat Jan 31 23:59:00 EST 2026", datetime(2026, 2, 1, 4, 59)),
        ("31. Jan. 2026, 11:59 p.m.", datetime(2026, 1, 31, 23, 59)),
        ("1st February 2026\n23:59", datetime(2026, 2, 1, 23, 59)),
        ("2026-01-31 12:00 am", datetime(2026, 1, 31)),
        ("2026-07-01 12:00:00 EDT", datetime(2026, 7, 1, 16)),  # nbgrader reads it as UTC
        ("2026-01-31 23:59:00 +0100", datetime(2026, 1, 31, 22, 59)),  # and 100 s here
    ],
)
def test_a_time_is_read_as_it_is_meant(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("02/03/2026 10:00", "which may be 2 March 2026 or 3 February 2026"),
        ("2.3.2026 10:00", "which may be 2 March 2026 or 3 February 2026"),
        ("Friday, 31 January 2026, 11:59 PM", "names another weekday"),
        ("2026-01-31 23:59 CST", "has the zone CST, which may be that of North America, China"),
        ("2026-01-31 23:59 QQT", "has a zone that is not known: 'QQT'"),
        ("2026-01-31 23:59:00 3600", "has a zone that is not known: '3600'"),
        ("2026-01-31 23:59:00 +20:00", "has a zone that is not known"),
        ("2026-07-31 23:59 CET", "has the zone CET at a time of the year"),
        ("2026-11-01 01:30 America/New_York", "comes twice in America/New_York"),
        ("2026-03-08 02:30 America/New_York", "does not exist in America/New_York"),
        ("2026-01-02 03:04:05 /etc/passwd", "has a zone that is not known: '/etc/passwd'"),
        ("2026-01-02 03:04:05 ../../etc/passwd", "has a zone that is not known"),
        ("2026-01-02 03:04:05 localtime", "has a zone that is not known: 'localtime'"),
        ("2026-01-02 03:04:05 right/Europe/Berlin", "has a zone that is not known"),
        ("2026-01-02 03:04:05 999999999999", "has a zone that is not known"),
    ],
)
def test_a_time_that_may_be_another_is_refused_and_says_why(text, why):
    with pytest.raises(UnreadableFile) as error:
        parse(text, "timestamp.txt")
    assert why in str(error.value)
    assert "Expected a line such as 2026-01-31 23:59:00 UTC" in str(error.value)


def test_a_zones_letters_are_those_that_the_tz_database_writes_for_one_offset():
    import zoneinfo

    from grader.instructor.sealed.moment import AMBIGUOUS, HOURS

    found = defaultdict(set)
    for name in zoneinfo.available_timezones():
        zone = zoneinfo.ZoneInfo(name)
        for month in range(1, 13):
            time = datetime(2024, month, 15, tzinfo=zone)
            found[time.tzname()].add(time.utcoffset() / timedelta(hours=1))
    for letters, hours in HOURS.items():
        assert found.get(letters, {hours}) == {hours}, letters
    several = {letters for letters, hours in found.items() if len(hours) > 1}
    assert several <= set(AMBIGUOUS), several


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "5",
        "Monday",
        "10:30",
        "2026-02",
        "2026-01-31",
        "1/31/26 11:59 PM",
        "2026-01-31 23:59 PM",
        "2026-01-31 0:30 AM",
        "2026-01-31 23",
        "30/02/2026 23:59",
        "Jan 31 at 11:59pm",
        "2026-13-45 99:99:99 UTC",
        "9" * 90,
        "((((((",
        "\0",
        "2026-01-02 03:04:05 UTC " + "x" * 80,
    ],
)
def test_a_time_that_is_none_is_told(text):
    with pytest.raises(
        UnreadableFile,
        match=r"^timestamp\.txt says .*, which is no time\. Expected a line such as 2026-01-31 "
        r"23:59:00 UTC",
    ):
        parse(text, "timestamp.txt")


@given(st.text(max_size=120))
def test_any_text_is_a_time_or_garbage(text):
    with contextlib.suppress(UnreadableFile):
        assert parse(text).tzinfo is None


def test_a_year_in_which_nobody_handed_in_is_told():
    with pytest.raises(UnreadableFile, match="which is of the year 26"):
        parse("0026-01-31 23:59:00 UTC", "timestamp.txt")


def test_only_a_small_regular_file_is_read_for_a_time(tmp_path):
    path = tmp_path / "timestamp.txt"
    assert submitted_at(path) is None
    path.write_text(" \n")
    assert submitted_at(path) is None
    path.write_text("2026-01-02 03:04:05 UTC\n")
    assert submitted_at(path) == datetime(2026, 1, 2, 3, 4, 5)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le"):
        path.write_text("2026-01-02 03:04:05 UTC\r\n", encoding=encoding)
        assert submitted_at(path) == datetime(2026, 1, 2, 3, 4, 5)
    path.write_bytes(b"2026\xff")
    with pytest.raises(UnreadableFile, match="cannot be read: no text in UTF-8"):
        submitted_at(path)
    with open(path, "wb") as big:
        big.truncate(2**33)
    with pytest.raises(UnreadableFile, match="which is no time"):
        submitted_at(path)
    for make, text in (
        (lambda: path.symlink_to(tmp_path), "cannot be read: Too many levels of symbolic links"),
        (lambda: os.mkfifo(path), "is not a file"),
        (lambda: path.mkdir(), "cannot be read: Is a directory|is not a file"),
    ):
        path.unlink()
        make()
        with pytest.raises(UnreadableFile, match=text):
            submitted_at(path)
