"""Which cells of a file answer which exercises, whatever tool has written the file."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from our_course import NOTEBOOKS
from support import ROOT

from grader.exercises import COURSE
from grader.instructor.author.notebook import dumps, solve
from grader.notebook import cells_of_file as reading
from grader.notebook.cells_of_file import Unreadable, cells_of_file, without_outputs
from grader.notebook.intake import best_of, look, opened, parse

RELU = list(NOTEBOOKS["4-relu"].by_name)
STUBS = (ROOT / "notebooks" / "4-relu" / "relu.ipynb").read_bytes()
SOLVED = dumps(solve(NOTEBOOKS["4-relu"])).encode()


def notebook(*cells: dict, **more: object) -> bytes:
    return json.dumps({"nbformat": 4, "cells": list(cells)} | more).encode()


def code(source: str, **more: object) -> dict:
    return {"cell_type": "code", "source": source, "metadata": {}} | more


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_our_own_notebook_has_nothing_to_be_said_of():
    parsed = parse(SOLVED, RELU)
    assert (parsed.faults, list(parsed.answers), parsed.written) == ((), RELU, len(RELU))
    assert parse(STUBS, RELU).written == 0


def test_cells_are_recognised_by_id_and_by_what_they_define():
    content = notebook(
        code("def relu_forward(x):\n    return x", id="relu_forward"),
        code("def relu_backward(dy, x):\n    return dy", id="a1b2"),
        code("check(relu_backward)"),
        code("eq_12 = lambda: 'c'"),
        code("relu_forward == 3"),
    )
    parsed = parse(content, RELU)
    assert list(parsed.answers) == ["relu_forward", "relu_backward", "eq_12"]
    assert [cell.tests for cell in parsed.cells] == ["", "", "relu_backward", "", ""]
    assert parsed.faults[:2] == (
        "1 cell has lost nbgrader's metadata, and was recognised by its id",
        "3 cells have lost nbgrader's metadata, and were recognised by their functions",
    )


def test_of_two_cells_without_a_name_the_last_counts():
    first, second = "def eq_12():\n    return 'a'", "def eq_12():\n    return 'c'"
    assert parse(notebook(code(first), code(second)), RELU).answers == {"eq_12": second}


def test_an_answer_in_a_markdown_cell_is_code():
    cell = {"cell_type": "markdown", "source": "```python\ndef eq_12():\n    return 'c'\n```"}
    parsed = parse(notebook(cell | {"metadata": {"nbgrader": {"grade_id": "eq_12"}}}), RELU)
    assert parsed.answers == {"eq_12": "def eq_12():\n    return 'c'"}
    assert "the answer cell eq_12 is no code cell: its text was read as code" in parsed.faults


@pytest.mark.parametrize(
    "script",
    [
        "# %%\nimport numpy as np\n# %% [markdown]\n# text\n# %%\ndef eq_12():\n    return 'c'\n",
        "# In[1]:\n\n\nimport numpy as np\n\n\n# In[ ]:\n\n\ndef eq_12():\n    return 'c'\n",
        "# Databricks notebook source\nimport numpy as np\n# COMMAND ----------\ndef eq_12():\n    return 'c'\n",
        "# %%\n!pip install x\n# %%\ndef eq_12():\n    return 'c'\n",
    ],
)
def test_a_script_has_cells(script):
    parsed = parse(script.encode(), RELU, "relu.py")
    assert parsed.answers["eq_12"].endswith("def eq_12():\n    return 'c'")
    assert parsed.faults[0] == "relu.py is a script: its cells were made of its lines"


def test_the_copy_with_the_work_is_taken_and_said():
    path, parsed = best_of({"relu.ipynb": STUBS, "relu (1).ipynb": SOLVED}, "relu.ipynb", RELU)
    assert path == "relu (1).ipynb"
    assert parsed.faults == ("graded is relu (1).ipynb, which has more answers than relu.ipynb",)
    path, parsed = best_of({"relu.ipynb": SOLVED, "copy.ipynb": SOLVED}, "relu.ipynb", RELU)
    assert (path, parsed.faults) == ("relu.ipynb", ())


def test_a_zip_file_is_looked_into():
    content = zipped({"__MACOSX/relu.ipynb": b"x", "a/relu.ipynb": SOLVED, "photo.jpg": b"y"})
    files = opened({"relu.zip": content, "broken.zip": b"PK\x03\x04"})
    assert list(files) == ["relu.zip/a/relu.ipynb"]
    _, parsed = best_of(files, "relu.ipynb", RELU)
    assert parsed.faults == ("there is no relu.ipynb: graded is relu.zip/a/relu.ipynb",)


def test_what_is_wrong_with_the_only_file_is_said():
    with pytest.raises(
        Unreadable, match=r"^there is no relu\.ipynb, and in x\.ipynb the file is em"
    ):
        best_of({"x.ipynb": b""}, "relu.ipynb", RELU)


# --- large files ---


def test_outputs_and_pictures_are_passed_over_without_being_read(monkeypatch):
    picture = "A" * 30_000_000
    output = {"output_type": "display_data", "data": {"image/png": picture, 'q"]}': ["[{"]}}
    cells = [
        code("def eq_12():\n    return 'c'", outputs=[output]),
        code('outputs = {"outputs": [1]}', attachments={"a.png": {"image/png": picture}}),
    ]
    content = notebook(*cells, metadata={"widgets": {"state": {"x": [picture]}}})
    kept = without_outputs(content.decode())
    assert len(kept) < 1000
    assert parse(content, RELU).answers == {"eq_12": "def eq_12():\n    return 'c'"}
    sources = [cell.source for cell in cells_of_file(content).cells]
    assert sources == [cell["source"] for cell in cells]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda values: st.lists(values) | st.dictionaries(st.text() | st.just("outputs"), values),
    ),
    st.text(),
)
def test_what_is_no_output_stays_as_it_is(outputs, source):
    content = notebook(code(source, outputs=[outputs], id=source), metadata={"x": [source]})
    read = json.loads(without_outputs(content.decode()))
    assert read["cells"][0]["source"] == source
    assert read["metadata"] == {"x": [source]}


def test_a_file_of_far_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "PARTS_LIMIT", 1000)
    content = notebook(code("x", outputs=[[[]] * 1000]))
    with pytest.raises(Unreadable, match="far more parts than a notebook"):
        cells_of_file(content)


def test_cells_that_are_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "CODE_LIMIT", 100)
    with pytest.raises(Unreadable, match="its cells hold more than"):
        cells_of_file(notebook(code("x" * 101)))


# --- encodings ---


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        (b"\xef\xbb\xbf" + SOLVED, ()),
        (SOLVED.decode().encode("utf-16"), ("the file is text in UTF-16",)),
        (SOLVED.decode().encode("utf-16-le"), ("the file is text in UTF-16",)),
        (SOLVED.decode().encode("utf-32"), ("the file is text in UTF-32",)),
        (SOLVED + b"\0" * 100, ("there are NUL bytes around the notebook",)),
        (SOLVED + b"\n]}", ("there is text behind the notebook, which was not read",)),
        (b"\n\n  " + SOLVED, ()),
    ],
)
def test_an_encoding_is_guessed_and_said(content, guess):
    parsed = parse(content, RELU)
    assert (list(parsed.answers), parsed.faults) == (RELU, guess)


def test_a_page_of_codes_is_guessed():
    content = notebook(code("def eq_12():\n    return 'c'  # größer")).replace(
        b"\\u00f6\\u00df", b"\xf6\xdf"
    )
    parsed = parse(content, RELU)
    assert parsed.answers["eq_12"].endswith("# größer")
    assert parsed.faults[0] == "the file is not text in UTF-8, and was read as Windows-1252"


# --- what a student sees before handing in ---


def test_a_student_learns_what_grading_will_find(tmp_path):
    path = tmp_path / "relu (1).ipynb"
    path.write_bytes(SOLVED)
    assert list(look(path, COURSE)) == [
        "4-relu: 6 of 6 exercises found, this file will be graded",
        "explain_mask is not written yet: a person will read it",
        "Its name is relu (1).ipynb: relu.ipynb is expected, and this one is found too",
    ]
    path.write_bytes(STUBS)
    assert f"{len(RELU)} of them are not written yet" in list(look(path, COURSE))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be graded: the file is empty"),
        (notebook(code("x = 1")), "cannot be graded: this is not the notebook of this assignment"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_grading_cannot_find_is_never_called_good(content, message, tmp_path):
    path = tmp_path / "relu.ipynb"
    if content is not None:
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "grader", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{path} {message}" in done.stdout
