"""Ordinary work keeps its full marks in the sandbox, and its cells run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacks.attack import POINTS
from attacks.play import close, play

from grader.instructor.sandbox.sandbox import Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from honest import answers, cells
from honest.work import Work

ENTRIES = [*cells.ENTRIES, *answers.ENTRIES]


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    close()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_honest_work_keeps_its_marks(entry: Work, tier: Tier) -> None:
    outcome = play(
        entry.content(), tier, Limits()
    )  # a class's own: a picture on a busy machine may take a second
    assert outcome.earned == POINTS, outcome.said()
    assert outcome.result["faults"] == []
    assert entry.prints in outcome.printed.replace("\r\n", "\n")


def test_there_are_at_least_forty_and_no_two_of_one_name() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) >= 40
    assert sorted(set(names)) == sorted(names)
