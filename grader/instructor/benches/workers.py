"""The writer's side of a Dask cluster: submissions go out, verdicts come back."""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from grader.instructor.benches.bench import BenchLost, Work
from grader.instructor.classroom import Grading, versions
from grader.instructor.courses import CourseError
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.basis import Basis
from grader.instructor.sealed.grade_one import TRIES
from grader.notebook.intake import ParsedNotebook

try:
    import distributed

    from grader.instructor.benches import on_worker
except ModuleNotFoundError as error:
    raise CourseError(
        f"--scheduler needs Dask ({error.name} is not installed): "
        'pip install "cnn-gradients[cluster]"'
    ) from None

LOGGERS = ("distributed", "asyncio", "tornado")
ADDRESS = re.compile(r"(tcp|tls|ws|wss)://(\[[^\]]+\]|[^:/]+):\d+/?")
CONNECT_SECONDS = 10.0
JOIN_SECONDS = 30.0  # for the first worker to join
LOOK_SECONDS = 2.0  # between two looks at the cluster while a verdict is waited for
PAUSE_SECONDS = 0.2  # before the cluster is asked again
LOST_SECONDS = 60.0  # without any worker, after which the run ends


class Workers:
    """A bench that stands on other machines: the Dask workers that are as this one.

    slots: how many submissions are graded at once, as many as there were workers at the start.
    Raises CourseError where the scheduler cannot be reached, or no worker will do.
    """

    def __init__(self, grading: Grading, basis: Basis, say: Callable[[str], None]) -> None:
        self.address = grading.scheduler
        self.seconds = 2 * _time_limit(grading)
        self.terms = _terms(grading, basis)
        self.is_closed = False
        self.last = time.monotonic()  # when there was a worker the last time
        self.client = self._connect()
        try:
            self._join(say)
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Any:
        if not ADDRESS.fullmatch(self.address):
            raise self._not_reached("that is no address")
        dask: Any = distributed  # which has no types
        certificates = dask.Security().get_connection_args("client")["ssl_context"]
        if self.address.startswith("tls:") and certificates is None:
            raise self._not_reached("TLS needs certificates, which Dask's settings name")
        _quiet()
        try:
            return dask.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            reason = text(str(error).splitlines()[0]) if str(error) else type(error).__name__
            raise self._not_reached(reason) from None

    def _not_reached(self, why: str) -> CourseError:
        return CourseError(
            f"There is no Dask scheduler at {self.address}: {why}. Expected an address such as "
            "tls://HOST:8786. Nothing was graded."
        )

    def _join(self, say: Callable[[str], None]) -> None:
        """Let all workers examine themselves, and wait for one that will do. Raises CourseError."""
        # One that cannot even load the plugin raises; it is told of below.
        with suppress(Exception):
            self.client.register_plugin(on_worker.GradingPlugin(self.terms))
        end = time.monotonic() + JOIN_SECONDS
        while not self.good() and time.monotonic() < end and not self._refused():
            time.sleep(PAUSE_SECONDS)
        refused = self._refused()
        for line in refused:
            say(line)
        good = self.good()
        if not good:
            why = "none of its workers will do" if refused else "it has no worker"
            raise CourseError(f"Nothing is graded by the Dask cluster at {self.address}: {why}.")
        self.slots = len(good)
        self.tier = self._weakest_tier(good)
        workers = "worker" if len(good) == 1 else "workers"
        say(
            f"Dask: {len(good)} {workers} at {self.address}, sandbox: {self.tier.value}"
            f"{self._dashboard()}"
        )

    def _dashboard(self) -> str:
        """Return where the cluster can be watched, where it can be."""
        with suppress(Exception):  # a scheduler without this package cannot be asked
            if self.client.run_on_scheduler(on_worker.has_dashboard):
                return f", dashboard: {self.client.dashboard_link}"
        return ""

    def good(self) -> list[str]:
        """Return the addresses of the workers that get work."""
        return [
            address
            for address, worker in self._known().items()
            if worker["resources"].get(self.terms.label)
        ]

    def _known(self) -> dict[str, Any]:
        """Return what the scheduler says of each worker. Raises BenchLost where it is lost."""
        try:
            workers: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        except (KeyError, OSError, RuntimeError):  # a client that lost its scheduler knows nothing
            raise self._lost("it does not answer any more") from None
        return workers

    def _states(self) -> dict[str, tuple[str, str]]:
        states: dict[str, tuple[str, str]] = {}
        with suppress(Exception):  # a worker may go while it is asked
            states = self.client.run(
                partial(on_worker.state_of_worker, self.terms.label), on_error="ignore"
            )
        return states

    def _refused(self) -> list[str]:
        """Return a line for each worker that gets no work."""
        return [
            f"Dask: the worker {address} gets no work: {problem}"
            for address, (problem, _) in sorted(self._states().items())
            if problem
        ]

    def _weakest_tier(self, good: list[str]) -> Tier:
        """Return the tier in which all workers grade at least."""
        tiers = {tier for address, (_, tier) in self._states().items() if address in good}
        order = [Tier.NONE, Tier.LANDLOCK, Tier.BUBBLEWRAP]
        return next((tier for tier in order if tier.value in tiers), Tier.LANDLOCK)

    def grade(self, submitted: ParsedNotebook, seed: int, beside: Mapping[str, bytes]) -> Work:
        """Do what Bench.grade does, on any of the workers.

        One that ends, hangs or is cut off loses nothing: another one is asked, and what comes late
        is not waited for. Raises BenchLost where the cluster is lost.
        """
        order = on_worker.Order(submitted, seed, beside)
        reasons = list(self._tries(order))
        if isinstance(reasons[-1], Work):
            return reasons[-1]
        raise MachineFault(reasons[-1])

    def _tries(self, order: on_worker.Order) -> Iterator[Work | str]:
        """Yield why a try gave nothing, and at last the work."""
        for _ in range(TRIES):
            result = self._try(order)
            yield result
            if isinstance(result, Work):
                return

    def _try(self, order: on_worker.Order) -> Work | str:
        """Return the work, or why there is none. Raises BenchLost where the cluster is lost."""
        future = self._sent(order)
        try:
            reply = json.loads(self._waited(future))
        except TimeoutError:
            return "a worker of the cluster gave no answer"
        except (distributed.scheduler.KilledWorker, distributed.CancelledError):
            self._check()
            return "a worker of the cluster was lost"
        finally:
            with suppress(Exception):  # late answers are dropped
                future.release()
        if "lost" in reply:
            return str(reply["lost"])
        return Work(reply["verdicts"], reply["sandbox"], reply["made_with"])

    def _sent(self, order: on_worker.Order) -> Any:
        """Send a submission out; return its future. Raises BenchLost where the cluster is lost."""
        try:
            return self.client.submit(
                on_worker.grade_here,
                self.terms.label,
                order,
                resources={self.terms.label: 1},
                key=f"grade-{uuid.uuid4().hex}",
                pure=False,
            )
        except Exception:  # Dask raises several where its client is closed
            self._check()
            raise

    def _waited(self, future: Any) -> str:
        """Return a task's result.

        Raises TimeoutError, and BenchLost where the cluster is lost.
        """
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            try:
                result: str = future.result(timeout=LOOK_SECONDS)
                return result
            except TimeoutError:
                pass
            except OSError:  # the scheduler, or the way to it, went while it handed the result over
                time.sleep(PAUSE_SECONDS)
            self._check()
        raise TimeoutError

    def _check(self) -> None:
        """Raise CourseError where the run cannot go on."""
        if self.is_closed:
            raise BenchLost("The run is ended.")
        if self.client.status != "running":
            raise self._lost("it does not answer any more")
        if self.good():
            self.last = time.monotonic()
        elif time.monotonic() - self.last > LOST_SECONDS:
            raise self._lost(f"it has had no worker for {LOST_SECONDS:g} seconds")

    def _lost(self, why: str) -> BenchLost:
        return BenchLost(
            f"The Dask cluster at {self.address} is lost: {why}. What is graded is kept. "
            "Run it again to go on."
        )

    def close(self) -> None:
        """Leave the cluster; its workers end their sandboxes."""
        self.is_closed = True
        with suppress(Exception):
            if self.client.status == "running":
                self.client.unregister_worker_plugin(self.terms.label)
        with suppress(Exception):  # one whose scheduler is lost may not end in time
            self.client.close(timeout=CONNECT_SECONDS)


def _quiet() -> None:
    """Let Dask log nothing: what it logs with tracebacks is said here in a sentence."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _terms(grading: Grading, basis: Basis) -> on_worker.Terms:
    """Return what workers must have.

    The resource has a name of this class's run: another class may use the same workers.
    """
    folder = f"{platform.node()}:{grading.classroom.folder}"
    content = json.dumps([folder, grading.assignment, basis, versions(), grading.unsafe])
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    return on_worker.Terms(
        grading.classroom.course.name,
        grading.assignment,
        basis,
        versions(),
        grading.unsafe,
        f"cnn-gradients-{name}",
    )


def _time_limit(grading: Grading) -> float:
    """Return how long a submission may take on a worker that is not lost."""
    limits = Limits(**grading.notebook.limits)
    return float(limits.whole * limits.net)
