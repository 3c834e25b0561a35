"""`grader gradescope`: what is in the zip file, and what wrong requests get."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from support import ROOT, grader
from toy_course import TOY, run


@pytest.fixture(scope="module")
def capstone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("zip") / "new folder" / "capstone.zip"
    status, output = grader(
        "gradescope", "6-capstone", "-o", path, "--visibility", "after_due_date"
    )
    assert status == 0, output
    return path, output


def test_the_zip_file_has_what_gradescope_asks_for_at_its_root(capstone):
    path, _ = capstone
    with zipfile.ZipFile(path) as content:
        modes = {each.filename: each.external_attr >> 16 for each in content.infolist()}
        settings = json.loads(content.read("settings.json"))
        pins = content.read("constraints.txt").decode()
    wheels = [
        f"wheels/cnn_gradients{part}-{version('cnn-gradients')}" for part in ("", "_instructor")
    ]
    assert [name.removesuffix("-py3-none-any.whl") for name in modes] == [
        *("setup.sh", "run_autograder", "settings.json", "constraints.txt"),
        *wheels,
    ]
    programs = [name for name, mode in modes.items() if mode & stat.S_IXUSR]
    assert programs == ["setup.sh", "run_autograder"]
    assert settings == {
        "course": "cnn-gradients",
        "assignment": "6-capstone",
        "visibility": "after_due_date",
    }
    assert pins == (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_the_command_says_what_to_set(capstone):
    path, output = capstone
    assert output.splitlines() == [
        f"wrote {path}; it holds the answers: it is for Gradescope and for you alone",
        "autograder points: 9 (with another number Gradescope refuses the results)",
        "manual grading: a question explain_training, 1 point",
        "base image: Ubuntu 22.04 or newer; memory: 1.5 GB or more; timeout: 40 minutes",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes and no bash")
def test_the_file_is_closed_to_others_and_its_programs_can_be_read(capstone, tmp_path):
    path, _ = capstone
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as content:
        content.extractall(tmp_path)
    for name in ("setup.sh", "run_autograder"):
        assert b"\r" not in (tmp_path / name).read_bytes()
        subprocess.run(["bash", "-n", tmp_path / name], check=True)


def test_nothing_is_overwritten(tmp_path):
    path = tmp_path / "mine.zip"
    path.write_bytes(b"mine")
    assert grader("gradescope", "1-affine", "-o", path) == (
        1,
        f"grader: {path} is there already, and nothing was written. Remove it, or name another "
        "file with -o.\n",
    )
    assert path.read_bytes() == b"mine"


def test_an_unknown_assignment_is_said(tmp_path):
    assert grader("gradescope", "affine", "-o", tmp_path / "a.zip") == (
        1,
        "grader: There is no assignment 'affine'. Did you mean 1-affine?\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    status, output = grader("gradescope", "1-affine", "-o", tmp_path / "file" / "a.zip")
    assert status == 1
    assert output.startswith(f"grader: {tmp_path / 'file'}")
    assert "cannot be read or written" in output


def test_another_course_is_refused(tmp_path):
    status, output = run(TOY, "gradescope", "1-halves", "-o", str(tmp_path / "a.zip"))
    assert (status, list(tmp_path.iterdir())) == (1, [])
    assert output == (
        "grader: An autograder is built in a clone of this repository, and for its own course "
        f"alone: 1-halves does not lie in {ROOT / 'notebooks'}.\n"
    )
