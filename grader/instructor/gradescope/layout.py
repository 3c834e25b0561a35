"""Where Gradescope puts files in a container, and where the autograder has its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SETTINGS = "settings.json"  # in the zip file: which assignment it grades, and how


@dataclass(frozen=True)
class Layout:
    """The folders and files below Gradescope's own folder."""

    root: Path = Path("/autograder")

    @property
    def submission(self) -> Path:
        """The folder of what the student has handed in."""
        return self.root / "submission"

    @property
    def metadata(self) -> Path:
        """Who handed in, and when."""
        return self.root / "submission_metadata.json"

    @property
    def results(self) -> Path:
        """What Gradescope reads at the end."""
        return self.root / "results" / "results.json"

    @property
    def source(self) -> Path:
        """The folder of the unpacked zip file."""
        return self.root / "source"

    @property
    def settings(self) -> Path:
        """Which assignment is graded, and how."""
        return self.source / SETTINGS

    @property
    def secret(self) -> Path:
        """What seeds are drawn from: setup.sh makes it, so it is in no zip file."""
        return self.source / "secret"

    def private(self) -> dict[str, Path]:
        """Return the places that no student's code may read, by what they are."""
        return {
            "what was handed in": self.submission,
            "who handed in": self.metadata,
            "the results": self.results.parent,
            "the autograder's files": self.source,
            "the secret of the seeds": self.secret,
        }
