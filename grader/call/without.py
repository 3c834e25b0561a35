"""The names that a student's function finds while it is judged: some are taken away, those of the
layers are lent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .answer import Answer, faulty, kind

Namespace = dict[str, Any]  # the student's global names
OURS = ("grader", "_numeric")  # where numerical_jacobian stands, in a kernel and in a worker


def public(layers: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the functions of layers.py by name."""
    return {name: value for name, value in vars(layers).items() if isinstance(value, FunctionType)}


@contextmanager
def with_layers(layers: dict[str, Callable[..., Any]], namespace: Namespace) -> Iterator[None]:
    """Bind the names of the layers to those of layers.py, for an exercise that builds on them."""
    held = {name: namespace[name] for name in layers if name in namespace}
    namespace.update(layers)
    try:
        yield
    finally:
        for name in layers:
            namespace.pop(name, None)  # the function may have deleted it
        namespace.update(held)


def refusal(function: Any, names: Sequence[str], namespace: Namespace) -> Answer | None:
    """Return the fault of a function that is not called at all, None for any other.

    names: what the exercise must do without
    """
    if function is None:
        return faulty("not defined")
    if not callable(function):
        return faulty("no function", **kind(function))
    held = reaches(function, [namespace.get(other) for other in names])
    if held is None:
        return None
    other = next((other for other in names if namespace.get(other) is held), "")
    return faulty("partner", name=other) if other else None


@contextmanager
def without(
    names: Sequence[str], namespace: Namespace, exercise: str
) -> Iterator[dict[CodeType, str]]:
    """Take away the names that an exercise must do without; yield their code, by which one that is
    kept elsewhere is known.

    They, and other names for the same functions, are bound to a function that raises RuntimeError.
    exit and quit, which would end the kernel, raise SystemExit meanwhile.
    """
    refused = {name: namespace[name] for name in names if name in namespace}
    ends = {name: namespace[name] for name in ("exit", "quit") if name in namespace}
    aliases: Namespace = {}
    by_code: dict[CodeType, str] = {}
    with ExitStack() as codes:
        for name, function in refused.items():
            message = f"write {exercise} without {name}"
            same = {alias: value for alias, value in namespace.items() if value is function}
            aliases |= same
            namespace.update(dict.fromkeys(same, _refusing(message)))
            # These may be kept elsewhere too: in a module, a list, a default, a closure.
            if not isinstance(function, FunctionType):
                continue
            is_own = function.__globals__ is namespace
            if is_own or function.__module__.split(".")[0] in OURS:
                by_code[function.__code__] = name
            if is_own:
                codes.enter_context(_refusing_by_its_code(function, message))
        namespace.update(dict.fromkeys(ends, _leave))
        try:
            yield by_code
        finally:
            namespace.update(aliases | ends)


def _refusing(message: str) -> Callable[..., None]:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(message)

    return refuse


def _leave(*args: Any, **kwargs: Any) -> None:
    raise SystemExit


@contextmanager
def _refusing_by_its_code(function: FunctionType, message: str) -> Iterator[None]:
    """Let a function refuse wherever it is held, by other code put into it for a while."""
    code = function.__code__
    function.__code__ = refusing_code(code, message)
    try:
        yield
    finally:
        function.__code__ = code


def reaches(function: Any, others: list[Any]) -> Any:
    """Return the one of other functions that a function is, or keeps in its defaults, its closure
    or as a partial; else None.
    """
    kept = [function, *_kept(function)]
    return next(
        (other for other in others if other is not None and any(value is other for value in kept)),
        None,
    )


def _kept(function: Any) -> Iterator[Any]:
    """Yield what a function holds. Only Python's own kinds of functions are looked into: another
    object may answer anything.
    """
    if issubclass(type(function), functools.partial):
        yield from (function.func, *function.args, *function.keywords.values())
    if type(function) is FunctionType:
        yield from function.__defaults__ or ()
        yield from (function.__kwdefaults__ or {}).values()
        for cell in function.__closure__ or ():
            with suppress(ValueError):  # not filled yet
                yield cell.cell_contents


def refusing_code(code: CodeType, message: str) -> CodeType:
    """Return code that raises RuntimeError(message).

    It is put for a while into a function, in the place of the function's own.
    """

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("")

    constants = tuple(
        message if constant == "" else constant for constant in refuse.__code__.co_consts
    )
    return refuse.__code__.replace(co_consts=constants, co_freevars=code.co_freevars)
