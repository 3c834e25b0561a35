"""The site as `make site OFFLINE=1` builds it, once in a session, and a browser that looks at it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, alone
from tiers import lacking
from visits import BUILDER, REPOSITORY, Visit, served


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """The folder of a site for use offline."""
    if not BUILDER.is_file() or not (ROOT / "node_modules" / "pyodide").is_dir():
        lacking("what builds the site is not installed: run `make site` once")
    folder = shared / "site"
    with alone(shared / "site.lock"):
        if not folder.exists():
            command = [BUILDER, "site", "--offline", "--repository", REPOSITORY, "-o", folder]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
            assert "6-capstone" not in run.stdout.split("the lab holds")[1]
    return folder


@pytest.fixture
def visit(browser: Any, site: Path) -> Iterator[Any]:
    """Return what opens a browser on the site, or on another folder; at the end it is checked that
    no other host was asked, and that no error was left.
    """
    visits: list[Visit] = []
    with ExitStack() as servers:

        def opened(folder: Path = site, **look: Any) -> Visit:
            address = servers.enter_context(served(folder))
            visits.append(Visit(browser, address, **look))
            return visits[-1]

        yield opened
        for each in visits:
            each.was_clean()
            each.context.close()
