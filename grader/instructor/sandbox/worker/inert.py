"""What stands in for IPython, its widgets and progress bars where a student's code is graded.

Everything is accepted, and nothing is shown. What a cell computes with is real: the value of a
slider, what a magic runs, the items of a progress bar.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import os
import re
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

# Magics that run what stands behind them.
RUN = ("time", "timeit", "prun", "capture")
OPTION = re.compile(r"-(?:[nrp]\s*\d+|[slTD]\s*\S+|[a-zA-Z])\s+")
PYLAB = "import numpy\nimport numpy as np\nfrom numpy import *\n"


def student() -> dict[str, Any]:
    """Return the names of the student's notebook."""
    return vars(sys.modules["__main__"])


def run(source: str) -> None:
    """Execute code in the student's notebook; it inherits no feature of ours from __future__."""
    exec(compile(source, "<magic>", "exec", dont_inherit=True), student())


class Anything:
    """A name of a module that is not there: it can be called, looked into and gone through.

    As a decorator it leaves a function alone. Keyword arguments can be read from the result of a
    call: the value of a slider is the one that it was made with.
    """

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        is_decorator = len(args) == 1 and callable(args[0]) and not kwargs
        return args[0] if is_decorator else Anything(**kwargs)

    def __getattr__(self, name: str) -> Any:
        return anything(name)

    def __getitem__(self, key: Any) -> Any:
        return Anything()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def anything(name: str) -> Any:
    """Return what stands for a name of a module that is not there: a class where it is named so."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name[:1].isupper():
        return type(name, (Thing,), {})
    return Anything()


class Thing(Anything):
    """An instance of a class that is not there, which a student's class may build on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if "value" not in kwargs and not isinstance(getattr(type(self), "value", None), property):
            self.__dict__["value"] = kwargs.get("min", 0)


class Lines(list[str]):
    """What a shell command printed, as IPython returns it: nothing runs, and one line says so."""

    @property
    def s(self) -> str:
        return " ".join(self)

    @property
    def n(self) -> str:
        return "\n".join(self)

    nlstr = n
    spstr = s

    @property
    def l(self) -> list[str]:  # noqa: E743 (IPython's name)
        return list(self)

    list = l

    def grep(self, pattern: Any, *args: Any, **kwargs: Any) -> Lines:
        matching = pattern if callable(pattern) else re.compile(pattern, re.IGNORECASE).search
        return Lines([line for line in self if matching(line)])

    def fields(self, *numbers: int) -> Any:
        return [line.split() for line in self]


class Shell:
    """What `get_ipython()` returns.

    Magics are accepted and do nothing, but those that run, write or set something do that.
    """

    @property
    def user_ns(self) -> dict[str, Any]:
        """The names of the student's notebook."""
        return student()

    user_global_ns = user_ns

    def run_line_magic(self, name: str, line: str, *args: Any, **kwargs: Any) -> Any:
        """Do what a line magic does where no kernel is."""
        if name in RUN:
            while option := OPTION.match(line):
                line = line[option.end() :]
            run(line)
        elif name in ("env", "set_env"):
            return set_variable(line)
        elif name == "pylab":
            run(PYLAB)
        elif name in ("pwd", "cd"):
            return os.getcwd()
        return None

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str, cell: str, *args: Any, **kwargs: Any) -> None:
        """Do what a cell magic does where no kernel is."""
        if name == "writefile":
            write(line, cell)
        elif name in RUN:
            run(cell)
            if name == "capture" and line.split()[:1] and not line.startswith("-"):
                student()[line.split()[0]] = Anything(stdout="", stderr="", outputs=[])

    def getoutput(self, command: str = "", *args: Any, **kwargs: Any) -> Lines:
        """Return what a shell says of a command that it does not find."""
        return Lines([f"/bin/bash: {command.split(' ')[0]}: command not found"])

    def system(self, *args: Any, **kwargs: Any) -> None:
        """Run nothing."""

    def __getattr__(self, name: str) -> Any:
        return anything(name)


def set_variable(line: str) -> Any:
    """Do what %env does: set a variable, or return one, or all of them."""
    name, sign, value = line.partition("=") if "=" in line else line.partition(" ")
    if sign:
        os.environ[name.strip()] = value.strip()
        return None
    return os.environ.get(name.strip(), "") if name.strip() else dict(os.environ)


def write(line: str, text: str) -> None:
    """Do what %%writefile does, in the folder of this process."""
    *options, name = line.split() or [""]
    mode = "a" if "-a" in options else "w"
    with open(os.path.basename(name), mode, encoding="utf-8") as file:
        file.write(text)


class Bar:
    """A progress bar without its picture: the items that it was given, one after another."""

    def __init__(self, iterable: Iterable[Any] = (), *args: Any, **kwargs: Any) -> None:
        self.iterable = iterable
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable:
            yield item
            self.n += 1

    def update(self, count: int = 1) -> None:
        """Count what was done."""
        self.n += count

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __len__(self) -> int:
        return len(self.iterable)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return anything(name)


def bar_of_range(*args: int, **kwargs: Any) -> Bar:
    """Return what tqdm's trange does."""
    return Bar(range(*args))


class Inert(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that are not there, in which every name accepts anything."""

    NAMES = ("IPython", "ipywidgets", "anywidget", "tqdm", "google")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.split(".")[0] in self.NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module: Any = types.ModuleType(spec.name)
        module.__getattr__ = anything
        if spec.name.startswith("tqdm"):
            module.tqdm = module.tqdm_notebook = Bar
            module.trange = module.tnrange = bar_of_range
        else:
            module.get_ipython = Shell
            module.display = lambda *args, **kwargs: Anything()
        result: types.ModuleType = module
        return result

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install() -> None:
    """Put it in the place of IPython, and of what a kernel puts among the builtins."""
    names: Any = builtins
    sys.meta_path.insert(0, Inert())
    sys.breakpointhook = lambda *args, **kwargs: None
    names.get_ipython = Shell
    names.display = lambda *args, **kwargs: Anything()
