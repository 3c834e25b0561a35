"""Course folders that earlier versions of this package made: the real ones, of two students.

without-keys: verdict files without a digest, no table grader_key; first-keys: the first keys, whose
basis names no judge. Both were graded when 4-relu had fewer exercises, and other points.
"""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
from support import rows

from grader.instructor.classroom import Classroom

from .conftest import ASSIGNMENT, FILE, files_in, run

OLDER = Path(__file__).with_name("older")
MISFIT = "eq_12 is worth 1 in the course and 2 in the gradebook"

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(params=["without-keys", "first-keys"])
def older(request, tmp_path) -> Classroom:
    """A class that an earlier version has graded: zora has 8 points, yann 0."""
    folder = tmp_path / "older"
    with tarfile.open(OLDER / f"{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return Classroom.at(folder)


def test_every_verb_works_on_an_older_class_and_changes_no_points(older):
    before = rows(older.folder / "gradebook.db")
    verdicts = files_in(older.folder / "verdicts")
    for verb in ("report", "class", "export", "feedback", "grade", "regrade", "report"):
        said = " ".join(run(older, verb, *([] if verb == "export" else [ASSIGNMENT]))[1])
        if verb in ("report", "grade"):
            assert "grader regrade" in said, said
    zora = [row for row in rows(older.folder / "gradebook.db") if row[0] == "zora"]
    assert (rows(older.folder / "gradebook.db"), sum(row[2] for row in zora)) == (before, 8.0)
    assert files_in(older.folder / "verdicts").keys() >= verdicts.keys()


def test_an_older_verdict_file_is_explained_or_the_command_is_named(older):
    status, said = run(older, "explain", "zora", ASSIGNMENT)
    assert status == 1
    text = " ".join(said)
    assert "DIFFERS from the stored verdict" in text or "Run: grader regrade 4-relu" in text


def test_new_work_in_an_older_class_is_graded_or_its_way_is_named(older):
    shutil.copytree(older.submitted / "zora", older.submitted / "xenia")
    said = " ".join(run(older, "grade", ASSIGNMENT)[1])
    assert f"xenia: not graded; look: {MISFIT}" in said
    assert "chain_by_hand, explain_mask: not in the released notebook" in said
    assert (older.submitted / "xenia" / ASSIGNMENT / FILE).is_file()


def test_a_gradebook_of_an_earlier_nbgrader_names_its_upgrade(older):
    with sqlite3.connect(older.folder / "gradebook.db") as db:
        db.execute("ALTER TABLE submitted_assignment DROP COLUMN extension")
        db.execute("UPDATE alembic_version SET version_num = '724cde206c17'")
    for verb in ("report", "grade", "export", "class"):
        status, said = run(older, verb)
        assert (status, "nbgrader db upgrade" in " ".join(said)) == (1, True), said
