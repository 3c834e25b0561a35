"""What one submission may use: the one place where time limits and all others are set."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use. These are the usual limits; a Notebook may set others.

    call: seconds of one call or cell; whole: of all together. They are its own processor's time, so
    that a busy machine costs nobody points.
    net: so many times longer it may take by the clock, whatever it waits for.
    memory: bytes beyond what Python and numpy take themselves.
    scratch: bytes that may lie in the submission's folder.
    files: how many files may lie there.
    written: bytes that may be written there in all, deleted files included.
    threads: how many threads may run.
    output: bytes that a notebook may print before it is stopped.
    kept: bytes of that output that a verdict file keeps.
    """

    call: float = 5.0
    whole: float = 20.0
    net: float = 5.0
    memory: int = 2**30
    scratch: int = 16 * 2**20
    files: int = 2000
    written: int = 64 * 2**20
    threads: int = 64
    output: int = 64 * 2**20
    kept: int = 64 * 2**10

    @property
    def repeated(self) -> float:
        """Seconds of a call once another one has used up its time.

        With it a loop without an end costs one call's limit, and not one for each case.
        """
        return max(1.0, self.call / 5)

    def of_process(self) -> dict[str, int]:
        """Return the limits that the kernel holds, by their names in the module `resource`."""
        return {
            "RLIMIT_CPU": math.ceil(
                self.whole + self.call
            ),  # what a worker says of it is not asked
            "RLIMIT_FSIZE": self.scratch,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
        }
