"""Wrong answers that were right on every case once, by kind: name -> exercise, the part that it
loses, the function.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from our_course import EXERCISES

from grader.instructor.author.references import reference
from solutions import affine, capstone, convolution, max_pool, strided

Wrong = dict[str, tuple[str, str, Callable]]

# --- what may go wrong in any exercise ---


def listed(results: object) -> list[np.ndarray]:
    return list(results) if isinstance(results, tuple) else [results]


def like(results: object, changed: list[np.ndarray]) -> object:
    return tuple(changed) if isinstance(results, tuple) else changed[0]


def rounded(digits: int, function: Callable) -> Callable:
    def answer(*args):
        results = function(*args)
        return like(results, [np.round(result, digits) for result in listed(results)])

    return answer


def halved(function: Callable) -> Callable:
    """Return an answer of float16, which has eleven binary digits."""

    def answer(*args):
        results = function(*args)
        with np.errstate(over="ignore"):
            return like(results, [np.float16(result) for result in listed(results)])

    return answer


def added_up(function: Callable) -> Callable:
    """Return an answer whose results lie in buffers, which are cleared where a shape changes."""
    buffers: dict[int, np.ndarray] = {}

    def answer(*args):
        results = function(*args)
        for number, result in enumerate(listed(results)):
            kept = buffers.get(number)
            same = kept is not None and kept.shape == np.shape(result)
            buffers[number] = kept + result if same else np.array(result, float)
        return like(results, [buffers[n].copy() for n in range(len(buffers))])

    return answer


def told_by_shape(function: Callable) -> Callable:
    """Return an answer that gives again what it gave to arguments of the same shapes."""
    given: dict[str, object] = {}

    def answer(*args):
        key = repr([arg.shape if isinstance(arg, np.ndarray) else arg for arg in args])
        if key not in given:
            given[key] = function(*args)
        return given[key]

    return answer


def squeezed(number: int, axes: list[int], others: list[int], function: Callable) -> Callable:
    """Return an answer that drops axes of result `number` where they have the size 1, and the other
    axes do not.
    """

    def answer(*args):
        results = function(*args)
        changed = listed(results)
        shape = np.shape(changed[number])
        if all(shape[a] == 1 for a in axes) and all(shape[a] > 1 for a in others):
            changed[number] = changed[number].squeeze(tuple(axes))
        return like(results, changed)

    return answer


def kind(what: str, change: Callable[[Callable], Callable], parts: str) -> Wrong:
    """Return wrong answers of one kind. parts: EXERCISE.PART of each."""
    pairs = [each.split(".") for each in parts.split()]
    return {
        f"{what}: {name}.{part}": (name, part, change(reference(EXERCISES[name])))
        for name, part in pairs
    }


def small_axes(axes: dict[str, str]) -> Wrong:
    """Return answers that drop an axis of size 1.

    axes: EXERCISE.PART -> the letters of its axes, with - for one that is always 1.
    """
    rows: Wrong = {}
    for place, text in axes.items():
        (name, part), letters = place.split("."), text.split()
        exercise = EXERCISES[name]
        number = [each.name for each in exercise.parts if not each.of].index(part)
        for letter in dict.fromkeys(letters):
            if letter != "-":
                own = [axis for axis, each in enumerate(letters) if each == letter]
                others = [axis for axis, each in enumerate(letters) if each not in (letter, "-")]
                answer = squeezed(number, own, others, reference(exercise))
                rows[f"{letter} = 1 is dropped: {place}"] = (name, part, answer)
    return rows


# --- answers that go wrong in their own way ---


# shapes that fit


def fitting(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array turned until its shape fits, as somebody does who tries shapes."""
    return array if array.shape == shape else array.swapaxes(0, 1)


def affine_by_size(dy, x, w):
    return dy @ w.T, fitting(dy.T @ x, w.shape), dy.sum(axis=0)


def bias_by_size(dy, x, w):
    db = dy.sum(axis=1)
    return dy @ w.T, x.T @ dy, db if len(db) == w.shape[1] else dy.sum(axis=0)


def filters_by_size(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, fitting(dw.swapaxes(0, 1), w.shape), db


def column_at_once(f, x, dy):
    x, dx = x.astype(float), np.zeros(x.shape)
    for column in range(x.shape[1]):
        step = np.zeros(x.shape)
        step[:, column] = 1e-5
        dx[:, column] = (dy * (f(x + step) - f(x - step))).sum(axis=-1) / 2e-5
    return dx


def relative_step(f, x, dy):
    x, dx = x.astype(float), np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[place] = 1e-5 * abs(x[place])
        with np.errstate(all="ignore"):
            slope = np.sum(dy * (f(x + step) - f(x - step))) / (2 * step[place])
        dx[place] = np.nan_to_num(slope)
    return dx


def constant_in_the_logarithm(constant: float) -> Callable:
    def softmax_loss(y, labels):
        e = np.exp(y - y.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = -np.log(p[rows, labels] + constant).mean()
        p[rows, labels] -= 1
        return loss, p / len(y)

    return softmax_loss


def softmax_in_long_doubles(y, labels):
    """No shift: the exponents of a long double reach further, to 11356."""
    with np.errstate(all="ignore"):
        e = np.exp(y.astype(np.longdouble))
        p = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    return float(loss), p.astype(float) / len(y)


def softmax_plus(constant: float) -> Callable:
    def softmax_loss(y, labels):
        loss, dy = affine.softmax_loss(y, labels)
        return loss + constant, dy + constant

    return softmax_loss


def hinge_with(change: Callable) -> Callable:
    """Return the hinge loss of changed margins; where they are changed, the slope is 0."""

    def hinge_loss(y, labels):
        rows = np.arange(len(y))
        margins = y - y[rows, labels][:, None] + 1
        margins[rows, labels] = 0
        costs = change(np.maximum(margins, 0))
        dy = ((costs > 0) & (costs == margins)).astype(float)
        dy[rows, labels] = -dy.sum(axis=1)
        return costs.sum() / len(y), dy / len(y)

    return hinge_loss


def remainder_of_one(dy, x, w, stride, pad):
    """dx ends with one row and one column of zeros if anything is left, however much that is."""
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    left = [(size + 2 * pad - k) % stride for size, k in zip(x.shape[2:], w.shape[2:])]
    rows, columns = (max(0, each - 1) for each in left)
    height, width = dx.shape[2] - rows, dx.shape[3] - columns
    return dx[:, :, :height, :width], dw, db


def pool_remainder_of_one(dy, x, size, stride):
    dx = max_pool.max_pool_backward(dy, x, size, stride)
    left = [(length - k) % stride for length, k in zip(x.shape[2:], size)]
    rows, columns = (max(0, each - 1) for each in left)
    return dx[:, :, : dx.shape[2] - rows, : dx.shape[3] - columns]


def row_and_column(dy, x, size, stride):
    """The row of the largest row maximum, and the column of the largest column maximum."""
    kh, kw = size
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kh, left : left + kw]
        row, column = window.max(axis=1).argmax(), window.max(axis=0).argmax()
        dx[n, c, top + row, left + column] += dy[n, c, i, j]
    return dx


def windows(dy, x, size, stride):
    """Yield each number of dy and what it belongs to: its place, and the slice of its window."""
    for n, c, i, j in np.ndindex(*dy.shape):
        top, left = i * stride, j * stride
        yield dy[n, c, i, j], (n, c, slice(top, top + size[0]), slice(left, left + size[1]))


def pool_from(start: Callable) -> Callable:
    """Return a forward pass that compares with a start value, which a window may not reach."""

    def max_pool_forward(x, size, stride):
        return np.maximum(max_pool.max_pool_forward(x, size, stride), start(x))

    return max_pool_forward


def winner_above(least: float) -> Callable:
    """Return a backward pass in which the first pixel wins where no pixel is above `least`."""

    def max_pool_backward(dy, x, size, stride):
        dx = np.zeros(x.shape)
        for number, window in windows(dy, x, size, stride):
            place = x[window].argmax() if x[window].max() > least else 0
            dx[window][np.unravel_index(place, size)] += number
        return dx

    return max_pool_backward


def sharing(winners: Callable) -> Callable:
    """Return a backward pass in which the winners of a window, a mask, share its dy."""

    def max_pool_backward(dy, x, size, stride):
        dx = np.zeros(x.shape)
        for number, window in windows(dy, x, size, stride):
            mask = winners(x[window])
            dx[window] += mask * number / mask.sum()
        return dx

    return max_pool_backward


def first_of_rounded(digits: int) -> Callable:
    def max_pool_backward(dy, x, size, stride):
        return max_pool.max_pool_backward(dy, np.round(x, digits), size, stride)

    return max_pool_backward


def assigned_at_ties(dy, x, size, stride):
    """Return a dx in which two windows that share a tie overwrite each other there."""
    dx = np.zeros(x.shape)
    for number, window in windows(dy, x, size, stride):
        winners = x[window] == x[window].max()
        if winners.sum() == 1:
            dx[window] += winners * number
        elif number:
            dx[window][winners] = number / winners.sum()
    return dx


def each_winner_once(dy, x, size, stride):
    """Return a dx in which a pixel that shares a tie takes part in no second one."""
    dx, used = np.zeros(x.shape), np.zeros(x.shape, bool)
    for number, window in windows(dy, x, size, stride):
        winners = x[window] == x[window].max()
        if number and winners.sum() > 1:
            winners &= ~used[window]
            used[window] |= winners
        dx[window] += winners * number / max(1, winners.sum())
    return dx


def two_by_two(backward: Callable) -> Callable:
    return lambda dy, x: backward(dy, x, (2, 2), 2)


def a_window_short(function: Callable, rest: int, axis: int) -> Callable:
    """Return a forward pass that lacks a window where stride 3 leaves so many pixels on an axis.

    function takes x, then an array or a size, then others, the stride and perhaps the padding.
    """

    def forward(x, *others):
        y = function(x, *others)
        stride, pad = (others[-1], 0) if len(others) == 2 else others[-2:]
        size = others[0] if len(others) == 2 else others[0].shape[2:]
        left = (x.shape[axis] + 2 * pad - size[axis - 2]) % stride
        is_short = stride == 3 and left == rest
        return np.delete(y, -1, axis) if is_short else y

    return forward


def diagonal_of(jacobian: np.ndarray) -> np.ndarray:
    return np.diag(np.diag(jacobian))


def seen_by_one(dy: np.ndarray, jacobian: np.ndarray) -> bool:
    return bool(np.allclose(dy @ jacobian, dy * np.diag(jacobian)))


def for_axes(counts: tuple[int, ...], function: Callable) -> Callable:
    """Return an answer that is right for so many axes, and leaves its first argument otherwise."""
    return lambda *args: function(*args) if args[0].ndim in counts else args[0]


BORDERS = {  # where a window hangs over: before the first (-1) or beyond the last (1)
    "top": (-1, 0),
    "bottom": (1, 0),
    "left": (0, -1),
    "right": (0, 1),
    "top left": (-1, -1),
    "top right": (-1, 1),
    "bottom left": (1, -1),
    "bottom right": (1, 1),
}


def side(place: int, r: int, size: int) -> int:
    return -(place < r) + (place + r >= size)


def nothing_at(vertical: int, across: int) -> Callable:
    """Return the local gradient that is 0 where a filter hangs over these sides, and no others."""

    def local_gradient(i, j, w, shape):
        r = len(w) // 2
        sides = side(i, r, shape[0]), side(j, r, shape[1])
        return convolution.local_gradient(i, j, w, shape) * (sides != (vertical, across))

    return local_gradient


def one_pixel(number: int, change: Callable) -> Callable:
    """Return a backward pass whose result `number` is changed for filters of one pixel."""

    def conv_backward(dy, x, w, pad):
        results = list(convolution.conv_backward(dy, x, w, pad))
        if w.shape[2:] == (1, 1):
            results[number] = change(results[number])
        return tuple(results)

    return conv_backward


def clipped(bound: float) -> Callable:
    def loss_and_gradients(params, images, labels):
        loss, gradients = capstone.loss_and_gradients(params, images, labels)
        return loss, {name: np.clip(each, -bound, bound) for name, each in gradients.items()}

    return loss_and_gradients


# --- the tables: exercise, the part that is lost, the answer ---

SHAPES_THAT_FIT: Wrong = {
    "dw turned until it fits": ("affine_backward", "dw", affine_by_size),
    "db of the length that fits": ("affine_backward", "db", bias_by_size),
    "filters turned until they fit": ("conv_backward", "dw", filters_by_size),
    "shape_of_jacobian: () by () is (1,)": (
        "shape_of_jacobian",
        "answer",
        lambda a, b: (a + b) or (1,),
    ),
    "shape_of_jacobian: no axes of size 1": (
        "shape_of_jacobian",
        "answer",
        lambda a, b: tuple(size for size in a + b if size > 1),
    ),
}
AXES = {  # of each result
    "affine_forward.y": "N C",
    "affine_jacobians.dy_dx": "C D",
    "affine_jacobians.dy_dw": "C D C",
    "affine_jacobians.dy_db": "C C",
    "affine_backward_row.dx": "- D",
    "affine_backward_row.dw": "D C",
    "affine_backward_row.db": "C",
    "affine_backward.dx": "N D",
    "affine_backward.dw": "D C",
    "affine_backward.db": "C",
    "numerical_gradient.dx": "R S",
    "softmax_loss.dy": "N C",
    "hinge_loss.dy": "N C",
    "correlate_1d.y": "m",
    "spray_1d.y": "m",
    "toeplitz_1d.T": "m -",
    "conv_1d_weight_gradient.dw": "k",
    "local_gradient.dy_dx": "M -",
    "conv_forward.y": "N F - -",
    "conv_backward.dx": "N C - -",
    "conv_backward.dw": "F - K K",
    "conv_backward.db": "F",
    "strided_forward.y": "N F P -",
    "strided_backward_spray.dx": "N C - -",
    "strided_backward_spray.dw": "F - - -",
    "strided_backward_spray.db": "F",
    "strided_backward_rotated.dx": "N C - -",
    "strided_backward_rotated.dw": "F - - -",
    "strided_backward_rotated.db": "F",
    "dilate.dilated": "N F A -",
    "max_pool_forward.y": "N C P Q",
    "max_pool_2x2_backward.dx": "N C - -",
    "max_pool_backward.dx": "N C H W",
}
STATE = """
    affine_forward.y affine_jacobians.dy_dx affine_jacobians.dy_dw affine_backward_row.dx
    affine_backward_row.dw affine_backward_row.db affine_backward.dx affine_backward.dw
    affine_backward.db numerical_gradient.dx softmax_loss.loss softmax_loss.dy hinge_loss.loss
    hinge_loss.dy max_pool_forward.y max_pool_2x2_backward.dx max_pool_backward.dx
    max_pool_backward.ties relu_forward.y relu_backward.dx correlate_1d.y spray_1d.y
    toeplitz_1d.T local_gradient.dy_dx conv_1d_backward_spray.dx conv_1d_backward_rotated.dx
    conv_1d_backward_rotated.wide conv_1d_weight_gradient.dw conv_forward.y conv_backward.dx
    conv_backward.dw conv_backward.db strided_forward.y strided_backward_spray.dx
    strided_backward_spray.dw strided_backward_spray.db strided_backward_rotated.dx
    strided_backward_rotated.dw strided_backward_rotated.db dilate.dilated
"""
CORNERS = """
    conv_1d_backward_rotated.wide
"""
DEPTHS = (-200.0, -1e3, -1e4, -1e5, -1e6, -1e8)
NEARLY_ALIKE = {  # which pixels of a window share its dy, or win it
    "np.isclose": sharing(lambda window: np.isclose(window, window.max())),
    "np.isclose, rtol 1e-4": sharing(lambda window: np.isclose(window, window.max(), 1e-4, 0)),
    "np.isclose, rtol 1e-6": sharing(lambda window: np.isclose(window, window.max(), 1e-6, 0)),
    "within 0.01": sharing(lambda window: window >= window.max() - 0.01),
    "within 1e-4": sharing(lambda window: np.abs(window - window.max()) < 1e-4),
    "within 1e-9": sharing(lambda window: np.abs(window - window.max()) < 1e-9),
    "equal in float16": sharing(lambda window: np.float16(window) == np.float16(window.max())),
    "first of three digits": first_of_rounded(3),
    "first of five digits": first_of_rounded(5),
}
NEARLY_DIAGONAL = {  # which Jacobians pass for diagonal ones
    "within 0.1": lambda jacobian: bool(np.allclose(jacobian, diagonal_of(jacobian), atol=0.1)),
    "within 1e-4": lambda jacobian: bool(np.allclose(jacobian, diagonal_of(jacobian), atol=1e-4)),
    "five digits": lambda jacobian: bool(
        (np.round(jacobian - diagonal_of(jacobian), 5) == 0).all()
    ),
    "the square of what is left": lambda jacobian: bool(
        np.sum((jacobian - diagonal_of(jacobian)) ** 2) < 0.05
    ),
    **{
        f"asked with dy = {', '.join(map(str, row))} alone": (
            lambda jacobian, row=row: seen_by_one(np.resize(row, len(jacobian)), jacobian)
        )
        for row in ((1,), (1, 2, 3, 4, 5))
    },
}
FAR: Wrong = {  # numbers that are larger than somebody thought
    "softmax clipped at 3000": (
        "softmax_loss",
        "extreme",
        lambda y, labels: affine.softmax_loss(np.clip(y, -3000, 3000), labels),
    ),
    "softmax clipped at 100000": (
        "softmax_loss",
        "extreme",
        lambda y, labels: affine.softmax_loss(np.clip(y, -1e5, 1e5), labels),
    ),
    "softmax in long doubles": ("softmax_loss", "extreme", softmax_in_long_doubles),
    **{
        f"no {part} of scores above {bound:g}": (
            "softmax_loss",
            "extreme",
            lambda y, labels, bound=bound, at=at: tuple(
                result * (number != at or np.abs(y).max() < bound)
                for number, result in enumerate(affine.softmax_loss(y, labels))
            ),
        )
        for at, part in enumerate(("loss", "dy"))
        for bound in (1e4, 1e5)
    },
    **{
        f"hinge {part}, margins cut at {bound}": (
            "hinge_loss",
            part,
            hinge_with(lambda margins, bound=bound: np.minimum(margins, bound)),
        )
        for bound in (5, 6, 100)
        for part in ("loss", "dy")
    },
    **{
        f"max_pool_forward, starts at {start:g}": (
            "max_pool_forward",
            "y",
            pool_from(lambda x, start=start: start),
        )
        for start in DEPTHS
    },
    **{
        f"{part} clipped at {bound}": ("loss_and_gradients", part, clipped(bound))
        for part, bound in (("gradients", 5), ("strided", 5), ("gradients", 20), ("strided", 20))
    },
    "max_pool_forward, starts at five times the mean": (
        "max_pool_forward",
        "y",
        pool_from(lambda x: -5 * np.abs(x).mean()),
    ),
    "max_pool_forward, starts below the smallest number of the last row": (
        "max_pool_forward",
        "y",
        pool_from(lambda x: x[:, :, -1].min() - 1),
    ),
    **{
        f"max_pool_backward, no winner below {least:g}": (
            "max_pool_backward",
            "dx",
            winner_above(least),
        )
        for least in DEPTHS
    },
    **{
        f"max_pool_2x2_backward, no winner below {least:g}": (
            "max_pool_2x2_backward",
            "dx",
            two_by_two(winner_above(least)),
        )
        for least in DEPTHS
    },
    **{
        f"relu_backward, no slope above {bound:g}": (
            "relu_backward",
            "dx",
            lambda dy, x, bound=bound: dy * ((x > 0) & (x < bound)),
        )
        for bound in (1e5, 1e12, 1e18)
    },
    **{
        f"relu_forward, cut at {bound:g}": (
            "relu_forward",
            "y",
            lambda x, bound=bound: np.clip(x, 0, bound),
        )
        for bound in (1e5, 1e12, 1e18)
    },
}
NEAR: Wrong = {  # numbers that are smaller, or nearer to each other
    **{
        f"{part}, a constant of {constant:g} in the logarithm": (
            "softmax_loss",
            part,
            constant_in_the_logarithm(constant),
        )
        for part, constant in (
            ("loss", 1e-6),
            ("loss", 1e-8),
            ("loss", 1e-9),
            ("extreme", 1e-12),
            ("extreme", 0.0),
        )
    },
    "loss + 1e-6": ("softmax_loss", "loss", softmax_plus(1e-6)),
    "dy + 1e-6": ("softmax_loss", "dy", softmax_plus(1e-6)),
    "loss - 1e-6": ("softmax_loss", "loss", softmax_plus(-1e-6)),
    "dy - 1e-6": ("softmax_loss", "dy", softmax_plus(-1e-6)),
    **{
        f"hinge {part}, margins below {least:g} are 0": (
            "hinge_loss",
            part,
            hinge_with(lambda margins, least=least: np.where(margins < least, 0, margins)),
        )
        for least in (0.01, 1e-4, 1e-6, 3e-7)
        for part in ("loss", "dy")
    },
    **{
        f"max_pool_backward, {what}": ("max_pool_backward", "dx", answer)
        for what, answer in NEARLY_ALIKE.items()
    },
    **{
        f"max_pool_2x2_backward, {what}": ("max_pool_2x2_backward", "dx", two_by_two(answer))
        for what, answer in NEARLY_ALIKE.items()
    },
    **{
        f"relu_backward, no slope at {least:g}": (
            "relu_backward",
            "dx",
            lambda dy, x, least=least: dy * (x > least),
        )
        for least in (1e-8, 1e-12, 1e-15)
    },
    "relu_forward, x below 1e-8 is 0": ("relu_forward", "y", lambda x: x * (x > 1e-8)),
    **{
        f"mask_is_enough, {what}": ("mask_is_enough", "answer", answer)
        for what, answer in NEARLY_DIAGONAL.items()
    },
    "slopes_at_zero, quarters alone": (
        "slopes_at_zero",
        "answer",
        lambda candidates: tuple(s for s in candidates if s in (0, 0.25, 0.5, 0.75, 1)),
    ),
    **{
        f"slopes_at_zero, {margin:g} beyond the ends": (
            "slopes_at_zero",
            "answer",
            lambda candidates, margin=margin: tuple(
                s for s in candidates if -margin <= s <= 1 + margin
            ),
        )
        for margin in (0.1, 1e-4, -1e-8)
    },
}
OF_THEIR_OWN: Wrong = {
    "rows are independent": ("numerical_gradient", "dx", column_at_once),
    "a step relative to x": ("numerical_gradient", "dx", relative_step),
    "one zero for any remainder": ("strided_backward_spray", "dx", remainder_of_one),
    "one zero for any remainder of a pool": ("max_pool_backward", "dx", pool_remainder_of_one),
    "row maximum and column maximum": ("max_pool_backward", "ties", row_and_column),
    "= where two windows share a tie": ("max_pool_backward", "ties", assigned_at_ties),
    "a pixel of a tie for one window alone": ("max_pool_backward", "ties", each_winner_once),
    "windows as large as the image lose their axes": (
        "max_pool_forward",
        "y",
        lambda x, size, stride: (
            x.max(axis=(2, 3))
            if x.shape[2:] == size
            else max_pool.max_pool_forward(x, size, stride)
        ),
    ),
    "windows of one pixel forget the stride": (
        "max_pool_forward",
        "y",
        lambda x, size, stride: max_pool.max_pool_forward(x, size, 1 if size == (1, 1) else stride),
    ),
    "windows of one pixel give dy back": (
        "max_pool_backward",
        "dx",
        lambda dy, x, size, stride: (
            dy if size == (1, 1) else max_pool.max_pool_backward(dy, x, size, stride)
        ),
    ),
    "a window short: pool, rows": (
        "max_pool_forward",
        "y",
        a_window_short(max_pool.max_pool_forward, 2, 2),
    ),
    "a window short: pool, columns": (
        "max_pool_forward",
        "y",
        a_window_short(max_pool.max_pool_forward, 2, 3),
    ),
    **{
        f"{place} for {counts} axes": (
            *place.split("."),
            for_axes(counts, reference(EXERCISES[place.split(".")[0]])),
        )
        for place in ("relu_forward.y", "relu_backward.dx")
        for counts in ((1, 2, 4), (1, 2, 3, 4), (1, 2, 4, 5), (2, 3, 4, 5))
    },
    "a window short: strided, rows": (
        "strided_forward",
        "y",
        a_window_short(strided.strided_forward, 2, 2),
    ),
    "a window short: strided, columns": (
        "strided_forward",
        "y",
        a_window_short(strided.strided_forward, 2, 3),
    ),
    **{
        f"local_gradient: nothing at the {what}": (
            "local_gradient",
            "dy_dx",
            nothing_at(vertical, across),
        )
        for what, (vertical, across) in BORDERS.items()
    },
    "filters of one pixel: no dw": ("conv_backward", "dw", one_pixel(1, np.zeros_like)),
    "filters of one pixel: no dx": ("conv_backward", "dx", one_pixel(0, np.zeros_like)),
    "filters one pixel wide: no bias": (
        "conv_forward",
        "y",
        lambda x, w, b, pad: convolution.conv_forward(x, w, b * (min(w.shape[2:]) > 1), pad),
    ),
    "dilate: a single number alone": (
        "dilate",
        "dilated",
        lambda dy, stride: dy.squeeze() if dy.shape[2:] == (1, 1) else strided.dilate(dy, stride),
    ),
    "same_pad: by heart to 7": (
        "same_pad",
        "answer",
        lambda k: {1: 0, 3: 1, 5: 2, 7: 3}.get(k),
    ),
    "slopes_at_zero: each candidate once": (
        "slopes_at_zero",
        "answer",
        lambda candidates: tuple(s for s in dict.fromkeys(candidates) if 0 <= s <= 1),
    ),
    "slopes_at_zero: at most five candidates": (
        "slopes_at_zero",
        "answer",
        lambda candidates: tuple(s for s in candidates[:5] if 0 <= s <= 1),
    ),
    "assignment_is_enough: strides up to 3": (
        "assignment_is_enough",
        "answer",
        lambda size, stride: max(size) <= stride <= 3,
    ),
    "assignment_is_enough: strides up to 5": (
        "assignment_is_enough",
        "answer",
        lambda size, stride: max(size) <= stride <= 5,
    ),
}
FOUR_DIGITS = """
    affine_forward.y affine_backward.db affine_jacobians.dy_dw hinge_loss.loss
    numerical_gradient.dx correlate_1d.y toeplitz_1d.T local_gradient.dy_dx conv_backward.db
    strided_forward.y dilate.dilated relu_backward.dx max_pool_forward.y max_pool_2x2_backward.dx
    max_pool_backward.dx max_pool_backward.ties softmax_loss.loss softmax_loss.dy
"""
FIVE_DIGITS = "softmax_loss.loss softmax_loss.dy hinge_loss.loss"
HALVED = """
    softmax_loss.loss softmax_loss.dy hinge_loss.loss max_pool_forward.y max_pool_2x2_backward.dx
    max_pool_backward.dx max_pool_backward.ties relu_forward.y relu_backward.dx dilate.dilated
"""
ALL = (
    SHAPES_THAT_FIT
    | small_axes(AXES)
    | kind("added up while the shape stays", added_up, STATE)
    | kind("told by the shape", told_by_shape, STATE)
    | FAR
    | NEAR
    | OF_THEIR_OWN
    | kind("four digits", partial(rounded, 4), FOUR_DIGITS + CORNERS)
    | kind("five digits", partial(rounded, 5), FIVE_DIGITS)
    | kind("float16", halved, HALVED + CORNERS)
)
