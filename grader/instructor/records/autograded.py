"""The autograded notebook: the released one, with the student's answers and our verdicts. Nothing else of the student's."""

from __future__ import annotations

import re
from typing import Any

from grader.instructor.author.notebook import Notebook, answer_cells, check_cells, set_source
from grader.show.verdict import MIME

KEY = "cnn_gradients"  # in the notebook's metadata: which submission it shows


BLANK = re.compile(r"\n(?:[^\S\n]*\n){20,}")
ANSWER_LIMIT = 50_000  # letters of an answer that pages show


def shown(source: str) -> str:
    """Return an answer for people to read: long gaps closed, and cut where nobody reads on. Pages colour it in quadratic time."""
    closed = BLANK.sub("\n" * 20, source)
    return (
        closed
        if len(closed) <= ANSWER_LIMIT
        else f"{closed[:ANSWER_LIMIT]}\n# ... cut here: the submission goes on\n"
    )


def autograded_notebook(
    released: Notebook, result: dict[str, Any], identity: dict[str, str]
) -> Notebook:
    """Put answers and verdicts into a freshly loaded released notebook; return it."""
    answers, tests = answer_cells(released), check_cells(released)
    for name, source in result["answers"].items():
        if name in answers:
            set_source(answers[name], shown(source))
    for told in result["exercises"]:
        tests[f"check_{told['exercise']}"]["outputs"] = _outputs(told)
    released["metadata"][KEY] = identity
    return released


def _outputs(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what check shows and returns: the verdict, a picture of the widget that it offers, and the points.

    The points are a float's repr, which nbgrader reads.
    """
    verdict = {
        key: told[key] for key in ("exercise", "earned", "points", "fault", "parts", "notes")
    }
    data = {"text/plain": told["text"], "text/html": told["html"], MIME: verdict}
    points = {"text/plain": repr(float(told["earned"]))}
    shown = [data]
    if picture := told.get("picture"):
        shown.append({"text/plain": picture["text"], "image/svg+xml": picture["svg"]})
    return [
        *({"output_type": "display_data", "data": data, "metadata": {}} for data in shown),
        {"output_type": "execute_result", "data": points, "metadata": {}, "execution_count": None},
    ]
