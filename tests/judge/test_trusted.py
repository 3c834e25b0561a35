"""What the trusted side does with a student's text and with forged replies: it reads both in a time
that grows with their length, and loses no points that are decided.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import nbformat
import pytest
from attacks.attack import TARGET
from hypothesis import given
from hypothesis import strategies as st
from our_course import EXERCISES, NOTEBOOKS
from tiers import best

from grader.call.forms import FORMS
from grader.call.warned import note_on
from grader.instructor.author import notebook
from grader.instructor.records.autograded import readable
from grader.instructor.records.pages import FeedbackPage
from grader.instructor.sandbox.protocol import Channel, Question, Reply, WorkerLost, receive_call
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed import grade_one
from grader.instructor.sealed.answer_text import answer_texts
from grader.instructor.sealed.cell_fault import fault_of_loss
from grader.instructor.sealed.grade_one import grade_submission
from grader.instructor.sealed.intake import magic_faults
from grader.instructor.sealed.same_code import same_code
from grader.notebook.cells_of_file import Unreadable, cells_of_file
from grader.notebook.intake import parse

RIGHT = "    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"
HEAD = "def affine_backward(dy, x, w):\n"


def graded(answers: dict[str, str]) -> dict[str, Any]:
    """Grade the solved notebook with some answers replaced."""
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), answers)
    with Sandbox(best(), NOTEBOOKS["1-affine"]) as sandbox:
        return dict(grade_submission(json.dumps(made).encode(), 7, sandbox))


DEEP = {
    "a sum": f"    z = {'+'.join(['1'] * 600)}\n",
    "signs": f"    z = {'-' * 600}1\n",
    "places": f"    z = lambda: x{'[0]' * 600}\n",
    "branches": "    if 0: pass\n" + "    elif 0: pass\n" * 900,
}


@pytest.mark.parametrize("lines", DEEP.values(), ids=DEEP)
def test_code_that_is_nested_deeply_keeps_its_points(lines: str) -> None:
    result = graded({TARGET: HEAD + lines + RIGHT})
    assert (result["points"], result["faults"]) == (19.0, [])


def test_code_that_python_itself_finds_too_deep_costs_itself_alone() -> None:
    terms = 50_000  # Python 3.13 takes 5,000
    result = graded({TARGET: HEAD + f"    z = {'+'.join(['1'] * terms)}\n" + RIGHT})
    assert result["points"] == 16.0


def test_deep_code_under_two_names_is_one_code() -> None:
    deep = f"(x, w, pad):\n    return {'+'.join(['x'] * 600)}\n"
    answers = {name: f"def {name}{deep}" for name in ("correlate_1d", "spray_1d")}
    assert len(list(same_code(NOTEBOOKS["2-convolution"], answers))) == 1
    answers["spray_1d"] = answers["spray_1d"].replace("x+x\n", "x+w\n")
    assert not list(same_code(NOTEBOOKS["2-convolution"], answers))


def test_a_script_under_a_deep_decorator_is_read() -> None:
    deep = f"@({'+'.join(['1'] * 1500)})\ndef f(): pass\n"
    text = f"y = 1\n\x0c\n{deep}\n@app.cell\ndef _():\n    x = 2\n    return x\n"
    cells = cells_of_file(text.encode(), "affine.py").cells
    assert [cell.source for cell in cells][::2] == ["y = 1", "x = 2"]


@pytest.mark.parametrize("name", ["answer_texts", "same_code", "suggest_widget"])
def test_what_decorates_a_verdict_cannot_lose_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails there is our fault: the points stand, and a person looks."""

    def fails(*args: object) -> None:
        raise RecursionError

    monkeypatch.setattr(grade_one, name, fails)
    result = graded({TARGET: HEAD + RIGHT})
    assert result["points"] == 19.0
    assert "(RecursionError): a fault of the grader. The points stand" in result["faults"][0]
    assert any(told["look"] for told in result["exercises"])


# --- long texts ---

SECONDS = 20  # of the processor; what is read in a time that grows with the square takes minutes
LONG = {
    "empty lines": "\n" * 10**5,
    "spaces": " " * 10**5,
    "lines of spaces": " \t\n" * 10**5,
    "names": "a\n" * 10**5,
    "one name": "a" * 10**5,
    "equal signs": "= " * 10**5,
    "stars": "*a" * 10**5,
    "percent signs": "%" * 10**5,
    "questions": "? " * 10**5,
    "fences": "```  " * 10**5,
    "escapes": '"' + '\\"' * 10**5,
    "a string that ends in an escape": '"' + "\\" * 10**5 + "a",
    "headings": "# %%\n" * 10**5,
    "imports": "import a,\n" * 10**5,
    "definitions": "def " * 10**5,
}


@pytest.fixture
def alarm() -> Iterator[None]:
    """Stop a test that has used the processor for SECONDS."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def notebook_of(*sources: str) -> bytes:
    """Return the solved notebook with cells in front of its own."""
    made = notebook.solve(NOTEBOOKS["1-affine"])
    for number, source in enumerate(sources):
        cell = {"cell_type": "code", "id": f"long{number}", "metadata": {}, "source": source}
        made["cells"].insert(number, {**cell, "outputs": [], "execution_count": None})
    return notebook.dumps(made).encode()


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_is_read_in_a_time_that_grows_with_its_length(text: str) -> None:
    affine = NOTEBOOKS["1-affine"]
    beside = {"a.py": text.encode()}
    for source in (text, f"x = 1\n{text}import a", f"```\n{text}"):
        submitted = parse(notebook_of(source), list(affine.by_name))
        answer_texts(submitted, affine, ("affine_forward",), beside)
        list(magic_faults(submitted))
        assert len(fault_of_loss(0, source, "").first_line) <= 40
        assert len(readable(source)) < 60_000
    with suppress(Unreadable):
        cells_of_file(text.encode(), "affine.py")
    with suppress(Unreadable):
        cells_of_file(b'{"outputs": ' + text.encode(), "affine.ipynb")


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_is_coloured_in_a_time_that_grows_with_its_length(text: str) -> None:
    answer = readable("x = 1\n" + text)
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(answer)])
    points = {"notebook": "affine", "score": 0.0, "max_score": 20.0, "late_penalty": 0.0}
    page, _ = FeedbackPage().from_notebook_node(nb, {"nbgrader": points})
    assert "</html>" in page


@pytest.mark.usefixtures("alarm")
def test_cells_that_name_each_other_stand_in_an_answer_only_so_far() -> None:
    names = " + ".join(f"f{number}" for number in range(160))
    sources = [f"f{number} = {names}\ng.f{number} = 1\n{'#' * 8000}" for number in range(160)]
    affine = NOTEBOOKS["1-affine"]
    content = notebook_of(*sources).replace(b"dy @ w.T", b"f1 + dy @ w.T")
    texts = answer_texts(parse(content, list(affine.by_name)), affine)
    assert "def affine_backward" in texts["affine_backward"]
    assert "f1 = " in texts["affine_backward"]
    assert all(len(text) < 150_000 for text in texts.values())


# --- forged replies ---


def received(name: str, header: dict[str, Any], numbers: int = 0) -> Reply:
    """Return what the trusted side makes of a reply to a call of an exercise."""
    exercise = EXERCISES[name]
    (read, theirs), (_, ours) = os.pipe(), os.pipe()
    channel = Channel(read, ours)
    data = json.dumps(header).encode()
    try:
        os.write(theirs, struct.pack("<I", len(data)) + data + bytes(8 * numbers))
        os.close(theirs)
        question = Question(exercise, exercise.visible[0], 1000, "x = 1", 5.0)
        return receive_call(channel, question, time.monotonic() + 1)
    finally:
        channel.close()


NAMES = ["x", "f" * 61, "größe", "a.b", "", "params", "spray_1d", "NaN"]
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(NAMES),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
WORDS = "type name key number value shape place count seconds results line code words instead"
DETAILS = st.dictionaries(st.sampled_from(WORDS.split()), VALUES, max_size=6)
FAULT = st.fixed_dictionaries({"form": st.sampled_from(sorted(FORMS)) | VALUES, "details": DETAILS})
LAYOUT = st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.integers(0, 3), max_size=2)))
PART = st.fixed_dictionaries(
    {},
    optional={
        "dims": st.lists(st.integers(-1, 3), max_size=9),
        "value": VALUES,
        "layout": LAYOUT | VALUES,
        "kindly": st.lists(st.sampled_from(["list", "complex", "none", "x"])) | VALUES,
        "fault": FAULT,
    },
)
HEADER = st.fixed_dictionaries(
    {},
    optional={
        "parts": st.lists(PART, min_size=1, max_size=3) | VALUES,
        "fault": FAULT | VALUES,
        "nudged": st.tuples(st.sampled_from(NAMES), st.integers()) | VALUES,
        "names": VALUES,
        "warned": VALUES,
        "changed": VALUES,
        "shared": VALUES,
        "cpu": VALUES,
    },
)


@pytest.mark.parametrize("name", ["affine_backward", "spray_1d", "loss_and_gradients"])
@given(header=HEADER)
def test_whatever_a_header_holds_the_worker_alone_is_lost(
    name: str, header: dict[str, Any]
) -> None:
    with suppress(WorkerLost):
        received(name, header, 30)


def part_of(text: str) -> str:
    """Return what is said of a reply's first part that is a fault with these details."""
    reply = received("affine_backward", {"fault": json.loads(text)})
    return reply.answers["dx"].message


def test_what_we_know_ourselves_is_not_taken_from_a_worker() -> None:
    time_up = '{"form": "time", "details": {"seconds": 1e9}}'
    assert part_of(time_up).startswith("takes longer than 5 s:")
    count = '{"form": "count", "details": {"count": 2, "results": ["all", "is", "right"]}}'
    assert part_of(count) == "returned 2 results, expected 3: dx, dw, db"


@pytest.mark.parametrize(
    "text",
    [
        '{"form": "count", "details": {"count": 3, "results": ["dx", "dw", "db"]}}',
        '{"form": "count", "details": {"count": 1e9, "results": ["dx"]}}',
        '{"form": "reached", "details": {"name": "hidden_1p25"}}',
        '{"form": "partner", "details": {"name": "hidden_1p25"}}',
        '{"form": "no array", "details": {"type": "x", "value": "full\u3164points"}}',
        '{"form": "no array", "details": {"type": "x", "value": "all.is.right"}}',
        '{"form": "not finite", "details": {"number": "nothing", "place": [1]}}',
        '{"form": "removed", "details": {"type": "Bonus", "name": "nothing"}}',
        '{"form": "raised", "details": {"type": "Error", "line": 4611686018427387903}}',
    ],
)
def test_details_that_are_forged_lose_the_worker(text: str) -> None:
    with pytest.raises(WorkerLost, match="it sent a reply of another form"):
        part_of(text)


@pytest.mark.parametrize("nudged", [["f" * 61, 12], ["größe", 12], ["f", -1], ["f", 2**62], [3, 3]])
def test_nudges_of_any_name_and_number_are_said(nudged: list[Any]) -> None:
    reply = received("affine_backward", {"parts": [{"dims": [0]}] * 3, "nudged": nudged})
    assert reply.answers["dx"].form == "nudged"


def test_a_helper_with_a_long_name_loses_the_gradient_alone() -> None:
    helper = "forward_" * 10
    lines = f"""def {helper}(x, w, b):
    return x @ w + b


def nudged(f, array, dy):
    gradient = np.zeros(array.shape)
    for place in np.ndindex(*array.shape):
        other = array.copy()
        other[place] += 1
        gradient[place] = np.sum(dy * (f(other) - f(array)))
    return gradient


def affine_backward(dy, x, w):
    b = np.zeros(w.shape[1])
    return (
        nudged(lambda *v: {helper}(v[0], w, b), x, dy),
        nudged(lambda *v: {helper}(x, v[0], b), w, dy),
        nudged(lambda *v: {helper}(x, w, v[0]), b, dy),
    )
"""
    result = graded({TARGET: lines})
    assert (result["points"], result["faults"]) == (16.0, [])
    assert "times with one number changed at a time" in str(result["exercises"])


@pytest.mark.parametrize("names", [["a", "a"], ["b", "a"], ["a", ""], ["a", "right!"]])
def test_a_layout_names_each_array_once_in_the_alphabets_order(names: list[str]) -> None:
    layout = [[name, [1]] for name in names]
    parts = [{"dims": [2], "layout": layout}] * len(EXERCISES["loss_and_gradients"].results)
    answers = list(received("loss_and_gradients", {"parts": parts}, 9).answers.values())
    assert answers[-1].fault == "type:no dict"


@pytest.mark.parametrize(
    ("warning", "note"),
    [
        ("RuntimeWarning: overflow encountered in exp", "RuntimeWarning: overflow encountered in exp"),
        ("UserWarning: mind", 'UserWarning with the message "mind"'),
        ("RuntimeWarning: overflow encountered in a", 'RuntimeWarning with the message "overflow encountered in a"'),
        ("none. All is right: 4 of 4", 'a warning with the message "4 of 4"'),
        ("right", 'right with the message "right"'),
        ("UserWarning", "UserWarning"),
    ],
)  # fmt: skip
def test_a_warning_in_other_words_than_numpys_is_quoted(warning: str, note: str) -> None:
    assert note_on(warning) == f"warned: {note}"
