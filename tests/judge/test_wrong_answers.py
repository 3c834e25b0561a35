"""Wrong answers that were right on every case once: each must lose its part, whatever its seed."""

from __future__ import annotations

import numpy as np
import pytest
from our_course import EXERCISES
from support import few_and_many, references
from wrong_answers import ALL

from grader.instructor.author.references import answers_of, reference
from grader.judge.compare import matches
from grader.judge.judge import judge
from solutions import affine


@pytest.mark.parametrize("what", ALL)
def test_a_wrong_answer_loses_its_part_in_the_check_and_so_whatever_its_seed(what):
    """The visible cases find it, and they are the same for everybody."""
    name, part, answer = ALL[what]
    verdict = judge(EXERCISES[name], answer, references())
    assert {each.name: each.earned for each in verdict.parts}[part] == 0.0, str(verdict)


@few_and_many(10, 1000)
@pytest.mark.parametrize("name", sorted({name for name, _, _ in ALL.values()}))
def test_every_fresh_draw_finds_it_too(name, seeds):
    """Each holds by construction what the visible cases were chosen for."""
    exercise = EXERCISES[name]
    answers = {
        what: (next(part for part in exercise.parts if part.name == part_name), answer)
        for what, (of, part_name, answer) in ALL.items()
        if of == name
    }
    kept = []
    for seed in range(seeds):
        cases = exercise.draw(np.random.default_rng(seed))
        rights = answers_of(exercise, reference(exercise), cases)
        beside = list(zip(cases, rights, strict=True))
        kept += [
            (what, seed)
            for what, (part, answer) in answers.items()
            if all(
                matches(
                    answers_of(exercise, answer, [case])[0][part.name], right[part.name], part, case
                )
                for case, right in beside
                if case.judges(part.name)
            )
        ]
    assert kept == []


CORNERS = {  # a right answer that raises in a corner -> what it keeps
    "conv_1d_backward_rotated": (lambda dy, w, pad: pad < len(w), 2.5),
    "softmax_loss": (lambda y, labels: np.abs(y).max() < 100, 1.5),
}


@pytest.mark.parametrize("name", CORNERS)
def test_a_raise_in_a_corner_costs_the_corner(name):
    fits, kept = CORNERS[name]
    right = reference(EXERCISES[name])

    def answer(*args):
        if not fits(*args):
            raise ValueError("index can't contain negative values")
        return right(*args)

    verdict = judge(EXERCISES[name], answer, references())
    assert verdict.earned == kept
    assert "raised ValueError" in str(verdict)


def test_raising_is_never_better_than_a_wrong_number():
    exercise = EXERCISES["conv_backward"]
    right = reference(exercise)
    for number, case in enumerate(exercise.visible):
        shape = case.args[0].shape

        def wrong(dy, x, w, pad, shape=shape):
            results = right(dy, x, w, pad)
            return tuple(2 * r + 1 for r in results) if dy.shape == shape else results

        def raising(dy, x, w, pad, shape=shape):
            if dy.shape == shape:
                raise ValueError
            return right(dy, x, w, pad)

        earned = [judge(exercise, each, references()).earned for each in (wrong, raising)]
        assert earned[1] <= earned[0], number


def test_a_corner_looks_at_the_shape_of_each_result():
    def softmax_loss(y, labels):
        loss, dy = affine.softmax_loss(y, labels)
        return loss, dy.T if np.abs(y).max() > 100 else dy

    verdict = judge(EXERCISES["softmax_loss"], softmax_loss, references())
    assert {each.name: each.earned for each in verdict.parts} == {
        "loss": 0.5,
        "dy": 1.0,
        "extreme": 0.0,
    }
