"""`make bench`: what a check and the import cost. Ratios within one run; absolute times belong to
this machine.
"""

from __future__ import annotations

import importlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from our_course import EXERCISES, NOTEBOOKS

from grader.judge.judge import judge

ROUNDS = 200


def median(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the median wall time of a call in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def shown(verdict: Any) -> None:
    """What a notebook does with a verdict."""
    str(verdict)
    verdict._repr_html_()


def checks() -> None:
    scope: dict[str, Any] = {}
    for exercise in EXERCISES.values():
        module = importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment].stem}")
        scope[exercise.name] = getattr(module, exercise.name)
    print(f"{'a check, beyond the function itself':44} {'median':>9}  (at most 5 ms)")
    for exercise in EXERCISES.values():
        function = scope[exercise.name]

        def calls(function: Any = function, exercise: Any = exercise) -> None:
            for case in (*exercise.visible, exercise.visible[0]):
                function(*case.copy_args())

        whole = median(lambda e=exercise, f=function: shown(judge(e, f, scope)))
        print(f"  {exercise.name:42} {whole - median(calls):6.2f} ms")

    def wrong(dy: Any, x: Any, w: Any) -> Any:
        dx, dw, db = scope["affine_backward"](dy, x, w)
        return dx, dw * 1.5, db

    whole = median(lambda: shown(judge(EXERCISES["affine_backward"], wrong, scope)))
    print(f"  {'affine_backward, wrong, with its picture':42} {whole:6.2f} ms")


def imports() -> None:
    def seconds(code: str) -> float:
        timed = (
            f"import numpy, time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
        )
        runs = [
            subprocess.run(
                [sys.executable, "-c", timed], capture_output=True, text=True, check=True
            )
            for _ in range(11)
        ]
        return statistics.median(float(run.stdout) for run in runs)

    print(f"import grader, beyond numpy: {seconds('import grader'):.3f} s (at most 0.15)")


if __name__ == "__main__":
    checks()
    imports()
