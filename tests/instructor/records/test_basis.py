"""What a grade depends on is followed wherever a course keeps it, and named by its exercise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from toy_course import TOY, toy_notebook

HEAD = """
import functools
import numpy as np
import halves_shared
import halves_shared.deep as deep
from halves_shared import FACTOR, LATER as RENAMED
from . import beside
"""
BACK = """
def weighted(x, w):
    return x * w / 2

def how_many_zeros(n):
    return n * n - n

def weighted_backward(dy, x, w):
    return {first}, dy * x / 2
"""
SHARED = "FACTOR = 2.0\nLATER = [2.0]\nBOTH = FACTOR\n"
FIRST = "dy * w / {}"
# What stands in the module, what the reference divides by, and what is edited.
KINDS = {
    "a number": ("TWO = 2.0", "TWO", ("TWO = 2.0", "TWO = 3.0")),
    "a dict": ("F = {'dw': 2.0}", "F['dw']", ("2.0}", "3.0}")),
    "a dict that is changed later": ("F = {}\nF['dw'] = 2.0", "F['dw']", ("] = 2.0", "] = 3.0")),
    "a dict that is updated": ("F = {}\nF.update(dw=2.0)", "F['dw']", ("dw=2.0", "dw=3.0")),
    "a list in a loop": ("F = []\nfor n in (2, 3):\n    F.append(n)", "F[0]", ("(2, 3)", "(4, 3)")),
    "a set": ("F = {2.0, 5.0}", "min(F)", ("{2.0", "{3.0")),
    "an array": ("F = np.array([2.0])", "F[0]", ("[2.0]", "[3.0]")),
    "a class": (
        "class F:\n    @staticmethod\n    def two():\n        return 2.0",
        "F.two()",
        ("return 2.0", "return 3.0"),
    ),
    "a base class": ("class B:\n    two = 2.0\nclass F(B):\n    pass", "F.two", ("= 2.0", "= 3.0")),
    "an instance": (
        "class C:\n    def __init__(self, two):\n        self.two = two\nF = C(2.0)",
        "F.two",
        ("C(2.0)", "C(3.0)"),
    ),
    "a partial": ("F = functools.partial(max, 2.0)", "F(1.0)", ("max, 2.0", "max, 3.0")),
    "a closure": (
        "def of(k):\n    def two():\n        return k\n    return two\nF = of(2.0)",
        "F()",
        ("of(2.0)", "of(3.0)"),
    ),
    "a lambda": ("F = lambda: 2.0", "F()", (": 2.0", ": 3.0")),
    "a default": ("TWO = 2.0\ndef f(k=TWO):\n    return k", "f()", ("TWO = 2.0", "TWO = 3.0")),
    "a cached function": (
        "@functools.cache\ndef f():\n    return 2.0",
        "f()",
        ("return 2.0", "return 3.0"),
    ),
    "an import": ("", "FACTOR", ("shared", "FACTOR = 2.0", "FACTOR = 3.0")),
    "a name that is imported as another": ("", "RENAMED[0]", ("shared", "[2.0]", "[3.0]")),
    "an attribute of a module": ("", "halves_shared.LATER[0]", ("shared", "[2.0]", "[3.0]")),
    "what an attribute is made of": ("", "halves_shared.BOTH", ("shared", "R = 2.0", "R = 3.0")),
    "an attribute of a module in a package": ("", "deep.TWO", ("deep", "2.0", "3.0")),
    "a module beside": ("", "beside.TWO", ("beside", "2.0", "3.0")),
    "an import in a function": (
        "def f():\n    from halves_shared.deep import TWO\n    return TWO",
        "f()",
        ("deep", "2.0", "3.0"),
    ),
    "a name that is looked up": (
        "def f():\n    return getattr(halves_shared, 'FACT' + 'OR')",
        "f()",
        ("shared", "FACTOR = 2.0", "FACTOR = 3.0"),
    ),
    "an array out of a file": (
        "from pathlib import Path\nF = np.loadtxt(Path(__file__).with_name('two.txt'), ndmin=1)",
        "F[0]",
        ("two", "2.0", "3.0"),
    ),
}
PLACES = {
    "shared": "halves_shared/__init__.py",
    "deep": "halves_shared/deep.py",
    "beside": "halves_answers/beside.py",
    "two": "halves_answers/two.txt",
    "": "halves_answers/product.py",
}
PROGRAM = """
import json, sys
from pathlib import Path
from grader.instructor.courses import find_course
from grader.instructor.sealed.basis import basis_of
notebook = find_course(sys.argv[1]).notebooks[0]
print(json.dumps(basis_of(notebook, json.loads(Path(sys.argv[2]).read_text()))["exercises"]))
"""


def basis(folder) -> dict:
    words = [sys.executable, "-c", PROGRAM, str(folder / "halves"), str(folder / "n.ipynb")]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def differing(one: dict, other: dict) -> Iterator[str]:
    for name, kinds in one.items():
        for kind, value in kinds.items():
            if other[name][kind] != value:
                yield f"{kind} of {name}"


@pytest.fixture
def course(tmp_path):
    shutil.copytree(TOY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "n.ipynb").write_text(json.dumps(toy_notebook()))
    tables = {key: {} for key in ("weighted", "weighted_backward", "how_many_zeros")}
    (tmp_path / "halves/fingerprints").mkdir()
    (tmp_path / "halves/fingerprints/1-halves.json").write_text(json.dumps(tables))
    (tmp_path / "halves_shared").mkdir()
    for name, text in (("shared", SHARED), ("deep", "TWO = 2.0\n"), ("beside", "TWO = 2.0\n")):
        (tmp_path / PLACES[name]).write_text(text)
    (tmp_path / PLACES["two"]).write_text("2.0\n")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_reference_depends_on_is_followed_whatever_it_is(kind, course):
    text, divisor, edit = KINDS[kind]
    reference = course / PLACES[""]
    reference.write_text(HEAD + text + BACK.format(first=FIRST.format(divisor)))
    before = basis(course)
    place, old, new = edit if len(edit) == 3 else ("", *edit)
    path = course / PLACES[place]
    content = path.read_text()
    assert content.count(old) == 1
    path.write_text(content.replace(old, new))
    assert list(differing(before, basis(course))) == ["reference of weighted_backward"]


def test_what_no_exercise_needs_is_no_change(course):
    """Another function, a comment, a docstring, a hint of a type, a new order of functions."""
    path = course / PLACES[""]
    text = HEAD + BACK.format(first=FIRST.format("RENAMED[0]"))
    path.write_text(text)
    before = basis(course)
    first, second = "def weighted(x, w):\n    return x * w / 2\n", "def weighted(x: object, w):\n"
    assert first in text
    text = text.replace(first, "def unused():\n    return weighted_backward(1, 2, 3)\n")
    path.write_text(text + f'\n{second}    """A."""\n    return x*w / 2  # !\n')
    (course / PLACES["shared"]).write_text(f"UNUSED = 5\n{SHARED}")
    assert basis(course) == before


def test_cases_are_followed_too(course):
    """A partial of a function of the course's, with a class of cases and a default."""
    path = course / "halves/__init__.py"
    text = path.read_text().replace("how_many)", "partial(zeros, None, sizes=SIZES))")
    added = (
        "from functools import partial\n\n\nSIZES = [2, 3, 7]\nFINE = [1]\n\n\n"
        "def zeros(nothing, rng, fresh, sizes):\n"
        "    FINE[0] if rng is None else 0\n"
        '    return [Case((n,), {"n": n}) for n in sizes]\n\n\nEXERCISES = ('
    )
    path.write_text(text.replace("EXERCISES = (", added))
    before = basis(course)
    path.write_text(path.read_text().replace("FINE = [1]", "FINE = [2]"))
    assert list(differing(before, basis(course))) == ["cases of how_many_zeros"]


def test_the_digests_are_those_of_every_process(course):
    assert basis(course) == basis(course)
