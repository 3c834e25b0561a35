"""The inert stand-in for a course's package in the grading worker: every name accepts anything.

What a notebook's Support names is real, and the progress bar is one without its picture.
"""

import importlib
import sys


class _Inert:
    """Callable, indexable, empty, usable as a context: it never stops a student's cell."""

    def __call__(self, *args: object, **kwargs: object) -> None:
        return None

    def __getattr__(self, name: str) -> "_Inert":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> "_Inert":
        return self

    def __iter__(self) -> object:
        return iter(())

    def __enter__(self) -> "_Inert":
        return self

    def __exit__(self, *error: object) -> None:
        pass


_inert = _Inert()
check = progress = start_check = figures = _inert
numerical_jacobian = _inert  # until the worker puts the real one here


def __getattr__(name: str) -> _Inert:
    if name.startswith("__"):
        raise AttributeError(name)
    return _inert


def equation(name: object, left: object, right: object) -> None:
    """Call both sides as the real one does, where a function may need what they leave behind.

    At the top level of a cell it only shows something, and that to nobody.
    """
    if sys._getframe(1).f_code.co_name == "<module>":
        return
    try:
        for side in (left, right):
            if callable(side):
                side()
    except Exception:
        return


def track(steps: object, *args: object, **kwargs: object) -> object:
    """Return the steps as they are; there is nobody to see a bar."""
    return steps


def open_up(folder: str, tools: dict[str, str]) -> None:
    """Make some names real.

    folder: where their modules lie; tools: name -> the module that has it.
    """
    sys.path.append(folder)
    for name, module in tools.items():
        globals()[name] = getattr(importlib.import_module(module), name)
    sys.path.remove(folder)
