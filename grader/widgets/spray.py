"""`spray`: a convolution and its backward pass in four views of the same numbers, each step by step (section 2, Eqs. 9, 10)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.show.verdict import differing
from grader.widgets.grids import MOST_ROW, MOST_SIDE, Widget, array, made_up, module, one_of, plain, unplain, whole
from grader.widgets.still_picture import picture

VIEWS = {
    "forward gather": "Forward, gather: each y is a dot product of W and its window of x",
    "forward spray": "Forward, spray: each x times W′ is added onto y",
    "backward spray": "Backward, spray: each dy times W is added onto dx",
    "backward gather": "Backward, gather: each dx adds up the dy that saw it, times W′",
}


class Spray(Widget):
    """The widget that `spray` returns."""

    kind = "spray"
    _esm = module("convolution.js", "settings.js", "spray.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> Spray:
        x, w, dy, compare = unplain(data, "x", "w", "dy", "compare", row=data["row"])
        return spray(x, w, data["stride"], data["pad"], dy, compare, view=data["view"])


def spray(
    x: Any, w: Any, stride: int = 1, pad: int = 0, dy: Any = None, compare: Any = None, *, view: str | None = None
) -> Spray:
    """Show a convolution and its backward pass, step by step: alone in a cell it is displayed.

    x: (n,), w: (K,), dy: (m,)  or  x: (H, W), w: (K, L), dy: (M, N): one channel of one image
    stride, pad: as in the notebooks, with M = (H + 2 pad - K) // stride + 1, and N alike
    compare: your own y, in the shape of y, or dx, in the shape of x; where it is not right it is marked
    view: "forward gather", "forward spray", "backward spray" or "backward gather". By default the third when dy is given,
        else the first; it decides whether `compare` is a y or a dx

    Without dy the backward views send small whole numbers back, unlike their neighbours and some of them zero: ones
    would hide whose spray is whose. y and dx follow Eqs. 9 and 10 of the text, section 2; W' is w rotated by 180 degrees.

    Raises TypeError for what is no array of real numbers, and ValueError for NaN or infinity, for shapes that do not fit, and
    for more than 12 rows or columns of an image, or 20 entries of a row, padding included.
    """
    x, w, stride, pad = checked("spray", x, w, stride, pad)
    check_most("spray", x, pad)
    shape = output_shape(x, w, stride, pad)
    if view is None:
        view = "forward gather" if dy is None else "backward spray"
    view = one_of("spray", "view", view, VIEWS)
    dy = None if dy is None else checked_upstream("spray", dy, x, w, stride, pad)
    forward = view.startswith("forward")
    target, like = ("y", shape) if forward else ("dx", x.shape)
    if compare is not None:
        compare = array("spray", "compare", compare, finite=False)
        if compare.shape != like:
            wanted = f"the shape of {target} in the view {view!r}"
            raise ValueError(f"spray: compare has shape {compare.shape}, expected {like}, {wanted}")
    data = {
        "x": plain(x),
        "w": plain(w),
        "dy": None if dy is None else plain(dy),
        "compare": None if compare is None else plain(compare),
        "compares": target,
        "stride": stride,
        "pad": pad,
        "view": view,
        "row": x.ndim == 1,
        "most": MOST_ROW if x.ndim == 1 else MOST_SIDE,
    }
    dy = made_up(shape) if dy is None else dy
    return Spray(data, *_still(x, w, dy, stride, pad, view, compare))


def checked(function: str, x: Any, w: Any, stride: Any, pad: Any) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return x, w, stride, pad of a convolution in one channel, or raise a TypeError or a ValueError."""
    x, w = array(function, "x", x), array(function, "w", w)
    if w.ndim != x.ndim:
        raise ValueError(f"{function}: x has shape {x.shape} and w has shape {w.shape}: expected two rows or two images")
    stride, pad = whole(function, "stride", stride, 1), whole(function, "pad", pad, 0)
    if any(k > n + 2 * pad for k, n in zip(w.shape, x.shape, strict=True)):
        raise ValueError(f"{function}: w has shape {w.shape} and does not fit into x of shape {x.shape}{with_pad(pad)}")
    return x, w, stride, pad


def checked_upstream(function: str, dy: Any, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return dy, which has the shape of y, or raise a TypeError or a ValueError."""
    dy, shape = array(function, "dy", dy), output_shape(x, w, stride, pad)
    if dy.shape != shape:
        sizes = f"x {x.shape}, w {w.shape}, stride {stride}, pad {pad}"
        raise ValueError(f"{function}: dy has shape {dy.shape}, expected {shape} like y ({sizes})")
    return dy


def check_most(function: str, x: np.ndarray, pad: int) -> None:
    """Raise a ValueError if x, with its padding, is too large to be shown."""
    most, what = (MOST_ROW, "entries of a row") if x.ndim == 1 else (MOST_SIDE, "rows or columns of an image")
    if max(x.shape) + 2 * pad > most:
        told = f"{function}: x has shape {x.shape}{with_pad(pad)}; at most {most} {what} can be shown"
        raise ValueError(f"{told}. Show a part, like {part_of(x, most)}")


def part_of(x: np.ndarray, most: int) -> str:
    """Return how to take a part of x: 'x[:12, :12]'."""
    return f"x[{', '.join([f':{most}'] * x.ndim)}]"


def with_pad(pad: int) -> str:
    return f" with pad {pad}" if pad else ""


def output_shape(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> tuple[int, ...]:
    return tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape, w.shape, strict=True))


def forward_and_backward(x: np.ndarray, w: np.ndarray, dy: np.ndarray, stride: int, pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Return y, gathered, and dx, sprayed (Eqs. 9, 10).

    x: (n,), w: (K,), dy: (m,)  or  x: (H, W), w: (K, L), dy: (M, N)  ->  y like dy, dx like x
    """
    padded = np.pad(x, pad)
    y, dpadded = np.zeros(dy.shape), np.zeros(padded.shape)
    for at in np.ndindex(dy.shape):
        window = _window(at, w.shape, stride)
        y[at] = np.sum(w * padded[window])
        dpadded[window] += dy[at] * w
    return y, dpadded[tuple(slice(pad, pad + n) for n in x.shape)]


def _window(at: tuple[int, ...], size: tuple[int, ...], stride: int) -> tuple[slice, ...]:
    return tuple(slice(stride * i, stride * i + k) for i, k in zip(at, size, strict=True))


def _still(
    x: np.ndarray, w: np.ndarray, dy: np.ndarray, stride: int, pad: int, view: str, compare: np.ndarray | None
) -> tuple[str, str]:
    """Return the picture of the finished view, the step of its middle output framed, and its text."""
    forward, row = view.startswith("forward"), x.ndim == 1
    y, dx = forward_and_backward(x, w, dy, stride, pad)
    image, output = (x, y) if forward else (dx, dy)
    turned = view in ("forward spray", "backward gather")
    kernel = ("W′", np.flip(w)) if turned else ("W", w)
    names = ("x", "y") if forward else ("dx", "dy")
    wrong = None if compare is None else differing(compare, y if forward else dx)

    at = tuple(n // 2 for n in y.shape)
    window, one = np.zeros(np.add(x.shape, 2 * pad), bool), np.zeros(y.shape, bool)
    window[_window(at, w.shape, stride)] = one[at] = True
    unseen = np.ones(window.shape, bool)
    for place in np.ndindex(y.shape):
        unseen[_window(place, w.shape, stride)] = False
    dotted = np.pad(np.zeros(x.shape, bool), pad, constant_values=True)
    on_image, on_output = {"framed": window, "dotted": dotted, "unseen": unseen}, {"framed": one}
    if wrong is not None and forward:
        on_output["marked"] = wrong
    elif wrong is not None:
        on_image["marked"] = np.pad(wrong, pad)
    panels = [(names[0], np.pad(image, pad), on_image), (*kernel, {}), (names[1], output, on_output)]
    if compare is not None and wrong is not None:
        panels.append((f"your {'y' if forward else 'dx'}", compare, {"marked": wrong}))
    title = f"{VIEWS[view]} (stride {stride}, padding {pad})"
    columns = [("x", x), ("W", w), ("y", y)] if forward else [("dy", dy), ("W", w), ("dx", dx)]
    if compare is not None and wrong is not None:
        columns.append((f"yours ({int(wrong.sum())} of {wrong.size} differ)", compare))
    alternative = "\n".join([title, *beside([(name, lines_of(values)) for name, values in columns])])
    return picture(title, alternative, panels, below=row), alternative
