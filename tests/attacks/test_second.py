"""A second round, where a whole class, another assignment or a page is needed: each a way in that
was tried.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from our_course import NOTEBOOKS
from tiers import need_tier, unsafe

from attacks import harm
from attacks.play import LIMITS, SEED
from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.commands.cli import main
from grader.instructor.records.autograded import readable
from grader.instructor.records.pages import FeedbackPage
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.grade_one import grade_again, grade_submission
from grader.notebook.intake import parse

KEPT = "KEPT = [correlate_1d]\n\n\ndef spray_1d(x, w, pad):\n    return KEPT[0](x, w, pad)\n"
HELPED = (
    "def line(x, w, pad, along=correlate_1d):\n    return along(x, w, pad)\n\n\n"
    "def spray_1d(x, w, pad):\n    return line(x, w, pad)\n"
)


def earned(assignment: str, answers: dict[str, str], tier: Tier) -> dict[str, float]:
    content = json.dumps(
        notebook.with_answers(notebook.solve(NOTEBOOKS[assignment]), answers)
    ).encode()
    with Sandbox(tier, NOTEBOOKS[assignment]) as made:
        return {
            told["exercise"]: told["earned"]
            for told in grade_submission(content, SEED, made)["exercises"]
        }


@pytest.mark.parametrize("text", [KEPT, HELPED], ids=["in a list", "as a helper's default"])
def test_another_exercise_is_called_by_a_name_of_its_own(text: str, tier: Tier) -> None:
    """spray_1d is to be written without correlate_1d."""
    assert earned("2-convolution", {"spray_1d": text}, tier)["spray_1d"] == 0


def test_an_answer_among_empty_lines_on_a_page() -> None:
    """The lexer's pattern of a docstring begins with any white space: time grows with the square of
    the empty lines.
    """
    answer = readable(
        "x = 1" + "\n \t" * 50_000 + "y = 2"
    )  # as it stands in an autograded notebook
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(answer)])
    start = time.process_time()
    told = {"notebook": "affine", "score": 0.0, "max_score": 20.0, "late_penalty": 0.0}
    page, _ = FeedbackPage().from_notebook_node(nb, {"nbgrader": told})
    assert '<span class="n">y</span>' in page
    assert time.process_time() - start < 1.5
    assert len(readable("#" * 10**6)) < 51_000


def test_a_process_that_cannot_be_started_stops_one_submission_at_most(
    monkeypatch: pytest.MonkeyPatch, tier: Tier
) -> None:
    """Threads of a student's can use up the machine's process numbers: the next fork fails for a
    moment.
    """

    def popen(*args: object, **kwargs: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    content = json.dumps(notebook.solve(NOTEBOOKS["1-affine"])).encode()
    submitted = parse(content, list(NOTEBOOKS["1-affine"].by_name))
    with Sandbox(tier, NOTEBOOKS["1-affine"]) as made:
        monkeypatch.setattr(subprocess, "Popen", popen)
        with pytest.raises(MachineFault):
            grade_again(submitted, SEED, made)


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no file system in memory")
def test_deleted_files_where_temporary_files_lie_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """write_bytes of /proc counts what goes to a disk; Debian 13, Fedora and Arch keep /tmp in
    memory.
    """
    need_tier(Tier.LANDLOCK)
    entry = next(
        entry for entry in harm.ENTRIES if entry.name == "files that are deleted and still open"
    )
    monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")
    with Sandbox(Tier.LANDLOCK, NOTEBOOKS["1-affine"], LIMITS) as made:
        told = grade_submission(entry.content(), SEED, made)
    got = next(one["text"] for one in told["exercises"] if one["exercise"] == "affine_backward")
    kept = re.search(r"\('MiB', (\d+)\)", got)
    assert kept is None or int(kept[1]) <= 24


CONTROLS = ("\x1b", "\x07", "\x9b", "\u202e")


def grader(*arguments: object) -> str:
    """Return what a command prints; it must not end by a traceback."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return str(done.output)


@pytest.fixture(scope="module")
def course(
    tmp_path_factory: pytest.TempPathFactory, released_course: Callable[[str, Path], Classroom]
) -> Path:
    """A graded class: one notebook prints what steers a terminal, one folder's name is no text, one
    is a command to it.
    """
    folder = released_course("4-relu", tmp_path_factory.mktemp("second")).folder
    solved = notebook.solve(NOTEBOOKS["4-relu"])
    steers = notebook.with_answers(solved, {}, (f"print({'title' + ''.join(CONTROLS)!r})",))
    for name, made in ((b"mallory", steers), (b"odd\xff", solved), (b"m\x1b]0;title\x07", solved)):
        path = os.path.join(os.fsencode(folder), b"submitted", name, b"4-relu")
        os.makedirs(path)
        Path(os.fsdecode(os.path.join(path, b"relu.ipynb"))).write_text(notebook.dumps(made))
    said = grader("grade", "4-relu", "--course", folder, *unsafe())
    assert "mallory: 7 points" in said, said
    (folder / "said").write_text(said, "utf-8", "backslashreplace")
    return folder


def test_what_a_notebook_prints_does_not_steer_the_terminal_of_explain(course: Path) -> None:
    said = grader("explain", "mallory", "4-relu", "--course", course, *unsafe())
    assert "title" in said
    assert not [sign for sign in CONTROLS if sign in said]


def test_a_folders_name_does_not_steer_the_terminal(course: Path) -> None:
    said = (course / "said").read_text("utf-8")
    assert not [sign for sign in CONTROLS if sign in said]


def test_a_folders_name_that_is_no_text_does_not_stop_the_report(course: Path) -> None:
    assert (
        "mallory" in grader("report", "4-relu", "--course", course)
        or (course / "report-4-relu.html").is_file()
    )
