"""`check` and `progress`, the two names that every notebook calls."""

from __future__ import annotations

import difflib
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from grader.call.quiet import quiet
from grader.call.text import short
from grader.call.without import Namespace
from grader.judge.course import Course, Notebook
from grader.judge.exercise import Exercise
from grader.judge.judge import Timed, judge, untimed
from grader.judge.judge_trial import all_wrong
from grader.notebook.packages import notes_on_imports
from grader.notebook.student_id import MISSING, NAME, drawn_for
from grader.notebook.times import note
from grader.notebook.training import timed
from grader.show.display import draws, show, show_kinds
from grader.show.own_numbers import OwnNumbers, Sentence
from grader.show.summary import Summary
from grader.show.verdict import PartVerdict, Verdict

# Output streams and warnings belong to the whole process, so only one check may run at a time.
_checking = threading.Lock()


class Points(float):
    """The points that a check returns: a number that a notebook does not show.

    nbgrader reads its text in the output. A reader has the verdict above it.
    """

    def _repr_html_(self) -> str:
        return ""


class Checks:
    """`check` and `progress` on the exercises of one course."""

    def __init__(self, course: Course) -> None:
        self._course = course
        # By exercise: the function that was checked last, and its verdict
        self._costly: dict[str, tuple[Any, Verdict]] = {}

    def check(self, function: Callable[..., Any]) -> float:
        """Check one function of the course, show the verdict, and return the points earned.

        function: named as an exercise of the points table

        The result is a float from 0 to the exercise's points, which nbgrader takes as the partial
        credit of the cell. This function never raises, and leaves nothing on stderr.
        """
        frame = sys._getframe(1)
        namespace = frame.f_globals
        # The function that is being checked may call check, and so may another thread.
        if not _checking.acquire(blocking=False):
            print("a check is already running: take check(...) out of your function")
            return 0.0
        try:
            exercise = self._exercise_of(function, frame.f_code.co_names, namespace)
            if exercise is None:
                verdict = self._unknown(function)
            else:
                verdict = _judged(exercise, function, namespace, timed)
                if exercise.costly:
                    self._costly[exercise.name] = (function, verdict)
                notes = notes_on_imports(namespace, function)
                verdict = replace(verdict, notes=(*verdict.notes, *notes))
        finally:
            _checking.release()
        show(verdict)
        if exercise is not None:
            note(exercise.name, verdict.right)
            _suggest(exercise, verdict)
        return Points(verdict.earned)

    def progress(self) -> None:
        """Show the points earned so far in this notebook and what is still open."""
        namespace = sys._getframe(1).f_globals
        if _checking.locked():
            print("a check is already running: take progress() out of your function")
            return
        verdicts = []
        by_hand = 0.0
        for notebook in self._notebooks_in(namespace):
            verdicts += [self._verdict_on(each, namespace) for each in notebook.exercises]
            by_hand += sum(essay.points for essay in notebook.essays)
        show(Summary(tuple(verdicts), by_hand))

    def numbers_for(self, name: str, student_id: str) -> None:
        """Show the numbers that an id has in an exercise by hand, or in a sentence why not.

        name: of the exercise. This function never raises.
        """
        try:
            show(self._numbers_for(name, student_id))
        except Exception as error:
            print(f"the numbers cannot be shown ({short(type(error).__name__)})")

    def _numbers_for(self, name: Any, student_id: Any) -> OwnNumbers | Sentence:
        exercise = self._course.exercises.get(name) if type(name) is str else None
        if exercise is None:
            return Sentence(unknown_name(short(name, 60), self._course))
        if not exercise.by_hand:
            return Sentence(f"{name} is not worked out by hand: it has no numbers of your own")
        drawn = drawn_for(exercise, student_id)
        if drawn is None:
            return Sentence(f"{name}: {MISSING}")
        (case,) = drawn.visible
        return OwnNumbers(name, dict(zip(exercise.arguments, case.args, strict=True)))

    def _verdict_on(self, exercise: Exercise, namespace: Namespace) -> Verdict:
        """Return the verdict on an exercise.

        If it takes seconds to judge, that is the verdict of its last check.
        """
        function = namespace.get(exercise.name)
        if not exercise.costly:
            return _judged(exercise, function, namespace)
        checked, verdict = self._costly.get(exercise.name, (None, None))
        if verdict is None or checked is not function:
            return all_wrong(exercise, "is not checked yet")
        return verdict

    def _notebooks_in(self, namespace: Namespace) -> list[Notebook]:
        """Return the notebook whose exercises are defined, in a list.

        Functions of others may be pasted in, so it is the one of which the largest share is
        defined. The list is empty if nothing is defined, and longer if two are equal.
        """
        shares = []
        for notebook in self._course.notebooks:
            names = [exercise.name for exercise in notebook.exercises]
            shares.append(sum(name in namespace for name in names) / len(names))
        largest = max(shares)
        return [
            notebook
            for notebook, share in zip(self._course.notebooks, shares, strict=True)
            if share and share == largest
        ]

    def _exercise_of(
        self, function: Any, names: tuple[str, ...], namespace: Namespace
    ) -> Exercise | None:
        """Find the exercise by the name in `check(name)`, else by the function's own name."""
        exercises = self._course.exercises
        called = [name for name in names if name in exercises and namespace.get(name) is function]
        name = called[0] if len(called) == 1 else _own_name(function)
        return exercises.get(name)

    def _unknown(self, function: Any) -> Verdict:
        fault = unknown_name(short(_own_name(function), 60), self._course)
        return Verdict("check", (PartVerdict("answer", 0.0, 0.0, ""),), fault)


def _judged(
    exercise: Exercise, function: Any, namespace: Namespace, timed: Timed = untimed
) -> Verdict:
    """Return the verdict on a function, by hand on the numbers of the id in the namespace."""
    drawn = drawn_for(exercise, namespace.get(NAME))
    if drawn is None:
        return all_wrong(exercise, MISSING)
    return judge(drawn, function, namespace, timed)


def _own_name(function: Any) -> str:
    """Return a function's own name, or 'a' and its type's if it has none."""
    try:
        name = function.__name__
    except BaseException:  # an object may raise anything when an attribute is read
        name = None
    return name if type(name) is str else f"a {short(type(function).__name__)}"


def unknown_name(name: str, course: Course) -> str:
    """Return the sentence for a name that is in no exercise, with the nearest one that is."""
    near = difflib.get_close_matches(name, course.exercises, 1, 0.5)
    sentence = f"{name} is not an exercise of this course"
    return f"{sentence}. Did you mean {near[0]}?" if near else sentence


def _suggest(exercise: Exercise, verdict: Verdict) -> None:
    """Show the widget that goes through the verdict's example, closed.

    Show nothing outside a notebook, without a widget for the example, and if anything fails.
    """
    if verdict.example is None or exercise.widget is None:
        return
    with suppress(Exception):
        if not draws():
            return
        # This import waits for the first wrong answer, so that `import grader` stays quick.
        from grader.widgets.suggest import suggest_widget  # noqa: PLC0415

        with quiet():
            widget = suggest_widget(exercise, verdict.example)
            bundle = widget and widget._repr_mimebundle_()
        if bundle:
            show_kinds(bundle)
