"""A machine that is laid out as Gradescope's container is, in a mount namespace of its own.

An overlay of this system's root is entered by chroot, so that /autograder and /opt/cnn-gradients
are there at their own paths and this system stays as it is; nobody may make a user namespace in
such a place, as in a container. What is simulated: setup.sh does not run. The wheels of the zip file
are laid over this environment's packages, in place of pip; secret and modes are as setup.sh leaves
them. tests/matrix/gradescope.py runs all of it in the Ubuntu of Gradescope's image.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tiers import lacking

SITE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
# $0: an empty folder; $1: /autograder; $2: the environment; $3: our packages; $4: all others
ENTER = f"""set -e
mount -t tmpfs -o mode=755 tmpfs "$0"
cd "$0"
mkdir upper work root
mount -t overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" overlay root
for name in proc dev; do mount --rbind "/$name" "root/$name"; done
mkdir -p root/autograder root/opt/cnn-gradients
mount --bind "$1" root/autograder
mount --bind "$2" root/opt/cnn-gradients
mount -t overlay -o "lowerdir=$3:$4" overlay "root/opt/cnn-gradients/{SITE}"
exec chroot root /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root \\
  sh -c 'cd /autograder && exec ./run_autograder >results/stdout 2>&1'
"""


@dataclass(frozen=True)
class Run:
    """What one run of the autograder left. printed: what instructors alone see."""

    status: int
    results: dict[str, Any]
    printed: str

    @cached_property
    def tests(self) -> dict[str, dict[str, Any]]:
        return {test["name"]: test for test in self.results["tests"]}

    @property
    def score(self) -> float:
        return sum(test.get("score", 0) for test in self.results["tests"])


class Container:
    """What Gradescope builds from a zip file."""

    def __init__(self, archive: Path, folder: Path) -> None:
        if os.name == "nt" or os.geteuid() or not shutil.which("unshare"):
            lacking("no mount namespace: that takes root and unshare, on Linux")
        self.folder = folder
        self.root = folder / "autograder"
        self.source = self.root / "source"
        for name in ("source", "submission", "results"):
            (self.root / name).mkdir(parents=True)
        with zipfile.ZipFile(archive) as content:
            content.extractall(self.source)
        shutil.copy(self.source / "run_autograder", self.root)
        (self.root / "run_autograder").chmod(0o755)
        self.packages()
        self.set_up()

    def packages(self) -> None:
        """Make the environment, and lay the wheels over the packages of this one."""
        make = [sys.executable, "-m", "venv", "--without-pip", str(self.folder / "env")]
        subprocess.run(make, check=True)
        own = self.folder / "own"
        for wheel in (self.source / "wheels").glob("*.whl"):
            with zipfile.ZipFile(wheel) as content:
                content.extractall(own)
        for path in Path(sysconfig.get_path("purelib")).glob("*cnn_gradients*.pth"):
            os.mknod(own / path.name, stat.S_IFCHR)  # which takes a file out of an overlay

    def set_up(self) -> None:
        """Do what setup.sh does last."""
        (self.source / "secret").write_bytes(os.urandom(32))
        for path in (self.source, *self.source.rglob("*")):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)

    def run(self, files: dict[str, bytes], *users: dict[str, Any]) -> Run:
        """Hand in some files, and let the autograder run."""
        submission, results = self.root / "submission", self.root / "results"
        for folder in (submission, results):
            shutil.rmtree(folder)
            folder.mkdir()
        for name, content in files.items():
            (submission / name).parent.mkdir(parents=True, exist_ok=True)
            (submission / name).write_bytes(content)
        metadata = {"id": 123456, "assignment": {"title": "Affine"}, "users": list(users)}
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata))
        with tempfile.TemporaryDirectory() as mounts:
            places = (mounts, self.root, self.folder / "env", self.folder / "own")
            enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER]
            done = subprocess.run(
                [*enter, *map(str, places), sysconfig.get_path("purelib")],
                capture_output=True,
                text=True,
                check=False,
            )
        if not (results / "stdout").exists():
            lacking(f"no mount namespace: {done.stderr.strip()}")
        printed = (results / "stdout").read_text()
        written = (results / "results.json").read_text()
        return Run(done.returncode, json.loads(written), printed)
