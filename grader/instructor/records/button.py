"""formgrader's Autograde button, sealed: it runs `grader grade` for one student.

nbgrader_config.py installs it. nbgrader's own step runs students' code in a kernel that is open to
everything the instructor may do, and lets that code decide its own score.
"""

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
    """What NbGraderAPI.autograde starts in place of nbgrader's own step."""

    def start(self) -> None:
        """Grade the submission that coursedir names.

        Raises NbGraderException, whose text formgrader shows.
        """
        run = subprocess.run(self._command(), capture_output=True, text=True, check=False)
        for line in run.stdout.splitlines():
            log = self.log.warning if "look" in line else self.log.info
            log(line)
        message = re.sub(r"^grader: ", "", run.stderr.strip())
        if message or run.returncode not in (0, 1):
            raise NbGraderException(message or f"grader grade ended with status {run.returncode}")

    def _command(self) -> list[str]:
        where = self.coursedir
        submitted = Path(where.format_path(where.submitted_directory, ".", "."))
        command = [str(Path(sys.executable).with_name("grader")), "grade", where.assignment_id]
        command += ["--student", where.student_id]
        command += ["--course", str(submitted.resolve().parent), "--db", where.db_url]
        if self.force:
            command.append("--force")
        return command


def install() -> None:
    """Let formgrader use it. `nbgrader autograde` in a terminal stays nbgrader's own."""
    api: Any = nbgrader.apps.api
    api.Autograde = SealedAutograde
