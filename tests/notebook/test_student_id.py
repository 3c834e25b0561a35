"""The id that a student types: how it is read, and which draw follows from it."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notebook.student_id import draw_of, plain_id, typed_id


def test_a_draw_is_the_same_on_every_machine():
    """The digest of ada is what `printf ada | sha256sum` prints."""
    digest = 0xFDEE430D40BD57DEEAC186CD9790033D0F06F909A8806E7CE6E717AB7C7D5029
    assert draw_of("ada", 12) == digest % 12 == 9
    assert [draw_of(name, 12) for name in ("bela", "chen")] == [2, 6]


def test_draws_spread_over_the_pool():
    counts = Counter(draw_of(f"s{number:06}", 12) for number in range(1200))
    assert sorted(counts) == list(range(12))
    assert 60 < min(counts.values()) <= max(counts.values()) < 140


@given(st.text(), st.integers(1, 40))
def test_spaces_capitals_and_forms_of_unicode_make_no_difference(name, count):
    draw = draw_of(name, count)
    assert 0 <= draw < count
    for other in (f"  {name}\n", unicodedata.normalize("NFD", name), plain_id(name)):
        assert draw_of(other, count) == draw
    assert plain_id(plain_id(name)) == plain_id(name)


@given(st.text("abcdefghijklmnopqrstuvwxyzäöüéç", min_size=1))
def test_capitals_make_no_difference(name):
    assert plain_id(name.upper()) == plain_id(name)


@pytest.mark.parametrize("value", ["", "  ", "\n", None, 7, b"ada", ["ada"], str])
def test_what_is_no_text_or_empty_is_no_id(value):
    assert plain_id(value) == ""


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (['student_id = "ada"'], "ada"),
        (["import numpy as np\nstudent_id = 'ada'  # mine\nx = 1"], "ada"),
        (['student_id: str = "ada"'], "ada"),
        (['me = student_id = "ada"'], "ada"),
        (['%matplotlib inline\nstudent_id = "ada"'], "ada"),
        (['!pip install x\nstudent_id = "ada"'], "ada"),
        (['student_id = "ada"', 'student_id = "bela"'], "bela"),
        (['student_id = "ada"\nstudent_id = ""'], ""),
        (['student_id = "ada"', "student_id = input()"], "ada"),
        (['student_id = "a" + "da"'], ""),
        (['student_id = f"ada"'], ""),
        (["student_id = 7", 'student_id = b"ada"'], ""),
        (['if True:\n    student_id = "ada"'], ""),
        (['def f():\n    student_id = "ada"'], ""),
        (['"student_id = 1"'], ""),
        (['# student_id = "ada"'], ""),
        (['%%bash\nstudent_id="ada"'], ""),
        (['student_id = "ada'], ""),
        (['student_id = "\0"'], ""),
        (['student_id = "ada"' + " " * 20_000], ""),
        (["(" * 5000 + "student_id"], ""),
        ([], ""),
    ],
)
def test_the_last_literal_at_the_top_level_counts(sources, expected):
    assert typed_id(sources) == expected
