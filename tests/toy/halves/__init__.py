"""A course of one notebook: y = x / 2 with weights, its backward pass, and a question."""

from pathlib import Path

from grader.judge.case import Case, Generator, quarters
from grader.judge.course import Course, Notebook
from grader.judge.exercise import Exercise, Part, quiz
from grader.notebook.check import Checks
from grader.numeric.gradient import Gradient


def weighted(rng: Generator, fresh: bool) -> list[Case]:
    return [Case((quarters(rng, n), quarters(rng, n)), {"n": n}) for n in (2, 3, 5)]


def weighted_backward(rng: Generator, fresh: bool) -> list[Case]:
    return [Case((quarters(rng, n), quarters(rng, n), quarters(rng, n)), {"n": n}) for n in (2, 5)]


def how_many(rng: Generator, fresh: bool) -> list[Case]:
    return [Case((n,), {"n": n}) for n in (2, 3, 7)]


EXERCISES = (
    Exercise("weighted", ("x", "w"), (Part("y", 1, "n"),), build=weighted),
    Exercise(
        "weighted_backward",
        ("dy", "x", "w"),
        (Part("dx", 1, "n", "x"), Part("dw", 1, "n", "w")),
        forward="weighted",
        build=weighted_backward,
        witness={
            "dx": Gradient(lambda f, dy, x, w: (lambda v: f(v, w), x, dy)),
            "dw": Gradient(lambda f, dy, x, w: (lambda v: f(x, v), w, dy)),
        },
    ),
    quiz("how_many_zeros", ("n",), 1, "each y hangs on one x: a diagonal is left.", how_many),
)
COURSE = Course(
    "halves",
    (Notebook("1-halves", "product", 4.0, EXERCISES),),
    fingerprints=Path(__file__).parent / "fingerprints",
    references="halves_answers",
    package="halves",
)
check = Checks(COURSE).check
__all__ = ["check"]
