"""The notebooks for Colab and Binder: they install the course from its site, run there, and come
back to be graded. Colab and Binder themselves are simulated (cloud_places.py).
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from cloud_places import (
    BARE,
    COLAB,
    Served,
    copy_of,
    environment,
    errors,
    kinds,
    not_run,
    of_cells,
    pip,
    run_there,
    said,
    served,
)
from our_course import NOTEBOOKS
from support import ROOT, alone, grader, with_guesses
from tiers import unsafe

from grader.exercises import COURSE
from grader.instructor.author.by_hand import SOMEBODY
from grader.instructor.author.notebook import dumps, solve
from grader.instructor.classroom import Classroom
from grader.instructor.commands.release import release
from grader.instructor.kit.wheels import students_wheel
from grader.instructor.site import cloud

VERDICT = "application/vnd.cnn-gradients.verdict+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PLACES = [f"{name}/{NOTEBOOKS[name].file}" for name in NOTEBOOKS]
FIRST, CAPSTONE = "1-affine/affine.ipynb", "6-capstone/capstone.ipynb"
WIDGETS = (
    "grader.jacobian_explorer(x[0], x[:, :3])",
    "grader.pool_router(x)",
    "grader.relu_mask(x[0])",
    "grader.spray(x, x[:2, :2])",
    "grader.stride_trick(x, x[:2, :2])",
    "grader.toeplitz_pair(x[0, :2], 4)",
)
DATA = "import grader, numpy as np\nx = np.arange(16.0).reshape(4, 4) - 8"


# --- the site's part for Colab and Binder, without the rest of the site ---


@pytest.fixture(scope="session")
def released(shared: Path) -> Path:
    """The folder of a class to which all notebooks are released, with the wheel beside it."""
    made = shared / "for-the-cloud"
    with alone(shared / "for-the-cloud.lock"):
        if not (made / "ready").exists():
            release(Classroom.at(made / "class", course=COURSE), list(COURSE.notebooks))
            students_wheel(made)
            (made / "ready").touch()
    return made


def write_cloud(released: Path, site: Path, address: str) -> None:
    """Write the part of a site that is for Colab and Binder, as if the site had this address."""
    [wheel] = released.glob("*.whl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloud, "site_of", lambda repository: address)
        cloud.cloud(site, released / "class" / "release", PLACES, wheel, "owner/name")


@pytest.fixture
def site(released: Path, tmp_path: Path) -> Iterator[Served]:
    """The site's part, on a server at the address that its notebooks name."""
    folder = tmp_path / "site"
    folder.mkdir()
    with served(folder) as on_server:
        write_cloud(released, folder, on_server.address)
        yield on_server


def notebook_of(site: Served, place: str) -> Any:
    return nbformat.read(site.folder / "cloud" / place, as_version=4)


def test_the_links_lead_to_files_of_the_site(site):
    for place in PLACES:
        colab, binder = re.findall(r'href="([^"]+)"', cloud.links("Owner/some.name", place))
        path = colab.removeprefix("https://colab.research.google.com/github/Owner/some.name/blob/")
        assert path.startswith("gh-pages/")
        assert (site.folder / path.removeprefix("gh-pages/")).is_file()
        path = binder.removeprefix("https://mybinder.org/v2/gh/Owner/some.name/gh-pages?labpath=")
        assert (site.folder / path).is_file()


def test_the_address_is_that_of_githubs_pages():
    assert cloud.site_of("Owner/Course") == "https://owner.github.io/Course/"
    assert cloud.site_of("Owner/owner.github.io") == "https://owner.github.io/"


def test_binder_gets_a_python_that_the_course_allows(site):
    text = (site.folder / "binder" / "runtime.txt").read_text(encoding="utf-8")
    version = re.fullmatch(r"python-3\.(\d+)\n", text)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=3.")
    assert version is not None
    assert int(version[1]) >= int(least)


@pytest.mark.parametrize("place", PLACES)
def test_a_notebook_is_the_released_one_with_a_first_cell(place, site, released):
    first, *others = notebook_of(site, place).cells
    whole = nbformat.read(released / "class" / "release" / place, as_version=4)
    ast.parse(first.source)  # Python alone: no magic, which grading and other places lack
    assert first.source.startswith("# @title ")
    assert len({cell.id for cell in (first, *others)}) == len(others) + 1
    start = next(cell for cell in others if cell.id == "start")
    advice = '{error.name}. Run the first cell, "\n        "which installs the course'
    assert advice in start.source
    assert "README" not in start.source
    start.source = start.source.replace(cloud.HERE, cloud.AT_HOME)
    assert others == whole.cells


# --- Colab, as far as it can be simulated ---


@pytest.fixture(scope="session")
def colab(shared: Path) -> Path:
    """An environment as Colab has it."""
    with alone(shared / "colab.lock"):
        made = shared / "colab"
        return made if made.exists() else environment(made, *COLAB)


@pytest.fixture
def on_colab(colab: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run a notebook in a folder `content`, in a copy of Colab's environment."""
    there = copy_of(colab, tmp_path / "colab")
    (tmp_path / "content").mkdir()

    def run(node: Any) -> Any:
        return run_there(there, node, tmp_path / "content", tmp_path / "kernel", is_colab=True)

    return run


@pytest.mark.parametrize(
    "place",
    [pytest.param(place, marks=() if place == FIRST else pytest.mark.soak) for place in PLACES],
)
def test_colab_runs_a_notebook_from_top_to_bottom(place, site, on_colab, tmp_path):
    node = on_colab(notebook_of(site, place))
    assert (errors(node), not_run(node)) == ([], [])
    assert node.cells[0].outputs == []
    start = next(cell for cell in node.cells if cell.id == "start")
    assert re.fullmatch(r"Ready: .* ipywidgets 7\.7\.1, course \S+, in Colab\n", said(start))
    tests = [cell for cell in node.cells if cell.id.startswith("check_")]
    assert len(tests) == len(NOTEBOOKS[place.split("/")[0]].exercises)
    assert all(VERDICT in kinds(cell) for cell in tests)
    beside = {path.name for path in (site.folder / "cloud" / place).parent.iterdir()}
    assert {path.name for path in (tmp_path / "content").iterdir()} == beside - {Path(place).name}


@pytest.mark.soak
def test_colab_runs_the_solved_capstone_and_trains(site, on_colab):
    solved = nbformat.reads(dumps(with_guesses(solve(NOTEBOOKS["6-capstone"]))), as_version=4)
    solved.cells.insert(0, notebook_of(site, CAPSTONE).cells[0])
    node = on_colab(solved)
    assert (errors(node), not_run(node)) == ([], [])
    verdicts = [
        output.data[VERDICT]
        for cell in node.cells
        for output in cell.get("outputs", [])
        if VERDICT in output.get("data", {})
    ]
    assert len(verdicts) == len(NOTEBOOKS["6-capstone"].exercises)
    assert [each for each in verdicts if each["earned"] < each["points"]] == []


def test_without_anywidget_every_widget_is_a_frame_with_a_still_picture(site, on_colab):
    first = notebook_of(site, FIRST).cells[0].source
    live = "try:\n    grader.spray(x, x).widget()\nexcept ModuleNotFoundError as error:\n    print(error)"
    node = on_colab(of_cells(first, DATA, *WIDGETS, live))
    assert (errors(node), not_run(node)) == ([], [])
    for cell in node.cells[2:-1]:
        [output] = cell.outputs
        assert "<iframe " in output.data["text/html"]
        assert output.data["image/svg+xml"].startswith("<svg ")
    advice = 'Run this in a cell, then Runtime > Restart session: %pip install "anywidget"'
    assert said(node.cells[-1]) == f"anywidget is missing. {advice}\n"


@pytest.mark.soak
def test_with_anywidget_every_widget_has_a_view_under_old_ipywidgets(site, colab, tmp_path):
    there = copy_of(colab, tmp_path / "colab")
    assert pip(there, "anywidget", "ipywidgets==7.7.1").returncode == 0
    first = notebook_of(site, FIRST).cells[0].source
    version = "import ipywidgets\nipywidgets.__version__"
    cells = of_cells(first, DATA, version, *(f"{widget}.widget()" for widget in WIDGETS))
    node = run_there(there, cells, tmp_path, tmp_path / "kernel", is_colab=True)
    assert (errors(node), not_run(node)) == ([], [])
    assert node.cells[2].outputs[0].data["text/plain"] == "'7.7.1'"
    assert [VIEW in kinds(cell) for cell in node.cells[3:]] == [True] * len(WIDGETS)


def test_the_first_cell_does_nothing_when_it_runs_again(site, on_colab, tmp_path):
    first = notebook_of(site, CAPSTONE).cells[0].source
    mine = "from pathlib import Path\nPath('layers.py').write_text('mine', encoding='utf-8')"
    node = on_colab(of_cells(first, mine, first))
    assert (errors(node), not_run(node)) == ([], [])
    wheel = next((site.folder / "cloud").glob("*.whl")).name
    assert site.asked == [f"/cloud/{wheel}", "/cloud/6-capstone/layers.py"]
    assert (tmp_path / "content" / "layers.py").read_text(encoding="utf-8") == "mine"


# --- where something fails, a student reads one sentence ---


def sentence_of(cell: Any) -> str:
    """Return the one line that a failed cell shows: an error, so that what follows is not run."""
    [output] = cell.outputs
    assert output.output_type == "error"
    [line] = output.traceback
    assert "\n" not in line
    return line


def test_a_site_that_cannot_be_reached_is_one_sentence(released, on_colab, tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    with served(folder) as gone:
        write_cloud(released, folder, gone.address)
    node = on_colab(of_cells(notebook_of(gone, FIRST).cells[0].source))
    wheel = next((folder / "cloud").glob("*.whl")).name
    assert re.fullmatch(
        re.escape(f"{gone.address}cloud/{wheel} cannot be fetched (") + ".*"
        r"\): see whether that address opens in your browser, then run this cell again, or ask "
        r"your instructor\.",
        sentence_of(node.cells[0]),
    )


def test_a_file_that_the_site_lacks_is_one_sentence(site, on_colab, tmp_path):
    (site.folder / "cloud" / "6-capstone" / "layers.py").unlink()
    node = on_colab(of_cells(notebook_of(site, CAPSTONE).cells[0].source))
    said = sentence_of(node.cells[0])
    assert said.startswith(f"{site.address}cloud/6-capstone/layers.py cannot be fetched (")
    assert "404" in said
    assert list((tmp_path / "content").iterdir()) == []


def test_a_wheel_that_pip_refuses_is_one_sentence(site, on_colab):
    wheel = next((site.folder / "cloud").glob("*.whl"))
    wheel.write_bytes(b"no wheel")
    node = on_colab(of_cells(notebook_of(site, FIRST).cells[0].source, "import grader"))
    assert re.fullmatch(
        re.escape(f"pip could not install the course from {site.address}cloud/{wheel.name} into ")
        + r"Python 3\S+ \(it says: ERROR: .+\): run this cell again, or send this sentence to your "
        r"instructor\.",
        sentence_of(node.cells[0]),
    )
    assert "\x1b" not in sentence_of(node.cells[0])
    assert node.cells[1].outputs[0].ename == "ModuleNotFoundError"


@pytest.mark.soak
def test_where_only_numpy_is_there_all_that_a_student_needs_is_installed(site, tmp_path):
    there = environment(tmp_path / "bare", *BARE)
    (tmp_path / "content").mkdir()
    node = run_there(there, notebook_of(site, FIRST), tmp_path / "content", tmp_path / "kernel")
    assert (errors(node), not_run(node)) == ([], [])
    assert said(node.cells[2]).startswith("Ready: Python ")
    assert said(node.cells[2]).endswith(", in content/\n")


# --- Binder, as far as it can be simulated ---


@pytest.mark.soak
def test_binders_requirements_make_an_environment_that_runs_a_notebook(site, tmp_path):
    there = environment(tmp_path / "binder")
    done = pip(there, "-r", str(site.folder / "binder" / "requirements.txt"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert (there / "share" / "jupyter" / "kernels" / "python3" / "kernel.json").is_file()
    site.asked.clear()
    for place in (FIRST, CAPSTONE):
        folder = (site.folder / "cloud" / place).parent  # as in the repository that Binder clones
        node = run_there(there, notebook_of(site, place), folder, tmp_path / folder.name)
        assert (errors(node), not_run(node)) == ([], [])
        assert said(node.cells[2]).startswith("Ready: Python ")
        assert said(node.cells[2]).endswith(f", in {folder.name}/\n")
    assert site.asked == []


# --- back from Colab: graded like any other ---


def without_ids(nb: dict[str, Any]) -> None:
    """Save as format 4.4, in which cells have no ids."""
    nb["nbformat_minor"] = 4
    for cell in nb["cells"]:
        del cell["id"]


def of_colab(nb: dict[str, Any]) -> None:
    """Save as Colab does: its own metadata, in which the ids are, its own of the notebook, outputs
    and counts.
    """
    nb["nbformat_minor"] = 0
    nb["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"] |= {"id": f"aB3_{number:08}"}
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "0"}
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["old"]}]


def with_new_ids(nb: dict[str, Any]) -> None:
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"aB3_{number:08}"


def without_metadata(nb: dict[str, Any]) -> None:
    """Copy all cells into a new notebook of Colab's."""
    of_colab(nb)
    for cell in nb["cells"]:
        cell["metadata"] = {"id": cell["metadata"]["id"]}


FORMS = {
    "as-it-was": lambda nb: None,
    "without-ids": without_ids,
    "with-new-ids": with_new_ids,
    "of-colab": of_colab,
    "without-metadata": without_metadata,
}


@pytest.mark.usefixtures("some_tier")
@pytest.mark.parametrize(
    ("place", "students"),
    [
        (FIRST, list(FORMS)),
        (CAPSTONE, ["of-colab"]),
        pytest.param(CAPSTONE, list(FORMS), marks=pytest.mark.soak),
    ],
)
def test_a_notebook_from_colab_is_graded_like_any_other(place, students, site, released, tmp_path):
    assignment = place.split("/")[0]
    exercises = NOTEBOOKS[assignment].exercises
    course = Classroom.at(Path(shutil.copytree(released / "class", tmp_path / "class")))
    installs = json.loads((site.folder / "cloud" / place).read_text(encoding="utf-8"))["cells"][0]
    assert "pip" in "".join(installs["source"])
    for student in students:
        made = json.loads(json.dumps(solve(NOTEBOOKS[assignment])))
        made["cells"].insert(0, dict(installs))
        FORMS[student](made)
        path = course.submitted / student / place
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(made), encoding="utf-8")
    grader("grade", "--course", course.folder, *unsafe())
    for student in students:
        path = course.folder / "verdicts" / student / f"{assignment}.json"
        verdict = json.loads(path.read_text(encoding="utf-8"))
        lost = [each for each in verdict["exercises"] if each["earned"] < each["points"]]
        assert (student, lost) == (student, [])
        assert verdict["points"] == sum(each.points for each in exercises)
        assert [cell for cell in verdict["cells"] if cell["cell"] == 1] == []
        other_id = f'graded with the numbers of student_id = "{SOMEBODY}"'
        faults = [fault for fault in verdict["faults"] if other_id not in fault]
        assert bool(faults) == (student == "without-metadata"), faults
