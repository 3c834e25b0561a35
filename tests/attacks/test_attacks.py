"""No attack earns a point, leaks a secret, changes a file, outlives its submission or stops the
class; each for its reason.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import pytest
from our_course import NOTEBOOKS

from attacks import files, harm, lies, patches, pipes, processes, reads, second, syscalls
from attacks.attack import POINTS, TARGET, Attack
from attacks.ground import Ground, alive, descendants
from attacks.play import Outcome, close, play
from grader.instructor.author import notebook
from grader.instructor.sandbox.sandbox import Tier

MODULES = (patches, lies, reads, harm, processes, syscalls, pipes, files, second)
ENTRIES = [entry for module in MODULES for entry in module.ENTRIES]
PROBES = [entry for entry in ENTRIES if entry.probe]
ABSENT = 77  # exit status of a probe of what this kernel does not have


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground(inside=True) as made:
        os.environ["COURSE_SECRET"] = made.secret
        made.started = descendants(os.getpid())
        yield made
        del os.environ["COURSE_SECRET"]
        close()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_attack_fails_for_its_reason(entry: Attack, tier: Tier, ground: Ground) -> None:
    start = time.monotonic()
    outcome = play(entry.content(ground.header()), tier)
    taken = time.monotonic() - start
    told = outcome.said(entry.lost or tuple(entry.keeps))
    assert_points(entry, outcome)
    assert re.search(entry.why, told), f"another cause than {entry.why!r}:\n{told}"
    out = outcome.everything
    json.dumps(
        outcome.result, ensure_ascii=False
    ).encode()  # it must be possible to write it to a file
    assert not [text for text in (ground.secret, *entry.never) if text in out]
    assert "<script" not in "".join(told["html"] for told in outcome.result["exercises"]).lower()
    assert bool(outcome.result["faults"]) >= entry.looks
    assert ground.state() == ground.before, "something outside the sandbox was changed"
    assert alive(ground.mark, 2.0) == []
    assert taken < entry.seconds


def assert_points(entry: Attack, outcome: Outcome) -> None:
    earned = outcome.earned
    assert {name: earned[name] for name in entry.lost} == dict.fromkeys(entry.lost, 0.0), (
        "points that were not earned"
    )
    most = POINTS | dict.fromkeys(entry.lost, 0.0) | entry.keeps
    if entry.spoils:
        assert all(earned[name] <= most[name] for name in most)
    else:
        assert earned == most, f"others lost points:\n{outcome.said()}"


@pytest.mark.parametrize("entry", PROBES, ids=lambda entry: entry.name)
def test_the_same_probe_is_open_outside(entry: Attack) -> None:
    """By plain Python, in a folder and on a process made for it."""
    if entry.needs_root and os.geteuid() != 0:
        pytest.skip("an ordinary user cannot do that anyway")
    with (
        Ground(inside=False) as ground,
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as output,
    ):
        environment = os.environ | {"COURSE_SECRET": ground.secret, "OPENBLAS_NUM_THREADS": "1"}
        command = [
            sys.executable,
            "-c",
            entry.outside(ground.header(prefix=str(ground.folder / "other"))),
        ]
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            timeout=20,
            check=False,
        )
        if done.returncode == ABSENT:
            pytest.skip("this kernel does not have it")
        output.seek(0)
        told = output.read().decode()
        assert re.search(entry.opens, told), told
        if entry.leaves:
            assert alive(ground.mark), (
                "the process that it leaves is not found: would one of the sandbox's be?"
            )


LEAVES = """import os, sys, tempfile
for folder in {os.getcwd(), os.path.dirname(os.getcwd()), os.environ['HOME'], tempfile.gettempdir(), '/tmp', '/dev/shm', '/var/tmp', sys.prefix}:
    for place in (folder, folder + '/..', folder + '/1', folder + '/1000'):
        try:
            open(f'{place}/left-behind', 'w').write('for the next one')
            os.chmod(f'{place}/left-behind', 0o666)
        except OSError:
            pass
print('left:', os.path.exists('left-behind'))
"""
FINDS = LEAVES.replace(
    "open(f'{place}/left-behind', 'w').write('for the next one')",
    "print('found:', open(f'{place}/left-behind').read())",
)


def test_what_one_submission_leaves_the_next_one_does_not_find(tier: Tier, ground: Ground) -> None:
    solved = notebook.solve(NOTEBOOKS["1-affine"])
    outcomes = [
        play(notebook.dumps(notebook.with_answers(solved, {}, (cell,))).encode(), tier)
        for cell in (LEAVES, FINDS)
    ]
    assert "left: True" in outcomes[0].printed
    assert "left: False" in outcomes[1].printed
    assert "found:" not in outcomes[1].printed


def test_the_class_goes_on_after_all_of_them(tier: Tier, ground: Ground) -> None:
    """In the same sandbox: nothing that one submission did has reached the next."""
    assert (
        play(notebook.dumps(notebook.solve(NOTEBOOKS["1-affine"])).encode(), tier).earned == POINTS
    )


def test_nothing_runs_once_the_sandboxes_are_closed(ground: Ground) -> None:
    close()
    end = time.monotonic() + 2
    while (left := descendants(os.getpid()) - ground.started) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == set()


def test_there_are_at_least_ninety_and_no_two_of_one_name() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) >= 90
    assert sorted(set(names)) == sorted(names)
    assert all(name in POINTS for entry in ENTRIES for name in (*entry.lost, *entry.keeps, TARGET))
