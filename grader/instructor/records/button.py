"""formgrader's Autograde button, sealed: it runs `grader grade` for one student. nbgrader_config.py puts it in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbgrader.apps.api
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException


class SealedAutograde(Autograde):  # type: ignore[misc]
    """What NbGraderAPI.autograde starts in place of nbgrader's own step, which runs students' code in an open kernel."""

    def start(self) -> None:
        """Grade the submission that coursedir names. Raises NbGraderException, whose text formgrader shows."""
        where = self.coursedir
        folder = Path(where.format_path(where.submitted_directory, ".", ".")).resolve().parent
        command = [
            str(Path(sys.executable).with_name("grader")),
            "grade",
            where.assignment_id,
            "--student",
            where.student_id,
        ]
        command += [
            "--course",
            str(folder),
            "--db",
            where.db_url,
            *(["--force"] if self.force else []),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            (self.log.warning if "look" in line else self.log.info)(line)
        told = re.sub(r"^grader: ", "", done.stderr.strip())
        if told or done.returncode not in (0, 1):
            raise NbGraderException(told or f"grader grade ended with status {done.returncode}")


def install() -> None:
    """Let formgrader use it. `nbgrader autograde` in a terminal stays nbgrader's own."""
    api: Any = nbgrader.apps.api
    api.Autograde = SealedAutograde
