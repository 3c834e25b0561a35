"""formgrader's Autograde button, sealed: it runs `grader regrade` for one student.

nbgrader_config.py installs it. nbgrader's own step runs students' code in a kernel that is open to
everything the instructor may do, and lets that code decide its own score.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbgrader.apps.api
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from grader.instructor.sandbox.protocol import text


class SealedAutograde(Autograde):  # type: ignore[misc]
    """What NbGraderAPI.autograde starts in place of nbgrader's own step."""

    def start(self) -> None:
        """Grade the submission that coursedir names.

        Raises NbGraderException, whose text formgrader shows.
        """
        database = {"GRADER_DB": self.coursedir.db_url}  # it may hold a password
        run = subprocess.run(
            self._command(),
            env=os.environ | database,
            capture_output=True,
            text=True,
            check=False,
        )
        for line in run.stdout.splitlines():
            log = self.log.warning if "look" in line else self.log.info
            log(line)
        message = re.sub(r"^grader: ", "", run.stderr.strip())
        refused = re.escape(f" {text(self.coursedir.student_id)}: not graded")
        for line in run.stdout.splitlines():
            if re.match(rf"\[\d+/\d+\]{refused}", line):
                message = message or line
        if message or run.returncode not in (0, 1):
            raise NbGraderException(message or f"grader grade ended with status {run.returncode}")

    def _command(self) -> list[str]:
        where = self.coursedir
        submitted = Path(where.format_path(where.submitted_directory, ".", "."))
        command = [str(Path(sys.executable).with_name("grader"))]
        # Whoever presses the button wants a grade of today's course.
        command += ["regrade", where.assignment_id, "--yes", "--student", where.student_id]
        return [*command, "--course", str(submitted.resolve().parent)]


def install() -> None:
    """Let formgrader use it. `nbgrader autograde` in a terminal stays nbgrader's own."""
    api: Any = nbgrader.apps.api
    api.Autograde = SealedAutograde
