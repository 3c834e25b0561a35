"""Which answers of different students are the same, whatever the names, comments and layout are."""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.instructor.sealed.answer_text import TEXT_LIMIT

# Shorter answers agree by chance: a right `return dy @ w.T, x.T @ dy, dy.sum(axis=0)` has 30.
NODES = 60
BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class SameAnswers:
    """Students whose answers to an exercise are the same. size: how long they are, in nodes."""

    exercise: str
    size: int
    students: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """What an answer is without its names, comments and layout: a digest, and its length."""

    digest: str
    size: int


def form_of(answer: str, name: str) -> Form | None:
    """Return the form of an answer, None where it is no Python or too short to tell anything.

    Names that the answer itself binds count by the order in which they come; those of the language
    and of modules, and attributes, count as they are.
    """
    try:
        if len(answer) > 2 * TEXT_LIMIT:
            return None
        tree = ast.parse(answer)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound = {name: "answer", **_bound_names(tree)}
    words = list(_words(tree, bound))
    if len(words) < NODES:
        return None
    return Form(hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest(), len(words))


def _bound_names(tree: ast.AST) -> dict[str, str]:
    """Return what takes the place of each name that the answer itself binds."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        for name in _names_bound_by(node):
            if name not in BUILTINS:
                bound.setdefault(name, f"name{len(bound)}")
    return bound


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name


def _words(tree: ast.AST, bound: Mapping[str, str]) -> Iterator[str]:
    """Yield a tree's nodes and values in order; what says nothing to Python is left out."""
    waiting: list[object] = [tree]
    while waiting:  # and no recursion: code may be nested deeply
        item = waiting.pop()
        if isinstance(item, list):
            waiting += reversed(item)
        elif isinstance(item, ast.AST):
            if _is_docstring(item):
                continue
            yield type(item).__name__
            waiting += reversed([_value(item, field, bound) for field in item._fields])
        elif item is not None:
            yield repr(item)


def _value(node: ast.AST, field: str, bound: Mapping[str, str]) -> object:
    """Return a node's field, a bound name by what takes its place."""
    value = getattr(node, field, None)
    if isinstance(node, ast.arg) and field == "annotation":
        return None
    if isinstance(value, str) and not isinstance(node, (ast.Constant, ast.Attribute)):
        return bound.get(value, value)
    return value


def _is_docstring(node: ast.AST) -> bool:
    """Tell whether a node is a text that stands by itself."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def same_answers(forms: Iterable[tuple[str, str, Form]]) -> Iterator[SameAnswers]:
    """Yield who has the same answers, the longest first. forms: (student, exercise, form)."""
    groups: dict[tuple[str, Form], list[str]] = defaultdict(list)
    for student, exercise, form in forms:
        groups[exercise, form].append(student)
    same = [
        SameAnswers(exercise, form.size, tuple(sorted(students)))
        for (exercise, form), students in groups.items()
        if len(students) > 1
    ]
    yield from sorted(same, key=lambda each: (-each.size, each.exercise, each.students))
