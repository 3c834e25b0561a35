"""The start page of a kit, and what an instructor adds to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import ROOT

from grader.exercises import COURSE
from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.kit.handout import Handout, handout_of
from grader.instructor.kit.student_kit import start_page

PAGE = (ROOT / "notebooks" / "course.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "handout").mkdir()
    return tmp_path


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / "handout" / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def test_the_map_says_what_the_notebooks_say():
    """Points, hours and places of all notebooks, and their sums."""
    rows = re.findall(
        r"^\| \[(.+?)\]\((.+?)\) \| .+? \| (\d+) \| (.+?) hours \|$", PAGE, re.MULTILINE
    )
    assert [(row[0], row[1], float(row[2])) for row in rows] == [
        (name, f"{name}/{notebook.file}", notebook.points) for name, notebook in NOTEBOOKS.items()
    ]
    for name, place, _, hours in rows:
        text = (ROOT / "notebooks" / place).read_text(encoding="utf-8")
        assert f"Plan for {hours} hours" in text, name
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [total] = re.findall(r"in (\d+ to \d+ hours)", PAGE)
    assert f"needs {total}" in readme
    assert f"That is {sum(each.points for each in NOTEBOOKS.values()):g} points" in PAGE


def test_a_notebook_that_is_not_released_has_no_link(folder):
    classroom = Classroom.at(folder)
    place = classroom.release / "1-affine" / "affine.ipynb"
    place.parent.mkdir(parents=True)
    place.touch()
    page = start_page(classroom, Handout({}, {}))
    assert re.findall(r"\]\((.+?\.ipynb)\)", page) == ["1-affine/affine.ipynb"]
    assert "| 6-capstone |" in page
    assert set(COURSE.by_assignment) == set(
        re.findall(r"^\| \[?([\w-]+)\]?.*hours", page, re.MULTILINE)
    )


def test_without_a_handout_the_page_has_words_of_its_own(folder):
    page = handout_of(folder).fill(PAGE)
    assert "Ask your instructor which help is allowed" in page
    assert "<!--" not in page


def test_rules_and_a_link_stand_in_their_slots(folder):
    write(folder, "policy.md", "Help of *any* kind is fine \\1 {x}.\n")
    write(folder, "text.url", "https://example.org/a%20text.pdf?x=1\n")
    handout = handout_of(folder)
    page = handout.fill(PAGE)
    assert "### Helpers and AI\n\nHelp of *any* kind is fine \\1 {x}.\n" in page
    assert (
        "[*Gradient in convolutional neural networks*](https://example.org/a%20text.pdf?x=1)"
        in page
    )
    assert "Ask your instructor" not in page
    assert handout.files == {}


def test_a_file_comes_with_the_kit(folder):
    write(folder, "text.pdf", b"%PDF-1.7")
    write(folder, ".DS_Store", b"")
    handout = handout_of(folder)
    assert handout.files == {"text.pdf": b"%PDF-1.7"}
    assert "networks*](text.pdf), and" in handout.fill(PAGE)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("text.url", "example.org", "Expected one address that begins with https://"),
        ("text.url", "javascript:alert(1)", "Expected one address"),
        ("text.url", "https://example.org/ and more", "Expected one address"),
        ("policy.md", " \n", "policy.md is empty"),
        ("policy.md", b"\xff\xfe\xfa", "is not text in UTF-8"),
        ("rules.md", "Be good.", "rules.md would be in no kit. Expected in .*policy.md"),
        ("text", "no suffix", "would be in no kit"),
    ],
)
def test_what_cannot_be_taken_is_said(name, content, message, folder):
    write(folder, name, content)
    with pytest.raises(CourseError, match=message):
        handout_of(folder)


def test_two_texts_and_a_text_of_many_megabytes_are_refused(folder, monkeypatch):
    write(folder, "text.pdf", b"x" * 2000)
    monkeypatch.setattr("grader.instructor.kit.handout.FILE_LIMIT", 1000)
    with pytest.raises(
        CourseError, match=r"at most 0.000953674 go into a kit. Put an address into"
    ):
        handout_of(folder)
    write(folder, "text.url", "https://example.org")
    with pytest.raises(CourseError, match=r"more than one text: text\.pdf, text\.url"):
        handout_of(folder)
