"""The autograded notebook: the released one, with the student's answers and our verdicts.

Nothing else of the student's is in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.instructor.author.notebook import (
    NotebookJSON,
    answer_cells,
    check_cells,
    load,
    set_source,
    source,
)
from grader.instructor.courses import CourseError
from grader.instructor.files import digest
from grader.instructor.sealed.grade_one import ExerciseJSON, WorkJSON
from grader.instructor.sealed.intake import Identity
from grader.instructor.sealed.magics import CUT
from grader.show.verdict import MIME, VerdictJSON

KEY = "cnn_gradients"  # in the notebook's metadata: which submission and which verdict it shows
BLANK_LIMIT = 20  # lines
BLANK = re.compile(rf"\n(?:[^\S\n]*\n){{{BLANK_LIMIT},}}")
ANSWER_LIMIT = 50_000  # letters of an answer that pages show
LINE_LIMIT = 1000  # letters of one of its lines


def readable(text: str) -> str:
    """Return an answer for people to read: long gaps are closed, and what is very long is cut.

    Pages colour an answer in a time that grows with the square of its length, and of its lines'.
    """
    closed = "\n".join(map(_readable_line, BLANK.sub("\n" * BLANK_LIMIT, text).split("\n")))
    return cut(closed)


def cut(text: str) -> str:
    """Return a text without what is beyond the limit, and a mark where it was cut."""
    return text if len(text) <= ANSWER_LIMIT else text[:ANSWER_LIMIT] + CUT


def _readable_line(line: str) -> str:
    return line if len(line) <= LINE_LIMIT else f"{line[:LINE_LIMIT]}  # ... cut here"


def autograded_notebook(
    released: NotebookJSON, result: WorkJSON, identity: Identity
) -> NotebookJSON:
    """Put answers and verdicts into a freshly loaded released notebook; return it.

    result: what a verdict file holds on the work; identity: the submission's.
    """
    answers = answer_cells(released)
    tests = check_cells(released)
    for name, answer in result["answers"].items():
        if name in answers:
            set_source(answers[name], readable(answer))
    for name, text in result.get("texts", {}).items():
        if name in answers and text.strip() != source(answers[name]).strip():
            set_source(answers[name], cut(text))
    for verdict in result["exercises"]:
        tests[f"check_{verdict['exercise']}"]["outputs"] = _outputs(verdict)
    released["metadata"][KEY] = {**key_of(result, identity), "cells": _digest_of_cells(released)}
    return released


def _digest_of_cells(notebook: NotebookJSON) -> str:
    """Return a digest of what pages show of a notebook."""
    cells = [[source(cell), cell.get("outputs", [])] for cell in notebook["cells"]]
    return digest(json.dumps(cells, sort_keys=True).encode())


def key_in(path: Path) -> dict[str, str]:
    """Return which verdict an autograded notebook shows, {} where there is none to read.

    There is none in a notebook whose cells somebody has edited.
    """
    try:
        notebook = load(path)
        key = dict(notebook["metadata"][KEY])
        is_whole = key.pop("cells") == _digest_of_cells(notebook)
    except (CourseError, KeyError, TypeError, ValueError, AttributeError):
        return {}
    return key if is_whole and key.keys() == {"sha256", "timestamp", "verdict"} else {}


def same_texts(path: Path, new: NotebookJSON, essays: Sequence[str]) -> set[str]:
    """Return the essays that stand in an earlier autograded notebook as they do in the new one."""
    if not essays or not path.is_file():
        return set()
    try:
        earlier = answer_cells(load(path))
        now = answer_cells(new)
        return {name for name in essays if source(earlier[name]) == source(now[name])}
    except (CourseError, KeyError, TypeError, AttributeError):
        return set()


def key_of(result: WorkJSON, identity: Identity) -> dict[str, str]:
    """Return what an autograded notebook keeps of its submission and of the verdicts it shows."""
    visible: list[Any] = [result["answers"], result["exercises"]]
    if "texts" in result:
        visible.append(result["texts"])
    content = json.dumps(visible).encode()
    return {
        "sha256": identity["sha256"],
        "timestamp": identity["timestamp"],
        "verdict": digest(content),
    }


def _outputs(verdict: ExerciseJSON) -> list[dict[str, Any]]:
    """Return the outputs of a test cell, as check shows and returns them.

    They are the verdict, a picture of the widget that it suggests, and the points: a float's repr,
    which nbgrader reads.
    """
    plain = {key: value for key, value in verdict.items() if key in VerdictJSON.__annotations__}
    words = {"text/plain": verdict["text"], "text/html": verdict["html"]}
    outputs = [_display({**words, MIME: plain})]
    picture = verdict.get("picture")
    if picture:
        outputs.append(_display({"text/plain": picture["text"], "image/svg+xml": picture["svg"]}))
    points = {"text/plain": repr(float(verdict["earned"]))}
    outputs.append(
        {"output_type": "execute_result", "data": points, "metadata": {}, "execution_count": None}
    )
    return outputs


def _display(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}
