"""The names that a student's function finds while it is judged: some are taken away, those of the layers are lent."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

from grader.call.answer import reaches, refusing_code

Scope = dict[str, Any]  # the student's global names


def public(layers: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the functions of layers.py by name."""
    return {name: value for name, value in vars(layers).items() if isinstance(value, FunctionType)}


@contextmanager
def with_layers(scope: Scope) -> Iterator[None]:
    """Bind the names of the layers to layers.py, beside the notebook, for an exercise that builds on them."""
    layers = public(importlib.import_module("layers"))
    held = {name: scope[name] for name in layers if name in scope}
    scope.update(layers)
    try:
        yield
    finally:
        for name in layers:
            scope.pop(name, None)  # the function may have deleted it
        scope.update(held)


def forbidden(names: tuple[str, ...], function: Any, scope: Scope) -> str:
    """Return the name that an exercise must do without and that a function is, or keeps out of reach of `without`; or ''."""
    found = reaches(function, [scope.get(name) for name in names])
    return next((name for name in names if found is not None and scope.get(name) is found), "")


@contextmanager
def without(names: tuple[str, ...], scope: Scope, exercise: str) -> Iterator[None]:
    """Bind the names that an exercise must do without to a function that says so, and exit, which would end the kernel."""

    def refusing(name: str) -> Callable[..., None]:
        def refuse(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError(f"write {exercise} without {name}")

        return refuse

    def leave(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    held: Scope = {}
    codes: list[tuple[FunctionType, CodeType]] = []
    for name, function in [(name, scope[name]) for name in names if name in scope]:
        aliases = {alias: value for alias, value in scope.items() if value is function}
        held |= aliases
        scope.update(dict.fromkeys(aliases, refusing(name)))
        if (
            isinstance(function, FunctionType) and function.__globals__ is scope
        ):  # the notebook's own, wherever else it is kept: in a list, a default, a closure
            codes.append((function, function.__code__))
            function.__code__ = refusing_code(function.__code__, f"write {exercise} without {name}")
    ends: Scope = {name: scope[name] for name in ("exit", "quit") if name in scope}
    scope.update(dict.fromkeys(ends, leave))
    held |= ends
    try:
        yield
    finally:
        scope.update(held)
        for function, code in codes:
            function.__code__ = code
