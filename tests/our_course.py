"""Our course, as tests ask for it."""

from __future__ import annotations

from grader.exercises import COURSE

EXERCISES = COURSE.exercises  # by name
NOTEBOOKS = COURSE.by_assignment


def all_right(assignment: str) -> str:
    """Return what `progress` says of a notebook in which every check is right."""
    notebook = NOTEBOOKS[assignment]
    points, count = f"{notebook.automatic_points:g}", len(notebook.exercises)
    if notebook.automatic_points:
        return f"{points} of {points}: everything is right"
    return f"{count} of {count} exercises right (no points)"
