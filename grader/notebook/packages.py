"""The packages that are there when a notebook is graded: the one list of them.

The student kit and docs/students.md name them, and a check notes what a notebook imports beside
them.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

GRADING = ("numpy", "scipy", "matplotlib")
# Imported like the real ones; there is no screen, so that they show nothing.
STAND_INS = ("IPython", "ipywidgets", "anywidget", "tqdm")
# What comes with these, with Jupyter and with the course.
ALONG = (
    "PIL",
    "cycler",
    "dateutil",
    "google",  # google.colab, in whose place something stands too
    "grader",
    "jinja2",
    "layers",
    "mpl_toolkits",
    "nbformat",
    "packaging",
    "pylab",
    "requests",
    "traitlets",
    "yaml",
)
THERE = sys.stdlib_module_names.union(GRADING, STAND_INS, ALONG)
INSTALLED = ("site-packages", "dist-packages")  # a folder of one of these names
CALLABLE = (FunctionType, BuiltinFunctionType)


def notes_on_imports(namespace: dict[str, Any], function: Any) -> list[str]:
    """Return a note on the packages that a notebook imports and that grading lacks, or nothing.

    What libraries import for themselves is none of the notebook's, and a module beside the notebook
    comes along. Raises nothing, whatever the names stand for.
    """
    with suppress(BaseException):  # an object may raise anything when it is looked at
        names = sorted({*_imported_by_cells(namespace), *_imported_inside(function)})
        if names:
            is_one = len(names) == 1
            are, them = ("is", "it") if is_one else ("are", "them")
            return [
                f"{in_words(names)} {are} imported here and {are} not there when this is graded: "
                f"an answer that needs {them} earns nothing"
            ]
    return []


def _imported_by_cells(namespace: dict[str, Any]) -> Iterator[str]:
    """Yield the packages from which a notebook's names come, where grading lacks them."""
    homes = {_home(value) for name, value in tuple(namespace.items()) if name[:1] != "_"}
    for name in homes:
        top = name.partition(".")[0]
        if _is_lacking(top):
            yield top


def _home(value: Any) -> str:
    """Return the name of a module, or of the module of a function or a class; else ''."""
    kind = type(value)
    if issubclass(kind, ModuleType):
        home = vars(value).get("__name__")
    elif kind in CALLABLE or issubclass(kind, type):
        home = getattr(value, "__module__", "")
    else:
        return ""
    return home if type(home) is str else ""


def _imported_inside(function: Any) -> Iterator[str]:
    """Yield the packages that a function itself imports, where grading lacks them."""
    if type(function) is not FunctionType:
        return
    for code in _codes(function.__code__):
        # Reading the instructions takes longer than reading the names.
        if any(_is_lacking(name.partition(".")[0]) for name in code.co_names):
            for instruction in dis.get_instructions(code):
                top = str(instruction.argval).partition(".")[0]
                if instruction.opname == "IMPORT_NAME" and _is_lacking(top):
                    yield top


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function, and of those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_lacking(name: str) -> bool:
    """Tell whether a name is that of an installed package which grading lacks."""
    if not name or name[0] == "_" or name in THERE or name not in sys.modules:
        return False  # __main__ is the notebook itself
    module = sys.modules[name]
    place = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "")
    folders = str(place).replace("\\", "/").split("/")
    return any(folder in INSTALLED for folder in folders)


def in_words(names: tuple[str, ...] | list[str]) -> str:
    """Return 'numpy, scipy and matplotlib'."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
