"""The notebooks for Colab and Binder, which fetch the course from the site that they belong to."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

FOLDER = "cloud"  # in the site
BRANCH = "gh-pages"  # of the repository, from which GitHub serves the site (docs/site.md)
COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/{folder}/{place}"
BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?labpath={folder}/{place}"
LINKS = f'<a href="{COLAB}">Open in Colab</a> <a href="{BINDER}">Open in Binder</a>'
FIRST = """# In Colab or Binder, run this cell first: it installs the course from its site.
import importlib.util
import urllib.request

site = "{site}"
there = all(map(importlib.util.find_spec, ("matplotlib", "ipywidgets", "jinja2")))
extra = "" if there else "[notebook]"
%pip install --quiet "cnn-gradients{{extra}} @ {{site}}{wheel}"
for name in {beside}:  # what lies beside the notebook
    urllib.request.urlretrieve(f"{{site}}{folder}/{assignment}/{{name}}", name)"""


def site_of(repository: str) -> str:
    """Return the address under which GitHub serves a repository's pages: owner/name."""
    owner, _, name = repository.partition("/")
    return f"https://{owner.lower()}.github.io/{name}/"


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
        path = released / place
        target = folder / place
        target.parent.mkdir()
        beside = [each for each in sorted(path.parent.iterdir()) if each != path]
        for each in beside:
            shutil.copy(each, target.parent)
        notebook = nbformat.read(path, as_version=4)
        source = FIRST.format(
            site=address,
            folder=FOLDER,
            wheel=f"{FOLDER}/{wheel.name}",
            beside=[each.name for each in beside],
            assignment=path.parent.name,
        )
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id="install"))
        nbformat.write(notebook, target)
    binder = site / "binder"
    binder.mkdir()
    needs = f"jupyterlab\ncnn-gradients[notebook] @ {address}{FOLDER}/{wheel.name}\n"
    (binder / "requirements.txt").write_text(needs, encoding="utf-8")
