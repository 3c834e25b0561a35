"""Which answers are one code under two names, where one is to be written without the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.judge.course import Notebook


def same_code(notebook: Notebook, answers: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each such pair of answers. answers: their texts, by exercise."""
    pairs: set[frozenset[str]] = set()
    for exercise in notebook.exercises:
        body = _body(answers.get(exercise.name, ""), exercise.name)
        for other in exercise.without:
            pair = frozenset((exercise.name, other))
            if body and pair not in pairs and body == _body(answers.get(other, ""), other):
                pairs.add(pair)
                yield (
                    f"{exercise.name} and {other} are one code under two names, "
                    f"and {exercise.name} is to be written without {other}"
                )


def _body(text: str, name: str) -> str:
    """Return what a function of a text does, without its name, docstring and comments; or ""."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    if not functions:
        return ""
    function = functions[-1]
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return ast.dump(function.args) + "".join(map(ast.dump, body))
