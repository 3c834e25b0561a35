"""Small pieces: the start check, numbers set out for reading, equations, files, and the import
rules.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import numpy as np
import pytest
from support import ROOT

from grader.exercises import COURSE
from grader.figures.canvas import Picture
from grader.judge.case import Case
from grader.judge.hint import with_sizes
from grader.notebook import start
from grader.notebook.check import unknown_name
from grader.notebook.equation import compare
from grader.notebook.whole_file import write_atomically
from grader.show import place
from grader.show.numbers import beside, lines_of, number
from grader.show.verdict import Example, PartVerdict, Verdict

START = start.StartCheck(COURSE)

# --- the hint ---


def test_a_size_that_a_case_lacks_is_named_and_raises_nothing():
    case = Case((), {"N": 2})
    assert with_sizes("divided by {N}, with {S}", case) == "divided by N = 2, with S"


# --- the start check ---


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A student's own folder with a notebook: the one for temporary files is another."""
    own = tmp_path / "student-kit"
    for made in (own / "1-affine", tmp_path / "tmp"):
        made.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return own


def test_a_right_kernel_is_ready(folder):
    assert START.report(folder).startswith("Ready: Python 3.")
    assert START.report(folder).endswith(", in student-kit/")


def test_a_file_that_hides_a_module_is_named(folder):
    (folder / "numpy.py").touch()
    text = (
        "The file numpy.py in this folder hides the module numpy. Rename it, then restart the "
        "kernel."
    )
    assert START.report(folder) == text


HERE = f'"{sys.executable}" -m pip install "no-such-package>=2.0"'
ADVICE = {
    "TERMINAL": f"Run this, then try again: {HERE}",
    "JUPYTER": f"Run this, then Kernel > Restart: {HERE}",
    "CODE": f"Run this in a terminal, then press Restart above the notebook: {HERE}",
    "COLAB": "Run this in a cell, then Runtime > Restart session: %pip install "
    '"no-such-package>=2.0"',
    "PYODIDE": 'Run this in a cell, then run this cell again: %pip install "no-such-package>=2.0"',
}


@pytest.mark.parametrize("name", ADVICE)
def test_a_missing_package_comes_with_the_command_that_mends_it_there(folder, monkeypatch, name):
    monkeypatch.setattr(start, "NEEDED", {"no-such-package": (2, 0)})
    monkeypatch.setattr(start, "here", lambda: getattr(place, name))
    assert START.report(folder) == f"no-such-package is missing in this kernel. {ADVICE[name]}"


def test_an_old_package_comes_with_the_command_that_mends_it(folder, monkeypatch):
    monkeypatch.setattr(start, "NEEDED", {"numpy": (99, 0)})
    assert (
        f"numpy has version {np.__version__}, expected 99.0 or newer in this kernel."
        in START.report(folder)
    )


def test_an_old_python_is_told(folder, monkeypatch):
    monkeypatch.setattr(start, "PYTHON", (9, 0))
    assert "Choose another kernel: Kernel > Change Kernel." in START.report(folder)


def test_colabs_versions_are_ready(folder, monkeypatch):
    versions = {
        "numpy": "2.0.2",
        "matplotlib": "3.10.0",
        "ipywidgets": "7.7.1",
        "cnn-gradients": "0.1.0",
    }
    monkeypatch.setattr(start, "_version", versions.get)
    monkeypatch.setattr(start, "here", lambda: place.COLAB)
    assert START.report(folder).endswith("numpy 2.0.2, ipywidgets 7.7.1, course 0.1.0, in Colab")


def test_a_folder_for_temporary_files_is_told(folder, tmp_path):
    unpacked = tmp_path / "tmp" / "Temp1_student-kit.zip" / "student-kit"
    unpacked.mkdir(parents=True)
    assert START.report(unpacked) == (
        f"The folder {unpacked} is for temporary files: what you save in it may be deleted. Unpack "
        "the student kit into a "
        "folder of your own, and open the notebook there."
    )


def test_a_home_folder_without_a_notebook_is_told(folder, monkeypatch):
    home = folder / "home"
    home.mkdir()
    monkeypatch.setattr(start.Path, "home", lambda: home)
    assert START.report(home) == (
        f"The folder {home} is your home folder, and no notebook of the course lies in it. Go to "
        "the folder of the "
        "student kit, and start there."
    )
    (home / "affine.ipynb").touch()
    assert START.report(home).startswith("Ready: ")


@pytest.mark.parametrize(
    ("modules", "environment", "names", "kernel", "expected"),
    [
        ((), {}, (), False, "TERMINAL"),
        ((), {}, (), True, "JUPYTER"),
        ((), {"VSCODE_PID": "7"}, (), True, "CODE"),
        (
            (),
            {"VSCODE_PID": "7", "JPY_SESSION_NAME": "affine.ipynb"},
            (),
            True,
            "JUPYTER",
        ),  # a server in its terminal
        ((), {}, ("__vsc_ipynb_file__",), True, "CODE"),
        (("google.colab",), {}, (), True, "COLAB"),
    ],
)
def test_a_place_is_known_by_what_it_sets(
    monkeypatch, modules, environment, names, kernel, expected
):
    shell = (
        SimpleNamespace(user_ns=dict.fromkeys(names))
        if not kernel
        else SimpleNamespace(user_ns=dict.fromkeys(names), kernel=1)
    )
    for name in ("VSCODE_PID", "JPY_SESSION_NAME", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in modules:
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert place.here() is getattr(place, expected)


def test_pyodide_is_known_by_its_platform(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert place.here() is place.PYODIDE


def test_the_start_check_runs_from_a_terminal(folder):
    done = subprocess.run(
        [sys.executable, "-m", "grader"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Ready: ")


# --- texts ---


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (-0.25, "-0.25"),
        (1 / 3, "0.333333"),
        (-0.0, "0"),
        (1e9, "1e+09"),
        (True, "True"),
    ],
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
    example = Example(
        "dw", {"x": np.ones((1, 2))}, np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]), "numerically"
    )
    verdict = Verdict(
        "f",
        (PartVerdict("dw", 1, 0, "<b>bad</b>"),),
        "",
        ("<i>n</i>",),
        example,
        "<script>x</script>",
    )
    html = verdict._repr_html_()
    assert "font-weight:bold;outline:2px" in html
    assert "dw[0, 1]: numerically 3, yours 2" in html
    assert "&#10007;" in html
    for raw in ("<b>bad", "<i>n</i>", "<script>"):
        assert raw not in html


def test_a_verdict_is_plain_json():
    part = PartVerdict("dw", 2, 1.5, "says", "name", "catalogue")
    verdict = Verdict("f", (part,), "", ("note",))
    assert verdict.as_json() == {
        "exercise": "f",
        "earned": 1.5,
        "points": 2,
        "fault": "",
        "parts": [
            {
                "name": "dw",
                "points": 2,
                "earned": 1.5,
                "message": "says",
                "mistake": "name",
                "explained": "catalogue",
            }
        ],
        "notes": ["note"],
    }


def test_a_picture_escapes_its_alternative():
    from matplotlib.figure import Figure

    picture = Picture(Figure(figsize=(1, 1)), 'a "quoted" <word>')
    assert 'alt="a &quot;quoted&quot; &lt;word&gt;"' in picture._repr_html_()
    assert repr(picture) == 'a "quoted" <word>'


def test_an_unknown_name_without_a_neighbour():
    assert unknown_name("zzz", COURSE) == "zzz is not an exercise of this course"


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


def test_import_grader_loads_nothing_heavy():
    code = (
        "import sys, grader; print([m for m in ('matplotlib', 'nbgrader', 'solutions', 'IPython') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt", ".ci/run", "Makefile"],
)
def test_no_address_of_a_package_index_is_committed(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for word in ("index-url", "find-links", "file://", "/simple"):
        assert word not in text
