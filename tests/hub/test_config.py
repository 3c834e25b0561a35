"""docs/hub/jupyterhub_config.py says in one sentence what is wrong with its places."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from installed import SETTINGS
from support import need
from traitlets.config import Config, PyFileConfigLoader

CONFIG = SETTINGS / "jupyterhub_config.py"


@pytest.fixture(autouse=True)
def right_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which everything is in its place."""
    files = (
        *("clone/nbgrader_config.py", "clone/.venv/bin/python", "students/bin/python"),
        "students/etc/jupyter/nbgrader_config.py",
    )
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "clone").chmod(0o700)
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o1777)
    monkeypatch.setenv("COURSE_REPOSITORY", str(tmp_path / "clone"))
    monkeypatch.setenv("STUDENTS_ENVIRONMENT", str(tmp_path / "students"))
    monkeypatch.setenv("EXCHANGE_DIR", str(tmp_path / "exchange"))
    monkeypatch.setenv("INSTRUCTORS", "teacher")


def load() -> Config:
    return PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()


def problem() -> str:
    with pytest.raises(SystemExit) as ended:
        load()
    return str(ended.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "COURSE_REPOSITORY",
            "{0}/nowhere",
            "{0}/nowhere/nbgrader_config.py is missing: the course's repository "
            "(COURSE_REPOSITORY).",
        ),
        (
            "STUDENTS_ENVIRONMENT",
            "{0}/clone/.venv",
            "{0}/clone/.venv/etc/jupyter/nbgrader_config.py is missing: the students' settings.",
        ),
        (
            "EXCHANGE_DIR",
            "{0}/nowhere",
            "{0}/nowhere is missing: the exchange (EXCHANGE_DIR).",
        ),
        (
            "EXCHANGE_DIR",
            "{0}/students",
            "Students must be able to write into {0}/students: chmod 1777 {0}/students",
        ),
        (
            "INSTRUCTORS",
            " ",
            'Nobody is an instructor. Name them: INSTRUCTORS="teacher assistant"',
        ),
    ],
)
def test_a_place_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value.format(tmp_path))
    assert problem() == f"{CONFIG}: {sentence.format(tmp_path)}"


def test_a_clone_that_students_can_reach_is_named(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.chmod(0o755)
    assert problem() == f"{CONFIG}: Students can reach {clone}. Close it: chmod o-rwx {clone}"


def test_the_hub_ends_with_that_sentence_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("jupyterhub")
    monkeypatch.setenv("INSTRUCTORS", "")
    command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f'{CONFIG}: Nobody is an instructor. Name them: INSTRUCTORS="teacher assistant"\n',
    )


def test_an_instructor_gets_the_clone_and_a_student_does_not(tmp_path: Path) -> None:
    spawner = load().Spawner
    python = str(tmp_path / "students/bin/python")
    assert spawner.cmd == [python, "-m", "jupyterhub.singleuser"]
    servers = {}
    for name in ("teacher", "ada"):
        servers[name] = SimpleNamespace(
            user=SimpleNamespace(name=name), cmd=spawner.cmd, environment=spawner.environment
        )
        spawner.pre_spawn_hook(servers[name])
    exchange = {"EXCHANGE_DIR": str(tmp_path / "exchange")}
    clone = tmp_path / "clone"
    assert servers["ada"].cmd == spawner.cmd
    assert servers["ada"].environment == exchange
    assert servers["teacher"].cmd[0] == str(clone / ".venv/bin/python")
    assert servers["teacher"].notebook_dir == str(clone)
    assert servers["teacher"].environment == exchange | {"JUPYTER_CONFIG_PATH": str(clone)}
