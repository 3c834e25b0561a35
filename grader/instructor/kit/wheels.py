"""The two wheels of the course: what students install, and what instructors run without a clone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.notebook.whole_file import write_atomically

REPOSITORY = Path(__file__).resolve().parents[3]  # of this package, where it is a clone
INSTRUCTORS = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "cnn-gradients-instructor"
version = "{version}"
description = "What an instructor of cnn-gradients runs away from a clone: \
sealed grading, reference answers, notebooks"
license = "MIT"
license-files = ["LICENSE"]
requires-python = "{python}"
dependencies = ["cnn-gradients[instructor]=={version}"]

[tool.hatch.build.targets.wheel]
only-include = []
bypass-selection = true

[tool.hatch.build.targets.wheel.force-include]
"{repository}/grader/instructor" = "grader/instructor"
"{repository}/solutions" = "solutions"
"{repository}/notebooks" = "solutions/notebooks"
"{repository}/nbgrader_config.py" = "solutions/nbgrader_config.py"
"""


def build(folder: Path) -> list[Path]:
    """Write both wheels into a folder and return their paths. Raises CourseError."""
    return [students_wheel(folder), instructors_wheel(folder)]


def students_wheel(folder: Path) -> Path:
    """Write the wheel of `grader` without the instructor's part, and return its path.

    Raises CourseError.
    """
    return _built(REPOSITORY, folder)


def instructors_wheel(folder: Path) -> Path:
    """Write the wheel of the instructor's part, the solutions and the notebooks; return its path.

    Raises CourseError.
    """
    project = project_table()
    text = INSTRUCTORS.format(
        version=project["version"],
        python=project["requires-python"],
        repository=REPOSITORY.as_posix(),
    )
    with tempfile.TemporaryDirectory() as name:
        source = Path(name)
        (source / "pyproject.toml").write_text(text, encoding="utf-8")
        (source / "LICENSE").write_bytes((REPOSITORY / "LICENSE").read_bytes())
        return _built(source, folder)


def project_table() -> dict[str, str]:
    """Return the table [project] of the clone's pyproject.toml. Raises CourseError."""
    path = REPOSITORY / "pyproject.toml"
    if not path.is_file():
        raise CourseError(
            "A wheel is built in a clone of the course's repository, and this is an installed "
            "course."
        )
    project: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return project


def _built(source: Path, folder: Path) -> Path:
    """Build the wheel of a project into a folder, and return its path. Raises CourseError."""
    project_table()  # raises CourseError where this is no clone
    if find_spec("hatchling") is None:
        raise CourseError(
            'hatchling, which builds wheels, is missing. Run: pip install -e ".[instructor]"'
        )
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", output]
        run = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
        wheels = list(Path(output).glob("*.whl"))
        if run.returncode or not wheels:
            lines = run.stderr.strip().splitlines() or ["no word"]
            raise CourseError(f"A wheel could not be built: {lines[-1]}")
        path = folder / wheels[0].name
        write_atomically(path, wheels[0].read_bytes())
        return path
