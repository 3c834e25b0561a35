"""What a student's kernel imports: check, progress, and the tools of the notebooks."""

from typing import TYPE_CHECKING, Any

from grader import figures
from grader.checking import check, progress
from grader.data import load_images
from grader.equations import equation
from grader.layers import own_layers
from grader.networks import initial_parameters, predict
from grader.numeric import numerical_jacobian
from grader.start import start_check
from grader.tracking import track

if TYPE_CHECKING:
    from grader.widgets import jacobian_explorer, pool_router, relu_mask, spray, stride_trick, toeplitz_pair

__all__ = [
    "check",
    "equation",
    "figures",
    "initial_parameters",
    "jacobian_explorer",
    "load_images",
    "numerical_jacobian",
    "own_layers",
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

WIDGETS = ("jacobian_explorer", "pool_router", "relu_mask", "spray", "stride_trick", "toeplitz_pair")


def __getattr__(name: str) -> Any:
    """Find the widgets when they are first asked for: `import grader` stays quick."""
    if name in WIDGETS:
        from grader import widgets

        return getattr(widgets, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
