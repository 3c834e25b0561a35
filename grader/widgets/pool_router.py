"""`pool_router`: max pooling, and the way back of its gradient to the winners, window by window (section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from grader.show.numbers import beside, lines_of, number
from grader.widgets.grids import MOST_SIDE, Widget, apart, array, made_up, module, one_of, plain, said, unplain, whole
from grader.widgets.still_picture import Panel, picture

VIEWS = {
    "forward": "Forward: each window passes on its largest entry",
    "backward": "Backward: each dy is added onto the winner of its window",
}
Size = tuple[int, int]


class Window(NamedTuple):
    """One window: its place in y, its pixels, and the largest of them, the winner first; masks and places are of x."""

    at: Size
    pixels: tuple[slice, slice]
    largest: list[Size]


class PoolRouter(Widget):
    """The widget that `pool_router` returns."""

    kind = "pool_router"
    _esm = module("changing.js", "pooling.js", "pool_router.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> PoolRouter:
        x, dy, compare = unplain(data, "x", "dy", "compare")
        return pool_router(x, tuple(data["size"]), data["stride"], dy, compare, view=data["view"])


def pool_router(
    x: Any, size: Any = (2, 2), stride: int = 2, dy: Any = None, compare: Any = None, *, view: str | None = None
) -> PoolRouter:
    """Show max pooling and its backward pass, window by window: alone in a cell it is displayed.

    x: (H, W), one channel of one image;  size: (K, L);  dy: (M, N) like y, with M = (H - K) // stride + 1, and N alike
    compare: your own y, in the shape of y, or dx, in the shape of x; where it is not right it is marked
    view: "forward" or "backward". By default the second when dy is given; it decides whether `compare` is a y or a dx

    Of several largest entries in a window the first in reading order wins. In a dx to compare an even split among them is right
    too, and so is any sharing by which they get the whole dy and no more, where no other tied window sees them.
    Without dy the backward view sends small whole numbers back, unlike their neighbours and some of them zero.

    Raises TypeError for what is no array of real numbers, and ValueError for NaN or infinity, for shapes that do not fit, and
    for more than 12 rows or columns.
    """
    x = array("pool_router", "x", x, ndims=(2,))
    size, stride = _size(size), whole("pool_router", "stride", stride, 1)
    _check_sizes(x, size)
    if view is None:
        view = "forward" if dy is None else "backward"
    view = one_of("pool_router", "view", view, VIEWS)
    shape = tuple((n - k) // stride + 1 for n, k in zip(x.shape, size, strict=True))
    if dy is not None:
        dy = array("pool_router", "dy", dy, ndims=(2,))
        if dy.shape != shape:
            told = f"x {x.shape}, size {size}, stride {stride}"
            raise ValueError(f"pool_router: dy has shape {dy.shape}, expected {shape} like y ({told})")
    target, like = ("y", shape) if view == "forward" else ("dx", x.shape)
    if compare is not None:
        compare = array("pool_router", "compare", compare, ndims=(2,), finite=False)
        if compare.shape != like:
            wanted = f"the shape of {target} in the view {view!r}"
            raise ValueError(f"pool_router: compare has shape {compare.shape}, expected {like}, {wanted}")
    upstream = made_up(shape) if dy is None else dy
    windows = list(windows_of(x, size, stride))
    right = forward(x, windows, shape) if view == "forward" else backward(x, upstream, windows)
    if compare is not None and view == "backward":
        right = nearest_right(compare, x, upstream, windows)
    wrong = np.zeros(like, bool) if compare is None else apart(compare, right)
    data = {
        "x": plain(x),
        "size": list(size),
        "stride": stride,
        "dy": None if dy is None else plain(dy),
        "compare": None if compare is None else plain(compare),
        "apart": [
            {"i": i, "j": j, "yours": plain(compare[i, j])[0][0], "right": float(right[i, j])}
            for i, j in np.argwhere(wrong).tolist()
        ],
        "view": view,
    }
    return PoolRouter(data, *_still(x, size, stride, upstream, windows, view, compare, wrong))


def windows_of(x: np.ndarray, size: Size, stride: int) -> Iterator[Window]:
    """Yield the windows that lie wholly within x, in reading order."""
    for i in range((x.shape[0] - size[0]) // stride + 1):
        for j in range((x.shape[1] - size[1]) // stride + 1):
            pixels = (slice(stride * i, stride * i + size[0]), slice(stride * j, stride * j + size[1]))
            seen = x[pixels]
            largest = np.argwhere(seen == seen.max()).tolist()
            yield Window((i, j), pixels, [(stride * i + u, stride * j + v) for u, v in largest])


def forward(x: np.ndarray, windows: list[Window], shape: tuple[int, ...]) -> np.ndarray:
    """Return y, of this shape."""
    return np.array([x[window.largest[0]] for window in windows]).reshape(shape)


def backward(x: np.ndarray, dy: np.ndarray, windows: list[Window], even: bool = False) -> np.ndarray:
    """Return dx: every dy goes to the first of its window's largest entries; or in even shares to all of them."""
    dx = np.zeros(x.shape)
    for window in windows:
        takers = window.largest if even else window.largest[:1]
        for place in takers:
            dx[place] += dy[window.at] / len(takers)
    return dx


@np.errstate(all="ignore")  # infinity and NaN in what is compared
def nearest_right(compare: np.ndarray, x: np.ndarray, dy: np.ndarray, windows: list[Window]) -> np.ndarray:
    """Return the right dx to set beside a student's: of those that follow the first winner, or the even split, the nearest.

    Where a window's equals are seen by no other tied window, any sharing that the checks accept is followed: none of the wrong
    sign, and together the whole dy.
    """
    ties = [window for window in windows if len(window.largest) > 1 and dy[window.at] != 0]
    candidates = [backward(x, dy, windows), backward(x, dy, windows, even=True)]
    for window in ties:
        where = tuple(np.transpose(window.largest))
        if any(set(window.largest) & set(other.largest) for other in ties if other is not window):
            continue
        others = backward(x, dy, [other for other in windows if other is not window])[where]
        shares = compare[where] - others
        slack = 1e-9 * max(1.0, np.abs(candidates[0]).max())
        if (shares * np.sign(dy[window.at]) >= -slack).all() and abs(shares.sum() - dy[window.at]) <= slack:
            for right in candidates:
                right[where] = compare[where]
    return min(candidates, key=lambda right: int(apart(compare, right).sum()))


def _size(size: Any) -> Size:
    pair = size.tolist() if isinstance(size, np.ndarray) and size.size == 2 else size
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError(f"pool_router: size is {said(size)}, expected (K, L): rows and columns of a window")
    return whole("pool_router", "size[0]", pair[0], 1), whole("pool_router", "size[1]", pair[1], 1)


def _check_sizes(x: np.ndarray, size: Size) -> None:
    if any(k > n for k, n in zip(size, x.shape, strict=True)):
        raise ValueError(f"pool_router: a window of {size[0]} x {size[1]} does not fit into x of shape {x.shape}")
    if max(x.shape) > MOST_SIDE:
        raise ValueError(
            f"pool_router: x has shape {x.shape}; at most {MOST_SIDE} rows or columns of an image can be shown. "
            f"Show a part, like x[:{MOST_SIDE}, :{MOST_SIDE}]"
        )


def _still(
    x: np.ndarray,
    size: Size,
    stride: int,
    dy: np.ndarray,
    windows: list[Window],
    view: str,
    compare: np.ndarray | None,
    wrong: np.ndarray,
) -> tuple[str, str]:
    """Return the picture of the finished view, all winners framed, and its text."""
    framed, tied, unseen = np.zeros(x.shape, bool), np.zeros(x.shape, bool), np.ones(x.shape, bool)
    for window in windows:
        framed[window.largest[0]], unseen[window.pixels] = True, False
        for place in window.largest[1:]:
            tied[window.largest[0]] = tied[place] = True
    title = f"{VIEWS[view]} (windows of {size[0]} x {size[1]}, stride {stride})"
    panels: list[Panel] = [("x", x, {"framed": framed, "tied": tied, "unseen": unseen})]
    if view == "forward":
        panels.append(("y", forward(x, windows, dy.shape), {"marked": wrong}))
    else:
        panels += [("dy", dy, {}), ("dx", backward(x, dy, windows), {"marked": wrong, "unseen": unseen})]
    if compare is not None:
        panels.append((f"your {panels[-1][0]}", compare, {"marked": wrong}))
    columns = [(name, lines_of(values)) for name, values, _ in panels]
    if compare is not None:
        columns[-1] = (f"yours ({int(wrong.sum())} of {wrong.size} differ)", columns[-1][1])
    told = [title, *beside(columns), *_ties(x, windows)]
    if view == "backward":
        told.append(_sums(dy, compare))
    alternative = "\n".join(told)
    return picture(title, alternative, panels), alternative


def _ties(x: np.ndarray, windows: list[Window]) -> Iterator[str]:
    for window in windows:
        if len(window.largest) > 1:
            (i, j), value = window.at, number(x[window.largest[0]])
            yield f"window {i}, {j}: {len(window.largest)} entries tie at {value}, the first in reading order wins"


@np.errstate(all="ignore")
def _sums(dy: np.ndarray, compare: np.ndarray | None) -> str:
    told = f"sum of dx = {number(dy.sum())} = sum of dy"
    return told if compare is None else f"{told}; sum of yours = {number(compare.sum())}"
