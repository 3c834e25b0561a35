"""`pool_router`: max pooling, and the way of its gradient back to the winners (section 4).

It steps from window to window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from grader.show.numbers import beside, lines_of, number
from grader.widgets.grids import (
    SIDE_LIMIT,
    Widget,
    array,
    compared,
    described,
    made_up,
    one_of,
    part_of,
    plain,
    plain_or_none,
    unplain,
    whole,
    wrong_mask,
)
from grader.widgets.layout import Places, pool_variant
from grader.widgets.still_picture import Panel, counted, largest, picture

NAME = "pool_router"
VIEWS = {
    "forward": "Forward: each window passes on its largest entry",
    "backward": "Backward: each dy is added onto the winner of its window",
}
Size = tuple[int, int]


class Window(NamedTuple):
    """One window.

    at: its place in y;  pixels: its slices of x;  largest: places in x of its largest entries, the
    winner first
    """

    at: Size
    pixels: tuple[slice, slice]
    largest: list[Size]


@dataclass(frozen=True, eq=False)
class Pooling:
    """A max pooling in numbers.

    x: (H, W);  dy: (M, N), the gradient that is sent back;  windows: in reading order
    """

    x: np.ndarray
    size: Size
    stride: int
    dy: np.ndarray
    windows: list[Window]

    def result(self, view: str) -> np.ndarray:
        """Return what a view shows in the end: y, (M, N), or dx, (H, W)."""
        if view == "forward":
            return forward(self.x, self.windows, self.dy.shape)
        return backward(self.x, self.dy, self.windows)


class PoolRouter(Widget):
    """The widget that `pool_router` returns."""

    kind = NAME

    @classmethod
    def again(cls, data: dict[str, Any]) -> PoolRouter:
        x, dy, compare = unplain(data, "x", "dy", "compare")
        size = tuple(data["size"])
        return pool_router(x, size, data["stride"], dy, compare, view=data["view"])


def pool_router(
    x: Any,
    size: Any = (2, 2),
    stride: int = 2,
    dy: Any = None,
    compare: Any = None,
    *,
    view: str | None = None,
) -> PoolRouter:
    """Show max pooling and its backward pass, window by window.

    Alone in a cell the widget is displayed.

    x: (H, W), one channel of one image;  size: (kh, kw)
    dy: (M, N) like y, with M = (H - kh) // stride + 1, and N alike
    compare: your own y, in the shape of y, or dx, in the shape of x; the entries that are not right
        are marked
    view: "forward" or "backward". By default the second when dy is given; it decides whether
        `compare` is a y or a dx

    Of several largest entries in a window the first in reading order wins. In a dx to compare, an
    even split among them is right too, and so is any sharing by which they get the whole dy and no
    more, where no other tied window sees them. Without dy the backward view sends small whole
    numbers back, unlike their neighbours and some of them zero.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and for more than 12 rows or columns.
    """
    x = array(NAME, "x", x, ndims=(2,))
    size = _size(size)
    stride = whole(NAME, "stride", stride, 1)
    _check_sizes(x, size)
    if view is None:
        view = "forward" if dy is None else "backward"
    view = one_of(NAME, "view", view, VIEWS)
    dy = _checked_upstream(dy, x, size, stride)
    upstream = made_up(_output_shape(x, size, stride)) if dy is None else dy
    target, like = ("y", upstream.shape) if view == "forward" else ("dx", x.shape)
    expected = f"{like}, the shape of {target} in the view {view!r}"
    compare = compared(NAME, compare, like, expected, ndims=(2,))
    pooling = Pooling(x, size, stride, upstream, list(windows_of(x, size, stride)))
    right = _right_result(pooling, view, compare)
    wrong = np.zeros(like, bool) if compare is None else wrong_mask(compare, right)
    data = {
        "x": plain(x),
        "size": list(size),
        "stride": stride,
        "dy": plain_or_none(dy),
        "compare": plain_or_none(compare),
        "apart": [_difference(place, compare, right) for place in np.argwhere(wrong).tolist()],
        "view": view,
    }
    return PoolRouter(data, *_still_picture(pooling, view, compare, wrong))


def windows_of(x: np.ndarray, size: Size, stride: int) -> Iterator[Window]:
    """Yield the windows that lie wholly within x, in reading order."""
    for i, j in np.ndindex(_output_shape(x, size, stride)):
        top = stride * i
        left = stride * j
        pixels = (slice(top, top + size[0]), slice(left, left + size[1]))
        visible = x[pixels]
        largest = np.argwhere(visible == visible.max()).tolist()
        yield Window((i, j), pixels, [(top + u, left + v) for u, v in largest])


def forward(x: np.ndarray, windows: list[Window], shape: tuple[int, ...]) -> np.ndarray:
    """Return y, of this shape."""
    return np.array([x[window.largest[0]] for window in windows]).reshape(shape)


def backward(
    x: np.ndarray, dy: np.ndarray, windows: list[Window], even: bool = False
) -> np.ndarray:
    """Return dx, in the shape of x.

    Each dy, (M, N), goes to the first of its window's largest entries; or, if `even`, in equal
    shares to all of them.
    """
    dx = np.zeros(x.shape)
    for window in windows:
        takers = window.largest if even else window.largest[:1]
        for place in takers:
            dx[place] += dy[window.at] / len(takers)
    return dx


@np.errstate(all="ignore")  # infinity and NaN in what is compared
def nearest_right(
    compare: np.ndarray, x: np.ndarray, dy: np.ndarray, windows: list[Window]
) -> np.ndarray:
    """Return the right dx to set beside a student's: the one that differs in the fewest entries.

    compare, x: (H, W);  dy: (M, N)  ->  (H, W)

    Right are the dx of the first winner and that of the even split. Where a window's equals are
    seen by no other tied window, any sharing that the checks accept is taken over from `compare`.
    """
    ties = [window for window in windows if len(window.largest) > 1 and dy[window.at] != 0]
    candidates = [backward(x, dy, windows), backward(x, dy, windows, even=True)]
    for window in ties:
        if _meets_another(window, ties):
            continue
        where = tuple(np.transpose(window.largest))
        others = backward(x, dy, [other for other in windows if other is not window])[where]
        slack = 1e-9 * max(1.0, np.abs(candidates[0]).max())
        if _is_a_sharing(compare[where] - others, dy[window.at], slack):
            for right in candidates:
                right[where] = compare[where]
    return min(candidates, key=lambda right: int(wrong_mask(compare, right).sum()))


def _meets_another(window: Window, ties: list[Window]) -> bool:
    """Tell whether another tied window has one of this window's largest entries."""
    own = set(window.largest)
    return any(own & set(other.largest) for other in ties if other is not window)


def _is_a_sharing(shares: np.ndarray, dy: float, slack: float) -> bool:
    """Tell whether shares are none of the wrong sign, and together the whole dy."""
    if not (shares * np.sign(dy) >= -slack).all():
        return False
    return bool(abs(shares.sum() - dy) <= slack)


def _right_result(pooling: Pooling, view: str, compare: np.ndarray | None) -> np.ndarray:
    """Return the y or dx that a student's own result is compared with."""
    if compare is None or view == "forward":
        return pooling.result(view)
    return nearest_right(compare, pooling.x, pooling.dy, pooling.windows)


def _difference(place: list[int], compare: Any, right: np.ndarray) -> dict[str, Any]:
    """Return one entry in which a student's result is wrong, for JSON."""
    i, j = place
    yours = plain(compare[i, j])[0][0]
    return {"i": i, "j": j, "yours": yours, "right": float(right[i, j])}


def _output_shape(x: np.ndarray, size: Size, stride: int) -> tuple[int, ...]:
    """Return the shape of y, (M, N)."""
    return tuple((n - k) // stride + 1 for n, k in zip(x.shape, size, strict=True))


def _size(size: Any) -> Size:
    """Return (kh, kw). Raises ValueError if it is not a pair, TypeError as `whole` does."""
    pair = size.tolist() if isinstance(size, np.ndarray) and size.size == 2 else size
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        expected = "(kh, kw): rows and columns of a window"
        raise ValueError(f"{NAME}: size is {described(size)}, expected {expected}")
    return whole(NAME, "size[0]", pair[0], 1), whole(NAME, "size[1]", pair[1], 1)


def _check_sizes(x: np.ndarray, size: Size) -> None:
    if any(k > n for k, n in zip(size, x.shape, strict=True)):
        window = f"a window of {size[0]} x {size[1]}"
        raise ValueError(f"{NAME}: {window} does not fit into x of shape {x.shape}")
    if max(x.shape) > SIDE_LIMIT:
        allowed = f"at most {SIDE_LIMIT} rows or columns of an image can be shown"
        advice = f"Show a part, like {part_of(x, SIDE_LIMIT)}"
        raise ValueError(f"{NAME}: x has shape {x.shape}; {allowed}. {advice}")


def _checked_upstream(dy: Any, x: np.ndarray, size: Size, stride: int) -> np.ndarray | None:
    """Return dy, which has the shape of y, or None if it is not given."""
    if dy is None:
        return None
    upstream = array(NAME, "dy", dy, ndims=(2,))
    shape = _output_shape(x, size, stride)
    if upstream.shape != shape:
        sizes = f"x {x.shape}, size {size}, stride {stride}"
        expected = f"{shape} like y ({sizes})"
        raise ValueError(f"{NAME}: dy has shape {upstream.shape}, expected {expected}")
    return upstream


def _still_picture(
    pooling: Pooling, view: str, compare: np.ndarray | None, wrong: np.ndarray
) -> tuple[str, str]:
    """Return the picture of the finished view, all winners framed, and its text."""
    panels = _panels(pooling, view, wrong)
    columns = [(panel.name, lines_of(panel.values)) for panel in panels]
    yours = None
    if compare is not None:
        columns.append((counted("yours", wrong), lines_of(compare)))
        yours = Panel(panels[-1].grid, f"your {panels[-1].name}", compare, {"marked": wrong})
    size = f"{pooling.size[0]} x {pooling.size[1]}"
    title = f"{VIEWS[view]} (windows of {size}, stride {pooling.stride})"
    lines = [title, *beside(columns), *_ties(pooling)]
    if view == "backward":
        lines.append(_sums(pooling.dy, compare))
    alternative = "\n".join(lines)
    H, W = pooling.x.shape
    M, N = pooling.dy.shape
    variant = pool_variant(view == "forward", W, N)
    places = Places(NAME, variant, {"H": H, "W": W, "M": M, "N": N})
    return picture(title, alternative, places, panels, yours), alternative


def _panels(pooling: Pooling, view: str, wrong: np.ndarray) -> list[Panel]:
    """Return x and the arrays of a view, with their signs."""
    shape = pooling.x.shape
    framed = np.zeros(shape, bool)
    tied = np.zeros(shape, bool)
    unseen = np.ones(shape, bool)
    for window in pooling.windows:
        winner, *equals = window.largest
        framed[winner] = True
        unseen[window.pixels] = False
        for place in equals:
            tied[winner] = tied[place] = True
    x = Panel("pixel", "x", pooling.x, {"framed": framed, "tied": tied, "unseen": unseen})
    result = pooling.result(view)
    if view == "forward":
        return [x, Panel("output", "y", result, {"marked": wrong}, largest(pooling.x))]
    limit = max(largest(result), largest(pooling.dy))
    dx = Panel("gradient", "dx", result, {"marked": wrong, "unseen": unseen}, limit)
    return [x, Panel("output", "dy", pooling.dy, {}), dx]


def _ties(pooling: Pooling) -> Iterator[str]:
    """Yield a sentence for each window with several largest entries."""
    for window in pooling.windows:
        count = len(window.largest)
        if count > 1:
            i, j = window.at
            tie = f"{count} entries tie at {number(pooling.x[window.largest[0]])}"
            yield f"window {i}, {j}: {tie}, the first in reading order wins"


@np.errstate(all="ignore")  # infinity and NaN in what is compared
def _sums(dy: np.ndarray, compare: np.ndarray | None) -> str:
    text = f"sum of dx = {number(dy.sum())} = sum of dy"
    return text if compare is None else f"{text}; sum of yours = {number(compare.sum())}"
