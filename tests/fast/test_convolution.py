"""The fast convolution equals the readable one over drawn shapes, strides, dilations and groups.

The references know neither dilation nor groups. For them the same layer is written with one
larger filter: zeros stand between the taps, and in the channels of the other groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import examples, need

from solutions import capstone, convolution, strided
from solutions.fast import (
    conv_backward,
    conv_forward,
    lowering,
    strided_backward,
    strided_forward,
)

EPS = {np.float32: np.finfo(np.float32).eps, np.float64: np.finfo(np.float64).eps}
seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Layer:
    """The arrays of a layer, and how its filter moves."""

    x: Any
    w: Any
    b: Any
    dy: Any
    stride: int
    pad: int
    dilation: int
    groups: int

    @property
    def further(self):
        return {"dilation": self.dilation, "groups": self.groups}

    def forward(self):
        return strided_forward(self.x, self.w, self.b, self.stride, self.pad, **self.further)

    def backward(self):
        return strided_backward(self.dy, self.x, self.w, self.stride, self.pad, **self.further)


def made_of(seed, shapes, dtype):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def layer(seed, sizes, filters, stride=1, pad=0, dilation=1, groups=1, dtype=np.float64):
    """Return a layer of random numbers. sizes: (N, C, H, W);  filters: (F, kh, kw)"""
    (N, C, H, W), (F, kh, kw) = sizes, filters
    P, Q = ((n + 2 * pad - dilation * (k - 1) - 1) // stride + 1 for n, k in ((H, kh), (W, kw)))
    arrays = made_of(seed, (sizes, (F, C // groups, kh, kw), F, (N, F, P, Q)), dtype)
    return Layer(*arrays, stride, pad, dilation, groups)


@st.composite
def layers(draw, dtype=np.float64):
    """Draw layers with wide padding, long strides, filters up to the size of the padded image."""
    groups, stride = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    dilation = draw(st.integers(1, 3))
    N, C, F = draw(st.integers(0, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kh, kw, pad = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(0, 6))
    H, W = (
        draw(st.integers(lowest, lowest + 9))
        for lowest in (max(1, dilation * (k - 1) + 1 - 2 * pad) for k in (kh, kw))
    )
    sizes, filters = (N, C * groups, H, W), (F * groups, kh, kw)
    return layer(draw(seeds), sizes, filters, stride, pad, dilation, groups, dtype)


def one_filter(w, dilation, groups):
    """Return w as a filter without dilation and groups, and where its numbers stand in it."""
    F, depth, kh, kw = w.shape
    full = np.zeros((F, depth * groups, dilation * (kh - 1) + 1, dilation * (kw - 1) + 1))
    places = []
    for f in range(F):
        first = f // (F // groups) * depth
        place = full[f, first : first + depth, ::dilation, ::dilation]
        place[:] = w[f]
        places.append((f, slice(first, first + depth), slice(None, None, dilation)))
    return full, places


def expected(given_layer, absolute=False):
    """Return y, dx, dw, db of the references, in float64.

    absolute: of the arrays' absolute values, which sums the sizes of all terms
    """
    arrays = [
        np.asarray(a, np.float64)
        for a in (given_layer.x, given_layer.w, given_layer.b, given_layer.dy)
    ]
    x, w, b, dy = map(np.abs, arrays) if absolute else arrays
    full, places = one_filter(w, given_layer.dilation, given_layer.groups)
    y = strided.strided_forward(x, full, b, given_layer.stride, given_layer.pad)
    dx, dfull, db = strided.strided_backward_spray(dy, x, full, given_layer.stride, given_layer.pad)
    dw = np.array([dfull[f, channels, step, step] for f, channels, step in places])
    return y, dx, dw.reshape(w.shape), db


def terms(given_layer):
    """Return how many terms at most are added up for a number of y, dx, dw and db."""
    taps = given_layer.w[0].size + 1  # and the bias
    sprayed = given_layer.w.size // given_layer.w.shape[1] // given_layer.groups
    outputs = given_layer.dy[:, 0].size
    return taps, sprayed, outputs, outputs


def check(given_layer, share):
    """Assert that all four results differ from the references by `share(n)` of the terms at most.

    share: takes the number of terms and returns a part of the sum of their sizes
    """
    dtype = given_layer.x.dtype
    results = (given_layer.forward(), *given_layer.backward())
    exact, sizes = expected(given_layer), expected(given_layer, absolute=True)
    for ours, right, size, count in zip(results, exact, sizes, terms(given_layer), strict=True):
        assert (ours.shape, ours.dtype, ours.flags.c_contiguous) == (right.shape, dtype, True)
        assert np.all(np.abs(ours - right) <= share(count) * size)


# --- by hand ---


def test_a_layer_with_two_channels_two_filters_and_a_bias_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0]], [[0.0, 1.0, 0.0]]]])
    w = np.array([[[[1.0, 1.0]], [[2.0, -1.0]]], [[[0.0, 1.0]], [[1.0, 0.0]]]])
    assert conv_forward(x, w, np.array([10.0, 20.0]), 0).tolist() == [[[[12, 17]], [[22, 24]]]]
    dx, dw, db = conv_backward(np.array([[[[1.0, 2.0]], [[3.0, -1.0]]]]), x, w, 0)
    assert dx.tolist() == [[[[1, 6, 1]], [[5, 2, -2]]]]
    assert dw.tolist() == [[[[5, 8]], [[2, 1]]], [[[1, 3]], [[-1, 3]]]]
    assert db.tolist() == [3, 2]


def test_stride_dilation_and_groups_by_hand():
    x = np.array([[[[1.0, 2, 3, 4, 5]], [[1, 0, 2, 0, 3]]]])
    w = np.array([[[[1.0, -1.0]]], [[[2.0, 1.0]]]])  # one filter for each channel
    b = np.array([0.0, 100.0])
    y = strided_forward(x, w, b, 2, 0, dilation=2, groups=2)
    assert y.tolist() == [[[[-2, -2]], [[104, 107]]]]
    dy = np.array([[[[1.0, 10.0]], [[1.0, 1.0]]]])
    dx, dw, db = strided_backward(dy, x, w, 2, 0, dilation=2, groups=2)
    assert dx.tolist() == [[[[1, 0, 9, 0, -10]], [[2, 0, 3, 0, 1]]]]
    assert dw.tolist() == [[[[31, 53]]], [[[3, 5]]]]
    assert db.tolist() == [11, 2]


# --- over drawn shapes ---


@examples(400)
@given(layers())
def test_float64_equals_the_references(drawn):
    check(drawn, lambda count: 1e-12)


@examples(200)
@given(layers(dtype=np.float32))
def test_float32_stays_within_the_bound_of_a_sum(drawn):
    """In any order, a sum of n products is off by n eps times the terms' sizes at most.

    (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1: with u = eps / 2 the
    factor is n u / (1 - n u), which is below n eps.)
    """
    check(drawn, lambda count: count * EPS[np.float32])


@examples(200)
@given(layers(), st.integers(100, 4000))
def test_any_size_of_the_blocks_gives_the_same(drawn, cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lowering, "CACHE", cache)
        patch.setattr(lowering, "LIMIT", 2 * cache)
        patch.setattr(lowering, "COLUMNS", 1 + cache % 50)
        lowering._plan.cache_clear()
        check(drawn, lambda count: 1e-12)
    lowering._plan.cache_clear()


LARGER = {
    "many blocks of images": ((37, 4, 9, 11), (5, 3, 3), 1, 1, 1, 1),
    "many blocks of rows": ((1, 3, 150, 90), (4, 3, 5), 1, 1, 1, 1),
    "rows in blocks with a stride": ((2, 2, 161, 83), (3, 4, 3), 3, 2, 1, 1),
    "rows in blocks with stride and dilation": ((1, 4, 140, 99), (6, 3, 3), 2, 1, 3, 2),
    "many channels": ((3, 70, 12, 12), (80, 3, 3), 1, 1, 1, 1),
    "depthwise": ((4, 24, 20, 20), (24, 3, 3), 1, 1, 1, 24),
    "a filter as large as the image": ((3, 5, 17, 13), (7, 17, 13), 1, 0, 1, 1),
    "one pixel": ((5, 33, 20, 20), (40, 1, 1), 1, 0, 1, 1),
    "one pixel, with a stride": ((5, 33, 20, 20), (40, 1, 1), 2, 0, 1, 1),
    "one channel, a wide filter": ((1, 1, 130, 130), (1, 11, 11), 1, 5, 1, 1),
}


@pytest.mark.parametrize("name", LARGER)
def test_layers_that_are_worked_off_in_blocks_equal_the_references(name):
    sizes, filters, *moves = LARGER[name]
    check(layer(1, sizes, filters, *moves), lambda count: 1e-12)
    check(
        layer(2, sizes, filters, *moves, dtype=np.float32),
        lambda count: count * EPS[np.float32],
    )


# --- how arrays lie in memory ---


def laid_out_differently(a):
    """Return copies of an array that are Fortran-ordered, sliced, reversed and read-only."""
    sliced = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)[..., ::2]
    sliced[:] = a
    reversed_rows = np.ascontiguousarray(a[::-1])[::-1]
    locked = a.copy()
    locked.flags.writeable = False
    return np.asfortranarray(a), sliced, reversed_rows, locked


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("stride", [1, 2])
def test_every_layout_in_memory_gives_the_same_and_inputs_stay_as_they_are(way, stride):
    usual = layer(3, (3, 4, 9, 8), (6, 3, 2), stride, 1, 1, 2)
    arrays = [laid_out_differently(a)[way] for a in (usual.x, usual.w, usual.b, usual.dy)]
    other = Layer(*arrays, stride, 1, 1, 2)
    check(other, lambda count: 1e-12)
    for changed, kept in zip(arrays, (usual.x, usual.w, usual.b, usual.dy), strict=True):
        assert np.array_equal(changed, kept)


def test_results_share_no_memory_with_arguments_nor_with_the_next_results():
    case = layer(4, (2, 3, 6, 6), (3, 1, 1))
    first, second = (case.forward(), *case.backward()), (case.forward(), *case.backward())
    arrays = (case.x, case.w, case.b, case.dy, *second)
    assert not any(np.shares_memory(ours, other) for ours in first for other in arrays)


# --- in the place of the references ---


@pytest.mark.parametrize("name", ["small", "strided"])
def test_a_network_of_fast_layers_learns_what_the_readable_one_does(name, monkeypatch):
    rng = np.random.default_rng(5)
    images, labels = rng.standard_normal((6, 1, 8, 8)), rng.integers(10, size=6)
    shapes = {
        "small": ((4, 1, 3, 3), (4,), (64, 10), (10,)),
        "strided": ((4, 1, 3, 3), (4,), (6, 4, 3, 3), (6,), (24, 10), (10,)),
    }[name]
    keys = ("w1", "b1", "w2", "b2", "w3", "b3")
    params = {key: rng.standard_normal(s) for key, s in zip(keys, shapes, strict=False)}
    loss, gradients = capstone.loss_and_gradients(params, images, labels)
    fast = {
        "conv_forward": conv_forward,
        "conv_backward": conv_backward,
        "strided_forward": strided_forward,
        "strided_backward_spray": strided_backward,
    }
    for reference, function in fast.items():
        monkeypatch.setattr(capstone, reference, function)
    fast_loss, fast_gradients = capstone.loss_and_gradients(params, images, labels)
    assert fast_loss == pytest.approx(loss, rel=1e-12)
    for key, gradient in gradients.items():
        assert np.allclose(fast_gradients[key], gradient, rtol=1e-11, atol=1e-11)


def test_the_stride_1_functions_are_those_of_the_references():
    case = layer(6, (2, 3, 7, 8), (4, 3, 2), pad=2)
    y = conv_forward(case.x, case.w, case.b, 2)
    assert np.allclose(y, convolution.conv_forward(case.x, case.w, case.b, 2), rtol=1e-12)
    results = conv_backward(case.dy, case.x, case.w, 2)
    right = convolution.conv_backward(case.dy, case.x, case.w, 2)
    assert all(np.allclose(a, b, rtol=1e-11, atol=1e-12) for a, b in zip(results, right))


# --- beside PyTorch ---


@examples(200)
@given(layers())
def test_the_layer_equals_pytorch(drawn):
    torch = need("torch")
    if not len(drawn.x):
        return  # PyTorch refuses some empty batches
    tensors = [torch.tensor(a, requires_grad=True) for a in (drawn.x, drawn.w, drawn.b)]
    theirs = torch.nn.functional.conv2d(*tensors, drawn.stride, drawn.pad, *drawn.further.values())
    theirs.backward(torch.tensor(drawn.dy))
    pairs = zip((drawn.forward(), *drawn.backward()), (theirs, *(t.grad for t in tensors)))
    for ours, right in pairs:
        assert np.allclose(ours, right.detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["medium", "large"])
def test_float32_errors_are_no_worse_than_pytorchs(name):
    torch = need("torch")
    sizes, filters = {
        "medium": ((32, 16, 32, 32), (32, 3, 3)),
        "large": ((8, 64, 56, 56), (64, 3, 3)),
    }[name]
    case = layer(7, sizes, filters, pad=1, dtype=np.float32)
    exact = Layer(*(a.astype(np.float64) for a in (case.x, case.w, case.b, case.dy)), 1, 1, 1, 1)
    tensors = [torch.tensor(a, requires_grad=True) for a in (case.x, case.w, case.b)]
    y = torch.nn.functional.conv2d(*tensors, 1, 1)
    y.backward(torch.tensor(case.dy))
    theirs = [t.detach().numpy() for t in (y, *(t.grad for t in tensors))]
    ours, right = (case.forward(), *case.backward()), (exact.forward(), *exact.backward())
    for mine, other, value in zip(ours, theirs, right, strict=True):
        # Both round the same sums in orders of their own: over so many numbers the root mean
        # square tells more than the largest error, and a tenth more or less is chance.
        assert np.linalg.norm(mine - value) <= 1.1 * np.linalg.norm(other - value)


# --- bad input ---

X, W, B = np.zeros((2, 4, 5, 6)), np.zeros((4, 2, 2, 3)), np.zeros(4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": X[0]}, "x is 3-dimensional and w 4-dimensional, expected x (N, C, H, W) and w (F, C / groups, kh, kw)"),
        ({"groups": 1}, "x has 4 channels and the filters of w have 2, in groups: 1: expected 2 channels"),
        ({"groups": 4, "w": W[:, :1, :, :][:3]}, "w has 3 filters, expected a multiple of groups: 4"),
        ({"w": W[:0]}, "x has 4 channels and w 0 filters, expected one of each at least"),
        ({"x": X[:, :0], "w": W[:, :0]}, "x has 0 channels and w 4 filters, expected one of each at least"),
        ({"stride": 0}, "stride is 0, expected an int of at least 1"),
        ({"stride": True}, "stride is True, expected an int of at least 1"),
        ({"stride": (1, 2)}, "stride is (1, 2), expected an int of at least 1"),
        ({"pad": -1}, "pad is -1, expected an int of at least 0"),
        ({"pad": 1.0}, "pad is 1.0, expected an int of at least 0"),
        ({"pad": [1, 1]}, "pad is [1, 1], expected an int of at least 0"),
        ({"dilation": 0}, "dilation is 0, expected an int of at least 1"),
        ({"groups": "2"}, "groups is '2', expected an int of at least 1"),
        ({"dilation": 5}, "a 2 x 3 filter with dilation 5 does not fit into a 5 x 6 image padded by 0: 5 x 6"),
        ({"w": W[:, :, :0]}, "a 0 x 3 filter with dilation 1 does not fit into a 5 x 6 image padded by 0: 5 x 6"),
        ({"w": W.astype(np.float32)}, "w is float32, expected float64 as x is"),
        ({"x": X.astype(int)}, "x is int64, expected an array of float32 or float64"),
        ({"x": X.tolist()}, "x is list, expected an array of float32 or float64"),
        ({"w": W.tolist()}, "w is list, expected an array of float32 or float64"),
        ({"w": None}, "w is NoneType, expected an array of float32 or float64"),
    ],
)  # fmt: skip
def test_bad_input_is_named(changed, message):
    usual = {"x": X, "w": W, "stride": 1, "pad": 0, "dilation": 1, "groups": 2}
    arguments = usual | changed
    for run in (
        lambda: strided_forward(b=B, **arguments),
        lambda: strided_backward(dy=np.zeros((2, 4, 4, 4)), **arguments),
    ):
        with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text is compared
            run()
        assert str(raised.value) == message


def test_a_bias_or_a_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"b has shape \(3,\), expected \(4,\)"):
        conv_forward(X, W, B[:3], 0, groups=2)
    with pytest.raises(ValueError, match=r"dy has shape \(2, 4, 5, 6\), expected \(2, 4, 4, 4\)"):
        conv_backward(X, X, W, 0, groups=2)
    with pytest.raises(ValueError, match="b is float32, expected float64 as x is"):
        conv_forward(X, W, B.astype(np.float32), 0, groups=2)


def test_a_size_that_was_right_once_is_asked_again():
    conv_forward(X, W, B, 1, groups=2)
    with pytest.raises(ValueError, match=r"pad is 1.0, expected an int"):
        conv_forward(X, W, B, 1.0, groups=2)
    assert conv_forward(X, W, B, np.int64(1), groups=2).shape == (2, 4, 6, 6)


def test_a_first_layer_computes_no_dx():
    rng = np.random.default_rng(0)
    x, w, dy = (rng.normal(size=shape) for shape in ((2, 3, 6, 5), (4, 3, 3, 2), (2, 4, 3, 3)))
    dx, *right = strided_backward(dy, x, w, 2, 1)
    nothing, *others = strided_backward(dy, x, w, 2, 1, first=True)
    assert dx is not None
    assert nothing is None
    for ours, same in zip(others, right, strict=True):
        np.testing.assert_array_equal(ours, same)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint16, np.uint32, np.uint64])
def test_numpys_ints_do_not_overflow_and_leave_nothing_behind(kind):
    """What is kept from one call serves the next, so its ints come first."""
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=shape) for shape in ((2, 2, 300, 13), (3, 2, 3, 3), (3,)))
    for stride, pad in ((1, 1), (2, 2)):
        y = strided_forward(x, w, b, kind(stride), kind(pad), dilation=kind(2))
        same = strided_forward(x, w, b, stride, pad, dilation=2)
        np.testing.assert_array_equal(y, same)
        dilated = np.zeros((3, 2, 5, 5))
        dilated[:, :, ::2, ::2] = w
        right = strided.strided_forward(x, dilated, b, stride, pad)
        np.testing.assert_allclose(y, right, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("odd", [np.ma.masked_array, np.matrix])
def test_odd_kinds_of_arrays_are_named(odd):
    x, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    b = odd(np.ones((1, 1)))
    with pytest.raises(ValueError, match=f"b is a {type(b).__name__}, expected a plain array"):
        strided_forward(x, w, b, 1, 0)
