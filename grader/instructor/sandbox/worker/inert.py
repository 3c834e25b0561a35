"""What stands in for IPython where a student's code is graded.

Everything is accepted, and nothing is shown. It imports no feature from __future__: `exec` would
hand that on to a student's code.
"""

import builtins
import importlib.abc
import importlib.machinery
import os
import re
import sys
import types
from collections.abc import Callable, Sequence

RUN = ("time", "timeit", "prun", "capture")  # magics that run what stands behind them
OPTION = re.compile(r"-(?:[nrp]\s*\d+|[slTD]\s*\S+|[a-zA-Z])\s+")


class Display:
    """What `get_ipython()` returns.

    Magics are accepted and do nothing, but %time and the like run what they time.
    """

    def run_line_magic(self, name: str, line: str, *args: object, **kwargs: object) -> str | None:
        if name in RUN:
            while option := OPTION.match(line):
                line = line[option.end() :]
            exec(line, vars(sys.modules["__main__"]))
        return os.getcwd() if name == "pwd" else None

    def run_cell_magic(
        self, name: str, line: str, cell: str, *args: object, **kwargs: object
    ) -> None:
        if name in RUN:
            exec(cell, vars(sys.modules["__main__"]))

    def getoutput(self, *args: object, **kwargs: object) -> list[str]:
        return []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


class Anything:
    """A name of IPython's or its widgets': it can be called and looked into.

    As a decorator it leaves a function alone.
    """

    def __call__(self, *args: object, **kwargs: object) -> object:
        is_decorator = len(args) == 1 and callable(args[0])
        return args[0] if is_decorator else self

    def __getattr__(self, name: str) -> "Anything":
        return anything(name)


def anything(name: str) -> Anything:
    """Return what stands for a name of a module that is not there."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()


class Inert(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds IPython and its widgets as modules in which every name accepts anything."""

    NAMES = ("IPython", "ipywidgets", "anywidget")

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] in self.NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        vars(module).update(__getattr__=anything, get_ipython=Display, display=display)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def display(*args: object, **kwargs: object) -> None:
    """Show nothing."""


def install() -> None:
    """Put it in the place of IPython, and of what a kernel puts among the builtins."""
    sys.meta_path.insert(0, Inert())
    vars(builtins).update(get_ipython=Display, display=display)
