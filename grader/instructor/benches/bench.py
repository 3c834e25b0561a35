"""Where a submission's code runs: in a sandbox of this process, or on another machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from grader.instructor.classroom import versions
from grader.instructor.courses import CourseError
from grader.instructor.sandbox.sandbox import Sandbox, Tier
from grader.instructor.sealed.grade_one import WorkJSON, grade_again
from grader.judge.course import Notebook
from grader.notebook.intake import ParsedNotebook


@dataclass(frozen=True)
class Work:
    """The verdicts on a submission, and how they were made.

    sandbox: the name of the tier; made_with: the versions of Python and numpy.
    """

    verdicts: WorkJSON
    sandbox: str
    made_with: dict[str, str]


class BenchLost(CourseError):
    """Nothing that grades is left: the run ends, and what is graded is kept."""


class Bench(Protocol):
    """What grades one submission after another."""

    def grade(self, submitted: ParsedNotebook, seed: int, beside: Mapping[str, bytes]) -> Work:
        """Return the verdicts on a submission.

        seed: of its fresh cases; beside: the files that lie in its folder, by name. Raises
        MachineFault when something of ours was lost, more than once, and BenchLost.
        """

    def close(self) -> None:
        """End what runs there."""


class OwnBench:
    """A sandbox of this process."""

    def __init__(self, tier: Tier, notebook: Notebook) -> None:
        self.sandbox = Sandbox(tier, notebook)
        self.sandbox.load()
        self.versions = versions()

    def grade(self, submitted: ParsedNotebook, seed: int, beside: Mapping[str, bytes]) -> Work:
        """Do what Bench.grade does."""
        verdicts = grade_again(submitted, seed, self.sandbox, beside=beside)
        return Work(verdicts, self.sandbox.tier.value, self.versions)

    def close(self) -> None:
        """End the sandbox."""
        self.sandbox.close()
