"""`jacobian_explorer`: the derivatives of an affine layer, entry by entry.

They are those of section 1, Eqs. 1, 3, 5, 6, 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import (
    Widget,
    array,
    fitting,
    made_up,
    one_of,
    plain,
    unplain,
    wrong_mask,
)
from grader.widgets.layout import CELL, Places
from grader.widgets.still_picture import Panel, counted, largest, picture

NAME = "jacobian_explorer"
LIMIT = 8  # pixels or classes: the widest picture still fits into 700 pixels
DRAWN_LIMIT = 4  # slices of the tensor in the still picture
VIEWS = {
    "dy/dx": "dy/dx = Wᵀ: how each y answers to each x (Eq. 3)",
    "dy/dW": "dy/dW: slice i says how y[i] answers to each weight (Eq. 5)",
    "dy/db": "dy/db, the identity: b[i] moves y[i] alone (Eq. 7)",
    "dL/dW": "dL/dW = xᵀ dL/dy: the slices of dy/dW times their dL/dy, added up (Eq. 6)",
}
# The three Jacobians, and their views
COMPARED = {"dy_dx": "dy/dx", "dy_dw": "dy/dW", "dy_db": "dy/db"}


class JacobianExplorer(Widget):
    """The widget that `jacobian_explorer` returns."""

    kind = NAME

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
    """Show the derivatives of y = xW + b, and for each entry the x, W or b and the y it connects.

    Alone in a cell the widget is displayed.

    x: (D,);  w: (D, C);  b: (C,), by default zeros
    dy: (C,), the dL/dy of the view dL/dW, by default small whole numbers
    compare: your own (dy_dx (C, D), dy_dw (C, D, C), dy_db (C, C)), as your function returns
        them; None stands for one that is not written yet. The entries that are not right are marked
    view: "dy/dx" (Eq. 3), "dy/dW" (Eq. 5), "dy/db" (Eq. 7) or "dL/dW" (Eq. 6); by default the
        first in which compare is not right

    Raises TypeError for an argument that is not an array of real numbers, and for a compare that is
    not three results. Raises ValueError for NaN or infinity (outside compare), for shapes that do
    not fit, and for more than 8 pixels or classes.
    """
    x = array(NAME, "x", x, ndims=(1,))
    w = fitting(NAME, "w", w, (len(x), "C"), "with one row per entry of x")
    D, C = w.shape
    _check_sizes(D, C)
    b = np.zeros(C) if b is None else fitting(NAME, "b", b, (C,), "with one entry per column of w")
    without_dy = dy is None
    dy = made_up((C,)) if without_dy else fitting(NAME, "dy", dy, (C,), "like y")
    view = None if view is None else one_of(NAME, "view", view, VIEWS)
    right = derivatives(x, w, dy)
    yours = _yours(compare, right)
    wrong = {name: wrong_mask(mine, right[COMPARED[name]]) for name, mine in yours.items()}
    view = view or _first_wrong(wrong)
    data = {
        "x": x.tolist(),
        "w": w.tolist(),
        "b": b.tolist(),
        "dy": dy.tolist(),
        "made": without_dy,
        "compare": None if compare is None else _as_slices(yours),
        "view": view,
    }
    arguments = {"x": x, "W": w, "b": b, "y": x @ w + b, "dL/dy": dy}
    return JacobianExplorer(data, *_still_picture(view, arguments, right[view], yours, wrong))


def derivatives(x: np.ndarray, w: np.ndarray, dy: np.ndarray) -> dict[str, np.ndarray]:
    """Return the derivatives by the names of their views.

    x: (D,);  w: (D, C);  dy: (C,)  ->  dy/dx: (C, D), dy/dW: (C, D, C), dy/db: (C, C),
    dL/dW: (D, C) (Eqs. 3, 5, 7, 6)
    """
    classes = np.eye(w.shape[1])
    return {
        "dy/dx": w.T,  # Eq. 3
        "dy/dW": np.einsum("d,ic->idc", x, classes),  # Eq. 5
        "dy/db": classes,  # Eq. 7
        "dL/dW": np.outer(x, dy),  # Eq. 6
    }


def _check_sizes(D: int, C: int) -> None:
    if max(D, C) > LIMIT:
        allowed = f"at most {LIMIT} pixels and {LIMIT} classes can be shown"
        advice = f"Show a part, like x[:{LIMIT}] and w[:{LIMIT}, :{LIMIT}]"
        raise ValueError(f"{NAME}: w has shape ({D}, {C}); {allowed}. {advice}")


def _yours(compare: Any, right: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the student's own results by name, without those that are None."""
    if compare is None:
        return {}
    _check_results(compare)
    yours = {}
    for (name, view), mine in zip(COMPARED.items(), compare, strict=True):
        if mine is not None:
            argument = f"{name} of compare"
            like = right[view].shape
            yours[name] = fitting(NAME, argument, mine, like, f"like {view}", finite=False)
    return yours


def _check_results(compare: Any) -> None:
    if not isinstance(compare, (tuple, list)):
        problem = f"of type {type(compare).__name__}"
    elif len(compare) != len(COMPARED):
        problem = f"{len(compare)} results"
    else:
        return
    expected = "the three Jacobians (dy_dx, dy_dw, dy_db)"
    raise TypeError(f"{NAME}: compare is {problem}, expected {expected}")


def _first_wrong(wrong: dict[str, np.ndarray]) -> str:
    """Return the first view in which the student's result is not right, else the first of all."""
    views = [COMPARED[name] for name, where in wrong.items() if where.any()]
    return views[0] if views else "dy/dx"


def _as_slices(yours: dict[str, np.ndarray]) -> dict[str, list[list[list[Any]]]]:
    """Return the student's results for JSON, each as a list of slices."""
    return {name: list(map(plain, _slices(mine))) for name, mine in yours.items()}


def _slices(values: np.ndarray) -> np.ndarray:
    """Return an array of 2 or 3 axes as slices: a matrix is one."""
    return values.reshape(-1, *values.shape[-2:])


def _matrix(slices: np.ndarray | None) -> np.ndarray | None:
    """Return the only slice."""
    return slices if slices is None else slices[0]


def _still_picture(
    view: str,
    arguments: dict[str, np.ndarray],
    matrix: np.ndarray,
    yours: dict[str, np.ndarray],
    wrong: dict[str, np.ndarray],
) -> tuple[str, str]:
    """Return the picture of a view, and its text.

    The picture shows the arrays that the numbers come from, then the numbers, slice by slice.
    """
    columns = [*arguments.items(), (view, matrix)]
    columns += [(counted(f"your {name}", wrong[name]), mine) for name, mine in yours.items()]
    lines = beside([(name, lines_of(values)) for name, values in columns])
    alternative = "\n".join([VIEWS[view], *lines])
    marked = np.zeros(matrix.shape, bool)
    for name, where in wrong.items():
        if COMPARED[name] == view:
            marked = where
    layer = {
        name: values for name, values in arguments.items() if view == "dL/dW" or name != "dL/dy"
    }
    panels = [Panel(name, name, values, {}) for name, values in layer.items()]
    title = "dy[{}]/dW" if view == "dy/dW" else view
    drawn = zip(_slices(matrix)[:DRAWN_LIMIT], _slices(marked), strict=False)
    for i, (values, where) in enumerate(drawn):
        across = (0, i * (values.shape[1] + 1))
        name, marks = title.format(i), {"marked": where}
        panels.append(Panel("entry", name, values, marks, largest(matrix), across, across))
    return picture(
        VIEWS[view], alternative, _places(view, arguments["W"], matrix), panels
    ), alternative


def _places(view: str, w: np.ndarray, matrix: np.ndarray) -> Places:
    """Return the places of a view. The small tensor above the entries is in the live picture."""
    D, C = w.shape
    rows, columns = matrix.shape[-2:]
    sizes: dict[str, float] = {"D": D, "C": C, "rows": rows, "columns": columns}
    upstream = (CELL + 30) / CELL if view == "dL/dW" else 0
    tensor = {"tensor_width": 0, "tensor_height": 0}
    return Places(NAME, "layer", sizes | {"upstream": upstream} | tensor)
