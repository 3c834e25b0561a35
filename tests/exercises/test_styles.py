"""Honest answers in many styles keep every point, whichever cases a grade draws.

A student was told "right" by the fixed cases. An answer that errs by no more than honest arithmetic
does must not lose a point to a draw.
"""

from __future__ import annotations

import numpy as np
import pytest
from our_course import NOTEBOOKS
from support import few_and_many

from grader import numerical_jacobian
from grader.instructor.author.references import answers_of, reference
from grader.instructor.demo.honest_styles import Style, styles
from grader.judge.compare import matches
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise

CHEAP = [notebook for notebook in NOTEBOOKS.values() if not notebook.brings_answers]
STYLES = [(notebook, style) for notebook in CHEAP for style in styles(notebook)]
NAMES = [f"{notebook.assignment} {style.student}" for notebook, style in STYLES]


def functions_of(notebook: Notebook, style: Style) -> dict:
    """Return the references of a notebook, with a student's functions in their places."""
    namespace = {exercise.name: reference(exercise) for exercise in notebook.exercises}
    namespace |= {"np": np, "numerical_jacobian": numerical_jacobian}
    if notebook.support:
        tools = notebook.support.tools.items()
        namespace |= {name: getattr(module, name) for name, module in tools}
    for source in (*style.extra, *style.answers.values()):
        exec(source, namespace)
    return namespace


def lost_parts(exercise: Exercise, function, seed: int) -> set[str]:
    """Return the parts that a function loses on the cases of a seed."""
    cases = exercise.draw(np.random.default_rng(seed))
    own, right = (answers_of(exercise, each, cases) for each in (function, reference(exercise)))
    return {
        part.name
        for case, mine, theirs in zip(cases, own, right, strict=True)
        for part in exercise.parts
        if case.judges(part.name)
        if not matches(mine[part.name], theirs[part.name], part, case)
    }


@few_and_many(5, 60)
@pytest.mark.parametrize(("notebook", "style"), STYLES, ids=NAMES)
def test_an_honest_style_keeps_its_points_on_every_draw(notebook, style, seeds):
    functions = functions_of(notebook, style)
    lost = {
        (name, seed): parts
        for name in style.answers
        for seed in range(seeds)
        if (parts := lost_parts(notebook.by_name[name], functions[name], seed))
    }
    assert lost == {}
