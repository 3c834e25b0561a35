"""`grader release`: the students' notebooks, and the kit that holds all they need."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from grader.course import gradebook
from grader.course.files import write_atomically
from grader.course.notebook import slips, solve
from grader.course.paths import REPOSITORY, Course, CourseError
from grader.course.stock import Stock
from grader.exercises import NOTEBOOKS

KIT = "student-kit"


def release(course: Course, names: list[str]) -> list[str]:
    """Write course/release/ASSIGNMENT/NOTEBOOK.ipynb for each name and the kit; return a line per thing done."""
    for assignment in names:
        solve(assignment)  # a stub that differs from its reference must not go out
        problems = list(slips(assignment))
        if problems:
            raise CourseError("\n".join([f"{assignment} is not released:", *problems]))
    with gradebook.opened(course):
        pass
    stock, lines = Stock(course), []
    for assignment in names:
        stock.generate(assignment)
        lines.append(f"{assignment}: released {course.release / assignment / NOTEBOOKS[assignment]}.ipynb")
    kit = _kit(course)
    write_atomically(course.release / f"{KIT}.zip", kit)
    return [*lines, f"student kit: {course.release / KIT}.zip ({len(kit) / 1024:.0f} kB)"]


def _kit(course: Course) -> bytes:
    """Return a zip: all released notebooks, the wheel of `grader` (without solutions), versions, and how to start."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kit:
        wheel = _wheel(Path(folder))
        kit.write(wheel, f"{KIT}/{wheel.name}")
        kit.write(REPOSITORY / "constraints.txt", f"{KIT}/constraints.txt")
        kit.writestr(f"{KIT}/README.md", HOW_TO_START.format(wheel=wheel.name))
        for assignment in NOTEBOOKS:  # what has been released so far, with the files that lie beside a notebook
            for path in sorted((course.release / assignment).glob("*.*")):
                kit.write(path, f"{KIT}/{assignment}/{path.name}")
    return buffer.getvalue()


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise CourseError(f"The wheel for the student kit could not be built: {done.stderr.strip().splitlines()[-1:]}")
    return wheels[0]


HOW_TO_START = """# Start here

You need Python 3.11 or newer. In this folder, on macOS or Linux:

    python3 -m venv .venv
    .venv/bin/pip install -c constraints.txt ./{wheel}
    .venv/bin/python -m grader
    .venv/bin/jupyter lab

On Windows:

    py -m venv .venv
    .venv\\Scripts\\pip install -c constraints.txt {wheel}
    .venv\\Scripts\\python -m grader
    .venv\\Scripts\\jupyter lab

The third line says whether everything is right. Then open a notebook, in the order of their numbers.

Save it, and hand in that notebook and nothing else, as your instructor says. If that is by JupyterLab: in the menu Nbgrader, the
Assignment List has Submit beside the notebook's folder (it takes the file as last saved) and, later, Fetch Feedback.

To keep or show a notebook as one page that opens without Python or network, choose File > Save and Export Notebook As > Webpage.
For a PDF, print that page from the browser.
"""
