"""A class's machine: accounts, environments, exchange."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from installed import Machine, install
from tiers import need_some_tier
from users import accounts


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="cnn-class-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def installation(place: Path) -> Iterator[Machine]:
    """The machine of a module's tests: to install it takes longer than a round."""
    need_some_tier()
    with accounts(place, "teacher", "ada", "bela") as people:
        yield install(place, people)


@pytest.fixture
def machine(installation: Machine) -> Iterator[Machine]:
    """A machine on which no round has been played."""
    yield installation
    installation.clear()
