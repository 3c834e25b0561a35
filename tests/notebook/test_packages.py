"""The packages that grading has: a check notes an import of any other, and of nothing else."""

from __future__ import annotations

import importlib
import sys
import time
from importlib.util import find_spec

import pytest
from our_course import NOTEBOOKS
from support import ROOT, references

import grader
from grader.notebook.packages import ALONG, GRADING, STAND_INS, in_words, notes_on_imports

NOTE = "absent is imported here and is not there when this is graded: an answer that needs it earns nothing"
FILES = {
    "site-packages/absent/__init__.py": "from absent.inner import Thing, work\n",
    "site-packages/absent/inner.py": "class Thing:\n    pass\n\ndef work():\n    pass\n",
    "site-packages/missed.py": "import absent\n",
    "beside/helper.py": "import absent\n\ndef help_out():\n    pass\n",
}


@pytest.fixture(autouse=True)
def packages(tmp_path, monkeypatch):
    """Install two packages that grading lacks, and put a module beside the notebook."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in ("site-packages", "beside"):
        monkeypatch.syspath_prepend(tmp_path / folder)
    yield
    for name in ("absent", "absent.inner", "missed", "helper"):
        sys.modules.pop(name, None)


def notes(text: str) -> list[str]:
    namespace: dict = {"__name__": "__main__"}
    exec(text, namespace)
    return notes_on_imports(namespace, namespace.get("f"))


IMPORTS = [
    "import absent",
    "import absent as a",
    "import absent.inner",
    "import absent.inner as a",
    "from absent import inner",
    "from absent import work",
    "from absent import Thing as T",
    "from absent import *",
    "def f():\n    import absent as a\nf()",
    "def f():\n    from absent.inner import work\nf()",
    "def f():\n    def g():\n        import absent.inner\n    g()\nf()",
]


@pytest.mark.parametrize("text", IMPORTS)
def test_an_import_of_what_grading_lacks_is_noted(text):
    assert notes(text) == [NOTE]


def test_two_are_noted_in_one_sentence():
    text = "absent and missed are imported here and are not there when this is graded"
    (note,) = notes("import missed, absent")
    assert note == f"{text}: an answer that needs them earns nothing"


OTHERS = [
    "",
    "import math, json, os.path as p\nfrom itertools import chain\nfrom operator import add",
    "import numpy as np\nfrom numpy.linalg import norm\nfrom numpy import *",
    "import matplotlib.pyplot as plt\nfrom matplotlib import cycler\nfrom PIL import Image",
    "from IPython.display import display\nimport ipywidgets\nfrom tqdm import tqdm",
    "from grader import check, spray\nimport grader",
    "import helper\nfrom helper import help_out",  # which imports for itself
    "def f(x):\n    return x.absent\nimport helper",
    "absent = 3",
    "import absent\ndel absent",
    "class Odd(type):\n    __module__ = property(lambda self: 1 / 0)\nclass C(metaclass=Odd):\n    pass",
    "import sys\nx = sys.exit",
    "import types\nm = types.ModuleType('absent_too')\nn = types.ModuleType('numpy')\ndel m.__name__",
]


@pytest.mark.parametrize("text", OTHERS)
def test_nothing_else_is_noted(text):
    assert notes(text) == []


def test_a_check_shows_the_note_and_takes_no_points(capsys):
    namespace = references("4-relu") | {"check": grader.check}
    exec("import absent\npoints = check(relu_forward)", namespace)
    assert namespace["points"] == 1.0
    assert f"note: {NOTE}" in capsys.readouterr().out


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_notebook_as_released_gets_no_note(assignment):
    namespace = references(assignment) | {
        name: getattr(grader, name) for name in dir(grader) if name[0] != "_"
    }
    assert notes_on_imports(namespace, None) == []


def test_it_takes_far_less_than_a_millisecond():
    namespace: dict = {f"x{number}": number for number in range(500)}
    exec(
        "import numpy as np\nfrom numpy import *\ndef f(x):\n    return np.maximum(x, 0)", namespace
    )
    times = []
    for _ in range(20):
        start = time.perf_counter()
        notes_on_imports(namespace, namespace["f"])
        times.append(time.perf_counter() - start)
    assert min(times) < 1e-3


@pytest.mark.parametrize("name", [*GRADING, *STAND_INS, *ALONG])
def test_what_is_said_to_be_there_is_there(name):
    if name in ("layers", "google"):
        pytest.skip("it comes with a notebook, or has a stand-in alone")
    if name == "scipy" and find_spec(name) is None:
        pytest.skip("scipy is not installed: run make")
    assert importlib.util.find_spec(name) is not None


def test_the_page_for_students_names_them():
    text = " ".join((ROOT / "docs" / "students.md").read_text(encoding="utf-8").split())
    assert f"When your work is graded, {in_words(GRADING)} are there" in text
    assert f"{in_words(STAND_INS)} can be imported, and show nothing" in text


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_joined_as_one_would(names, text):
    assert in_words(names) == text
