"""The site as it is by default, online: Pyodide's packages come from its documented address.

That address cannot be reached from here. So the address is played: its numpy is the offline build,
with that build's digest in the lock. Python, the course and the requests are the real ones.
"""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from book_pages import answered
from support import alone
from visits import BUILDER

from solutions.make_it_fast import conv_taps

ADDRESS = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/"
PYODIDE = "jupyter/static/pyodide"


@pytest.fixture(scope="module")
def online(shared: Path) -> Path:
    """A whole site for use online, with all notebooks in its lab."""
    folder = shared / "online"
    with alone(shared / "online.lock"):
        if not folder.exists():
            command = [BUILDER, "site", "--all", "-o", folder]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
            assert "6-capstone, 7-fast" in run.stdout.split("the lab holds")[1]
    return folder


def packages(folder: Path, lock: str = "pyodide-lock.json") -> dict[str, Any]:
    return json.loads((folder / PYODIDE / lock).read_text(encoding="utf-8"))["packages"]


def test_each_package_lies_in_the_folder_or_at_the_documented_address(online):
    for each in packages(online).values():
        name = each["file_name"]
        assert name.startswith(ADDRESS) or (online / PYODIDE / name).is_file()
    assert packages(online)["numpy"]["file_name"].startswith(f"{ADDRESS}numpy-2.0.2-")
    assert {"matplotlib", "scipy"} <= packages(online).keys()


def test_offline_every_package_lies_in_the_folder(site):
    there = packages(site)
    assert all((site / PYODIDE / each["file_name"]).is_file() for each in there.values())
    assert "matplotlib" not in there


def test_a_page_of_the_book_loads_the_course_alone_and_the_lab_what_figures_need(online):
    needs = {
        lock: packages(online, lock)["cnn-gradients"]["depends"]
        for lock in ("book-pyodide-lock.json", "pyodide-lock.json")
    }
    assert needs["book-pyodide-lock.json"] == ["numpy", "jinja2"]
    assert needs["pyodide-lock.json"] == [
        "numpy",
        "jinja2",
        "matplotlib",
        "ipywidgets",
        "anywidget",
    ]


@pytest.fixture
def site_online(online: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(online, tmp_path / "site", copy_function=os.link))


@pytest.fixture
def played(site: Path, site_online: Path) -> dict[str, Path]:
    """The files that stand in for the documented address; their digests are written into the lock."""
    local = packages(site)
    path = site_online / PYODIDE / "book-pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    played = {}
    for name in ("numpy", "jinja2", "markupsafe"):
        lock["packages"][name]["sha256"] = local[name]["sha256"]
        played[lock["packages"][name]["file_name"]] = site / PYODIDE / local[name]["file_name"]
    path.unlink()  # the other site has the same file
    path.write_text(json.dumps(lock), encoding="utf-8")
    return played


def test_by_default_a_page_asks_one_other_host(visit, site_online, played):
    visited = visit(folder=site_online)
    visited.played = played
    page = visited.goto("4-relu/relu.html")
    verdict = answered(page, "relu_forward", "def relu_forward(x):\n    return np.maximum(x, 0)")
    assert "1 of 1 point" in verdict.inner_text()
    assert sorted(visited.asked) == sorted(played)
    visited.asked.clear()


def test_a_site_with_all_notebooks_checks_the_steps_of_the_last_one(visit, site_online, played):
    visited = visit(folder=site_online)
    visited.played = played
    page = visited.goto("7-fast/make_it_fast.html")
    verdict = answered(page, "conv_taps", inspect.getsource(conv_taps))
    assert "conv_taps: right (no points)" in verdict.inner_text()
    assert (site_online / "6-capstone" / "capstone.html").is_file()
    visited.asked.clear()


def test_without_its_address_a_page_says_what_is_missing(visit, site_online):
    visited = visit(folder=site_online)
    page = visited.goto("4-relu/relu.html")
    cell = page.locator(".cell.tag_id--relu_forward")
    cell.get_by_role("button", name="Write it here").click()
    cell.get_by_role("button", name="Check").click()
    said = cell.locator(".run-result")
    said.get_by_text("Check the connection and try again").wait_for(timeout=180_000)
    visited.asked.clear()
    visited.errors.clear()
