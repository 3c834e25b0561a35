"""A class's machine, installed as docs/classroom.md says, in a folder of the test."""

from __future__ import annotations

import pwd
import shutil
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import environment
from support import ROOT

from grader.instructor.kit.wheels import students_wheel

SETTINGS = ROOT / "docs/hub"
CLONE = ("grader", "solutions", "notebooks", "data")  # and two files


@dataclass(frozen=True)
class Machine:
    """The places of a class."""

    repository: Path
    students: Path
    exchange: Path
    teacher: pwd.struct_passwd
    ada: pwd.struct_passwd
    bela: pwd.struct_passwd

    @property
    def outlet(self) -> Path:
        """The course's folder in the exchange."""
        return self.exchange / "cnn-gradients"

    def variables(self) -> dict[str, str]:
        """Return what docs/hub/jupyterhub_config.py reads."""
        return {
            "COURSE_REPOSITORY": str(self.repository),
            "STUDENTS_ENVIRONMENT": str(self.students),
            "EXCHANGE_DIR": str(self.exchange),
            "INSTRUCTORS": self.teacher.pw_name,
        }

    def clear(self) -> None:
        """Remove what a round leaves: the course folder, the exchange's and the students' files."""
        homes = [Path(who.pw_dir) for who in (self.ada, self.bela)]
        left = [path for folder in (self.outlet, *homes) for path in folder.iterdir()]
        for path in (self.repository / "course", *left):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)  # a test may fail before it comes that far


def install(folder: Path, people: dict[str, pwd.struct_passwd]) -> Machine:
    """Write the clone, both environments and the exchange."""
    teacher = people["teacher"]
    machine = Machine(
        Path(teacher.pw_dir) / "cnn-gradients", folder / "students", folder / "exchange", **people
    )
    wheel = students_wheel(folder)
    _clone(machine.repository, teacher)
    _instructors_environment(machine.repository, wheel)
    _students_environment(machine.students, wheel)
    machine.exchange.mkdir()
    machine.exchange.chmod(0o1777)
    machine.outlet.mkdir()
    shutil.chown(machine.outlet, teacher.pw_uid)
    machine.outlet.chmod(0o755)
    return machine


def _clone(repository: Path, teacher: pwd.struct_passwd) -> None:
    """Write the teacher's clone, closed to everybody else."""
    for name in CLONE:
        shutil.copytree(
            ROOT / name, repository / name, ignore=shutil.ignore_patterns("__pycache__", "course")
        )
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, repository)
    for path in (repository, *repository.rglob("*")):
        shutil.chown(path, teacher.pw_uid, teacher.pw_gid)
    repository.chmod(0o700)


def _instructors_environment(repository: Path, wheel: Path) -> None:
    """Write the clone's environment, where it is installed as by `pip install -e`."""
    folder = repository / ".venv"
    environment.make(folder, *requirements("instructor", "hub"))
    with zipfile.ZipFile(wheel) as files:
        described = [name for name in files.namelist() if ".dist-info/" in name]
        files.extractall(environment.packages_of(folder), described)
    environment.write_scripts(environment.package_in(folder, "cnn_gradients"), folder)
    link = environment.packages_of(folder) / "clone.pth"
    link.write_text(f"{repository}\n", encoding="utf-8")


def _students_environment(folder: Path, wheel: Path) -> None:
    """Write the students' environment: their wheel, JupyterLab, nbgrader, and their settings."""
    environment.make(folder, *requirements("notebook", "hub"), "jupyterlab", "nbgrader")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(environment.packages_of(folder))
    shutil.copytree(SETTINGS / "student", folder / "etc/jupyter", dirs_exist_ok=True)


def requirements(*extras: str) -> list[str]:
    """Return what the course needs with some of its extras, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting, texts = list(extras), list(project["dependencies"])
    while waiting:
        for text in project["optional-dependencies"][waiting.pop()]:
            if text.startswith("cnn-gradients["):
                waiting += text.removeprefix("cnn-gradients[").removesuffix("]").split(",")
            else:
                texts.append(text)
    return texts
