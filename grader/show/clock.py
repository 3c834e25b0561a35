"""`clock`: what a convolution costs, beside those before it and beside a bare product of matrices.

The time is that of the processor, so that other programs hardly count. The product has as many
multiplications, and is what no convolution by products can beat.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from statistics import median
from typing import Any

import numpy as np

from grader.show.display import show
from grader.show.render import html

ROUNDS = 7
PATIENCE = 0.5  # seconds after which a function is not called once more
THREADS = "threadpoolctl is missing here, so the time of all threads is counted"
HEAD = ("function", "ms an image", "GFLOP/s", "times the one before", "of the product")


@dataclass(frozen=True)
class Timing:
    """What was measured of a function: the CPU time of a call in seconds, the floating-point
    operations of a call, and how many of them a bare product does in a second.

    stride: what it takes beside x, w and b; only functions with the same one do the same
    """

    name: str
    seconds: float
    operations: int
    images: int
    product: float
    stride: tuple[Any, ...] = ()

    @property
    def rate(self) -> float:
        """Floating-point operations in a second."""
        return self.operations / self.seconds


class Clock:
    """Measures functions one by one, and shows all that it has measured."""

    def __init__(self) -> None:
        self._timings: dict[str, Timing] = {}

    def clock(self, function: Callable[..., Any], x: np.ndarray, w: np.ndarray, *more: Any) -> None:
        """Time a convolution, and show it below those that were timed before.

        function: takes x, w and more, and returns y: (N, F, H', W');  x: (N, C, H, W)
        w: (F, C, kh, kw);  more: b, and a stride
        """
        name = getattr(function, "__name__", "function")
        with _one_thread() as now:
            try:
                y = np.asarray(function(x, w, *more))
            except NotImplementedError:
                show(Times((), f"{name} waits for code that is not written yet"))
                return
            problem = _problem(y, x, w)
            if problem:
                show(Times((), f"{name} {problem}"))
                return
            operations = 2 * y.size * prod(w.shape[1:])
            pixels = prod(y.shape[2:])
            seconds, product = _in_turn(lambda: function(x, w, *more), w, pixels, now)
        timing = Timing(name, seconds, operations, len(x), product, more[1:])
        self._timings[name] = timing
        notes = (_note(name, y, x), THREADS if now is time.process_time else "")
        show(Times(tuple(self._timings.values()), notes=tuple(filter(None, notes))))


def _problem(y: np.ndarray, x: np.ndarray, w: np.ndarray) -> str:
    """Return why a result is no batch of images whose operations can be counted; "" if it is."""
    if y.ndim == 4 and y.shape[:2] == (len(x), len(w)) and y.size:
        return ""
    return f"returns shape {y.shape}, expected {len(x)} images of {len(w)} filters: (N, F, H', W')"


def _note(name: str, y: np.ndarray, x: np.ndarray) -> str:
    """Return what costs time and is easily overlooked; "" if there is nothing."""
    if y.dtype == x.dtype:
        return ""
    return f"{name} makes {y.dtype} of {x.dtype}: does np.zeros know the dtype of x?"


@contextmanager
def _one_thread() -> Iterator[Callable[[], float]]:
    """Let products of matrices run in one thread, and yield the clock of that thread.

    A thread of BLAS that waits for work spends time as well, and goes on waiting for a while after
    the product. Without threadpoolctl, as in a browser, the time of all threads is taken.
    """
    try:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415
    except ModuleNotFoundError:
        yield time.process_time
        return
    with threadpool_limits(1, "blas"):
        yield time.thread_time


def _in_turn(
    call: Callable[[], Any], w: np.ndarray, pixels: int, now: Callable[[], float]
) -> tuple[float, float]:
    """Return the CPU seconds of a call, and the operations of a product in a second.

    The product is that of all filters with all windows of one image. Both are measured in turn:
    what slows the machine down slows both.
    """
    left = w.reshape(len(w), -1)
    right = np.ones((left.shape[1], pixels), w.dtype)
    times: list[float] = []
    products: list[float] = []
    begin = time.perf_counter()
    while len(times) < ROUNDS and (not times or time.perf_counter() - begin < PATIENCE):
        products.append(_cpu(lambda: left @ right, 1e-3, now))
        times.append(_cpu(call, 1e-3, now))
    return median(times), 2 * left.size * pixels / median(products)


def _cpu(call: Callable[[], Any], least: float, now: Callable[[], float]) -> float:
    """Return the CPU seconds of a call, called until it takes so many seconds at least."""
    count, begin = 0, now()
    while True:
        call()
        count += 1
        spent = now() - begin
        if spent >= least:
            return spent / count


@dataclass(frozen=True, eq=False)
class Times:
    """A table of what was measured.

    problem: why there is nothing new;  notes: what is said of the newest row
    """

    timings: tuple[Timing, ...]
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The rows of the table, in words."""
        rows: list[tuple[str, ...]] = []
        before: dict[tuple[Any, ...], Timing] = {}
        for each in self.timings:
            last = before.get(each.stride)
            times = each.rate / last.rate if last else 0.0
            share = each.rate / each.product
            cells = (
                each.name,
                f"{1000 * each.seconds / each.images:.3g}",
                f"{each.rate / 1e9:.3g}",
                f"{times:.0f}" if times >= 10 else f"{times:.1f}" if times else "",
                f"{share:.0%}" if share >= 0.01 else "< 1%",
            )
            rows.append(cells)
            before[each.stride] = each
        return rows

    def __str__(self) -> str:
        if self.problem:
            return self.problem
        widths = [max(map(len, column)) for column in zip(HEAD, *self.rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in (HEAD, *self.rows)
        ]
        return "\n".join([*lines, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        return html("clock.html.j2", head=HEAD, rows=self.rows, times=self)
