"""What one submission may use: the one place where limits are set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """call, whole: seconds of a call or cell, and of all of them. memory, scratch, written, output and kept are bytes.

    memory: beyond what Python and numpy take themselves. scratch, files: what may lie in its folder; written: what may be
    written there in all, deleted files included. output: what a notebook may print before it is stopped; kept: how much of
    that a verdict file keeps.
    """

    call: float = 5.0
    whole: float = 20.0
    memory: int = 2**30
    scratch: int = 16 * 2**20
    files: int = 2000
    written: int = 64 * 2**20
    threads: int = 64
    output: int = 64 * 2**20
    kept: int = 64 * 2**10

    @property
    def repeated(self) -> float:
        """Seconds of a call once another one has used up its time: a loop without an end costs one call's limit."""
        return max(1.0, self.call / 5)

    def of_process(self) -> dict[str, int]:
        return {
            "RLIMIT_FSIZE": self.scratch,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
        }


LIMITS = {
    "6-capstone": Limits(call=60.0, whole=180.0)
}  # trainings; all other assignments have the usual ones


def limits_of(assignment: str) -> Limits:
    return LIMITS.get(assignment, Limits())
