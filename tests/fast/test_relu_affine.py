"""The fast ReLU and affine layers equal the readable ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import examples

from solutions import affine, relu
from solutions.fast import affine_backward, affine_forward, relu_backward, relu_forward

seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from([np.float32, np.float64])


@examples(200)
@given(seeds, dtypes, st.lists(st.integers(0, 5), max_size=4))
def test_relu_equals_the_reference(seed, dtype, shape):
    rng = np.random.default_rng(seed)
    x = np.asarray(np.rint(rng.standard_normal(shape)), dtype)
    dy = np.asarray(rng.standard_normal(shape), dtype)
    pairs = (
        (relu_forward(x), relu.relu_forward(x)),
        (relu_backward(dy, x), relu.relu_backward(dy, x)),
    )
    for ours, right in pairs:
        assert np.array_equal(ours, right)
        assert (type(ours), ours.dtype) == (np.ndarray, dtype)
        assert ours.flags.c_contiguous


def test_relu_by_hand():
    x = np.array([-2.0, -0.0, 0.0, 3.0], np.float32)
    assert relu_forward(x).tolist() == [0, 0, 0, 3]
    assert relu_backward(np.array([1, 2, 4, 8], np.float32), x).tolist() == [0, 0, 0, 8]


@examples(200)
@given(seeds, dtypes, *(st.integers(0, 9) for _ in "NDC"))
def test_affine_stays_within_the_bound_of_a_sum(seed, dtype, N, D, C):
    """In any order, a sum of n products is off by n eps times the terms' sizes at most."""
    rng = np.random.default_rng(seed)
    shapes = ((N, D), (D, C), (C,), (N, C))
    x, w, b, dy = (np.asfortranarray(rng.standard_normal(s), dtype) for s in shapes)
    results = (affine_forward(x, w, b), *affine_backward(dy, x, w))
    wide = [a.astype(np.float64) for a in (x, w, b, dy)]
    sizes = [np.abs(a) for a in wide]
    right = (affine.affine_forward(*wide[:3]), *affine.affine_backward(wide[3], *wide[:2]))
    bound = (affine.affine_forward(*sizes[:3]), *affine.affine_backward(sizes[3], *sizes[:2]))
    for ours, value, size, count in zip(results, right, bound, (D + 1, C, N, N), strict=True):
        assert (ours.shape, ours.dtype, ours.flags.c_contiguous) == (value.shape, dtype, True)
        assert np.all(np.abs(ours - value) <= count * np.finfo(dtype).eps * size)


def test_affine_by_hand():
    x, w, b = np.array([[1.0, 2.0]]), np.array([[1.0, 0, -1], [2, 1, 3]]), np.array([1.0, 0, 5])
    assert affine_forward(x, w, b).tolist() == [[6, 2, 10]]
    dx, dw, db = affine_backward(np.array([[1.0, 10, 100]]), x, w)
    assert (dx.tolist(), db.tolist()) == ([[-99, 312]], [1, 10, 100])
    assert dw.tolist() == [[1, 10, 100], [2, 20, 200]]


X, W, B = np.zeros((2, 3)), np.zeros((3, 4)), np.zeros(4)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: affine_forward(X, W.T, B), "x is (2, 3) and w (4, 3), expected x (N, D) and w (D, C)"),
        (lambda: affine_forward(X, W, X), "b has shape (2, 3), expected (4,)"),
        (lambda: affine_backward(X, X, W), "dy has shape (2, 3), expected (2, 4)"),
        (lambda: affine_forward(X, W.astype("f"), B), "w is float32, expected float64 as x is"),
        (lambda: relu_backward(X, W), "dy has shape (2, 3), expected (3, 4)"),
        (lambda: relu_backward(X.astype("f"), X), "dy is float32, expected float64 as x is"),
        (lambda: relu_forward([1.0]), "x is list, expected an array of float32 or float64"),
    ],
)  # fmt: skip
def test_bad_input_is_named(run, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
        run()
    assert str(raised.value) == message
