"""The fast max pooling equals the readable one exactly: it adds nothing up but gradients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import examples, need, quarters

from solutions import max_pool
from solutions.fast import max_pool_2x2_backward, max_pool_backward, max_pool_forward


@st.composite
def pools(draw):
    """Draw x, size, stride and dy; multiples of 1/4 make many ties and exact sums."""
    (kh, kw), stride = (draw(st.integers(1, 4)) for _ in "hw"), draw(st.integers(1, 5))
    N, C = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    H, W = draw(st.integers(kh, kh + 9)), draw(st.integers(kw, kw + 9))
    outputs = (N, C, (H - kh) // stride + 1, (W - kw) // stride + 1)
    x, dy = quarters(draw(st.integers(0, 2**32 - 1)), (N, C, H, W), outputs)
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    coarse = np.rint(x) if draw(st.booleans()) else x
    return coarse.astype(dtype), (kh, kw), stride, dy.astype(dtype)


@examples(400)
@given(pools())
def test_both_passes_equal_the_references(drawn):
    x, size, stride, dy = drawn
    y, dx = max_pool_forward(x, size, stride), max_pool_backward(dy, x, size, stride)
    assert np.array_equal(y, max_pool.max_pool_forward(x, size, stride))
    assert np.array_equal(dx, max_pool.max_pool_backward(dy, x, size, stride))
    for result in (y, dx):
        assert (result.dtype, result.flags.c_contiguous) == (x.dtype, True)


def test_ties_go_to_the_first_entry_in_reading_order():
    x = np.array([[[[1.0, 3, 3], [3, 3, 0], [-1, 2, 3]]]])
    dx = max_pool_backward(np.array([[[[1.0, 10], [100, 1000]]]]), x, (2, 2), 1)
    assert dx.tolist() == [[[[0, 11, 0], [100, 1000, 0], [0, 0, 0]]]]
    square = np.array([[[[2.0, 2], [2, 2]]]])
    assert max_pool_2x2_backward(np.array([[[[5.0]]]]), square).tolist() == [[[[5, 0], [0, 0]]]]


def test_windows_of_infinities_have_a_first_entry_too():
    x = np.full((1, 1, 2, 2), -np.inf)
    assert max_pool_forward(x, (2, 2), 2).tolist() == [[[[-np.inf]]]]
    assert max_pool_backward(np.array([[[[3.0]]]]), x, (2, 2), 2).tolist() == [[[[3, 0], [0, 0]]]]


@pytest.mark.parametrize("size", [(2, 2), (3, 3), (2, 3)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_larger_batches_are_worked_off_in_blocks_and_layouts_do_not_matter(size, stride):
    rng = np.random.default_rng(1)
    usual = rng.integers(-9, 9, (40, 16, 33, 31)) / 4
    x = np.asfortranarray(usual)
    x.flags.writeable = False
    y = max_pool_forward(x, size, stride)
    assert np.array_equal(y, max_pool.max_pool_forward(usual, size, stride))
    dy = np.asfortranarray(rng.integers(-9, 9, y.shape) / 4)
    dx = max_pool_backward(dy, x, size, stride)
    few = max_pool.max_pool_backward(dy[-2:, -2:], usual[-2:, -2:], size, stride)
    assert np.array_equal(dx[-2:, -2:], few)
    assert np.array_equal(x, usual)


@examples(100)
@given(pools())
def test_pooling_equals_pytorch(drawn):
    torch = need("torch")
    x, size, stride, dy = drawn
    if not len(x):
        return  # PyTorch refuses an empty batch
    leaf = torch.tensor(x, requires_grad=True)
    theirs = torch.nn.functional.max_pool2d(leaf, size, stride)
    theirs.backward(torch.tensor(dy))
    assert np.array_equal(max_pool_forward(x, size, stride), theirs.detach().numpy())
    assert np.array_equal(max_pool_backward(dy, x, size, stride), leaf.grad.numpy())


X = np.zeros((2, 3, 5, 6))


@pytest.mark.parametrize(
    ("x", "size", "stride", "message"),
    [
        (X[0], (2, 2), 2, "x is 3-dimensional, expected (N, C, H, W)"),
        (X, 2, 2, "size is 2, expected (kh, kw), two ints of at least 1"),
        (X, (2, 0), 2, "size is (2, 0), expected (kh, kw), two ints of at least 1"),
        (X, (2, 1.5), 2, "size is (2, 1.5), expected (kh, kw), two ints of at least 1"),
        (X, (2, 2), 0, "stride is 0, expected an int of at least 1"),
        (X, (6, 2), 1, "a 6 x 2 window does not fit into a 5 x 6 image"),
        (X.astype(int), (2, 2), 2, "x is int64, expected an array of float32 or float64"),
    ],
)
def test_bad_input_is_named(x, size, stride, message):
    for run in (
        lambda: max_pool_forward(x, size, stride),
        lambda: max_pool_backward(np.zeros((2, 3, 2, 3)), x, size, stride),
    ):
        with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
            run()
        assert str(raised.value).startswith(message)


def test_a_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"dy has shape \(2, 3, 5, 6\), expected \(2, 3, 2, 3\)"):
        max_pool_backward(X, X, (2, 2), 2)
    with pytest.raises(ValueError, match="x is 5 x 6, expected an even height and width"):
        max_pool_2x2_backward(np.zeros((2, 3, 2, 3)), X)


@pytest.mark.parametrize(("size", "stride"), [((2, 2), 2), ((3, 2), 1)])
def test_a_nan_is_larger_than_any_number(size, stride):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 6, 6))
    x[0, 0, 1, 1] = x[1, 2, 4, 3] = x[1, 2, 4, 4] = np.nan
    dy = rng.normal(size=max_pool_forward(x, size, stride).shape)
    right = max_pool.max_pool_backward(dy, x, size, stride)
    np.testing.assert_allclose(max_pool_backward(dy, x, size, stride), right, rtol=1e-14)


@pytest.mark.parametrize(("size", "stride"), [((2, 2), 2), ((2, 3), 1)])
@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_goes_to_its_entry_alone(size, stride, odd):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 6, 6))
    dy = rng.normal(size=max_pool_forward(x, size, stride).shape)
    dy[1, 1, 0, 1] = odd
    right = max_pool.max_pool_backward(dy, x, size, stride)
    np.testing.assert_allclose(max_pool_backward(dy, x, size, stride), right, rtol=1e-13)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
def test_numpys_small_ints_do_not_overflow(kind):
    x = np.random.default_rng(0).normal(size=(1, 1, 300, 300))
    y = max_pool_forward(x, (kind(2), kind(3)), kind(2))
    np.testing.assert_array_equal(y, max_pool_forward(x, (2, 3), 2))
