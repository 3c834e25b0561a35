"""The command `grader` as a process that has its modules already: to load them takes two seconds, and
the tests run it some hundred times.

Every command is a process of its own, forked from one that has loaded modules and done nothing else.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

MODULES = (
    "grader.__main__",
    "grader.instructor.commands.demo",
    "grader.instructor.commands.explain",
    "grader.instructor.commands.feedback",
    "grader.instructor.commands.fingerprints",
    "grader.instructor.commands.regrade",
    "grader.instructor.commands.release",
    "grader.instructor.report.page",
    "nbgrader.apps.api",
)


def ready_grader(words: list[str], folder: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the command in a folder; return its exit status, and what it wrote to its two outputs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(MODULES))
    with tempfile.TemporaryDirectory() as place:
        outputs = [Path(place, name) for name in ("out", "error")]
        process = context.Process(target=_run, args=(words, folder, dict(env), outputs))
        process.start()
        process.join()
        out, error = (path.read_text(encoding="utf-8") for path in outputs)
    assert process.exitcode is not None
    return process.exitcode, out, error


def _run(words: list[str], folder: Path, env: dict[str, str], outputs: list[Path]) -> None:
    """Be the command: with its folder, its environment and its outputs."""
    from grader.__main__ import command

    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # another one may be in the environment
    os.chdir(folder)
    for handle, path in enumerate(outputs, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), handle)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (until it ends)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["grader", *words]
    try:
        command()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
