"""The widgets that go through a case after a wrong answer."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.judge.exercise import CaseWidget

if TYPE_CHECKING:
    from grader.widgets.grids import Widget


def _make(name: str, *fixed: Any) -> Callable[..., Widget | None]:
    """Return a function of case_widgets.py, which is loaded when the function is called.

    So a check without a wrong answer stays quick. fixed: its first arguments.
    """

    def make(**arguments: Any) -> Widget | None:
        function = getattr(import_module("grader.exercises.case_widgets"), name)
        widget: Widget | None = function(*fixed, **arguments)
        return widget

    return make


ROW_GATHER = CaseWidget("y", 1, _make("forward_row", "forward gather"))
ROW_SPRAY = CaseWidget("y", 1, _make("forward_row", "forward spray"))
TOEPLITZ = CaseWidget("T", 2, _make("toeplitz"))
ROW_BACKWARD_SPRAY = CaseWidget("dx", 1, _make("spray_row", "backward spray"))
ROW_BACKWARD_GATHER = CaseWidget("dx", 1, _make("spray_row", "backward gather"))
FORWARD = CaseWidget(
    "y", 4, _make("spray_without_bias", "forward gather"), "Step through this case, without b"
)
BACKWARD_SPRAY = CaseWidget("dx", 4, _make("spray", "backward spray"))
STRIDE_TRICK = CaseWidget("dx", 4, _make("trick"))
POOL_FORWARD = CaseWidget("y", 4, _make("pool"))
POOL_BACKWARD = CaseWidget("dx", 4, _make("pool"))
