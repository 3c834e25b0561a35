"""Identifiers are the field's nouns: words that we gave up stay out of them (prose may use them)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support import ROOT

# In a name of several words these say nothing either.
WORDS = {
    "told": "message, text",
    "says": "message",
    "remarks": "notes",
    "scope": "namespace",
    "stills": "still_pictures",
    "transplant": "autograded",
    "offer": "suggest",
    "decide": "judge",
    "decision": "judge",
    "outcome": "answer, result",
    "garbage": "what it is",
    "shown": "visible, or what it is",
    "seen": "observed, or what it is",
    "most": "limit",
}
# Alone these are no name; in several words they can be one (made_with, handed_in).
ALONE = {
    "made": "what it is",
    "given": "argument",
    "found": "match, result, or what it is",
    "asked": "trial, or what it is",
    "handed": "submission",
}
ALLOWED = {"_most_common"}  # as in collections.Counter
KEYS = {"grader/judge/exercise.py: shown"}  # of the shipped tables, in a typed dict
STUDENTS = ("styles", "broken")  # written in students' words


def modules() -> Iterator[Path]:
    for top in ("grader", "solutions"):
        for path in (ROOT / top).rglob("*.py"):
            if not set(path.parts) & set(STUDENTS):
                yield path


def identifiers(text: str) -> Iterator[str]:
    """Yield the names that a module gives: of functions, classes, arguments and variables."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def given_up(name: str) -> str:
    """Return what to say in place of a name's words, or ''."""
    if name in ALLOWED:
        return ""
    words = re.split(r"_+|(?<=[a-z])(?=[A-Z])", name.strip("_"))
    if len(words) == 1 and words[0].lower() in ALONE:
        return ALONE[words[0].lower()]
    return next((WORDS[word.lower()] for word in words if word.lower() in WORDS), "")


def test_no_identifier_has_a_word_that_was_given_up():
    found = {}
    for path in modules():
        for name in identifiers(path.read_text(encoding="utf-8")):
            better = given_up(name)
            # The names of mistakes stand in the shipped tables.
            place = f"{path.relative_to(ROOT)}: {name}"
            if better and "mistakes" not in path.parts and place not in KEYS:
                found[place] = better
    assert found == {}


def test_a_word_would_be_found():
    text = (
        "def _told(scope):\n    MOST_ROWS = made = scope.says = 1\n    made_with = found_in = 2\n"
    )
    assert [name for name in identifiers(text) if given_up(name)] == [
        "_told",
        "scope",
        "MOST_ROWS",
        "made",
        "says",
    ]
