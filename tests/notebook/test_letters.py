"""L is the loss. A filter or window has kh rows and kw columns, in one dimension k weights: K and L
were their names, and stay out.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from support import ROOT

from grader.instructor.courses import source_notebook

GIVEN_UP = {"K", "L"}
K = re.compile(r"(?<![A-Za-z\\])K(?![A-Za-z]|\. [A-Z])")  # but in an author's name
FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$", re.DOTALL)
# L as a size: times another one, less another one or a number, or where a count ends.
SIZE = re.compile(r"(\\times|\\cdot|-)\s*L\b|\bL\s*(\\times|\\cdot|-\s*\d)|(<|\\le)(\\,)?\s*L\b")


def identifiers(text: str) -> set[str]:
    """Return the names in a module, of attributes and arguments too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            names.add(node.arg)
    return names


def cells(kind: str) -> Iterator[tuple[str, str]]:
    for assignment, notebook in NOTEBOOKS.items():
        made = json.loads(source_notebook(notebook).read_text(encoding="utf-8"))
        for cell in made["cells"]:
            if cell["cell_type"] == kind:
                yield f"{assignment}: {cell['id']}", "".join(cell["source"])


def test_no_code_names_a_size_by_a_letter_that_was_given_up():
    texts = dict(cells("code"))
    for top in ("grader", "solutions", "notebooks"):
        for path in (ROOT / top).rglob("*.py"):
            texts[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
    assert {where: text for where, text in texts.items() if identifiers(text) & GIVEN_UP} == {}
    # K neither stands in a comment, a message or a docstring; L may, as the loss.
    assert [where for where, text in texts.items() if K.search(text)] == []


def test_no_widget_names_a_size_by_a_letter_that_was_given_up():
    found = [
        path.name
        for path in (ROOT / "grader" / "widgets" / "js").rglob("*.js")
        if re.search(r"\bK\b|[.\"{]L\b|\bL[,:)]", path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_no_exercise_has_a_size_with_a_letter_that_was_given_up(exercise):
    assert not GIVEN_UP & set(exercise.arguments)
    for part in exercise.parts:
        assert not GIVEN_UP & set((part.shape or "").split())
    for case in (*exercise.visible, *exercise.draw(np.random.default_rng(0))):
        assert not GIVEN_UP & set(case.sizes)


def sizes_in_formulas(text: str) -> list[str]:
    """Return the formulas of a cell in which K stands, or L for a size."""
    return [
        formula for formula in FORMULA.findall(text) if K.search(formula) or SIZE.search(formula)
    ]


def test_no_formula_has_a_size_with_a_letter_that_was_given_up():
    found = {where: sizes_in_formulas(text) for where, text in cells("markdown")}
    assert {where: formulas for where, formulas in found.items() if formulas} == {}
    assert [where for where, text in cells("markdown") if K.search(text)] == []


def test_a_letter_would_be_found():
    assert identifiers("def f(x, K):\n    (self.L, size) = x") >= GIVEN_UP
    assert sizes_in_formulas(
        r"$K - 1$, $k_h\times L$, $W - L$, $$\sum_{v=0}^{L-1}$$, $v\,<\,L$, $\partial L$, $L = y^2$"
    ) == ["$K - 1$", r"$k_h\times L$", "$W - L$", r"$$\sum_{v=0}^{L-1}$$", r"$v\,<\,L$"]
