"""Start a Dask scheduler here, and its workers as jobs of Slurm (docs/cluster.md)."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import Any

from dask_jobqueue import SLURMCluster
from distributed import Security

REPOSITORY = Path(__file__).resolve().parents[1]


def security(folder: Path) -> Security:
    """Return the certificates of the scheduler, of its workers, and of this process."""
    parts = {
        f"tls_{part}_{kind}": str(folder / f"{part}{end}.pem")
        for part in ("scheduler", "worker", "client")
        for kind, end in (("cert", ""), ("key", "-key"))
    }
    return Security(tls_ca_file=str(folder / "ca.pem"), require_encryption=True, **parts)


def cluster(trial: argparse.Namespace, **more: Any) -> SLURMCluster:
    """Start the scheduler; no job is there yet."""
    return SLURMCluster(
        cores=trial.cores,
        processes=trial.cores,  # each grades one submission at a time, in one thread
        memory=trial.memory,
        walltime=trial.time,
        job_extra_directives=trial.option,
        security=security(trial.certificates.resolve()),
        scheduler_options={"port": trial.port, "dashboard_address": "127.0.0.1:8787"},
        worker_extra_args=["--no-dashboard"],
        **more,
    )


def parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cores", type=int, default=1, help="of each job")
    parser.add_argument("--memory", default="2GB", help="of each job; 2 GB a core")
    parser.add_argument("--time", default="02:00:00", help="after which Slurm ends a job")
    parser.add_argument("--port", type=int, default=8786, help="of the scheduler")
    parser.add_argument("--certificates", type=Path, default=REPOSITORY / "certificates")
    parser.add_argument("--option", action="append", default=[], help="of sbatch")
    return parser.parse_args(words)


def main() -> None:
    trial = parsed(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())  # the jobs end on the way out
    with cluster(trial) as jobs:
        print(jobs.job_script())
        jobs.scale(jobs=trial.jobs)
        print(f"grader grade ASSIGNMENT --scheduler {jobs.scheduler_address}", flush=True)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
