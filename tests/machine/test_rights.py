"""Who may read a class's files: everything that we write, tried as another user of the machine."""

from __future__ import annotations

import grp
import os
import shutil
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import grader
from tiers import unsafe

from grader.instructor import rights
from grader.instructor.author import notebook
from grader.instructor.classroom import SECRET, STAMP, Classroom
from grader.instructor.commands import private_places
from grader.instructor.records.steps import NbgraderSteps
from grader.instructor.sandbox.support import support_of
from grader.notebook.whole_file import write_atomically

ASSIGNMENT = "1-affine"
KIT = Path("release/student-kit.zip")
OTHER = 65534
pytestmark = pytest.mark.skipif(os.name == "nt", reason="files have no such modes on Windows")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="cnn-rights-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def play(folder: Path) -> None:
    """Go through all commands that write into a class's folder."""
    assert grader("release", ASSIGNMENT, "--course", folder)[0] == 0
    path = folder / "submitted/ada" / ASSIGNMENT / "affine.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook.dumps(notebook.solve(NOTEBOOKS[ASSIGNMENT])))
    for words in (
        ("grade", ASSIGNMENT, *unsafe()),
        ("regrade", ASSIGNMENT, "--yes", *unsafe()),
        ("feedback", ASSIGNMENT),
        ("report", ASSIGNMENT),
        ("export",),
    ):
        status, said = grader(*words, "--course", folder)
        assert status == 0, said


def modes(folder: Path) -> dict[str, int]:
    """Return the mode of everything in a class's folder that is ours, by its path."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[:1] not in (("exchange",), ("submitted",)) and name != KIT:
            found[name.as_posix()] = stat.S_IMODE(path.stat().st_mode)
    return found


def by(user: int, *command: object) -> subprocess.CompletedProcess:
    """Run a program of the system as another user."""
    return subprocess.run(
        [str(word) for word in command],
        user=user,
        group=user,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def test_all_that_our_commands_write_is_closed_to_everybody_else(home: Path) -> None:
    folder = home / "class"
    before = os.umask(0o022)
    try:
        play(folder)
    finally:
        os.umask(before)
    written = modes(folder)
    assert {name for name in written if "/" not in name} >= {
        *(".", "gradebook.db", "release", "autograded", "feedback", "verdicts"),
        f".grading-{ASSIGNMENT}",
        *("grades.csv", f"report-{ASSIGNMENT}.html"),
    }
    assert f"feedback/ada/{ASSIGNMENT}/affine.html" in written
    assert f"verdicts/ada/{ASSIGNMENT}.json" in written
    assert {name: oct(mode) for name, mode in written.items() if mode & 0o077} == {}
    assert stat.S_IMODE((folder / KIT).stat().st_mode) == 0o644


@as_root
def test_another_user_can_do_nothing_with_a_class(home: Path) -> None:
    folder = home / "class"
    play(folder)
    for path in (
        folder,
        folder / "gradebook.db",
        folder / "verdicts/.secret",
        folder / "submitted",
    ):
        assert by(OTHER, "/bin/ls", "-l", path).returncode != 0
        assert by(0, "/bin/ls", "-l", path).returncode == 0
    folder.chmod(0o755)  # and if somebody opens the folder, what was written stays closed
    for path in (folder / "gradebook.db", folder / "grades.csv"):
        assert by(OTHER, "/bin/cat", path).returncode != 0
    assert by(OTHER, "/bin/ls", folder / "verdicts").returncode != 0


def test_a_folder_that_was_open_is_closed_and_that_is_said_once(home: Path) -> None:
    folder = home / "class"
    play(folder)
    folder.chmod(0o755)
    status, said = grader("export", "--course", folder)
    assert status == 0
    assert said.splitlines()[0] == (
        f"{folder} was open to others (mode 755) and is closed now (mode 700). To share it with "
        "people who grade, name their group: GRADER_GROUP=GROUP"
    )
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "open" not in grader("export", "--course", folder)[1]


@pytest.mark.parametrize(("chosen", "written"), [(0o750, 0o640), (0o2770, 0o660), (0o700, 0o600)])
def test_modes_that_somebody_has_chosen_are_kept_and_followed(
    home: Path, chosen: int, written: int
) -> None:
    folder = home / "class"
    play(folder)
    folder.chmod(chosen)
    assert grader("export", "--course", folder) == (0, f"wrote {folder / 'grades.csv'}\n")
    assert stat.S_IMODE(folder.stat().st_mode) == chosen
    assert stat.S_IMODE((folder / "grades.csv").stat().st_mode) == written


@as_root
def test_a_group_that_is_named_may_read_and_write_all_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = next(each for each in grp.getgrall() if each.gr_gid not in (0, OTHER))
    monkeypatch.setenv(rights.VARIABLE, group.gr_name)
    folder = home / "class"
    play(folder)
    for name, mode in modes(folder).items():
        path = folder / name
        assert mode & 0o077 == (0o070 if path.is_dir() else 0o060), (name, oct(mode))
        assert path.stat().st_gid == group.gr_gid, name


@as_root
def test_a_group_that_is_named_later_gets_the_folder_and_the_rest_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "class"
    play(folder)
    group = next(each for each in grp.getgrall() if each.gr_gid not in (0, OTHER))
    monkeypatch.setenv(rights.VARIABLE, group.gr_name)
    status, said = grader("export", "--course", folder)
    assert status == 0
    assert f"chgrp -R {group.gr_name} {folder} && chmod -R g+rwX,o-rwx {folder}" in said
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert "chgrp" not in grader("export", "--course", folder)[1]


def test_a_group_that_is_not_there_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rights.VARIABLE, "no-such-group")
    (home / "class").mkdir()
    status, said = grader("export", "--course", home / "class")
    assert status == 1
    assert "There is no group 'no-such-group' on this machine (GRADER_GROUP)." in said


def released(home: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    """Return a class, with a submission through the exchange, in whose exchange all is released."""
    monkeypatch.setenv("EXCHANGE_DIR", str(home / "new/exchange"))
    folder = home / "class"
    monkeypatch.setattr(private_places, "others_may_read", lambda path: False)
    play(folder)
    classroom = Classroom.at(folder)
    for where in ("submitted", "autograded", "feedback"):
        (folder / where / "ada" / ASSIGNMENT / SECRET).write_text("0" * 64)
        (folder / where / "ada" / ASSIGNMENT / STAMP).write_text("2026-01-31 23:59:00 UTC")
    steps = NbgraderSteps(classroom)
    for step in ("release_assignment", "release_feedback"):
        done = getattr(steps.api, step)(ASSIGNMENT)
        assert done["success"], done
    return classroom


@as_root
def test_students_reach_what_is_released_into_the_exchange(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o077)  # as in a terminal of a careful instructor
    try:
        classroom = released(home, monkeypatch)
    finally:
        os.umask(before)
    exchange = home / "new/exchange/cnn-gradients"
    target = home / "student"
    target.mkdir()
    target.chmod(0o777)
    fetched = by(OTHER, "/bin/cp", "-r", exchange / "outbound" / ASSIGNMENT, target)
    assert fetched.returncode == 0, fetched.stderr
    assert (target / ASSIGNMENT / "affine.ipynb").is_file()
    handed_in = by(OTHER, "/bin/cp", "-r", target / ASSIGNMENT, exchange / "inbound/ada+1-affine")
    assert handed_in.returncode == 0, handed_in.stderr
    assert by(OTHER, "/bin/ls", exchange / "inbound").returncode != 0
    (page,) = (exchange / "feedback").glob("*.html")
    assert by(OTHER, "/bin/cat", page).stdout.startswith("<!DOCTYPE html>")
    assert by(OTHER, "/bin/ls", exchange / "feedback").returncode != 0
    own = classroom.feedback / "ada" / ASSIGNMENT / "affine.html"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600


@pytest.fixture
def shared_class(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class whose exchange is set, and a repository, all of which other users can read."""
    for name in ("exchange", "repository/solutions", "class"):
        (home / name).mkdir(parents=True)
    monkeypatch.setenv("EXCHANGE_DIR", str(home / "exchange"))
    monkeypatch.setattr(private_places, "repository_of", lambda course: home / "repository")
    monkeypatch.setattr(
        private_places, "references_of", lambda course: home / "repository/solutions"
    )
    return home / "class"


def test_release_and_doctor_end_with_1_where_others_can_read_the_answers(
    shared_class: Path,
) -> None:
    repository = shared_class.parent / "repository"
    for words in (("release", ASSIGNMENT), ("doctor",)):
        status, said = grader(*words, "--course", shared_class)
        assert status == 1
        assert f"Others on this machine can read {repository} {repository}/solutions, while" in said
        assert f"chmod o-rwx {repository} {repository}/solutions" in said
    repository.chmod(0o700)
    for words in (("release", ASSIGNMENT), ("doctor",)):
        status, said = grader(*words, "--course", shared_class)
        assert "Others on this machine" not in said
    assert grader("release", ASSIGNMENT, "--course", shared_class)[0] == 0


def test_doctor_names_an_open_course_folder_and_changes_nothing(shared_class: Path) -> None:
    (shared_class.parent / "repository").chmod(0o700)
    shared_class.chmod(0o755)
    status, said = grader("doctor", "--course", shared_class)
    assert status == 1
    assert f"Others on this machine can read {shared_class}, while" in said
    assert stat.S_IMODE(shared_class.stat().st_mode) == 0o755


def test_without_an_exchange_nobody_is_told_to_close_anything(
    shared_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXCHANGE_DIR")
    assert grader("release", ASSIGNMENT, "--course", shared_class)[0] == 0


def test_an_exchange_that_students_could_not_reach_is_named(
    shared_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXCHANGE_DIR", str(shared_class / "shared"))
    status, said = grader("release", ASSIGNMENT, "--course", shared_class)
    assert status == 1
    assert f"The exchange {shared_class / 'shared'} lies in {shared_class}, which must be" in said


def test_doctor_makes_no_course_folder(home: Path) -> None:
    grader("doctor", "--course", home / "class")
    assert not (home / "class").exists()


@pytest.mark.parametrize(
    ("folder", "file", "is_open"),
    [
        (0o755, 0o644, True),
        (0o711, 0o644, True),
        (0o700, 0o644, False),
        (0o755, 0o600, False),
        (0o755, 0o711, False),
    ],
)
def test_whether_others_can_reach_a_file(home: Path, folder: int, file: int, is_open: bool) -> None:
    path = home / "class/file"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(file)
    path.parent.chmod(folder)
    assert rights.others_may_read(path) is is_open
    assert rights.others_may_read(path.parent) is (folder != 0o700)
    assert not rights.others_may_read(home / "nothing")


def test_a_file_is_written_with_the_mode_of_any_new_file(tmp_path: Path) -> None:
    for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o007, 0o660)):
        with rights.masked(mask):
            write_atomically(tmp_path / "file", "text")
        assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
    with rights.masked(0o077):
        write_atomically(tmp_path / "file", "text", mode=0o644)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_what_a_worker_needs_can_be_read_by_any_user_whatever_the_umask() -> None:
    support_of.cache_clear()
    with rights.masked(0o077):
        support = support_of(NOTEBOOKS["6-capstone"])
    assert support is not None
    files = [stat.S_IMODE(path.stat().st_mode) for path in support.folder.iterdir()]
    assert files
    assert set(files) == {0o644}


def test_what_is_in_the_kit_can_be_read_by_everybody_once_it_is_unpacked(
    tmp_path: Path, released_course: Callable[[str, Path], Classroom]
) -> None:
    kit = released_course(ASSIGNMENT, tmp_path / "course").folder / KIT
    with zipfile.ZipFile(kit) as content:
        assert {entry.external_attr >> 16 & 0o777 for entry in content.infolist()} == {0o644}
