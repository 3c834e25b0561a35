"""What an autograded notebook tells the gradebook, cell by cell: as nbgrader reads it, but without its leniency."""

from __future__ import annotations

import hashlib
from typing import Any

from grader.instructor.author.notebook import Cell, Notebook, source


class NeedsReview(ValueError):
    """A notebook that does not say what ours do: a fault of ours, never a score."""


def read(
    notebook: Notebook, most: dict[str, float]
) -> tuple[dict[str, float | None], dict[str, str | None]]:
    """Return scores and comments by grade_id. most: the points of the cells that the gradebook asks for. Raises Odd."""
    marked = [cell for cell in notebook["cells"] if "grade_id" in _marks(cell)]
    graded = {_marks(cell)["grade_id"]: cell for cell in marked if _marks(cell).get("grade")}
    if graded.keys() != most.keys():
        raise NeedsReview(
            f"the notebook's graded cells and the gradebook's differ: {', '.join(sorted(graded.keys() ^ most.keys()))}"
        )
    scores = {name: auto_score(cell, most[name]) for name, cell in graded.items()}
    return scores, {
        _marks(cell)["grade_id"]: auto_comment(cell)
        for cell in marked
        if _marks(cell).get("solution")
    }


def auto_score(cell: Cell, most: float) -> float | None:
    """Return a graded cell's points; None where only a person can tell (nbgrader.utils.determine_grade).

    nbgrader gives full marks for no output, for no number, for nan and for less than nothing: here they raise Odd.
    """
    if _marks(cell).get("solution"):
        return 0.0 if _unanswered(cell) else None
    if cell["cell_type"] != "code":
        return None
    name, outputs = _marks(cell)["grade_id"], cell["outputs"]
    told = [
        "".join(output["data"]["text/plain"])
        for output in outputs
        if output["output_type"] == "execute_result"
    ]
    if len(told) != 1 or any(
        output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs
    ):
        kinds = ", ".join(output["output_type"] for output in outputs) or "none"
        raise NeedsReview(
            f"the outputs of the cell {name} are: {kinds}; expected one result, and no error"
        )
    try:
        points = float(told[0])
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:
        raise NeedsReview(
            f"the cell {name} gives {told[0][:40]!r}, expected a number from 0 to {most:g}"
        )
    return points


def auto_comment(cell: Cell) -> str | None:
    return "No response." if _unanswered(cell) and not _marks(cell).get("task") else None


def checksum(cell: Cell) -> str:
    """Return what nbgrader.utils.compute_checksum does."""
    marks = _marks(cell)
    grade, solution = marks.get("grade", False), marks.get("solution", False)
    locked = False if solution else True if grade else marks.get("locked", False)
    parts = [source(cell), cell["cell_type"], grade, solution, locked, marks["grade_id"]]
    parts += [float(marks["points"])] if grade else []
    return hashlib.md5("".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def _unanswered(cell: Cell) -> bool:
    """Tell whether a cell still says what was released."""
    return bool(_marks(cell).get("checksum") == checksum(cell))


def _marks(cell: Cell) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})
