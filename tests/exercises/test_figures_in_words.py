"""The notebooks where matplotlib is missing, as it is offline in a browser: figures in words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from our_course import NOTEBOOKS
from support import ROOT

# Runs a notebook's cells as released in a Python that finds no matplotlib
RUN = """
import json, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_notebook_runs_without_matplotlib_and_says_each_figure(assignment):
    folder = ROOT / "notebooks" / assignment
    notebook = folder / NOTEBOOKS[assignment].file
    command = [sys.executable, "-c", RUN, notebook.name]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    figures = run.stdout.count("matplotlib is missing here, so this figure comes in words. ")
    assert figures >= 2 or assignment == "7-fast"  # the others wait for an answer
