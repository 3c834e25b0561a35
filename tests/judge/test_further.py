"""A wrong answer that no catalogued mistake explains is asked more: where single numbers land, and
on which sizes it goes wrong. Both are said in the check and in sealed grading alike.
"""

from __future__ import annotations

import linecache
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from our_course import EXERCISES
from support import of_somebody, references
from tiers import best

from grader.call.answer import Answer
from grader.instructor.author import notebook
from grader.instructor.author.references import answers_of, reference
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sealed.grade_one import grade_submission
from grader.judge.compare import matches
from grader.judge.explain.conditions import CONDITIONS, Judged, where_it_goes_wrong
from grader.judge.explain.stamp_cases import group, with_distinct_numbers
from grader.judge.explain.stamps import Answered, by_stamps
from grader.judge.explain.words import axis_words, numbers_in, region, step_words
from grader.judge.further import calls_of, group_of, keys_of, probed, small_cases
from grader.judge.judge import judge
from grader.judge.trial import More, Right, Trial

FORWARD = """
def {name}(x, w, b, {how}):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    {stride}
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    P, Q = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    y = np.zeros((N, F, P, Q))
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    a, b_ = i * stride, j * stride
                    y[n, f, i, j] = (xp[n, :, a:a + kh, b_:b_ + kw] * w[f]).sum() + b[f]
    return y
"""
BACKWARD = """
def {name}(dy, x, w, {how}):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    {stride}
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for n in range(N):
        for f in range(F):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    a, b = i * stride, j * stride
                    dxp[n, :, a:a + kh, b:b + kw] += w[f] * dy[n, f, i, j]
                    dw[f] += xp[n, :, a:a + kh, b:b + kw] * dy[n, f, i, j]
    dx = dxp[:, :, pad:pad + H, pad:pad + W]
    return dx, dw, dy.sum((0, 2, 3))
"""
CONV = {"name": "conv_backward", "how": "pad", "stride": "stride = 1"}
SPRAY = {"name": "strided_backward_spray", "how": "stride, pad", "stride": "pass"}
CONV_FORWARD = {"name": "conv_forward", "how": "pad", "stride": "stride = 1"}
POOL = """
def max_pool_backward(dy, x, size, stride):
    dx = np.zeros(x.shape)
    kh, kw = size
    for n, c, i, j in np.ndindex(*dy.shape):
        a, b = i * stride, j * stride
        u, v = np.unravel_index(x[n, c, a:a + kh, b:b + kw].argmax(), size)
        dx[n, c, a + u, b + v] += dy[n, c, i, j]
    return dx
"""


def changed(text: str, values: dict[str, str], old: str, new: str) -> str:
    """Return a function with one piece of its code in another form."""
    whole = text.format(**values) if values else text
    assert whole.count(old) == 1, old
    return whole.replace(old, new)


def conv(old: str, new: str) -> str:
    return changed(BACKWARD, CONV, old, new)


def spray(old: str, new: str) -> str:
    return changed(BACKWARD, SPRAY, old, new)


CROP = "dxp[:, :, pad:pad + H, pad:pad + W]"
DX = "dxp[n, :, a:a + kh, b:b + kw] += w[f] * dy[n, f, i, j]"
DW = "dw[f] += xp[n, :, a:a + kh, b:b + kw] * dy[n, f, i, j]"
SAID = [  # an answer, the part, and what its sentence holds
    (
        "conv_backward",
        conv(CROP, "np.roll(dxp, 1, axis=3)[:, :, pad:pad + H, pad:pad + W] * 1"),
        "dx",
        "each number of dy lands one column too far right in dx",
    ),
    (
        "conv_backward",
        conv(DX, "dxp[n, :, a:a + kh, b:b + kw] += w[f, :, ::-1] * dy[n, f, i, j]"),
        "dx",
        "the filter is reversed from left to right and not from top to bottom",
    ),
    (
        "conv_backward",
        conv(DX, "dxp[n, :, a:a + kh, b:b + kw] = w[f] * dy[n, f, i, j]"),
        "dx",
        "what must happen where they meet?",
    ),
    (
        "conv_backward",
        conv(DW, "dw[f] += xp[n, :, a:a + kh, b:b + kw] * dy[n, f, i, j] * (j < 1)"),
        "dw",
        "each number of dy outside the first column does not arrive in dw. With",
    ),
    (
        "conv_backward",
        conv(DW, "dw[f] += xp[0, :, a:a + kh, b:b + kw] * dy[n, f, i, j]"),
        "dw",
        "it is wrong for several images (N > 1), and right for one image (N = 1)".removeprefix(
            "it"
        ),
    ),
    (
        "conv_backward",
        conv("return dx, dw,", "return dx * (1 + (kh % 2 == 0) * (kw % 2 == 1)), dw,"),
        "dx",
        "times",
    ),
    (
        "conv_backward",
        conv("dy.sum((0, 2, 3))", "dy[:, :, :, 1:].sum((0, 2, 3))"),
        "db",
        "each number of dy in the first column does not arrive in db",
    ),
    (
        "conv_backward",
        conv("return dx, dw,", "return dx, dw[:, ::-1],"),
        "dw",
        "",
    ),
    (
        "strided_backward_spray",
        spray(DX, "dxp[n, :, a:a + kh, b:b + kw] += w[f] * dy[n, f, i, j] * (1 + (stride == 2))"),
        "dx",
        "",
    ),
    (
        "strided_backward_spray",
        spray(DW, "dw[f] += np.roll(xp, 1, axis=2)[n, :, a:a + kh, b:b + kw] * dy[n, f, i, j]"),
        "dw",
        "each number of dy ",
    ),
    (
        "conv_forward",
        changed(FORWARD, CONV_FORWARD, "(xp[n, :, a:a", "(xp[n, ::-1, a:a"),
        "y",
        " is wrong for several channels (C > 1), and right for one channel (C = 1)",
    ),
    (
        "conv_forward",
        changed(FORWARD, CONV_FORWARD, "+ b[f]", "+ 2 * b[f]"),
        "y",
        "is not right where all of x is 0: there y[0, 0, 0, 0] is 2 b[0], not b[0]",
    ),
    (
        "max_pool_backward",
        changed(POOL, {}, "+= dy[n, c, i, j]", "+= abs(dy[n, c, i, j])"),
        "dx",
        "With dy[0, 0, 0, 1] = -1 alone, dx[0, 0, 0, 1] is 1, not -1",
    ),
    (
        "max_pool_backward",
        changed(
            POOL, {}, "dx[n, c, a + u, b + v]", "dx[n, c, b + v if kh == kw else a + u, b + v]"
        ),
        "dx",
        "",
    ),
    (
        "affine_backward",
        "def affine_backward(dy, x, w):\n    d = dy * (np.arange(len(dy)) < 2)[:, None]\n"
        "    return d @ w.T, x.T @ dy, dy.sum(0)\n",
        "dx",
        "dy[2, 0] does not arrive in dx. With dy[2, 0] = 1 alone, dx[2, 0] is 0, not w[0, 0]",
    ),
    (
        "correlate_1d",
        "def correlate_1d(x, w, pad):\n    xp = np.pad(x, pad)\n"
        "    return np.array([xp[i:i + len(w)] @ (w * (1 + np.arange(len(w)) // 2))\n"
        "                     for i in range(len(xp) - len(w) + 1)])\n",
        "y",
        "With x[",
    ),
]


def checked(name: str, code: str) -> dict[str, Any]:
    """Return the verdict of a check, as JSON."""
    cell = f"<{name} {hash(code)}>"
    text = f"import numpy as np\n{code}"
    linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
    scope: dict[str, Any] = dict(references())
    exec(compile(text, cell, "exec"), scope)
    return dict(judge(EXERCISES[name], scope[name], scope).as_json())


def part_of(verdict: dict[str, Any], name: str) -> dict[str, Any]:
    return next(part for part in verdict["parts"] if part["name"] == name)


@pytest.mark.parametrize(("name", "code", "part", "words"), SAID)
def test_a_wrong_answer_is_told_where_its_numbers_land(
    name: str, code: str, part: str, words: str
) -> None:
    wrong = part_of(checked(name, code), part)
    assert wrong["earned"] == 0
    assert words in wrong["message"]
    assert wrong["explained"] not in ("", "none")


@pytest.mark.parametrize(("name", "code", "part", "words"), SAID)
def test_sealed_grading_says_the_same(name: str, code: str, part: str, words: str) -> None:
    whole = EXERCISES[name].notebook
    made = notebook.with_answers(notebook.solve(whole), {name: f"import numpy as np\n{code}"})
    with Sandbox(best(), whole) as sandbox:
        result = grade_submission(notebook.dumps(made).encode(), 7, sandbox)
    there = next(each for each in result["exercises"] if each["exercise"] == name)
    here = checked(name, code)
    assert result["faults"] == []
    assert part_of(dict(there), part) == part_of(here, part)


WRONG_ON_SOME_SIZES = [  # and the words for them
    ("conv_backward", conv("return dx, dw,", "return dx * (1 + (N > 1)), dw,"), "dx", "N > 1"),
    ("conv_backward", conv("return dx, dw,", "return dx, dw * (1 + (C > 1)),"), "dw", "C > 1"),
    ("conv_backward", conv("return dx, dw,", "return dx * (1 + (pad > 0)), dw,"), "dx", "pad > 0"),
    (
        "conv_backward",
        conv("return dx, dw,", "return dx, dw * (1 + (kh != kw)),"),
        "dw",
        "kh != kw",
    ),
    (
        "conv_forward",
        changed(FORWARD, CONV_FORWARD, "return y", "return y + (H != W)"),
        "y",
        "H != W",
    ),
    (
        "strided_backward_spray",
        spray("return dx, dw,", "return dx * (1 + (stride > 1)), dw,"),
        "dx",
        "strides above 1",
    ),
    (
        "strided_backward_spray",
        spray("return dx, dw,", "return dx, dw * (1 + ((H + 2 * pad - kh) % stride > 0)),"),
        "dw",
        "rows left at the end",
    ),
    (
        "strided_backward_spray",
        spray("return dx, dw,", "return dx * (1 + (stride < max(kh, kw))), dw,"),
        "dx",
        "windows that overlap",
    ),
]


@pytest.mark.parametrize(("name", "code", "part", "words"), WRONG_ON_SOME_SIZES)
def test_it_says_on_which_sizes_and_fresh_cases_agree(
    name: str, code: str, part: str, words: str
) -> None:
    """A factor that depends on the sizes: no stamp, no shape and no catalogued mistake says that."""
    message = part_of(checked(name, code), part)["message"]
    assert words in message
    exercise = EXERCISES[name]
    (condition,) = (each for each in CONDITIONS if each.yes in message or words in each.yes)
    scope: dict[str, Any] = dict(references())
    exec(f"import numpy as np\n{code}", scope)
    for seed in range(5):
        cases = exercise.draw(np.random.default_rng(seed))
        cases = [case for case in cases if case.judges(part) and not case.large]
        rights = answers_of(exercise, reference(exercise), cases)
        answers = answers_of(exercise, scope[name], cases)
        (the_part,) = (each for each in exercise.parts if each.name == part)
        for case, right, answer in zip(cases, rights, answers, strict=True):
            letters = {**case.sizes, **dict(zip(exercise.arguments, case.args, strict=True))}
            holds = bool(condition.holds(*(letters[each] for each in condition.needs)))
            assert matches(answer[part], right[part], the_part, case) is not holds


def test_a_condition_needs_three_cases_on_either_side_and_no_rival() -> None:
    def judged(*sizes: tuple[int, int, bool]) -> list[Judged]:
        return [Judged({"N": n, "C": c}, wrong) for n, c, wrong in sizes]

    fits = [(1, 1, False), (1, 2, False), (1, 3, False), (2, 1, True), (3, 2, True), (2, 3, True)]
    assert where_it_goes_wrong(judged(*fits)) == (
        "several images (N > 1), and right for one image (N = 1)"
    )
    assert where_it_goes_wrong(judged(*fits[1:])) == ""
    assert where_it_goes_wrong(judged(*fits[:3], fits[3], fits[3], fits[3])) == ""  # one size
    assert where_it_goes_wrong(judged(*fits, (4, 4, False))) == ""
    rivals = [(1, 1, False)] * 3 + [(2, 2, True)] * 3
    assert where_it_goes_wrong(judged(*rivals)) == ""


def linear(exercise: str) -> tuple[Any, Any]:
    return EXERCISES[exercise], reference(EXERCISES[exercise])


LINEAR = [name for name, exercise in EXERCISES.items() if exercise.linear]


@pytest.mark.parametrize("name", LINEAR)
def test_every_part_of_an_exercise_that_is_linear_has_small_cases(name: str) -> None:
    exercise = EXERCISES[name]
    assert 3 <= len(small_cases(exercise)) <= 40
    for part in exercise.parts:
        if len(part.results) == 1 and part.name not in ("ties", "wide"):
            assert keys_of(exercise, part), part.name


@pytest.mark.parametrize("name", LINEAR)
def test_the_reference_is_linear_in_what_it_is_said_to_be(name: str) -> None:
    """The stamps of single numbers, each as often as its number says, add up to the whole."""
    exercise, right = linear(name)
    for key in keys_of(exercise, exercise.parts[0]):
        calls = calls_of(exercise, key)
        answers = answers_of(exercise, right, calls)
        number = exercise.arguments.index(exercise.linear)
        for part in exercise.parts:
            if len(part.results) > 1 or part.corner:
                continue
            *stamps, zero, together = (answer[part.name].array for answer in answers)
            weights = calls[-1].args[number].ravel()
            signs = [group_of(exercise, key).sign(each) for each in range(len(stamps))]
            signed = zip(weights, signs, stamps, strict=True)
            total = zero + sum(w * sign * (s - zero) for w, sign, s in signed)
            assert np.allclose(total, together, rtol=1e-5)


PICKS = {
    "max_pool_forward": (
        "def max_pool_forward(x, size, stride):\n    (kh, kw), s = size, stride\n"
        "    P, Q = (x.shape[2] - kh) // s + 1, (x.shape[3] - kw) // s + 1\n"
        "    y = np.zeros((*x.shape[:2], P, Q))\n    for i in range(P):\n"
        "        for j in range(Q):\n"
        "            y[:, :, i, j] = x[:, :, i * s : i * s + kh, j * s].max(2)\n    return y\n",
        r"is not right: y\[[\d, ]+\] is x\[[\d, ]+\], not x\[[\d, ]+\]",
    ),
    "affine_jacobians": (
        "def affine_jacobians(x, w):\n    (D,), C = x.shape, w.shape[1]\n"
        "    return w.T, np.kron(np.eye(C), x).reshape(C, D, C), np.eye(C)\n",
        r"is not right: dy_dw\[[\d, ]+\] is x\[\d\], not 0",
    ),
}


@pytest.mark.parametrize("name", PICKS)
def test_a_result_tells_which_number_stands_in_the_wrong_place(name: str) -> None:
    code, words = PICKS[name]
    wrong = [part for part in checked(name, code)["parts"] if not part["earned"]]
    assert len(wrong) == 1
    assert re.match(words, wrong[0]["message"])


def test_a_right_answer_is_asked_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("grader.judge.further._answers", never)
    for name, function in references().items():
        if name in EXERCISES and not EXERCISES[name].costly and not EXERCISES[name].layers:
            assert judge(of_somebody(EXERCISES[name]), function, references()).right


def test_a_call_that_ends_everything_is_not_followed_by_others() -> None:
    calls: list[int] = []

    def endless(dy: Any, x: Any, w: Any) -> Any:
        calls.append(1)
        raise RecursionError

    judge(EXERCISES["affine_backward"], endless, references())
    assert len(calls) <= 2


@pytest.mark.parametrize("end", [None, 2])
def test_small_cases_are_asked_at_once_and_those_behind_an_end_once_more(end: int | None) -> None:
    exercise = EXERCISES["affine_backward"]
    part = exercise.parts[0]
    requests: list[int] = []

    def ask(cases: Any) -> list[dict[str, Answer]]:
        requests.append(len(cases))
        answers = [{part.name: Answer(np.zeros(1))} for _ in cases]
        if end is not None and len(cases) > 1:
            # What stands behind it was not asked, and is answered by it.
            answers[end:] = [{part.name: Answer(fault="raised:RecursionError")}] * (
                len(cases) - end
            )
        return answers

    more = More(ask, lambda *_: False, lambda *_: None)
    trial = Trial(exercise, (), [], lambda *_: False, lambda *_: Right(), 0, {}, more=more)
    faults = [answers[part.name].fault for _, _, answers in probed(trial, part)]
    count = sum(key.is_apart for key in keys_of(exercise, part))
    assert count > 3
    if end is None:
        assert requests == [count]
        assert faults == [""] * count
    else:
        assert requests == [count] + [1] * (count - end - 1)
        assert [place for place, fault in enumerate(faults) if fault] == [end]


def test_what_explains_is_asked_no_more_after_an_interrupt() -> None:
    """An answer that never ends where dy is 0, which no case of the check has."""
    calls: list[bool] = []

    def endless_on_zeros(dy: Any, x: Any, w: Any) -> Any:
        calls.append(bool(dy.any()))
        if not dy.any():
            raise KeyboardInterrupt
        return dy @ w.T * dy.max(), x.T @ dy, dy.sum(0)

    verdict = judge(EXERCISES["affine_backward"], endless_on_zeros, references())
    assert verdict.earned == 2
    assert calls.count(False) == 1


@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple),
    seed=st.integers(0, 2**32 - 1),
)
def test_distinct_numbers_keep_signs_and_order(shape: tuple[int, ...], seed: int) -> None:
    x = np.random.default_rng(seed).integers(-3, 4, shape) / 4
    y = np.arange(4.0) - 2
    new, other, kept = with_distinct_numbers((x, y, 7))
    assert kept == 7
    numbers = np.concatenate([new.ravel(), other.ravel()])
    assert len(np.unique(np.abs(numbers))) == len(numbers)
    assert np.abs(numbers).min() >= 2
    assert np.array_equal(new > 0, x > 0)
    order = np.argsort(x, axis=None, kind="stable")
    assert np.all(np.diff(new.ravel()[order]) > 0)


STEPS = {
    (0, 0, 0, 1): "one column too far right",
    (0, 0, -2, 0): "two rows too far up",
    (0, 0, 1, -1): "one row too far down and one column too far left",
    (0, 1, 0, 0): "one channel too far on",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_said_in_words(step: tuple[int, ...]) -> None:
    assert step_words(step, axis_words("N C H W", 4)) == STEPS[step]


def test_a_region_is_named() -> None:
    places = set(np.ndindex(2, 3, 3))
    words = ["image", "row", "column"]

    def named(*wanted: Any) -> str:
        return region(
            [place for place in places if any(each(place) for each in wanted)], places, words
        )

    assert named(lambda place: place[1] == 2) == "the last row"
    assert named(lambda place: place[2] == 0) == "the first column"
    assert named(lambda place: place[1] == 1) == "row 1"
    assert named(lambda place: place[0] == 0) == "image 0"
    assert named(lambda place: place[2] != 0) == "all but the first column"
    assert named(lambda p: p[1] == 2, lambda p: p[2] == 2) == "the last row and the last column"
    assert named(lambda place: sum(place) == 2) == ""
    assert numbers_in("the last row", "dy") == "each number of dy in the last row"
    assert numbers_in("all but the first row", "dy") == "each number of dy outside the first row"
    assert numbers_in("the last place", "dy") == "the last number of dy"


def answered(result: Any, argument: Any, *operands: Any) -> Answered:
    """Return what a function of two arrays gives, beside the product of a matrix and the first."""
    names = ("dy", "w")
    its_group = group(names, (argument, *operands), "dy")
    rights = [dy @ w for dy, w in its_group.calls]
    results = [np.asarray(result(dy, w)) for dy, w in its_group.calls]
    return Answered("dx", "N D", "N C", its_group, results, rights, 1e-6)


W = np.array([[2.0, 3.0], [5.0, 7.0], [11.0, 13.0]])
DY = np.array([[17.0, 19.0, 23.0], [29.0, 31.0, 37.0]])
WORKED = [  # a function of dy and w in place of dy @ w, and what is said of it, worked out by hand
    (lambda dy, w: dy @ w, None),
    (lambda dy, w: 2 * (dy @ w), "each number of dy is sent times 2"),
    (lambda dy, w: -(dy @ w), "each number of dy is sent with the wrong sign"),
    (
        lambda dy, w: dy[::-1] @ w,
        "each number of dy arrives with its rows in reverse order in dx. With dy[0, 0] = 1 alone, "
        "dx[0, 0] is 0, not w[0, 0]",
    ),
    (
        lambda dy, w: dy @ w[:, ::-1],
        "each number of dy meets w with its columns in reverse order",
    ),
    (lambda dy, w: dy @ w + 1, "is not right where all of dy is 0: there dx[0, 0] is 1, not 0"),
    (lambda dy, w: dy[:, :2] @ w[:2], "each number of dy in the last column does not arrive in dx"),
    (
        lambda dy, w: np.where(dy @ w > 200, 0, dy @ w),
        "each number of dy alone is right, and all together are not",
    ),
    (lambda dy, w: dy @ w * [1, 0], "sends only a part of what it has to"),
]


@pytest.mark.parametrize(("result", "words"), WORKED)
def test_stamps_are_read_as_by_hand(result: Any, words: str | None) -> None:
    stamped = by_stamps(answered(result, DY, W), lambda: None)
    if words is None:
        assert stamped is None
    else:
        assert stamped is not None
        assert words in stamped.message


def test_of_a_pair_the_wrong_number_is_named() -> None:
    first = "def output_size(n, k, stride, pad):\n    return 0, (n + 2 * pad - k) % stride\n"
    second = "def output_size(n, k, stride, pad):\n    return (n + 2 * pad - k) // stride + 1, -1\n"
    both = "def output_size(n, k, stride, pad):\n    return -1, -1\n"
    told = [part_of(checked("output_size", code), "answer") for code in (first, second, both)]
    assert told[0]["message"] == "the first number is not right, and the second is"
    assert told[1]["message"] == "the second number is not right, and the first is"
    assert told[2]["message"] == "is not right"


def test_of_two_mistakes_the_one_that_the_smallest_case_shows_is_named() -> None:
    """dy counts the target itself, and, on some cases, classes just on the margin too."""
    code = (
        "def hinge_loss(y, labels):\n    rows = np.arange(len(y))\n"
        "    margins = y - y[rows, labels][:, None] + 1\n    dy = (margins >= 0) * 1.0\n"
        "    dy[rows, labels] = -dy.sum(1)\n    margins[rows, labels] = 0\n"
        "    return np.maximum(margins, 0).sum() / len(y), dy / len(y)\n"
    )
    part = part_of(checked("hinge_loss", code), "dy")
    assert (part["earned"], part["explained"], part["mistake"]) == (0, "catalogue", "")
    assert part["message"].startswith("the target counts itself")
    assert part["message"].endswith("Something else is not right, too")


def test_a_function_that_answers_otherwise_is_told_so() -> None:
    code = (
        "calls = []\ndef affine_backward(dy, x, w):\n    calls.append(1)\n"
        "    return dy @ w.T + len(calls), x.T @ dy, dy.sum(0)\n"
    )
    message = part_of(checked("affine_backward", code), "dx")["message"]
    assert message.startswith("is not right, and gives another answer when it is called again")


def test_results_in_another_order_are_named() -> None:
    code = "def affine_backward(dy, x, w):\n    return dy.sum(0), x.T @ dy, dy @ w.T\n"
    first, second, third = checked("affine_backward", code)["parts"]
    assert first["message"] == "is db: are the results returned in the order dx, dw, db?"
    assert (second["earned"], third["earned"]) == (1, 0)
