"""Which cases need not be asked any more, since a call has ended as theirs would."""

from __future__ import annotations

from collections.abc import Collection

# After these the other cases would say the same, or take as long again.
ENDS = frozenset(
    (
        "missing",
        "reached",
        "time",
        "raised:NotImplementedError",
        "raised:RecursionError",
        "raised:KeyboardInterrupt",
        "raised:SystemExit",
    )
)


class TimeUp(BaseException):
    """A call has used up its time: args[0] seconds.

    It is not an Exception, so that `except Exception` does not catch it.
    """


class Ended:
    """The parts of an exercise that are asked no more.

    Where the first case ends so, nothing else is asked; a later one gives up its own parts alone.
    """

    def __init__(self) -> None:
        self._parts: set[str] = set()
        self._is_first = True
        self._is_whole = False

    def skips(self, parts: Collection[str]) -> bool:
        """Tell whether a case need not be asked. parts: those that it judges."""
        return self._is_whole or self._parts.issuperset(parts)

    def note(self, parts: Collection[str], fault: str) -> None:
        """Note how a case was answered. fault: of the whole call, or ""."""
        if fault in ENDS:
            self._parts.update(parts)
            self._is_whole |= self._is_first
        self._is_first = False
