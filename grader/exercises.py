"""The points table: every exercise of the course, its arguments, its parts and what each part is worth.

`grader verify` compares it with the points in the notebooks' metadata, and the sum per assignment with course totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

SMOOTH = 1e-5  # softmax in honest float32 errs by 1.4e-7
DIFFERENCES = 1e-6  # central differences with any sensible step err by less; a step of 1e-12 errs by more


@dataclass(frozen=True)
class Part:
    """One result of an exercise.

    shape: names of sizes ("D C"), numbers, or "" for a scalar; None where the answer is not an array (a quiz).
    like: the argument whose shape it shares, for messages.
    also: a second shape that is accepted with a note.
    tolerance: largest error accepted, relative to the largest entry of the right answer.
    """

    name: str
    points: float
    shape: str | None = None
    like: str = ""
    also: str | None = None
    tolerance: float = 1e-9


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes: one answer cell, one test cell.

    forward: the exercise whose numerical gradient supplies the right values to show ("" where there is none).
    without: names that raise while this exercise is judged: it is to be written without calling them.
    why: for a quiz, the reason, told once the answer is right.
    """

    name: str
    assignment: str
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    forward: str = ""
    without: tuple[str, ...] = ()
    why: str = ""

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @cached_property
    def is_quiz(self) -> bool:
        return self.parts[0].shape is None

    @property
    def results(self) -> str:
        return ", ".join(part.name for part in self.parts)


def quiz(name: str, assignment: str, arguments: tuple[str, ...], points: float, why: str) -> Exercise:
    return Exercise(name, assignment, arguments, (Part("answer", points),), why=why)


AFFINE = (
    Exercise("affine_forward", "1-affine", ("x", "w", "b"), (Part("y", 1, "N C"),)),
    quiz(
        "shape_of_jacobian",
        "1-affine",
        ("output_shape", "input_shape"),
        1,
        "every entry of the output is differentiated by every entry of the input, so the sizes of the output come "
        "first and the sizes of the input after them: outputs by inputs, as the footnote says for dy/dW.",
    ),
    Exercise(
        "affine_jacobians",
        "1-affine",
        ("x", "w"),
        (Part("dy_dx", 1, "C D"), Part("dy_dw", 2, "C D C"), Part("dy_db", 1, "C C")),
        forward="affine_forward",
        without=("numerical_jacobian",),
    ),
    quiz(
        "nonzeros_of_dy_dw",
        "1-affine",
        ("C", "D"),
        1,
        "slice i holds x once, in its column i: D numbers. There are C slices of D x C entries, so C*D of the "
        "C*D*C entries can differ from zero: one in C.",
    ),
    quiz(
        "literal_product",
        "1-affine",
        ("C", "D"),
        1,
        "@ multiplies dy (1, C) into each of the C slices (D, C), so it sums over D and not over the output index. "
        "When C != D that raises; when C == D it runs and gives one row per slice, (C, 1, C): a wrong shape without a word.",
    ),
    Exercise(
        "affine_backward_row",
        "1-affine",
        ("dy", "x", "w"),
        (Part("dx", 1, "1 D", "x"), Part("dw", 2, "D C", "w"), Part("db", 1, "C", "b", also="1 C")),
        forward="affine_forward",
    ),
    Exercise(
        "affine_backward",
        "1-affine",
        ("dy", "x", "w"),
        (Part("dx", 1, "N D", "x"), Part("dw", 2, "D C", "w"), Part("db", 1, "C", "b")),
        forward="affine_forward",
    ),
    Exercise(
        "numerical_gradient",
        "1-affine",
        ("f", "x", "dy"),
        (Part("dx", 1, "R S", "x", tolerance=DIFFERENCES),),
        without=("numerical_jacobian",),
    ),
    Exercise(
        "softmax_loss",
        "1-affine",
        ("y", "labels"),
        (Part("loss", 1, "", tolerance=SMOOTH), Part("dy", 1, "N C", "y", tolerance=SMOOTH)),
        forward="softmax_loss",
    ),
    Exercise(
        "hinge_loss",
        "1-affine",
        ("y", "labels"),
        (Part("loss", 0.5, ""), Part("dy", 0.5, "N C", "y")),
        forward="hinge_loss",
    ),
)

EXERCISES: dict[str, Exercise] = {exercise.name: exercise for exercise in AFFINE}

NOTEBOOKS = {"1-affine": "affine"}  # assignment -> notebook and module of solutions

TOTALS = {"1-affine": 20.0}  # what the course promises, beside the sum of the parts above


def of_assignment(assignment: str) -> list[Exercise]:
    """Return the exercises of an assignment, in the notebook's order."""
    return [exercise for exercise in EXERCISES.values() if exercise.assignment == assignment]
