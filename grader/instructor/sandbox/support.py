"""What a worker needs beside the student's notebook: for most notebooks nothing."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.instructor.author import layers
from grader.instructor.author.notebook import course_cells
from grader.instructor.files import temporary_folder
from grader.judge.course import Notebook


@dataclass(frozen=True)
class SupportFolder:
    """What a worker needs, as files (grader.judge.course.Support says what it is).

    layers: the text of layers.py, or ""; folder: modules and data files, which the sandbox shows
    read-only; tools: name -> the module there from which the stand-in takes it.
    """

    layers: str
    folder: Path
    tools: Mapping[str, str]


@cache
def cells_of(notebook: Notebook) -> tuple[str, ...]:
    """Return the course's own cells of a notebook, () where they cannot be read.

    They save time, and nothing depends on them.
    """
    try:
        return tuple(course_cells(notebook))
    except Exception:
        return ()


@cache
def support_of(notebook: Notebook) -> SupportFolder | None:
    """Return what a notebook's worker needs, or None where that is nothing."""
    support = notebook.support
    if support is None:
        return None
    folder = temporary_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    tools = {}
    for name, module in support.tools.items():
        source = Path(str(module.__file__))
        shutil.copyfile(source, folder / source.name)
        tools[name] = source.stem
    for name, content in support.files().items():
        (folder / name).write_bytes(content)
    for path in folder.iterdir():
        path.chmod(0o644)  # the second tier's workers run as another user
    text = layers.source(notebook) if notebook.brings_answers else ""
    return SupportFolder(text, folder, tools)
