"""The references of section 1: by hand, by properties, by differences, and by PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support import need

from grader.exercises.cases.affine import BATCHES
from grader.numeric.differences import complex_step_gradient, numerical_gradient, numerical_jacobian
from solutions import affine

X = np.array([1.0, 2.0])
W = np.array([[3.0, 0.0, -1.0], [1.0, -2.0, 4.0]])
B = np.array([10.0, 20.0, 30.0])

sizes = st.tuples(*[st.integers(1, 5)] * 3)
numbers = st.integers(-9, 9).map(lambda n: n / 4)


def drawn(*shapes):
    """A strategy for arrays of multiples of 1/4; shapes name sizes by N, D, C."""

    def build(ndc):
        size = dict(zip("NDC", ndc, strict=True))
        return st.tuples(
            *[
                arrays(float, tuple(size[letter] for letter in shape), elements=numbers)
                for shape in shapes
            ]
        )

    return sizes.flatmap(build)


def test_forward_is_what_one_computes_by_hand():
    assert affine.affine_forward(X[None], W, B).tolist() == [[15.0, 16.0, 37.0]]


def test_jacobians_of_the_tiny_example_by_hand():
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(X, W)
    assert dy_dx.tolist() == [[3, 1], [0, -2], [-1, 4]]
    assert dy_dw.tolist() == [
        [[1, 0, 0], [2, 0, 0]],
        [[0, 1, 0], [0, 2, 0]],
        [[0, 0, 1], [0, 0, 2]],
    ]
    assert dy_db.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_backward_of_a_batch_by_hand():
    x = np.array([[1.0, 2.0], [0.0, -1.0]])
    dy = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 1.0]])
    dx, dw, db = affine.affine_backward(dy, x, W)
    assert dx.tolist() == [[4, -3], [5, 4]]
    assert dw.tolist() == [[1, 0, -1], [0, -1, -3]]
    assert db.tolist() == [3, 1, 0]


def test_softmax_of_logarithms_is_a_fraction():
    loss, dy = affine.softmax_loss(np.log([[1.0, 2.0, 5.0]]), np.array([2]))
    assert loss == pytest.approx(np.log(8 / 5))
    assert dy == pytest.approx(np.array([[1 / 8, 2 / 8, -3 / 8]]))


def test_hinge_by_hand_with_one_and_two_classes_too_close():
    loss, dy = affine.hinge_loss(np.array([[2.0, 1.5, -1.0], [0.0, 0.0, 0.5]]), np.array([0, 0]))
    assert loss == (0.5 + 1 + 1.5) / 2
    assert dy.tolist() == [[-0.5, 0.5, 0.0], [-1.0, 0.5, 0.5]]


def test_a_class_on_the_margin_adds_nothing():
    loss, dy = affine.hinge_loss(np.array([[1.0, 0.0]]), np.array([0]))
    assert loss == 0
    assert not dy.any()


@given(drawn("ND", "DC", "C", "NC"))
def test_backward_equals_the_numerical_gradient_exactly(drawn_arrays):
    x, w, b, dy = drawn_arrays
    dx, dw, db = affine.affine_backward(dy, x, w)
    assert np.array_equal(dx, numerical_gradient(lambda v: affine.affine_forward(v, w, b), x, dy))
    assert np.array_equal(dw, numerical_gradient(lambda v: affine.affine_forward(x, v, b), w, dy))
    assert np.array_equal(db, numerical_gradient(lambda v: affine.affine_forward(x, w, v), b, dy))


@given(drawn("D", "DC", "C"))
def test_jacobians_equal_the_numerical_ones(drawn_arrays):
    x, w, b = drawn_arrays
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    assert np.array_equal(dy_dx, numerical_jacobian(lambda v: v @ w + b, x))
    assert np.array_equal(dy_dw, numerical_jacobian(lambda v: x @ v + b, w))
    assert np.array_equal(dy_db, numerical_jacobian(lambda v: x @ w + v, b))
    assert dy_dw.shape == affine.shape_of_jacobian((w.shape[1],), w.shape)
    most, size = affine.nonzeros_of_dy_dw(w.shape[1], w.shape[0])
    assert np.count_nonzero(dy_dw) <= most
    assert dy_dw.size == size


@given(drawn("ND", "DC", "NC"))
def test_a_batch_is_the_sum_of_its_rows(drawn_arrays):
    x, w, dy = drawn_arrays
    rows = [affine.affine_backward_row(dy[n : n + 1], x[n : n + 1], w) for n in range(len(x))]
    dx, dw, db = affine.affine_backward(dy, x, w)
    assert np.array_equal(dx, np.vstack([row[0] for row in rows]))
    assert np.array_equal(dw, sum(row[1] for row in rows))
    assert np.array_equal(db, sum(row[2] for row in rows))


@pytest.mark.parametrize(("C", "D"), [(2, 3), (3, 2), (4, 4), (1, 1), (1, 5)])
def test_literal_product_is_what_numpy_does(C, D):
    try:
        seen = (np.ones((1, C)) @ np.ones((C, D, C))).shape
    except ValueError:
        seen = "raises"
    assert affine.literal_product(C, D) == seen


@given(drawn("NC"), st.data())
def test_softmax_gradient_equals_the_complex_step(drawn_arrays, data):
    (y,) = drawn_arrays
    labels = data.draw(arrays(int, len(y), elements=st.integers(0, y.shape[1] - 1)))
    _, dy = affine.softmax_loss(y, labels)
    assert np.allclose(
        dy,
        complex_step_gradient(lambda v: affine.softmax_loss(v, labels)[0], y),
        rtol=1e-12,
        atol=1e-14,
    )


def test_softmax_survives_scores_of_a_thousand():
    loss, dy = affine.softmax_loss(np.array([[1000.0, 1000.0, -1000.0]]), np.array([1]))
    assert loss == pytest.approx(np.log(2))
    assert dy.tolist() == [[0.5, -0.5, 0.0]]


@given(st.integers(0, 2**32 - 1))
def test_everything_equals_pytorch(seed):
    torch = need("torch")
    rng = np.random.default_rng(seed)
    N, D, C = rng.integers(1, 6, 3)
    x, w, b = rng.normal(size=(N, D)), rng.normal(size=(D, C)), rng.normal(size=C)
    labels = rng.integers(0, C, N)
    tx, tw, tb = (torch.tensor(a, requires_grad=True) for a in (x, w, b))
    ty = tx @ tw + tb
    ty.retain_grad()
    loss = torch.nn.functional.cross_entropy(ty, torch.tensor(labels))
    loss.backward()
    y = affine.affine_forward(x, w, b)
    ours, dy = affine.softmax_loss(y, labels)
    assert np.allclose(ours, loss.item(), rtol=1e-12)
    assert np.allclose(dy, ty.grad.numpy(), rtol=1e-10, atol=1e-14)
    for mine, theirs in zip(affine.affine_backward(dy, x, w), (tx, tw, tb), strict=True):
        assert np.allclose(mine, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_hinge_equals_pytorch():
    torch = need("torch")
    rng = np.random.default_rng(0)
    y, labels = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    ty = torch.tensor(y, requires_grad=True)
    loss = (
        torch.nn.functional.multi_margin_loss(ty, torch.tensor(labels)) * 4
    )  # PyTorch divides by C as well
    loss.backward()
    ours, dy = affine.hinge_loss(y, labels)
    assert np.allclose(ours, loss.item())
    assert np.allclose(dy, ty.grad.numpy())


def test_a_batch_by_hand():
    """Two images, (3, 4) and (-3, 1), with the prices (-1, 1, 3) and (-2, -3, 2)."""
    dy, x = np.array([[-1.0, 1, 3], [-2, -3, 2]]), np.array([[3.0, 4], [-3, 1]])
    assert (dy.tolist(), x.tolist()) == BATCHES[0]
    dw, db = affine.batch_by_hand(dy, x)
    assert dw.tolist() == [
        [-3 + 6, 3 + 9, 9 - 6],
        [-4 - 2, 4 - 3, 12 + 2],
    ]
    assert db.tolist() == [-3, -2, 5]


@pytest.mark.parametrize(("dy", "x"), BATCHES)
def test_no_entry_of_a_batch_by_hand_is_0(dy, x):
    dw, db = affine.batch_by_hand(np.array(dy), np.array(x))
    assert 0 not in (*dw.ravel(), *db)
