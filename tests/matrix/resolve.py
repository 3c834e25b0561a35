"""Whether the pins can be installed: for every Python and platform that the course promises, from
wheels alone.

    python tests/matrix/resolve.py [--all]

Asks a resolver (uv) for each cell of the matrix, which needs the package index and neither that
Python nor that machine. Prints a line per cell that fails, and with --all one per cell; ends with 1
when a cell fails that is not listed below.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = (
    "3.11.0",
    "3.11.2",
    "3.11.5",
    "3.12",
    "3.13",
    "3.14",
    "3.15",
)  # 3.11.2 is Debian 12's own
PLATFORMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_28",
    "Windows": "x86_64-pc-windows-msvc",
    "macOS arm": "aarch64-apple-darwin",
    "macOS Intel": "x86_64-apple-darwin",
}
EXTRAS = ("core", "notebook", "instructor")
EXCEPTIONS: dict[
    tuple[str, str, str], str
] = {}  # (extra, Python, platform) -> why it cannot be installed from wheels

Cell = tuple[str, str, str]


def resolve(cell: Cell) -> str:
    """Return '' when the cell resolves, else the resolver's last words."""
    extra, python, platform = cell
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "pyproject.toml",
    ]
    command += ["--python", sys.executable, "--no-python-downloads", "--only-binary", ":all:"]
    command += ["--python-version", python, "--python-platform", PLATFORMS[platform]]
    command += ["--constraints", "constraints.txt"]
    if extra != "core":
        command += ["--extra", extra]
    with tempfile.TemporaryDirectory() as folder:
        command += ["--output-file", f"{folder}/resolved.txt"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else " ".join(done.stderr.split()) or "no word"


def failures(every: bool) -> Iterator[Cell]:
    """Resolve all cells and yield those that fail and are not listed."""
    cells = list(product(EXTRAS, PYTHONS, PLATFORMS))
    with ThreadPoolExecutor(4) as pool:
        for cell, words in zip(cells, pool.map(resolve, cells), strict=True):
            name = "{:10} Python {:7} {:13}".format(*cell)
            if words and cell in EXCEPTIONS:
                print(f"{name} listed: {EXCEPTIONS[cell]}")
            elif words:
                print(f"{name} FAILS: {words[-600:]}")
                yield cell
            elif cell in EXCEPTIONS:
                print(f"{name} resolves, and is listed as an exception: take it from the list")
                yield cell
            elif every:
                print(f"{name} resolves")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--all", action="store_true", help="print a line for every cell")
    failed = list(failures(parser.parse_args().all))
    count = len(EXTRAS) * len(PYTHONS) * len(PLATFORMS)
    print(f"{count - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
