"""An exercise by hand: which draw a student gets, and what becomes of an id that is another's."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from paper_course import (
    ASSIGNMENT,
    NAME,
    POOL,
    answer,
    edit,
    hand_in,
    paper_course,
    paper_notebook,
    set_cell,
    solved,
)
from support import ROOT
from tiers import unsafe
from toy_course import run

from grader.instructor.author.notebook import answer_cells, load
from grader.notebook.student_id import MISSING, draw_of

VERIFY = ("verify", "--seeds", "2", "--mistake-seeds", "1")
PAIR = re.compile(r"return (np\.array\(.*?\)), (np\.array\(.*?\))$", re.MULTILINE)
COUNTS = "calls = []\n\ndef weighted(x, w):\n    calls.append(x)\n    return x * w / 2"
COUNTED = f"def {NAME}():\n    return np.full(3, len(calls)), np.full(3, len(calls))"
STUB = f"def {NAME}():\n    raise NotImplementedError"


def exchanged(text: str) -> str:
    """Return an answer with its two results in the other order."""
    return PAIR.sub(r"return \2, \1", text)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    folder = paper_course(tmp_path_factory.mktemp("paper") / "course")
    status, said = run(folder, "release")
    assert status == 0, said
    return folder


@pytest.fixture(scope="module")
def graded(course) -> dict[str, str]:
    """Grade a class; return what was said of each student."""
    ada = solved(course, "ada")
    hand_in(course, "ada", ada)
    hand_in(course, "bela", set_cell(solved(course, "bela"), "student-id", 'student_id = " BELA "'))
    hand_in(course, "eve", ada)
    hand_in(course, "finn", set_cell(solved(course, "finn"), NAME, answer(ada)))
    hand_in(course, "gita", set_cell(solved(course, "gita"), "student-id", 'student_id = ""'))
    hugo = set_cell(solved(course, "hugo"), "student-id", 'student_id = ""')
    hand_in(course, "hugo", set_cell(hugo, NAME, STUB))
    ines = 'student_id = "i" + "nes"'
    hand_in(course, "ines", set_cell(solved(course, "ines"), "student-id", ines))
    jan = solved(course, "jan")
    hand_in(course, "jan", set_cell(jan, NAME, exchanged(answer(jan))))
    kim = set_cell(solved(course, "kim"), "weighted", COUNTS)
    hand_in(course, "kim", set_cell(kim, NAME, COUNTED))
    status, said = run(course, "grade", *unsafe())
    assert status == 1  # some are to be looked at
    lines = [line.partition("] ")[2] for line in said.splitlines() if line.startswith("[")]
    return {line.split(":")[0]: line for line in lines}


def exercise_of(course: Path, student: str) -> dict:
    path = course / f"course/verdicts/{student}/{ASSIGNMENT}.json"
    exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return next(each for each in exercises if each["exercise"] == NAME)


def grades(folder: Path) -> dict[str, dict[str, str]]:
    assert run(folder, "export")[0] == 0
    with (folder / "course/grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_verify_holds(course):
    status, said = run(course, *VERIFY)
    assert status == 0, said
    assert "6 of 6 points" in said
    assert "5 of 5 caught and named" in said


def test_students_have_numbers_of_their_own(course, graded):
    assert draw_of("ada", POOL) != draw_of("bela", POOL)
    assert answer(solved(course, "ada")) != answer(solved(course, "bela"))
    for student in ("ada", "bela"):
        assert exercise_of(course, student)["earned"] == 2
        assert graded[student] == f"{student}: 6 points"


def test_the_grade_of_another_id_stands_and_is_looked_at(course, graded):
    assert graded["eve"] == (
        f'eve: 6 points; look: {NAME}: graded with the numbers of student_id = "ada", and the '
        "folder is that of eve"
    )
    assert exercise_of(course, "eve")["look"]
    assert grades(course)["eve"]["remarks"].startswith(f"to look at: {NAME}")


def test_numbers_of_another_draw_are_wrong(course, graded):
    assert graded["finn"] == "finn: 4 points"
    verdict = exercise_of(course, "finn")
    assert verdict["earned"] == 0
    assert re.search(r"Your numbers \(dx\):(.|\n)*yours  +right", verdict["text"])


def test_without_an_id_there_is_no_point_and_a_look_where_numbers_were_typed(course, graded):
    for student in ("gita", "ines"):
        assert graded[student] == (
            f'{student}: 4 points; look: {NAME}: no cell says student_id = "...", so whose '
            "numbers these are is not known"
        )
        assert exercise_of(course, student)["fault"] == MISSING
    assert graded["hugo"] == "hugo: 4 points"
    assert exercise_of(course, "hugo")["fault"] == MISSING


def test_yours_tells_nothing_of_the_hidden_cases_of_others(course, graded):
    """The worker that knows them has called `weighted` seven times; the one that is shown, never."""
    verdict = exercise_of(course, "kim")
    assert re.search(r"yours +right\n +\[0 0 0\]", verdict["text"])


def test_a_mistake_is_named(course, graded):
    assert graded["jan"] == "jan: 4 points"
    verdict = exercise_of(course, "jan")
    assert [part["mistake"] for part in verdict["parts"]] == ["exchanged", "exchanged"]
    assert run(course, "feedback")[0] == 0
    page = course / f"course/feedback/jan/{ASSIGNMENT}/product.html"
    assert "belongs to the other argument" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("student", ["ada", "eve", "gita", "jan"])
def test_explain_replays_it(course, graded, student):
    said = run(course, "explain", student, ASSIGNMENT, *unsafe())[1]
    assert said.splitlines()[-1] == "the replay gives the stored verdict"


def test_another_pool_is_another_course_and_a_regrade_keeps_the_mark(course, graded, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course, folder)
    edit(folder / "halves/__init__.py", {"odd_quarters(rng, 3)": "odd_quarters(rng, 3) / 2"})
    assert run(folder, "fingerprints")[0] == 0
    said = run(folder, "regrade", "--yes", *unsafe())[1]
    assert f"other cases of {NAME}" in said
    assert grades(folder)["ada"]["score"] == "4.0"
    assert grades(folder)["eve"]["remarks"].startswith(f"to look at: {NAME}")


def test_its_demo_comes_out_as_known_beforehand(course):
    status, said = run(course, "demo", "--unsafe")
    assert status == 0, said
    assert "all points and hints are those known beforehand" in said


def test_a_students_table_has_no_right_number(course):
    tables = json.loads((course / f"halves/fingerprints/{ASSIGNMENT}.json").read_text())
    table = tables[NAME]
    assert table["shown"] == {}
    for entries in table["cases"].values():
        assert len(entries) == POOL
        assert all(entry.keys() == {"scale", "right", "wrong"} for entry in entries)


def test_a_kernel_checks_the_numbers_of_the_id(course):
    ada, other = solved(course, "ada"), answer(solved(course, "bela"))
    cells = {
        "right": f"assert check({NAME}) == 2",
        "wrong order": f"{exchanged(answer(ada))}\ncheck({NAME})",
        "another's": f"{other}\ncheck({NAME})",
        "no id": f'student_id = "  "\ncheck({NAME})',
        "no text": f"student_id = 7\ncheck({NAME})",
        "lost": f"del student_id\ncheck({NAME})",
        "count": "progress()",
        "no numbers": f'numbers_for("{NAME}", "")',
        "another name": 'numbers_for("weighted_by_hands", "ada")',
        "not by hand": 'numbers_for("weighted", "ada")',
    }
    texts = texts_of(course, ada, cells)
    assert texts["own-numbers"].splitlines()[0] == f"{NAME}: your numbers"
    assert texts["own-numbers"].split()[3:6] == ["dy", "x", "w"]
    assert texts[f"check_{NAME}"].splitlines()[0] == f"{NAME}: 2 of 2 points"
    assert "6 of 6: everything is right" in texts["progress"]
    assert "belongs to the other argument" in texts["wrong order"]
    assert texts["another's"].splitlines()[:3] == [
        f"{NAME}: 0 of 2 points",
        "  dx  is not right",
        "  dw  is not right",
    ]
    assert "  Your numbers (dx):" in texts["another's"].splitlines()
    assert "yours" in texts["another's"]
    assert "right  " not in texts["another's"]
    for way in ("no id", "no text", "lost"):
        assert texts[way] == f"{NAME}: 0 of 2 points\n  {MISSING}"
    assert texts["count"] == f"4 of 6; open: {NAME}"
    assert texts["no numbers"] == f"{NAME}: {MISSING}"
    assert texts["another name"] == (
        f"weighted_by_hands is not an exercise of this course. Did you mean {NAME}?"
    )
    assert texts["not by hand"] == (
        "weighted is not worked out by hand: it has no numbers of your own"
    )


def texts_of(course: Path, made: dict, cells: dict[str, str]) -> dict[str, str]:
    """Run a notebook with further cells; return the last text that each cell shows."""
    node = nbformat.reads(json.dumps(made), as_version=4)
    for name, source in cells.items():
        node.cells.append(nbformat.v4.new_code_cell(source, id=f"more-{len(node.cells)}"))
        node.cells[-1].metadata["name"] = name
    resources = {"metadata": {"path": str(course)}}
    NotebookClient(node, timeout=60, resources=resources).execute()
    return {
        cell.metadata.get("name", cell.id): output["data"]["text/plain"]
        for cell in node.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    }


def run_by_student(course: Path, folder: Path, made: dict, program: str) -> list[str]:
    """Run a program of the students' part beside a notebook; return the lines that it printed."""
    (folder / "product.ipynb").write_text(json.dumps(made), encoding="utf-8")
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(course), str(ROOT)))}
    words = [sys.executable, "-c", f"from halves import COURSE\n{program}"]
    done = subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_a_look_before_handing_in_names_a_missing_id(course, tmp_path):
    program = (
        "from pathlib import Path\nfrom grader.notebook.intake import look\n"
        "print(*look(Path('product.ipynb'), COURSE), sep='\\n')"
    )
    found = f"{ASSIGNMENT}: 4 of 4 exercises found, this file will be graded"
    made = solved(course, "ada")
    assert run_by_student(course, tmp_path, made, program) == [found]
    missing = (
        'No cell says student_id = "...": without it what you worked out by hand earns nothing'
    )
    set_cell(made, "student-id", 'student_id = ""')
    assert run_by_student(course, tmp_path, made, program) == [found, missing]


def test_the_stub_comes_back(course, tmp_path):
    program = (
        f"from grader.notebook.reset import reset\nprint(*reset(COURSE, '{NAME}', 'product.ipynb'))"
    )
    run_by_student(course, tmp_path, solved(course, "ada"), program)
    cell = answer_cells(load(tmp_path / "product.ipynb"))[NAME]
    assert "".join(cell["source"]).startswith(f"def {NAME}():")
    assert "raise NotImplementedError" in "".join(cell["source"])


def test_verify_names_a_mistake_that_a_draw_does_not_show(tmp_path):
    folder = paper_course(tmp_path / "course")
    old = 'Case(tuple(odd_quarters(rng, 3) for _ in range(3)), {"n": 3}) for _ in range(12)'
    new = 'Case(tuple(odd_quarters(rng, 3) * k for _ in range(3)), {"n": 3}) for k in (1, 2, 0)'
    edit(folder / "halves/__init__.py", {old: new})
    assert run(folder, "fingerprints")[0] == 0
    status, said = run(folder, *VERIFY)
    assert status == 1
    assert f"{NAME}: doubled loses nothing" in said
    assert "(draw 3 of the pool)" in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range(12)": "range(1)"}, "is by hand and has a pool of one case"),
        ({'{"n": 3})': '{"n": 3}, large=True)'}, "puts right numbers into the students' table"),
        ({"by_hand=True": 'by_hand=True, linear="dy"'}, "is by hand and has linear"),
    ],
)
def test_verify_names_what_keeps_it_from_being_one(change, message, tmp_path):
    folder = paper_course(tmp_path / "course")
    edit(folder / "halves/__init__.py", change)
    status, said = run(folder, *VERIFY)
    assert status == 1
    assert message in said


def test_verify_names_a_missing_cell_for_the_id(tmp_path):
    folder = paper_course(tmp_path / "course", set_cell(paper_notebook(), "student-id", "x = 1"))
    status, said = run(folder, *VERIFY)
    assert status == 1
    assert 'expected one code cell with the line student_id = ""' in said
