"""The references of section 2: by hand, by properties, by differences, and by PyTorch.

Drawn arrays hold multiples of 1/4: floating point multiplies and adds those exactly, in any order,
    so equal means equal.
"""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples, need, quarters

import grader
from grader.numeric.differences import numerical_gradient, numerical_jacobian
from solutions import convolution, max_pool

X = np.array([1.0, 2.0, 0.0, -1.0, 3.0])
W = np.array([1.0, -2.0, 4.0])
DY = np.array([1.0, 0.0, -2.0, 3.0, 1.0])
VALID_DY = np.array([1.0, -2.0, 3.0])

often, seldom = examples(200), settings(max_examples=40)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def lines(draw):
    """Draw x, w, pad and dy in one dimension; the padding may exceed the filter, and w may be
    longer than x.
    """
    k = draw(st.integers(1, 6))
    pad = draw(st.integers(0, k + 1))
    n = draw(st.integers(max(1, k - 2 * pad), 9))
    x, w, dy = quarters(draw(seeds), n, k, n + 2 * pad - k + 1)
    return x, w, pad, dy


@st.composite
def layers(draw, most=3, longest=8):
    """Draw x, w, b, pad and dy of a layer; the padding goes up to the longer side of the filter."""
    N, C, F = (draw(st.integers(1, most)) for _ in "NCF")
    kh, kw = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pad = draw(st.integers(0, max(kh, kw)))
    H, W = (
        draw(st.integers(max(1, kh - 2 * pad), longest)),
        draw(st.integers(max(1, kw - 2 * pad), longest)),
    )
    outputs = (N, F, H + 2 * pad - kh + 1, W + 2 * pad - kw + 1)
    x, w, b, dy = quarters(draw(seeds), (N, C, H, W), (F, C, kh, kw), F, outputs)
    return x, w, b, pad, dy


@st.composite
def images_of_the_text(draw):
    """Draw x (M, N) and a filter w (2r + 1, 2r + 1)."""
    r = draw(st.integers(0, 2))
    M, N = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return quarters(draw(seeds), (M, N), (2 * r + 1, 2 * r + 1))


def one_channel(x, w):
    """Return y for one image and one filter with pad r and stride 1, as in Eqs. 9-10."""
    return convolution.conv_forward(x[None, None], w[None, None], np.zeros(1), len(w) // 2)[0, 0]


# --- by hand ---


def test_the_gather_is_what_one_computes_by_hand():
    assert convolution.correlate_1d(X, W, 1).tolist() == [6, -3, -2, 14, -7]
    assert convolution.correlate_1d(X, W, 0).tolist() == [-3, -2, 14]


def test_the_spray_is_what_one_computes_by_hand():
    assert convolution.spray_1d(X, W, 1).tolist() == [6, -3, -2, 14, -7]
    assert convolution.spray_1d(X, W, 0).tolist() == [-3, -2, 14]


def test_every_pixel_sprays_the_row_that_one_computes_by_hand():
    rows = [
        [-2, 1, 0, 0, 0],
        [8, -4, 2, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, -4, 2, -1],
        [0, 0, 0, 12, -6],
    ]
    for a, row in enumerate(rows):
        alone = np.where(np.arange(5) == a, X, 0)
        assert convolution.spray_1d(alone, W, 1).tolist() == row
    assert np.sum(rows, axis=0).tolist() == [6, -3, -2, 14, -7]


def test_the_matrix_holds_the_filter_in_its_rows_and_the_reflected_filter_in_its_columns():
    T = convolution.toeplitz_1d(W, 5, 1)
    assert T.tolist() == [
        [-2, 4, 0, 0, 0],
        [1, -2, 4, 0, 0],
        [0, 1, -2, 4, 0],
        [0, 0, 1, -2, 4],
        [0, 0, 0, 1, -2],
    ]
    assert T[:, 2].tolist() == [0, *W[::-1], 0]
    assert convolution.toeplitz_1d(W, 5, 0).tolist() == [
        [1, -2, 4, 0, 0],
        [0, 1, -2, 4, 0],
        [0, 0, 1, -2, 4],
    ]


@pytest.mark.parametrize(
    "backward", [convolution.conv_1d_backward_spray, convolution.conv_1d_backward_rotated]
)
def test_dx_is_what_one_computes_by_hand(backward):
    assert backward(DY, W, 1).tolist() == [-2, 2, 7, -13, 10]
    assert backward(VALID_DY, W, 0).tolist() == [1, -4, 11, -14, 12]


def test_one_table_to_remember():
    """Forward gathers with w and sprays with w'; backward gathers with w' and sprays with w."""
    reflected = W[::-1]
    assert np.array_equal(
        convolution.correlate_1d(X, W, 1), convolution.conv_1d_backward_spray(X, reflected, 1)
    )
    assert np.array_equal(
        convolution.correlate_1d(DY, reflected, 1), convolution.conv_1d_backward_spray(DY, W, 1)
    )
    assert convolution.correlate_1d(DY, reflected, 1).tolist() == [-2, 2, 7, -13, 10]
    assert convolution.correlate_1d(DY, W, 1).tolist() == [
        -2,
        -7,
        16,
        -4,
        1,
    ]  # not reflected: wrong


def test_dw_is_what_one_computes_by_hand():
    assert convolution.conv_1d_weight_gradient(DY, X, 1).tolist() == [-5, 1, 13]
    assert convolution.conv_1d_weight_gradient(VALID_DY, X, 0).tolist() == [-3, -1, 11]


def test_both_gradients_of_a_row_are_what_one_works_out_on_paper():
    dx, dw = convolution.row_by_hand(DY, X, W)
    assert dx.tolist() == [-2, 2, 7, -13, 10]
    assert dw.tolist() == [-5, 1, 13]
    moved = np.correlate(np.pad(X, 1), W) @ DY
    assert (dx @ X, dw @ W) == (moved, moved)  # y is linear in x, and in w


def test_dw_of_an_image_is_what_one_computes_by_hand():
    x, dy = np.array([[1.0, 2, 2], [3, 1, 1], [2, 1, 0]]), np.array([[1.0, 2], [0, -1]])
    assert convolution.conv_2d_weight_gradient(dy, x, 0).tolist() == [[4, 5], [4, 3]]


@pytest.mark.parametrize("pad", [0, 1, 2])
def test_dw_of_an_image_is_that_of_the_whole_layer(pad):
    rng = np.random.default_rng(pad)
    x, w = rng.integers(-3, 4, (4, 5)) * 1.0, rng.integers(-3, 4, (3, 2)) * 1.0
    dy = rng.integers(-3, 4, (4 + 2 * pad - 2, 5 + 2 * pad - 1)) * 1.0
    _, dw, _ = convolution.conv_backward(dy[None, None], x[None, None], w[None, None], pad)
    assert np.array_equal(convolution.conv_2d_weight_gradient(dy, x, pad), dw[0, 0])


def test_local_gradient_by_hand_inside_and_at_a_corner():
    w = np.arange(1.0, 10).reshape(3, 3)
    assert convolution.local_gradient(1, 2, w, (3, 4)).tolist() == [
        [0, 1, 2, 3],
        [0, 4, 5, 6],
        [0, 7, 8, 9],
    ]
    assert convolution.local_gradient(0, 0, w, (3, 4)).tolist() == [
        [5, 6, 0, 0],
        [8, 9, 0, 0],
        [0, 0, 0, 0],
    ]


def test_the_quizzes_by_hand():
    assert [convolution.same_pad(k) for k in (1, 2, 3, 4, 5)] == [0, "none", 1, "none", 2]
    assert convolution.backward_pad(3, 1) == 1  # the text's 2r + 1 with pad r
    assert convolution.backward_pad(3, 0) == 2
    assert convolution.backward_pad(2, 3) == -2


def test_a_layer_with_two_channels_two_filters_and_a_bias_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0]], [[0.0, 1.0, 0.0]]]])
    w = np.array([[[[1.0, 1.0]], [[2.0, -1.0]]], [[[0.0, 1.0]], [[1.0, 0.0]]]])
    assert convolution.conv_forward(x, w, np.array([10.0, 20.0]), 0).tolist() == [
        [[[12, 17]], [[22, 24]]]
    ]
    dx, dw, db = convolution.conv_backward(np.array([[[[1.0, 2.0]], [[3.0, -1.0]]]]), x, w, 0)
    assert dx.tolist() == [[[[1, 6, 1]], [[5, 2, -2]]]]
    assert dw.tolist() == [[[[5, 8]], [[2, 1]]], [[[1, 3]], [[-1, 3]]]]
    assert db.tolist() == [3, 2]


# --- one dimension, by properties ---


@often
@given(lines())
def test_gather_spray_and_matrix_give_the_same_numbers(line):
    x, w, pad, _ = line
    gathered = convolution.correlate_1d(x, w, pad)
    assert len(gathered) == len(x) + 2 * pad - len(w) + 1
    assert np.array_equal(gathered, convolution.spray_1d(x, w, pad))
    assert np.array_equal(gathered, convolution.toeplitz_1d(w, len(x), pad) @ x)
    assert np.array_equal(gathered, np.correlate(np.pad(x, pad), w, "valid"))


@often
@given(lines())
def test_the_transposed_matrix_carries_dy_back(line):
    x, w, pad, dy = line
    dx = convolution.toeplitz_1d(w, len(x), pad).T @ dy
    assert np.array_equal(dx, convolution.conv_1d_backward_spray(dy, w, pad))
    assert np.array_equal(dx, convolution.conv_1d_backward_rotated(dy, w, pad))
    assert np.array_equal(
        dx, np.convolve(dy, w)[pad : pad + len(x)]
    )  # convolve reflects w by itself


@often
@given(lines())
def test_dx_and_dw_are_adjoint_to_the_forward_pass(line):
    x, w, pad, dy = line
    y = convolution.correlate_1d(x, w, pad)
    assert dy @ y == convolution.conv_1d_backward_spray(dy, w, pad) @ x
    assert dy @ y == convolution.conv_1d_weight_gradient(dy, x, pad) @ w


@often
@given(lines())
def test_dx_and_dw_equal_the_numerical_gradient_exactly(line):
    x, w, pad, dy = line
    dx = numerical_gradient(lambda v: convolution.correlate_1d(v, w, pad), x, dy)
    dw = numerical_gradient(lambda v: convolution.correlate_1d(x, v, pad), w, dy)
    assert np.array_equal(convolution.conv_1d_backward_rotated(dy, w, pad), dx)
    assert np.array_equal(convolution.conv_1d_weight_gradient(dy, x, pad), dw)


@often
@given(lines())
def test_backward_pad_turns_the_backward_pass_into_a_correlation_or_cuts_it(line):
    _, w, pad, dy = line
    back = convolution.backward_pad(len(w), pad)
    seen = np.pad(dy, back) if back >= 0 else dy[-back : len(dy) + back]
    if len(seen) >= len(w):
        assert np.array_equal(
            np.correlate(seen, w[::-1], "valid"), convolution.conv_1d_backward_spray(dy, w, pad)
        )
    assert (back == pad) == (len(w) == 2 * pad + 1)


@pytest.mark.parametrize("k", range(1, 12))
def test_same_pad_is_the_one_pad_that_keeps_the_length(k):
    x = np.ones(12)
    keeping = [
        pad for pad in range(2 * k) if len(convolution.correlate_1d(x, np.ones(k), pad)) == len(x)
    ]
    assert keeping == ([] if convolution.same_pad(k) == "none" else [convolution.same_pad(k)])


# --- Eqs. 9 and 10 ---


@seldom
@given(images_of_the_text())
def test_local_gradient_is_eq_10_with_indices_from_1(drawn):
    x, w = drawn
    (M, N), r = x.shape, len(w) // 2
    for i in range(1, M + 1):
        for j in range(1, N + 1):
            found = convolution.local_gradient(i - 1, j - 1, w, (M, N))
            assert found.shape == (M, N)
            for a in range(1, M + 1):
                for b in range(1, N + 1):
                    inside = -r <= a - i <= r and -r <= b - j <= r
                    row, column = a - i + r + 1, b - j + r + 1  # of w, from 1
                    assert found[a - 1, b - 1] == (w[row - 1, column - 1] if inside else 0)


@seldom
@given(images_of_the_text())
def test_local_gradient_is_a_slice_of_the_numerical_jacobian_of_the_layer(drawn):
    x, w = drawn
    jacobian = numerical_jacobian(lambda v: one_channel(v, w), x)
    for i, j in np.ndindex(*x.shape):
        assert np.array_equal(convolution.local_gradient(i, j, w, x.shape), jacobian[i, j])


@seldom
@given(images_of_the_text(), seeds)
def test_eq_9_sums_local_gradients_to_dx(drawn, seed):
    x, w = drawn
    (dy,) = quarters(seed, x.shape)
    total = sum(
        dy[i, j] * convolution.local_gradient(i, j, w, x.shape) for i, j in np.ndindex(*x.shape)
    )
    dx, _, _ = convolution.conv_backward(dy[None, None], x[None, None], w[None, None], len(w) // 2)
    assert np.array_equal(dx[0, 0], total)


@seldom
@given(images_of_the_text())
def test_local_gradient_dotted_with_the_image_is_the_output(drawn):
    x, w = drawn
    y = one_channel(x, w)
    for i, j in np.ndindex(*x.shape):
        assert np.sum(convolution.local_gradient(i, j, w, x.shape) * x) == y[i, j]


# --- the layer, by properties ---


@often
@given(layers())
def test_every_output_is_the_dot_product_with_its_window(layer):
    x, w, b, pad, dy = layer
    y = convolution.conv_forward(x, w, b, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    assert y.shape == dy.shape
    for n, f, i, j in np.ndindex(*y.shape):
        window = padded[n, :, i : i + w.shape[2], j : j + w.shape[3]]
        assert y[n, f, i, j] == np.sum(window * w[f]) + b[f]


@often
@given(layers())
def test_the_layer_is_adjoint_to_its_backward_pass_and_linear_in_the_bias(layer):
    x, w, b, pad, dy = layer
    linear = convolution.conv_forward(x, w, 0 * b, pad)
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)
    assert np.sum(dy * linear) == np.sum(dx * x) == np.sum(dw * w)
    assert np.sum(dy * convolution.conv_forward(x, w, b, pad)) == np.sum(dx * x) + db @ b


@seldom
@given(layers(most=2, longest=5))
def test_the_backward_pass_equals_the_numerical_gradient_exactly(layer):
    x, w, b, pad, dy = layer
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    assert np.array_equal(
        dx, numerical_gradient(lambda v: convolution.conv_forward(v, w, b, pad), x, dy)
    )
    assert np.array_equal(
        dw, numerical_gradient(lambda v: convolution.conv_forward(x, v, b, pad), w, dy)
    )
    assert np.array_equal(
        db, numerical_gradient(lambda v: convolution.conv_forward(x, w, v, pad), b, dy)
    )


@often
@given(layers())
def test_dx_is_the_layer_with_a_filter_rotated_by_180_degrees_and_its_channel_axes_swapped(layer):
    x, w, _, pad, dy = layer
    kh, kw = w.shape[2:]
    around = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    rotated = w.swapaxes(0, 1)[:, :, ::-1, ::-1]
    whole = convolution.conv_forward(around, rotated, np.zeros(x.shape[1]), 0)
    dx, _, _ = convolution.conv_backward(dy, x, w, pad)
    assert np.array_equal(dx, whole[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]])


@often
@given(layers())
def test_dw_is_the_layer_with_dy_as_its_filter_and_nothing_rotated(layer):
    x, w, _, pad, dy = layer
    exchanged = convolution.conv_forward(x.swapaxes(0, 1), dy.swapaxes(0, 1), np.zeros(len(w)), pad)
    _, dw, _ = convolution.conv_backward(dy, x, w, pad)
    assert np.array_equal(dw, exchanged.swapaxes(0, 1))


@often
@given(layers())
def test_a_batch_is_its_images_one_by_one(layer):
    x, w, b, pad, dy = layer
    alone = [convolution.conv_backward(dy[n : n + 1], x[n : n + 1], w, pad) for n in range(len(x))]
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    assert np.array_equal(dx, np.vstack([image[0] for image in alone]))
    assert np.array_equal(dw, sum(image[1] for image in alone))
    assert np.array_equal(db, sum(image[2] for image in alone))
    y = [convolution.conv_forward(x[n : n + 1], w, b, pad) for n in range(len(x))]
    assert np.array_equal(convolution.conv_forward(x, w, b, pad), np.vstack(y))


@often
@given(lines().filter(lambda line: len(line[0]) >= len(line[1])), seeds)
def test_a_layer_with_one_row_is_the_one_dimensional_convolution(line, seed):
    x, w, _, _ = line
    (dy,) = quarters(seed, len(x) - len(w) + 1)
    image, filters = x[None, None, None], w[None, None, None]
    y = convolution.conv_forward(image, filters, np.zeros(1), 0)
    assert np.array_equal(y[0, 0, 0], convolution.correlate_1d(x, w, 0))
    dx, dw, _ = convolution.conv_backward(dy[None, None, None], image, filters, 0)
    assert np.array_equal(dx[0, 0, 0], convolution.conv_1d_backward_spray(dy, w, 0))
    assert np.array_equal(dw[0, 0, 0], convolution.conv_1d_weight_gradient(dy, x, 0))


# --- PyTorch ---


def close(ours, theirs):
    """Compare to 1e-12 of the largest entry."""
    theirs = theirs.detach().numpy()
    return (
        ours.shape == theirs.shape and np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()
    )


@examples(400)
@given(layers(longest=9))
def test_the_layer_equals_pytorch(layer):
    torch = need("torch")
    x, w, b, pad, dy = layer
    tx, tw, tb = (torch.tensor(a, requires_grad=True) for a in (x, w, b))
    ty = torch.nn.functional.conv2d(tx, tw, tb, padding=pad)
    ty.backward(torch.tensor(dy))
    assert close(convolution.conv_forward(x, w, b, pad), ty)
    for ours, theirs in zip(convolution.conv_backward(dy, x, w, pad), (tx, tw, tb), strict=True):
        assert close(ours, theirs.grad)


@often
@given(lines())
def test_one_dimension_equals_pytorch(line):
    torch = need("torch")
    x, w, pad, dy = line
    tx, tw = (torch.tensor(a[None, None], requires_grad=True) for a in (x, w))
    ty = torch.nn.functional.conv1d(tx, tw, padding=pad)
    ty.backward(torch.tensor(dy[None, None]))
    assert close(convolution.correlate_1d(x, w, pad), ty[0, 0])
    assert close(convolution.conv_1d_backward_spray(dy, w, pad), tx.grad[0, 0])
    assert close(convolution.conv_1d_weight_gradient(dy, x, pad), tw.grad[0, 0])


# --- fits ---

IMAGES, FILTERS = np.zeros((2, 3, 5, 6)), np.zeros((4, 3, 2, 3))


def test_fits_takes_stride_1_and_no_padding_unless_told_and_numpy_integers_too():
    convolution.fits(IMAGES, FILTERS)
    convolution.fits(IMAGES, FILTERS, np.int64(2), np.uint8(1))


def test_fits_has_nothing_against_an_empty_batch():
    convolution.fits(IMAGES[:0], FILTERS)
    assert convolution.conv_forward(IMAGES[:0], FILTERS, np.zeros(4), 0).shape == (0, 4, 4, 4)
    dx, dw, db = convolution.conv_backward(np.zeros((0, 4, 4, 4)), IMAGES[:0], FILTERS, 0)
    assert dx.shape == (0, 3, 5, 6)
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize(
    ("x", "w", "stride", "pad", "told"),
    [
        (
            IMAGES[0],
            FILTERS,
            1,
            0,
            "x is 3-dimensional and w 4-dimensional, expected x (N, C, H, W) and w (F, C, kh, kw)",
        ),
        (
            IMAGES,
            FILTERS[0, 0],
            1,
            0,
            "x is 4-dimensional and w 2-dimensional, expected x (N, C, H, W) and w (F, C, kh, kw)",
        ),
        (
            None,
            FILTERS,
            1,
            0,
            "x is 0-dimensional and w 4-dimensional, expected x (N, C, H, W) and w (F, C, kh, kw)",
        ),
        (
            [],
            FILTERS,
            1,
            0,
            "x is 1-dimensional and w 4-dimensional, expected x (N, C, H, W) and w (F, C, kh, kw)",
        ),
        (
            IMAGES[:, :2],
            FILTERS,
            1,
            0,
            "x has 2 channels and the filters of w have 3: expected the same number",
        ),
        (
            IMAGES,
            FILTERS[:, :0],
            1,
            0,
            "x has 3 channels and the filters of w have 0: expected the same number",
        ),
        (
            IMAGES,
            np.zeros((4, 3, 6, 3)),
            1,
            0,
            "a 6 x 3 filter does not fit into a 5 x 6 image padded by 0: 5 x 6",
        ),
        (
            IMAGES,
            np.zeros((4, 3, 2, 9)),
            2,
            1,
            "a 2 x 9 filter does not fit into a 5 x 6 image padded by 1: 7 x 8",
        ),
        (
            IMAGES,
            np.zeros((4, 3, 0, 3)),
            1,
            0,
            "a 0 x 3 filter does not fit into a 5 x 6 image padded by 0: 5 x 6",
        ),
        (
            IMAGES,
            np.zeros((4, 3, 2, 0)),
            1,
            2,
            "a 2 x 0 filter does not fit into a 5 x 6 image padded by 2: 9 x 10",
        ),
        (
            IMAGES[:, :, :0],
            FILTERS,
            1,
            0,
            "a 2 x 3 filter does not fit into a 0 x 6 image padded by 0: 0 x 6",
        ),
        (IMAGES, FILTERS, 0, 0, "stride is 0, expected an int of at least 1"),
        (IMAGES, FILTERS, -2, 0, "stride is -2, expected an int of at least 1"),
        (IMAGES, FILTERS, 1.5, 0, "stride is 1.5, expected an int of at least 1"),
        (IMAGES, FILTERS, 2.0, 0, "stride is 2.0, expected an int of at least 1"),
        (IMAGES, FILTERS, float("nan"), 0, "stride is nan, expected an int of at least 1"),
        (IMAGES, FILTERS, float("inf"), 0, "stride is inf, expected an int of at least 1"),
        (IMAGES, FILTERS, "2", 0, "stride is '2', expected an int of at least 1"),
        (IMAGES, FILTERS, None, 0, "stride is None, expected an int of at least 1"),
        (IMAGES, FILTERS, (1, 2), 0, "stride is (1, 2), expected an int of at least 1"),
        (IMAGES, FILTERS, False, 0, "stride is False, expected an int of at least 1"),
        (IMAGES, FILTERS, 1, -1, "pad is -1, expected an int of at least 0"),
        (IMAGES, FILTERS, 1, 0.5, "pad is 0.5, expected an int of at least 0"),
        (IMAGES, FILTERS, 1, 1.0, "pad is 1.0, expected an int of at least 0"),
        (IMAGES, FILTERS, 1, "same", "pad is 'same', expected an int of at least 0"),
        (IMAGES, FILTERS, 1, None, "pad is None, expected an int of at least 0"),
        (IMAGES, FILTERS, 1, [1, 1], "pad is [1, 1], expected an int of at least 0"),
    ],
)
def test_fits_says_which_sizes_do_not_fit(x, w, stride, pad, told):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
        convolution.fits(x, w, stride, pad)
    assert str(raised.value) == told


@pytest.mark.parametrize(("name", "module"), [("fits", convolution), ("pool_fits", max_pool)])
def test_students_get_the_helpers_of_the_references(name, module):
    def body(function):
        (definition,) = ast.parse(inspect.getsource(function)).body
        return [ast.unparse(statement) for statement in definition.body]

    assert body(getattr(grader, name)) == body(getattr(module, name))


def test_the_layer_says_which_sizes_do_not_fit():
    large = np.zeros((4, 3, 6, 3))
    told = "a 6 x 3 filter does not fit into a 5 x 6 image padded by 0: 5 x 6"
    with pytest.raises(ValueError, match=told):
        convolution.conv_forward(IMAGES, large, np.zeros(4), 0)
    with pytest.raises(ValueError, match=told):
        convolution.conv_backward(np.zeros((2, 4, 1, 4)), IMAGES, large, 0)
