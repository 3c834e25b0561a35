"""What a failed check offers: the widget that shows the mistake, in a kernel, closed; and its
picture in sealed grading.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade
from our_course import EXERCISES, NOTEBOOKS
from support import ROOT, grader, references
from tiers import unsafe

from grader.instructor.author import notebook
from grader.instructor.courses import source_notebook
from grader.instructor.records.autograded import autograded_notebook
from grader.instructor.sealed.grade_one import _as_json, _with_pages
from grader.judge.exercise import CaseWidget
from grader.judge.judge import judge
from grader.show.verdict import Example
from grader.widgets.suggest import suggest_widget
from solutions.mistakes import CATALOGUE

WITH_WIDGET = {name for name, exercise in EXERCISES.items() if exercise.widget}
SHOWN = [mistake for mistake in CATALOGUE if mistake.exercise in WITH_WIDGET]
X = np.array([[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]])
DY = np.array([[10.0, 20], [30, 40]])


@cache
def verdict_on(exercise: str, mistake: str):
    (found,) = [m for m in SHOWN if (m.exercise, m.name) == (exercise, mistake)]
    return judge(EXERCISES[exercise], found.answer, references())


def offered(exercise: str, **changes):
    """The offer on a dx that leaves the worked example as `changes` say."""
    inputs = {"dy": DY[None, None], "x": X[None, None], "size": (2, 2), "stride": 2}
    example = Example("dx", inputs, np.zeros((1, 1, 4, 4)))
    return suggest_widget(EXERCISES[exercise], replace(example, **changes))


@pytest.mark.parametrize("mistake", SHOWN, ids=lambda m: f"{m.exercise}-{m.name}")
def test_an_offer_shows_the_example_of_the_verdict_and_nothing_else(mistake):
    verdict = verdict_on(mistake.exercise, mistake.name)
    widget = suggest_widget(EXERCISES[mistake.exercise], verdict.example)
    if widget is None:
        return
    example = verdict.example
    assert example.part == EXERCISES[mistake.exercise].widget.part
    assert widget.data["fold"].startswith(CaseWidget.words)
    for name in {"x", "w", "dy"} & example.inputs.keys():
        given = (
            np.squeeze(example.inputs[name])
            if example.inputs[name].ndim == 4
            else example.inputs[name]
        )
        assert np.squeeze(widget.data[name]).tolist() == np.squeeze(given).tolist()
    if widget.data["compare"] is not None:
        assert " of " in widget.alternative
        assert "yours (0 of" not in widget.alternative
    ElementTree.fromstring(widget.still)
    json.dumps(widget.data)


def test_every_exercise_that_has_widgets_offers_one():
    """All but a few mistakes are seen in one channel of one image."""
    offers = {}
    for mistake in SHOWN:
        example = verdict_on(mistake.exercise, mistake.name).example
        if example and example.part == EXERCISES[mistake.exercise].widget.part:
            offers.setdefault(mistake.exercise, []).append(
                suggest_widget(EXERCISES[mistake.exercise], example) is not None
            )
    assert offers.keys() == WITH_WIDGET
    assert {exercise for exercise, made in offers.items() if np.mean(made) < 0.4} == set()
    assert np.mean([made for all_made in offers.values() for made in all_made]) > 0.8


@pytest.mark.parametrize(
    ("exercise", "mistake", "kind", "view"),
    [
        ("correlate_1d", "true_convolution", "spray", "forward gather"),
        ("spray_1d", "sprays_unreflected", "spray", "forward spray"),
        ("toeplitz_1d", "rows_reversed", "toeplitz_pair", "forward gather"),
        ("conv_1d_backward_spray", "line_reversed", "spray", "backward spray"),
        ("conv_1d_backward_rotated", "line_dy_reversed", "spray", "backward gather"),
        ("strided_backward_rotated", "dx_rows_reversed_only", "stride_trick", "trick"),
        ("max_pool_2x2_backward", "full_to_every_tie", "pool_router", "backward"),
    ],
)
def test_a_mistake_is_shown_in_its_view(exercise, mistake, kind, view):
    widget = suggest_widget(EXERCISES[exercise], verdict_on(exercise, mistake).example)
    assert (widget.kind, widget.data["view"]) == (kind, view)
    assert widget.data["compare"] is not None


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    [
        ("correlate_1d", "true_convolution"),
        ("spray_1d", "sprays_unreflected"),
        ("toeplitz_1d", "rows_reversed"),
    ],
)
def test_the_offer_of_a_forward_pass_does_not_tell_the_way_back(exercise, mistake):
    """Which filter leads back is a question of sections 4 and 5 of that notebook."""
    widget = suggest_widget(EXERCISES[exercise], verdict_on(exercise, mistake).example)
    assert widget.data["views"] == "forward"
    assert "dx" not in widget.alternative
    assert "dy" not in widget.alternative


def test_a_result_without_the_bias_is_shown_without_it():
    x, w, b = (
        np.arange(12.0).reshape(1, 1, 3, 4),
        np.array([[[[1.0, 2], [0, -1]]]]),
        np.array([100.0]),
    )
    right = references("2-convolution")["conv_forward"](x, w, b, 0)
    wrong = right.copy()
    wrong[0, 0, 1, 2] += 1
    inputs = {"x": x, "w": w, "b": b, "pad": 0}
    widget = suggest_widget(EXERCISES["conv_forward"], Example("y", inputs, wrong))
    assert widget.data["fold"] == f"{CaseWidget.words}, without b"
    assert np.array(widget.data["compare"]).tolist() == (wrong[0, 0] - 100).tolist()
    assert "yours (1 of 6 differ)" in widget.alternative
    assert widget.alternative.splitlines()[:2] == [
        "Forward, gather: each y is a dot product of w and its window of x (stride 1, padding 0, "
        "without b)",
        "These y are without b: b is subtracted from every y of the convolution.",
    ]
    assert "padding 0, without b)</text>" in widget.still
    without_yours = suggest_widget(EXERCISES["conv_forward"], Example("y", inputs, None))
    assert "without b)" in without_yours.alternative
    assert (
        suggest_widget(EXERCISES["conv_forward"], Example("y", inputs, right - 100)) is None
    )  # b alone is missing


def test_an_offer_leaves_out_a_result_that_cannot_be_shown():
    assert offered("max_pool_backward").data["compare"] is not None
    for yours in (
        None,
        "text",
        [[1]],
        np.zeros((4, 4)),
        np.zeros((1, 1, 3, 4)),
        np.full((1, 1, 4, 4), 1j),
    ):
        assert offered("max_pool_backward", yours=yours).data["compare"] is None
    assert (
        offered("max_pool_backward", yours=np.full((1, 1, 4, 4), np.inf)).data["compare"][0][0]
        == "inf"
    )


def test_there_is_no_offer_where_a_widget_does_not_show_the_mistake():
    two = {"dy": np.ones((1, 2, 2, 2)), "x": np.ones((1, 2, 4, 4)), "size": (2, 2), "stride": 2}
    large = {
        "dy": np.ones((1, 1, 10, 10)),
        "x": np.ones((1, 1, 20, 20)),
        "size": (2, 2),
        "stride": 2,
    }
    assert offered("max_pool_backward", inputs=two) is None
    assert offered("max_pool_backward", inputs=large) is None
    assert offered("max_pool_backward", part="y") is None
    assert (
        offered("max_pool_backward", yours=np.ones((1, 1, 4, 4)), right=np.ones((1, 1, 4, 4)))
        is None
    )
    assert offered("relu_backward") is None
    assert suggest_widget(EXERCISES["max_pool_backward"], None) is None
    assert offered("max_pool_backward", inputs={"dy": None}) is None


# ---- in a kernel


def run(*sources: str) -> list:
    """Return the outputs of each cell, run in a kernel."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(
        book, timeout=120, allow_errors=True, resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    return [cell.outputs for cell in book.cells]


def test_a_kernel_shows_the_offer_closed_below_the_verdict_and_returns_the_points():
    wrong = "def max_pool_2x2_backward(dy, x):\n    return dy.repeat(2, axis=2).repeat(2, axis=3)"
    start = (
        "import numpy as np, sys, warnings\nfrom grader import check, "
        "progress\nwarnings.simplefilter('error')"
    )
    right = "from solutions.max_pool import max_pool_forward\ncheck(max_pool_forward)"
    loaded = (
        "print([name for name in ('anywidget', 'ipywidgets', 'grader.widgets') if name in "
        "sys.modules])"
    )
    failed = f"{wrong}\ncheck(max_pool_2x2_backward)"
    first, of_right, before, shown, summary = run(start, right, loaded, failed, "progress()")
    assert first == []
    assert [o.output_type for o in of_right] == ["display_data", "execute_result"]
    assert before[0].text == "[]\n"  # a right answer costs no import
    assert [o.output_type for o in shown] == ["display_data", "display_data", "execute_result"]
    assert "<iframe" in shown[1].data["text/html"]
    own = shown[1].data["application/vnd.cnn-gradients.widget+json"]
    assert own["widget"] == "pool_router"
    assert own["data"]["fold"] == CaseWidget.words
    assert shown[2].data["text/plain"] == "0.0"
    assert [o.output_type for o in summary] == ["display_data"]
    for outputs, points in ((of_right, 2.0), (shown, 0.0)):
        assert determine_grade(_graded(outputs)) == (points, 3.0)


def _graded(outputs):
    """A test cell with these outputs, as nbgrader sees it."""
    cell = nbformat.v4.new_code_cell("check(...)", outputs=outputs)
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "points": 3.0,
        "schema_version": 3,
        "grade_id": "c",
    }
    return cell


def test_a_terminal_prints_no_more_than_the_verdict():
    code = (
        "import sys\nfrom grader import check\n"
        "def max_pool_2x2_backward(dy, x):\n    return dy.repeat(2, axis=2).repeat(2, axis=3)\n"
        "check(max_pool_2x2_backward)\nassert 'grader.widgets' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("max_pool_2x2_backward: 0 of 2 points")
    assert "Step through" not in done.stdout
    assert done.stderr == ""


# ---- in sealed grading


def told_of(exercise: str, mistake: str):
    verdict = verdict_on(exercise, mistake)
    result = _as_json(
        NOTEBOOKS["5-max-pool"], 1, [_with_pages(EXERCISES[exercise], verdict)], (), {}
    )
    released = autograded_notebook(
        notebook.load(source_notebook(NOTEBOOKS["5-max-pool"])),
        json.loads(json.dumps(result)),
        {"sha256": "digest", "timestamp": ""},
    )
    return verdict, notebook.check_cells(released)[f"check_{exercise}"]["outputs"]


def test_a_graded_notebook_holds_the_still_picture_after_the_verdict():
    verdict, outputs = told_of("max_pool_2x2_backward", "full_to_every_tie")
    assert [output["output_type"] for output in outputs] == [
        "display_data",
        "display_data",
        "execute_result",
    ]
    assert set(outputs[1]["data"]) == {"image/svg+xml", "text/plain"}
    assert outputs[2]["data"] == {"text/plain": "0.0"}
    widget = suggest_widget(EXERCISES["max_pool_2x2_backward"], verdict.example)
    assert outputs[1]["data"] == {"image/svg+xml": widget.still, "text/plain": widget.alternative}
    assert [element.tag.split("}")[1] for element in ElementTree.fromstring(widget.still).iter()][
        :3
    ] == ["svg", "title", "desc"]
    nbformat.validate(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
    )


def test_a_right_answer_and_one_that_no_widget_shows_bring_no_picture():
    exercise = EXERCISES["max_pool_forward"]
    right = judge(exercise, references()["max_pool_forward"], references())
    result = _as_json(NOTEBOOKS["5-max-pool"], 1, [_with_pages(exercise, right)], (), {})
    assert result["exercises"][0]["picture"] is None
    del result["exercises"][0]["picture"]  # a verdict file of an earlier version
    released = autograded_notebook(
        notebook.load(source_notebook(NOTEBOOKS["5-max-pool"])),
        result,
        {"sha256": "digest", "timestamp": ""},
    )
    assert len(notebook.check_cells(released)["check_max_pool_forward"]["outputs"]) == 2


def numbers_in(text: str) -> set[str]:
    """Return the rows of the arrays in a text."""
    return set(re.findall(r"\[[-\d.e ]+\]", text))


def test_a_graded_class_has_pictures_of_what_the_verdicts_show_and_of_nothing_hidden(
    tmp_path, released_course
):
    course = released_course("5-max-pool", tmp_path / "course")
    path = course.submitted / "wanda" / "5-max-pool" / "max_pool.ipynb"
    path.parent.mkdir(parents=True)
    wrong = {
        "max_pool_2x2_backward": "def max_pool_2x2_backward(dy, x):\n    return dy.repeat(2, "
        "axis=2).repeat(2, axis=3)",
        "max_pool_backward": "def max_pool_backward(dy, x, size, stride):\n    return "
        "np.ones(x.shape)",
    }
    solved = notebook.solve(NOTEBOOKS["5-max-pool"], student="wanda")
    path.write_text(notebook.dumps(notebook.with_answers(solved, wrong)))
    status, said = grader("grade", "5-max-pool", "--course", course.folder, *unsafe())
    assert (status, "4 points" in said) == (0, True), said
    graded = notebook.check_cells(
        notebook.load(course.autograded / "wanda" / "5-max-pool" / "max_pool.ipynb")
    )
    for name in wrong:
        verdict, picture, _ = (output["data"] for output in graded[f"check_{name}"]["outputs"])
        shown = numbers_in(picture["text/plain"])
        assert len(shown) >= 6
        assert shown <= numbers_in(verdict["text/plain"])
        drawn = [
            e.text
            for e in ElementTree.fromstring(picture["image/svg+xml"]).iter(
                "{http://www.w3.org/2000/svg}text"
            )
        ]
        assert {"x", "dy", "dx", "your dx", "≠"} <= set(drawn)
    assert len(graded["check_max_pool_forward"]["outputs"]) == 2
