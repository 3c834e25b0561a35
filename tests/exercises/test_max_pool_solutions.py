"""The references of section 4: by hand, by properties, by differences, and by PyTorch.

Drawn arrays hold multiples of 1/4, so that floating point computes exactly and equal means equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples, need

from grader.exercises.cases.max_pool import OVERLAPS
from grader.numeric.differences import numerical_gradient
from solutions import max_pool

X = np.array([[[[1.0, 3, 2, 2], [4, 0, 2, 1], [0, -1, 5, 6], [-2, -3, 8, 7]]]])
DY = np.array([[[[10.0, 20], [30, 40]]]])
DX = [
    [[[0, 0, 20, 0], [10, 0, 0, 0], [30, 0, 0, 0], [0, 0, 40, 0]]]
]  # a three-way tie at 2: the first wins

often, seldom = examples(200), settings(max_examples=40)


@st.composite
def pools(draw, ties, most=2, longest=9):
    """Draw x, size, stride and dy: overlaps, remainders, gaps. Without ties all entries of x
    differ; with ties they are few.
    """
    N, C = (draw(st.integers(1, most)) for _ in "NC")
    kh, kw, stride = (draw(st.integers(1, 4)) for _ in range(3))
    H, W = draw(st.integers(kh, longest)), draw(st.integers(kw, longest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = N * C * H * W
    x = rng.integers(-2, 2, count) / 1.0 if ties else (rng.permutation(count) - count // 2) / 4
    dy = rng.integers(-16, 17, (N, C, (H - kh) // stride + 1, (W - kw) // stride + 1)) / 4
    x = x.reshape(N, C, H, W)
    for array in (x, dy):
        array.setflags(write=False)  # whoever changes an argument raises
    return x, (kh, kw), stride, dy


@st.composite
def halves(draw):
    """Draw x with even sides, with ties, and dy for 2 x 2 windows."""
    N, C, P, Q = (draw(st.integers(1, most)) for most in (3, 3, 4, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(-2, 2, (N, C, 2 * P, 2 * Q)) / 1.0, rng.integers(-16, 17, (N, C, P, Q)) / 4


any_pool = st.booleans().flatmap(pools)


def windows(x, size, stride, outputs):
    """Yield the index of every output and the index of its window in x."""
    for n, c, i, j in np.ndindex(*outputs):
        top, left = i * stride, j * stride
        yield (n, c, i, j), (n, c, slice(top, top + size[0]), slice(left, left + size[1]))


# --- by hand ---


def test_the_forward_pass_by_hand():
    assert max_pool.max_pool_forward(X, (2, 2), 2).tolist() == [[[[4, 2], [0, 8]]]]
    assert max_pool.max_pool_forward(X, (2, 2), 1).tolist() == [[[[4, 3, 2], [4, 5, 6], [0, 8, 8]]]]
    assert max_pool.max_pool_forward(X, (3, 2), 2).tolist() == [
        [[[4, 6]]]
    ]  # the last row is left out


def test_the_backward_pass_by_hand_gives_a_tie_to_the_first():
    assert max_pool.max_pool_2x2_backward(DY, X).tolist() == DX
    assert max_pool.max_pool_backward(DY, X, (2, 2), 2).tolist() == DX
    assert np.sum(DX) == DY.sum() == 100


def test_a_pixel_that_wins_two_windows_gets_both_gradients():
    x = np.array([[[[1.0, 5.0, 2.0]]]])
    assert max_pool.max_pool_backward(np.array([[[[10.0, 20.0]]]]), x, (1, 2), 1).tolist() == [
        [[[0, 30, 0]]]
    ]


def test_rows_and_columns_under_no_whole_window_get_nothing():
    x = np.arange(15.0).reshape(1, 1, 3, 5)
    dx = max_pool.max_pool_backward(np.array([[[[10.0, 20.0]]]]), x, (2, 2), 2)
    assert dx[0, 0].tolist() == [[0, 0, 0, 0, 0], [0, 10, 0, 20, 0], [0, 0, 0, 0, 0]]


def test_pooling_with_overlap_by_hand():
    """The 3 in the last row wins in both of the lower windows, with the prices 1 and 3."""
    dy, x = np.array([[-1.0, 4], [1, 3]]), np.array([[5.0, 4, -3], [-2, -1, 2], [1, 3, 0]])
    assert max_pool.pool_by_hand(dy, x).tolist() == [[-1, 4, 0], [0, 0, 0], [0, 4, 0]]


@pytest.mark.parametrize(("dy", "x"), OVERLAPS)
def test_some_pixel_of_each_image_wins_in_several_windows_and_none_in_all(dy, x):
    assert len(np.unique(x)) == 9
    assert 0 not in np.ravel(dy)
    wins = max_pool.pool_by_hand(np.ones((2, 2)), np.array(x))
    assert 2 <= wins.max() <= 3


def test_assignment_is_enough_by_hand():
    assert max_pool.assignment_is_enough((2, 2), 2)
    assert max_pool.assignment_is_enough((1, 1), 1)
    assert max_pool.assignment_is_enough((2, 3), 4)
    assert not max_pool.assignment_is_enough((3, 3), 2)
    assert not max_pool.assignment_is_enough((1, 3), 2)
    assert not max_pool.assignment_is_enough((3, 1), 2)


# --- by properties ---


@often
@given(any_pool)
def test_every_output_is_the_largest_entry_of_its_window(pool):
    x, size, stride, dy = pool
    y = max_pool.max_pool_forward(x, size, stride)
    assert y.shape == dy.shape
    for place, window in windows(x, size, stride, dy.shape):
        assert y[place] == x[window].max()


@often
@given(any_pool)
def test_an_image_below_zero_is_pooled_like_any_other(pool):
    x, size, stride, dy = pool
    y = max_pool.max_pool_forward(x, size, stride)
    negative = x - x.max() - 1
    assert (negative < 0).all()
    assert np.array_equal(max_pool.max_pool_forward(negative, size, stride), y - x.max() - 1)
    expected = max_pool.max_pool_backward(dy, x, size, stride)
    assert np.array_equal(max_pool.max_pool_backward(dy, negative, size, stride), expected)


@often
@given(any_pool)
def test_the_sum_is_conserved_also_with_ties(pool):
    x, size, stride, dy = pool
    dx = max_pool.max_pool_backward(dy, x, size, stride)
    assert dx.shape == x.shape
    assert np.array_equal(
        dx.sum(axis=(2, 3)), dy.sum(axis=(2, 3))
    )  # channel by channel, image by image


@often
@given(any_pool)
def test_only_largest_entries_of_windows_receive_gradient(pool):
    x, size, stride, dy = pool
    largest = np.zeros(x.shape, bool)
    for _, window in windows(x, size, stride, dy.shape):
        largest[window] |= x[window] == x[window].max()
    assert not max_pool.max_pool_backward(dy, x, size, stride)[~largest].any()


@often
@given(any_pool)
def test_every_dy_goes_to_the_first_largest_entry_in_reading_order(pool):
    x, size, stride, dy = pool
    expected = np.zeros(x.shape)
    for (n, c, i, j), _ in windows(x, size, stride, dy.shape):
        places = [(i * stride + u, j * stride + v) for u in range(size[0]) for v in range(size[1])]
        row, column = max(
            places, key=lambda place, n=n, c=c: x[n, c, *place]
        )  # the first of several
        expected[n, c, row, column] += dy[n, c, i, j]
    assert np.array_equal(max_pool.max_pool_backward(dy, x, size, stride), expected)


@seldom
@given(pools(ties=False, longest=6))
def test_dx_equals_the_numerical_gradient_where_there_are_no_ties(pool):
    x, size, stride, dy = pool
    dx = numerical_gradient(
        lambda v: max_pool.max_pool_forward(v, size, stride), x, dy, step=1 / 16
    )
    assert np.array_equal(max_pool.max_pool_backward(dy, x, size, stride), dx)


@often
@given(any_pool, st.integers(0, 2**32 - 1))
def test_dx_is_a_subgradient_also_with_ties(pool, seed):
    """With dy >= 0 the loss is convex in x: it lies nowhere below its tangent."""
    x, size, stride, dy = pool
    dx, y = (
        max_pool.max_pool_backward(abs(dy), x, size, stride),
        max_pool.max_pool_forward(x, size, stride),
    )
    rng = np.random.default_rng(seed)
    for _ in range(5):
        other = x + rng.integers(-8, 9, x.shape) / 4
        rise = np.sum(abs(dy) * (max_pool.max_pool_forward(other, size, stride) - y))
        assert rise >= np.sum(dx * (other - x))


@often
@given(halves())
def test_the_2_x_2_backward_pass_is_the_general_one(half):
    x, dy = half
    assert np.array_equal(
        max_pool.max_pool_2x2_backward(dy, x), max_pool.max_pool_backward(dy, x, (2, 2), 2)
    )


@often
@given(any_pool)
def test_windows_of_one_pixel_pick_pixels(pool):
    x, _, stride, _ = pool
    y = max_pool.max_pool_forward(x, (1, 1), stride)
    assert np.array_equal(y, x[:, :, ::stride, ::stride])
    assert np.array_equal(
        max_pool.max_pool_backward(y, x, (1, 1), stride)[:, :, ::stride, ::stride], y
    )


def routed(dy, x, size, stride, *, add):
    """Return dx of max pooling, written with += or with =."""
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        spot = np.unravel_index(x[window].argmax(), size)
        dx[window][spot] = dy[place] + (dx[window][spot] if add else 0)
    return dx


@pytest.mark.parametrize("stride", range(1, 6))
@pytest.mark.parametrize("kw", range(1, 5))
@pytest.mark.parametrize("kh", range(1, 5))
def test_assignment_is_enough_exactly_when_writing_with_and_without_adding_agree(kh, kw, stride):
    rng = np.random.default_rng(0)
    H, W = kh + 2 * stride, kw + 2 * stride  # three windows each way
    images = [rng.permutation(H * W).reshape(1, 1, H, W) / 4 for _ in range(5)]
    images[0][:, :, stride] += (
        1000  # the first row of the second window, which may lie in the first as well
    )
    images[1][:, :, :, stride] += 1000  # likewise the columns
    dy = rng.integers(1, 9, (1, 1, 3, 3)) / 4
    agree = [
        np.array_equal(
            routed(dy, x, (kh, kw), stride, add=True), routed(dy, x, (kh, kw), stride, add=False)
        )
        for x in images
    ]
    assert max_pool.assignment_is_enough((kh, kw), stride) == all(agree)


# --- PyTorch ---


def pooled_by_pytorch(x, size, stride, dy):
    torch = need("torch")
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.nn.functional.max_pool2d(tx, size, stride)
    ty.backward(torch.tensor(dy))
    return ty.detach().numpy(), tx.grad.numpy()


def close(ours, theirs):
    """Compare to 1e-12 of the largest entry."""
    return (
        ours.shape == theirs.shape and np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()
    )


@examples(400)
@given(pools(ties=False))
def test_pooling_equals_pytorch_without_ties(pool):
    x, size, stride, dy = pool
    y, dx = pooled_by_pytorch(x, size, stride, dy)
    assert close(max_pool.max_pool_forward(x, size, stride), y)
    assert close(max_pool.max_pool_backward(dy, x, size, stride), dx)


@examples(400)
@given(pools(ties=True))
def test_pooling_equals_pytorch_with_ties_where_the_first_in_reading_order_wins(pool):
    x, size, stride, dy = pool
    y, dx = pooled_by_pytorch(x, size, stride, dy)
    assert close(max_pool.max_pool_forward(x, size, stride), y)
    assert close(max_pool.max_pool_backward(dy, x, size, stride), dx)


@often
@given(halves())
def test_2_x_2_pooling_equals_pytorch_with_ties(half):
    x, dy = half
    _, dx = pooled_by_pytorch(x, (2, 2), 2, dy)
    assert close(max_pool.max_pool_2x2_backward(dy, x), dx)


# --- pool_fits ---

IMAGES = np.zeros((2, 3, 5, 6))


@often
@given(any_pool)
def test_the_output_has_a_number_for_every_place_of_the_window(pool):
    x, size, stride, _ = pool
    starts = [
        range(0, side - taps + 1, stride) for side, taps in zip(x.shape[2:], size, strict=True)
    ]
    assert max_pool.max_pool_forward(x, size, stride).shape[2:] == (len(starts[0]), len(starts[1]))


@pytest.mark.parametrize("size", [(2, 3), [2, 3], np.array([2, 3]), (np.int64(2), np.uint8(3))])
def test_numpy_integers_and_lists_are_welcome(size):
    max_pool.pool_fits(IMAGES, size, np.int32(2))
    y = max_pool.max_pool_forward(IMAGES, size, np.int32(2))
    assert y.shape == (2, 3, 2, 2)
    assert max_pool.max_pool_backward(y, IMAGES, size, np.int32(2)).shape == IMAGES.shape


def test_pool_fits_has_nothing_against_an_empty_batch():
    assert max_pool.max_pool_forward(IMAGES[:0], (2, 3), 2).shape == (0, 3, 2, 2)
    assert max_pool.max_pool_backward(np.zeros((0, 3, 2, 2)), IMAGES[:0], (2, 3), 2).shape == (
        0,
        3,
        5,
        6,
    )


@pytest.mark.parametrize(
    ("x", "size", "stride", "told"),
    [
        (IMAGES[0], (2, 2), 2, "x is 3-dimensional, expected (N, C, H, W)"),
        (IMAGES[0, 0], (2, 2), 2, "x is 2-dimensional, expected (N, C, H, W)"),
        (None, (2, 2), 2, "x is 0-dimensional, expected (N, C, H, W)"),
        ([], (2, 2), 2, "x is 1-dimensional, expected (N, C, H, W)"),
        (IMAGES, (6, 2), 2, "a 6 x 2 window does not fit into a 5 x 6 image"),
        (IMAGES, (2, 7), 1, "a 2 x 7 window does not fit into a 5 x 6 image"),
        (IMAGES[:, :, :0], (2, 2), 1, "a 2 x 2 window does not fit into a 0 x 6 image"),
        (IMAGES, (0, 2), 2, "size is (0, 2), expected (kh, kw), two ints of at least 1"),
        (IMAGES, (2, -1), 2, "size is (2, -1), expected (kh, kw), two ints of at least 1"),
        (IMAGES, (1.5, 2), 2, "size is (1.5, 2), expected (kh, kw), two ints of at least 1"),
        (IMAGES, (2.0, 2.0), 2, "size is (2.0, 2.0), expected (kh, kw), two ints of at least 1"),
        (
            IMAGES,
            (float("nan"), 2),
            2,
            "size is (nan, 2), expected (kh, kw), two ints of at least 1",
        ),
        (IMAGES, 2, 2, "size is 2, expected (kh, kw), two ints of at least 1"),
        (IMAGES, (2,), 2, "size is (2,), expected (kh, kw), two ints of at least 1"),
        (IMAGES, (2, 2, 2), 2, "size is (2, 2, 2), expected (kh, kw), two ints of at least 1"),
        (IMAGES, "22", 2, "size is '22', expected (kh, kw), two ints of at least 1"),
        (IMAGES, ("2", "2"), 2, "size is ('2', '2'), expected (kh, kw), two ints of at least 1"),
        (IMAGES, None, 2, "size is None, expected (kh, kw), two ints of at least 1"),
        (IMAGES, (None, 2), 2, "size is (None, 2), expected (kh, kw), two ints of at least 1"),
        (IMAGES, (2, 2), 0, "stride is 0, expected an int of at least 1"),
        (IMAGES, (2, 2), -1, "stride is -1, expected an int of at least 1"),
        (IMAGES, (2, 2), 1.5, "stride is 1.5, expected an int of at least 1"),
        (IMAGES, (2, 2), 2.0, "stride is 2.0, expected an int of at least 1"),
        (IMAGES, (2, 2), float("inf"), "stride is inf, expected an int of at least 1"),
        (IMAGES, (2, 2), "2", "stride is '2', expected an int of at least 1"),
        (IMAGES, (2, 2), None, "stride is None, expected an int of at least 1"),
        (IMAGES, (2, 2), (2, 2), "stride is (2, 2), expected an int of at least 1"),
        (IMAGES, (2, 2), False, "stride is False, expected an int of at least 1"),
    ],
)
def test_pool_fits_says_which_sizes_do_not_fit(x, size, stride, told):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
        max_pool.pool_fits(x, size, stride)
    assert str(raised.value) == told


def test_forward_and_backward_say_which_sizes_do_not_fit():
    with pytest.raises(ValueError, match="a 6 x 2 window does not fit into a 5 x 6 image"):
        max_pool.max_pool_forward(IMAGES, (6, 2), 2)
    with pytest.raises(ValueError, match="a 6 x 2 window does not fit into a 5 x 6 image"):
        max_pool.max_pool_backward(IMAGES, IMAGES, (6, 2), 2)
