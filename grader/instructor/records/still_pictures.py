"""The still pictures of a notebook's own widgets, for pages of notebooks without outputs.

An autograded notebook keeps verdicts alone.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

from grader import widgets
from grader.instructor.author.notebook import Cell, load, source
from grader.instructor.author.references import reference
from grader.instructor.courses import source_notebook
from grader.judge.course import Notebook


@cache
def still_pictures(notebook: Notebook) -> Mapping[str, dict[str, str]]:
    """Return the still picture and its text of every given cell that ends in a widget.

    They come as an output's data, by the cell's id. The cells are those of the source notebook,
    where the reference stands for what a student is to write.
    """
    package = importlib.import_module(notebook.course.package)
    namespace = {"np": np} | {name: getattr(package, name) for name in package.__all__}
    for exercise in notebook.exercises:
        namespace[exercise.name] = reference(exercise)
    pictures: dict[str, dict[str, str]] = {}
    before: list[ast.stmt] = []
    for cell in filter(_is_handed_out, load(source_notebook(notebook))["cells"]):
        body = ast.parse(source(cell)).body
        call = _widget_call(body)
        if call is not None:
            # A page without the picture is better than none. The tests compare all of them.
            with suppress(Exception):
                widget = _value(call, [*before, *body[:-1]], dict(namespace))
                data = {"image/svg+xml": widget.still, "text/plain": widget.alternative}
                pictures[cell["id"]] = data
        before += body
    return pictures


def _is_handed_out(cell: Cell) -> bool:
    """Tell whether a cell is code that a notebook hands out."""
    return cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]


def _widget_call(body: list[ast.stmt]) -> ast.Call | None:
    """Return the call of a widget that a cell ends in, or None."""
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    call = body[-1].value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    return call if call.func.id in widgets.KINDS else None


def _value(expression: ast.expr, before: list[ast.stmt], namespace: dict[str, Any]) -> Any:
    """Return the value of an expression.

    Of what stands before it, the assignments and functions that it needs are executed: no figure
    is drawn.
    """
    statements: list[ast.stmt] = []
    needed = set(_names(expression, ast.Load))
    for statement in reversed(before):
        defined = _defined(statement)
        if defined & needed:
            statements.insert(0, statement)
            needed = (needed - defined) | set(_names(statement, ast.Load))
    exec(compile(ast.Module(statements, []), "<given cells>", "exec"), namespace)
    return eval(compile(ast.Expression(expression), "<given cell>", "eval"), namespace)


def _defined(statement: ast.stmt) -> set[str]:
    """Return the names that an assignment or a function defines; none for other statements."""
    if isinstance(statement, ast.FunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return set(_names(statement, ast.Store))
    return set()


def _names(tree: ast.AST, use: type[ast.expr_context]) -> Iterator[str]:
    """Yield the names that a tree loads or stores."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, use):
            yield node.id
