"""No room for temporary files, and a damaged secret: what is said, and that nothing is graded."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import COURSE

from grader.instructor import files
from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.files import lack_of_room
from grader.instructor.sandbox import probes
from grader.instructor.sandbox.sandbox import MachineFault, NoRoom, Sandbox, Tier
from grader.instructor.sealed.seed import secret_of

AFFINE = NOTEBOOKS["1-affine"]


@pytest.fixture(params=["64k", "4m"])
def small(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    some_tier: Tier,
) -> Iterator[Path]:
    """A file system in memory that is too small, as the folder for temporary files.

    some_tier: the tiers are examined, and what was found is kept, while there is room.
    """
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount")
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Use up all that is left in a file system."""
    with open(folder / "filler", "wb", buffering=0) as file:
        for size in (2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@pytest.fixture
def handed_in(tmp_path: Path, released_course: object) -> Classroom:
    made: Classroom = released_course("1-affine", tmp_path / "course")  # type: ignore[operator]
    path = made.submitted / "ada/1-affine/affine.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes((made.release / "1-affine/affine.ipynb").read_bytes())
    return made


@pytest.mark.parametrize("is_full", [True, False], ids=["full", "small"])
def test_a_full_folder_for_temporary_files_is_named_and_nobody_is_sent_to_unsafe(
    handed_in: Classroom, small: Path, is_full: bool
) -> None:
    if is_full:
        fill(small)
    for command in ("grade", "demo"):
        status, said = grader(command, "--course", handed_in.folder)
        assert status == 1
        assert f"There is no room for temporary files{' in ' if is_full else ': '}{small}" in said
        assert "TMPDIR" in said
        assert "Nothing was graded." in said
        assert "--unsafe" not in said
        assert "Errno" not in said
    assert not (handed_in.folder / "verdicts").exists()
    status, said = grader("doctor", "--course", handed_in.folder)
    assert status == 1
    assert f"no room for temporary files{' in ' if is_full else ': '}{small}" in said
    assert "--unsafe" not in said


def test_room_that_goes_while_it_is_probed_is_named(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(small)
    answers = ["", "no room"]
    monkeypatch.setattr(probes, "lack_of_room", lambda needed: answers.pop(0))
    with pytest.raises(NoRoom, match=r"^no room Nothing was graded\.$"):
        probes.pick_tier(COURSE)


def test_a_worker_that_has_no_room_names_the_folder(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, Sandbox(Tier.LANDLOCK, AFFINE) as made:
        patch.setattr(subprocess, "Popen", full)
        with pytest.raises(MachineFault) as told:
            made.worker()
    assert f"There is no room for temporary files: {small} has" in str(told.value)


def test_where_no_folder_takes_a_file_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gettempdir() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", gettempdir)
    told = lack_of_room(1)
    assert told.startswith("There is no room for temporary files: No usable temporary directory")
    assert told.endswith(files.ROOM_ADVICE)


def test_a_quota_shows_when_a_file_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise OSError(122, "Disk quota exceeded")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    assert "Disk quota exceeded" in lack_of_room(1)


@pytest.mark.parametrize("length", [0, 1, 31])
def test_a_secret_that_can_be_guessed_is_refused(handed_in: Classroom, length: int) -> None:
    handed_in.secret.parent.mkdir()
    handed_in.secret.write_bytes(os.urandom(length))
    status, said = grader("grade", "--course", handed_in.folder, "--unsafe")
    assert status == 1
    assert f"{handed_in.secret} has {length} bytes, and 32 were expected" in said
    assert "Nothing was graded" in said
    assert handed_in.secret.stat().st_size == length
    assert [path.name for path in handed_in.secret.parent.iterdir()] == [".secret"]
    handed_in.secret.unlink()
    assert len(secret_of(handed_in)) == 32
    assert secret_of(handed_in) == handed_in.secret.read_bytes()


def test_a_whole_secret_stays_as_it_is(tmp_path: Path) -> None:
    classroom = Classroom.at(tmp_path)
    before = secret_of(classroom)
    assert secret_of(classroom) == before
    classroom.secret.write_bytes(before[:5])
    with pytest.raises(CourseError, match="damaged"):
        secret_of(classroom)
