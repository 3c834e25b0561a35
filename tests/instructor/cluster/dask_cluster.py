"""A Dask cluster of processes on this machine, for tests and benchmarks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

DASK = str(Path(sys.executable).with_name("dask"))
# A worker that is not heard of for so long is given up: five minutes are Dask's own choice.
SETTINGS = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "6s", "OPENBLAS_NUM_THREADS": "1"}


class Cluster:
    """A scheduler, and the workers that were started. host: the address at which it listens."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", **env: str) -> None:
        self.folder = folder
        self.env = os.environ | SETTINGS | env
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        options = ["--host", host, "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self.scheduler = self._start(["scheduler", *options])
        self.client = self._reached(file)
        self.address = self.client.scheduler.address

    def _reached(self, file: Path) -> Client:
        end = time.monotonic() + 60
        while not file.exists() or not file.read_text().strip().endswith("}"):
            assert time.monotonic() < end
            assert self.scheduler.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)
        return Client(scheduler_file=str(file), set_as_default=False)

    def _start(
        self, words: list[str], prefix: tuple[str, ...] = (), **env: str
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*prefix, DASK, *words], cwd="/", env=self.env | env, stdout=log, stderr=log
            )

    def add(self, threads: int = 1, prefix: tuple[str, ...] = (), **env: str) -> int:
        """Start a worker, and wait until it has joined; return its number."""
        number = len(self.workers)
        place = self.folder / f"worker{number}"
        options = ["--nthreads", str(threads), "--no-nanny", "--no-dashboard"]
        words = ["worker", self.address, *options, "--local-directory", str(place)]
        count = len(self.client.scheduler_info(n_workers=-1)["workers"])
        self.workers.append(self._start(words, prefix, **env))
        self.client.wait_for_workers(count + 1, timeout=60)
        return number

    def signal(self, number: int, what: signal.Signals) -> None:
        self.workers[number].send_signal(what)

    def close(self) -> None:
        self.client.close(timeout=2)
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: Path, count: int, host: str = "127.0.0.1", **env: str) -> Iterator[Cluster]:
    """Yield a cluster of some workers. env: what its processes have in their environment."""
    made = Cluster(folder, host, **env)
    try:
        for _ in range(count):
            made.add()
        yield made
    finally:
        made.close()
