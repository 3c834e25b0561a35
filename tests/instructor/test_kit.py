"""The student kit and the two wheels: what is in them, what is not, and that nothing in them
answers an exercise.
"""

from __future__ import annotations

import importlib.metadata as metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from our_course import EXERCISES, NOTEBOOKS
from packaging.requirements import Requirement
from support import ROOT, grader
from tiers import unsafe

from grader.instructor.classroom import Classroom
from grader.instructor.kit import pins
from grader.instructor.kit.handout import Handout
from grader.instructor.kit.student_kit import pages, student_kit
from grader.instructor.kit.wheels import build
from grader.notebook.packages import GRADING, in_words

CAPSTONE = "6-capstone"


def unpacked(folder: Path, names: list[str], assignment_list: bool = False) -> Path:
    """Make a kit of these notebooks and unpack it, and its wheel into site/."""
    course = Classroom.at(folder / "course")
    for name in names:
        shutil.copytree(
            ROOT / "notebooks" / name, course.release / name
        )  # stubs, with the markers that a release takes out
    (folder / "kit.zip").write_bytes(
        student_kit(course, assignment_list, pages(course, Handout({}, {})))
    )
    with zipfile.ZipFile(folder / "kit.zip") as content:
        content.extractall(folder)
    kit = folder / "student-kit"
    [wheel] = kit.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(kit / "site")
    return kit


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    return unpacked(
        tmp_path_factory.mktemp("kit"), [name for name in NOTEBOOKS if name != CAPSTONE]
    )


def run(
    *command: object, cwd: Path, path: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(path), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, check=check
    )


def hunt(kit: Path, cwd: Path, *options: str) -> list[str]:
    """Return what in a kit answers an exercise, a line for each, and how many candidates were
    tried.
    """
    done = run(
        sys.executable,
        "-W",
        "ignore",
        ROOT / "tests" / "kit_hunt.py",
        kit,
        *options,
        cwd=cwd,
        path=ROOT,
    )
    *found, count = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ candidates", count)
    return [*found, count]


# --- nothing in it answers an exercise ---


def test_nothing_in_a_kit_answers_an_exercise(kit, tmp_path):
    *found, count = hunt(kit, tmp_path)
    assert found == []
    assert int(count.split()[0]) > 900, "the hunt has lost sight of most of the kit"


@pytest.mark.soak
def test_no_line_of_a_kit_answers_an_exercise(kit, tmp_path):
    *found, count = hunt(kit, tmp_path, "--lines")
    assert found == []
    assert int(count.split()[0]) > 2500


PLANTED = {
    "function.py": "def helper(x):\n    import numpy as np\n    return np.maximum(x, 0)\n",
    "other_order.py": "def helper(labels_and_more, w, x):\n    return x @ w + labels_and_more\n",
    "nested.py": "def outer():\n    def inner(x):\n        return x * (x > 0)\n    return inner\n",
    "method.py": "class Box:\n    @staticmethod\n    def go(x):\n        return abs(x) / 2 + x / "
    "2\n",
    "lambda.py": "table = {'a': [lambda dy, x, w: (dy @ w.T, x.T @ dy, dy.sum(0))]}\n",
    "string.py": 'ANSWERS = {"bela": """\n    def relu_forward(x):\n        return np.maximum(x, '
    '0)\n"""}\n',
    "docstring.py": 'def f():\n    """Do it like this:\n\n        lambda x: np.maximum(x, 0)\n    '
    '"""\n',
    "data.json": json.dumps({"a": [{"b": ["def f(x):\n", "    return np.maximum(x, 0)\n"]}]}),
    "page.md": "Try\n\n```python\ndef f(x):\n    return np.maximum(0, x)\n```\n",
    "inline.txt": "or `lambda n, k, stride, pad: divmod(n + 2 * pad - k, stride)[0] + 1` as you "
    "like, but rather "
    "`lambda n, k, stride, pad: ((n + 2 * pad - k) // stride + 1, (n + 2 * pad - k) % stride)`",
    "cell.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "id": "c", "source": ["f = lambda x: x.clip(0)"]}]}
    ),
    "loops.py": "def forever(x):\n    while True:\n        pass\n",
    "leaves.py": "def leaves(x):\n    import os\n    os._exit(0)\n",
}


def test_an_answer_is_found_wherever_it_stands(tmp_path):
    """One that loops and one that ends the process stop nothing; and layers.py answers what it is
    made for.
    """
    folder = tmp_path / "kit"
    folder.mkdir()
    for name, text in PLANTED.items():
        (folder / name).write_text(text)
    shutil.copy(ROOT / "notebooks" / CAPSTONE / "layers.py", folder)
    *found, _ = hunt(folder, tmp_path)
    places = {line.split(" | ")[1].split(":")[0].split(" ")[0] for line in found}
    assert places == {"layers.py", *PLANTED} - {"loops.py", "leaves.py"}
    of_layers = {line.split(":")[0] for line in found if "layers.py" in line}
    assert {
        "affine_backward",
        "conv_backward",
        "strided_backward_spray",
        "max_pool_2x2_backward",
    } <= of_layers


def test_layers_py_comes_with_the_capstone_alone(kit, tmp_path):
    assert list(kit.rglob("layers.py")) == []
    whole = unpacked(tmp_path, list(NOTEBOOKS))
    assert (whole / CAPSTONE / "layers.py").is_file()


# --- what is in it ---


def test_a_kit_holds_notebooks_wheel_pins_and_start_py(kit):
    [wheel] = kit.glob("*.whl")
    assert {path.name for path in kit.iterdir()} == {
        *(name for name in NOTEBOOKS if name != CAPSTONE),
        *(
            wheel.name,
            "start.py",
            "constraints.txt",
            "README.md",
            "course.md",
            "summary.html",
            "site",
        ),
    }
    assert (kit / "constraints.txt").read_text().startswith(f"# wheel: {wheel.name}\n")
    assert f"pip install {wheel.name}\n" in (kit / "README.md").read_text()
    assert "{" not in (kit / "README.md").read_text()


def test_a_kit_names_the_packages_of_grading_with_their_versions(kit):
    text = " ".join((kit / "README.md").read_text().split())
    installed = [name for name in GRADING if find_spec(name) is not None]
    versions = in_words([f"{name} {metadata.version(name)}" for name in installed])
    assert f"When your work is graded there are {versions}, and what belongs to Python" in text
    assert "\nscipy==" in (kit / "constraints.txt").read_text()


def test_the_students_wheel_leaves_the_instructors_part_out_as_a_folder(kit):
    names = [str(path.relative_to(kit / "site")) for path in (kit / "site").rglob("*")]
    assert [
        name for name in names if name.startswith(("grader/instructor", "solutions", "notebooks"))
    ] == []


def needed_here(names: list[str]) -> set[str]:
    """Return the names of these packages and of all that their own metadata say they need on this
    machine.
    """
    seen: set[tuple[str, str]] = set()
    open_ = [*((name, "") for name in names), ("bleach", "css")]
    while open_:
        name, extra = open_.pop()
        for requirement in map(Requirement, metadata.requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                wanted = {
                    (pins._normal(requirement.name), extra) for extra in ("", *requirement.extras)
                }
                open_ += wanted - seen - {*open_}
        seen.add((name, extra))
    return {name for name, _ in seen}


@pytest.mark.parametrize("also", [(), ("nbgrader",)])
def test_the_kits_pins_are_those_of_all_that_it_installs_and_no_other(also):
    """On this machine: what is installed here is what the kit's packages need, by their own
    metadata.
    """
    if (
        f"jupyterlab=={metadata.version('jupyterlab')}\n"
        not in (ROOT / "constraints.txt").read_text()
    ):
        pytest.skip("the packages of this environment are other ones than those of constraints.txt")
    needed = needed_here([*pins._notebook(), "jupyterlab", *also])
    text = pins.constraints("a.whl", also)
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# wheel: a.whl",
        *(f"# also: {n}" for n in also),
    ]
    pinned = {Requirement(line) for line in text.splitlines() if not line.startswith("#")}
    here = {pins._normal(pin.name) for pin in pinned if pin.marker is None or pin.marker.evaluate()}
    assert here == needed | {*GRADING}


def test_pins_are_plain_and_name_no_host():
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "/" not in text.replace("(pyproject.toml)", "")


# --- the core needs numpy alone ---

ALONE = """
import sys
from importlib.metadata import packages_distributions

for name in packages_distributions():
    if name not in {"grader", "numpy"} and name not in sys.modules:
        sys.modules[name] = None
"""
CHECKED = (
    ALONE
    + """
before = {*sys.modules}  # Debian's own Python loads a sitecustomize

import numpy as np
import grader

def relu_forward(x):
    return np.maximum(x, 0)

grader.check(relu_forward)
grader.progress()
grader.equation("1 = 1", np.ones(2), lambda: np.ones(2))
print(grader.numerical_jacobian(lambda x: 2 * x, np.ones(1)), grader.load_images("digits"))
print(grader.pool_router(np.arange(16.0).reshape(4, 4)).alternative.splitlines()[0])
loaded = [name for name, module in sys.modules.items() if "." not in name and getattr(module, "__file__", None)]
print(sorted(name for name in {*loaded} - before - {*sys.stdlib_module_names} if name[0] != "_"))
"""
)


def test_a_check_needs_numpy_alone(kit, tmp_path):
    said = run(sys.executable, "-c", CHECKED, cwd=tmp_path, path=kit / "site").stdout
    assert said.startswith("relu_forward: 1 of 1 point\n")
    assert "1 of 7; open: eq_12, relu_backward, slopes_at_zero, mask_is_enough" in said
    assert said.endswith("\n['grader', 'numpy']\n")


def test_without_jinja_there_is_no_html_and_the_frontend_shows_the_text(kit, tmp_path):
    code = ALONE + (
        "import numpy as np\n"
        "from grader.notebook.equation import compare\n"
        "from grader.show.summary import Summary\n"
        "from grader.show.verdict import PartVerdict, Verdict\n"
        "verdict = Verdict('f', (PartVerdict('y', 1, 1, 'is right'),))\n"
        "for thing in (verdict, Summary((verdict,)), compare('1 = 1', np.ones(1), np.ones(1))):\n"
        "    print(thing._repr_html_(), str(thing).splitlines()[0])\n"
    )
    assert run(sys.executable, "-c", code, cwd=tmp_path, path=kit / "site").stdout.splitlines() == [
        "None f: 1 of 1 point",
        "None 1 of 1: everything is right",
        "None 1 = 1: both sides agree (largest difference 0)",
    ]


def test_import_grader_loads_no_matplotlib_no_ipython_no_anywidget(kit, tmp_path):
    code = (
        "import sys, grader; print({'matplotlib', 'IPython', 'anywidget', 'ipywidgets', 'jinja2', "
        "'grader.widgets'} & {*sys.modules})"
    )
    assert run(sys.executable, "-c", code, cwd=tmp_path, path=kit / "site").stdout == "set()\n"


def test_a_widget_steps_without_anywidget(kit, tmp_path):
    code = (
        ALONE
        + "import grader, json; print(json.dumps(grader.spray([[1.0, 2], [3, 4]], [[1.0]])._repr_mimebundle_()))"
    )
    bundle = json.loads(run(sys.executable, "-c", code, cwd=tmp_path, path=kit / "site").stdout)
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "<iframe" in bundle["text/html"]


def test_without_the_page_packages_nbconvert_lists_every_other_format(kit, tmp_path):
    """An entry point that raises would take the whole menu Save and Export Notebook As."""
    blocked = "import sys\nsys.modules['latex2mathml'] = None\n"
    code = (
        blocked + "from nbconvert.exporters.base import get_export_names; print(get_export_names())"
    )
    said = run(sys.executable, "-c", code, cwd=tmp_path, path=kit / "site").stdout
    assert "'html'" in said
    assert "webpage" not in said


def test_the_command_without_the_instructors_part_is_the_start_check(kit, tmp_path):
    code = (
        ALONE
        + "import sys; sys.argv = ['grader', *sys.argv[1:]]; from grader.__main__ import command; command()"
    )
    done = run(sys.executable, "-c", code, cwd=tmp_path, path=kit / "site", check=False)
    sentence, line = done.stdout.splitlines()
    assert sentence.startswith(
        "This is the students' part of the course, whose one command is this start check."
    )
    assert (
        line
        == run(
            sys.executable, "-m", "grader", cwd=tmp_path, path=kit / "site", check=False
        ).stdout.strip()
    )
    done = run(
        sys.executable,
        "-c",
        code,
        "grade",
        "1-affine",
        cwd=tmp_path,
        path=kit / "site",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, f"{sentence}\n", "")


# --- both wheels, away from a clone ---


@pytest.fixture(scope="module")
def away(tmp_path_factory) -> Path:
    """A folder with nothing of the clone in it, and both wheels unpacked in site/."""
    folder = tmp_path_factory.mktemp("away")
    for wheel in build(folder):
        with zipfile.ZipFile(wheel) as content:
            content.extractall(folder / "site")
    return folder


def command(away: Path, *words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    code = "import sys; sys.argv[0] = 'grader'; from grader.__main__ import command; command()"
    return run(sys.executable, "-c", code, *words, cwd=away, path=away / "site", check=check)


def test_with_both_wheels_a_class_is_graded_away_from_a_clone(away):
    course = away / "course"
    assert (
        grader("release", "4-relu", "--course", course)[0] == 0
    )  # in the clone; the instructor brings the folder along
    submitted = course / "submitted" / "ada" / "4-relu" / "relu.ipynb"
    submitted.parent.mkdir(parents=True)
    words = "solve", "4-relu", "-o", submitted, "--student", "ada"
    assert command(away, *words).stdout == f"wrote {submitted}\n"
    said = command(away, "grade", "4-relu", *unsafe()).stdout
    assert "ada: 7 points\n" in said
    assert (course / "gradebook.db").is_file()
    assert "ada: feedback written\n" in command(away, "feedback", "4-relu").stdout


def test_with_both_wheels_verify_finds_everything_in_step(away):
    said = command(away, "verify", "4-relu", "--seeds", 3, "--mistake-seeds", 3).stdout
    assert said.endswith("everything holds\n")


def test_a_release_away_from_a_clone_is_told(away):
    done = command(away, "release", "4-relu", check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "grader: Notebooks are released in a clone of the course's repository, from which the "
        "student kit is built.\n",
    )


def test_every_exercise_is_known_to_the_kit(kit):
    tables = [
        json.loads(path.read_text())
        for path in (kit / "site" / "grader" / "fingerprints").glob("*.json")
    ]
    assert {name for table in tables for name in table} == EXERCISES.keys()
