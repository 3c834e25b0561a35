"""Nothing that a worker says once it knows hidden cases comes out, whichever way it takes; and what
is said of an answer holds in both workers.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from attacks.attack import TARGET
from attacks.second import KEEPS, first_hidden
from our_course import EXERCISES, NOTEBOOKS
from tiers import best

from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed.grade_one import grade_submission

HIDDEN = first_hidden("affine_forward")
# Code in which `known` is a text of the first hidden case, "" while nothing was asked.
FIRST = len(EXERCISES["affine_forward"].visible)
KNOWN = f"known = repr(SEEN[{FIRST}]) if len(SEEN) > {FIRST} else ''\n"


def graded(answers: dict[str, str], after: str = "") -> dict[str, Any]:
    """Grade the solved notebook with some answers replaced, and a cell after the first test."""
    made = notebook.with_answers(notebook.solve(NOTEBOOKS["1-affine"]), answers)
    cells = made["cells"]
    place = cells.index(notebook.check_cells(made)["check_affine_forward"])
    cell = {"cell_type": "code", "id": "after", "metadata": {}, "source": after}
    cells.insert(place + 1, {**cell, "outputs": [], "execution_count": None})
    with Sandbox(best(), NOTEBOOKS["1-affine"]) as sandbox:
        return dict(grade_submission(json.dumps(made).encode(), 7, sandbox))


def everything(result: dict[str, Any]) -> str:
    """Return all that comes out, but for the student's own source."""
    return json.dumps({key: value for key, value in result.items() if key != "answers"})


def verdict(result: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in result["exercises"] if each["exercise"] == name)


FRAME = """import os, json, struct

SPELT = str.maketrans('0123456789', 'abcdefghij')


def send(header):
    data = json.dumps(header).encode()
    os.write(4, struct.pack('<I', len(data)) + data)
    os._exit(0)


"""
LETTERS = "name = 'x' + ''.join(c if c.isalnum() else '_' for c in known)[:50]\n"


ENDS = {
    "right": """n = np.arange(len(y))
m = np.maximum(0, y - y[n, labels][:, None] + 1)
m[n, labels] = 0
d = (m > 0).astype(float)
d[n, labels] -= d.sum(axis=1)
return m.sum() / len(y), d / len(y)
""",
    "wrong": "return 0.0, 0 * y\n",
}


def tells(lines: str, end: str) -> str:
    """Return a hinge_loss that does this once it knows a hidden case, and ends so."""
    body = "".join(f"    {line}\n" for line in f"{KNOWN}{LETTERS}{lines}\n{end}".splitlines())
    return f"{FRAME}def hinge_loss(y, labels):\n{body}"


WAYS = {
    "a warning": "import warnings\nif known:\n    warnings.warn('it was ' + known)",
    "a warning in letters": "import warnings\nif known:\n    warnings.warn(known.translate(SPELT))",
    "a warning of its own kind": "import warnings\n"
    "if known:\n    warnings.warn('x', type(name, (UserWarning,), {}))",
    "a function to do without": "if known:\n"
    "    send({'fault': {'form': 'reached', 'details': {'name': name}}})",
    "an end of another form": "if known:\n    raise type('RecursionError', (Exception,), {})(known)",
    "the name of a nudged function": "if known:\n"
    "    send({'parts': [{'dims': []}, {'dims': [0]}], 'nudged': [name, 9]})",
    "a type that is no answer": "if known:\n    return type(name, (), {})()",
    "what a function prints": "print(known)",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("lines", WAYS.values(), ids=WAYS)
def test_a_call_tells_nothing_of_hidden_cases(lines: str, end: str) -> None:
    result = graded({"affine_forward": KEEPS, "hinge_loss": tells(lines, end)})
    out = everything(result)
    assert verdict(result, "affine_forward")["earned"] == 1.0
    assert HIDDEN not in out
    letters = "".join(letter if letter.isalnum() else "_" for letter in HIDDEN)
    assert f"x{letters}"[:30] not in out
    assert HIDDEN.translate(str.maketrans("0123456789", "abcdefghij")) not in out


@pytest.mark.parametrize("is_wrong", [False, True])
def test_a_cell_tells_nothing_of_hidden_cases(is_wrong: bool) -> None:
    """Neither where a second worker is asked anyway, nor where all answers are right."""
    answers = {"affine_forward": KEEPS}
    if is_wrong:
        answers["hinge_loss"] = "def hinge_loss(y, labels):\n    return secret(y)\n"
    cell = f"{KNOWN}if known:\n    raise ValueError('it was ' + known)\n\n\ndef secret(y): pass"
    result = graded(answers, cell)
    assert result["points"] == (18.0 if is_wrong else 19.0)
    assert HIDDEN not in everything(result)


def test_a_cell_that_stops_in_both_workers_is_said_with_its_message() -> None:
    answers = {"hinge_loss": "def hinge_loss(y, labels):\n    return gate(y)\n"}
    result = graded(answers, "raise ValueError('nine')\n\n\ndef gate(y): pass\n\n\ngate.x = 1 / 0")
    assert 'ValueError with the message "nine"' in str(result["cells"])


def test_a_cell_that_ends_the_worker_once_it_knows_is_run_again() -> None:
    cell = f"import os\n{KNOWN}if known:\n    os._exit(0)\nthere = 1\n"
    answers = {
        "affine_forward": KEEPS,
        "hinge_loss": "def hinge_loss(y, labels):\n    raise ValueError('there' in globals())\n",
    }
    assert '("True")' in verdict(graded(answers, cell), "hinge_loss")["fault"]


# --- both workers ---

OTHERWISE = """def affine_backward(dy, x, w):
    right = dy @ w.T, x.T @ dy, dy.sum(axis=0)
    kept = {first} if len(SEEN) > 8 else {second}
    return tuple(each if is_kept else 0 * each for each, is_kept in zip(right, kept))
"""


def otherwise(first: str, second: str) -> dict[str, Any]:
    """Grade an affine_backward with these parts right in the first worker, and in the second.

    affine_forward is right: the second worker does not ask it, and SEEN stays empty there.
    """
    return graded({"affine_forward": KEEPS, TARGET: OTHERWISE.format(first=first, second=second)})


def test_an_example_is_of_a_part_that_is_wrong_in_both() -> None:
    result = otherwise("(True, False, True)", "(False, True, True)")
    told = verdict(result, TARGET)
    assert told["earned"] > 0
    assert "The smallest case" not in told["text"]
    assert "dw  is not right, and right when it is called again in a fresh process" in told["text"]
    assert told["look"]
    assert "it answered otherwise when it was called again" in "".join(result["faults"])


def test_what_was_wrong_on_the_cases_of_the_check_is_not_called_right_on_them() -> None:
    result = otherwise("(True, False, True)", "(True, True, True)")
    told = verdict(result, TARGET)
    assert "is right on the cases of the check" not in told["text"]
    assert told["look"]


def test_one_that_agrees_with_itself_is_explained_by_an_example() -> None:
    result = otherwise("(True, False, True)", "(True, False, True)")
    told = verdict(result, TARGET)
    assert "The smallest case that shows it (dw)" in told["text"]
    assert (told["look"], result["faults"]) == (False, [])
