"""`jacobian_explorer`: the derivatives of an affine layer, entry by entry (section 1, Eqs. 1, 3, 5, 6, 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import Widget, apart, array, fitting, made_up, module, one_of, plain, unplain
from grader.widgets.still_picture import Panel, picture

NAME = "jacobian_explorer"
MOST = 8  # pixels or classes: the widest picture still fits into 700 pixels
MOST_DRAWN = 4  # slices of the tensor in the still picture
VIEWS = {
    "dy/dx": "dy/dx = Wᵀ: how each y answers to each x (Eq. 3)",
    "dy/dW": "dy/dW: slice i says how y[i] answers to each weight (Eq. 5)",
    "dy/db": "dy/db, the identity: b[i] moves y[i] alone (Eq. 7)",
    "dL/dW": "dL/dW = xᵀ dL/dy: the slices of dy/dW times their dL/dy, added up (Eq. 6)",
}
COMPARED = {"dy_dx": "dy/dx", "dy_dw": "dy/dW", "dy_db": "dy/db"}  # the results of affine_jacobians, and their views


class JacobianExplorer(Widget):
    """The widget that `jacobian_explorer` returns."""

    kind = NAME
    _esm = module("affine.js", "jacobian_explorer.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> JacobianExplorer:
        yours = None
        if data["compare"] is not None:
            dy_dx, dy_dw, dy_db = unplain(dict.fromkeys(COMPARED) | data["compare"], *COMPARED)
            yours = (_matrix(dy_dx), dy_dw, _matrix(dy_db))
        dy = None if data["made"] else data["dy"]
        return jacobian_explorer(data["x"], data["w"], data["b"], yours, dy=dy, view=data["view"])


def jacobian_explorer(
    x: Any, w: Any, b: Any = None, compare: Any = None, *, dy: Any = None, view: str | None = None
) -> JacobianExplorer:
    """Show the derivatives of y = xW + b, and which x, W or b and which y an entry ties: alone in a cell it is displayed.

    x: (D,);  w: (D, C);  b: (C,), by default zeros;  dy: (C,), the dL/dy of the view dL/dW, by default small whole numbers
    compare: your own (dy_dx (C, D), dy_dw (C, D, C), dy_db (C, C)), as affine_jacobians returns them; None stands for one that is
        not written yet. Where one is not right it is marked
    view: "dy/dx" (Eq. 3), "dy/dW" (Eq. 5), "dy/db" (Eq. 7) or "dL/dW" (Eq. 6); by default the first in which compare is not right

    Raises TypeError for what is no array of real numbers, and for a compare that is not three results; ValueError for NaN or
    infinity (outside compare), for shapes that do not fit, and for more than 8 pixels or classes.
    """
    x = array(NAME, "x", x, ndims=(1,))
    w = fitting(NAME, "w", w, (len(x), "C"), "with one row per entry of x")
    D, C = w.shape
    _check_sizes(D, C)
    b = np.zeros(C) if b is None else fitting(NAME, "b", b, (C,), "with one entry per column of w")
    made = dy is None
    dy = made_up((C,)) if made else fitting(NAME, "dy", dy, (C,), "like y")
    view = None if view is None else one_of(NAME, "view", view, VIEWS)
    right = derivatives(x, w, dy)
    yours = {} if compare is None else _yours(compare, right)
    wrong = {name: apart(mine, right[COMPARED[name]]) for name, mine in yours.items()}
    view = view or next((COMPARED[name] for name, where in wrong.items() if where.any()), "dy/dx")
    data = {
        "x": x.tolist(),
        "w": w.tolist(),
        "b": b.tolist(),
        "dy": dy.tolist(),
        "made": made,
        "compare": None if compare is None else {name: list(map(plain, _slices(mine))) for name, mine in yours.items()},
        "view": view,
    }
    given = {"x": x, "W": w, "b": b, "y": x @ w + b, "dL/dy": dy}
    return JacobianExplorer(data, *_still(view, given, right[view], yours, wrong))


def derivatives(x: np.ndarray, w: np.ndarray, dy: np.ndarray) -> dict[str, np.ndarray]:
    """Return dy/dx (C, D), dy/dW (C, D, C), dy/db (C, C) and dL/dW (D, C), by their views' names (Eqs. 3, 5, 7, 6)."""
    classes = np.eye(w.shape[1])
    return {"dy/dx": w.T, "dy/dW": np.einsum("d,ic->idc", x, classes), "dy/db": classes, "dL/dW": np.outer(x, dy)}


def _check_sizes(D: int, C: int) -> None:
    if max(D, C) > MOST:
        limit = f"at most {MOST} pixels and {MOST} classes can be shown"
        raise ValueError(f"{NAME}: w has shape ({D}, {C}); {limit}. Show a part, like x[:{MOST}] and w[:{MOST}, :{MOST}]")


def _yours(compare: Any, right: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the student's own results by name, without those that are None."""
    if not isinstance(compare, (tuple, list)) or len(compare) != len(COMPARED):
        told = f"{len(compare)} results" if isinstance(compare, (tuple, list)) else f"of type {type(compare).__name__}"
        raise TypeError(f"{NAME}: compare is {told}, expected (dy_dx, dy_dw, dy_db), as affine_jacobians returns them")
    return {
        name: fitting(NAME, f"{name} of compare", mine, right[view].shape, f"like {view}", finite=False)
        for (name, view), mine in zip(COMPARED.items(), compare, strict=True)
        if mine is not None
    }


def _slices(values: np.ndarray) -> np.ndarray:
    """Return an array of 2 or 3 axes as slices: a matrix is one."""
    return values.reshape(-1, *values.shape[-2:])


def _matrix(slices: np.ndarray | None) -> np.ndarray | None:
    """Return the only slice."""
    return slices if slices is None else slices[0]


def _still(
    view: str,
    given: dict[str, np.ndarray],
    shown: np.ndarray,
    yours: dict[str, np.ndarray],
    wrong: dict[str, np.ndarray],
) -> tuple[str, str]:
    """Return the picture, which is where a view's numbers come from and the numbers, slice by slice; and its text."""
    columns = [*given.items(), (view, shown)]
    columns += [(f"your {name} ({int(wrong[name].sum())} of {mine.size} differ)", mine) for name, mine in yours.items()]
    alternative = "\n".join([VIEWS[view], *beside([(name, lines_of(values)) for name, values in columns])])
    marked = next((where for name, where in wrong.items() if COMPARED[name] == view), np.zeros(shown.shape, bool))
    sources = {"dy/dx": ["W"], "dy/dW": ["x"], "dy/db": ["b"], "dL/dW": ["x", "dL/dy"]}[view]
    name = "dy[{}]/dW" if view == "dy/dW" else view
    slices = zip(_slices(shown)[:MOST_DRAWN], _slices(marked), strict=False)
    panels: list[Panel] = [(source, given[source], {}) for source in sources]
    panels += [(name.format(i), values, {"marked": where}) for i, (values, where) in enumerate(slices)]
    return picture(VIEWS[view], alternative, panels), alternative
