"""What a student's kernel imports: check, progress, and the tools of the notebooks."""

from typing import TYPE_CHECKING, Any

from grader import figures
from grader.exercises import COURSE
from grader.exercises.cases.capstone import TRAININGS
from grader.exercises.material.images import load_images
from grader.exercises.material.networks import initial_parameters, predict
from grader.exercises.material.sizes import fits, pool_fits
from grader.exercises.own_layers import own_layers
from grader.notebook.check import Checks
from grader.notebook.equation import equation
from grader.notebook.guess import guess
from grader.notebook.start import StartCheck
from grader.notebook.times import note_times
from grader.notebook.track import track
from grader.numeric.differences import numerical_jacobian
from grader.show.clock import Clock

if TYPE_CHECKING:
    from grader.widgets import (
        jacobian_explorer,
        pool_router,
        relu_mask,
        spray,
        stride_trick,
        toeplitz_pair,
    )

__all__ = [
    "TRAININGS",
    "check",
    "clock",
    "equation",
    "figures",
    "fits",
    "guess",
    "initial_parameters",
    "jacobian_explorer",
    "load_images",
    "note_times",
    "numbers_for",
    "numerical_jacobian",
    "own_layers",
    "pool_fits",
    "pool_router",
    "predict",
    "progress",
    "relu_mask",
    "spray",
    "start_check",
    "stride_trick",
    "toeplitz_pair",
    "track",
]

_checks = Checks(COURSE)
check = _checks.check
progress = _checks.progress
numbers_for = _checks.numbers_for
clock = Clock().clock
start_check = StartCheck(COURSE).start_check

WIDGETS = (
    "jacobian_explorer",
    "pool_router",
    "relu_mask",
    "spray",
    "stride_trick",
    "toeplitz_pair",
)


def __getattr__(name: str) -> Any:
    """Find the widgets when they are first asked for: `import grader` stays quick."""
    if name in WIDGETS:
        from grader import widgets  # noqa: PLC0415

        return getattr(widgets, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
