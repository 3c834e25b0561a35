"""The still pictures of a notebook's own widgets, for pages of notebooks without outputs: a sealed grade keeps verdicts alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np

import grader
from grader.exercises import of_assignment
from grader.instructor.author.catalogue import reference
from grader.instructor.author.notebook import load, source
from grader.instructor.classroom import source_notebook


@cache
def still_pictures(assignment: str) -> Mapping[str, dict[str, str]]:
    """Return the still picture and its text, as an output's data, of every given cell that ends in a widget, by the cell's id.

    The cells are the course's own, in its source notebook; what a student is to write is in them the reference.
    """
    scope = {"np": np} | {name: getattr(grader, name) for name in grader.__all__}
    scope |= {exercise.name: reference(exercise) for exercise in of_assignment(assignment)}
    found: dict[str, dict[str, str]] = {}
    before: list[ast.stmt] = []
    for cell in load(source_notebook(assignment))["cells"]:
        if cell["cell_type"] != "code" or "nbgrader" in cell["metadata"]:
            continue
        body = ast.parse(source(cell)).body
        last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
        if (
            isinstance(last, ast.Call)
            and isinstance(last.func, ast.Name)
            and last.func.id in grader.WIDGETS
        ):
            with suppress(
                Exception
            ):  # a page without the picture is better than none; the tests compare all of them
                widget = _value(last, [*before, *body[:-1]], dict(scope))
                found[cell["id"]] = {
                    "image/svg+xml": widget.still,
                    "text/plain": widget.alternative,
                }
        before += body
    return found


def _value(expression: ast.expr, before: list[ast.stmt], scope: dict[str, Any]) -> Any:
    """Return the value of an expression, after the assignments and functions in front of it that it needs: no figure is drawn."""
    needed: list[ast.stmt] = []
    wanted = set(_names(expression, ast.Load))
    for statement in reversed(before):
        makes = (
            {statement.name}
            if isinstance(statement, ast.FunctionDef)
            else set(_names(statement, ast.Store))
        )
        if isinstance(statement, ast.Assign | ast.FunctionDef) and makes & wanted:
            needed.append(statement)
            wanted = (wanted - makes) | set(_names(statement, ast.Load))
    exec(compile(ast.Module(needed[::-1], []), "<given cells>", "exec"), scope)
    return eval(compile(ast.Expression(expression), "<given cell>", "eval"), scope)


def _names(tree: ast.AST, use: type[ast.expr_context]) -> Iterator[str]:
    return (
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, use)
    )
