"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import settings
from lab import CHROMIUM, FLAGS
from our_course import EXERCISES, NOTEBOOKS
from support import (
    ROOT,
    alone,
    beside,
    grader,
    need,
    of_somebody,
    references,
    run_in_kernel,
    with_guesses,
)
from tiers import SEALED, in_one_line, lacking, need_some_tier, need_tier

from grader.instructor.author.notebook import solve
from grader.instructor.classroom import Classroom
from grader.instructor.courses import source_notebook
from grader.instructor.sandbox.sandbox import Tier
from grader.judge.judge import judge
from grader.show.verdict import Verdict

sys.path.insert(
    0, str(ROOT / "notebooks" / "6-capstone")
)  # `import layers`, as for a notebook that lies beside it
os.environ.pop(
    "EXCHANGE_DIR", None
)  # an instructor's own: the tests' courses have exchanges of their own
# The start check refuses the folder for temporary files, in which pytest's folders lie: what the
# tests start has another one.
if "PYTEST_XDIST_WORKER" in os.environ:  # whoever has started this process has set TMPDIR already
    tempfile.tempdir = str(Path(os.environ["TMPDIR"]).parent)
tempfile.gettempdir()  # which this process remembers
_temporary = tempfile.TemporaryDirectory(prefix="cnn-gradients-")
os.chmod(_temporary.name, 0o755)  # the second tier's workers run as nobody
os.environ["TMPDIR"] = _temporary.name
settings.register_profile("untimed", deadline=None)  # speed lives in `make bench`
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests first: each takes long, and what is left at the end should be short, so
    that no process waits.
    """
    items.sort(key=lambda item: "browser" not in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    report = yield
    in_one_line(report, call)
    return report


@pytest.fixture(params=SEALED)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Each tier that holds."""
    return need_tier(SEALED[request.param])


@pytest.fixture
def some_tier() -> Tier:
    """The best tier, for a test that needs a sandbox, whichever it is."""
    return need_some_tier()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        lacking("no Chromium on this machine (Debian: apt-get install chromium)")
    playwright = need("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all processes of this session."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def released_course(shared: Path) -> Callable[[str, Path], Classroom]:
    """(assignment, folder) -> a course in that folder as `grader release` leaves it, which runs
    once in a session.
    """

    def copied(assignment: str, folder: Path) -> Classroom:
        made = shared / f"released-{assignment}"
        with alone(shared / f"released-{assignment}.lock"):
            if not made.exists():
                status, said = grader("release", assignment, "--course", made)
                assert status == 0, said
        return Classroom.at(Path(shutil.copytree(made, folder, dirs_exist_ok=True)))

    return copied


@pytest.fixture(scope="session")
def solved(shared: Path) -> Callable[[str], Path]:
    """assignment -> the file of the solved notebook with its outputs, run once by the process that
    needs it first.
    """

    @cache
    def run(assignment: str) -> Path:
        path = shared / f"solved-{assignment}" / source_notebook(NOTEBOOKS[assignment]).name
        with alone(shared / f"solved-{assignment}.lock"):
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                made = with_guesses(solve(NOTEBOOKS[assignment]))
                node = run_in_kernel(made, beside(assignment, path.parent))
                path.write_text(nbformat.writes(node), encoding="utf-8")
        return path

    return run


@pytest.fixture
def verdict_on() -> Callable[..., Verdict]:
    """Judge one function as exercise `name`, beside reference answers to all others."""

    def judged(name: str, function: Any, **others: Any) -> Verdict:
        return judge(
            of_somebody(EXERCISES[name]), function, references() | others | {name: function}
        )

    return judged
