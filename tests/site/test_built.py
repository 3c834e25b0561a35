"""What `grader site` and `grader dist` refuse, the notes of a release, the action that publishes."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from our_course import NOTEBOOKS
from support import ROOT, grader

from grader.exercises import COURSE
from grader.instructor.commands.dist import upgrade_notes
from grader.instructor.commands.site import Plan, site
from grader.instructor.courses import CourseError
from grader.instructor.site.cloud import links, site_of

AFFINE = [NOTEBOOKS["1-affine"]]


def test_a_folder_with_other_files_stays_as_it_is(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CourseError, match="holds something else than a site"):
        site(Plan(COURSE, AFFINE), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_file_in_the_place_of_the_folder_stays(tmp_path):
    path = tmp_path / "site"
    path.write_text("mine")
    with pytest.raises(CourseError, match="holds something else than a site"):
        site(Plan(COURSE, AFFINE), path)
    assert path.read_text() == "mine"


def test_a_notebook_that_helps_with_others_has_a_page_once_it_is_in_the_lab():
    five, every = COURSE.notebooks[:5], list(COURSE.notebooks)
    six = [*five, NOTEBOOKS["6-capstone"]]
    assert Plan(COURSE, list(five)).pages == six
    assert Plan(COURSE, every).pages == every
    assert Plan(COURSE, every, offline=True).pages == six


@pytest.mark.parametrize("name", ["gradients", "https://host/ada/gradients", "a b/c", "a/b/c"])
def test_a_repository_is_named_by_owner_and_name(tmp_path, name):
    status, said = grader("site", "-o", tmp_path / "site", "--repository", name)
    assert status == 2 or status == 1
    assert "expected OWNER/NAME" in said
    assert not (tmp_path / "site").exists()


def test_without_its_tools_the_command_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodide_lock", None)
    for module in [name for name in sys.modules if name.startswith("grader.instructor.site.pyo")]:
        monkeypatch.delitem(sys.modules, module)
    status, said = grader("site", "1-affine", "-o", tmp_path / "site")
    assert status != 0
    assert "Run `make site`" in said
    assert list(tmp_path.iterdir()) == []


def test_the_links_to_other_places():
    assert site_of("Ada/Gradients") == "https://ada.github.io/Gradients/"
    both = links("ada/gradients", "1-affine/affine.ipynb")
    assert 'href="https://colab.research.google.com/github/ada/gradients/blob/gh-pages/' in both
    assert 'href="https://mybinder.org/v2/gh/ada/gradients/gh-pages?labpath=cloud/' in both


CHANGELOG = "# Changelog\n\n## Unreleased\n\n- soon\n\n## 0.2.0\n\n- two\n\n## [0.1.0]\n\n- one\n"


@pytest.mark.parametrize(("version", "said"), [("0.1.0", "one"), ("0.2.0", "two"), ("3", "soon")])
def test_the_notes_of_a_version_are_the_changelogs(version, said):
    assert upgrade_notes(CHANGELOG, version) == f"# What is new in {version}\n\n- {said}\n"


def test_a_version_of_which_nothing_is_said_is_no_release():
    with pytest.raises(CourseError, match=r"no section '1\.0'"):
        upgrade_notes("# Changelog\n\n## 0.1\n\n- one\n", "1.0")


def test_the_action_that_publishes_is_one_that_github_takes():
    action = ROOT / ".github" / "workflows" / "site.yml"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    command += ["vendor.github-workflows", str(action)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    broken = action.read_text(encoding="utf-8").replace("runs-on:", "runs:")
    run = subprocess.run(
        [*command[:-1], "-"], input=broken, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_the_makefile_hands_on_what_the_site_is_to_be():
    options = ["OFFLINE=1", "ALL=1", "REPOSITORY=ada/gradients", "TO=somewhere"]
    run = subprocess.run(["make", "-n", "site", *options], cwd=ROOT, capture_output=True, text=True)
    command = "grader site --all --offline --repository ada/gradients -o somewhere"
    assert command in run.stdout
