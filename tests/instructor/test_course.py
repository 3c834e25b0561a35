"""What an instructor runs: the commands, their messages, and a round through real nbgrader."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from our_course import COURSE, EXERCISES, NOTEBOOKS
from support import ROOT, grader
from tiers import unsafe

from grader.instructor import courses
from grader.instructor.author import notebook
from grader.instructor.author.references import mistakes_of
from grader.instructor.classroom import Classroom, Grading, sqlite_url
from grader.instructor.commands import demo
from grader.instructor.commands.grade import grade
from grader.instructor.commands.release import release
from grader.instructor.courses import CourseError
from grader.instructor.demo.sample_class import SLIP_LIMIT, source_of, submissions
from grader.instructor.records import gradebook, steps
from grader.instructor.report.gather import gather
from solutions.mistakes import CATALOGUE

STUDENTS = ("ada", "blank", "fay", "other-name", "slip-01", "syntax")


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Classroom:
    """A course with a few of the demo class, released, graded and with feedback, by the commands."""
    course = Classroom.at(tmp_path_factory.mktemp("class") / "course")
    assert grader("release", "1-affine", "--course", course.folder)[0] == 0
    few = [s for s in submissions(NOTEBOOKS["1-affine"]) if s.student in STUDENTS]
    demo.hand_in(course, NOTEBOOKS["1-affine"], few)
    *lines, last = grader("grade", "--course", course.folder, *unsafe())[1].splitlines()[
        -len(few) - 1 :
    ]
    assert [line.split()[0] for line in lines] == [f"[{n}/6]" for n in range(1, 7)]
    said = {line.split(" ", 1)[1] for line in lines}  # in the order in which they were done
    assert said == {f"{s.student}: {s.points:g} points" for s in few}
    assert last == "all graded"
    assert grader("feedback", "--course", course.folder)[0] == 0
    return course


# --- the round ---


def test_the_gradebook_holds_the_points_known_beforehand(graded):
    expected = {
        s.student: s.points for s in submissions(NOTEBOOKS["1-affine"]) if s.student in STUDENTS
    }
    assert {
        score.student: score.points for score in gradebook.standings(graded, "1-affine")
    } == expected
    assert {score.max_points for score in gradebook.standings(graded, "1-affine")} == {20.0}


def test_the_points_are_those_that_check_told_the_student(graded):
    for score in gradebook.standings(graded, "1-affine"):
        shown = demo.outputs(graded.autograded / score.student / "1-affine" / "affine.ipynb")
        assert shown.keys() == score.per_exercise.keys()
        for exercise, points in score.per_exercise.items():
            told = next(demo.texts(shown[exercise]))
            assert told.startswith(
                f"{exercise}: {points:g} of {EXERCISES[exercise].points:g} point"
            )


def test_a_feedback_page_shows_score_and_hint(graded):
    page = (graded.feedback / "slip-01" / "1-affine" / "affine.html").read_text(encoding="utf-8")
    assert "affine: 3.5 of 20 points</h1>" in page
    assert "lacks the bias: what does every row of Eq. 1 add after the product?" in page


def test_the_demo_agrees_with_what_is_known_beforehand_and_can_disagree(graded):
    few = [s for s in submissions(NOTEBOOKS["1-affine"]) if s.student in STUDENTS]
    assert demo.differences(graded, "1-affine", few) == []
    assert list(demo.findings_in(graded, "1-affine", "ada")) == []
    who = "ada (the reference answers)"
    other = [replace(few[0], points=18.0), replace(few[0], messages=("nonsense",))]
    assert demo.differences(graded, "1-affine", other) == [
        f"{who}: 19 points, EXPECTED 18",
        f"{who}: EXPECTED to be told: nonsense",
    ]


def test_the_demo_plays_some_thirty_of_every_kind_and_says_in_ten_lines_where_to_look(tmp_path):
    chosen = demo.few(submissions(NOTEBOOKS["1-affine"]))
    assert 25 <= len(chosen) <= 35
    assert {submission.kind for submission in chosen} == set(demo.KINDS)
    status, said = grader("demo", "--course", tmp_path)
    assert status == 0, said
    lines = said.splitlines()
    assert len(lines) <= 18
    assert "compared   all points and hints are those known beforehand" in lines
    for name in (
        "report-1-affine.html",
        "gradebook.db",
        "grades.csv",
        "feedback/ada/1-affine/affine.html",
    ):
        assert (tmp_path / "demo" / name).is_file()


MARKED = [name for name, notebook in NOTEBOOKS.items() if notebook.points]
OTHERS = [
    pytest.param(name, marks=[pytest.mark.soak] if name == "6-capstone" else [])
    for name in MARKED
    if name != "1-affine"
]


@pytest.mark.parametrize("assignment", OTHERS)
def test_the_whole_class_comes_out_as_known_beforehand_in_every_other_notebook(
    assignment, tmp_path
):
    course = replace(COURSE, notebooks=(NOTEBOOKS[assignment],))
    said: list[str] = []
    is_good = demo.play(Classroom.at(tmp_path, course=course), said.append, every=True)
    assert is_good, "\n".join(said)


def test_export_writes_every_student(graded, tmp_path):
    assert grader("export", "--course", graded.folder, "--to", tmp_path / "g.csv") == (
        0,
        f"wrote {tmp_path / 'g.csv'}\n",
    )
    with (tmp_path / "g.csv").open() as file:
        rows = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert rows == {
        s.student: str(s.points)
        for s in submissions(NOTEBOOKS["1-affine"])
        if s.student in STUDENTS
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["g.csv"]


def test_the_kit_holds_what_students_need_and_no_answer(graded, tmp_path):
    with zipfile.ZipFile(graded.release / "student-kit.zip") as kit:
        names = [name.removeprefix("student-kit/") for name in kit.namelist()]
        assert {"README.md", "constraints.txt", "1-affine/affine.ipynb"} <= set(names)
        (wheel,) = (name for name in kit.namelist() if name.endswith(".whl"))
        kit.extract(wheel, tmp_path)
    with zipfile.ZipFile(tmp_path / wheel) as content:
        assert not [
            name for name in content.namelist() if "solutions" in name or "mistakes" in name
        ]
        assert "grader/fingerprints/1-affine.json" in content.namelist()
        content.extractall(tmp_path / "site")
    code = "import grader; print(grader.__file__); grader.check(len)"
    env = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert str(tmp_path / "site") in done.stdout
    assert "len is not an exercise of this course" in done.stdout


def test_a_released_notebook_has_stubs_and_no_markers(graded):
    released = notebook.load(graded.release / "1-affine" / "affine.ipynb")
    sources = {name: notebook.source(c) for name, c in notebook.answer_cells(released).items()}
    assert sources.pop("explain_batch") == "YOUR ANSWER HERE"
    for source in sources.values():
        assert "# YOUR CODE HERE\n    raise NotImplementedError()" in source
        assert "SOLUTION" not in source


@pytest.mark.soak
def test_stock_nbgrader_works_on_a_fresh_clone(tmp_path):
    """generate_assignment, autograde, generate_feedback, validate, export: nbgrader's own commands,
    nothing of ours.
    """
    clone = tmp_path / "clone"
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in ("nbgrader_config.py", *(f for f in files if f.startswith("notebooks/"))):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {k: v for k, v in os.environ.items() if not k.startswith("COURSE_")} | {"PATH": path}

    def nbgrader(*args):
        done = subprocess.run(
            ["nbgrader", *args], cwd=clone, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    nbgrader("generate_assignment", "1-affine")
    hand_in = clone / "course" / "submitted" / "ada" / "1-affine" / "affine.ipynb"
    hand_in.parent.mkdir(parents=True)
    hand_in.write_text(notebook.dumps(notebook.solve(NOTEBOOKS["1-affine"])), encoding="utf-8")
    nbgrader("autograde", "1-affine")
    nbgrader("generate_feedback", "1-affine")
    nbgrader("export", "--to", str(clone / "grades.csv"))
    assert "Success! Your notebook passes all the tests." in nbgrader("validate", str(hand_in))
    assert ",19.0,0.0,19.0,20.0" in (clone / "grades.csv").read_text()
    assert (clone / "course" / "feedback" / "ada" / "1-affine" / "affine.html").exists()


# --- the demo class ---


@pytest.mark.parametrize("assignment", MARKED)
def test_a_class_has_at_least_twenty_five_and_the_mistakes_of_the_catalogue(assignment):
    made = submissions(NOTEBOOKS[assignment])
    assert len(made) >= (15 if assignment == "6-capstone" else 25)
    assert len({s.student for s in made}) == len(made)
    told = set(" ".join(s.about for s in made).replace(",", "").split())
    notebook = NOTEBOOKS[assignment]
    for exercise in () if notebook.brings_answers else notebook.exercises:
        assert {m.name for m in mistakes_of(exercise)[:SLIP_LIMIT]} <= told


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda m: f"{m.exercise}-{m.name}")
def test_a_mistakes_source_stands_alone_and_does_the_same(mistake):
    import numpy as np

    from grader.call.call import call
    from grader.judge.answers import read
    from grader.judge.fingerprint import fingerprint

    scope: dict[str, object] = {"np": np}
    exec(source_of(mistake), scope)
    exercise = EXERCISES[mistake.exercise]
    for case in (case for case in exercise.visible if not case.goal):
        both = (scope[exercise.name], mistake.answer)
        alone, ours = (read(exercise, case, call(f, case.args)) for f in both)
        assert {p: fingerprint(a) for p, a in alone.items()} == {
            p: fingerprint(a) for p, a in ours.items()
        }


def test_a_report_counts_who_is_right_where_there_are_no_points(tmp_path):
    classroom = Classroom(tmp_path, sqlite_url(tmp_path), COURSE)
    taught = NOTEBOOKS["2-convolution"]
    release(classroom, [taught])
    two = [each for each in submissions(taught) if each.student in ("ada", "half")]
    demo.hand_in(classroom, taught, two)
    grading = Grading(classroom, taught.assignment, unsafe=bool(unsafe()), workers=1)
    assert grade(grading, lambda line: None) == 0
    assert demo.differences(classroom, taught.assignment, two) == []
    row = {each.name: each for each in gather(grading).exercises}["conv_2d_weight_gradient"]
    assert (row.points, row.mean, row.full) == (0, 0, 1)


def test_the_demo_leaves_a_folder_alone_that_it_did_not_make(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").touch()
    status, said = grader("demo", "--course", tmp_path)
    assert (status, said) == (
        1,
        f"grader: {tmp_path / 'demo'} exists and is not a demo's. Move it away, or name another "
        "course with --course.\n",
    )
    assert (tmp_path / "demo" / "mine.txt").exists()


# --- an instructor's slips ---


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("1-afine", "There is no assignment '1-afine'. Did you mean 1-affine?"),
        ("affine", "There is no assignment 'affine'. Did you mean 1-affine?"),
        (
            "zzz",
            "There is no assignment 'zzz'. There are: 1-affine, 2-convolution, 3-strided, 4-relu, "
            "5-max-pool, 6-capstone, 7-fast.",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["release", "grade", "feedback", "verify"])
def test_a_wrong_assignment_name_is_told_with_the_nearest(verb, name, text):
    status, said = grader(verb, name)  # a course folder that is open to others is closed, and said
    assert (status, said.endswith(f"grader: {text}\n")) == (1, True)


def test_solve_of_a_wrong_name_writes_nothing(tmp_path):
    status, said = grader("solve", "affin", "-o", tmp_path / "x.ipynb")
    assert (status, said) == (1, "grader: There is no assignment 'affin'. Did you mean 1-affine?\n")
    assert not (tmp_path / "x.ipynb").exists()


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """The notebook in a repository of its own, free to be broken."""
    path = tmp_path / "notebooks" / "1-affine" / "affine.ipynb"
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "1-affine" / "affine.ipynb", path)
    monkeypatch.setattr(courses, "references_of", lambda course: tmp_path / "solutions")
    return path


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_missing_notebook_is_told(copied, tmp_path):
    copied.unlink()
    assert grader("release", "--course", tmp_path / "c") == (
        1,
        "grader: There is no notebook for 1-affine: expected notebooks/1-affine/affine.ipynb. "
        "Restore it from git.\n",
    )


def test_a_notebook_that_is_no_notebook_is_told(copied, tmp_path):
    copied.write_text("{", encoding="utf-8")
    status, said = grader("release", "--course", tmp_path / "c")
    assert status == 1
    assert "affine.ipynb cannot be read as a notebook of format 4 (JSONDecodeError" in said


def test_a_stub_that_differs_from_its_reference_is_told(copied, tmp_path):
    edited(copied, "def affine_forward(x, w, b)", "def affine_forward(x, w, bias)")
    status, said = grader("release", "--course", tmp_path / "c")
    assert (status, said) == (
        1,
        "grader: 1-affine: the signature of affine_forward differs.\n  notebook:  x, w, bias\n"
        "  reference: x, w, b  (solutions/affine.py)\nMake the two the same.\n",
    )
    assert not (tmp_path / "c" / "release").exists()


def test_a_docstring_that_differs_is_told(copied, tmp_path):
    edited(copied, "Return y = xw + b for every row of x (Eq. 1).", "Return y.")
    assert (
        "the docstring of affine_forward differs"
        in grader("solve", "1-affine", "-o", tmp_path / "x")[1]
    )


def test_points_that_differ_from_the_table_are_told(copied, tmp_path):
    made = json.loads(copied.read_text(encoding="utf-8"))
    next(c for c in made["cells"] if c["id"] == "check_affine_forward")["metadata"]["nbgrader"][
        "points"
    ] = 2
    copied.write_text(json.dumps(made), encoding="utf-8")
    text = (
        "notebooks/1-affine/affine.ipynb: check_affine_forward gives 2 points, the points table "
        "says 1"
    )
    assert grader("release", "1-affine", "--course", tmp_path / "c") == (
        1,
        f"grader: 1-affine is not released:\n{text}\n",
    )
    status, said = grader("verify", "1-affine", "--seeds", 1)
    assert status == 1
    assert f"1-affine  notebook      NOT RIGHT\n    {text}\n" in said
    assert said.endswith("1 problem found\n")


def test_missing_cells_and_outputs_are_told(copied):
    made = json.loads(copied.read_text(encoding="utf-8"))
    cells = {c["id"]: c for c in made["cells"]}
    made["cells"].remove(cells["check_hinge_loss"])
    cells["progress"]["execution_count"] = 3
    copied.write_text(json.dumps(made), encoding="utf-8")
    where = "notebooks/1-affine/affine.ipynb"
    assert list(notebook.slips(NOTEBOOKS["1-affine"])) == [
        f"{where}: expected a locked test cell check_hinge_loss with the one line "
        "check(hinge_loss)",
        f"{where}: the cell progress holds outputs; remove them with: nbstripout --keep-id {where}",
    ]


@pytest.mark.parametrize("kind", ["text", "folder", "elsewhere", "nonsense"])
def test_a_gradebook_that_cannot_be_opened_is_told(kind, tmp_path):
    file = tmp_path / "book.db"
    if kind == "text":
        file.write_text("this is no database " * 50)
    if kind == "folder":
        file.mkdir()
    url = {"elsewhere": f"sqlite:///{tmp_path}/no/such/folder/book.db", "nonsense": "book"}.get(
        kind, f"sqlite:///{file}"
    )
    status, said = grader("release", "--course", tmp_path / "c", "--db", url)
    assert status == 1
    assert said.startswith(f"grader: The gradebook {url} cannot be opened: ")
    assert "Traceback" not in said
    assert "or close what holds it. Nothing was changed." in said


def test_a_gradebook_is_made_without_an_activated_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    with gradebook.opened(Classroom.at(tmp_path)):
        assert (tmp_path / "gradebook.db").exists()


def test_grading_before_release_is_told(tmp_path):
    status, said = grader("grade", "--course", tmp_path)
    assert (status, said) == (
        1,
        "grader: There are no submissions of 1-affine: expected "
        f"{tmp_path}/submitted/STUDENT/1-affine/*.ipynb\n",
    )
    (tmp_path / "submitted" / "ada" / "1-affine").mkdir(parents=True)
    status, said = grader("grade", "--course", tmp_path)
    assert status == 1
    assert "1-affine is not released" in said
    assert "Run first: grader release 1-affine" in said


def test_feedback_before_grading_is_told(tmp_path):
    status, said = grader("feedback", "--course", tmp_path)
    assert status == 1
    assert said.startswith("grader: There is no gradebook ")
    assert "Run first: grader release" in said


def test_a_course_that_is_a_file_is_told(tmp_path):
    (tmp_path / "c").touch()
    text = f"grader: The course folder {tmp_path / 'c'} is a file. Name a folder with --course.\n"
    assert grader("grade", "--course", tmp_path / "c") == (1, text)


def test_a_failure_of_nbgrader_is_one_sentence():
    failing = steps.NbgraderSteps.__new__(steps.NbgraderSteps)

    def autograde(*args):
        return {
            "success": False,
            "log": "[INFO] x",
            "error": "Traceback ...\nsome.module.ThisError: the reason\n",
        }

    with pytest.raises(
        CourseError, match=r"^nbgrader autograde a b failed: some\.module\.ThisError: the reason$"
    ):
        failing._run(autograde, "a", "b")


def test_without_the_solutions_a_command_says_what_it_needs(tmp_path):
    shutil.copytree(
        ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__")
    )
    path = f"sys.path[:] = [{str(tmp_path)!r}] + [p for p in sys.path if p != {str(ROOT)!r}]"
    code = f"import sys; {path}; from grader.instructor.commands.cli import main; main(['verify'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("grader: This command needs the course repository")


def test_every_verb_has_its_help():
    status, said = grader("--help")
    assert status == 0
    for verb in ("verify", "release", "grade", "feedback", "export", "solve", "demo"):
        assert f"  {verb} " in said
        assert grader(verb, "-h")[0] == 0


def test_points_of_a_part_are_whole_or_half():
    for exercise in NOTEBOOKS["1-affine"].exercises:
        assert all(float(2 * part.points).is_integer() for part in exercise.parts)


def test_an_interrupt_at_any_moment_is_one_sentence(monkeypatch, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.instructor.commands.options.find_course", interrupted)
    status, said = grader("report", "--course", tmp_path / "none")
    assert (status, said) == (1, "grader: Interrupted: what is written is whole. Run it again.\n")
