"""What runs on a Dask worker: it examines itself once, and then grades submissions.

It is told no path and no secret of a class: only what one student handed in, and its seed.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distributed import Scheduler, Worker, WorkerPlugin, get_worker

from grader.instructor.classroom import versions
from grader.instructor.courses import CourseError, find_course
from grader.instructor.sandbox.probes import pick_tier
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sealed.basis import Basis, basis_of, differences
from grader.instructor.sealed.grade_one import grade_notebook
from grader.judge.course import Course, Notebook
from grader.notebook.intake import ParsedNotebook

DIFFERENCES_LIMIT = 3  # that are named


@dataclass(frozen=True)
class Terms:
    """What a worker must have to grade an assignment as the writer would.

    course: its name; basis: what grades depend on; versions: of Python and numpy; unsafe: whether
    the students' code runs without a sandbox; label: the name of the resource that a worker has
    which will do.
    """

    course: str
    assignment: str
    basis: Basis
    versions: dict[str, str]
    unsafe: bool
    label: str


@dataclass(frozen=True)
class Order:
    """One submission to grade. beside: the files that lie in its folder, by name."""

    submitted: ParsedNotebook
    seed: int
    beside: Mapping[str, bytes]


class GradingPlugin(WorkerPlugin):
    """Examines a worker when it joins; one that differs offers nothing, and gets no work.

    problem: why it gets none, or "".
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.name = terms.label
        self.problem = ""
        self.sandbox: Sandbox | None = None
        self.versions: dict[str, str] = {}

    async def setup(self, worker: Worker) -> None:
        """Examine this worker, and offer what tasks ask for where it will do."""
        # Dask looks at the stack of what is graded a hundred times a second, which costs a tenth.
        for name in ("profile", "profile-cycle"):
            if name in worker.periodic_callbacks:
                worker.periodic_callbacks.pop(name).stop()
        try:
            self._prepare(worker.state.nthreads)
        except (CourseError, MachineFault, OSError) as error:
            self.problem = str(error)
        # An earlier run of this class may have left a worker what it is not any more.
        await worker.set_resources(**{self.terms.label: 0 if self.problem else 1})

    def teardown(self, worker: Worker) -> None:
        """End the sandbox."""
        if self.sandbox is not None:
            self.sandbox.close()

    def _prepare(self, thread_count: int) -> None:
        """Start the sandbox. Raises CourseError where this worker will not do, and MachineFault."""
        if thread_count != 1:
            raise CourseError(
                f"it has {thread_count} threads, and one submission is graded at a time: start it "
                "with --nthreads 1"
            )
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        course = find_course()
        self.versions = versions()
        reasons = list(_differences(self.terms, course, self.versions))
        if reasons:
            raise CourseError(
                f"it has {', '.join(reasons[:DIFFERENCES_LIMIT])}: install the same course and "
                "versions there"
            )
        notebook = _notebook(self.terms, course)
        tier = Tier.NONE if self.terms.unsafe else pick_tier(course, {})
        self.sandbox = Sandbox(tier, notebook)
        self.sandbox.load()
        gc.freeze()  # what Dask and the course have loaded is not looked through again

    def grade(self, order: Order) -> dict[str, Any]:
        """Return the verdicts on a submission, or what was lost.

        Whether it is tried again, and where, is the writer's to decide.
        """
        assert self.sandbox is not None
        try:
            verdicts = grade_notebook(
                order.submitted, order.seed, self.sandbox, beside=order.beside
            )
        except (MachineFault, OSError) as error:
            return {"lost": str(error)}
        return {
            "verdicts": verdicts,
            "sandbox": self.sandbox.tier.value,
            "made_with": self.versions,
        }


def _differences(terms: Terms, course: Course, own: dict[str, str]) -> list[str]:
    """Return what of this worker is another one than the writer's. own: its versions."""
    if course.name != terms.course or terms.assignment not in course.by_assignment:
        return [f"the course {course.name}, and not {terms.assignment} of {terms.course}"]
    others = [
        f"{name} {own[name]} in place of {version}"
        for name, version in terms.versions.items()
        if own[name] != version
    ]
    basis = basis_of(_notebook(terms, course), {"cells": []})
    return [*others, *differences(terms.basis, {**basis, "notebook": terms.basis["notebook"]})]


def _notebook(terms: Terms, course: Course) -> Notebook:
    """Return the notebook with the exercises that are graded: others may have been added since."""
    whole = course.by_assignment[terms.assignment]
    return whole.limited_to([*terms.basis["exercises"], *whole.essay_names])


def grade_here(resource: str, order: Order) -> str:
    """Grade a submission on this worker; return what GradingPlugin.grade does, as JSON."""
    plugin = get_worker().plugins[resource]
    assert isinstance(plugin, GradingPlugin)
    return json.dumps(plugin.grade(order))


def has_dashboard(dask_scheduler: Scheduler) -> bool:
    """Tell whether this scheduler shows its dashboard; without Bokeh it cannot."""
    routes = dask_scheduler.http_application.applications
    return bool(routes)


def state_of_worker(resource: str, dask_worker: Worker) -> tuple[str, str]:
    """Return why this worker gets no work, or "", and the name of its tier, or ""."""
    plugin = dask_worker.plugins.get(resource)
    if not isinstance(plugin, GradingPlugin):
        return "it has another version of this package", ""
    return plugin.problem, plugin.sandbox.tier.value if plugin.sandbox is not None else ""
