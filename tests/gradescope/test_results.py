"""results.json, and that a fault of the machine or of the grader is never a score."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from our_course import NOTEBOOKS

from grader.instructor.author import notebook
from grader.instructor.courses import CourseError
from grader.instructor.gradescope import grade as module
from grader.instructor.gradescope.layout import Layout
from grader.instructor.gradescope.metadata import people_of
from grader.instructor.gradescope.results import CUT, TEXT_LIMIT, plain
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.sandbox.sandbox import MachineFault, Tier
from gradescope.schema import RESULTS


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A folder as Gradescope's, with a right submission."""
    layout = Layout(tmp_path)
    for folder in (layout.submission, layout.source, layout.results.parent):
        folder.mkdir()
    settings = {"course": "cnn-gradients", "assignment": "1-affine", "visibility": "visible"}
    layout.settings.write_text(json.dumps(settings))
    layout.secret.write_bytes(bytes(32))
    text = notebook.dumps(notebook.solve(NOTEBOOKS["1-affine"]))
    (layout.submission / "affine.ipynb").write_text(text, encoding="utf-8")
    return layout


def raising(error: Exception) -> Callable[..., None]:
    def run(*args: object, **kwargs: object) -> None:
        raise error

    return run


FAULTS = {
    "no sandbox": (
        "pick_tier",
        CourseError("There is no sandbox here: bubblewrap: not installed"),
        "no sandbox holds in this container, and students' code never runs without one.",
        "not graded: There is no sandbox here: bubblewrap: not installed",
    ),
    "machine": (
        "OwnBench",
        MachineFault("a worker was killed"),
        "the machine was too busy or short of memory.",
        "not graded: a worker was killed, 3 times",
    ),
    "ours": (
        "results_of",
        ZeroDivisionError("division by zero\x1b[2J"),
        "the autograder failed.",
        "not graded: a fault of the grader (ZeroDivisionError: division by zero [2J)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_machine_or_of_ours_is_words_and_no_score(fault, layout, monkeypatch):
    name, error, reason, line = FAULTS[fault]
    monkeypatch.setattr(module, "pick_tier", lambda *args: Tier.NONE)
    monkeypatch.setattr(module, name, raising(error))
    lines: list[str] = []
    assert not module.grade(layout, lines.append)
    results = json.loads(layout.results.read_text())
    jsonschema.validate(results, RESULTS)
    assert results == {
        "output": f"This was not graded, and has no score: {reason}\n"
        "It is no fault of what was handed in. Your instructor can run the autograder again.",
        "output_format": "text",
        "stdout_visibility": "hidden",
    }
    assert lines[-1] == line


def test_letters_that_databases_refuse_are_replaced_and_long_texts_cut():
    assert plain("a\0b\ud800c\x1b[31m\r\nd\te\rf é 王") == "a�b�c�[31m\nd\te\nf é 王"
    assert plain("x" * (TEXT_LIMIT + 1)) == "x" * TEXT_LIMIT + CUT


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            '{"users": [{"email": "a@b.edu", "id": 1234, "name": "Ada", "sid": null}]}',
            (Person(name="Ada", number="1234", email="a@b.edu"),),
        ),
        ('{"users": [{"sid": " 0815 "}]}', (Person(university_id="0815"),)),
        *((text, ()) for text in ("", "[]", '{"users": 3}', '{"users": ["ada"]}', "\udcff")),
    ],
)
def test_who_handed_in_is_read_and_a_damaged_file_names_nobody(text, people, tmp_path):
    path = tmp_path / "submission_metadata.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert people_of(path) == people


def test_without_a_metadata_file_nobody_is_named(tmp_path):
    assert people_of(tmp_path / "submission_metadata.json") == ()
