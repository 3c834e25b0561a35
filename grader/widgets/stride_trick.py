"""`stride_trick`: a strided backward pass as a correlation of dy with zeros in it, beside the spray (section 2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.show.numbers import beside, lines_of
from grader.show.verdict import differing
from grader.widgets.grids import MOST_ROW, Widget, array, made_up, module, plain, unplain
from grader.widgets.spray import checked, checked_upstream, forward_and_backward, output_shape, part_of, with_pad
from grader.widgets.still_picture import Panel, picture

MOST_IMAGE = 9  # rows or columns of dy with all its zeros


class StrideTrick(Widget):
    """The widget that `stride_trick` returns."""

    kind = "stride_trick"
    _esm = module("convolution.js", "settings.js", "dilating.js", "trick_picture.js", "stride_trick.js")

    @classmethod
    def again(cls, data: dict[str, Any]) -> StrideTrick:
        x, w, dy, compare = unplain(data, "x", "w", "dy", "compare", row=data["row"])
        return stride_trick(x, w, data["stride"], data["pad"], dy, compare)


def stride_trick(x: Any, w: Any, stride: int = 2, pad: int = 0, dy: Any = None, compare: Any = None) -> StrideTrick:
    """Show how dy goes back through a stride by a correlation: zeros between, at the end, and around; the spray beside it.

    x: (n,), w: (K,), dy: (m,)  or  x: (H, W), w: (K, L), dy: (M, N): one channel of one image. Of x only the shape counts
    stride, pad: as in the notebooks, with M = (H + 2 pad - K) // stride + 1, and N alike
    compare: your own dx, in the shape of x; where it is not right it is marked

    stride - 1 zeros go between neighbours of dy, (H + 2 pad - K) mod stride at the end and K - 1 - pad around (so many are cut
    off where that is negative); W', which is w rotated by 180 degrees, then slides over it at stride 1. The zeros between and at
    the end may be left out, to see what goes wrong. dx follows Eqs. 9 and 10 of the text, section 2.

    Raises TypeError for what is no array of real numbers, and ValueError for NaN or infinity, for shapes that do not fit, and
    where dy with all its zeros, or x with its padding, has more than 9 rows or columns, or 20 entries of a row.
    """
    name = "stride_trick"
    x, w, stride, pad = checked(name, x, w, stride, pad)
    most = MOST_ROW if x.ndim == 1 else MOST_IMAGE
    _check_most(x, w, pad, most)
    dy = None if dy is None else checked_upstream(name, dy, x, w, stride, pad)
    if compare is not None:
        compare = array(name, "compare", compare, finite=False)
        if compare.shape != x.shape:
            raise ValueError(f"{name}: compare has shape {compare.shape}, expected {x.shape}, the shape of dx")
    data = {
        "x": plain(x),
        "w": plain(w),
        "dy": None if dy is None else plain(dy),
        "compare": None if compare is None else plain(compare),
        "compares": "dx",
        "stride": stride,
        "pad": pad,
        "view": "trick",
        "row": x.ndim == 1,
        "most": most,
    }
    dy = made_up(output_shape(x, w, stride, pad)) if dy is None else dy
    return StrideTrick(data, *_still(x, w, dy, stride, pad, compare))


def with_zeros(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return dy with its zeros between, at the end and around: over it w rotated slides at stride 1, and gives dx.

    dy: (m,), x: (n,), w: (K,)  ->  (n + K - 1,), and so on each axis of an image
    """
    spread = np.zeros([n + 2 * pad - k + 1 for n, k in zip(x.shape, w.shape, strict=True)])
    spread[tuple(slice(None, None, stride) for _ in x.shape)] = dy
    for axis, k in enumerate(w.shape):
        around = (x.shape[axis] + k - 1 - spread.shape[axis]) // 2
        spread = spread.take(np.arange(max(0, -around), spread.shape[axis] - max(0, -around)), axis)
        spread = np.pad(spread, [(max(0, around),) * 2 if a == axis else (0, 0) for a in range(x.ndim)])
    return spread


def _check_most(x: np.ndarray, w: np.ndarray, pad: int, most: int) -> None:
    """Raise a ValueError if dy with its zeros, or x with its padding, is too large to be shown."""
    what = "entries of a row" if x.ndim == 1 else "rows or columns of an image"
    told = f"at most {most} {what} can be shown"
    if max(x.shape) + 2 * pad > most:
        raise ValueError(f"stride_trick: x has shape {x.shape}{with_pad(pad)}; {told}. Show a part, like {part_of(x, most)}")
    widest = max(n + k - 1 for n, k in zip(x.shape, w.shape, strict=True))
    if widest > most:
        part = part_of(x, most - max(w.shape) + 1)
        sizes = f"x has shape {x.shape} and w {w.shape}, so dy with its zeros gets up to {widest} wide"
        raise ValueError(f"stride_trick: {sizes}; {told}. Show a part, like {part}")


def _still(x: np.ndarray, w: np.ndarray, dy: np.ndarray, stride: int, pad: int, compare: np.ndarray | None) -> tuple[str, str]:
    """Return the picture of dy, dy with its zeros, W' and dx, the middle window framed, and its text."""
    zeros, dx = with_zeros(dy, x, w, stride, pad), forward_and_backward(x, w, dy, stride, pad)[1]
    window, one = np.zeros(zeros.shape, bool), np.zeros(x.shape, bool)
    at = tuple(n // 2 for n in x.shape)
    window[tuple(slice(i, i + k) for i, k in zip(at, w.shape, strict=True))] = one[at] = True
    wrong = None if compare is None else differing(compare, dx)
    on_dx = {"framed": one} if wrong is None else {"framed": one, "marked": wrong}
    panels: list[Panel] = [
        ("dy", dy, {}),
        ("dy with its zeros", zeros, {"framed": window}),
        ("W′", np.flip(w), {}),
        ("dx", dx, on_dx),
    ]
    title = f"dy with zeros between, at the end and around, correlated with W′, is dx (stride {stride}, padding {pad})"
    columns = [(name, lines_of(values)) for name, values, _ in panels]
    if compare is not None and wrong is not None:
        columns.append((f"yours ({int(wrong.sum())} of {wrong.size} differ)", lines_of(compare)))
        panels.append(("your dx", compare, {"marked": wrong}))
    alternative = "\n".join([title, *beside(columns)])
    return picture(title, alternative, panels, below=x.ndim == 1), alternative
