"""Ordinary work keeps its full marks in the sandbox, and its cells run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from attacks.attack import POINTS
from attacks.play import TIERS, close, play

from honest import answers, cells
from honest.work import Work

SANDBOX = shutil.which("bwrap") is not None
if os.environ.get("REQUIRE_ALL"):
    assert SANDBOX, "on CI bubblewrap must be there"
pytestmark = pytest.mark.skipif(not SANDBOX, reason="bubblewrap is not installed")

ENTRIES = [*cells.ENTRIES, *answers.ENTRIES]


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    close()


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_honest_work_keeps_its_marks(entry: Work, tier: str) -> None:
    outcome = play(entry.content(), tier)
    assert outcome.earned == POINTS, outcome.said()
    assert outcome.result["faults"] == []
    assert entry.prints in outcome.printed.replace("\r\n", "\n")


def test_there_are_at_least_forty_and_no_two_of_one_name() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) >= 40
    assert sorted(set(names)) == sorted(names)
