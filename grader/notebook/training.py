"""While a training runs in a check its clock is shown, and it stops where grading stops it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from grader.call.ended import TimeUp
from grader.judge.case import Case
from grader.judge.exercise import Exercise
from grader.show.display import shell

TICK = 1.0  # seconds


def timed(exercise: Exercise, case: Case, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that trains under a clock and within the time that grading gives it."""
    seconds = exercise.notebook.limits.get("call")
    trainings = [each for each in exercise.visible if each.goal]
    if seconds is None or case not in trainings:
        return function
    parts = ", ".join(exercise.parts_of(case))
    title = f"training {trainings.index(case) + 1} of {len(trainings)} ({parts})"

    def within_time(*args: Any) -> Any:
        with _clock(title, seconds), _alarm(seconds):
            return function(*args)

    return within_time


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeUp when so much of this process's time is used up, as a sandbox does.

    Outside the main thread, and on Windows, nothing stops a training but an interrupt.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "setitimer"):
        yield
        return

    def time_up(signum: int, frame: FrameType | None) -> None:
        raise TimeUp(seconds)

    before = signal.signal(signal.SIGPROF, time_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before or signal.SIG_DFL)


@contextmanager
def _clock(title: str, seconds: float) -> Iterator[None]:
    """Show in a notebook for how long a training has been running."""
    start, stopped = time.monotonic(), threading.Event()
    line = _line(f"{title}: begins")

    def say(text: str) -> None:
        with suppress(Exception):  # a clock disturbs no training
            line.update(_Line(f"{title}: {time.monotonic() - start:.0f} s{text}"))

    def tick() -> None:
        while not stopped.wait(TICK):
            say(f" of at most {seconds:g} s")

    ticking = threading.Thread(target=tick, daemon=True)
    if line is not None:
        ticking.start()
    try:
        yield
    finally:
        stopped.set()
        if line is not None:
            ticking.join()
            say("")


class _Line:
    """One line of plain text in a notebook."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _line(text: str) -> Any:
    """Return a line in the notebook that can be written anew, None where there is no notebook."""
    with suppress(Exception):
        if hasattr(shell(), "kernel"):
            return sys.modules["IPython"].display.display(_Line(text), display_id=True)
    return None
