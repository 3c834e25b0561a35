"""Places of this machine that have nothing to do with Python are not there in the sandbox, wherever
they lie and whatever their modes; the same code finds them outside.
"""

from __future__ import annotations

import os
import shutil
import site
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from tiers import COURSE

from attacks.attack import answer
from attacks.play import SEED
from grader.instructor.classroom import Classroom
from grader.instructor.commands.private_places import places_to_hide
from grader.instructor.courses import CourseError
from grader.instructor.sandbox import probes, sandbox
from grader.instructor.sandbox.protocol import pack, receive
from grader.instructor.sandbox.sandbox import Sandbox, Tier
from grader.instructor.sealed.grade_one import grade_submission

AFFINE = NOTEBOOKS["1-affine"]
ROOTS = (
    "/usr/local",
    "/usr/local/share",
    "/usr/local/lib",
    "/usr/share",
    "/usr/src",
    "/usr/lib",
    "/opt",
    "/srv",
    "/home",
    "/var/tmp",
    str(Path.home()),
    sys.base_prefix,
    f"{sys.base_prefix}/share",
    f"{sys.base_prefix}/lib",
)
# What is tried on a place; {place} is its path.
TRIALS = {
    "read a file": "print(open({place!r} + '/gradebook.db').read())",
    "read a neighbour's answer": "print(open({place!r} + '/inbound/neighbour.py').read())",
    "list it": "import os; print(os.listdir({place!r}))",
    "list a folder in it": "import os; print(os.listdir({place!r} + '/inbound'))",
    "walk to it": "import os; print(next(os.walk(os.path.dirname({place!r}))))",
    "import a neighbour": (
        "import sys; sys.path.insert(0, {place!r} + '/inbound'); import neighbour; "
        "print(neighbour.SECRET)"
    ),
    "load it by its path": "import runpy; print(runpy.run_path({place!r} + '/inbound/neighbour.py'))",
    "open it from a folder": (
        "import os; d = os.open({place!r}, os.O_RDONLY); "
        "print(os.read(os.open('gradebook.db', os.O_RDONLY, dir_fd=d), 99))"
    ),
    "by a link of its own": (
        "import os; os.path.lexists('l') or os.symlink({place!r}, 'l'); print(os.listdir('l'))"
    ),
    "write in it": "open({place!r} + '/inbound/left', 'w').close()",
}


@pytest.fixture(params=dict.fromkeys(ROOTS))
def place(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that everybody may read and write, in a place where machines have courses."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="cnn-places-", dir=request.param))
    except OSError as error:
        pytest.skip(f"{request.param}: {error.strerror}")
    sandbox._view.cache_clear()  # which another test has filled
    try:
        yield filled(folder)
    finally:
        shutil.rmtree(folder)
        sandbox._view.cache_clear()


def filled(folder: Path) -> Path:
    """Put an exchange's and a course's files into a folder, open to everybody."""
    (folder / "inbound").mkdir()
    (folder / "inbound/neighbour.py").write_text("SECRET = 'canary'\n")
    (folder / "gradebook.db").write_text("canary")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    return folder


def faults(tier: Tier, cells: list[str]) -> tuple[list[str], str]:
    """Run some cells in one worker; return the fault of each, and what they printed."""
    with Sandbox(tier, AFFINE) as made:
        worker = made.worker()
        told = []
        for number, cell in enumerate(cells):
            worker.channel.send(pack({"number": number, "source": cell, "seconds": 5.0}))
            told.append(str(receive(worker.channel, time.monotonic() + 10).get("fault")))
        worker.close()
    return told, worker.printed


def test_a_place_is_not_there_in_the_sandbox(tier: Tier, place: Path) -> None:
    cells = [trial.format(place=str(place)) for trial in TRIALS.values()]
    told, printed = faults(tier, cells)
    opened = [name for name, fault in zip(TRIALS, told, strict=True) if not fault]
    assert opened == []
    assert "canary" not in printed
    assert place.name not in printed
    assert not (place / "inbound/left").exists()


def test_a_place_that_is_made_once_grading_runs_is_not_there_either(tier: Tier) -> None:
    sandbox._view(AFFINE)
    folder = f"{sys.base_prefix}/lib"
    if not os.access(folder, os.W_OK):
        pytest.skip(f"{folder} cannot be written")
    with tempfile.TemporaryDirectory(dir=folder, prefix="cnn-places-") as name:
        place = filled(Path(name))
        told, printed = faults(tier, [each.format(place=str(place)) for each in TRIALS.values()])
    assert "" not in told
    assert "canary" not in printed


def test_the_same_trials_succeed_outside(place: Path) -> None:
    cells = [trial.format(place=str(place)) for trial in TRIALS.values()]
    told, printed = faults(Tier.NONE, cells)
    assert told == [""] * len(cells)
    assert "canary" in printed
    assert place.name in printed


def test_a_neighbours_answer_in_an_open_exchange_earns_nothing(tier: Tier, place: Path) -> None:
    right = "def affine_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"
    (place / "inbound/neighbour.py").write_text(right)
    taken = f"import sys\nsys.path.insert(0, {str(place / 'inbound')!r})\nfrom neighbour import affine_backward"
    content = answer("a neighbour's", "", taken, "").content()
    earned = {}
    for each in (tier, Tier.NONE):
        with Sandbox(each, AFFINE) as made:
            verdicts = grade_submission(content, SEED, made)["exercises"]
        earned[each] = next(v["earned"] for v in verdicts if v["exercise"] == "affine_backward")
    assert earned == {tier: 0.0, Tier.NONE: 3.0}


@pytest.fixture
def classroom(place: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    """A class and its exchange in such a place."""
    monkeypatch.setenv("EXCHANGE_DIR", str(place / "exchange"))
    made = Classroom.at(place / "course")
    for path in (made.submitted / "ada/1-affine/affine.ipynb", made.secret, made.gradebook_file):
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("canary")
    (place / "exchange/inbound").mkdir(parents=True)
    (place / "exchange/inbound/neighbour.py").write_text("canary")
    return made


def test_the_probes_try_the_places_of_the_class(tier: Tier, classroom: Classroom) -> None:
    places = places_to_hide(classroom)
    assert probes.examine(tier, COURSE, places).holds
    names = "\n".join(probes.examine(Tier.NONE, COURSE, places).open)
    for what in (
        f"list the exchange in {classroom.folder.parent}/exchange",
        f"read the exchange: {classroom.folder.parent}/exchange/inbound/neighbour.py",
        f"read the gradebook: {classroom.folder}/gradebook.db",
        f"read the secret of the seeds: {classroom.folder}/verdicts/.secret",
        f"list what was handed in in {classroom.folder}/submitted",
        f"list the course folder in {classroom.folder}",
    ):
        assert what in names


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, in which the instructor's wheel has put the answers."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="cnn-packages-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for package in ("solutions", "grader", "helper"):
            (folder / package).mkdir()
            (folder / package / "__init__.py").write_text("SECRET = 'canary'\n")
        (folder / "single.py").write_text("VALUE = 'loaded'\n")
        found = [*site.getsitepackages(), str(folder)]
        monkeypatch.setattr(site, "getsitepackages", lambda: found)
        sandbox._view.cache_clear()
        yield folder
        sandbox._view.cache_clear()


def test_answers_among_the_packages_are_not_there_and_the_other_packages_are(
    tier: Tier, packages: Path
) -> None:
    at = f"import sys; sys.path.insert(0, {str(packages)!r})"
    cells = [
        f"{at}\nimport helper, single\nprint(single.VALUE)",
        f"open({str(packages / 'solutions/__init__.py')!r}).close()",
        "import solutions\nsolutions.SECRET",
        "import runpy; runpy.run_path(sys.path[0] + '/grader/__init__.py')",
    ]
    told, printed = faults(tier, cells)
    assert [bool(fault) for fault in told] == [False, True, True, True]
    assert "loaded" in printed
    outside, _ = faults(Tier.NONE, cells)
    assert outside == [""] * 4


def test_a_class_in_a_folder_of_packages_is_refused_and_named(
    some_tier: Tier, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python may load anything there, so that no list can leave it out."""
    monkeypatch.setenv("EXCHANGE_DIR", str(packages / "exchange"))
    classroom = Classroom.at(packages / "course")
    path = classroom.submitted / "ada/1-affine/affine.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("canary")
    for folder in (packages / "course").rglob("*"):
        with suppress(OSError):
            os.chmod(folder, 0o777)
    with pytest.raises(
        CourseError,
        match=r"could .*list what was handed in in .*/course/submitted.* move them elsewhere\.$",
    ):
        probes.pick_tier(COURSE, places_to_hide(classroom))
