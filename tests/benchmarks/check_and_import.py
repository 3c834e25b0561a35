"""`make bench`: what a check and the import cost. Ratios within one run; absolute times belong to
this machine.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from goals import Reached, save

sys.path.insert(0, str(Path(__file__).parents[1]))
# layers.py, as for a notebook that lies beside it
sys.path.append(str(Path(__file__).parents[2] / "notebooks" / "6-capstone"))
from our_course import EXERCISES, NOTEBOOKS

from grader.judge.exercise import Exercise
from grader.judge.judge import judge

Function = Callable[..., Any]


def median(work: Callable[[], Any], rounds: int) -> float:
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


def as_asked(exercise: Exercise, reference: Function) -> tuple[Exercise, Function]:
    """Return an exercise as one student gets it, and a right answer."""
    asked = exercise.draws[0]
    if not exercise.by_hand:
        return asked, reference
    typed = reference(*asked.visible[0].args)
    return asked, lambda: typed


def checks(rounds: int) -> Reached:
    scope: dict[str, Any] = {}
    for exercise in EXERCISES.values():
        module = importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment].stem}")
        scope[exercise.name] = getattr(module, exercise.name)
    costs = []
    print(f"{'a check, beyond the function itself':44} {'median':>9}")
    for exercise in EXERCISES.values():
        if exercise.costly:  # what a check adds to its trainings is lost in them
            continue
        asked, function = as_asked(exercise, scope[exercise.name])
        verdict = judge(asked, function, scope)
        assert verdict.right, verdict

        def calls(function: Any = function, asked: Any = asked) -> None:
            for case in (*asked.visible, asked.visible[0]):
                function(*asked.args_of(case))

        whole = median(lambda e=asked, f=function: shown(judge(e, f, scope)), rounds)
        costs.append(whole - median(calls, rounds))
        print(f"  {exercise.name:42} {costs[-1]:6.2f} ms")

    def wrong(dy: Any, x: Any, w: Any) -> Any:
        dx, dw, db = scope["affine_backward"](dy, x, w)
        return dx, dw * 1.5, db

    whole = median(lambda: shown(judge(EXERCISES["affine_backward"], wrong, scope)), rounds)
    print(f"  {'affine_backward, wrong, with its picture':42} {whole:6.2f} ms")
    name = "check of a right answer beyond the function itself, the slowest"
    return Reached(name, max(costs), 5.0, " ms")


def imports() -> Reached:
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

    return Reached("import grader, beyond numpy", seconds("import grader"), 0.15, " s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    goals = [checks(options.rounds), imports()]
    print(*goals, sep="\n")
    if options.json:
        save(options.json, goals)
