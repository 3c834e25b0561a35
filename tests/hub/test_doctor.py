"""`grader doctor` on Formgrader and the exchange: what it says is what nbgrader does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps import NbGrader
from our_course import COURSE
from support import grader

from grader.instructor.commands import formgrader

NAMES_ROOT = "c = get_config()\nc.CourseDirectory.root = {!r}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course's repository, beside a home folder in which nbgrader looks as well."""
    folder = tmp_path / "repository"
    folder.mkdir()
    settings = NAMES_ROOT.format(str(folder)) + "c.CourseDirectory.course_id = 'ours'\n"
    (folder / "nbgrader_config.py").write_text(settings)
    monkeypatch.setattr(formgrader, "repository_of", lambda course: folder)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(home / ".jupyter"))
    for name in ("JUPYTER_CONFIG_PATH", "JUPYTERHUB_USER", "JUPYTERHUB_ROOT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))  # nbgrader adds the current folder
    return folder


def course_of_nbgrader() -> Any:
    """Return the course that Formgrader would show in a server started in the current folder."""
    app = NbGrader()
    app.initialize([])
    return app.coursedir


def sentences() -> list[str]:
    return [sentence for sentence, _ in formgrader.findings(COURSE)]


def settings_in(folder: Path, root: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(NAMES_ROOT.format(str(root)))


@pytest.mark.parametrize(
    ("start", "named", "path", "is_found"),
    [
        ("home", None, None, False),
        ("repository", None, None, True),
        ("home", None, "repository", True),
        ("home", None, "elsewhere", False),
        ("home", "home/.jupyter", None, True),
        ("home", "elsewhere", "elsewhere", True),
        ("home", "elsewhere", "repository", True),
    ],
)
def test_a_course_is_found_where_nbgrader_finds_it(
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: str,
    named: str | None,
    path: str | None,
    is_found: bool,
) -> None:
    base = repository.parent
    monkeypatch.chdir(base / start)
    if named is not None:
        settings_in(base / named, repository)
    if path is not None:
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(base / path))
    assert (course_of_nbgrader().course_id == "ours") is is_found
    assert (sentences() == []) is is_found


def test_settings_in_the_folder_of_the_server_have_the_last_word(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = repository.parent / "home"
    settings_in(home, home)
    monkeypatch.chdir(home)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(repository))
    assert course_of_nbgrader().root == str(home)
    assert sentences() == [
        f"Formgrader will list nothing in a JupyterLab that is started in {home}: "
        f"JUPYTER_CONFIG_PATH is {repository}, and no settings lead to "
        f"{repository}/nbgrader_config.py. Set JUPYTER_CONFIG_PATH={repository} for it "
        f"(docs/classroom.md), or start it in {repository}."
    ]


def test_settings_that_end_with_an_error_lead_nowhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = repository.parent / "home"
    monkeypatch.chdir(home)
    (home / "nbgrader_config.py").write_text("1 / 0\n")
    assert len(sentences()) == 1


def test_under_a_hub_the_home_folder_counts_and_the_served_one_must_hold_the_course(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = repository.parent / "home"
    monkeypatch.chdir(repository)  # a terminal's folder is the served one
    monkeypatch.setenv("JUPYTERHUB_USER", "teacher")
    (lists_nothing, error_page) = formgrader.findings(COURSE)
    assert f"started in {home}: JUPYTER_CONFIG_PATH is not set" in lists_nothing[0]
    assert error_page[0] == (
        f"Formgrader will show an error page: this hub's server shows {home}, and the course lies "
        f"in {repository}. Let its notebook_dir be {repository} (docs/classroom.md)."
    )
    assert not lists_nothing[1]
    assert not error_page[1]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(repository))
    monkeypatch.setenv("JUPYTERHUB_ROOT_DIR", str(repository))
    assert sentences() == []


def test_doctor_ends_with_1_under_a_hub_alone(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(repository.parent / "home")
    before, said = grader("doctor", "--course", tmp_path / "class")
    assert said.startswith("  formgrader                 Formgrader will list nothing in")
    monkeypatch.setenv("JUPYTERHUB_USER", "teacher")
    status, said = grader("doctor", "--course", tmp_path / "class")
    assert said.startswith("! formgrader                 Formgrader will list nothing in")
    assert status == 1
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(repository))
    monkeypatch.setenv("JUPYTERHUB_ROOT_DIR", str(tmp_path))
    status, said = grader("doctor", "--course", tmp_path / "class")
    assert "formgrader" not in said
    assert status == before


@pytest.mark.parametrize(("mode", "is_good"), [(0o777, False), (0o1777, True), (0o755, True)])
def test_doctor_names_an_exchange_in_which_everybody_renames_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_good: bool
) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(mode)
    monkeypatch.setenv("EXCHANGE_DIR", str(exchange))
    _, said = grader("doctor", "--course", tmp_path / "class")
    sentence = (
        f"! exchange                   Everybody can rename the course's folder in {exchange}"
    )
    assert (sentence not in said) is is_good
    assert (f"chmod +t {exchange}" not in said) is is_good
