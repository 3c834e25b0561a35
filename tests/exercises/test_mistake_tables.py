"""A row of a table of mistakes becomes a wrong answer: the reference with one thing changed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from grader.instructor.author.mistakes import Catalogue, Reference
from solutions import affine

BACKWARD = Reference(affine.affine_backward, "dx dw db")
ROW = Reference(affine.affine_backward_row, "dx dw db")
ARGUMENTS = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0, 5.0]]), np.ones((3, 2))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


def doubled(dw, x):
    return 2 * dw + 0 * x.sum()


def test_a_lambda_replaces_the_one_result_among_the_parts(catalogue):
    catalogue.wrong(BACKWARD, "dw", dw_sign=(lambda dw: -dw, "has the wrong sign"))
    (mistake,) = catalogue
    assert (mistake.name, mistake.exercise, mistake.parts, mistake.hint) == (
        "dw_sign",
        "affine_backward",
        ("dw",),
        "has the wrong sign",
    )
    dx, dw, db = affine.affine_backward(*ARGUMENTS)
    for got, expected in zip(mistake.answer(*ARGUMENTS), (dx, -dw, db), strict=True):
        assert np.array_equal(got, expected)


def test_its_source_is_what_a_student_would_hand_in(catalogue):
    catalogue.wrong(
        BACKWARD, "dw", of_ones=(lambda x, dy: x.T @ np.ones(dy.shape), ""), twice=(doubled, "")
    )
    assert [inspect.getsource(mistake.answer).splitlines()[1:] for mistake in catalogue] == [
        [
            "    dx, dw, db = affine.affine_backward(dy, x, w)",
            "    return dx, x.T @ np.ones(dy.shape), db",
        ],
        ["    dx, dw, db = affine.affine_backward(dy, x, w)", "    return dx, doubled(dw, x), db"],
    ]


def test_with_several_parts_the_change_gives_the_whole_answer(catalogue):
    catalogue.wrong(BACKWARD, "dx dw db", sizes=(lambda dy, x, w: (dy @ w, x, w), ""))
    (mistake,) = catalogue
    assert inspect.getsource(mistake.answer) == "def sizes(dy, x, w):\n    return (dy @ w, x, w)\n"


def test_a_row_is_entered_for_every_reference(catalogue):
    catalogue.wrong((ROW, BACKWARD), "db", db_sign=(lambda db: -db, ""))
    assert [mistake.exercise for mistake in catalogue] == ["affine_backward_row", "affine_backward"]


def test_a_change_that_asks_for_an_unknown_name_is_an_error(catalogue):
    with pytest.raises(TypeError) as error:
        catalogue.wrong(BACKWARD, "dw", dw_sign=(lambda dw, rate: -rate * dw, ""))
    assert str(error.value) == (
        "dw_sign asks for rate. affine_backward has the results dx, dw, db and the arguments dy, "
        "x, w"
    )


def test_a_lambda_from_elsewhere_is_an_error(catalogue):
    change = lambda dw: -dw  # noqa: E731
    with pytest.raises(ValueError, match=r"^dw_sign: write its lambda in the row"):
        catalogue.wrong(BACKWARD, "dw", dw_sign=(change, ""))


def test_a_result_that_is_called_like_an_argument_is_an_error():
    with pytest.raises(ValueError, match=r"^affine_backward has an argument x"):
        Reference(affine.affine_backward, "x dw db")
