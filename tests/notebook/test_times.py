"""How long an exercise takes: noted where a student asks for it, and read by the report."""

from __future__ import annotations

import re

import pytest
from our_course import NOTEBOOKS
from support import grader, references
from tiers import unsafe

import grader as students
from grader.instructor.author import notebook
from grader.notebook.times import HEAD, TIMES, seconds_in


def lines(*events: tuple[str, str, int]) -> str:
    return "\n".join(
        [HEAD, *(f"2026-11-29T{time}Z,{name},{right}" for time, name, right in events)]
    )


def test_the_time_between_two_checks_belongs_to_the_later_one_until_it_is_right():
    content = lines(
        ("10:00:00", "start", 0),
        ("10:04:00", "first", 0),
        ("10:05:00", "first", 1),
        ("10:06:00", "first", 1),  # checked again once it is right
        ("10:08:00", "second", 0),
        ("11:00:00", "second", 0),  # after a break
        ("11:03:00", "second", 1),
        ("11:04:00", "third", 0),
    )
    assert seconds_in(content) == {"first": 300.0, "second": 300.0}


def test_the_order_of_the_lines_and_what_came_before_the_first_do_not_matter():
    content = lines(("10:01:00", "b", 1), ("10:00:00", "a", 1))
    assert seconds_in(content) == {"b": 60.0}
    assert seconds_in(HEAD) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "time,exercise",
        HEAD + "\nsoon,a,1",
        HEAD + "\n2026-13-01T00:00:00Z,a,1",
        HEAD + "\n\x00",
    ],
)
def test_another_text_is_refused(content):
    with pytest.raises(ValueError, match=r"expected|format|unconverted|month|does not match"):
        seconds_in(content)


def test_a_check_notes_the_time_where_it_was_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    scope = references("1-affine") | {"check": students.check}
    exec("check(affine_forward)", scope)
    assert not list(tmp_path.iterdir())
    students.note_times()
    assert TIMES in capsys.readouterr().out
    exec("check(affine_forward)", scope)
    exec("def hinge_loss(y, labels):\n    return 0, y\n\ncheck(hinge_loss)", scope)
    students.note_times()  # once more changes nothing that stands there
    head, *noted = (tmp_path / TIMES).read_text().splitlines()
    assert head == HEAD
    said = [re.sub(r"^\S+?Z,", "", line) for line in noted]
    assert said == ["start,0", "affine_forward,1", "hinge_loss,0", "start,0"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / TIMES).mkdir()
    students.note_times()
    assert capsys.readouterr().out.startswith(f"{TIMES} cannot be written here (IsADirectoryError)")
    exec("check(affine_forward)", references("1-affine") | {"check": students.check})
    assert capsys.readouterr().err == ""


def test_the_report_has_the_medians_and_names_a_file_that_is_no_such(tmp_path, released_course):
    course = released_course("4-relu", tmp_path)
    made = notebook.dumps(notebook.solve(NOTEBOOKS["4-relu"]))
    noted = {
        "ada": lines(("10:00:00", "start", 0), ("10:04:00", "relu_forward", 1)),
        "bela": lines(("10:00:00", "start", 0), ("10:10:00", "relu_forward", 1)),
        "eve": "<script>alert(1)</script>",
        "zoe": None,
    }
    for student, content in noted.items():
        folder = course.submitted / student / "4-relu"
        folder.mkdir(parents=True)
        (folder / "relu.ipynb").write_text(made, encoding="utf-8")
        if content is not None:
            (folder / TIMES).write_text(content, encoding="utf-8")
    assert grader("grade", "4-relu", "--course", course.folder, *unsafe())[0] in (0, 1)
    status, said = grader("report", "4-relu", "--course", course.folder)
    assert status in (0, 1), said
    assert "of (so many) students who noted them: relu_forward 7 (2)" in said
    assert f"eve: {TIMES} is left out: expected the first line {HEAD}" in said
    page = (course.folder / "report-4-relu.html").read_text(encoding="utf-8")
    assert "<td>7 (2)</td>" in page
    assert "<script" not in page
