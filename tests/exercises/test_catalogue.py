"""The catalogue of mistakes and its table: each mistake is caught, loses just its parts, and is
called by its name.
"""

from __future__ import annotations

import ast
import json
from dataclasses import replace

import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from support import references

from grader.instructor.author import catalogue
from grader.instructor.author.by_hand import as_typed
from grader.instructor.author.catalogue import is_stored, portable
from grader.instructor.author.references import answers_of
from grader.instructor.commands.verify import verify
from grader.judge.case import SMALL
from grader.judge.compare import entries_of
from grader.judge.judge import judge
from solutions.mistakes import CATALOGUE

EVERY = pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda m: f"{m.exercise}-{m.name}")


@EVERY
def test_a_mistake_loses_its_parts_and_is_named(mistake):
    for exercise in EXERCISES[mistake.exercise].draws:
        verdict = judge(exercise, as_typed(exercise, mistake.answer), references())
        lost = [part.name for part in verdict.parts if not part.right]
        assert lost == exercise.table["parts"][mistake.name]
        assert {part.mistake for part in verdict.parts if not part.right} == {mistake.name}
        assert mistake.hint.split("{")[0].rstrip(".")[1:] in str(verdict)


def single(value):
    """Return an array, those of a dict, or a number in float32; whole numbers stay."""
    if isinstance(value, dict):
        return {name: single(each) for name, each in value.items()}
    is_whole = isinstance(value, np.ndarray) and value.dtype.kind != "f"
    return value if is_whole else np.float32(value)


@EVERY
def test_a_mistake_in_float32_is_the_same_mistake(mistake):
    """Quizzes have no dtype; the checker's differences are not meant for float32."""
    exercise = EXERCISES[mistake.exercise]
    if (
        exercise.is_quiz
        or exercise.layers
        or exercise.name == "numerical_gradient"
        or mistake.name == "no_max_shift"
    ):  # exp(700)
        return

    def in_float32(*args):
        results = mistake.answer(
            *(single(a) if isinstance(a, dict | np.ndarray) else a for a in args)
        )
        return tuple(map(single, results)) if isinstance(results, tuple) else single(results)

    for each in exercise.draws:
        verdict = judge(each, as_typed(each, in_float32), references())
        assert {part.mistake for part in verdict.parts if not part.right} == {mistake.name}


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_verify_finds_nothing(assignment):
    """Over a few seeds; thousands in make soak."""
    findings = list(verify(NOTEBOOKS[assignment], seeds=20, mistake_seeds=10))
    assert [finding for finding in findings if finding.problems] == []
    assert [finding.what for finding in findings] == [
        "complete",
        "fingerprints",
        "notebook",
        "references",
        "stubs",
        "mistakes",
        "hints",
        "witness",
        "fresh cases",
        "written",
    ]


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_shipped_table_is_in_step_with_the_catalogue(assignment):
    assert is_stored(NOTEBOOKS[assignment])


def off_in_the_last_place(rng):
    """Return an answers_of whose sums and logarithms end in other digits, as those of another
    processor do.
    """

    def nudged(answer):
        numbers = answer.array
        if (
            numbers is None
            or numbers.dtype.kind != "f"
            or (np.rint(numbers * 1024) == numbers * 1024).all()
        ):
            return answer  # exact on every machine
        last = np.spacing(np.maximum(np.abs(numbers), np.abs(numbers).max()))
        return replace(answer, array=numbers + rng.integers(-3, 4, numbers.shape) * last)

    def answers(*args):
        return [
            {part: nudged(answer) for part, answer in answers.items()}
            for answers in answers_of(*args)
        ]

    return answers


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_table_is_in_step_on_another_processor(assignment, monkeypatch):
    for seed in range(3):
        monkeypatch.setattr(
            catalogue, "answers_of", off_in_the_last_place(np.random.default_rng(seed))
        )
        assert is_stored(NOTEBOOKS[assignment])


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_table_out_of_step_is_noticed(assignment, monkeypatch):
    def changed(*args):
        return [
            {part: moved(answer) for part, answer in answers.items()}
            for answers in answers_of(*args)
        ]

    def moved(answer):
        return answer if answer.array is None else replace(answer, array=answer.array * (1 + 1e-3))

    monkeypatch.setattr(catalogue, "answers_of", changed)
    monkeypatch.setattr(catalogue, "on_grid", lambda *args: True)
    assert not is_stored(NOTEBOOKS[assignment])


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_stored_number_is_exact_or_has_twelve_digits(assignment):
    def floats(value):
        if isinstance(value, float):
            yield value
        for inner in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            yield from floats(inner)

    stored = json.loads(NOTEBOOKS[assignment].tables.read_text(encoding="utf-8"))
    assert [number for number in floats(stored) if number != portable(number)] == []


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_shipped_table_holds_no_code_but_stubs_and_no_quiz_answer(assignment):
    tables = json.loads(NOTEBOOKS[assignment].tables.read_text(encoding="utf-8"))
    for table in tables.values():
        head, *body = ast.parse(table.pop("stub")).body[0].body
        assert isinstance(head, ast.Expr)  # the docstring
        assert list(map(ast.unparse, body)) == ["raise NotImplementedError()"]
    text = json.dumps(tables)
    assert "def " not in text
    assert "lambda" not in text
    assert [e.name for e in NOTEBOOKS[assignment].exercises if e.is_quiz and e.table["shown"]] == []


def test_two_mistakes_of_one_exercise_never_have_the_same_fingerprints():
    for exercise in EXERCISES.values():
        for part in exercise.parts:
            if part.corner:
                continue
            entries = entries_of(exercise, part)
            seen = {}
            for mistake in {
                name for entry in entries for names in entry["wrong"].values() for name in names
            }:
                key = tuple(
                    next((p for p, names in e["wrong"].items() if mistake in names), "right")
                    for e in entries
                )
                assert key not in seen, f"{exercise.name}.{part.name}: {mistake} and {seen[key]}"
                seen[key] = mistake


def test_every_exercise_has_cases_and_a_mistake():
    assert all(exercise.visible for exercise in EXERCISES.values())
    assert {mistake.exercise for mistake in CATALOGUE} == EXERCISES.keys()


def test_the_visible_cases_never_change():
    """They are drawn from raw bits of PCG64, whose stream numpy promises to keep."""
    dy, x, w = EXERCISES["affine_backward"].visible[0].args
    assert (dy.tolist(), x.tolist(), w.tolist()) == (
        [[2.25, -1.0, 0.0]],
        [[-0.5, 1.75]],
        [[2.25, -2.25, 0.25], [-1.5, 2.25, 0.0]],
    )


@pytest.mark.parametrize(
    "exercise", ["affine_forward", "affine_backward", "softmax_loss", "hinge_loss"]
)
def test_sizes_that_a_mistake_can_swap_differ(exercise):
    for case in (*EXERCISES[exercise].visible, *EXERCISES[exercise].draw(np.random.default_rng(0))):
        is_of_one_size = len(set(case.sizes.values())) == 1  # where shapes that fit by chance show
        if case.sizes["N"] != 1 and exercise.startswith("affine") and not is_of_one_size:
            assert len(set(case.sizes.values())) == len(case.sizes)
    assert any(case.sizes["N"] > 1 for case in EXERCISES[exercise].visible)


def test_entries_are_multiples_of_a_quarter_within_nine_quarters():
    for case in EXERCISES["affine_backward"].draw(np.random.default_rng(1)):
        for array in case.args:
            scale = 4 if np.abs(array).max() > 1 / 64 else 4 / SMALL
            assert np.array_equal(array * scale, np.rint(array * scale))
            assert case.large or np.abs(array).max() <= 9 / 4


def test_no_hint_holds_the_code_of_an_answer():
    for mistake in CATALOGUE:
        for code in (" @ ", ".T", ".sum(", "np.", "return ", "[rows"):
            assert code not in mistake.hint.replace("does @ do", "").replace("@ needs", ""), (
                mistake.name
            )
