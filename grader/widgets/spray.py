"""`spray`: a convolution and its backward pass in four views of the same numbers, step by step.

The equations are those of section 2, Eqs. 9, 10.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.widgets.grids import (
    ROW_LIMIT,
    SIDE_LIMIT,
    SIDES,
    Widget,
    array,
    compared,
    made_up,
    one_of,
    part_of,
    plain,
    plain_or_none,
    unplain,
    whole,
    wrong_mask,
)
from grader.widgets.layout import Places
from grader.widgets.still_picture import Panel, counted, picture

VIEWS = {
    "forward gather": "Forward, gather: each y is a dot product of w and its window of x",
    "forward spray": "Forward, spray: each x times w′ is added onto y",
    "backward spray": "Backward, spray: each dy times w is added onto dx",
    "backward gather": "Backward, gather: each dx adds up the dy that saw it, times w′",
}
TURNED = ("forward spray", "backward gather")  # the views that turn w, pixel by pixel
WITHOUT_BIAS = "These y are without b: b is subtracted from every y of the convolution."
# The number that a step is about, which is framed, and the words on what is framed with it: if it
# meets anything, and if it meets nothing.
FRAMED = {
    "forward gather": ("y", "Framed: {} and its window of x.", ""),
    "forward spray": ("x", "Framed: {} and the y that it reaches.", "Framed: {} reaches no y."),
    "backward spray": ("dy", "Framed: {} and its window of dx.", ""),
    "backward gather": ("dx", "Framed: {} and the dy that reach it.", "Framed: no dy reaches {}."),
}


class Spray(Widget):
    """The widget that `spray` returns."""

    kind = "spray"

    @classmethod
    def again(cls, data: dict[str, Any]) -> Spray:
        x, w, dy, compare = unplain(data, "x", "w", "dy", "compare", row=data["row"])
        stride, pad, view = (data[name] for name in ("stride", "pad", "view"))
        # A notebook that an earlier version saved has neither of the two other keys.
        widget = spray(x, w, stride, pad, dy, compare, view=view, views=data.get("views"))
        return widget.without_bias() if data.get("without_bias") else widget

    def without_bias(self) -> Spray:
        """Return this widget for a convolution that has a bias, which its numbers leave out.

        The picture and the text say so.
        """
        x, w, dy, compare = unplain(self.data, "x", "w", "dy", "compare", row=self.data["row"])
        assert x is not None
        assert w is not None
        passes = _passes(x, w, dy, self.data["stride"], self.data["pad"])
        still, alternative = _still_picture(passes, self.data["view"], compare, without_bias=True)
        return Spray(self.data | {"without_bias": True}, still, alternative)


class Passes(NamedTuple):
    """A convolution in numbers: what goes in, and what comes out forward (y) and backward (dx)."""

    x: np.ndarray
    w: np.ndarray
    dy: np.ndarray
    y: np.ndarray
    dx: np.ndarray
    stride: int
    pad: int


def spray(
    x: Any,
    w: Any,
    stride: int = 1,
    pad: int = 0,
    dy: Any = None,
    compare: Any = None,
    *,
    view: str | None = None,
    views: str | None = None,
) -> Spray:
    """Show a convolution and its backward pass, step by step.

    Alone in a cell the widget is displayed.

    x: (n,), w: (k,), dy: (m,)  or  x: (H, W), w: (kh, kw), dy: (M, N): one channel of one image
    stride, pad: as in the notebooks, with M = (H + 2 pad - kh) // stride + 1, and N alike
    compare: your own y, in the shape of y, or dx, in the shape of x; the entries that are not right
        are marked
    view: "forward gather", "forward spray", "backward spray" or "backward gather". By default the
        third when dy is given, else the first; it decides whether `compare` is a y or a dx
    views: "forward" for the two views of the forward pass alone, with the stride as it is. By
        default all four

    Without dy the backward views send small whole numbers back, unlike their neighbours and some of
    them zero: ones would hide whose spray is whose. y and dx follow Eqs. 9 and 10 of the text,
    section 2; w' is w rotated by 180 degrees.

    Raises TypeError for an argument that is not an array of real numbers. Raises ValueError for NaN
    or infinity (outside compare), for shapes that do not fit, and for more than 12 rows or columns
    of an image, or 20 entries of a row, padding included. With views="forward", it is raised for a
    dy and for a view of the backward pass, too.
    """
    x, w, stride, pad = checked("spray", x, w, stride, pad)
    check_limit("spray", x, pad)
    shape = output_shape(x, w, stride, pad)
    view = _checked_view(view, checked_views("spray", views, dy), dy)
    dy = checked_upstream("spray", dy, x, w, stride, pad)
    target, like = ("y", shape) if view.startswith("forward") else ("dx", x.shape)
    expected = f"{like}, the shape of {target} in the view {view!r}"
    compare = compared("spray", compare, like, expected)
    data = {
        "x": plain(x),
        "w": plain(w),
        "dy": plain_or_none(dy),
        "compare": plain_or_none(compare),
        "compares": target,
        "stride": stride,
        "pad": pad,
        "view": view,
        "views": views,
        "without_bias": False,
        "row": x.ndim == 1,
        "most": _limit(x),
    }
    passes = _passes(x, w, dy, stride, pad)
    return Spray(data, *_still_picture(passes, view, compare))


def _passes(x: np.ndarray, w: np.ndarray, dy: np.ndarray | None, stride: int, pad: int) -> Passes:
    upstream = made_up(output_shape(x, w, stride, pad)) if dy is None else dy
    y, dx = forward_and_backward(x, w, upstream, stride, pad)
    return Passes(x, w, upstream, y, dx, stride, pad)


def checked(
    function: str, x: Any, w: Any, stride: Any, pad: Any
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return x, w, stride, pad of a convolution in one channel.

    function: the name that messages begin with. Raises TypeError for an argument that is not an
    array of real numbers or not a whole number, ValueError for shapes that do not fit.
    """
    x = array(function, "x", x)
    w = array(function, "w", w)
    if w.ndim != x.ndim:
        shapes = f"x has shape {x.shape} and w has shape {w.shape}"
        raise ValueError(f"{function}: {shapes}: expected two rows or two images")
    stride = whole(function, "stride", stride, 1)
    pad = whole(function, "pad", pad, 0)
    if any(k > n + 2 * pad for k, n in zip(w.shape, x.shape, strict=True)):
        room = f"x of shape {x.shape}{with_pad(pad)}"
        raise ValueError(f"{function}: w has shape {w.shape} and does not fit into {room}")
    return x, w, stride, pad


def checked_upstream(
    function: str, dy: Any, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> np.ndarray | None:
    """Return dy, which has the shape of y, or None if it is not given.

    Raises TypeError if it is not an array of real numbers, ValueError if it has another shape.
    """
    if dy is None:
        return None
    upstream = array(function, "dy", dy)
    shape = output_shape(x, w, stride, pad)
    if upstream.shape != shape:
        sizes = f"x {x.shape}, w {w.shape}, stride {stride}, pad {pad}"
        expected = f"{shape} like y ({sizes})"
        raise ValueError(f"{function}: dy has shape {upstream.shape}, expected {expected}")
    return upstream


def checked_views(function: str, views: Any, dy: Any) -> str | None:
    """Return which views are shown: "forward", or None for all.

    Raises ValueError for anything else, and for a dy, which has no place in the forward pass.
    """
    if views is None:
        return None
    views = one_of(function, "views", views, ["forward"])
    if dy is not None:
        raise ValueError(f"{function}: dy belongs to the backward pass, and views is {views!r}")
    return views


def _checked_view(view: Any, views: str | None, dy: Any) -> str:
    """Return the view to begin with. Raises ValueError if it is not one that is shown."""
    if view is None:
        return "forward gather" if dy is None else "backward spray"
    view = one_of("spray", "view", view, VIEWS)
    if views and not view.startswith(views):
        raise ValueError(
            f"spray: view {view!r} belongs to the backward pass, and views is {views!r}"
        )
    return view


def check_limit(function: str, x: np.ndarray, pad: int) -> None:
    """Raise a ValueError if x, with its padding, is too large to be shown."""
    limit = _limit(x)
    if max(x.shape) + 2 * pad > limit:
        size = f"x has shape {x.shape}{with_pad(pad)}"
        allowed = f"at most {limit} {SIDES[x.ndim]} can be shown"
        advice = f"Show a part, like {part_of(x, limit)}"
        raise ValueError(f"{function}: {size}; {allowed}. {advice}")


def _limit(x: np.ndarray) -> int:
    return ROW_LIMIT if x.ndim == 1 else SIDE_LIMIT


def with_pad(pad: int) -> str:
    """Return what a message adds to the shape of an array that is padded."""
    return f" with pad {pad}" if pad else ""


def output_shape(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> tuple[int, ...]:
    """Return the shape of y: (m,) for a row, (M, N) for an image."""
    return tuple((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape, w.shape, strict=True))


def forward_and_backward(
    x: np.ndarray, w: np.ndarray, dy: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return y, gathered, and dx, sprayed (Eqs. 9, 10).

    x: (n,), w: (k,), dy: (m,)  or  x: (H, W), w: (kh, kw), dy: (M, N)  ->  y like dy, dx like x
    """
    padded = np.pad(x, pad)
    y = np.zeros(dy.shape)
    dpadded = np.zeros(padded.shape)
    for at in np.ndindex(dy.shape):
        window = _window(at, w.shape, stride)
        y[at] = np.sum(w * padded[window])  # Eq. 9
        dpadded[window] += dy[at] * w  # Eq. 10
    inner = tuple(slice(pad, pad + n) for n in x.shape)
    return y, dpadded[inner]


def _window(at: tuple[int, ...], size: tuple[int, ...], stride: int) -> tuple[slice, ...]:
    return tuple(slice(stride * i, stride * i + k) for i, k in zip(at, size, strict=True))


def _still_picture(
    passes: Passes, view: str, compare: np.ndarray | None, without_bias: bool = False
) -> tuple[str, str]:
    """Return the picture of the finished view, and its text.

    The step in the middle is framed, as the live picture frames it.
    """
    forward = view.startswith("forward")
    target, right = ("y", passes.y) if forward else ("dx", passes.dx)
    wrong = np.zeros(right.shape, bool) if compare is None else wrong_mask(compare, right)
    framed = _framed(passes, view)
    panels = _panels(passes, view, framed, wrong)
    if forward:
        columns = [("x", passes.x), ("w", passes.w), ("y", passes.y)]
    else:
        columns = [("dy", passes.dy), ("w", passes.w), ("dx", passes.dx)]
    yours = None
    if compare is not None:
        grid = "output" if forward else "pixel"
        pad = 0 if forward else passes.pad
        shift = (pad if compare.ndim == 2 else 0, pad)
        yours = Panel(grid, f"your {target}", compare, {"marked": wrong}, shift=shift)
        columns.append((counted("yours", wrong), compare))
    bias = ", without b" if without_bias else ""
    title = f"{VIEWS[view]} (stride {passes.stride}, padding {passes.pad}{bias})"
    lines = beside([(name, lines_of(values)) for name, values in columns])
    words = [WITHOUT_BIAS] if without_bias else []
    alternative = "\n".join([title, *words, _frames_in_words(passes, view, framed), *lines])
    variant = "row" if passes.x.ndim == 1 else "image"
    places = Places("spray", variant, sizes(passes.x, passes.w, passes.stride, passes.pad))
    return picture(title, alternative, places, panels, yours), alternative


def sizes(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> dict[str, int]:
    """Return the sizes by which the pictures of a convolution are laid out.

    x is H x W, rows x columns with its padding, w is kh x kw, y is M x N, s is the stride.
    """
    H, W = np.atleast_2d(x).shape
    kh, kw = np.atleast_2d(w).shape
    *M, N = output_shape(x, w, stride, pad)
    rows = H + 2 * pad if M else 1
    lengths = {"H": H, "W": W, "rows": rows, "columns": W + 2 * pad, "s": stride}
    return lengths | {"kh": kh, "kw": kw, "M": M[0] if M else 1, "N": N}


def _middle(passes: Passes, view: str) -> tuple[int, ...]:
    """Return the item of the step in the middle: a pixel in the views that turn w, or an output."""
    items = passes.x if view in TURNED else passes.y
    return tuple(size // 2 for size in items.shape)


def _framed(passes: Passes, view: str) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the padded image and of the output: the middle item, and what it meets.

    An output meets the pixels of its window, a pixel the outputs in whose windows it lies.
    """
    pixels = np.zeros([n + 2 * passes.pad for n in passes.x.shape], bool)
    outputs = np.zeros(passes.y.shape, bool)
    middle = _middle(passes, view)
    if view in TURNED:
        pixels[tuple(i + passes.pad for i in middle)] = True
        for place in np.ndindex(outputs.shape):
            outputs[place] = pixels[_window(place, passes.w.shape, passes.stride)].any()
    else:
        outputs[middle] = True
        pixels[_window(middle, passes.w.shape, passes.stride)] = True
    return pixels, outputs


def _frames_in_words(passes: Passes, view: str, framed: tuple[np.ndarray, np.ndarray]) -> str:
    """Return the sentence on what is framed. framed: the masks that `_framed` returns."""
    item, words, words_alone = FRAMED[view]
    place = ",".join(map(str, _middle(passes, view)))
    meets_something = all(mask.any() for mask in framed)
    return (words if meets_something else words_alone).format(f"{item}[{place}]")


def _panels(
    passes: Passes, view: str, framed: tuple[np.ndarray, np.ndarray], wrong: np.ndarray
) -> list[Panel]:
    """Return the padded image, the filter and the output of a view, with their signs."""
    dotted = np.pad(np.zeros(passes.x.shape, bool), passes.pad, constant_values=True)
    unseen = np.ones(dotted.shape, bool)
    for place in np.ndindex(passes.y.shape):
        unseen[_window(place, passes.w.shape, passes.stride)] = False
    on_image = {"framed": framed[0], "dotted": dotted, "unseen": unseen}
    on_output = {"framed": framed[1]}
    kernel = _kernel(passes, view)
    if view.startswith("forward"):
        on_output["marked"] = wrong
        image = Panel("pixel", "x", np.pad(passes.x, passes.pad), on_image)
        return [image, kernel, Panel("output", "y", passes.y, on_output)]
    on_image["marked"] = np.pad(wrong, passes.pad)
    image = Panel("pixel", "dx", np.pad(passes.dx, passes.pad), on_image)
    return [image, kernel, Panel("output", "dy", passes.dy, on_output)]


def _kernel(passes: Passes, view: str) -> Panel:
    """Return the filter. In a row it stands between the middle item and what that meets."""
    across = 0.0
    if passes.x.ndim == 1:
        [middle] = _middle(passes, view)
        over_output = passes.stride * middle + (len(passes.w) - 1) / 2
        across = middle + passes.pad if view in TURNED else over_output
    name, values = ("w′", np.flip(passes.w)) if view in TURNED else ("w", passes.w)
    return Panel("kernel", name, values, {}, shift=(0, across))
