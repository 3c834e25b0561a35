"""What stands in for IPython where a student's code is graded.

Everything is accepted, and nothing is shown.
"""

import builtins
import importlib.abc
import importlib.machinery
import os
import re
import sys
import types

RUN = ("time", "timeit", "prun", "capture")  # magics that run what stands behind them
OPTION = re.compile(r"-(?:[nrp]\s*\d+|[slTD]\s*\S+|[a-zA-Z])\s+")


class Display:
    """What `get_ipython()` returns.

    Magics are accepted and do nothing, but %time and the like run what they time.
    """

    def run_line_magic(self, name, line, *args, **kwargs):
        if name in RUN:
            while option := OPTION.match(line):
                line = line[option.end() :]
            exec(line, vars(sys.modules["__main__"]))
        return os.getcwd() if name == "pwd" else None

    def run_cell_magic(self, name, line, cell, *args, **kwargs):
        if name in RUN:
            exec(cell, vars(sys.modules["__main__"]))

    def getoutput(self, *args, **kwargs):
        return []

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class Anything:
    """A name of IPython's or its widgets': it can be called and looked into.

    As a decorator it leaves a function alone.
    """

    def __call__(self, *args, **kwargs):
        is_decorator = len(args) == 1 and callable(args[0])
        return args[0] if is_decorator else self

    def __getattr__(self, name):
        return anything(name)


def anything(name):
    """Return what stands for a name of a module that is not there."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()


class Inert(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds IPython and its widgets as modules in which every name accepts anything."""

    NAMES = ("IPython", "ipywidgets", "anywidget")

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = anything
        module.get_ipython = Display
        module.display = lambda *args, **kwargs: None
        return module

    def exec_module(self, module):
        pass


def install():
    """Put it in the place of IPython, and of what a kernel puts among the builtins."""
    sys.meta_path.insert(0, Inert())
    builtins.get_ipython = Display
    builtins.display = lambda *args, **kwargs: None
