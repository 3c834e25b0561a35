"""Tables of mistakes, and the catalogue that they fill.

A course has one catalogue. A row of a table is a right answer with one thing changed:

    affine_backward = Reference(affine.affine_backward, "dx dw db")

    CATALOGUE.wrong(
        affine_backward,
        "dw",
        dw_sign=(lambda dw: -dw, "has the wrong sign everywhere"),
        dw_ignores_dy=(lambda x, dy: x.T @ np.ones(dy.shape), "does not depend on dy"),
    )

The parameters of a lambda say what it is given: results of the reference and arguments of the
exercise, by name. A mistake that needs a loop is a function with such parameters, named in its row.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

Change = Callable[..., Any]


@dataclass(frozen=True)
class Mistake:
    """One wrong answer to an exercise. parts: the parts of the exercise that it loses."""

    name: str
    exercise: str
    parts: tuple[str, ...]
    hint: str
    answer: Callable[..., Any]


@dataclass(frozen=True)
class Reference:
    """The right answer to an exercise. names: what its results are called, separated by spaces.

    Raises ValueError if a result is called like an argument: a change could not name it.
    """

    function: Callable[..., Any]
    names: str

    def __post_init__(self) -> None:
        both = [result for result in self.results if result in self.arguments]
        if both:
            raise ValueError(
                f"{self.exercise} has an argument {both[0]}: give the result another name"
            )

    @property
    def exercise(self) -> str:
        return self.function.__name__

    @property
    def results(self) -> tuple[str, ...]:
        return tuple(self.names.split())

    @property
    def arguments(self) -> tuple[str, ...]:
        return _parameters(self.function)


class Catalogue(list[Mistake]):
    """The mistakes of a course, in the order in which they are entered."""

    def wrong(
        self,
        references: Reference | tuple[Reference, ...],
        parts: str,
        /,
        **rows: tuple[Change, str],
    ) -> None:
        """Enter a table of mistakes, each of them for every reference.

        parts: the parts of the exercise that these mistakes lose, separated by spaces.
        rows: name=(change, hint). The change returns what takes the place of the one result that
            is among the parts; the other results stay right. If several or none of the results are
            among the parts, it returns the whole answer.

        Raises TypeError if a change asks for something that is no result and no argument, and
        ValueError if it is a lambda that is not written in the table.
        """
        lost = tuple(parts.split())
        for name, (change, hint) in rows.items():
            for reference in references if isinstance(references, tuple) else (references,):
                answer = _answer(reference, lost, name, change)
                self.append(Mistake(name, reference.exercise, lost, hint, answer))


def _answer(
    reference: Reference, parts: tuple[str, ...], name: str, change: Change
) -> Callable[..., Any]:
    """Return the wrong answer as a function of its own, whose source inspect finds.

    The demo class hands that source in as a student's cell.
    """
    lines = _source(reference, parts, name, change).splitlines(keepends=True)
    filename = f"<mistake {name} of {reference.exercise}>"
    linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)
    defined: dict[str, Any] = {}
    exec(compile("".join(lines), filename, "exec"), change.__globals__, defined)
    answer: Callable[..., Any] = defined[name]
    return answer


def _source(reference: Reference, parts: tuple[str, ...], name: str, change: Change) -> str:
    """Return the text of the wrong answer. It calls the reference if it needs a result of it.

    def dw_sign(dy, x, w):
        dx, dw, db = affine.affine_backward(dy, x, w)
        return dx, -dw, db
    """
    results, arguments = reference.results, ", ".join(reference.arguments)
    lost = [result for result in results if result in parts]
    value = _expression(reference, name, change)
    if len(lost) == 1:
        value = ", ".join(value if result == lost[0] else result for result in results)
    lines = [f"def {name}({arguments}):"]
    keeps_others = len(lost) == 1 < len(results)
    if keeps_others or not set(results).isdisjoint(_parameters(change)):
        module = reference.function.__module__.rpartition(".")[2]
        right = f"{module}.{reference.exercise}({arguments})"
        lines.append(f"    {', '.join(results)} = {right}")
    return "\n".join([*lines, f"    return {value}\n"])


def _expression(reference: Reference, name: str, change: Change) -> str:
    """Return the body of a lambda, or the call of a function, as text."""
    parameters, known = _parameters(change), (*reference.results, *reference.arguments)
    unknown = [parameter for parameter in parameters if parameter not in known]
    if unknown:
        raise TypeError(
            f"{name} asks for {', '.join(unknown)}. {reference.exercise} has the results "
            f"{', '.join(reference.results)} and the arguments {', '.join(reference.arguments)}"
        )
    if change.__name__ != "<lambda>":
        return f"{change.__name__}({', '.join(parameters)})"
    written = _lambdas(change.__module__).get((name, change.__code__.co_firstlineno))
    if written is None:
        raise ValueError(f"{name}: write its lambda in the row, {name}=(lambda ...: ..., hint)")
    return ast.unparse(written.body)


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


@cache
def _lambdas(module: str) -> dict[tuple[str, int], ast.Lambda]:
    """Return the lambdas that stand first in the rows of a module, by the row's name and line."""
    lambdas = {}
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.keyword) and node.arg and isinstance(node.value, ast.Tuple):
            first = node.value.elts[0]
            if isinstance(first, ast.Lambda):
                lambdas[node.arg, first.lineno] = first
    return lambdas
