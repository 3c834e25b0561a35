"""layers.py, which lies beside a notebook that builds on others: made from the references."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.instructor.courses import CourseError, sources_of
from grader.judge.course import Course, Notebook

HEAD = (
    '"""The layers that this notebook builds on. '
    'Made from the reference answers: do not edit."""\n\nimport numpy as np\n'
)


def path_of(notebook: Notebook) -> Path:
    """Return where a notebook's layers.py lies."""
    return sources_of(notebook.course) / "notebooks" / notebook.assignment / "layers.py"


@contextmanager
def importable(notebook: Notebook) -> Iterator[None]:
    """Let `import layers` find the file, as it does for a notebook that lies beside it."""
    if not notebook.brings_answers:
        yield
        return
    folder = str(path_of(notebook).parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def source(notebook: Notebook) -> str:
    """Return the text of a notebook's layers.py. Raises CourseError."""
    names = notebook.support.layers if notebook.support else ()
    functions = [inspect.getsource(_reference(notebook.course, name)) for name in names]
    return "\n\n".join([HEAD, *functions])


def _reference(course: Course, name: str) -> Callable[..., Any]:
    """Return the function of this name in the references of a course. Raises CourseError."""
    for notebook in course.notebooks:
        module = importlib.import_module(f"{course.references}.{notebook.stem}")
        function: Any = getattr(module, name, None)
        if inspect.isfunction(function) and function.__module__ == module.__name__:
            return function
    raise CourseError(f"layers.py needs {name}, and no module of {course.references} defines it.")


def is_in_step(notebook: Notebook) -> bool:
    """Tell whether a notebook's layers.py, if it has one, is what the references make."""
    if not notebook.brings_answers:
        return True
    path = path_of(notebook)
    return path.is_file() and source(notebook) == path.read_text(encoding="utf-8")
