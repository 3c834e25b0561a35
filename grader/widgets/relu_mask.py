"""`relu_mask`: both passes of a ReLU as one mask, entry by entry (section 3, Eqs. 11, 12)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import (
    ROW_LIMIT,
    SIDES,
    Widget,
    array,
    fitting,
    made_up,
    part_of,
    plain,
    plain_or_none,
    unplain,
    wrong_mask,
)
from grader.widgets.layout import Places
from grader.widgets.still_picture import Panel, counted, largest, picture

NAME = "relu_mask"
SIDE_LIMIT = 6  # rows or columns of an image: three stand side by side
TITLE = "One mask serves both ways: y = mask·x, dx = mask·dy (Eqs. 11, 12)"


class ReluMask(Widget):
    """The widget that `relu_mask` returns."""

    kind = NAME

    @classmethod
    def again(cls, data: dict[str, Any]) -> ReluMask:
        x, dy, compare = unplain(data, "x", "dy", "compare", row=data["row"])
        return relu_mask(x, None if data["made"] else dy, compare)


def relu_mask(x: Any, dy: Any = None, compare: Any = None) -> ReluMask:
    """Show what a ReLU lets through. Alone in a cell the widget is displayed.

    It shows x, the mask x > 0, y = max(x, 0), dy and dx = mask dy.

    x: (n,) or an image (H, W)
    dy: like x; by default small whole numbers, unequal, some of them negative or zero
    compare: your own dx, like x; the entries that are not right are marked. Where x is exactly 0,
        anything from 0 to dy is right

    y follows Eq. 11 of the text, dx Eq. 12 as repaired in the notebook.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and for more than 20 entries of a
    row, or 6 rows or columns of an image.
    """
    x = array(NAME, "x", x)
    _check_size(x)
    without_dy = dy is None
    dy = made_up(x.shape) if without_dy else fitting(NAME, "dy", dy, x.shape, "like x")
    if compare is not None:
        compare = fitting(NAME, "compare", compare, x.shape, "like x", finite=False)
    data = {
        "x": plain(x),
        "dy": plain(dy),
        "made": without_dy,
        "compare": plain_or_none(compare),
        "row": x.ndim == 1,
    }
    return ReluMask(data, *_still_picture(x, dy, compare))


def wrong_entries(x: np.ndarray, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
    """Return a mask of the entries in which dx is not right. All arrays have one shape.

    Where x is 0, any slope from 0 to 1 is right.
    """
    at_corner = np.clip(dx, np.minimum(dy, 0), np.maximum(dy, 0))
    nearest_right = np.where(x == 0, at_corner, np.where(x > 0, dy, 0))
    return wrong_mask(dx, nearest_right)


def _check_size(x: np.ndarray) -> None:
    limit = ROW_LIMIT if x.ndim == 1 else SIDE_LIMIT
    if max(x.shape) > limit:
        allowed = f"at most {limit} {SIDES[x.ndim]} can be shown"
        advice = f"Show a part, like {part_of(x, limit)}"
        raise ValueError(f"{NAME}: x has shape {x.shape}; {allowed}. {advice}")


def _still_picture(x: np.ndarray, dy: np.ndarray, compare: np.ndarray | None) -> tuple[str, str]:
    """Return the picture, with the entries that the mask shuts out hatched, and its text."""
    shut = x <= 0
    mask = (x > 0).astype(float)
    dx = np.where(x > 0, dy, 0)
    columns = [("x", x), ("mask", mask), ("y", np.maximum(x, 0)), ("dy", dy), ("dx", dx)]
    masks = {"mask": {"unseen": shut}, "dx": {"unseen": shut}}
    limits = {"mask": 1.0, "dy": largest(dy), "dx": largest(dy)}
    panels = [
        Panel(name, name, values, masks.get(name, {}), limits.get(name, largest(x)))
        for name, values in columns
    ]
    if compare is not None:
        wrong = wrong_entries(x, dy, compare)
        masks["dx"]["marked"] = wrong
        columns.append((counted("your dx", wrong), compare))
    lines = beside([(name, lines_of(values)) for name, values in columns])
    alternative = "\n".join([TITLE, *lines])
    H, W = np.atleast_2d(x).shape
    places = Places(NAME, "row" if x.ndim == 1 else "image", {"H": H, "W": W})
    return picture(TITLE, alternative, places, panels), alternative
