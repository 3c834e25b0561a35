"""Figures of the notebooks. Each makes one claim, said in its title, and has a text alternative."""

from grader.figures.affine import nudges, step_sizes, tensor_memory, tensor_slices
from grader.figures.capstone import (
    chain,
    descent,
    image_classes,
    learnt_filters,
    loss_curves,
    nudged,
    picture_and_edges,
    saliency,
    wrong_images,
)
from grader.figures.convolution import (
    bank_columns,
    filter_bank,
    gather_step,
    overlap,
    reflections,
    spray_rows,
    spray_step,
    stamps,
    weight_jacobian,
)
from grader.figures.max_pool import pool_overlap, pool_routing, pool_windows
from grader.figures.relu import corner_lines, relu_curve, two_tables
from grader.figures.strided import (
    checkerboard,
    stride_image,
    stride_rows,
    stride_sprays,
    stride_trick,
    stride_windows,
)

__all__ = [
    "bank_columns",
    "chain",
    "checkerboard",
    "corner_lines",
    "descent",
    "filter_bank",
    "gather_step",
    "image_classes",
    "learnt_filters",
    "loss_curves",
    "nudged",
    "nudges",
    "overlap",
    "picture_and_edges",
    "pool_overlap",
    "pool_routing",
    "pool_windows",
    "reflections",
    "relu_curve",
    "saliency",
    "spray_rows",
    "spray_step",
    "stamps",
    "step_sizes",
    "stride_image",
    "stride_rows",
    "stride_sprays",
    "stride_trick",
    "stride_windows",
    "tensor_memory",
    "tensor_slices",
    "two_tables",
    "weight_jacobian",
    "wrong_images",
]
