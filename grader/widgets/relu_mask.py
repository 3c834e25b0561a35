"""`relu_mask`: both passes of a ReLU as one mask, entry by entry (section 3, Eqs. 11, 12)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import MOST_ROW, Widget, apart, array, fitting, made_up, module, plain, unplain
from grader.widgets.still_picture import picture

NAME = "relu_mask"
MOST_SIDE = 6  # rows or columns of an image: three stand side by side
TITLE = "One mask serves both ways: y = mask·x, dx = mask·dy (Eqs. 11, 12)"


class ReluMask(Widget):
    """The widget that `relu_mask` returns."""

    kind = NAME
    _esm = module("relu_mask.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> ReluMask:
        x, dy, compare = unplain(data, "x", "dy", "compare", row=data["row"])
        return relu_mask(x, None if data["made"] else dy, compare)


def relu_mask(x: Any, dy: Any = None, compare: Any = None) -> ReluMask:
    """Show what a ReLU lets through: x, the mask x > 0, y = max(x, 0), dy and dx = mask dy. Alone in a cell it is displayed.

    x: (n,) or an image (H, W);  dy: like x, by default small whole numbers, unequal, some of them negative or zero
    compare: your own dx, like x; where it is not right it is marked. Where x is exactly 0, anything from 0 to dy is right

    y follows Eq. 11 of the text, dx Eq. 12 as repaired in the notebook.

    Raises TypeError for what is no array of real numbers, and ValueError for NaN or infinity (outside compare), for shapes that
    do not fit, and for more than 20 entries of a row, or 6 rows or columns of an image.
    """
    x = array(NAME, "x", x)
    _check_size(x)
    made = dy is None
    dy = made_up(x.shape) if made else fitting(NAME, "dy", dy, x.shape, "like x")
    if compare is not None:
        compare = fitting(NAME, "compare", compare, x.shape, "like x", finite=False)
    data = {
        "x": plain(x),
        "dy": plain(dy),
        "made": made,
        "compare": None if compare is None else plain(compare),
        "row": x.ndim == 1,
    }
    return ReluMask(data, *_still(x, dy, compare))


def wrong_entries(x: np.ndarray, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
    """Return a mask of the entries in which dx is not right; where x is 0 any slope from 0 to 1 is. All have one shape."""
    nearest = np.where(x == 0, np.clip(dx, np.minimum(dy, 0), np.maximum(dy, 0)), np.where(x > 0, dy, 0))
    return apart(dx, nearest)


def _check_size(x: np.ndarray) -> None:
    most, what = (MOST_ROW, "entries of a row") if x.ndim == 1 else (MOST_SIDE, "rows or columns of an image")
    if max(x.shape) > most:
        part = f"x[:{most}]" if x.ndim == 1 else f"x[:{most}, :{most}]"
        raise ValueError(f"{NAME}: x has shape {x.shape}; at most {most} {what} can be shown. Show a part, like {part}")


def _still(x: np.ndarray, dy: np.ndarray, compare: np.ndarray | None) -> tuple[str, str]:
    """Return the picture, what is shut hatched, and its text."""
    mask = (x > 0).astype(float)
    columns = [("x", x), ("mask", mask), ("y", np.maximum(x, 0)), ("dy", dy), ("dx", np.where(x > 0, dy, 0))]
    masks = {"mask": {"unseen": x <= 0}, "dx": {"unseen": x <= 0}}
    panels = [(name, values, masks.get(name, {})) for name, values in columns]
    if compare is not None:
        wrong = wrong_entries(x, dy, compare)
        masks["dx"]["marked"] = wrong
        columns.append((f"your dx ({int(wrong.sum())} of {wrong.size} differ)", compare))
    alternative = "\n".join([TITLE, *beside([(name, lines_of(values)) for name, values in columns])])
    return picture(TITLE, alternative, panels, below=x.ndim == 1), alternative
