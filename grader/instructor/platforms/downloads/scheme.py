"""What reads one platform's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from grader.instructor.platforms.downloads.arrival import Arrival, Unplaced
from grader.instructor.platforms.downloads.entries import Entry


@dataclass
class Placement:
    """What a scheme makes of a download's files.

    arrivals: those handed in; others: those that the platform names so, and that are no file of a
    student's, with the reason; own: the paths of those that are read, and are no work themselves:
    what the platform writes for itself, and mails.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    others: list[Unplaced] = field(default_factory=list)
    own: set[str] = field(default_factory=set)

    def count(self) -> int:
        """Return how many of the files have a name that the platform gives."""
        entries = {arrival.entry for arrival in self.arrivals}
        entries |= {entry for entry, _ in self.others}
        return len(entries)


@dataclass(frozen=True)
class Scheme:
    """How a platform names what it lets download.

    name: as it is given to a command; title: the platform's; layout: an example of a name; place:
    takes a download's files and the zone of the times in their names, None for this machine's.
    """

    name: str
    title: str
    layout: str
    place: Callable[[Sequence[Entry], tzinfo | None], Placement]
