"""Widgets: pictures of the course's numbers that can be stepped through.

This package is imported on first use.
"""

from grader.widgets.grids import Widget
from grader.widgets.jacobian_explorer import JacobianExplorer, jacobian_explorer
from grader.widgets.pool_router import PoolRouter, pool_router
from grader.widgets.relu_mask import ReluMask, relu_mask
from grader.widgets.spray import Spray, spray
from grader.widgets.stride_trick import StrideTrick, stride_trick
from grader.widgets.toeplitz_pair import ToeplitzPair, toeplitz_pair

KINDS = {
    widget.kind: widget for widget in Widget.__subclasses__()
}  # every widget above, by the name of its ES module

__all__ = [
    "KINDS",
    "JacobianExplorer",
    "PoolRouter",
    "ReluMask",
    "Spray",
    "StrideTrick",
    "ToeplitzPair",
    "jacobian_explorer",
    "pool_router",
    "relu_mask",
    "spray",
    "stride_trick",
    "toeplitz_pair",
]
