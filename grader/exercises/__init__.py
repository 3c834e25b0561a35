"""The course: its notebooks, one file for each, and what they are made of.

A notebook's file has its points table: every exercise with its arguments, its parts and what each
part is worth. `grader verify` compares it with the points in the notebook's metadata, and the sum
with what the course promises.
"""

from __future__ import annotations

from pathlib import Path

from grader.exercises.affine import AFFINE
from grader.exercises.capstone import CAPSTONE
from grader.exercises.convolution import CONVOLUTION
from grader.exercises.make_it_fast import MAKE_IT_FAST
from grader.exercises.max_pool import MAX_POOL
from grader.exercises.relu import RELU
from grader.exercises.strided import STRIDED
from grader.judge.course import Course

COURSE = Course(
    "cnn-gradients",
    (AFFINE, CONVOLUTION, STRIDED, RELU, MAX_POOL, CAPSTONE, MAKE_IT_FAST),
    fingerprints=Path(__file__).parents[1] / "fingerprints",
    references="solutions",
    package="grader",
)
