"""Which answers are one code under two names, where one is to be written without the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.judge.course import Notebook


def same_code(notebook: Notebook, answers: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each such pair of answers. answers: their texts, by exercise."""
    functions: dict[str, ast.FunctionDef | None] = {}
    pairs: set[frozenset[str]] = set()
    for exercise in notebook.exercises:
        for other in exercise.without:
            for name in {exercise.name, other} - functions.keys():
                functions[name] = _function(answers.get(name, ""), name)
            pair = frozenset((exercise.name, other))
            if pair not in pairs and _is_same(functions[exercise.name], functions[other]):
                pairs.add(pair)
                yield (
                    f"{exercise.name} and {other} are one code under two names, "
                    f"and {exercise.name} is to be written without {other}"
                )


def _function(text: str, name: str) -> ast.FunctionDef | None:
    """Return the last function of this name in a text, without its docstring; None for none."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    if not functions:
        return None
    function = functions[-1]
    if ast.get_docstring(function) is not None:
        del function.body[0]
    return function


def _is_same(function: ast.FunctionDef | None, other: ast.FunctionDef | None) -> bool:
    """Tell whether two functions do the same, whatever their names and comments are."""
    if function is None or other is None:
        return False
    kinds = [[type(statement) for statement in each.body] for each in (function, other)]
    # To write code out takes far longer than to see that it is another one.
    return kinds[0] == kinds[1] and _written_out(function) == _written_out(other)


def _written_out(function: ast.FunctionDef) -> list[str]:
    return [ast.dump(node) for node in (function.args, *function.body)]
