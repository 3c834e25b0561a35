"""Which answers are one code under two names, where one is to be written without the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.instructor.sealed.answer_text import TEXT_LIMIT
from grader.judge.course import Notebook


def same_code(notebook: Notebook, answers: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each such pair of answers.

    answers: the texts of those that earn something, by exercise. Two stubs are alike, and so are
    two answers that go wrong in the same way; neither is a copy that gains anything.
    """
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
        if len(text) > 2 * TEXT_LIMIT:
            raise ValueError(text)
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
    pairs: list[tuple[object, object]] = [(function.args, other.args), (function.body, other.body)]
    while pairs:  # and no recursion: code may be nested deeply
        one, two = pairs.pop()
        if type(one) is not type(two):
            return False
        if isinstance(one, ast.AST):
            pairs += [(getattr(one, name, None), getattr(two, name, None)) for name in one._fields]
        elif isinstance(one, list) and isinstance(two, list):
            if len(one) != len(two):
                return False
            pairs += zip(one, two, strict=True)
        elif one != two:
            return False
    return True
