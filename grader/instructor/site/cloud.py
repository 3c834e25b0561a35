"""The notebooks for Colab and Binder, which fetch the course from the site that they belong to."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

FOLDER = "cloud"  # in the site
BRANCH = "gh-pages"  # of the repository, from which GitHub serves the site (docs/site.md)
PYTHON = "python-3.12"  # Binder's own default is older than the course allows
COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/{folder}/{place}"
BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?labpath={folder}/{place}"
LINKS = f'<a href="{COLAB}">Open in Colab</a> <a href="{BINDER}">Open in Binder</a>'
HIDDEN = {"cellView": "form", "jupyter": {"source_hidden": True}}  # in Colab and in JupyterLab
VALUES = """# @title Run this cell before all others: it installs the course from its site.
# Keep your work: in Colab, File > Save a copy in Drive; in Binder, File > Download.
SITE = "{site}"
WHEEL = "{wheel}"
BESIDE = {beside}  # what lies beside this notebook, by its place in the site
"""
# What the start cell of a notebook advises where the course is missing, on a student's own computer
# and here.
AT_HOME = """Pick the course's kernel "
        "(Kernel > Change Kernel), or install the course as its README says, "
        "then restart the kernel."
"""
HERE = """Run the first cell, "
        "which installs the course, then run this cell again."
"""
# Where the course is installed already, as on Binder and where a class is graded, it does nothing.
INSTALL = """
import importlib.util
import subprocess
import sys
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path


class CourseMissing(Exception):
    def _render_traceback_(self):  # IPython shows this sentence in place of a traceback.
        return [str(self)]


def fetched(place):
    try:
        return urllib.request.urlopen(SITE + place, timeout=60).read()
    except (OSError, HTTPException) as error:
        raise CourseMissing(
            f"{SITE}{place} cannot be fetched ({error}): see whether that address opens in your "
            "browser, then run this cell again, or ask your instructor."
        ) from None


def is_there(*modules):
    importlib.invalidate_caches()
    return all(map(importlib.util.find_spec, modules))


def install():
    extra = "" if is_there("matplotlib", "ipywidgets", "jinja2") else "[notebook]"
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, Path(WHEEL).name)
        wheel.write_bytes(fetched(WHEEL))
        words = ["--quiet", "--no-color", "--disable-pip-version-check", f"{wheel}{extra}"]
        command = [sys.executable, "-m", "pip", "install", *words]
        done = subprocess.run(command, capture_output=True, text=True)
    if not is_there("grader"):
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
        why = next((line for line in said if line.startswith("ERROR")), said[-1])
        raise CourseMissing(
            f"pip could not install the course from {SITE}{WHEEL} into Python "
            f"{sys.version.split()[0]} (it says: {why}): run this cell again, or send this "
            "sentence to your instructor."
        )


if not is_there("grader"):
    install()
for place in BESIDE:
    path = Path(Path(place).name)
    if path.stem not in sys.modules and not path.exists():
        path.write_bytes(fetched(place))"""


def site_of(repository: str) -> str:
    """Return the address under which GitHub serves a repository's pages: owner/name."""
    owner, _, name = repository.partition("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def links(repository: str, place: str) -> str:
    """Return the links that open a notebook in Colab and in Binder."""
    return LINKS.format(repository=repository, branch=BRANCH, folder=FOLDER, place=place)


def cloud(site: Path, released: Path, places: list[str], wheel: Path, repository: str) -> None:
    """Write the notebooks for Colab and Binder into a site, with the wheel that they install."""
    folder = site / FOLDER
    folder.mkdir()
    shutil.copy(wheel, folder)
    address = site_of(repository)
    for place in places:
        _notebook(released / place, folder / place, address, wheel.name)
    binder = site / "binder"
    binder.mkdir()
    needs = f"jupyterlab\ncnn-gradients[notebook] @ {address}{FOLDER}/{wheel.name}\n"
    (binder / "requirements.txt").write_text(needs, encoding="utf-8")
    (binder / "runtime.txt").write_text(f"{PYTHON}\n", encoding="utf-8")


def _notebook(path: Path, target: Path, address: str, wheel: str) -> None:
    """Write a released notebook with the cell that installs the course, and what lies beside it."""
    target.parent.mkdir()
    beside = [each for each in sorted(path.parent.iterdir()) if each.is_file() and each != path]
    for each in beside:
        shutil.copy(each, target.parent)
    notebook = nbformat.read(path, as_version=4)
    for each in notebook.cells:
        each.source = each.source.replace(AT_HOME, HERE)
    values = VALUES.format(
        site=address,
        wheel=f"{FOLDER}/{wheel}",
        beside=[f"{FOLDER}/{target.parent.name}/{each.name}" for each in beside],
    )
    cell = nbformat.v4.new_code_cell(values + INSTALL, id="install", metadata=HIDDEN)
    notebook.cells.insert(0, cell)
    nbformat.write(notebook, target)
