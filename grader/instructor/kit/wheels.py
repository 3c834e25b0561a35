"""The two wheels of the course: what students install, and what an instructor runs away from a clone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

from grader.instructor.classroom import REPOSITORY, CourseError
from grader.instructor.files import write_atomically

INSTRUCTORS = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "cnn-gradients-instructor"
version = "{version}"
description = "What an instructor of cnn-gradients runs away from a clone: sealed grading, reference answers, notebooks"
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
"{repository}/notebooks" = "grader/instructor/notebooks"
"{repository}/nbgrader_config.py" = "grader/instructor/nbgrader_config.py"
"""


def build(folder: Path) -> list[Path]:
    """Write both wheels into a folder and return their paths. Raises CourseError."""
    return [students_wheel(folder), instructors_wheel(folder)]


def students_wheel(folder: Path) -> Path:
    """Write the wheel of `grader` without the instructor's wing, and return its path. Raises CourseError."""
    return _built(REPOSITORY, folder)


def instructors_wheel(folder: Path) -> Path:
    """Write the wheel of the instructor's wing, the solutions and the notebooks. Raises CourseError."""
    project = _project()
    with tempfile.TemporaryDirectory() as made:
        text = INSTRUCTORS.format(
            version=project["version"],
            python=project["requires-python"],
            repository=REPOSITORY.as_posix(),
        )
        (Path(made) / "pyproject.toml").write_text(text, encoding="utf-8")
        (Path(made) / "LICENSE").write_bytes((REPOSITORY / "LICENSE").read_bytes())
        return _built(Path(made), folder)


def _project() -> dict[str, str]:
    """Return the table [project] of the clone's pyproject.toml."""
    path = REPOSITORY / "pyproject.toml"
    if not path.is_file():
        raise CourseError(
            "A wheel is built in a clone of the course's repository, and this is an installed course."
        )
    found: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return found


def _built(project: Path, folder: Path) -> Path:
    _project()
    if find_spec("hatchling") is None:
        raise CourseError(
            'hatchling, which builds wheels, is missing. Run: pip install -e ".[instructor]"'
        )
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        wheels = list(Path(made).glob("*.whl"))
        if done.returncode or not wheels:
            last = done.stderr.strip().splitlines()[-1:] or ["no word"]
            raise CourseError(f"A wheel could not be built: {last[0]}")
        path = folder / wheels[0].name
        write_atomically(path, wheels[0].read_bytes())
        return path
