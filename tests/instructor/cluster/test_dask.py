"""Grading by a real Dask cluster: the same verdicts, whatever becomes of its machines."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed.comm import CommClosedError
from support import rows
from tiers import lacking, unsafe
from toy_course import run

from grader.instructor.author.notebook import dumps, load
from grader.instructor.benches.bench import BenchLost
from grader.instructor.benches.workers import Workers

from .dask_cluster import Cluster, cluster

ASSIGNMENT = "1-halves"
COUNT = 60

pytestmark = pytest.mark.usefixtures("some_tier")


@pytest.fixture(scope="module")
def handed_in(graded_toy, tmp_path_factory) -> Path:
    """The toy course with a class of sixty, graded by this machine alone: every file is another."""
    folder = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(graded_toy, folder)
    submitted = folder / "course/submitted"
    for number in range(COUNT - 3):
        made = load(submitted / ("ada", "bela")[number % 2] / ASSIGNMENT / "product.ipynb")
        made["cells"][0]["source"] = f"# number {number}\n" + "".join(made["cells"][0]["source"])
        path = submitted / f"student-{number:02}" / ASSIGNMENT / "product.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(dumps(made), encoding="utf-8")
    said = run(folder, "grade", *unsafe())[1]
    assert "student-56: " in said, said
    return folder


@pytest.fixture
def ungraded(handed_in, tmp_path) -> Path:
    """A copy of it, of which nothing is graded: the class's secret is the same."""
    folder = tmp_path / "course"
    shutil.copytree(handed_in, folder)
    shutil.rmtree(folder / "course/autograded")
    for made in (folder / "course/verdicts").glob("*/"):
        shutil.rmtree(made)
    (folder / "course/gradebook.db").unlink()
    assert run(folder, "release", ASSIGNMENT)[0] == 0
    return folder


@pytest.fixture
def two(tmp_path, ungraded) -> Iterator[Cluster]:
    place = tmp_path / "dask"
    place.mkdir()
    with cluster(place, 2, GRADER_COURSE=str(ungraded / "halves")) as made:
        yield made


def start(folder: Path, address: str, *words: str, **env: str) -> subprocess.Popen[str]:
    """Start to grade."""
    command = [str(Path(sys.executable).with_name("grader")), "grade", "--scheduler", address]
    return subprocess.Popen(
        [*command, *words, *unsafe()],
        cwd=folder,
        env=os.environ | {"GRADER_COURSE": str(folder / "halves")} | env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def grade(
    folder: Path,
    address: str,
    at: int = 0,
    act: Callable[[], object] = lambda: None,
    words: tuple[str, ...] = (),
) -> tuple[int, str]:
    """Grade; at that line something is done. Return the exit status and what was said."""
    process = start(folder, address, *words)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(f"[{at}/"):
            act()
    return process.wait(), "".join(said)


def assert_same(folder: Path, handed_in: Path, said: str) -> None:
    """The verdict files are those of a run on this machine, byte for byte, and so are the rows."""
    assert said.count(f"/{COUNT}] ") == COUNT, said
    for kind in ("verdicts", "autograded"):
        names = [
            path.relative_to(handed_in) for path in (handed_in / "course" / kind).glob("*/**/*")
        ]
        assert len([name for name in names if (folder / name).is_file()]) >= COUNT
        for name in names:
            if (handed_in / name).is_file():
                assert (folder / name).read_bytes() == (handed_in / name).read_bytes(), name
    assert rows(folder / "course/gradebook.db") == rows(handed_in / "course/gradebook.db")


def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(ungraded, handed_in, two):
    def kill() -> None:
        two.signal(0, signal.SIGKILL)

    _, said = grade(ungraded, two.address, 1, kill)
    assert "Dask: 2 workers at" in said
    assert_same(ungraded, handed_in, said)
    _, said = grade(ungraded, two.address)
    assert said.count("unchanged") == COUNT


def test_a_worker_that_hangs_is_given_up_and_what_comes_late_is_dropped(ungraded, handed_in, two):
    def hang() -> None:
        two.signal(0, signal.SIGSTOP)

    try:
        _, said = grade(ungraded, two.address, 1, hang)
    finally:
        two.signal(0, signal.SIGCONT)
    assert_same(ungraded, handed_in, said)


def test_a_worker_that_is_cut_off_loses_nothing(ungraded, handed_in, tmp_path, network):
    """It stands on a host of its own; its cable is pulled, and no connection is closed."""
    host, inside, cut = network
    place = tmp_path / "dask"
    place.mkdir()
    with cluster(place, 1, host, GRADER_COURSE=str(ungraded / "halves")) as made:
        made.add(prefix=inside)
        _, said = grade(ungraded, made.address, 1, cut)
    assert "Dask: 2 workers at" in said
    assert_same(ungraded, handed_in, said)


@pytest.fixture
def network() -> Iterator[tuple[str, tuple[str, ...], Callable[[], object]]]:
    """Two hosts in namespaces of one machine: the address of this one, what runs a command on the
    other one, and what pulls the cable between them.
    """
    if os.geteuid() != 0 or shutil.which("ip") is None:
        lacking("network namespaces need root and iproute2")
    name = f"grader{os.getpid() % 10000}"
    ours, theirs = f"{name}a", f"{name}b"
    net = f"10.213.{os.getpid() % 250}"

    def ip(*words: str, check: bool = True) -> None:
        subprocess.run(["ip", *words], check=check, capture_output=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
        ip("address", "add", f"{net}.1/24", "dev", ours)
        ip("link", "set", ours, "up")
        inside = ("ip", "netns", "exec", name)
        for words in (
            ("address", "add", f"{net}.2/24", "dev", theirs),
            ("link", "set", theirs, "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("-n", name, *words)
        yield f"{net}.1", inside, lambda: ip("link", "set", ours, "down")
    finally:
        ip("netns", "delete", name, check=False)
        ip("link", "delete", ours, check=False)


@contextmanager
def small_disk(folder: Path, size: str = "1m") -> Iterator[Path]:
    """Yield a file system that has room for so much."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        lacking("a file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_workers_that_differ_get_no_work_and_it_is_said_why(ungraded, tmp_path, two):
    other = tmp_path / "other"
    shutil.copytree(ungraded, other)
    source = other / "halves/__init__.py"
    source.write_text(source.read_text().replace("for n in (2, 5)", "for n in (2, 7)"))
    two.add(GRADER_COURSE=str(other / "halves"))
    two.add(threads=2)
    two.add(GRADER_COURSE="")
    with small_disk(tmp_path / "small") as small:
        two.add(TMPDIR=str(small))
        _, said = grade(ungraded, two.address, words=("--student", "ada", "--student", "bela"))
    assert "Dask: 2 workers at" in said
    for why in (
        "it has other cases of weighted_backward",
        "it has 2 threads, and one submission is graded at a time: start it with --nthreads 1",
        "it has the course cnn-gradients, and not 1-halves of halves",
        "There is no room for temporary files",
    ):
        assert f"gets no work: {why}" in said
    assert said.count("/2] ") == 2


def test_a_cluster_that_is_lost_is_one_sentence_and_the_next_run_goes_on(ungraded, handed_in, two):
    status, said = grade(ungraded, two.address, 1, two.scheduler.kill)
    assert status == 1
    assert "Traceback" not in said
    last = said.splitlines()[-1]
    assert last.startswith("grader: The Dask cluster at tcp://127.0.0.1:")
    assert last.endswith("Run it again to go on.")
    run(ungraded, "grade", *unsafe())
    _, said = run(ungraded, "grade", *unsafe())
    assert said.count("unchanged") == COUNT
    assert_same(ungraded, handed_in, said)


def test_a_scheduler_that_goes_while_it_hands_a_result_over_is_lost_or_asked_again():
    """Dask raises an OSError there, without a number or a name, before its client knows of it."""

    class Future:
        def __init__(self, *answers: object) -> None:
            self.answers = iter(answers)

        def result(self, timeout: float) -> object:
            answer = next(self.answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

    class Client:
        status = "running"

        def scheduler_info(self, n_workers: int) -> dict[str, object]:
            return {"workers": {"tcp://127.0.0.1:1": {"resources": {"label": 1}}}}

    workers = Workers.__new__(Workers)
    workers.address, workers.client, workers.seconds = "tcp://127.0.0.1:8786", Client(), 60
    workers.terms, workers.is_closed = SimpleNamespace(label="label"), False
    broken = CommClosedError("in <closed TCP>: Stream is closed")
    assert workers._waited(Future(broken, TimeoutError(), "{}")) == "{}"
    workers.client.status = "connecting"
    with pytest.raises(BenchLost, match="Run it again to go on"):
        workers._waited(Future(broken))


def test_a_scheduler_that_is_lost_while_workers_are_waited_for_is_one_sentence(ungraded, tmp_path):
    place = tmp_path / "dask"
    place.mkdir()
    with cluster(place, 0) as empty:
        process = start(ungraded, empty.address)

        def plugins(dask_scheduler) -> list[str]:
            return list(dask_scheduler.worker_plugins)

        # With its plugin registered it is connected, and waits for workers.
        while not any("cnn-gradients" in name for name in empty.client.run_on_scheduler(plugins)):
            assert process.poll() is None
        empty.scheduler.kill()
        said = process.communicate()[0]
    assert (process.returncode, said.count("\n"), "Traceback" in said) == (1, 1, False), said
    assert said.startswith("grader: The Dask cluster at tcp://127.0.0.1:"), said


def test_a_worker_that_will_not_do_any_more_gets_no_work(ungraded, tmp_path):
    """Its place for temporary files fills between two runs: the second run does not count on it."""
    place = tmp_path / "dask"
    place.mkdir()
    with small_disk(tmp_path / "small", "24m") as small, cluster(place, 0) as lone:
        lone.add(GRADER_COURSE=str(ungraded / "halves"), TMPDIR=str(small))
        _, said = grade(ungraded, lone.address, words=("--student", "ada"))
        assert "Dask: 1 worker at" in said
        (small / "full").write_bytes(bytes(12 * 2**20))
        status, said = grade(ungraded, lone.address, words=("--student", "bela"))
    assert status == 1
    assert "There is no room for temporary files" in said
    assert said.splitlines()[-1].endswith("none of its workers will do.")


def test_no_scheduler_is_one_sentence(ungraded):
    for address in ("tcp://127.0.0.1:1", "nothing", "tls://127.0.0.1:1"):
        status, said = grade(ungraded, address)
        assert (status, said.count("\n"), "Traceback" in said) == (1, 1, False), said
        assert f"There is no Dask scheduler at {address}" in said
