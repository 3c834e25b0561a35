"""The five convolutions of 7-fast: the same numbers as the readable ones, in the dtype of x."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions import make_it_fast, strided

WAYS = (
    make_it_fast.conv_loops,
    make_it_fast.conv_im2col,
    make_it_fast.conv_taps,
    make_it_fast.conv_offsets,
)
SIZES = st.tuples(*[st.integers(1, 3)] * 3, *[st.integers(1, 5)] * 2)


@pytest.mark.parametrize("way", WAYS)
@given(sizes=SIZES, more=st.tuples(st.integers(0, 5), st.integers(0, 5)), seed=st.integers(0, 99))
def test_all_ways_give_what_the_readable_one_gives(way, sizes, more, seed):
    N, C, F, kh, kw = sizes
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, C, kh + more[0], kw + more[1]))
    w, b = rng.normal(size=(F, C, kh, kw)), rng.normal(size=F)
    right = strided.strided_forward(x, w, b, 1, 0)
    np.testing.assert_allclose(way(x, w, b), right, rtol=1e-12, atol=1e-12)


@given(sizes=SIZES, more=st.integers(0, 7), stride=st.integers(1, 6))
def test_phases_give_what_a_stride_gives(sizes, more, stride):
    N, C, F, kh, kw = sizes
    rng = np.random.default_rng(more)
    x = rng.normal(size=(N, C, kh + more, kw + more // 2))
    w, b = rng.normal(size=(F, C, kh, kw)), rng.normal(size=F)
    right = strided.strided_forward(x, w, b, stride, 0)
    result = make_it_fast.conv_phases(x, w, b, stride)
    np.testing.assert_allclose(result, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("way", [*WAYS, make_it_fast.conv_phases])
def test_float32_stays_float32(way):
    x, w, b = (np.ones(shape, np.float32) for shape in ((2, 3, 6, 5), (4, 3, 2, 3), (4,)))
    more = (2,) if way is make_it_fast.conv_phases else ()
    y = way(x, w, b, *more)
    assert y.dtype == np.float32
    assert (y == 19).all()
