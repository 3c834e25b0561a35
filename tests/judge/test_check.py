"""What `check` says: verdicts and their texts, honest styles, broken answers."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from our_course import EXERCISES
from support import ROOT, examples, references

import grader
from grader import check
from grader.call.answer import numbers
from grader.call.nested import KINDS
from grader.instructor.demo.sample_class import source_of
from solutions import affine
from solutions.mistakes import CATALOGUE

right = affine.affine_backward


def affine_backward(dy, x, w):
    """Wrong in two ways at once: dW transposed and divided by nothing, db averaged."""
    dx, dw, db = right(dy, x, w)
    return dx, dw.T, db / len(x)


def test_the_verdict_reads_as_promised(verdict_on):
    text = str(verdict_on("affine_backward", affine_backward))
    assert text.splitlines() == [
        "affine_backward: 1 of 3 points",
        "  dx  right",
        "  dw  has shape (3, 2), expected (2, 3) like w. Did you transpose? In Eq. 6, dL/dW = x^T "
        "dL/dy, "
        "rows belong to inputs and columns to classes, as in W",
        "  db  is the right answer divided by N = 2. The 1/N of a mean loss is already inside dy",
        "",
        "  The smallest case that shows it (dw):",
        "  dy                 x             w",
        "  [2.25   -1    0]   [-0.5 1.75]   [ 2.25 -2.25  0.25]",
        "                                   [ -1.5  2.25     0]",
        "",
        "  yours, shape (3, 2)   right, shape (2, 3)",
        "  [-1.125 3.9375]       [-1.125    0.5      0]",
        "  [   0.5  -1.75]       [3.9375  -1.75      0]",
        "  [     0      0]",
    ]


def test_the_first_difference_is_told_beside_the_numerical_value(verdict_on):
    text = str(
        verdict_on(
            "affine_backward", lambda dy, x, w: (right(dy, x, w)[0] * 1.5, *right(dy, x, w)[1:])
        )
    )
    assert "dx  is the right answer times 1.5" in text
    assert "dx[0, 0]: numerically 7.3125, yours 10.9688" in text


def test_check_prints_and_returns_a_float_that_a_notebook_does_not_show(capsys):
    points = check(affine_backward)
    assert isinstance(points, float)
    assert (points, repr(points), points._repr_html_()) == (1.0, "1.0", "")
    out, err = capsys.readouterr()
    assert out.startswith("affine_backward: 1 of 3 points\n")
    assert err == ""


@pytest.mark.parametrize(
    "name", [name for name in EXERCISES if name != "train"]
)  # which trains: test_capstone
def test_a_reference_earns_everything_without_a_note(name, verdict_on):
    verdict = verdict_on(name, references()[name])
    assert (verdict.earned, verdict.notes, verdict.example) == (EXERCISES[name].points, (), None)


def test_a_quiz_says_why_after_a_right_answer(verdict_on):
    text = str(verdict_on("nonzeros_of_dy_dw", lambda C, D: [C * D, np.int64(C * D * C)]))
    assert "answer  right: slice i holds x once" in text


def test_while_forward_is_wrong_the_advice_is_to_mend_it_first(verdict_on):
    verdict = verdict_on("affine_backward", affine_backward, affine_forward=lambda x, w, b: x @ w)
    assert verdict.earned == 1.0
    assert verdict.notes == (
        "to see the right values beside yours, mend affine_forward first: they are its numerical "
        "gradient "
        "(your points do not depend on it)",
    )
    assert verdict.example.right is None


def test_while_the_loss_is_wrong_the_advice_is_to_mend_it_first(verdict_on):
    verdict = verdict_on(
        "softmax_loss", lambda y, labels: (1.0, -affine.softmax_loss(y, labels)[1])
    )
    assert verdict.parts[1].mistake == "softmax_dy_sign"
    loss_fine = verdict_on(
        "softmax_loss", lambda y, labels: (affine.softmax_loss(y, labels)[0], 2 * y)
    )
    assert loss_fine.example.source == "numerically"


# --- honest styles lose nothing ---


def by_loops(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n, d, c in np.ndindex(len(x), *w.shape):
        dx[n, d] += dy[n, c] * w[d, c]
        dw[d, c] += x[n, d] * dy[n, c]
        db[c] += dy[n, c] if d == 0 else 0
    return dx, dw, db


def by_einsum(dy, x, w):
    return np.einsum("nc,dc->nd", dy, w), np.einsum("nd,nc->dc", x, dy), np.einsum("nc->c", dy)


def in_fortran_order(dy, x, w):
    return tuple(np.asfortranarray(a) for a in right(dy, x, w))


def as_a_list(dy, x, w):
    return list(right(dy, x, w))


def with_matrices(dy, x, w):
    return np.asmatrix(dy) @ w.T, x.T @ np.asmatrix(dy), dy.sum(axis=0)


@pytest.mark.parametrize("style", [by_loops, by_einsum, in_fortran_order, as_a_list, with_matrices])
def test_an_honest_style_earns_everything(style, verdict_on):
    verdict = verdict_on("affine_backward", style)
    assert verdict.earned == 3.0, str(verdict)
    assert verdict.notes == ()


def test_float32_costs_nothing_and_is_noted(verdict_on):
    def in_float32(dy, x, w):
        return right(*(a.astype(np.float32) for a in (dy, x, w)))

    verdict = verdict_on("affine_backward", in_float32)
    assert (verdict.earned, verdict.notes) == (3.0, ("float32: seven digits",))


def test_float16_is_not_enough(verdict_on):
    verdict = verdict_on(
        "affine_backward", lambda dy, x, w: right(*(a.astype(np.float16) for a in (dy, x, w)))
    )
    assert verdict.earned == 0.0


def test_whole_number_accumulators_are_found(verdict_on):
    def truncating(dy, x, w):
        dw = np.zeros(w.shape, dtype=int)
        dw[:] = x.T @ dy
        return dy @ w.T, dw, dy.sum(axis=0)

    assert [part.right for part in verdict_on("affine_backward", truncating).parts] == [
        True,
        False,
        True,
    ]


def test_a_row_may_return_db_as_eq_8_prints_it(verdict_on):
    verdict = verdict_on("affine_backward_row", lambda dy, x, w: (dy @ w.T, x.T @ dy, +dy))
    assert verdict.right
    assert verdict.notes == (
        "db has shape (1, C), as the equation prints it: accepted for one row; b itself has shape "
        "(C,)",
    )


def test_changed_inputs_and_shared_memory_are_named_and_cost_nothing(verdict_on):
    def in_place(dy, x, w):
        dx, dw = dy @ w.T, x.T @ dy
        dy[0] = dy.sum(axis=0)
        return dx, dw, dy[0]

    verdict = verdict_on("affine_backward", in_place)
    assert verdict.earned == 3.0
    assert (
        verdict.notes[0]
        == "it changes its input dy in place; whoever called it finds dy changed afterwards"
    )
    assert (
        "db shares its memory with the input dy: fine here, but changing one later changes the "
        "other" in verdict.notes
    )


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
def test_a_checker_may_choose_any_sensible_step(step, verdict_on):
    def numerical_gradient(f, x, dy):
        dx = np.zeros(x.shape)
        for k in np.ndindex(x.shape):
            h = np.zeros(x.shape)
            h[k] = step
            dx[k] = np.sum(dy * (f(x + h) - f(x - h))) / (2 * step)
        return dx

    assert verdict_on("numerical_gradient", numerical_gradient).right


@pytest.mark.parametrize("step", [1e-3, 1e-4, 1e-6, 1e-7])
@pytest.mark.parametrize(
    "name",
    ["forward_difference", "not_put_back", "integer_steps", "aliased_values", "divided_by_h"],
)
def test_a_checkers_mistake_is_named_at_any_step(name, step, verdict_on):
    (mistake,) = (m for m in CATALOGUE if (m.exercise, m.name) == ("numerical_gradient", name))
    scope = {"np": np}
    exec(source_of(mistake).replace("1e-05", str(step)).replace("2e-05", str(2 * step)), scope)
    verdict = verdict_on("numerical_gradient", scope["numerical_gradient"])
    assert (verdict.earned, verdict.parts[0].mistake) == (0.0, name)


def test_the_checker_and_the_jacobians_must_do_without_the_graders_own(verdict_on):
    scope = references() | {
        "numerical_jacobian": grader.numerical_jacobian,
        "nj": grader.numerical_jacobian,
    }
    from grader.judge.judge import judge

    exec("def affine_jacobians(x, w):\n    return nj(lambda v: v @ w, x), 0, 0", scope)
    verdict = judge(EXERCISES["affine_jacobians"], scope["affine_jacobians"], scope)
    assert "write affine_jacobians without numerical_jacobian" in verdict.fault
    assert scope["nj"] is scope["numerical_jacobian"] is grader.numerical_jacobian


# --- broken answers: one clear verdict each ---


class Oops(Exception):
    """An exception of the student's own."""


class Liar:
    """An object that raises whenever it is looked at."""

    def __getattribute__(self, name):
        raise Oops(name)


def raising(error):
    def function(dy, x, w):
        raise error

    return function


def endless(dy, x, w):
    return endless(dy, x, w)


BROKEN = {
    "is not written yet": raising(NotImplementedError()),
    "returned None (is the return missing?), expected 3 results: dx, dw, db": lambda dy, x, w: None,
    "returned 2 results, expected 3: dx, dw, db": lambda dy, x, w: (dy, x),
    "returned an array of shape (1, 3), expected 3 results: dx, dw, db": lambda dy, x, w: dy,
    "returned a dict, expected 3 results: dx, dw, db": lambda dy, x, w: {"dx": dy},
    "returned a str, expected 3 results: dx, dw, db": lambda dy, x, w: "abc",
    "calls itself without an end": endless,
    "ends the program: return the result instead of calling exit()": raising(SystemExit()),
    "was interrupted: is there a loop that never ends?": raising(KeyboardInterrupt()),
    '("mine")': raising(Oops("mine")),
    "cannot be read (": lambda dy, x, w: Liar(),
    "raised TypeError": lambda dy: dy,
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_answer_gets_one_clear_sentence(text, verdict_on, capfd):
    verdict = verdict_on("affine_backward", BROKEN[text])
    assert text in verdict.fault
    assert verdict.earned == 0.0
    assert "Traceback" not in str(verdict)
    assert capfd.readouterr() == ("", "")


PARTS = {
    "is a list, expected a numpy array of numbers": lambda dw: [*dw.tolist(), [1.0]],
    "is a tuple, expected a numpy array of numbers": lambda dw: (dw, dw),
    "is a list, expected a numpy array of numbers ": lambda dw: [[str(v) for v in r] for r in dw],
    "is None (is the return missing?), expected a numpy array of numbers": lambda dw: None,
    "is a str, expected a numpy array of numbers": lambda dw: "dw",
    "holds complex numbers, expected real ones": lambda dw: dw + 1e-9j,
    "holds object entries, expected numbers": lambda dw: np.where(dw > 0, None, dw),
    "holds NaN at [0, 0]": lambda dw: dw * np.nan,
    "holds infinity at [0, 0]": lambda dw: dw * 0 + np.inf,
    "has shape (1, 2, 3), expected (2, 3) like w": lambda dw: dw[None],
    "is zero everywhere": lambda dw: dw * 0,
    "is close but not exact: are some digits lost on the way?": lambda dw: (
        dw + 1e-6 * np.arange(dw.size).reshape(dw.shape)
    ),
    "is right but reversed along axis 0": lambda dw: dw[::-1],
    "is right but shifted by one along axis 1": lambda dw: (
        np.roll(dw, 1, axis=1) if dw.shape[1] > 2 else dw
    ),
    "is the right answer times 7": lambda dw: dw * 7,
}


@pytest.mark.parametrize("text", PARTS)
def test_a_broken_part_costs_that_part_alone(text, verdict_on):
    def function(dy, x, w):
        dx, dw, db = right(dy, x, w)
        return dx, PARTS[text](dw), db

    verdict = verdict_on("affine_backward", function)
    assert [part.right for part in verdict.parts] == [True, False, True]
    assert verdict.parts[1].message.startswith(text.strip())


# --- what is read as something else, and noted ---

READ = "read as an array; return np.array(...)"
REAL = "holds complex numbers with imaginary part 0: read as real ones; return its .real"
OBJECTS = "dw holds Python objects: read as numbers; make the array with dtype=float"
KINDLY = {
    f"dw is a list of lists: {READ}": lambda dw: dw.tolist(),
    f"dw is a tuple of tuples: {READ}": lambda dw: tuple(map(tuple, dw)),
    f"dw is a list of tuples: {READ}": lambda dw: list(map(tuple, dw)),
    f"dw is a list of arrays: {READ}": list,
    f"dw {REAL}": lambda dw: dw + 0j,
    OBJECTS: lambda dw: dw.astype(object),
    f"{OBJECTS} ": np.frompyfunc(float, 1, 1),
    f"dw {REAL} ": lambda dw: np.fft.ifft2(np.fft.fft2(dw)),
}


@pytest.mark.parametrize("note", KINDLY)
def test_numbers_in_another_form_are_read_and_noted(note, verdict_on):
    def function(dy, x, w):
        dx, dw, db = right(dy, x, w)
        return dx, KINDLY[note](dw), db

    verdict = verdict_on("affine_backward", function)
    assert (verdict.earned, verdict.notes) == (3.0, (note.strip(),))


def test_a_list_of_complex_numbers_has_both_notes(verdict_on):
    verdict = verdict_on(
        "affine_backward", lambda dy, x, w: (*right(dy, x, w)[:2], [*(dy.sum(0) + 0j)])
    )
    assert verdict.notes == (f"db is a list: {READ}", f"db {REAL}")


def test_results_in_a_dict_are_read_by_their_names(verdict_on):
    def function(dy, x, w):
        return dict(zip(("dw", "dx", "db"), (x.T @ dy, dy @ w.T, dy.sum(0)), strict=True))

    verdict = verdict_on("affine_backward", function)
    note = "the results stand in a dict: read by their names; return them alone, in their order"
    assert (verdict.earned, verdict.notes) == (3.0, (note,))
    verdict = verdict_on("affine_backward", lambda dy, x, w: {"dx": dy @ w.T})
    assert verdict.fault.startswith("returned a dict, expected 3 results")


@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_a_loss_may_stand_in_an_array_of_one_number(shape, verdict_on):
    def function(y, labels):
        loss, dy = affine.softmax_loss(y, labels)
        return np.full(shape, loss), dy

    verdict = verdict_on("softmax_loss", function)
    note = "loss is one number in an array or a list: read as that number; return it alone"
    assert (verdict.earned, verdict.notes) == (2.0, (note,))
    verdict = verdict_on(
        "softmax_loss", lambda y, labels: (function(y, labels)[0][0][..., None], y)
    )
    assert verdict.parts[0].right


def test_a_loss_for_every_row_is_no_single_number(verdict_on):
    def function(y, labels):
        loss, dy = affine.softmax_loss(y, labels)
        return np.full(len(y), loss), dy

    verdict = verdict_on("softmax_loss", function)
    assert verdict.parts[0].message.startswith("has shape (2,), expected ()")
    assert verdict.notes == ()


@pytest.mark.parametrize("answer", ["(c)", "c)", " C.", "'c'", ["c"], ("c",), np.array(["c"])])
def test_a_letter_may_stand_in_brackets(answer, verdict_on):
    assert verdict_on("eq_12", lambda: answer).right


@pytest.mark.parametrize("form", [str, repr, lambda truth: [truth], np.bool_, str.lower])
def test_a_truth_may_be_a_word(form, verdict_on):
    right_answer = references()["mask_is_enough"]

    def answer(*args):
        truth = right_answer(*args)
        return form(str(truth) if form is str.lower else truth)

    assert verdict_on("mask_is_enough", answer).right


LOOP = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "value",
    [
        [],
        [[]],
        LOOP,
        [1, [2]],
        [[1], 2],
        [None],
        [{}],
        ["1"],
        [[1, 2], [3]],
        [np.ones(2), np.ones(3)],
    ],
    ids=repr,
)
def test_what_is_no_array_in_lists_stays_a_fault(value):
    answer = numbers(value)
    assert (answer.array, answer.fault) == (None, "type:list")


@given(arrays(np.float64, array_shapes(max_dims=4, max_side=4), elements=st.floats(-9, 9)))
@examples(200)
def test_lists_are_read_as_numpy_reads_them(array):
    answer = numbers(array.tolist())
    assert np.array_equal(answer.array, array)
    assert answer.kindly[0] in KINDS


def test_a_list_without_an_end_is_not_followed():
    wide = [0.0]
    for _ in range(7):
        wide = [wide] * 1000
    assert numbers(wide).fault == "type:list"


def test_none_is_read_as_the_word_none_where_that_can_be_right(verdict_on):
    verdict = verdict_on("same_pad", lambda k: (k - 1) // 2 if k % 2 else None)
    assert (verdict.earned, verdict.notes) == (1.0, ('None is read as "none"',))
    verdict = verdict_on("slopes_at_zero", lambda c: tuple(s for s in c if 0 <= s <= 1) or None)
    assert (verdict.earned, verdict.notes) == (1.0, ("None is read as an empty tuple, ()",))


@pytest.mark.parametrize("name", ["same_pad", "slopes_at_zero", "output_size", "eq_12"])
def test_a_quiz_without_a_return_is_told_so(name, verdict_on):
    verdict = verdict_on(name, lambda *args: None)
    assert verdict.parts[0].message.startswith("is None (is the return missing?)")
    assert (verdict.earned, verdict.notes) == (0.0, ())


WHOLE = (
    "A size or a place must be a whole number: in Python 3 / gives a float, and // a whole number"
)
TOLD = {
    "np.zeros(3, dtype=np.float)": "np.float is no longer in numpy: write float",
    "np.arange(3).astype(np.int)": "np.int is no longer in numpy: write int",
    "np.cumproduct([1, 2])": "np.cumproduct is no longer in numpy: write np.cumprod",
    "np.full(3, np.Inf)": "np.Inf is no longer in numpy: write np.inf",
    "np.zeros(4 / 2)": WHOLE,
    "np.zeros((4 / 2, 1))": WHOLE,
    "range(4 / 2)": WHOLE,
    "list(x)[4 / 2]": WHOLE,
    "list(x)[: 4 / 2]": WHOLE,
    "np.ones(3)[4 / 2]": WHOLE,
    "np.ones(3)[: 4 / 2]": WHOLE,
    "np.ones(3)[np.arange(2) / 1]": WHOLE,
    "[0] * (4 / 2)": WHOLE,
}


@pytest.mark.parametrize("code", TOLD)
def test_old_names_and_old_division_are_told_in_one_sentence(code, verdict_on):
    if "np.cumproduct" in code and hasattr(np, "cumproduct"):
        pytest.skip("this numpy has it still")
    verdict = verdict_on("affine_backward", eval(f"lambda dy, x, w: {code}"))
    assert verdict.fault.startswith("raised ")
    assert f". {TOLD[code]}" in verdict.fault


@pytest.mark.parametrize(
    "code",
    ["np.flaot(1)", "x.float()", "{}[0.5]", "x + 'a'", "int('a')", "np.zeros(len)", "range('a')"],
)
def test_other_errors_are_told_without_such_a_sentence(code, verdict_on):
    fault = verdict_on("affine_backward", eval(f"lambda dy, x, w: {code}")).fault
    assert "no longer in numpy" not in fault
    assert "whole number" not in fault


def test_an_error_is_told_with_the_students_own_line(verdict_on):
    def function(dy, x, w):
        return dy @ w @ x, x.T @ dy, dy.sum(axis=0)

    fault = verdict_on("affine_backward", function).fault
    assert fault.startswith("raised ValueError in line ")
    assert ': return dy @ w @ x, x.T @ dy, dy.sum(axis=0) ("matmul: ' in fault
    assert "write the shape under every factor" in fault


def test_an_answer_that_remembers_is_found(verdict_on):
    calls = []

    def function(dy, x, w):
        calls.append(1)
        dx, dw, db = right(dy, x, w)
        return dx, dw, db + (len(calls) > 8)

    verdict = verdict_on("affine_backward", function)
    assert verdict.parts[2].message.startswith(
        "gives another answer when it is called again with the same input"
    )
    assert verdict.earned == 2.0


@pytest.mark.parametrize("error", [0.0, 1e-12, 1e-11])
def test_rounding_is_forgiven(error, verdict_on):
    assert (
        verdict_on(
            "affine_backward", lambda dy, x, w: tuple(a * (1 + error) for a in right(dy, x, w))
        ).earned
        == 3.0
    )


@pytest.mark.parametrize("error", [1e-8, 1e-7, 1e-6])
def test_seven_wrong_digits_are_not(error, verdict_on):
    assert (
        verdict_on(
            "affine_backward", lambda dy, x, w: tuple(a * (1 + error) for a in right(dy, x, w))
        ).earned
        == 0.0
    )


def test_noise_stays_out_of_the_cell_and_in_the_verdict(verdict_on, capfd):
    handler = logging.StreamHandler()  # holds the stderr of now

    def function(dy, x, w):
        print("a print")
        print("to stderr", file=sys.stderr)
        os.write(2, b"to the descriptor\n")
        os.system("echo from a child >&2")
        logging.getLogger("noisy").addHandler(handler)
        logging.getLogger("noisy").warning("to a log")
        warnings.warn("mind", stacklevel=1)
        return right(dy, x, w)

    verdict = verdict_on("affine_backward", function)
    assert verdict.earned == 3.0
    assert capfd.readouterr() == ("", "")
    for line in ("a print", "to stderr", "to the descriptor", "from a child"):
        assert line in verdict.printed
    assert verdict.notes == ('warned: UserWarning with the message "mind"',)


def test_the_streams_work_again_after_a_check(verdict_on, capfd):
    verdict_on("affine_backward", right)
    print("out")
    print("err", file=sys.stderr)
    os.write(1, b"raw\n")
    out, err = capfd.readouterr()
    assert (sorted(out.split()), err) == (["out", "raw"], "err\n")


SCRIPT = """
import numpy as np
from grader import check

print("before")

def relu_forward(x):
    print("inside")
    return np.maximum(x, 0)

check(relu_forward)
print("after")
"""


def test_what_a_script_printed_before_a_check_is_its_own():
    """Its output is buffered, as a pipe's always is."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert lines[1].startswith("relu_forward: 1 of 1 point")
    assert done.stdout.count("before") == 1
    assert "inside" in done.stdout


MATMUL = [
    f"{what} encountered in matmul" for what in ("divide by zero", "overflow", "invalid value")
]


@pytest.mark.parametrize("words", MATMUL)
def test_a_warning_that_apples_library_gives_on_right_products_is_not_the_students(
    words, verdict_on
):
    """numpy issues 28687 and 29820: flags that Accelerate leaves set."""

    def function(dy, x, w):
        warnings.warn(words, RuntimeWarning, stacklevel=1)
        return right(dy, x, w)

    assert verdict_on("affine_backward", function).notes == ()


@pytest.mark.parametrize("words", MATMUL)
def test_a_product_that_is_not_finite_keeps_its_warning(words, verdict_on):
    def function(dy, x, w):
        warnings.warn(words, RuntimeWarning, stacklevel=1)
        return (*right(dy, x, w)[:2], np.full(w.shape[1], np.inf))

    assert verdict_on("affine_backward", function).notes == (f"warned: RuntimeWarning: {words}",)


# --- which exercise is meant ---


def test_a_lambda_and_a_partial_are_known_by_the_name_in_the_call(capsys):
    scope = {"check": check, "affine_forward": lambda x, w, b: x @ w + b}
    exec("points = check(affine_forward)", scope)
    assert scope["points"] == 1.0


def test_an_unknown_name_gets_the_nearest_one(capsys):
    def affine_backwards(dy, x, w):
        return None

    assert check(affine_backwards) == 0.0
    assert (
        "affine_backwards is not an exercise of this course. Did you mean affine_backward?"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize("thing", [None, 3, "affine_backward", [], np.ones(3)])
def test_what_is_no_function_gets_a_verdict(thing, capsys):
    assert check(thing) == 0.0
    assert "is not an exercise of this course" in capsys.readouterr().out


BY_HAND = "What you explain in sentences is worth 1 more: a person reads it"


def test_progress_counts_and_names_what_is_open(capsys):
    scope = references("1-affine") | {
        "progress": grader.progress,
        "affine_backward": affine_backward,
    }
    del scope["hinge_loss"]
    exec("progress()", scope)
    assert capsys.readouterr().out == (
        f"16 of 19; open: dw and db of affine_backward, hinge_loss. {BY_HAND}\n"
    )


def test_an_exercise_without_points_is_right_or_not_right_yet(verdict_on):
    reference = references("2-convolution")["conv_2d_weight_gradient"]
    verdict = verdict_on("conv_2d_weight_gradient", reference)
    assert verdict.right
    assert verdict.earned == verdict.points == 0
    assert str(verdict) == "conv_2d_weight_gradient: right (no points)\n  dw  right"
    verdict = verdict_on("conv_2d_weight_gradient", lambda dy, x, pad: reference(dy, x, pad).T)
    assert not verdict.right
    told = "conv_2d_weight_gradient: not right yet (no points)\n  dw  "
    assert str(verdict).startswith(f"{told}has shape (3, 2), expected (2, 3) like w.")


def test_progress_names_an_open_exercise_without_points(capsys):
    scope = references("2-convolution") | {"progress": grader.progress}
    del scope["conv_2d_weight_gradient"]
    exec("progress()", scope)
    assert capsys.readouterr().out == (
        f"29 of 29; open: conv_2d_weight_gradient (no points). {BY_HAND}\n"
    )


def test_progress_counts_exercises_where_none_gives_points(capsys):
    scope = references("7-fast") | {"progress": grader.progress}
    exec("progress()", scope)
    assert capsys.readouterr().out == "5 of 5 exercises right (no points)\n"
    del scope["conv_im2col"]
    exec("progress()", scope)
    assert capsys.readouterr().out == "4 of 5 exercises right (no points); open: conv_im2col\n"


def test_progress_of_a_solved_notebook(capsys):
    exec("progress()", references("1-affine") | {"progress": grader.progress})
    assert capsys.readouterr().out == f"19 of 19: everything is right. {BY_HAND}\n"


def test_a_check_does_not_wait_for_a_slow_clock():
    """No timing: this only holds that a check makes few calls, so a slow function stays usable."""
    calls = []

    def counting(dy, x, w):
        calls.append(time.perf_counter())
        return right(dy, x, w)

    from grader.judge.judge import judge

    judge(EXERCISES["affine_backward"], counting, references())
    assert len(calls) == 9
