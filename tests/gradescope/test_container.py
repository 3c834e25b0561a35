"""The autograder's zip file in a container that is laid out as Gradescope's."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import need_some_tier

from grader.instructor.author import notebook
from grader.instructor.courses import source_notebook
from gradescope.container import Container, Run
from gradescope.schema import GRADE, RESULTS

AFFINE = NOTEBOOKS["1-affine"]
ADA = {"id": 7, "email": "ada@example.edu", "name": "Ada Lovelace"}
BELA = {"id": 8, "email": "bela@example.edu", "name": "Béla Bartók", "sid": "0815"}
TRANSPOSED = """def affine_backward(dy, x, w):
    return dy @ w.T, dy.T @ x, dy.sum(axis=0)
"""
HOSTILE = """import json, os
word = "sealed"
for folder in ("source", "results", "submission"):
    try:
        word = f"listed {os.listdir('/autograder/' + folder)}"
    except OSError:
        pass
for name in ("source/secret", "source/settings.json", "submission_metadata.json"):
    try:
        with open("/autograder/" + name, "rb") as file:
            word = f"read {file.read()[:9]}"
    except OSError:
        pass
try:
    with open("/autograder/results/results.json", "w") as file:
        file.write(json.dumps({"score": 19, "output": "earned"}))
    word = "wrote"
except OSError:
    pass
print(json.dumps({"score": 19, "tests": []}))


def affine_backward(dy, x, w):
    raise ValueError(word)


def affine_forward(x, w, b):
    os._exit(0)
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "gradescope.zip"
    status, output = grader("gradescope", "1-affine", "-o", path)
    assert status == 0, output
    assert "autograder points: 19" in output
    return path


@pytest.fixture(scope="module")
def container(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Container:
    need_some_tier()
    return Container(archive, tmp_path_factory.mktemp("container"))


def solved(answers: dict[str, str] | None = None, student: str = "Ada@example.edu ") -> bytes:
    made = notebook.with_answers(notebook.solve(AFFINE, student), answers or {})
    return notebook.dumps(made).encode()


def graded(run: Run) -> Run:
    """Return a run, which has been graded."""
    assert run.status == 0, run.printed
    assert "Traceback" not in run.printed
    jsonschema.validate(run.results, GRADE)
    # Gradescope refuses results whose points are not those of the assignment.
    assert sum(test.get("max_score", 0) for test in run.results["tests"]) == 19
    return run


def test_a_right_submission_earns_everything(container):
    run = graded(container.run({"affine.ipynb": solved()}, ADA))
    assert run.score == 19
    assert list(run.tests)[:-1] == list(AFFINE.by_name)
    assert run.tests["affine_backward"]["output"] == (
        "affine_backward: 3 of 3 points\n  dx  right\n  dw  right\n  db  right"
    )
    assert "A person has to look" not in run.results["output"]
    assert "sandbox: " in run.printed
    assert run.results["stdout_visibility"] == "hidden"


def test_a_wrong_submission_reads_its_mistake(container):
    run = graded(container.run({"affine.ipynb": solved({"affine_backward": TRANSPOSED})}, ADA))
    test = run.tests["affine_backward"]
    assert (test["score"], test["max_score"], test["output_format"]) == (2, 3, "text")
    assert "dw  has shape (3, 2), expected (2, 3) like w. Did you transpose?" in test["output"]
    assert run.score == 18


def test_a_hostile_submission_earns_and_writes_nothing(container):
    run = graded(container.run({"affine.ipynb": solved({"affine_backward": HOSTILE})}, ADA))
    assert 'raise ValueError(word) ("sealed")' in run.tests["affine_backward"]["output"]
    assert run.tests["affine_backward"]["score"] == 0
    assert run.tests["affine_forward"]["score"] == 1, "its own cell comes later"
    assert "score" not in run.results
    assert '"tests": []' not in run.printed


def test_a_submission_that_ends_the_process_keeps_what_is_right(container):
    ends = {"affine_forward": "import os\n\n\ndef affine_forward(x, w, b):\n    os._exit(0)\n"}
    run = graded(container.run({"affine.ipynb": solved(ends)}, ADA))
    assert run.tests["affine_forward"]["score"] == 0
    assert run.tests["softmax_loss"]["score"] == 2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"affine.ipynb": b'{"cells": ['}, "the file is not a notebook: no valid JSON"),
        ({"affine.ipynb": b"\0\xff" * 99}, "the file is not text in UTF-8"),
        ({}, "there is no affine.ipynb: hand in the notebook under its own name"),
    ],
    ids=["cut", "bytes", "nothing"],
)
def test_what_cannot_be_read_is_said_and_earns_nothing(container, files, words):
    run = graded(container.run(files, ADA))
    assert run.score == 0
    assert run.results["output"].startswith("A person has to look at this:\n- ")
    assert words in run.results["output"]
    assert "could not be graded" in run.tests["affine_forward"]["output"]


def test_of_several_files_and_of_a_zip_file_the_notebook_counts(container):
    stub = notebook.dumps(notebook.load(source_notebook(AFFINE))).encode()
    several = {"notes.txt": b"hello", "old/affine.ipynb": stub, "my answers.ipynb": solved()}
    assert graded(container.run(several, ADA)).score == 19
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as content:
        content.writestr("lab/affine.ipynb", solved())
    assert graded(container.run({"lab.zip": buffer.getvalue()}, ADA)).score == 19


def test_an_id_is_compared_with_whoever_handed_in(container):
    for student in ("ada", "ada lovelace", "bela@example.edu", "0815"):
        run = graded(container.run({"affine.ipynb": solved(student=student)}, ADA, BELA))
        assert (run.score, "graded with" in run.results["output"]) == (19, False), student
    run = graded(container.run({"affine.ipynb": solved(student="eve")}, ADA, BELA))
    assert run.score == 19
    assert (
        'batch_by_hand: graded with the numbers of student_id = "eve", and it was handed in by '
        "ada@example.edu and bela@example.edu"
    ) in run.results["output"]
    run = graded(container.run({"affine.ipynb": solved(student="eve")}))
    assert "graded with" not in run.results["output"]
    assert "submission_metadata.json does not say who handed in" in run.printed


def test_an_answer_in_sentences_arrives_and_has_no_points(container):
    made = notebook.solve(AFFINE, "ada")
    text = "<b>p</b> is shared, <script>a bias</script> is not.\0"
    notebook.set_source(notebook.essay_cells(made)["explain_batch"], text)
    run = graded(container.run({"affine.ipynb": json.dumps(made).encode()}, ADA))
    test = run.tests["explain_batch (read by a person, 1 point)"]
    assert test["output"] == text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert (test["status"], "score" in test) == ("passed", False)
    assert test["output_format"] == "text"


def test_the_same_file_is_asked_the_same(container):
    one, other = (container.run({"affine.ipynb": solved()}, ADA).results for _ in range(2))
    for results in (one, other):
        del results["execution_time"]
    assert one == other


@pytest.mark.parametrize(("name", "content"), [("secret", b"short"), ("settings.json", b"[]")])
def test_a_fault_of_ours_is_no_score(container, name, content):
    path = container.source / name
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        run = container.run({"affine.ipynb": solved()}, ADA)
    finally:
        path.write_bytes(before)
    assert run.status == 1
    jsonschema.validate(run.results, RESULTS)
    assert not {"score", "tests"} & set(run.results)
    assert run.results["output"].startswith("This was not graded, and has no score: ")
    assert "Traceback" not in run.printed
    assert f"/autograder/source/{name} is" in run.printed
