"""What a student's kernel imports: check, progress, and the tools of the notebooks."""

from grader import figures
from grader.checking import check, progress
from grader.data import load_images
from grader.equations import equation
from grader.layers import own_layers
from grader.networks import initial_parameters, predict
from grader.numeric import numerical_jacobian
from grader.start import start_check
from grader.tracking import track

__all__ = [
    "check",
    "equation",
    "figures",
    "initial_parameters",
    "load_images",
    "numerical_jacobian",
    "own_layers",
    "predict",
    "progress",
    "start_check",
    "track",
]
