"""What an autograded notebook tells the gradebook, cell by cell.

It is read as nbgrader reads it (nbgrader.utils), but without its leniency. nbgrader gives full
points for an output that is no number of the right size, as it once did for a score of zero (its
issue 1374); here such a notebook raises NeedsReview.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from grader.instructor.author.notebook import Cell, NotebookJSON, source


class NeedsReview(ValueError):
    """A notebook that is not as ours are: a fault of the grader, and never a score."""


def read(
    notebook: NotebookJSON, max_scores: dict[str, float], gone: Collection[str] = ()
) -> tuple[dict[str, float | None], dict[str, str | None]]:
    """Return the scores and the comments of a notebook's cells, both by grade_id.

    max_scores: the points of the cells that the gradebook asks for; gone: those of them that the
    course has no exercise for any more, so that a person has to grade them. Raises NeedsReview.
    """
    cells = [cell for cell in notebook["cells"] if "grade_id" in _metadata(cell)]
    graded = {_name(cell): cell for cell in cells if _metadata(cell).get("grade")}
    if graded.keys() != max_scores.keys():
        names = ", ".join(sorted(graded.keys() ^ max_scores.keys()))
        raise NeedsReview(f"the notebook's graded cells and the gradebook's differ: {names}")
    scores = {
        name: None if name in gone else auto_score(cell, max_scores[name])
        for name, cell in graded.items()
    }
    answers = [cell for cell in cells if _metadata(cell).get("solution")]
    return scores, {_name(cell): auto_comment(cell) for cell in answers}


def auto_score(cell: Cell, max_score: float) -> float | None:
    """Return a graded cell's points, as nbgrader.utils.determine_grade does.

    None means that a person has to grade it. Raises NeedsReview where nbgrader would give full
    points: for no output, for no number, for nan, and for less than nothing.
    """
    if _metadata(cell).get("solution"):
        return 0.0 if _is_unanswered(cell) else None
    if cell["cell_type"] != "code":
        return None
    name = _name(cell)
    result = _result(name, cell["outputs"])
    try:
        points = float(result)
    except ValueError:
        points = -1.0
    if not 0 <= points <= max_score:
        raise NeedsReview(
            f"the cell {name} gives {result[:40]!r}, expected a number from 0 to {max_score:g}"
        )
    return points


def _result(name: str, outputs: list[dict[str, Any]]) -> str:
    """Return the text of a cell's one result. Raises NeedsReview for errors and other outputs."""
    results = [output for output in outputs if output["output_type"] == "execute_result"]
    if len(results) != 1 or any(map(_is_error, outputs)):
        kinds = ", ".join(output["output_type"] for output in outputs) or "none"
        raise NeedsReview(
            f"the outputs of the cell {name} are: {kinds}; expected one result, and no error"
        )
    return "".join(results[0]["data"]["text/plain"])


def _is_error(output: dict[str, Any]) -> bool:
    return output["output_type"] == "error" or output.get("name") == "stderr"


def auto_comment(cell: Cell) -> str | None:
    """Return the comment on an answer cell, None for no comment."""
    is_missing = _is_unanswered(cell) and not _metadata(cell).get("task")
    return "No response." if is_missing else None


def checksum(cell: Cell) -> str:
    """Return what nbgrader.utils.compute_checksum does."""
    metadata = _metadata(cell)
    is_graded = metadata.get("grade", False)
    is_answer = metadata.get("solution", False)
    values = [source(cell), cell["cell_type"], is_graded, is_answer, _is_locked(metadata)]
    values.append(_name(cell))
    if is_graded:
        values.append(float(metadata["points"]))
    text = "".join(map(str, values))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _is_locked(metadata: dict[str, Any]) -> Any:
    """Return what nbgrader.utils.is_locked does."""
    if metadata.get("solution", False):
        return False
    if metadata.get("grade", False):
        return True
    return metadata.get("locked", False)


def _is_unanswered(cell: Cell) -> bool:
    """Tell whether a cell holds what was released."""
    return bool(_metadata(cell).get("checksum") == checksum(cell))


def _metadata(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    return cell["metadata"].get("nbgrader", {})


def _name(cell: Cell) -> str:
    """Return a cell's grade_id."""
    name: str = _metadata(cell)["grade_id"]
    return name
