"""The layers that the capstone builds on.

They are the student's own if they are right and quick enough, else those of layers.py.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.call.quiet import quiet
from grader.call.without import public
from grader.exercises import COURSE
from grader.exercises.capstone import LAYERS
from grader.judge.judge import judge

SLOW = 10  # times as long as layers.py: an epoch then takes minutes
ENOUGH = 0.001  # seconds; below that nobody waits


def own_layers() -> None:
    """Check and time the layers that the notebook has defined, and print a line on each.

    One that is missing, wrong or slow is replaced by that of layers.py.
    """
    namespace = sys._getframe(1).f_globals
    theirs = public(importlib.import_module("layers"))
    width = max(map(len, LAYERS))
    namespace.update({name: value for name, value in theirs.items() if name not in LAYERS})
    for name in LAYERS:
        message = _message(name, namespace.get(name), theirs[name], namespace)
        if message != "right":
            namespace[name] = theirs[name]
            message += ": training with layers.py"
        print(f"{name:{width}}  {message}")


def _message(
    name: str, function: Any, theirs: Callable[..., Any], namespace: dict[str, Any]
) -> str:
    """Return 'right', or why the notebook's function is not used."""
    if function is None or function is theirs:
        return "not pasted"
    if not judge(COURSE.exercises[name], function, namespace).right:
        return "not right"
    allowed = max(SLOW * _seconds(theirs, name), ENOUGH)
    return "right" if _seconds(function, name) <= allowed else "right but slow"


def _seconds(function: Callable[..., Any], name: str) -> float:
    """Return the shortest of three calls on a small batch, in seconds."""
    arguments = _batch(name)
    with quiet():
        times = []
        for _ in range(3):
            start = time.perf_counter()
            function(*arguments)
            times.append(time.perf_counter() - start)
    return min(times)


def _batch(name: str) -> tuple[Any, ...]:
    """Return arguments for one call: eight 8 x 8 images, eight filters, ten classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4, 8, 8))
    w = rng.normal(size=(8, 4, 3, 3))
    b = rng.normal(size=8)
    dy = rng.normal(size=(8, 8, 8, 8))
    small = rng.normal(size=(8, 8, 4, 4))
    rows = x.reshape(8, -1)
    v = rng.normal(size=(256, 10))
    scores = rng.normal(size=(8, 10))
    return {
        "affine_forward": (rows, v, scores[0]),
        "affine_backward": (scores, rows, v),
        "softmax_loss": (scores, np.arange(8)),
        "conv_forward": (x, w, b, 1),
        "conv_backward": (dy, x, w, 1),
        "strided_forward": (x, w, b, 2, 1),
        "strided_backward_spray": (small, x, w, 2, 1),
        "relu_forward": (x,),
        "relu_backward": (x, x[::-1]),
        "max_pool_forward": (x, (2, 2), 2),
        "max_pool_2x2_backward": (x[:, :, :4, :4], x),
    }[name]
