"""The tests on other machines, as far as one machine can be others: Pythons, versions of packages,
processor features.

    python tests/matrix/machines.py [--few]

Makes an environment in course/matrix/ for each, runs the tests that do not need a browser, and
prints a line for each: how many passed, failed and were skipped. --few: one other Python and one
mask of processor features, each on a small part of the tests.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "course" / "matrix"
LOWEST = (3, 11)
# With --few: what another Python may run otherwise, and what another processor may compute otherwise.
ON_A_PYTHON = ("tests/judge/test_check.py", "tests/honest")
ON_A_PROCESSOR = (
    "tests/exercises/test_catalogue.py::test_verify_finds_nothing",
    "tests/judge/test_check.py",
)
ALL = ("tests", "--ignore=tests/browser", "--ignore=tests/engines")
COUNTS = re.compile(r"^(?=.*(?:passed|failed|error)).* in [\d.]+s", re.MULTILINE)
FEATURES = (
    "from numpy._core._multiarray_umath import __cpu_dispatch__ as d, __cpu_features__ as f\n"
    "print(*[name for name in d if f.get(name)])"
)


@dataclass(frozen=True)
class Machine:
    """One row: its name, its Python, how its packages are chosen (pip's arguments), and variables
    of its environment.
    """

    name: str
    python: Path
    packages: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


def pythons() -> list[Path]:
    """Return the other Pythons of this machine that the course allows, one of each version, the
    newest first.
    """
    found: dict[str, Path] = {}
    places = [
        *Path.home().glob(".pyenv/versions/*/bin/python"),
        *map(Path, filter(None, map(shutil.which, _names()))),
    ]
    for path in [*places, Path("/usr/bin/python3")]:
        version = _version(path)
        if version and version != sys.version.split()[0]:
            found.setdefault(version, path)
    return [found[version] for version in sorted(found, key=_numbers, reverse=True)]


def _names() -> list[str]:
    return [f"python3.{minor}" for minor in range(LOWEST[1], 30)]


def _version(path: Path) -> str:
    """Return a Python's version, or '' when it does not run, is too old, or cannot make an
    environment.
    """
    if not path.exists():
        return ""
    code = "import sys, venv, ensurepip; print(sys.version.split()[0])"
    done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    version = done.stdout.strip()
    return version if done.returncode == 0 and _numbers(version) >= LOWEST else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def masks() -> Iterator[Machine]:
    """Yield this Python without the processor's newer features, one after another taken away, and
    with one or two threads.
    """
    found = subprocess.run(
        [sys.executable, "-c", FEATURES], capture_output=True, text=True, check=True
    ).stdout.split()
    for number in range(len(found)):
        mask = " ".join(found[number:])
        yield Machine(
            f"without {mask}", Path(sys.executable), variables={"NPY_DISABLE_CPU_FEATURES": mask}
        )
    for threads in ("1", "2"):
        yield Machine(
            f"{threads} BLAS threads",
            Path(sys.executable),
            variables={"OPENBLAS_NUM_THREADS": threads},
        )


def machines() -> Iterator[Machine]:
    """Yield every row of the matrix."""
    pins = ("-c", str(ROOT / "constraints.txt"))
    for python in pythons():
        yield Machine(f"Python {_version(python)}", python, pins)
    yield Machine("lowest versions", Path(sys.executable), ("-r", str(_resolved("lowest-direct"))))
    yield Machine("newest versions", Path(sys.executable), ("-r", str(_resolved("highest"))))
    yield from masks()


def _resolved(how: str) -> Path:
    """Return a file with the lowest or the newest versions that pyproject.toml allows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{how}.txt"
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--resolution",
        how,
        "--extra",
        "instructor",
    ]
    command += [
        "--python",
        sys.executable,
        "--no-python-downloads",
        "--only-binary",
        ":all:",
        "--upgrade",
    ]
    subprocess.run([*command, "-o", str(path), "pyproject.toml"], cwd=ROOT, check=True)
    return path


def environment(machine: Machine) -> Path:
    """Return the Python of a machine's environment, made anew where packages are asked for."""
    if not machine.packages:
        return machine.python
    folder = FOLDER / re.sub(r"\W+", "-", machine.name)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([machine.python, "-m", "venv", folder], check=True)
    install = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*install, *machine.packages, "-e", f"{ROOT}[dev]"], check=True)
    return folder / "bin" / "python"


def run(machine: Machine, tests: tuple[str, ...]) -> bool:
    """Run the tests on a machine, and print its line; return whether all passed."""
    start = time.monotonic()
    python = environment(machine)
    variables = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | machine.variables
    command = [python, "-m", "pytest", "-n", "2", "--dist", "worksteal", *tests]
    done = subprocess.run(
        [*map(str, command)], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    counts = COUNTS.findall(done.stdout)
    if done.returncode:
        print(done.stdout[-5000:], done.stderr[-2000:])
    print(
        f"{machine.name:42} {counts[-1] if counts else 'no result'} "
        f"({time.monotonic() - start:.0f} s in all)",
        flush=True,
    )
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--few", action="store_true", help="one other Python and one mask, on a part of the tests"
    )
    if not parser.parse_args().few:
        results = [run(machine, ALL) for machine in machines()]
    else:
        pins = ("-c", str(ROOT / "constraints.txt"))
        others = [Machine(f"Python {_version(path)}", path, pins) for path in pythons()[:1]]
        results = [run(machine, ON_A_PYTHON) for machine in others]
        results += [run(machine, ON_A_PROCESSOR) for machine in list(masks())[:1]]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
