"""`guess`: a cell shows what it has after any guess, and waits as long as there is none."""

from __future__ import annotations

import numpy as np
import pytest
from our_course import NOTEBOOKS
from support import with_guesses

from grader import guess
from grader.instructor.author.notebook import solve

WAITS = "your guess: the cell waits for it: type your numbers in the place of the dots"


@pytest.mark.parametrize("dots", [..., [...], [1, ...], [[1, 2], [..., 4]], (..., 2)])
def test_it_waits_for_every_number_and_shows_nothing_before(dots, capsys):
    shown: list[str] = []
    assert guess(dots, [1.0, 2.0], lambda: shown.append("picture")) is None
    assert capsys.readouterr().out.startswith(WAITS)
    assert shown == []


@pytest.mark.parametrize(
    ("yours", "said"),
    [
        ([3, 0, -1], "as you guessed"),
        ([3, 0.0004, -1], "as you guessed"),
        ([3, 1, -1], "2 of 3 as you guessed; find out why the others differ"),
        ([7, 7, 7], "0 of 3 as you guessed; find out why the others differ"),
    ],
)
@pytest.mark.parametrize("right", [[3, 0, -1], lambda: np.array([3, 0, -1])])
def test_any_guess_is_compared_and_then_the_cell_shows_what_it_has(yours, said, right, capsys):
    assert guess(yours, right, lambda: "a widget") == "a widget"
    first, titles, _ = capsys.readouterr().out.splitlines()
    assert first == f"your guess: {said}"
    assert titles.split("   ")[0] == "your guess"
    assert titles.endswith("what is so")


@pytest.mark.parametrize(
    ("yours", "said"),
    [
        ([1, 2], "it has shape (2,), expected (3,)"),
        ("three", "it cannot be read as numbers: ValueError"),
        ([1, [2, 3]], "it cannot be read as numbers: ValueError"),
        (None, "it has shape (), expected (3,)"),
    ],
)
def test_what_is_no_such_guess_is_told_and_nothing_is_shown(yours, said, capsys):
    assert guess(yours, [3, 0, -1], lambda: pytest.fail("it is shown")) is None
    assert capsys.readouterr().out.startswith(f"your guess: {said}")


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_every_notebook_asks_for_a_guess_and_holds_none(assignment):
    """The right numbers are computed: no cell that asks spells them out."""
    made = solve(NOTEBOOKS[assignment])
    asking = ["".join(c["source"]) for c in made["cells"] if "\nguess(" in "".join(c["source"])]
    assert asking
    assert all("..." in source for source in asking)
    filled = ["".join(c["source"]) for c in with_guesses(made)["cells"]]
    assert not [source for source in filled if "\nguess(" in source and "..." in source]
