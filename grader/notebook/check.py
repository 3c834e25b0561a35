"""`check` and `progress`, the two names that every notebook calls."""

from __future__ import annotations

import difflib
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.call.quiet import quiet
from grader.call.text import short
from grader.call.without import Scope
from grader.exercises import EXERCISES, NOTEBOOKS, of_assignment
from grader.judge.decide import all_wrong
from grader.judge.exercise import Exercise
from grader.judge.judge import judge
from grader.show.display import _shell, show
from grader.show.summary import Summary
from grader.show.verdict import PartVerdict, Verdict

_costly: dict[str, tuple[Any, Verdict]] = {}  # exercise -> the function last checked, and its verdict
_checking = threading.Lock()  # streams and warnings are the process's own: one check at a time


def check(function: Callable[..., Any]) -> float:
    """Check one function of the course, show the verdict, and return the points earned.

    function: named as an exercise of the points table. Returns a plain float between 0 and the exercise's points, which
    nbgrader takes as the partial credit of the cell. Never raises and leaves nothing on stderr.
    """
    frame = sys._getframe(1)
    if not _checking.acquire(blocking=False):  # called by the function that is being checked, or by another thread
        print("a check is already running: take check(...) out of your function")
        return 0.0
    try:
        exercise = _exercise_of(function, frame.f_code.co_names, frame.f_globals)
        verdict = judge(exercise, function, frame.f_globals) if exercise else _unknown(function)
        if exercise and exercise.costly:
            _costly[exercise.name] = (function, verdict)
    finally:
        _checking.release()
    show(verdict)
    _offer(verdict)
    return float(verdict.earned)


def progress() -> None:
    """Show the points earned so far in this notebook and what is still open."""
    scope = sys._getframe(1).f_globals
    if _checking.locked():
        print("a check is already running: take progress() out of your function")
        return
    exercises = [exercise for assignment in _assignments_in(scope) for exercise in of_assignment(assignment)]
    show(Summary(tuple(_verdict_on(exercise, scope) for exercise in exercises)))


def _verdict_on(exercise: Exercise, scope: Scope) -> Verdict:
    """Return the verdict on an exercise; on one that takes seconds to judge, the verdict of its own check."""
    function = scope.get(exercise.name)
    if not exercise.costly:
        return judge(exercise, function, scope)
    checked, verdict = _costly.get(exercise.name, (None, None))
    return verdict if verdict is not None and checked is function else all_wrong(exercise, "is not checked yet")


def _assignments_in(scope: Scope) -> list[str]:
    """Return the assignment whose exercises the notebook defines: the fullest, since functions of others may be pasted in."""
    shares = {}
    for assignment in NOTEBOOKS:
        names = [exercise.name for exercise in of_assignment(assignment)]
        shares[assignment] = sum(name in scope for name in names) / len(names)
    return [assignment for assignment, share in shares.items() if share and share == max(shares.values())]


def _exercise_of(function: Any, names: tuple[str, ...], scope: Scope) -> Exercise | None:
    """Find the exercise by the name in the call `check(name)`, else by the function's own name."""
    called = [name for name in names if name in EXERCISES and scope.get(name) is function]
    name = called[0] if len(called) == 1 else _own_name(function)
    return EXERCISES.get(name)


def _own_name(function: Any) -> str:
    """Return a function's own name, or its type's; an object may raise when it is asked."""
    try:
        name = function.__name__
    except BaseException:
        name = None
    return name if type(name) is str else f"a {short(type(function).__name__)}"


def unknown_name(name: str) -> str:
    """Return the sentence for a name that is in no exercise, with the nearest one that is."""
    near = difflib.get_close_matches(name, EXERCISES, 1, 0.5)
    return f"{name} is not an exercise of this course" + (f". Did you mean {near[0]}?" if near else "")


def _unknown(function: Any) -> Verdict:
    return Verdict("check", (PartVerdict("answer", 0.0, 0.0, ""),), unknown_name(short(_own_name(function), 60)))


def _offer(verdict: Verdict) -> None:
    """Show a notebook's reader the widget that goes through the verdict's example, closed. Where anything fails, show nothing."""
    if verdict.example is None:
        return
    with suppress(Exception):
        if not hasattr(_shell(), "kernel"):  # a terminal draws no widgets
            return
        from grader.widgets.offer import offer  # with the first wrong answer: `import grader` stays quick

        with quiet():
            widget = offer(verdict.exercise, verdict.example)
            bundle = widget and widget.can_step and widget._repr_mimebundle_()
        if bundle:
            sys.modules["IPython"].display.display(bundle[0], metadata=bundle[1], raw=True)
