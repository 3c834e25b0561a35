"""Detectors never accuse: what is a coincidence is not said, and what is true keeps its words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from our_course import EXERCISES
from support import examples, few_and_many

from grader.instructor.author.references import answers_of, reference
from grader.judge.case import Case
from grader.judge.detect import CLOSE, Pair, count_of_differences
from grader.judge.detect import detect as in_common

# These say what a result is, and blame nothing.
PLAIN = ("is not right", "is zero everywhere", CLOSE)
SHAPES = [(2,), (3,), (5,), (2, 2), (2, 3), (3, 3), (4, 5), (1, 4), (2, 1, 3, 3), (2, 2, 2, 2)]
SIZES = {"N": 2, "C": 3, "D": 4, "F": 2}


def pair(result, right, **sizes):
    return Pair(np.array(result, float), np.array(right, float), Case((), sizes))


def detect(pairs, fine=()):
    """Return what a verdict says where no stamps and no condition say more."""
    return in_common(pairs, fine) or count_of_differences(pairs[0])


def small_numbers(rng, shape):
    """Whole numbers or quarters, of which up to nine in ten are 0."""
    step = rng.choice([1.0, 0.25])
    numbers = step * rng.integers(-3, 4, shape)
    return numbers * (rng.random(shape) > rng.choice([0.0, 0.5, 0.9]))


def wrong_pairs(rng):
    """One to three cases, each with a right result and one that has nothing to do with it."""
    ndim = rng.integers(1, 5)
    shapes = [shape for shape in SHAPES if len(shape) == ndim] or [()]
    pairs = []
    for _ in range(rng.integers(1, 4)):
        shape = shapes[rng.integers(len(shapes))]
        right, result = small_numbers(rng, shape), small_numbers(rng, shape)
        if not np.array_equal(right, result):
            pairs.append(pair(result, right, **SIZES))
    return pairs


@few_and_many(4000, 50_000)
def test_a_random_answer_is_called_not_right_and_nothing_else(seeds):
    rng = np.random.default_rng(20)
    messages = [detect(pairs) for _ in range(seeds) if (pairs := wrong_pairs(rng))]
    assert len(messages) > seeds / 2
    assert [text for text in messages if not text.startswith(PLAIN)] == []


@few_and_many(2000, 50_000)
def test_an_answer_that_is_wrong_in_some_entries_is_blamed_for_nothing_else(seeds):
    """It may be said where it is wrong, which is true, and not that it is turned or scaled."""
    rng = np.random.default_rng(21)
    places = ("is right except in ", "is wrong only at the border")
    for _ in range(seeds):
        pairs = wrong_pairs(rng)
        spoiled = []
        for each in pairs:
            spots = rng.random(each.right.shape) < 0.3
            result = each.right + spots * rng.integers(1, 4, each.right.shape)
            if spots.any():
                spoiled.append(pair(result, each.right, **SIZES))
        if spoiled:
            assert detect(spoiled).startswith((*PLAIN, *places))


def different(array):
    return len(np.unique(array[array != 0]))


few_numbers = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.0, 0.0, 0.25, 1.0, 2.0, 3.0])


@given(
    array_shapes(max_dims=4, max_side=4).flatmap(
        lambda shape: st.lists(
            st.tuples(
                arrays(float, shape, elements=few_numbers),
                arrays(float, shape, elements=few_numbers),
            ).filter(lambda both: not np.array_equal(*both)),
            min_size=1,
            max_size=3,
        )
    )
)
@examples(2000)
def test_a_cause_is_named_only_where_four_different_entries_speak_for_it(both):
    pairs = [pair(result, right, **SIZES) for result, right in both]
    if not detect(pairs).startswith(PLAIN):
        rights = {each.right.tobytes(): each.right for each in pairs}
        assert sum(map(different, rights.values())) >= 4


def wrong_row(size, row):
    right = np.arange(1.0, 1 + 3 * size).reshape(size, 3)
    result = right.copy()
    result[row] = 0
    return pair(result, right)


def test_a_row_is_named_where_it_is_the_same_one_in_every_case():
    assert detect([wrong_row(5, 1)]) == "is right except in row 1 (counted from 0)"
    assert detect([wrong_row(5, 1), wrong_row(4, 1)]).startswith("is right except in row 1 ")
    assert detect([wrong_row(5, 1), wrong_row(4, 2)]) == "is not right: 3 of 15 numbers differ"
    assert detect([wrong_row(5, 4), wrong_row(4, 3)]) == "is right except in the last row"


def test_zero_everywhere_is_said_only_where_it_is_zero_everywhere():
    small = pair(np.zeros((2, 3)), np.full((2, 3), 2.0**-10))
    plain = pair(np.zeros((2, 3)), np.ones((2, 3)))
    fine = [pair(np.ones((2, 3)), np.ones((2, 3)))]
    assert detect([small]) == "is zero everywhere"
    assert detect([small], fine) == (
        "is zero where small numbers are right: are digits lost on the way?"
    )
    assert detect([plain], fine) == "is zero here, and right on other cases"


COINCIDENCES = {
    "one entry that has moved": ([0, 5, 0], [5, 0, 0]),
    "two equal entries that have moved": ([0, 5, 5], [5, 5, 0]),
    "all entries equal": ([2, 2, 2, 2], [1, 1, 1, 1]),
    "two entries exchanged in a symmetric matrix": (
        [[1, 2, 3], [2, 4, 9], [3, 5, 6]],
        [[1, 2, 3], [2, 4, 5], [3, 9, 6]],
    ),
    "a single number": (1.0, 2.0),
    "an empty inside": (
        [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 2, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    ),
    "an empty row": ([[0, 0], [1, 2]], [[0, 0], [3, 4]]),
    "numbers cut to 0 and 1": ([0, 0, 1, 1], [0.25, 0.25, 1, 1]),
}


@pytest.mark.parametrize("name", COINCIDENCES)
def test_a_coincidence_is_not_said(name):
    result, right = COINCIDENCES[name]
    assert detect([pair(result, right, N=2)]).startswith("is not right")
    # The same case once more is no second witness.
    assert detect([pair(result, right, N=2), pair(result, right, N=3)]).startswith("is not right")


def test_two_cases_that_agree_are_enough():
    first, second = pair([0, 5, 7], [5, 7, 0]), pair([0, 3, 2], [3, 2, 0])
    assert detect([first]) == "is not right: 3 of 3 numbers differ"
    assert detect([first, second]) == "is right but shifted by one along axis 0"
    other = pair([2, 3, 0], [3, 2, 0])
    assert detect([first, other]) == "is not right: 3 of 3 numbers differ"


RIGHT = np.array([[1.0, 2.0, 3.0], [5.0, 7.0, -9.0]])
OTHER = np.array([[4.0, -1.0, 8.0], [6.0, 2.5, 3.5]])


def halved(*sizes):
    rights = (RIGHT, OTHER, RIGHT + OTHER)
    return [pair(right / each["N"], right, **each) for right, each in zip(rights, sizes)]


def test_a_factor_has_the_name_of_a_size_where_it_follows_the_size():
    text = detect(halved({"N": 2, "C": 5}, {"N": 3, "C": 5}))
    assert text == "is the right answer divided by N = 2"
    fine = [pair(RIGHT, RIGHT, N=1, C=5)]
    assert detect(halved({"N": 2}), fine) == "is the right answer divided by N = 2"


def test_a_factor_has_no_name_where_it_may_be_another_number():
    assert detect(halved({"N": 2, "C": 2})) == "is the right answer times 0.5"
    assert detect(halved({"N": 2}, {"N": 2})) == "is the right answer times 0.5"
    both = halved({"N": 2, "C": 2}, {"N": 3, "C": 3})
    assert detect(both) == "is not right: 6 of 6 numbers differ"
    fine = [pair(RIGHT, RIGHT, N=3)]  # right where it should be a third
    assert detect(halved({"N": 2}, {"N": 4}), fine) == "is not right: 6 of 6 numbers differ"


# --- what is true keeps its words ---

FIXED = {
    "has the wrong sign everywhere": np.negative,
    "is the right answer times 1.5": lambda right: 1.5 * right,
    "is zero everywhere": np.zeros_like,
}


@pytest.mark.parametrize("text", FIXED)
@pytest.mark.parametrize(
    "name",
    [name for name, exercise in EXERCISES.items() if not (exercise.is_quiz or exercise.costly)],
)
def test_a_true_finding_is_said_of_every_exercise(name, text):
    exercise = EXERCISES[name]
    answers = answers_of(exercise, reference(exercise), exercise.visible)
    for part in exercise.parts:
        pairs = []
        rights = {}
        for case, answer in zip(exercise.visible, answers, strict=True):
            right = answer[part.name].array.astype(float)
            if right.any() and not (case.large or case.layout or case.goal):
                pairs.append(Pair(FIXED[text](right), right, case))
                rights[str(right.shape), right.tobytes()] = right  # each result counts once
        if sum(map(different, rights.values())) >= 4 and pairs[0].right.ndim:
            assert detect(pairs) == text


TURNED = {
    "is transposed": (lambda right: right.T, (3, 3)),
    "is right but reversed along axis 0": (lambda right: right[::-1], (4,)),
    "is right but reversed along axis 1": (lambda right: right[:, ::-1], (2, 3)),
    "is right but reversed along every axis": (lambda right: right[::-1, ::-1], (2, 3)),
    "is right but each plane is rotated by 180 degrees": (
        lambda right: right[:, :, ::-1, ::-1],
        (2, 1, 2, 3),
    ),
    "is right but rows and columns of each plane are exchanged": (
        lambda right: right.swapaxes(2, 3),
        (1, 2, 3, 3),
    ),
    "is right but its first two axes are exchanged": (
        lambda right: right.swapaxes(0, 1),
        (2, 2, 1, 3),
    ),
    "is right but shifted by one along axis 0": (lambda right: np.roll(right, -1, 0), (5, 1)),
}


@pytest.mark.parametrize("text", TURNED)
@given(seed=st.integers(0, 2**32 - 1))
@examples(100)
def test_a_result_that_is_turned_is_called_so(text, seed):
    turn, shape = TURNED[text]
    right = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape) + 1.0
    assert detect([Pair(turn(right), right, Case(()))]) == text
