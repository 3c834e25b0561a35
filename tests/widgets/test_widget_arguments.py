"""What is handed to a widget's function: anything there is ends in a widget, or in one short
message of ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support import need

from grader import jacobian_explorer, pool_router, relu_mask, spray, stride_trick, toeplitz_pair

ROW, IMAGE = np.arange(5.0), np.arange(25.0).reshape(5, 5)
CALLS: dict[Any, dict[str, Any]] = {
    spray: {
        "x": ROW,
        "w": ROW[:3],
        "stride": 1,
        "pad": 0,
        "dy": ROW[:3],
        "compare": ROW,
        "view": "backward spray",
        "views": None,
    },
    stride_trick: {"x": ROW, "w": ROW[:3], "stride": 1, "pad": 0, "dy": ROW[:3], "compare": ROW},
    toeplitz_pair: {
        "w": ROW[:3],
        "n": 5,
        "pad": 0,
        "x": ROW,
        "dy": ROW[:3],
        "compare": IMAGE[:3],
        "views": None,
    },
    pool_router: {
        "x": IMAGE,
        "size": (2, 2),
        "stride": 2,
        "dy": IMAGE[:2, :2],
        "compare": IMAGE,
        "view": "backward",
    },
    relu_mask: {"x": ROW, "dy": ROW, "compare": ROW},
    jacobian_explorer: {
        "x": ROW,
        "w": IMAGE,
        "b": ROW,
        "compare": (IMAGE, None, None),
        "dy": ROW,
        "view": "dy/dx",
    },
}


class Mute:
    """Raises whatever it is asked."""

    def refuse(self, *args: object, **kwargs: object) -> Any:
        raise RuntimeError("asked")

    __array__ = __index__ = __repr__ = __eq__ = refuse
    __hash__ = None


def itself() -> list:
    made: list = []
    made.append(made)
    return made


ODD = {
    "mute": Mute(),
    "text": "22",
    "long text": "x" * 10**5,
    "words": ("2", "2"),
    "set": {2, 3},
    "dict": {0: 2, 1: 2},
    "truth": True,
    "number without an axis": np.array(2.0),
    "whole floats": np.array([2.0, 2.0]),
    "objects": np.array([1, None, "a"], dtype=object),
    "dates": np.zeros(5, "M8[s]"),
    "records": np.zeros(5, "i4,i4"),
    "masked": np.ma.masked_array(ROW, ROW < 2),
    "ragged": [[1], [1, 2]],
    "itself": itself(),
    "none": [],
    "huge": 10**5000,
    "huge in a list": [10**5000] * 5,
    "many": np.broadcast_to(0.0, (10**6, 10**6)),
    "many in a row": np.broadcast_to(0.0, 10**12),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("function", "argument"),
    [(function, name) for function, given in CALLS.items() for name in given],
)
def test_anything_ends_in_a_widget_or_in_one_short_message(function, argument, odd):
    told = message_of(function, CALLS[function] | {argument: ODD[odd]})
    assert told is None or told.startswith(f"{function.__name__}: ")
    assert told is None or (len(told.splitlines()) == 1 and len(told) < 300)


def message_of(function: Any, given: dict[str, Any]) -> str | None:
    try:
        function(**given)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("stride", "error", "message"),
    [
        (True, TypeError, "spray: stride is True, expected a whole number"),
        (2.0, TypeError, "spray: stride is 2.0, expected a whole number"),
        (10**10, ValueError, "spray: stride is 10000000000, expected 1000000000 or less"),
        (Mute(), TypeError, "spray: stride is of type Mute, expected a whole number"),
    ],
)
def test_a_stride_is_a_whole_number_that_a_browser_can_count_with(stride, error, message):
    with pytest.raises(error) as caught:
        spray(ROW, ROW[:3], stride)
    assert str(caught.value) == message


def test_a_tensor_that_is_differentiated_is_told_how_to_come_out():
    torch = need("torch")
    with pytest.raises(
        TypeError,
        match=r"^spray: x is of type Tensor, which does not become an array "
        r".*tensor\.detach\(\)\.numpy\(\)",
    ):
        spray(torch.ones(5, requires_grad=True), ROW[:3])
