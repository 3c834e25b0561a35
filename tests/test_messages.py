"""Small pieces: the start check, numbers set out for reading, equations, files, and the import rules."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from support import ROOT

from grader import start
from grader.checking import unknown_name
from grader.course.files import write_atomically
from grader.equations import compare
from grader.figures.base import Picture
from grader.layout import beside, lines_of, number
from grader.verdict import Example, PartVerdict, Verdict

# --- the start check ---


def test_a_right_kernel_is_ready(tmp_path):
    assert start.report(tmp_path).startswith("Ready: Python 3.")


def test_a_file_that_hides_a_module_is_named(tmp_path):
    (tmp_path / "numpy.py").touch()
    text = "The file numpy.py in this folder hides the module numpy. Rename it, then Kernel > Restart."
    assert start.report(tmp_path) == text


def test_a_missing_package_comes_with_the_command_that_mends_it(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "NEEDED", {"no-such-package": (2, 0)})
    assert start.report(tmp_path) == (
        f'no-such-package is missing in this kernel. Run this, then Kernel > Restart: "{sys.executable}" '
        '-m pip install "no-such-package>=2.0"'
    )


def test_an_old_package_comes_with_the_command_that_mends_it(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "NEEDED", {"numpy": (99, 0)})
    assert f"numpy has version {np.__version__}, expected 99.0 or newer in this kernel." in start.report(tmp_path)


def test_an_old_python_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "PYTHON", (9, 0))
    assert "Choose another kernel: Kernel > Change Kernel." in start.report(tmp_path)


def test_the_start_check_runs_from_a_terminal(tmp_path):
    done = subprocess.run([sys.executable, "-m", "grader"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Ready: ")


# --- texts ---


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (-0.25, "-0.25"), (1 / 3, "0.333333"), (-0.0, "0"), (1e9, "1e+09"), (True, "True")]
)
def test_numbers_are_written_as_one_would(value, text):
    assert number(value) == text


def test_a_tensor_is_set_out_slice_by_slice():
    assert lines_of(np.arange(8.0).reshape(2, 2, 2)) == ["[0 1]", "[2 3]", "", "[4 5]", "[6 7]"]
    assert lines_of(np.array([1.0, -2.5])) == ["[   1 -2.5]"]
    assert lines_of(np.zeros((0, 3))) == ["array of shape (0, 3)"]
    assert lines_of(np.zeros((20, 20))) == ["array of shape (20, 20)"]
    assert lines_of(np.array(3.0)) == ["3"]


def test_blocks_stand_side_by_side_until_the_line_is_full():
    assert beside([("a", ["[1]"]), ("b", ["[2]", "[3]"])]) == ["a     b", "[1]   [2]", "      [3]"]
    assert len(beside([("a", ["x" * 60]), ("b", ["y" * 60])])) == 4


def test_the_html_form_marks_differences_by_more_than_colour_and_escapes_the_student():
    example = Example("dw", {"x": np.ones((1, 2))}, np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]), "numerically")
    verdict = Verdict("f", (PartVerdict("dw", 1, 0, "<b>bad</b>"),), "", ("<i>n</i>",), example, "<script>x</script>")
    html = verdict._repr_html_()
    assert "font-weight:bold;outline:2px" in html
    assert "dw[0, 1]: numerically 3, yours 2" in html
    assert "&#10007;" in html
    for raw in ("<b>bad", "<i>n</i>", "<script>"):
        assert raw not in html


def test_a_verdict_is_plain_json():
    verdict = Verdict("f", (PartVerdict("dw", 2, 1.5, "says", "name"),), "", ("note",))
    assert verdict.as_json() == {
        "exercise": "f",
        "earned": 1.5,
        "points": 2,
        "fault": "",
        "parts": [{"name": "dw", "points": 2, "earned": 1.5, "says": "says", "mistake": "name"}],
        "notes": ["note"],
    }


def test_a_picture_escapes_its_alternative():
    from matplotlib.figure import Figure

    picture = Picture(Figure(figsize=(1, 1)), 'a "quoted" <word>')
    assert 'alt="a &quot;quoted&quot; &lt;word&gt;"' in picture._repr_html_()
    assert repr(picture) == 'a "quoted" <word>'


def test_an_unknown_name_without_a_neighbour():
    assert unknown_name("zzz") == "zzz is not an exercise of this course"


# --- equations ---


def waits():
    raise NotImplementedError


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        ([1.0, 2.0], [1.0, 2.0], "e: both sides agree (largest difference 0)"),
        ([1.0, 2.0], lambda: [1.0, 2.5], "e: the two sides DIFFER (largest difference 0.5)"),
        ([1.0, 2.0], [[1.0, 2.0]], "e: the shapes differ: (2,) on the left, (1, 2) on the right"),
        ([1.0], [np.nan], "e: the two sides DIFFER (largest difference nan)"),
        (waits, [1.0], "e: waits for your function above: write it, then run this cell again"),
        (lambda: 1 / 0, [1.0], "e: cannot be computed yet: ZeroDivisionError (division by zero)"),
        (lambda: None, [1.0], "e: your function returned None (is the return missing?)"),
        (lambda: "x", [1.0], "e: cannot be computed yet: ValueError"),
    ],
)
def test_an_equation_says_what_it_sees(left, right, text):
    assert str(compare("e", left, right)).splitlines()[0].startswith(text)


# --- files ---


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, "first")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644

    def full(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "second")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


# --- the house ---


def test_the_import_contract_names_every_module_that_students_load():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][1]
    modules = {path.stem for path in (ROOT / "grader").glob("*.py")} - {"__init__", "__main__"}
    packages = {path.parent.name for path in (ROOT / "grader").glob("*/__init__.py")} - {"course"}
    assert set(contract["source_modules"]) == {f"grader.{name}" for name in modules | packages}


def test_the_database_contract_names_every_module_but_one():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][2]
    modules = {f"grader.course.{path.stem}" for path in (ROOT / "grader" / "course").glob("*.py")}
    modules |= {f"grader.course.{path.parent.name}" for path in (ROOT / "grader" / "course").glob("*/__init__.py")}
    assert set(contract["source_modules"]) == modules - {"grader.course.__init__", "grader.course.gradebook"}


def test_import_grader_loads_nothing_heavy():
    code = "import sys, grader; print([m for m in ('matplotlib', 'nbgrader', 'solutions', 'IPython') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt", ".ci/run", "Makefile"])
def test_no_address_of_a_package_index_is_committed(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for word in ("index-url", "find-links", "file://", "/simple"):
        assert word not in text
