"""The references on strides: by hand, by properties, by differences, and by PyTorch.

Drawn arrays hold multiples of 1/4: floating point multiplies and adds those exactly, in any order,
    so equal means equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import examples, need, quarters

from grader.numeric.differences import numerical_gradient
from solutions import convolution, strided

X = np.array([1.0, 2.0, 0.0, -1.0, 3.0, 5.0])
W = np.array([1.0, -2.0, 4.0])
DY = np.array([2.0, -1.0])
BACKWARD = [strided.strided_backward_spray, strided.strided_backward_rotated]

often, seldom = examples(200), settings(max_examples=40)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def layers(draw, most=3, longest=10):
    """Draw x, w, b, stride, pad and dy: remainders, strides beyond the filter, paddings up to its
    longer side.
    """
    N, C, F = (draw(st.integers(1, most)) for _ in "NCF")
    kh, kw, stride = (draw(st.integers(1, 4)) for _ in range(3))
    pad = draw(st.integers(0, max(kh, kw)))
    H, W = (
        draw(st.integers(max(1, kh - 2 * pad), longest)),
        draw(st.integers(max(1, kw - 2 * pad), longest)),
    )
    outputs = (N, F, (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1)
    x, w, b, dy = quarters(draw(seeds), (N, C, H, W), (F, C, kh, kw), F, outputs)
    return x, w, b, stride, pad, dy


@st.composite
def lines(draw):
    """Draw n, k, stride and pad in one dimension."""
    k, stride = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    pad = draw(st.integers(0, k + 1))
    return draw(st.integers(max(1, k - 2 * pad), 14)), k, stride, pad


def row(numbers):
    """Return numbers as one image of one channel and one row."""
    return np.array(numbers, float)[None, None, None]


# --- by hand ---


def test_the_forward_pass_is_what_one_computes_by_hand():
    assert strided.strided_forward(row(X), row(W), np.zeros(1), 2, 0).tolist() == [[[[-3, 14]]]]
    assert strided.strided_forward(row(X), row(W), np.array([10.0]), 2, 0).tolist() == [[[[7, 24]]]]
    assert strided.output_size(6, 3, 2, 0) == (2, 1)


@pytest.mark.parametrize("backward", BACKWARD)
def test_the_backward_pass_is_what_one_computes_by_hand(backward):
    dx, dw, db = backward(row(DY), row(X), row(W), 2, 0)
    assert dx.tolist() == [[[[2, -4, 7, 2, -4, 0]]]]
    assert dw.tolist() == [[[[2, 5, -3]]]]
    assert db.tolist() == [1]


def test_dx_of_a_row_is_what_one_works_out_on_paper():
    assert strided.strided_row_by_hand(DY, W).tolist() == [2, -4, 7, 2, -4, 0]


def test_the_trick_by_hand():
    dilated = strided.dilate(row(DY), 2)
    assert dilated.tolist() == [[[[2, 0, -1]]]]
    around = np.array(
        [0.0, 0, 2, 0, -1, 0, 0, 0]
    )  # k - 1 zeros at each end, and one more for the remainder
    assert convolution.correlate_1d(around, W[::-1], 0).tolist() == [2, -4, 7, 2, -4, 0]
    assert convolution.correlate_1d(around[:-1], W[::-1], 0).tolist() == [
        2,
        -4,
        7,
        2,
        -4,
    ]  # without it: one short


@often
@given(seeds)
def test_a_row_by_hand_is_an_image_of_one_row(seed):
    w, dy = quarters(seed, 3, 2)
    dx, _, _ = strided.strided_backward_spray(row(dy), row(X), row(w), 2, 0)
    assert np.array_equal(strided.strided_row_by_hand(dy, w), dx[0, 0, 0])


def test_dw_by_hand_keeps_the_first_k_of_a_correlation_with_the_dilated_dy():
    assert convolution.correlate_1d(X, np.array([2.0, 0, -1]), 0).tolist() == [2, 5, -3, -7]


def test_dilate_by_hand_in_rows_and_columns():
    dy = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert strided.dilate(dy, 2).tolist() == [[[[1, 0, 2], [0, 0, 0], [3, 0, 4]]]]
    assert strided.dilate(dy[:, :, :1], 3).tolist() == [[[[1, 0, 0, 2]]]]
    assert strided.dilate(dy, 1).tolist() == dy.tolist()


def test_pixels_without_gradient_by_hand():
    assert strided.pixels_without_gradient(6, 3, 2, 0) == 1  # the remainder
    assert (
        strided.pixels_without_gradient(5, 2, 3, 0) == 1
    )  # the hole between the windows 0-1 and 3-4
    assert strided.pixels_without_gradient(10, 2, 4, 0) == 4  # windows 0-1, 4-5 and 8-9
    assert strided.pixels_without_gradient(5, 3, 1, 1) == 0
    assert strided.pixels_without_gradient(1, 1, 3, 2) == 1  # windows at 0 and 3 see padding alone


# --- sizes ---


@often
@given(lines())
def test_output_size_is_what_counting_gives(line):
    n, k, stride, pad = line
    starts = range(0, n + 2 * pad - k + 1, stride)
    reached = starts[-1] + k
    assert strided.output_size(*line) == (len(starts), n + 2 * pad - reached)


@often
@given(lines())
def test_output_size_is_the_size_of_the_forward_pass(line):
    n, k, stride, pad = line
    x, w = np.zeros((1, 1, n, n)), np.zeros((1, 1, k, k))
    outputs, _ = strided.output_size(*line)
    assert strided.strided_forward(x, w, np.zeros(1), stride, pad).shape == (1, 1, outputs, outputs)


@often
@given(lines())
def test_pixels_without_gradient_are_those_whose_numerical_gradient_is_zero(line):
    n, k, stride, pad = line
    w, dy = np.ones(k), np.ones(strided.output_size(*line)[0])

    def forward(x):
        return convolution.correlate_1d(x, w, pad)[::stride]

    dx = numerical_gradient(forward, np.zeros(n), dy)
    assert strided.pixels_without_gradient(*line) == np.count_nonzero(dx == 0)


@often
@given(lines())
def test_pixels_without_gradient_are_the_rows_of_zeros_in_dx(line):
    n, k, stride, pad = line
    outputs, _ = strided.output_size(*line)
    x, w, dy = np.zeros((1, 1, n, n)), np.ones((1, 1, k, k)), np.ones((1, 1, outputs, outputs))
    for backward in BACKWARD:
        dx, _, _ = backward(dy, x, w, stride, pad)
        assert strided.pixels_without_gradient(*line) == np.count_nonzero(~dx[0, 0].any(axis=1))


# --- the layer, by properties ---


@often
@given(layers())
def test_the_output_is_that_of_stride_1_picked(layer):
    x, w, b, stride, pad, dy = layer
    y = strided.strided_forward(x, w, b, stride, pad)
    assert y.shape == dy.shape
    assert np.array_equal(y, convolution.conv_forward(x, w, b, pad)[:, :, ::stride, ::stride])


@often
@given(layers())
def test_every_output_is_the_dot_product_with_its_window(layer):
    x, w, b, stride, pad, _ = layer
    y = strided.strided_forward(x, w, b, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for n, f, i, j in np.ndindex(*y.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + w.shape[2], left : left + w.shape[3]]
        assert y[n, f, i, j] == np.sum(window * w[f]) + b[f]


@examples(400)
@given(layers())
def test_spray_and_rotated_filter_agree(layer):
    x, w, _, stride, pad, dy = layer
    sprayed = strided.strided_backward_spray(dy, x, w, stride, pad)
    rotated = strided.strided_backward_rotated(dy, x, w, stride, pad)
    for one, other, like in zip(sprayed, rotated, (x, w, w[:, 0, 0, 0]), strict=True):
        assert one.shape == other.shape == like.shape
        assert np.array_equal(one, other)


@often
@given(layers())
def test_the_backward_pass_is_that_of_stride_1_with_a_dilated_dy_and_the_remainders_zeros_at_the_end(
    layer,
):
    x, w, _, stride, pad, dy = layer
    rest = [strided.output_size(x.shape[k], w.shape[k], stride, pad)[1] for k in (2, 3)]
    dilated = np.pad(strided.dilate(dy, stride), ((0, 0), (0, 0), (0, rest[0]), (0, rest[1])))
    expected = convolution.conv_backward(dilated, x, w, pad)
    for backward in BACKWARD:
        for one, other in zip(backward(dy, x, w, stride, pad), expected, strict=True):
            assert np.array_equal(one, other)


@often
@given(layers())
def test_dw_is_the_start_of_a_correlation_with_the_dilated_dy(layer):
    x, w, _, stride, pad, dy = layer
    filters = strided.dilate(dy, stride).swapaxes(0, 1)
    whole = convolution.conv_forward(x.swapaxes(0, 1), filters, np.zeros(len(w)), pad).swapaxes(
        0, 1
    )
    _, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    assert np.array_equal(dw, whole[:, :, : w.shape[2], : w.shape[3]])


@often
@given(layers(), st.integers(1, 5))
def test_dilate_puts_zeros_between_and_nowhere_else(layer, stride):
    *_, dy = layer
    dilated = strided.dilate(dy, stride)
    assert dilated.shape == (
        *dy.shape[:2],
        (dy.shape[2] - 1) * stride + 1,
        (dy.shape[3] - 1) * stride + 1,
    )
    assert np.array_equal(dilated[:, :, ::stride, ::stride], dy)
    assert np.count_nonzero(dilated) == np.count_nonzero(dy)


@often
@given(layers())
def test_with_stride_1_it_is_the_layer_of_section_2(layer):
    x, w, b, _, pad, _ = layer
    y = strided.strided_forward(x, w, b, 1, pad)
    assert np.array_equal(y, convolution.conv_forward(x, w, b, pad))
    for backward in BACKWARD:
        for one, other in zip(
            backward(y, x, w, 1, pad), convolution.conv_backward(y, x, w, pad), strict=True
        ):
            assert np.array_equal(one, other)


@often
@given(layers())
def test_the_layer_is_adjoint_to_its_backward_pass_and_linear_in_the_bias(layer):
    x, w, b, stride, pad, dy = layer
    linear = strided.strided_forward(x, w, 0 * b, stride, pad)
    for backward in BACKWARD:
        dx, dw, db = backward(dy, x, w, stride, pad)
        assert np.sum(dy * linear) == np.sum(dx * x) == np.sum(dw * w)
        assert np.sum(dy * strided.strided_forward(x, w, b, stride, pad)) == np.sum(dx * x) + db @ b


@seldom
@given(layers(most=2, longest=6))
def test_the_backward_pass_equals_the_numerical_gradient_exactly(layer):
    x, w, b, stride, pad, dy = layer
    dx = numerical_gradient(lambda v: strided.strided_forward(v, w, b, stride, pad), x, dy)
    dw = numerical_gradient(lambda v: strided.strided_forward(x, v, b, stride, pad), w, dy)
    db = numerical_gradient(lambda v: strided.strided_forward(x, w, v, stride, pad), b, dy)
    for backward in BACKWARD:
        for one, other in zip(backward(dy, x, w, stride, pad), (dx, dw, db), strict=True):
            assert np.array_equal(one, other)


# --- PyTorch ---


def close(ours, theirs):
    """Compare to 1e-12 of the largest entry."""
    theirs = theirs.detach().numpy()
    return (
        ours.shape == theirs.shape and np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()
    )


@examples(500)
@given(layers())
def test_the_layer_equals_pytorch(layer):
    torch = need("torch")
    x, w, b, stride, pad, dy = layer
    tx, tw, tb = (torch.tensor(a, requires_grad=True) for a in (x, w, b))
    ty = torch.nn.functional.conv2d(tx, tw, tb, stride=stride, padding=pad)
    ty.backward(torch.tensor(dy))
    assert close(strided.strided_forward(x, w, b, stride, pad), ty)
    for backward in BACKWARD:
        for ours, theirs in zip(backward(dy, x, w, stride, pad), (tx, tw, tb), strict=True):
            assert close(ours, theirs.grad)


@often
@given(layers())
def test_dx_is_the_transposed_convolution_of_pytorch(layer):
    torch = need("torch")
    x, w, _, stride, pad, dy = layer
    rest = tuple(strided.output_size(x.shape[k], w.shape[k], stride, pad)[1] for k in (2, 3))
    theirs = torch.nn.functional.conv_transpose2d(
        torch.tensor(dy), torch.tensor(w), stride=stride, padding=pad, output_padding=rest
    )
    assert close(strided.strided_backward_rotated(dy, x, w, stride, pad)[0], theirs)


# --- bad input ---

IMAGES, FILTERS, BIAS = np.zeros((2, 3, 5, 6)), np.zeros((4, 3, 2, 3)), np.zeros(4)


@pytest.mark.parametrize(
    ("w", "stride", "pad", "told"),
    [
        (
            np.zeros((4, 3, 8, 3)),
            2,
            1,
            "a 8 x 3 filter does not fit into a 5 x 6 image padded by 1: 7 x 8",
        ),
        (
            FILTERS[:, :1],
            2,
            1,
            "x has 3 channels and the filters of w have 1: expected the same number",
        ),
        (FILTERS, 0, 1, "stride is 0, expected an int of at least 1"),
        (FILTERS, 2.0, 1, "stride is 2.0, expected an int of at least 1"),
        (FILTERS, 2, -1, "pad is -1, expected an int of at least 0"),
    ],
)
def test_forward_and_backward_say_which_sizes_do_not_fit(w, stride, pad, told):
    dy = np.zeros((2, 4, 3, 3))
    calls = [
        lambda: strided.strided_forward(IMAGES, w, BIAS, stride, pad),
        lambda: strided.strided_backward_spray(dy, IMAGES, w, stride, pad),
        lambda: strided.strided_backward_rotated(dy, IMAGES, w, stride, pad),
    ]
    for call in calls:
        with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
            call()
        assert str(raised.value) == told


def test_numpy_integers_are_welcome():
    stride, pad = np.int64(2), np.int32(1)
    y = strided.strided_forward(IMAGES, FILTERS, BIAS, stride, pad)
    assert y.shape == (2, 4, 3, 3)
    for backward in BACKWARD:
        assert backward(y, IMAGES, FILTERS, stride, pad)[0].shape == IMAGES.shape
    assert strided.dilate(y, stride).shape == (2, 4, 5, 5)
