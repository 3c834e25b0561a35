"""Environments that other users of the machine can read, made of the packages of this one.

They hold what `pip install` of the same requirements would bring, without a network: each package's
files are linked into the new folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from tiers import lacking

VERSION = "python{}.{}".format(*sys.version_info)


def make(folder: Path, *requirements: str) -> Path:
    """Write an environment with the packages that some requirements name, and what these need.

    Returns its python.
    """
    subprocess.run([readable_python(), "-m", "venv", "--without-pip", folder], check=True)
    for package in with_dependencies(requirements):
        _link_files(package, folder)
        write_scripts(package, folder)
    return folder / "bin/python"


def packages_of(folder: Path) -> Path:
    """Return where an environment has its packages."""
    return folder / "lib" / VERSION / "site-packages"


def package_in(folder: Path, name: str) -> metadata.Distribution:
    """Return a package of an environment."""
    (path,) = packages_of(folder).glob(f"{name}-*.dist-info")
    return metadata.PathDistribution(path)


def readable_python() -> str:
    """Return an interpreter of this version that every user can run."""
    places = (str(Path(sys.base_prefix, "bin")), "/usr/local/bin", "/usr/bin")
    paths = [shutil.which(VERSION, path=place) for place in places]
    readable = [path for path in paths if path and _runs_as_nobody(path)]
    if not readable:
        lacking(f"no {VERSION} that every user of this machine can run")
    return readable[0]


def _runs_as_nobody(python: str) -> bool:
    try:
        command = [python, "-c", "import venv"]
        return subprocess.run(command, user=65534, cwd="/", check=False).returncode == 0
    except OSError:
        return False


def with_dependencies(requirements: Iterable[str]) -> list[metadata.Distribution]:
    """Return the installed packages that requirements name, and those that these need."""
    waiting = [Requirement(text) for text in requirements]
    seen: set[str] = set()
    packages: dict[str, metadata.Distribution] = {}
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        try:
            package = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            lacking(f"{requirement.name} is not installed")
        packages[package.name] = package
        waiting += _needs(package, requirement.extras)
    return list(packages.values())


def _needs(package: metadata.Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    """Yield what a package with some extras needs on this machine."""
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def _link_files(package: metadata.Distribution, folder: Path) -> None:
    """Link a package's files to the places that they have below the environment's folder."""
    for file in package.files or ():
        target = Path(os.path.normpath(packages_of(folder) / file))
        source = Path(os.path.normpath(package.locate_file(file)))
        if target.is_relative_to(folder / "bin") or not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_relative_to(folder / "etc"):  # a test may write there
            shutil.copy(source, target)
        else:
            _link(source, target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:  # two packages have the same file
        pass
    except OSError:  # another file system
        shutil.copy2(source, target)


def write_scripts(package: metadata.Distribution, folder: Path) -> None:
    """Write a package's commands, which run from this environment."""
    for entry in package.entry_points.select(group="console_scripts"):
        script = folder / "bin" / entry.name
        script.write_text(
            f"#!{folder}/bin/python\nimport sys\nfrom {entry.module} import {entry.attr}\n"
            f"sys.exit({entry.attr}())\n",
            encoding="utf-8",
        )
        script.chmod(0o755)
