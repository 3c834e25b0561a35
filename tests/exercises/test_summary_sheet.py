"""The summary sheet: filled it holds every formula, blank it holds none, and each is one page."""

from __future__ import annotations

import re
import subprocess
import zipfile

import numpy as np
import pytest
from lab import CHROMIUM, FLAGS
from our_course import COURSE
from support import grader
from tiers import lacking
from toy_course import TOY, run

from grader.instructor.kit.summary_sheet import summary_sheet
from solutions import affine, convolution, strided, summary

ANSWERS = [
    *(cell for row in summary.LAYERS for cell in row[2:] if cell),
    *(cell for row in summary.TABLE[1:] for cell in row[1:]),
    *(answer for _, answer in summary.RULES),
]


def words_of(text: str) -> set[str]:
    """Return the longer words of an answer, without its equations."""
    return set(re.findall(r"[a-z]{5,}", re.sub(r"\$[^$]*\$|`[^`]*`", " ", text)))


def test_a_filled_sheet_holds_every_answer_and_a_blank_one_none():
    filled, blank = (summary_sheet(COURSE, each) for each in (True, False))
    assert "\\" not in filled
    assert "$" not in filled
    assert filled.count("<math") >= 20
    only_in_answers = set().union(*map(words_of, ANSWERS)) - set(re.findall("[a-z]+", blank))
    assert len(only_in_answers) > 20
    assert all(word in filled for word in only_in_answers)
    reading = blank.split("<table", 1)[1]
    assert "<math" not in reading
    assert blank.count('class="blank"') == len(ANSWERS)


@pytest.mark.parametrize("filled", [True, False])
def test_it_is_one_page_of_paper(filled, tmp_path):
    if not CHROMIUM:
        lacking("no Chromium on this machine (Debian: apt-get install chromium)")
    page, printed = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    page.write_text(summary_sheet(COURSE, filled), encoding="utf-8")
    flags = ("--headless", "--no-pdf-header-footer", *FLAGS)
    command = [CHROMIUM, *flags, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1


def test_the_rules_are_those_of_the_references():
    for n, k, pad, stride in ((6, 3, 0, 2), (7, 3, 1, 2), (9, 4, 2, 3)):
        count, left = (n + 2 * pad - k) // stride + 1, (n + 2 * pad - k) % stride
        assert strided.output_size(n, k, stride, pad) == (count, left)
        assert convolution.backward_pad(k, pad) == k - 1 - pad
    assert [convolution.same_pad(k) for k in (3, 5)] == [1, 2]
    scores, labels = np.array([[1.0, 2, 0], [0, 1, 3]]), np.array([2, 0])
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = p / 2
    expected[[0, 1], labels] -= 1 / 2
    assert np.allclose(affine.softmax_loss(scores, labels)[1], expected)


def test_the_command_writes_it_and_the_kit_has_the_blank_one(tmp_path):
    page = tmp_path / "sheet.html"
    assert grader("sheet", "--filled", "-o", page) == (0, f"wrote {page}\n")
    assert page.read_text(encoding="utf-8") == summary_sheet(COURSE, True)
    assert grader("release", "4-relu", "--course", tmp_path / "course")[0] == 0
    with zipfile.ZipFile(tmp_path / "course" / "release" / "student-kit.zip") as kit:
        blank = kit.read("student-kit/summary.html").decode()
    assert blank == summary_sheet(COURSE, False)


def test_a_course_without_one_says_so(tmp_path):
    status, said = run(TOY, "sheet", "-o", tmp_path / "sheet.html")
    assert status != 0
    assert "has no summary sheet: there is no module halves_answers.summary" in said
