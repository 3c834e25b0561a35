"""The references of section 3: by hand, by properties, by differences, and by PyTorch.

Drawn arrays hold multiples of 1/4, so that floating point computes exactly and equal means equal.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from support import examples, need

from grader.exercises.cases.relu import CHAINS
from grader.numeric.differences import numerical_gradient, numerical_jacobian
from solutions import convolution, relu

X = np.array([[-2.0, 0.0, 3.0], [0.5, -0.0, -1.0]])
DY = np.array([[10.0, 20.0, -30.0], [-40.0, 50.0, 60.0]])

often = examples(200)
numbers = st.integers(-9, 9).map(lambda n: n / 4)
shapes = array_shapes(max_dims=4, max_side=4)


@st.composite
def pairs(draw, elements=numbers):
    """Draw x and a dy of its shape, both read-only."""
    shape = draw(shapes)
    x, dy = (
        draw(arrays(float, shape, elements=elements)),
        draw(arrays(float, shape, elements=numbers)),
    )
    for array in (x, dy):
        array.setflags(write=False)
    return x, dy


away_from_zero = numbers.filter(bool)


# --- by hand ---


def test_the_forward_pass_by_hand():
    assert relu.relu_forward(X).tolist() == [[0, 0, 3], [0.5, 0, 0]]


def test_the_backward_pass_by_hand_lets_nothing_pass_at_zero():
    assert relu.relu_backward(DY, X).tolist() == [[0, 0, -30], [-40, 0, 0]]


def test_a_negative_dy_passes_too():
    assert relu.relu_backward(np.array([-1.0]), np.array([2.0])).tolist() == [-1]


def test_the_chain_by_hand():
    """The scores are 7, 6 and -1, so the last of the three prices does not pass."""
    dy, x = np.array([[-3.0, 1, 3]]), np.array([[1.0, -1]])
    dx, dw = relu.chain_by_hand(dy, x, np.array([[4.0, 4, -2], [-3, -2, -1]]))
    assert dx.tolist() == [[-8, 7]]
    assert dw.tolist() == [[-3, 1, 0], [3, -1, 0]]


@pytest.mark.parametrize(("dy", "x", "w"), CHAINS)
def test_each_chain_has_a_negative_pixel_and_scores_of_both_signs(dy, x, w):
    scores = np.array(x) @ w
    assert sorted(np.sign(x)[0]) == [-1, 1]
    assert set(np.sign(scores)[0]) == {-1, 1}
    assert np.min(np.array(dy)[scores > 0]) < 0
    assert 0 not in (*np.ravel(dy), *np.ravel(w))


def test_slopes_at_zero_by_hand():
    assert relu.slopes_at_zero((-1, 0, 0.5, 1, 2)) == (0, 0.5, 1)
    assert relu.slopes_at_zero((1, 0.25, 1, -0.25, 0)) == (1, 0.25, 1, 0)
    assert relu.slopes_at_zero(()) == ()


def test_mask_is_enough_by_hand():
    assert relu.mask_is_enough(np.diag([1.0, 0.0, 1.0]))
    assert relu.mask_is_enough(np.diag([2.0, -3.0]))
    assert relu.mask_is_enough(np.zeros((3, 3)))
    assert not relu.mask_is_enough(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert not relu.mask_is_enough(np.array([[1.0, 0.0], [0.5, 1.0]]))


def test_in_one_version_of_eq_12_both_sides_are_the_same_thing():
    """The four versions of the notebook: (left side, right side), by numbers."""
    x, dy = np.array([2.0, -1.0, 3.0, -4.0]), np.array([10.0, 20.0, -30.0, -40.0])
    slopes = np.diag(numerical_jacobian(relu.relu_forward, x))
    gradient = numerical_gradient(relu.relu_forward, x, dy, step=0.25)
    versions = {
        "a": (slopes, (x > 0) * dy),
        "b": (gradient, (x > 0) * 1.0),
        "c": (gradient, (x > 0) * dy),
        "d": (gradient, (dy > 0) * dy),
    }
    assert [
        letter for letter, (left, right) in versions.items() if np.array_equal(left, right)
    ] == [relu.eq_12()]


# --- by properties ---


@often
@given(pairs())
def test_the_output_is_the_larger_of_x_and_zero_in_every_entry(pair):
    x, _ = pair
    y = relu.relu_forward(x)
    assert y.shape == x.shape
    assert y.ravel().tolist() == [max(entry, 0) for entry in x.ravel().tolist()]


@often
@given(pairs(away_from_zero))
def test_dx_equals_the_numerical_gradient_away_from_zero(pair):
    x, dy = pair
    dx = relu.relu_backward(dy, x)
    assert dx.shape == x.shape
    assert np.array_equal(dx, numerical_gradient(relu.relu_forward, x, dy, step=1 / 8))


@often
@given(pairs())
def test_dx_is_a_subgradient_and_its_slope_at_zero_is_zero(pair):
    """With dy >= 0 the loss is convex in x: it lies nowhere below its tangent."""
    x, dy = pair
    dx = relu.relu_backward(abs(dy), x)
    rng = np.random.default_rng(x.size)
    for _ in range(10):
        other = x + rng.integers(-9, 10, x.shape) / 4
        rise = np.sum(abs(dy) * (relu.relu_forward(other) - relu.relu_forward(x)))
        assert rise >= np.sum(dx * (other - x))
    assert not dx[x == 0].any()


@often
@given(pairs())
def test_a_mask_from_y_is_the_mask_from_x(pair):
    x, dy = pair
    assert np.array_equal(relu.relu_backward(dy, x), relu.relu_backward(dy, relu.relu_forward(x)))


@often
@given(pairs())
def test_relu_and_its_backward_pass_do_nothing_more_when_applied_twice(pair):
    x, dy = pair
    y, dx = relu.relu_forward(x), relu.relu_backward(dy, x)
    assert np.array_equal(relu.relu_forward(y), y)
    assert np.array_equal(relu.relu_backward(dx, x), dx)


@often
@given(st.lists(numbers, max_size=8).map(tuple))
def test_slopes_at_zero_are_those_whose_line_lies_nowhere_above(candidates):
    line = np.concatenate([np.linspace(-3, 3, 25), [-1e-300, 1e-300]])
    below = [slope for slope in candidates if np.all(slope * line <= np.maximum(line, 0))]
    assert relu.slopes_at_zero(candidates) == tuple(below)


@st.composite
def jacobians(draw):
    """Draw square matrices, about half of them diagonal, and most of the others nearly so."""
    n = draw(st.integers(1, 5))
    jacobian = np.diag(draw(arrays(float, n, elements=numbers)))
    if draw(st.booleans()):
        places = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
        for place in draw(st.lists(places, min_size=1, max_size=3)):
            jacobian[place] = draw(numbers)
    return jacobian


@often
@given(jacobians(), st.integers(0, 2**32 - 1))
def test_mask_is_enough_exactly_when_one_row_serves_every_dy(jacobian, seed):
    n = len(jacobian)
    row = np.ones(n) @ jacobian  # the only row that can serve a dy of ones
    drawn = np.random.default_rng(seed).integers(-9, 10, (20, n)) / 4
    serves = all(np.array_equal(dy @ jacobian, dy * row) for dy in [*np.eye(n), *drawn])
    assert relu.mask_is_enough(jacobian) == serves


@often
@given(arrays(float, st.integers(1, 5), elements=away_from_zero))
def test_for_relu_a_mask_is_enough(x):
    jacobian = numerical_jacobian(relu.relu_forward, x)
    assert relu.mask_is_enough(jacobian)
    assert np.array_equal(np.diag(jacobian), x > 0)


@often
@given(arrays(float, st.sampled_from((1, 3, 5)), elements=numbers), st.integers(2, 6))
def test_for_a_convolution_that_keeps_the_size_a_mask_is_not_enough(w, n):
    r = len(w) // 2
    assume(np.any(w[r + 1 : r + n]) or np.any(w[max(r - n + 1, 0) : r]) or r == 0)
    jacobian = convolution.toeplitz_1d(w, n, r)
    assert jacobian.shape == (n, n)
    assert relu.mask_is_enough(jacobian) == (r == 0)


# --- PyTorch ---


@examples(400)
@given(pairs())
def test_relu_equals_pytorch_also_at_zero(pair):
    torch = need("torch")
    x, dy = pair
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.relu(tx)
    ty.backward(torch.tensor(dy))
    for ours, theirs in (
        (relu.relu_forward(x), ty.detach().numpy()),
        (relu.relu_backward(dy, x), tx.grad.numpy()),
    ):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= 1e-12 * np.abs(theirs).max()


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_zero_is_a_zero_whatever_its_sign_here_and_in_pytorch(zero):
    torch = need("torch")
    x = torch.tensor([zero], dtype=torch.float64, requires_grad=True)
    torch.relu(x).backward(torch.tensor([5.0], dtype=torch.float64))
    assert x.grad.tolist() == relu.relu_backward(np.array([5.0]), np.array([zero])).tolist() == [0]
