"""Which answers of different students are the same, whatever the names, comments and layout are."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dis import opmap
from types import CodeType

from grader.instructor.sealed.answer_text import TEXT_LIMIT

# Shorter answers agree by chance: `return dy @ w.T, x.T @ dy, dy.sum(axis=0)` has some 40.
SIZE = 80
STORE_NAME, NOP = opmap["STORE_NAME"], opmap["NOP"]
PREPARING = {NOP, opmap["RESUME"], opmap["MAKE_CELL"], opmap["COPY_FREE_VARS"]}


@dataclass(frozen=True)
class SameAnswers:
    """Students whose answers to an exercise are the same. size: of what Python compiles them to."""

    exercise: str
    size: int
    students: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """What an answer is without its names, comments and layout: a digest, and its length."""

    digest: str
    size: int


def form_of(answer: str) -> Form | None:
    """Return the form of an answer, None where it is no Python or too short to tell anything.

    It is what Python's compiler makes of it, which numbers the names of arguments and variables,
    and knows no comments. The answer's own functions count by their order; other names that it
    uses count as they are. Nothing of it is run.
    """
    try:
        if len(answer) > 2 * TEXT_LIMIT:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python says of odd code
            code = compile(answer, "", "exec", optimize=2, dont_inherit=True)  # no docstrings
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None
    own = {name: f"name {number}" for number, name in enumerate(_own_names(code))}
    parts = list(_parts(code, own))
    size = sum(len(part) for part in parts if isinstance(part, bytes)) // 2
    if size < SIZE:
        return None
    return Form(hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest(), size)


def _own_names(code: CodeType) -> Iterator[str]:
    """Yield the names that an answer defines for itself, once each, in their order.

    code: of the whole answer.
    """
    pairs = zip(code.co_code[::2], code.co_code[1::2], strict=True)
    numbers = dict.fromkeys(argument for name, argument in pairs if name == STORE_NAME)
    yield from (code.co_names[number] for number in numbers)


def _program(code: CodeType) -> bytes:
    """Return a function's instructions without the places that a docstring has left.

    They stand at its beginning, where nothing jumps over them.
    """
    pairs = [code.co_code[place : place + 2] for place in range(0, len(code.co_code), 2)]
    start = next((at for at, pair in enumerate(pairs) if pair[0] not in PREPARING), len(pairs))
    return b"".join([pair for pair in pairs[:start] if pair[0] != NOP] + pairs[start:])


def _parts(code: CodeType, own: Mapping[str, str]) -> Iterator[object]:
    """Yield what a piece of code is and holds, one piece after another."""
    waiting = [code]
    while waiting:  # and no recursion: code may be nested deeply
        piece = waiting.pop(0)
        yield _program(piece)
        yield (piece.co_argcount, piece.co_posonlyargcount, piece.co_kwonlyargcount, piece.co_flags)
        yield tuple(own.get(name, name) for name in piece.co_names)
        yield tuple(repr(value) for value in piece.co_consts if not isinstance(value, CodeType))
        waiting += [value for value in piece.co_consts if isinstance(value, CodeType)]


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
