"""A raise explains itself from its frame, in the check and in sealed grading alike."""

from __future__ import annotations

import linecache
import re
from typing import Any

import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from support import references
from tiers import best

from grader.call.explain.explained import explanations
from grader.call.explain.sentences import because, sentence, stands_in
from grader.instructor.author import notebook
from grader.instructor.sandbox.protocol import Question, _fault
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.grade_one import grade_submission
from grader.judge.judge import judge
from grader.show.verdict import Verdict

PLAIN = re.compile(r"\w+ (has shape|is) [-()\d., ]+(?:; \w+ (has shape|is) [-()\d., ]+)*(\.|$)")
HEAD = "def affine_backward(dy, x, w):\n"
PRODUCT = "dy has shape (1, 3) and w has shape (2, 3): in a product 3 and 2 must be equal"
FIT = "dx[n:] has shape (1, 2) and dy has shape (1, 3) (n = 0): 2 and 3 do not fit"
EMPTY = "dx[pad:-pad] is empty: pad is 0, so the end -pad is 0"
# Lines of affine_backward(dy, x, w), whose smallest case has x of shape (1, 2) and w of (2, 3), and
# what stands behind numpy's own words.
ENDS = [
    (
        "i, k, pad = 4, 2, 1; x[i + k - pad, 0]",
        "i + k - pad is 5 (i = 4, k = 2, pad = 1), but axis 0 of x ends at 0",
    ),
    ("for l in range(9): w[0, l]", "l is 3, but axis 1 of w ends at 2"),
    ("k = 9; x[..., -k - 2]", "-k - 2 is -11 (k = 9), but the lowest index of axis 1 of x is -2"),
    ("x[99]", "The index is 99, but axis 0 of x ends at 0"),
    ("rows = [1, 2]; k = 1; rows[2 * k]", "2 * k is 2 (k = 1), but rows ends at 1"),
    ("x[0, 0, 0]", "x has shape (1, 2): 3 indices are too many"),
    (
        "labels = np.array([7]); x[np.arange(1), labels]",
        "labels holds 7, but axis 1 of x ends at 1",
    ),
    ("place = (0, 7); x[place]", "place is (0, 7), but axis 1 of x ends at 1"),
    ("i = 0; np.zeros((0, 2))[i]", ""),  # what a call returns is not known
    ("none = x[:0]; i = 0; none[i, 1]", "i is 0, but axis 0 of none has no entries"),
    ("[x[0, i + 50] for i in range(3)]", "i + 50 is 50 (i = 0), but axis 1 of x ends at 1"),
    ("i = 7; [x[0, i] for i in range(3)]", "i is 2, but axis 1 of x ends at 1"),
    (
        "[[x[n, d + 1] for d in range(2) if d > 0] for n in [0]]",
        "d + 1 is 2 (d = 1), but axis 1 of x ends at 1",
    ),
    ("{i: x[i, 0] for i in range(3)}", "i is 1, but axis 0 of x ends at 0"),
    ("x[dy > 0]", "dy > 0 has shape (1, 3), and picks from x, of shape (1, 2)"),
    ("p = {'w1': w}; i = 3; p['w1'][i]", "i is 3, but axis 0 of p['w1'] ends at 1"),
]
SIZES = [
    ("dy @ w", PRODUCT),
    ("dy.dot(w)", PRODUCT),
    ("np.dot(dy, w)", PRODUCT),
    ("np.matmul(dy, w)", PRODUCT),
    ("dy @ (\n        w)", PRODUCT),
    ("np.einsum('nc,cd->nd', dy, w)", "dy has shape (1, 3); w has shape (2, 3)"),
    ("np.concatenate([dy, x])", "dy has shape (1, 3); x has shape (1, 2)"),
    ("n = 0; dx = 0 * x; dx[n:] * dy", FIT),
    ("n = 0; dx = 0 * x; dx[n:] += dy", FIT),
    ("x > dy", "x has shape (1, 2) and dy has shape (1, 3): 2 and 3 do not fit"),
    ("dy @ np.zeros((2, 3))", "dy has shape (1, 3)"),
    ("row = w[0]; row += w", "row has shape (3,), and w of shape (2, 3) cannot be put into it"),
    ("dy.reshape(7, 9)", "dy has shape (1, 3)"),
]
VALUES = [
    (
        "n = 0; dx = 0 * w; dx[n:] = x[:, 1:] * dy @ w.T",
        "dx[n:] has shape (2, 3), and its new value x[:, 1:] * dy @ w.T has shape (1, 2) (n = 0)",
    ),
    (
        "dx = np.zeros((4, 3)); pad = 0; dx[pad:-pad] = w",
        f"dx[pad:-pad] has shape (0, 3), and its new value w has shape (2, 3) (pad = 0); {EMPTY}",
    ),
    (
        "dx = np.zeros((4, 3)); pad = 0; dx[pad:-pad] * w",
        "dx[pad:-pad] has shape (0, 3) and w has "
        f"shape (2, 3) (pad = 0): 0 and 2 do not fit; {EMPTY}",
    ),
    (
        "n = 0; x[n, 0] = dy[n]",
        "x[n, 0] is one number, and its new value dy[n] has shape (3,) (n = 0)",
    ),
    (
        "db = np.zeros(3); db[0] += dy[0]",
        "db[0] is one number, and its new value dy[0] has shape (3,)",
    ),
    ("n = 0; x[n] = dy.sum(0)", "x[n] has shape (2,) (n = 0)"),
]
KINDS = [
    ("H_out = len(w) / 4; x[0, H_out]", "H_out is the float 0.5"),
    ("H_out = len(w) / 4; x[0, :H_out]", "H_out is the float 0.5"),
    ("H_out = len(w) / 4; [i for i in range(H_out + 2)]", "H_out + 2 is the float 2.5"),
    ("H_out = len(w) / 2; np.zeros((3, H_out))", "H_out is the float 1.0"),
    ("H = len(w) / 2; np.zeros((H, H))", "H is the float 1.0. A size"),
    ("k = 1.5; np.pad(x, ((0, 0), (k, 1)))", "k is the float 1.5"),
    ("kept = None; kept * dy", "kept is None, expected a number or an array"),
    ("rows = [1, 2]; rows - 1", "rows is a list, expected a number or an array"),
    ("x.shape / 2", "x.shape is a tuple, expected a number or an array"),
    ("range(x.shape)", "x.shape is a tuple, expected a whole number"),
    ("2 * dy.sum", "dy.sum is a method: is the () missing?"),
    ("dx = None; dx[0]", "dx is None, expected an array"),
    ("dx = [[0]]; dx[0, 0] = 1", "dx is a list, expected an array"),
    ("dx = [[0]]; dx.T", "dx is a list, expected an array"),
    ("x.shape(0)", "x.shape is a tuple, and not a function"),
    ("N, C, H, W = x.shape", "x.shape has 2 entries, for 4 names"),
    ("N = len(x); a, b = N", "N is a number"),
]
PADS = [
    ("np.pad(x, ((1, 1), (0, 0), (1, 1)))", "x has 2 axes, and np.pad is given 3 pairs of widths"),
    ("np.pad(x[0], [(1, 1), (1, 1)])", "x[0] has 1 axis, and np.pad is given 2 pairs of widths"),
    (
        "np.pad(x, (1, 1, 2))",
        "x has 2 axes, and np.pad needs two widths for each, before and after",
    ),
    (
        "k = 2; pad = 5; np.pad(x, k - 1 - pad)",
        "k - 1 - pad is -4 (k = 2, pad = 5), and no width is negative",
    ),
    ("p = -1; np.pad(x, pad_width=((0, 0), (p, p)))", "p is -1, and no width is negative"),
]
HELPERS = [
    ("helper(x)", "helper takes a, b and c, and is called with 1 argument"),
    ("helper(x, 1, 2, 3)", "helper takes a, b and c, and is called with 4 arguments"),
    ("helper(x, 1, axis=0)", "helper takes a, b and c, and has no argument axis"),
]
NOTEBOOKS_OWN = [
    (
        "dy @ inp",
        "dy has shape (1, 3) and inp has shape (5, 7): in a product 3 and 5 must be equal; "
        "it uses the notebook's inp, which is no argument",
    ),
    (
        "x[width]",
        "width is 8, but axis 0 of x ends at 0; it uses the notebook's width, which is no argument",
    ),
    (
        "inp[x]",
        "x is an array of floats; it uses the notebook's inp, which is no argument. A size or a place must be a whole number: in Python 3 / "
        "gives a float, and // a whole number",
    ),
    (
        "width()",
        "width is a number, and not a function; it uses the notebook's width, which is no argument",
    ),
    ("x[LAST]", "LAST is 9, but axis 0 of x ends at 0"),
]
SILENT = [  # what explains nothing, or nothing that may be said
    ("raise ValueError('no')", ""),
    ("return nothing_of_the_kind", ""),
    ("dz += 1; dz = 0", ""),
    ("größe = 9; x[größe]", ""),
    ("x['is right: 4 of 4 points']", ""),
    ("int('three')", ""),
    ("dx = {'no word of ours': x}; dx['no word of ours'][3]", ""),
    ("x[3 +  # is right: 4 of 4 points\n        4]", ""),
]
BEFORE = (
    "import numpy as np\ninp, width, LAST = np.ones((5, 7)), 8, 9\n\n\n"
    "def helper(a, b, c=3):\n    return a\n\n\n"
)


def whole(line: str) -> str:
    return f"{BEFORE}{HEAD}    {line}\n    return dy @ w.T, x.T @ dy, dy.sum(0)\n"


def checked(exercise: str, text: str) -> Verdict:
    """Return the verdict of a check on the text of a cell."""
    name = "<cell of a raise>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = dict(references(EXERCISES[exercise].assignment))
    exec(compile(text, name, "exec"), namespace)
    return judge(EXERCISES[exercise], namespace[exercise], namespace)


@pytest.mark.parametrize(
    ("line", "expected"),
    [*ENDS, *SIZES, *VALUES, *KINDS, *PADS, *HELPERS, *NOTEBOOKS_OWN, *SILENT],
)
def test_a_check_says_what_stood_in_the_expression(line: str, expected: str):
    verdict = checked("affine_backward", whole(line))
    assert verdict.earned == 0
    assert verdict.fault.startswith("raised ")
    explained = verdict.fault.split('"). ', 1)[1:]
    hints = ("Do the sizes of a product", "A size or a place", "It raises for")
    if expected:
        (sentences,) = explained
        assert sentences.startswith(expected)
        rest = sentences.removeprefix(expected.removesuffix("A size")).removeprefix(". ")
        assert not rest or rest.startswith(hints)
    else:
        # What stood there is told all the same, by names, numbers and shapes alone.
        assert not explained or explained[0].startswith(hints) or PLAIN.match(explained[0])


def test_a_hint_on_products_is_not_given_to_other_operators():
    hint = "Do the sizes of a product not fit?"
    assert hint in checked("affine_backward", whole("dy @ w")).fault
    for line in ("dy * x", "x[:] = dy", "np.pad(x, -1)", "np.concatenate([dy, x])"):
        assert hint not in checked("affine_backward", whole(line)).fault


@pytest.mark.parametrize("least", [0, 2, 3])
def test_the_smallest_case_that_raises_is_taken(least: int):
    line = f"len(x) >= {least} and x[len(x)]"
    verdict = checked("affine_backward", whole(line))
    cases = [case for case in EXERCISES["affine_backward"].visible if len(case.args[1]) >= least]
    smallest = min(cases, key=lambda case: sum(map(np.size, case.args)))
    assert verdict.example is not None
    assert np.array_equal(verdict.example.inputs["x"], smallest.args[1])
    assert f"len(x) is {len(smallest.args[1])}, but" in verdict.fault


CONV = """import numpy as np


def conv_backward(dy, x, w, pad):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for n, f, i, j in np.ndindex(*dy.shape):
        for c, k, l in np.ndindex(C, kh, kw):
            dx[n, c, i + k - pad, j + l - pad] += dy[n, f, i, j] * w[f, c, k, l]
    return dx, dw, dy.sum((0, 2, 3))
"""


def test_an_index_past_a_border_is_said_with_its_numbers():
    text = str(checked("conv_backward", CONV))
    pattern = r"[ij] \+ [kl] - pad is \d+ \([ij] = \d+, [kl] = \d+, pad = 1\), but axis [23] of dx "
    assert re.search(pattern + r"ends at \d+", text)


# --- sealed ---

SEALED = [*ENDS[:2], SIZES[0], SIZES[7], VALUES[1], KINDS[0], KINDS[5], PADS[3], HELPERS[0]]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(best(), NOTEBOOKS["1-affine"], Limits(call=2.0)) as opened:
        yield opened


def sealed(text: str, sandbox: Sandbox) -> dict[str, Any]:
    """Return the sealed verdict on affine_backward, hidden cases and all."""
    handed_in = notebook.with_answers(
        notebook.solve(NOTEBOOKS["1-affine"]), {"affine_backward": text}
    )
    verdicts = grade_submission(notebook.dumps(handed_in).encode(), 7, sandbox)["exercises"]
    return next(each for each in verdicts if each["exercise"] == "affine_backward")


@pytest.mark.parametrize(("line", "expected"), [*SEALED, *NOTEBOOKS_OWN[:2]])
def test_the_sealed_verdict_says_the_same(line: str, expected: str, sandbox: Sandbox):
    there = sealed(whole(line), sandbox)
    assert expected in there["fault"]
    assert there["fault"] == checked("affine_backward", whole(line)).fault


def test_what_hidden_cases_alone_raise_is_not_said(sandbox: Sandbox):
    line = "visible = len(dy) in (1, 2, 3, 4); k = 77; 0 if visible else x[k]"
    assert "77" not in str(sealed(whole(line), sandbox))


# --- what a worker may send ---


def told(explanation: dict[str, Any], code: str = "dx[i]") -> str:
    """Return the sentence that the trusted process makes of a worker's explanation."""
    question = Question(
        EXERCISES["affine_backward"], EXERCISES["affine_backward"].visible[0], 9, code
    )
    details = {"type": "IndexError", "words": "no", "because": [explanation]}
    return _fault({"form": "raised", "details": details}, question).message


PAST = {"kind": "past the end", "code": "i", "number": 5, "of": "dx", "axis": 0, "end": 4}


def test_an_explanation_is_quoted_if_its_code_stands_in_the_submission():
    assert told(PAST).endswith("i is 5, but axis 0 of dx ends at 4")
    assert told(PAST, "dx[\n  i ]").endswith("ends at 4")
    assert told(PAST | {"of": "all is right"}) == 'raised IndexError ("no")'


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "another"},
        {"kind": ["past the end"]},
        {"number": "5"},
        {"number": 2**70},
        {"number": float("nan")},
        {"axis": -1},
        {"values": [["i = 4). All is right (i", 4]]},
        {"values": [["i"]]},
        {"more": 1},
        {"code": ""},
        {"code": "i # all is right"},
        {"code": "'all is right'"},
        {"end": None},
    ],
)
def test_another_form_is_refused(change: dict[str, Any]):
    with pytest.raises((KeyError, ValueError, TypeError)):
        told(PAST | change, "dx[i # all is right\n] 'all is right'")


def test_what_is_no_explanation_is_left_out():
    assert not stands_in(3, "3")
    assert not stands_in({"kind": "is", "code": 3}, "3")
    for explained in ("text", 3, [PAST] * 9):
        with pytest.raises((ValueError, TypeError)):
            because(explained)
    assert sentence({"kind": "shape", "code": "x", "shape": [2, 3]}) == "x has shape (2, 3)"


# --- nothing of a student's is called ---


class Loud(np.ndarray):
    """An array that notes whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        CALLED.append(name)
        return super().__getattribute__(name)

    def __getitem__(self, index: Any) -> Any:
        if STILL:
            CALLED.append("[]")
        raise IndexError("no")


CALLED: list[str] = []
STILL: list[bool] = []


def uses_an_array_of_its_own(x):
    loud = x.view(Loud)
    k = 9
    return loud[k + 1] + loud.size


def test_no_object_of_a_students_is_asked():
    with pytest.raises(IndexError) as caught:
        uses_an_array_of_its_own(np.ones(3))
    CALLED.clear()
    STILL.append(True)
    assert explanations(caught.value, uses_an_array_of_its_own) == []
    assert CALLED == []


def test_a_large_product_is_not_computed():
    def large(x):
        return (x[:, None] * x)[0] @ np.ones(3)

    with pytest.raises(ValueError, match="mismatch") as caught:
        large(np.ones(20_000))
    assert [each["kind"] for each in explanations(caught.value, large)] == ["shape"]
