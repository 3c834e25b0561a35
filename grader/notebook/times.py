"""How long each exercise takes, noted in a file beside the notebook where a student asked for it.

A line is a time in UTC, the exercise that was checked, and 1 where all of it was right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

TIMES = "times.csv"
HEAD = "time,exercise,right"
START = "start"  # in the place of an exercise: work begins
PAUSE = 20 * 60  # seconds between two checks: what is longer was no work
SIZE_LIMIT = 2**20  # bytes
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),(\w{1,100}),([01])")
FORM = "%Y-%m-%dT%H:%M:%SZ"


def note_times() -> None:
    """Let `check` note from now on, in times.csv beside the notebook, when what was checked.

    This function never raises. To stop it, delete the file.
    """
    path = Path(TIMES)
    try:
        if not path.is_file():
            path.write_text(f"{HEAD}\n", encoding="utf-8")
        note(START, False)
        print(
            f"From now on each check notes the time in {TIMES}, beside this notebook. Hand the "
            "file in with the notebook, so that your instructor learns how long an exercise "
            "takes. To stop it, delete the file."
        )
    except Exception as error:
        print(f"{TIMES} cannot be written here ({type(error).__name__}): no times are noted.")


def note(exercise: str, is_right: bool) -> None:
    """Note a check, where the student has asked for it. Raises nothing."""
    with suppress(OSError):
        path = Path(TIMES)
        if path.is_file():
            with path.open("a", encoding="utf-8") as file:
                time = datetime.now(UTC).strftime(FORM)
                file.write(f"{time},{exercise},{int(is_right)}\n")


def seconds_in(content: str) -> dict[str, float]:
    """Return how many seconds each exercise took until all of it was right, by its name.

    The time between two checks belongs to the later one's exercise; breaks are left out. Raises
    ValueError for a text that `check` has not written.
    """
    head, *lines = content.splitlines()
    if head != HEAD:
        raise ValueError(f"expected the first line {HEAD}")
    seconds: dict[str, float] = defaultdict(float)
    right: set[str] = set()
    last = None
    for time, exercise, is_right in sorted(map(_read, lines)):
        gap = (time - last).total_seconds() if last else PAUSE
        last = time
        if exercise not in right and gap < PAUSE:
            seconds[exercise] += gap
        if is_right:
            right.add(exercise)
    return {name: total for name, total in seconds.items() if name in right}


def _read(line: str) -> tuple[datetime, str, bool]:
    """Return what a line says. Raises ValueError."""
    match = LINE.fullmatch(line)
    if not match:
        raise ValueError(f"expected a time, an exercise, and 0 or 1: {line[:60]}")
    time, exercise, is_right = match.groups()
    return datetime.strptime(time, FORM), exercise, is_right == "1"
