"""Files that are no notebook, or a broken one: a fault for that student alone, in words, and the
rest of the class is graded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from our_course import NOTEBOOKS
from support import grader, rows
from tiers import unsafe

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.notebook.cells_of_file import FILE_LIMIT

TESTED = "check_affine_backward"


def solved(edit: Callable[[dict[str, Any]], object] = lambda made: None, of: str = "ada") -> bytes:
    made = notebook.solve(NOTEBOOKS["1-affine"], student=of)
    edit(made)
    return json.dumps(made).encode()


def cell(made: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(
        c for c in made["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def without(grade_id: str) -> bytes:
    return solved(lambda made: made["cells"].remove(cell(made, grade_id)))


def twice(grade_id: str) -> bytes:
    return solved(lambda made: made["cells"].append(cell(made, grade_id)))


def deep(levels: int) -> bytes:
    return b'{"nbformat": 4, "cells": ' + b"[" * levels + b"]" * levels + b"}"


# What is handed in, and what is told of it. Bytes, or what makes something else than a file.
MALFORMED: dict[str, tuple[bytes | Callable[[Path], object], str]] = {
    "empty": (b"", "the file is empty"),
    "blanks": (b" \n\t\n", "the file is empty"),
    "nul": (b"\0" * 4096, "no valid JSON"),
    "cut": (solved()[:9000], "no valid JSON"),
    "page": (b"<!DOCTYPE html><html>a page of a login</html>", "no valid JSON"),
    "python": (b"def affine_backward(dy, x, w):\n    pass\n", "no valid JSON"),
    "zip": (b"PK\x03\x04" + bytes(range(256)), "not text in UTF-8"),
    "latin-1": (solved().replace(b"affine", "äffin".encode("latin-1")), "read as Windows-1252"),
    "nested": (deep(100_000), "nested too deeply"),
    "nested-cells": (deep(900), "none of its exercises was found"),
    "list": (b"[1, 2, 3]", "not a notebook of format 4"),
    "text": (b'"cells"', "not a notebook of format 4"),
    "number": (b"9" * 5000, "no valid JSON"),
    "nothing": (b"null", "not a notebook of format 4"),
    "format-3": (b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "not a notebook of format 4"),
    "format-5": (solved(lambda made: made.update(nbformat=5)), "not a notebook of format 4"),
    "no-cells": (
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "not a notebook of format 4",
    ),
    "cells-of-text": (b'{"nbformat": 4, "cells": "print()"}', "not a notebook of format 4"),
    "cells-of-numbers": (
        b'{"nbformat": 4, "cells": [1, 2, null, [], "x"]}',
        "none of its exercises was found",
    ),
    "another": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "metadata": {}}]}',
        "none of its exercises",
    ),
    "too-large": (b" " * (FILE_LIMIT + 1), "at most 128 are read"),
    "no-test": (without(TESTED), f"the test cell {TESTED} is missing"),
    "no-answer": (without("hinge_loss"), "the answer cell hinge_loss is missing"),
    "test-twice": (twice(TESTED), f"the cell {TESTED} stands in the notebook 2 times"),
    "answer-twice": (twice("hinge_loss"), "the cell hinge_loss stands in the notebook 2 times"),
    "magic": (
        solved(
            lambda made: cell(made, "hinge_loss").update(
                source="%%cython\ndef hinge_loss(y, labels):\n    pass"
            )
        ),
        "the answer cell hinge_loss uses %%cython, which cannot be run here",
    ),
    "link": (lambda path: path.symlink_to("/etc/passwd"), "it is a link"),
    "loop": (lambda path: path.symlink_to(path), "it is a link"),
    "folder": (lambda path: path.mkdir(), "is not a file"),
    "pipe": (lambda path: os.mkfifo(path), "is not a file"),
    "absent": (lambda path: None, "hand in the notebook under its own name"),
    "only-a-picture": (
        lambda path: path.with_name("photo.jpg").write_bytes(b"\xff\xd8"),
        "hand in the notebook under its own name",
    ),
    "linked-folder": (
        lambda path: (
            path.parent.rmdir(),
            path.parent.symlink_to("../../elsewhere", target_is_directory=True),
        ),
        "it is a link",
    ),
    "bad-time": (
        lambda path: (
            path.write_bytes(solved()),
            path.with_name("timestamp.txt").write_text("yesterday at noon"),
        ),
        "timestamp.txt",
    ),
}
# What keeps its points, and is for a person to look at: what was guessed is said.
GUESSED: dict[str, tuple[bytes | Callable[[Path], object], str]] = {
    "utf-16": (solved(of="utf-16").decode().encode("utf-16"), "the file is text in UTF-16"),
    "no-metadata": (
        solved(lambda made: [c.update(metadata={}) for c in made["cells"]], of="no-metadata"),
        "22 cells have lost nbgrader's metadata, and were recognised by their ids",
    ),
    "metadata-of-text": (
        solved(lambda made: [c.update(metadata="x") for c in made["cells"]], of="metadata-of-text"),
        "22 cells have lost nbgrader's metadata, and were recognised by their ids",
    ),
    "another-name": (
        lambda path: path.with_name("other.ipynb").write_bytes(solved(of="another-name")),
        "there is no affine.ipynb: graded is other.ipynb",
    ),
}
# Odd, and all the same a notebook that can be graded.
ODD = {
    "mark": b"\xef\xbb\xbf" + solved(of="mark"),
    "nan": solved(lambda made: made.update(metadata={"x": float("nan")}), of="nan"),
    "half-a-character": solved(
        lambda made: made["cells"].append(
            {"cell_type": "code", "source": "'\ud800'", "metadata": {}}
        ),
        of="half-a-character",
    ),
    "minor": solved(lambda made: made.update(nbformat_minor=99), of="minor"),
    "lines": solved(
        lambda made: [
            c.update(source=c["source"] if isinstance(c["source"], str) else [*c["source"], 7])
            for c in made["cells"]
        ],
        of="lines",
    ),
    "no-source": solved(lambda made: made["cells"].append({"cell_type": "code"}), of="no-source"),
    "same-ids": solved(lambda made: [c.update(id="x") for c in made["cells"]], of="same-ids"),
    "outputs": solved(
        lambda made: [
            c.update(outputs=[{"output_type": "error", "traceback": 3}]) for c in made["cells"]
        ],
        of="outputs",
    ),
    "keys-twice": solved(of="keys-twice").replace(
        b'"nbformat": 4', b'"nbformat": 4, "nbformat": 4'
    ),
}


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: Callable[[str, Path], Classroom]
) -> tuple[Classroom, int, dict[str, str]]:
    """A class of broken files and three that are not, graded at once: course, exit status, and what
    was said of each.
    """
    course = released_course("1-affine", tmp_path_factory.mktemp("malformed") / "course")
    made = (
        {name: content for name, (content, _) in (MALFORMED | GUESSED).items()}
        | ODD
        | {name: solved(of=name) for name in ("ada", "mia", "zoe")}
    )
    (course.folder / "elsewhere").mkdir()
    (course.folder / "elsewhere" / "affine.ipynb").write_bytes(solved())
    for name, content in made.items():
        path = course.submitted / name / "1-affine" / "affine.ipynb"
        path.parent.mkdir(parents=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path)
    odd = course.submitted / "an <odd> name" / "1-affine" / "affine.ipynb"
    odd.parent.mkdir(parents=True)
    odd.write_bytes(solved(of=odd.parent.parent.name))
    status, said = grader("grade", "--course", course.folder, *unsafe())
    lines = [
        line.split("] ", 1)[1].split(": ", 1) for line in said.splitlines() if line.startswith("[")
    ]
    return course, status, dict(lines)


def test_there_are_many_kinds():
    assert len(MALFORMED) >= 25


@pytest.mark.parametrize("name", MALFORMED)
def test_a_broken_file_is_told_in_words_and_marked(name, graded):
    course, status, said = graded
    assert status == 1
    assert "; look: " in said[name]
    assert MALFORMED[name][1] in said[name]
    assert "Traceback" not in said[name]
    marked = [row for row in rows(course.folder / "gradebook.db") if row[0] == name and row[5]]
    assert marked or name == "bad-time"


@pytest.mark.parametrize("name", ["ada", "mia", "zoe", *ODD])
def test_the_rest_of_the_class_is_graded(name, graded):
    course, _, said = graded
    assert said[name] == "19 points"
    assert sum(row[2] for row in rows(course.folder / "gradebook.db") if row[0] == name) == 19


@pytest.mark.parametrize("name", GUESSED)
def test_what_was_guessed_keeps_its_points_and_is_said(name, graded):
    course, _, said = graded
    assert said[name] == f"19 points; look: {GUESSED[name][1]}"
    marked = [row for row in rows(course.folder / "gradebook.db") if row[0] == name and row[5]]
    assert [row[1] for row in marked] == ["check_affine_forward"]


def test_a_folder_with_an_odd_name_is_graded_as_any_other(graded):
    course, _, said = graded
    assert said["an <odd> name"] == "19 points"
    assert "an <odd> name" in {row[0] for row in rows(course.folder / "gradebook.db")}
