"""The fast layers need no more memory than their results and one block.

tracemalloc counts what numpy allocates. The peak includes the results.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from solutions.fast import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    strided_backward,
    strided_forward,
)


def peak(work):
    """Return the peak of the memory that a call allocates, in bytes, and the size of its results."""
    work()
    tracemalloc.start()
    try:
        results = work()
        found = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    arrays = results if isinstance(results, tuple) else (results,)
    return found, sum(a.nbytes for a in arrays)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_convolution_needs_a_fifth_more_than_its_results(dtype):
    x, w = np.ones((64, 64, 56, 56), dtype), np.ones((64, 64, 3, 3), dtype)
    for work in (
        lambda: conv_forward(x, w, np.zeros(64, dtype), 1),
        lambda: conv_backward(x, x, w, 1),
    ):
        needed, results = peak(work)
        assert needed <= 1.2 * results


def test_a_strided_convolution_needs_a_fifth_more_than_its_results():
    x, w = np.ones((64, 32, 57, 57), np.float32), np.ones((64, 32, 3, 3), np.float32)
    dy = np.ones((64, 64, 28, 28), np.float32)
    needed, results = peak(lambda: strided_forward(x, w, np.zeros(64, np.float32), 2, 0))
    assert needed <= 1.2 * results
    needed, results = peak(lambda: strided_backward(dy, x, w, 2, 0))
    assert needed <= 1.2 * results


def test_one_large_image_needs_padded_images_and_a_block_but_not_a_matrix_of_windows():
    x, w = np.ones((1, 1, 512, 512)), np.ones((1, 1, 11, 11))
    dy = np.ones((1, 1, 502, 502))
    for work in (lambda: conv_forward(x, w, np.zeros(1), 0), lambda: conv_backward(dy, x, w, 0)):
        needed, results = peak(work)
        block = 16 * 2**20  # the matrix of all windows has 240 MB
        assert needed <= results + 2.2 * x.nbytes + block


def test_a_large_filter_needs_a_block_but_not_a_matrix_of_windows():
    x, w = np.ones((2, 32, 48, 48), np.float32), np.ones((32, 32, 21, 21), np.float32)
    needed, results = peak(lambda: conv_forward(x, w, np.zeros(32, np.float32), 10))
    assert needed <= results + w.nbytes + 24 * 2**20  # the matrix of all windows has 260 MB


def test_pooling_and_relu_need_no_more_than_a_few_outputs():
    x = np.random.default_rng(0).standard_normal((16, 32, 64, 64)).astype(np.float32)
    dy = np.ones((16, 32, 32, 32), np.float32)
    assert peak(lambda: max_pool_forward(x, (2, 2), 2))[0] <= 1.3 * dy.nbytes
    assert peak(lambda: max_pool_backward(dy, x, (2, 2), 2))[0] <= 1.3 * x.nbytes
    assert peak(lambda: relu_backward(x, x))[0] <= 1.3 * x.nbytes
