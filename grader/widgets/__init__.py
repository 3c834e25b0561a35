"""Widgets: pictures of the course's numbers that can be stepped through. Imported on first use; to show one needs anywidget."""

from grader.widgets.dilating import StrideTrick, stride_trick
from grader.widgets.grids import Widget
from grader.widgets.jacobians import JacobianExplorer, jacobian_explorer
from grader.widgets.masking import ReluMask, relu_mask
from grader.widgets.pooling import PoolRouter, pool_router
from grader.widgets.spraying import Spray, spray
from grader.widgets.toeplitz import ToeplitzPair, toeplitz_pair

KINDS = {widget.kind: widget for widget in Widget.__subclasses__()}  # every widget above, by the name of its ES module

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
