"""Mistakes in 2-convolution."""

from typing import Any

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import convolution
from solutions.mistakes.catalogue import wrong

# --- correlate_1d ---


def slide(padded: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the products of w with all windows of padded; none where it does not fit."""
    return np.array([padded[i : i + len(w)] @ w for i in range(len(padded) - len(w) + 1)])


correlate_1d = Reference(convolution.correlate_1d, "y")


def index_wraps(x: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    m = len(x) + 2 * pad - len(w) + 1
    y = np.zeros(m)
    for i in range(m):
        for k in range(len(w)):
            if i + k - pad < len(x):
                y[i] += x[i + k - pad] * w[k]
    return y


wrong(
    correlate_1d,
    "y",
    true_convolution=(
        lambda x, w, pad: slide(np.pad(x, pad), w[::-1]),
        "w was turned round: that is the convolution of signal theory. Here, as in every "
        "framework, w[0] meets the leftmost of the k numbers",
    ),
    zeros_at_start_only=(
        lambda x, w, pad: slide(np.pad(x, (pad, 0)), w),
        "The zeros at the end are missing: pad of them stand at each end of x",
    ),
    all_zeros_at_start=(
        lambda x, w, pad: slide(np.pad(x, (2 * pad, 0)), w),
        "is shifted: all the zeros stand before x, and half of them belong behind it",
    ),
    pad_ignored=(
        lambda x, w: slide(x, w),
        "Only the windows that lie wholly inside x were used: what does pad add at both ends?",
    ),
    last_output_missing=(
        lambda x, w, pad: slide(np.pad(x, pad), w)[:-1],
        "The last output is missing: w may start at 0, and where may it start at the latest?",
    ),
    windows_stick_out=(
        lambda x, w, pad: np.array(
            [
                sum((a * c for a, c in zip(np.pad(x, pad)[i:], w)))
                for i in range(len(np.pad(x, pad)))
            ]
        ),
        "The last windows stick out of the padded x: where does the last one start that fits "
        "inside?",
    ),
    mode_same=(
        lambda x, w: np.correlate(x, w, "same"),
        "The mode 'same' looks at the lengths of x and w alone: here pad decides how many "
        "outputs there are",
    ),
    mode_full=(
        lambda x, w: np.correlate(x, w, "full"),
        "The mode 'full' always pads by k - 1: here pad decides how many outputs there are",
    ),
    edge_repeated=(
        lambda x, w, pad: slide(np.pad(x, pad, mode="edge"), w),
        "the padding repeats the numbers at the ends of x: it should be made of zeros",
    ),
    index_wraps=(
        index_wraps,
        "is wrong at the start only: x[-1] is no zero of the padding, it is the last number of x",
    ),
    last_tap_only=(
        lambda x, w, pad: slide(np.pad(x, pad)[len(w) - 1 :], w[-1:]),
        "holds the product of the last tap alone: is there an = where all k products should add "
        "up?",
    ),
    products_not_summed=(
        lambda x, w, pad: np.array(
            [np.pad(x, pad)[i : i + len(w)] * w for i in range(len(np.pad(x, pad)) - len(w) + 1)]
        ),
        "The k products of a window are still apart: y[i] is their sum",
    ),
    whole_numbers=(
        lambda y: y.astype(int),
        "lost everything behind the decimal point: what kind of numbers does the array for y hold?",
    ),
)

# --- spray_1d ---


def sprays(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the sum of the sprays x[a] * w, each laid down whole from place a on: (n + k - 1,)."""
    full = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        full[a : a + len(w)] += x[a] * w
    return full


def cut(full: np.ndarray, width: int) -> np.ndarray:
    """Return an array without so many entries at each end; a negative number adds zeros instead."""
    return np.pad(full, -width) if width < 0 else full[width : len(full) - width]


spray_1d = Reference(convolution.spray_1d, "y")


def sprays_overwrite(x: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    full = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        full[a : a + len(w)] = x[a] * w[::-1]
    return cut(full, len(w) - 1 - pad)


def spray_wraps(x: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    m = len(x) + 2 * pad - len(w) + 1
    y = np.zeros(m)
    for a in range(len(x)):
        for k in range(len(w)):
            if -m <= a + pad - k < m:
                y[a + pad - k] += x[a] * w[k]
    return y


def whole_sprays_only(x: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    k = len(w)
    y = np.zeros(len(x) + 2 * pad - k + 1)
    for a in range(len(x)):
        start = a + pad - k + 1
        if start >= 0 and start + k <= len(y):
            y[start : start + k] += x[a] * w[::-1]
    return y


wrong(
    spray_1d,
    "y",
    sprays_unreflected=(
        lambda x, w, pad: cut(sprays(x, w), len(w) - 1 - pad),
        "sprays with w itself: the first output that sees x[a] sees it through the last tap. "
        "Which way round is the spray?",
    ),
    sprays_overwrite=(
        sprays_overwrite,
        "each spray wipes out what the one before it left: neighbouring sprays overlap, what "
        "must happen where they meet?",
    ),
    nothing_cut=(
        lambda x, w: sprays(x, w[::-1]),
        "This is where all sprays land: the outputs that pad does not ask for are still there, "
        "at both ends",
    ),
    cut_by_pad=(
        lambda x, w, pad: cut(sprays(x, w[::-1]), pad),
        "The cut is pad at each end: with a larger pad there are more outputs, so how does the "
        "cut depend on it?",
    ),
    cut_by_filter=(
        lambda x, w: sprays(x, w[::-1])[len(w) - 1 : len(x)],
        "Only the outputs that see no padding are left: k - 1 is the cut at each end for pad 0, "
        "what is it for pad 1?",
    ),
    cut_of_nothing=(
        lambda x, w, pad: sprays(x, w[::-1])[len(w) - 1 - pad : -(len(w) - 1 - pad)],
        "a[0:-0] is empty: what does your cut do when pad is k - 1?",
    ),
    spray_wraps=(
        spray_wraps,
        "a spray that leaves y at its start comes back in at its end: a negative index counts "
        "from the end",
    ),
    cut_at_start_only=(
        lambda x, w, pad: np.concatenate(
            [np.zeros(max(pad - len(w) + 1, 0)), sprays(x, w[::-1])[max(len(w) - 1 - pad, 0) :]]
        ),
        "The cut is made at the start only: the last sprays stick out at the end as well",
    ),
    whole_sprays_only=(
        whole_sprays_only,
        "is wrong near the ends: a spray that sticks out is cut where y ends, the rest of it "
        "still counts",
    ),
)

# --- toeplitz_1d ---


def banded(w: np.ndarray, rows: int, n: int, shift: int, lowest: int = 0) -> np.ndarray:
    """Return a matrix with w[k] in row i and column i + k - shift, if lowest <= column < n."""
    T = np.zeros((rows, n))
    for i, k in np.ndindex(rows, len(w)):
        if lowest <= i + k - shift < n:
            T[i, i + k - shift] = w[k]
    return T


toeplitz_1d = Reference(convolution.toeplitz_1d, "T")


def circulant(w: np.ndarray, n: int, pad: int) -> np.ndarray:
    T = np.zeros((n + 2 * pad - len(w) + 1, n))
    for i, k in np.ndindex(len(T), len(w)):
        T[i, (i + k - pad) % n] += w[k]
    return T


wrong(
    toeplitz_1d,
    "T",
    toeplitz_transposed=(
        lambda T: T.T.copy(),
        "rows belong to outputs and columns to inputs, so that T times x is y: yours lies on its "
        "side",
    ),
    rows_reversed=(
        lambda w, n, pad: convolution.toeplitz_1d(w[::-1], n, pad),
        "the rows hold w reversed: a row gathers and a column sprays. Which of the two holds w "
        "as it is?",
    ),
    padding_columns_kept=(
        lambda w, n, pad: convolution.toeplitz_1d(w, n + 2 * pad, 0),
        "The columns that meet the zeros of the padding are still there: T is multiplied with x "
        "itself",
    ),
    toeplitz_pad_ignored=(
        lambda w, n: banded(w, max(n - len(w) + 1, 0), n, 0),
        "The rows of the outputs that see some padding are missing: how many outputs does pad "
        "give?",
    ),
    not_shifted_by_pad=(
        lambda w, n, pad: banded(w, n + 2 * pad - len(w) + 1, n, 0),
        "the first row starts with w[0]: which tap meets x[0] when zeros stand before it?",
    ),
    columns_wrap=(
        lambda w, n, pad: banded(w, n + 2 * pad - len(w) + 1, n, pad, lowest=-n),
        "what sticks out on the left comes back in on the right: a negative column counts from "
        "the end",
    ),
    circulant=(
        circulant,
        "what sticks out at one side comes back in at the other: beyond the ends of x stand "
        "zeros, x does not begin again",
    ),
    last_row_missing=(
        lambda T: T[:-1],
        "The last row is missing: count the places at which w fits into the padded x",
    ),
    always_square=(
        lambda w, n, pad: banded(w, n, n, pad),
        "Is it square? There are n columns, and as many rows as there are outputs",
    ),
    rows_walk_left=(
        lambda T: T[::-1],
        "w moves to the left from row to row: which x does the next output look at?",
    ),
    all_sprays_kept=(
        lambda w, n: convolution.toeplitz_1d(w, n, len(w) - 1),
        "A row for every place that a whole spray reaches: how many of these outputs does pad "
        "keep?",
    ),
)

# --- same_pad ---

same_pad = Reference(convolution.same_pad, "answer")

wrong(
    same_pad,
    "answer",
    half_for_even=(
        lambda k: k // 2,
        "For an even k there is none: try k = 4 in a cell, once with pad 1 and once with pad 2",
    ),
    half_below_for_even=(
        lambda k: (k - 1) // 2,
        "For an even k the output is one too short with this pad, and one too long with the next",
    ),
    none_for_one_tap=(
        lambda k: ((k - 1) // 2 or "none") if k % 2 == 1 else "none",
        "A single tap needs no padding: 0 is a pad as well, and not the same as none",
    ),
    half_a_zero=(
        lambda k: (k - 1) / 2,
        "Half a zero cannot be added at an end: what does that say about an even k?",
    ),
    both_ends_together=(
        lambda k: k - 1 if k % 2 == 1 else "none",
        "The pad stands at both ends: k - 1 zeros are needed in all",
    ),
    another_word=(
        lambda k: (k - 1) // 2 if k % 2 == 1 else "impossible",
        'The word asked for is "none"',
    ),
    even_and_odd_exchanged=(
        lambda k: k // 2 if k % 2 == 0 else "none",
        "Even and odd are exchanged: when is k - 1 the double of a whole number?",
    ),
    two_pads=(
        lambda k: ((k - 1) // 2, k // 2),
        "One number is asked for: the same pad stands at both ends, which is what an even k "
        "cannot use",
    ),
    always_one=(
        lambda k: 1 if k % 2 == 1 else "none",
        "A pad of 1 goes with 3 taps: what do 5 taps need?",
    ),
)

# --- local_gradient ---


def laid_down(top: int, left: int, w: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return zeros with w on them, its first entry at (top, left). What sticks out is lost."""
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        if 0 <= top + u < shape[0] and 0 <= left + v < shape[1]:
            image[top + u, left + v] = w[u, v]
    return image


def inside(place: int, k: int, size: int) -> int:
    """Return where a window of k around a place begins when it is pushed back onto the image."""
    return min(max(place - k // 2, 0), max(size - k, 0))


local_gradient = Reference(convolution.local_gradient, "dy_dx")


def wraps_around(i: int, j: int, w: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    r = len(w) // 2
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        a, b = i + u - r, j + v - r
        if -shape[0] <= a < shape[0] and -shape[1] <= b < shape[1]:
            image[a, b] = w[u, v]
    return image


def place_wraps(i: int, j: int, w: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    r = len(w) // 2
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        image[(i - r + u) % shape[0], (j - r + v) % shape[1]] += w[u, v]
    return image


def border_unguarded(i: int, j: int, w: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    r = len(w) // 2
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        image[i - r + u, j - r + v] = w[u, v]
    return image


def border_slice(i: int, j: int, w: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    r = len(w) // 2
    image = np.zeros(shape)
    image[i - r : i + r + 1, j - r : j + r + 1] = w
    return image


wrong(
    local_gradient,
    "dy_dx",
    places_exchanged=(
        lambda i, j, w, shape: laid_down(j - len(w) // 2, i - len(w) // 2, w, shape),
        "the window stands at row j and column i: which of the two counts rows?",
    ),
    window_rotated=(
        lambda i, j, w, shape: convolution.local_gradient(i, j, w[::-1, ::-1], shape),
        "w is rotated: the derivative of y_ij by x_ab is the weight that x_ab was multiplied by, "
        "so where does it stand?",
    ),
    wraps_around=(
        wraps_around,
        "what sticks out at the upper or left border comes back at the other end: a negative "
        "index counts from the end",
    ),
    window_transposed=(
        lambda i, j, w, shape: convolution.local_gradient(i, j, w.T, shape),
        "w lies on its side: the first index of w goes with the rows of x",
    ),
    corner_at_place=(
        lambda i, j, w, shape: laid_down(i, j, w, shape),
        "the first weight stands at (i, j): with pad r it is the middle of w that lies there",
    ),
    counted_from_one=(
        lambda i, j, w, shape: laid_down(i - 1 - len(w) // 2, j - 1 - len(w) // 2, w, shape),
        "the window stands one row and one column too early: the text counts from 1. Is its + 1 "
        "still in your index?",
    ),
    one_place_late=(
        lambda i, j, w, shape: laid_down(i + 1 - len(w) // 2, j + 1 - len(w) // 2, w, shape),
        "the window stands one row and one column too late: when all four of a, b, i and j start "
        "at 0, does a - i change?",
    ),
    window_pushed_inside=(
        lambda i, j, w, shape: laid_down(
            inside(i, len(w), shape[0]), inside(j, len(w), shape[1]), w, shape
        ),
        "at the border the window is pushed back inside: it stays around (i, j), and what sticks "
        "out meets zeros of the padding",
    ),
    only_x_clipped=(
        lambda i, j, w, shape: laid_down(
            max(i - len(w) // 2, 0), max(j - len(w) // 2, 0), w, shape
        ),
        "at the upper and left border w begins with its first weight: when rows of x are cut "
        "away, which rows of w go with them?",
    ),
    place_wraps=(
        place_wraps,
        "what sticks out at one side comes back in at the other: beyond the border lies the "
        "padding, the image does not begin again",
    ),
    border_unguarded=(
        border_unguarded,
        "near the border the window sticks out of x: which rows and columns of it are still on "
        "the image, and what is image[-1]?",
    ),
    border_slice=(
        border_slice,
        "near the border only a part of w fits onto x: where does the slice begin when i - r is "
        "negative, and which part of w is left?",
    ),
    inside_only=(
        lambda dy_dx, i, j, w, shape: (
            dy_dx
            * (
                len(w) // 2 <= i < shape[0] - len(w) // 2
                and len(w) // 2 <= j < shape[1] - len(w) // 2
            )
        ),
        "is zero when the window does not lie wholly inside: the part on the image still counts",
    ),
    border_kept=(
        lambda i, j, w, shape: laid_down(
            i, j, w, (shape[0] + 2 * (len(w) // 2), shape[1] + 2 * (len(w) // 2))
        ),
        "The padding is still around it: a gradient by x has the shape of x",
    ),
    window_alone=(
        lambda w: w.copy(),
        "That is w alone: all pixels of x ask how much y_ij moves with them, most of them get a 0",
    ),
    window_too_short=(
        lambda i, j, w, shape: laid_down(
            i - len(w) // 2, j - len(w) // 2, w[:-1, :-1] if len(w) // 2 else w[:0], shape
        ),
        "the last row and the last column of the window are missing: does a slice a:b contain b?",
    ),
)

# --- conv_1d_backward_spray and conv_1d_backward_rotated ---

conv_1d_backward_spray = Reference(convolution.conv_1d_backward_spray, "dx")
conv_1d_backward_rotated = Reference(convolution.conv_1d_backward_rotated, "dx")
LINES = (conv_1d_backward_spray, conv_1d_backward_rotated)


def line_overwrites(dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    full = np.zeros(len(dy) + len(w) - 1)
    for i in range(len(dy)):
        full[i : i + len(w)] = dy[i] * w
    return cut(full, pad)


def line_wraps(dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    n = len(dy) + len(w) - 1 - 2 * pad
    dx = np.zeros(n)
    for i in range(len(dy)):
        for k in range(len(w)):
            if -n <= i + k - pad < n:
                dx[i + k - pad] += dy[i] * w[k]
    return dx


def line_whole_sprays(dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    n, k = len(dy) + len(w) - 1 - 2 * pad, len(w)
    dx = np.zeros(n)
    for i in range(len(dy)):
        if i >= pad and i - pad + k <= n:
            dx[i - pad : i - pad + k] += dy[i] * w
    return dx


def line_whole_numbers(dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    full = np.zeros(len(dy) + len(w) - 1, dtype=int)
    for i in range(len(dy)):
        full[i : i + len(w)] += (dy[i] * w).astype(int)
    return cut(full, pad)


wrong(
    conv_1d_backward_rotated,
    "dx",
    line_reversed=(
        lambda dy, w, pad: cut(sprays(dy, w[::-1]), pad),
        "gathers with w as it is: forward gathers with w and sprays with w', and what of it is "
        "exchanged on the way back?",
    ),
)

wrong(
    conv_1d_backward_spray,
    "dx",
    line_reversed=(
        lambda dy, w, pad: cut(sprays(dy, w[::-1]), pad),
        "sprays with w reversed: by which weight did y[i] multiply x[a], and by which does dy[i] "
        "go back to x[a]?",
    ),
    line_overwrites=(
        line_overwrites,
        "each spray wipes out what the one before it left: neighbours overlap, what must happen "
        "where they meet?",
    ),
)

wrong(
    LINES,
    "dx",
    line_not_cut=(
        lambda dy, w: sprays(dy, w),
        "The places of the padding are still there: x has no zeros at its ends, and dx is as "
        "long as x",
    ),
    line_cut_of_nothing=(
        lambda dy, w, pad: sprays(dy, w)[pad:-pad],
        "a[0:-0] is empty: what does your cut do when pad is 0?",
    ),
    line_cut_at_end=(
        lambda dy, w, pad: sprays(dy, w)[: len(sprays(dy, w)) - 2 * pad],
        "all of the padding was cut off at the end: how much of it stands before x?",
    ),
)

wrong(
    conv_1d_backward_spray,
    "dx",
    line_cut_at_start=(
        lambda dy, w, pad: sprays(dy, w)[pad:],
        "the cut is made at the start only: zeros stood behind x as well",
    ),
)

wrong(
    LINES,
    "dx",
    line_pad_again=(
        lambda dy, w, pad: cut(sprays(dy, w), len(w) - 1 - pad),
        "Is dy padded by pad, or the result cut as in the forward pass? Forward and backward "
        "together must lead back to the length of x: try pad 0",
    ),
)

wrong(
    conv_1d_backward_spray,
    "dx",
    line_wraps=(
        line_wraps,
        "what sticks out at the start comes back in at the end: a negative index counts from the "
        "end",
    ),
    line_whole_sprays=(
        line_whole_sprays,
        "is wrong near the ends: a spray that sticks out there is cut, the rest of it still counts",
    ),
)

wrong(
    LINES,
    "dx",
    line_like_dy=(
        lambda dy, w: sprays(dy, w)[len(w) // 2 : len(w) // 2 + len(dy)],
        "as long as dy: is x always as long as y?",
    ),
)

wrong(
    conv_1d_backward_spray,
    "dx",
    line_whole_numbers=(
        line_whole_numbers,
        "lost everything behind the decimal point: what kind of numbers does the array for dx "
        "hold?",
    ),
)

wrong(
    conv_1d_backward_rotated,
    "dx",
    line_dy_reversed=(
        lambda dx: dx[::-1],
        "is right but in reverse order: is it w that is reversed, or dy?",
    ),
    line_one_zero_short=(
        lambda dy, w, pad: cut(sprays(dy, w), pad + 1),
        "Two places short: the first place of the padded x is seen by y[0] alone. How many zeros "
        "fill a window that meets dy with one tap?",
    ),
    line_one_zero_more=(
        lambda dy, w, pad: cut(sprays(dy, w), pad - 1),
        "Longer than x by two: is there one zero too many at each end of dy? No window may lie "
        "on zeros alone",
    ),
    line_pad_added=(
        lambda dy, w, pad: cut(sprays(dy, w), -pad),
        "Is pad added to k - 1 where it should be taken away? The padding of x is cut off again, "
        "so a larger pad leaves less",
    ),
    line_no_zeros=(
        lambda dy, w: slide(dy, w[::-1]),
        "No zeros stand around dy: without padding x[0] is seen by the first output alone, so "
        "what do the other k - 1 weights meet there?",
    ),
    line_negative_pad=(
        lambda dy, w, pad: slide(np.pad(dy, len(w) - 1 - pad), w[::-1]),
        "For a pad beyond k - 1 the number of zeros around dy becomes negative: what is to be "
        "done with dy then?",
    ),
    line_clamped_pad=(
        lambda dy, w, pad: slide(np.pad(dy, max(len(w) - 1 - pad, 0)), w[::-1]),
        "Too long for a pad beyond k - 1: leaving out the zeros is not enough then, the outer "
        "numbers of dy saw the padding alone",
    ),
    line_absolute_pad=(
        lambda dy, w, pad: slide(np.pad(dy, abs(len(w) - 1 - pad)), w[::-1]),
        "Zeros were added for a pad beyond k - 1, where something must be cut off: does the sign "
        "get lost?",
    ),
)

# --- backward_pad ---

backward_pad = Reference(convolution.backward_pad, "answer")

wrong(
    backward_pad,
    "answer",
    pad_again=(
        lambda pad: pad,
        "That is the pad of the forward pass: try k = 3 with pad 0, is dx as long as x?",
    ),
    one_too_many=(
        lambda k, pad: k - pad,
        "One too many: the first place of the padded x is seen by one tap, how many zeros stand "
        "beside it?",
    ),
    pad_added=(
        lambda k, pad: k - 1 + pad,
        "The larger the pad, the longer is y, and the less must be added to come back to x",
    ),
    other_sign=(
        lambda k, pad: pad - k + 1,
        "The sign is the other one: with pad 0 zeros must be added, is that positive or negative?",
    ),
    of_padded_x=(
        lambda k: k - 1,
        "That gives the gradient of the padded x: what of it belongs to x itself?",
    ),
    as_for_same=(
        lambda k: (k - 1) // 2,
        "That depends on k alone: it leads from y back to x only when y is as long as x",
    ),
    pad_twice=(
        lambda k, pad: k - 1 - 2 * pad,
        "The pad is taken away twice: the number asked for stands at each end",
    ),
)

# --- conv_1d_weight_gradient ---

conv_1d_weight_gradient = Reference(convolution.conv_1d_weight_gradient, "dw")


def weights_of_inside(dy: np.ndarray, x: np.ndarray, pad: int) -> np.ndarray:
    dy = dy.copy()
    dy[:pad] = 0
    dy[len(dy) - pad :] = 0
    return convolution.conv_1d_weight_gradient(dy, x, pad)


def weights_wrap(dy: np.ndarray, x: np.ndarray, pad: int) -> np.ndarray:
    dw = np.zeros(len(x) + 2 * pad - len(dy) + 1)
    for u in range(len(dw)):
        for i in range(len(dy)):
            if i + u - pad < len(x):
                dw[u] += dy[i] * x[i + u - pad]
    return dw


wrong(
    conv_1d_weight_gradient,
    "dw",
    weights_reversed=(
        lambda dw: dw[::-1],
        "is right but in reverse order: nothing has to be rotated here, the later taps met the "
        "later numbers of x",
    ),
    upstream_reversed=(
        lambda dy, x, pad: slide(np.pad(x, pad), dy[::-1]),
        "dy was turned round on its way over x: a true convolution does that. Which x does dy[0] "
        "meet for w[0]?",
    ),
    weights_unpadded=(
        lambda dy, x: slide(x, dy),
        "x has lost its padding: w met the zeros as well, so how long is the x that it slid over?",
    ),
    roles_exchanged=(
        lambda dy, x, pad: slide(np.pad(dy, pad), x),
        "which of the two slides? dy is the filter here, and the padded x is what it slides over",
    ),
    weights_too_few=(
        lambda dw, dy, x: dw[: max(len(x) - len(dy) + 1, 0)],
        "Some weights at the end are missing: the padding was forgotten when their number was "
        "worked out",
    ),
    weights_of_last=(
        lambda dy, x, pad: dy[-1] * np.pad(x, pad)[len(dy) - 1 :],
        "speaks of the last output alone: is there an = where all outputs should add up?",
    ),
    weights_averaged=(
        lambda dw, dy: dw / len(dy),
        "is the right answer divided by {m}: w_k takes part in all outputs, do its ways add up "
        "or average?",
    ),
    weights_zeros_before=(
        lambda dy, x, pad: slide(np.pad(x, (2 * pad, 0)), dy),
        "is shifted: all the zeros stand before x, and half of them belong behind it",
    ),
    weights_of_inside=(
        weights_of_inside,
        "leaves out the outputs that saw some padding: their other taps met numbers of x",
    ),
    weights_wrap=(
        weights_wrap,
        "mixes the end of x into its start: x[-1] is no zero of the padding, it is the last "
        "number of x",
    ),
    weights_full=(
        lambda dy, x: np.correlate(x, dy, "full"),
        "The mode 'full' lets dy stick out of x by up to m - 1: here it sticks out by pad, and k "
        "numbers are left",
    ),
    weights_same=(
        lambda dy, x: np.correlate(x, dy, "same"),
        "The mode 'same' looks at the lengths of x and dy alone: there are k weights, and pad "
        "tells where they start",
    ),
)

# --- row_by_hand ---

row_by_hand = Reference(convolution.row_by_hand, "dx dw")

wrong(
    row_by_hand,
    "dx",
    row_reversed=(
        lambda dy, x, w: slide(np.pad(dy, 1), w),
        "meets the weights in the wrong order: by which weight was x[0] multiplied for y[1], and "
        "by which for y[0]?",
    ),
    row_shifted=(
        lambda dy, x, w: sprays(dy, w)[:5],
        "stands one place too far to the right: where does the first number that dy[0] sprays "
        "land, when a zero stands before x[0]?",
    ),
    row_not_cut=(
        lambda dy, x, w: sprays(dy, w),
        "The two zeros at the ends got a number each: which of the seven belong to pixels?",
    ),
)

wrong(
    row_by_hand,
    "dw",
    row_weights_reversed=(
        lambda dw: dw[::-1],
        "is right but in reverse order: which pixels did w[0] meet, the first ones or the last "
        "ones?",
    ),
    row_outer_left_out=(
        lambda dy, x, w: weights_of_inside(dy, x, 1),
        "leaves out the first and the last output: two weights of each met a pixel, only the "
        "third met a zero",
    ),
)

# --- conv_2d_weight_gradient ---

conv_2d_weight_gradient = Reference(convolution.conv_2d_weight_gradient, "dw")


def slide_over(padded: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return the products of dy with all windows of an image; none where it does not fit."""
    (H, W), (P, Q) = padded.shape, dy.shape
    rows, columns = range(H - P + 1), range(W - Q + 1)
    products = [[np.sum(padded[u : u + P, v : v + Q] * dy) for v in columns] for u in rows]
    return np.array(products).reshape(len(rows), len(columns))


wrong(
    conv_2d_weight_gradient,
    "dw",
    image_weights_rotated=(
        lambda dw: dw[::-1, ::-1],
        "is turned by 180 degrees: nothing has to be rotated here, w[u, v] met the pixel u rows "
        "below and v columns right of the corner of each window",
    ),
    image_upstream_rotated=(
        lambda dy, x, pad: slide_over(np.pad(x, pad), dy[::-1, ::-1]),
        "dy was turned round on its way over x: a true convolution does that. Which pixel did "
        "w[0, 0] meet for the first output?",
    ),
    image_weights_transposed=(
        lambda dw: dw.T,
        "Rows and columns of the filter are exchanged: kh counts the rows of dw too",
    ),
    image_weights_unpadded=(
        lambda dy, x: slide_over(x, dy),
        "x has lost its padding: the filter met the zeros as well, so over how large an image "
        "did it slide?",
    ),
    image_weights_padded_at_start=(
        lambda dy, x, pad: slide_over(np.pad(x, ((2 * pad, 0), (2 * pad, 0))), dy),
        "is shifted: all the zeros stand above and on the left, and half of them belong below "
        "and on the right",
    ),
    image_weights_of_last=(
        lambda dy, x, pad: dy[-1, -1] * np.pad(x, pad)[len(dy) - 1 :, len(dy[0]) - 1 :],
        "speaks of the last output alone: is there an = where all outputs should add up?",
    ),
    image_weights_averaged=(
        lambda dw, dy: dw / dy.size,
        "is the right answer divided by the number of outputs: a weight takes part in all of "
        "them, do its ways add up or average?",
    ),
    image_weights_ignore_dy=(
        lambda dy, x, pad: slide_over(np.pad(x, pad), np.ones(dy.shape)),
        "does not depend on dy: where does the gradient from above enter?",
    ),
)

# --- conv_forward ---


def padded(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return images with so many rows and columns of zeros at each side: no negative number."""
    return np.pad(images, ((0, 0), (0, 0), (rows, rows), (columns, columns)))


def frame(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return images with rows and columns of zeros at each side. A negative number cuts them."""
    larger = padded(images, max(rows, 0), max(columns, 0))
    top, first = max(-rows, 0), max(-columns, 0)
    return larger[:, :, top : larger.shape[2] - top, first : larger.shape[3] - first]


def gather(images: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return images correlated with filters, with stride 1 and no padding.

    Empty where the filters do not fit.
    """
    kh, kw = w.shape[2:]
    P, Q = max(images.shape[2] - kh + 1, 0), max(images.shape[3] - kw + 1, 0)
    y = np.zeros((len(images), len(w), P, Q))
    for u in range(kh):
        for v in range(kw):
            y += np.einsum("nchw,fc->nfhw", images[:, :, u : u + P, v : v + Q], w[:, :, u, v])
    return y


def only(a: np.ndarray, index: "Any") -> np.ndarray:
    """Return an array with zeros everywhere but at an index."""
    kept = np.zeros(a.shape)
    kept[index] = a[index]
    return kept


conv_forward = Reference(convolution.conv_forward, "y")


wrong(
    conv_forward,
    "y",
    rotated_forward=(
        lambda x, w, b, pad: convolution.conv_forward(x, w[:, :, ::-1, ::-1], b, pad),
        "the filters are rotated: that is the convolution of signal theory. Here w[f, c, 0, 0] "
        "meets the upper left pixel of a window",
    ),
    forward_bias_forgotten=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, 0 * b, pad),
        "lacks the bias: one b per filter is added to every pixel that the filter gives",
    ),
    forward_bias_subtracted=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, -b, pad),
        "the bias is taken away: b is added, as in an affine layer",
    ),
    bias_per_tap=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, b * w.shape[2] * w.shape[3], pad),
        "the bias is in it once for every tap: does b stand inside the loop over the filter?",
    ),
    bias_per_channel=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, b * w.shape[1], pad),
        "the bias is in it once for every channel of x: a filter has a single bias, however many "
        "channels it reads",
    ),
    bias_along_columns=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, 0 * b, pad) + b,
        "b was added along the last axis of y, which counts columns: which axis counts filters?",
    ),
    every_axis_padded=(
        lambda x, w, b, pad: gather(np.pad(x, pad), w) + b[:, None, None],
        "zeros were added along every axis, so there are more images and channels than before: "
        "only rows and columns are padded",
    ),
    two_sides_padded=(
        lambda x, w, b, pad: (
            gather(np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0))), w) + b[:, None, None]
        ),
        "Zeros stand above and on the left only: pad of them belong at each of the four sides",
    ),
    forward_pad_ignored=(
        lambda x, w, b: gather(x, w) + b[:, None, None],
        "The image was not padded: what does pad add at its four sides?",
    ),
    forward_edge=(
        lambda x, w, b, pad: convolution.conv_forward(
            np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), w, b, 0
        ),
        "the padding repeats the pixels at the border: it should be made of zeros",
    ),
    first_channel=(
        lambda x, w, b, pad: convolution.conv_forward(x[:, :1], w[:, :1], b, pad),
        "uses the first channel of x alone: a filter has a slice for every channel, and their "
        "results add up",
    ),
    last_channel=(
        lambda x, w, b, pad: convolution.conv_forward(x[:, -1:], w[:, -1:], b, pad),
        "uses the last channel of x alone: is there an = in a loop over channels, where they "
        "should add up?",
    ),
    same_slice=(
        lambda x, w, b, pad: convolution.conv_forward(
            x.sum(axis=1, keepdims=True), w[:, :1], b, pad
        ),
        "all channels are taken with the same slice of a filter: slice c of filter f is w[f, c]",
    ),
    forward_last_tap=(
        lambda x, w, b, pad: convolution.conv_forward(x, only(w, np.s_[:, :, -1, -1]), b, pad),
        "holds the last tap alone, w[f, c, kh-1, kw-1]: is there an = where all taps should "
        "add up?",
    ),
    forward_last_product=(
        lambda x, w, b, pad: convolution.conv_forward(x, only(w, np.s_[:, -1, -1, -1]), b, pad),
        "holds a single product, of the last channel and the last tap: is there an = in the "
        "innermost loop, where all of them add up?",
    ),
    forward_last_missing=(
        lambda y: y[:, :, :-1, :-1],
        "The last row and the last column are missing: at how many places does the filter fit "
        "into the padded image?",
    ),
    forward_same=(
        lambda x, w, b: gather(frame(x, w.shape[2] // 2, w.shape[3] // 2), w) + b[:, None, None],
        "Padded by half the filter? How many zeros to add is what pad says",
    ),
    filters_last=(
        lambda y: y.transpose(0, 2, 3, 1),
        "The axes come in another order: filters stand second, before rows and columns. Does the "
        "product put them last?",
    ),
    forward_reshaped=(
        lambda y: y.transpose(0, 2, 3, 1).reshape(y.shape),
        "the numbers are right and stand in the wrong places: a reshape keeps the reading order, "
        "moving an axis does not",
    ),
    filter_on_its_side=(
        lambda x, w, b, pad: gather(frame(x, pad, pad), w.transpose(0, 1, 3, 2)) + b[:, None, None],
        "The filter lies on its side: kh counts its rows and kw its columns",
    ),
)

# --- conv_backward ---


def sprayed(dy: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return all sprays of dy with w, the padding of x still around them.

    dy: (N, F, H', W');  w: (F, C, kh, kw)  ->  (N, C, H' + kh - 1, W' + kw - 1)
    """
    (N, _, P, Q), (_, C, kh, kw) = dy.shape, w.shape
    full = np.zeros((N, C, P + kh - 1, Q + kw - 1))
    for u in range(kh):
        for v in range(kw):
            full[:, :, u : u + P, v : v + Q] += np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
    return full


def weights(dy: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return dw from padded images: dy slides over them. Empty where it does not fit."""
    P, Q = dy.shape[2:]
    kh, kw = max(images.shape[2] - P + 1, 0), max(images.shape[3] - Q + 1, 0)
    dw = np.zeros((dy.shape[1], images.shape[1], kh, kw))
    for u, v in np.ndindex(kh, kw):
        dw[:, :, u, v] = np.einsum("nfhw,nchw->fc", dy, images[:, :, u : u + P, v : v + Q])
    return dw


def around(dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    """Return dy with the zeros around it, or the cut, that the gather view needs."""
    return frame(dy, w.shape[2] - 1 - pad, w.shape[3] - 1 - pad)


def exchanged(w: np.ndarray) -> np.ndarray:
    """Return rotated filters with the axes F and C exchanged, as the gather view needs them."""
    return w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)


conv_backward = Reference(convolution.conv_backward, "dx dw db")


def dx_windows_overwrite(dx: np.ndarray, dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    full = frame(0 * dx, pad, pad)
    for i, j in np.ndindex(*dy.shape[2:]):
        full[:, :, i : i + w.shape[2], j : j + w.shape[3]] = np.einsum(
            "nf,fckl->nckl", dy[:, :, i, j], w
        )
    return frame(full, -pad, -pad)


def dx_taps_overwrite(dx: np.ndarray, dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    P, Q = dy.shape[2:]
    full = frame(0 * dx, pad, pad)
    for u, v in np.ndindex(*w.shape[2:]):
        full[:, :, u : u + P, v : v + Q] = np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
    return frame(full, -pad, -pad)


def dx_wraps(dx: np.ndarray, dy: np.ndarray, x: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    H, W = x.shape[2:]
    wrapped = np.zeros(dx.shape)
    full = sprayed(dy, w)
    for a, b in np.ndindex(*full.shape[2:]):
        if -H <= a - pad < H and -W <= b - pad < W:
            wrapped[:, :, a - pad, b - pad] += full[:, :, a, b]
    return wrapped


wrong(
    conv_backward,
    "dx",
    dx_not_rotated=(
        lambda dy, w, pad: frame(sprayed(dy, w[:, :, ::-1, ::-1]), -pad, -pad),
        "the filter is turned the wrong way: forward gathers with w and sprays with w', backward "
        "sprays with w and gathers with w'. Which view is yours?",
    ),
    dx_rows_only=(
        lambda dy, w, pad: frame(sprayed(dy, w[:, :, :, ::-1]), -pad, -pad),
        "the filter is reversed from top to bottom and not from left to right: a rotation by 180 "
        "degrees is both",
    ),
    dx_columns_only=(
        lambda dy, w, pad: frame(sprayed(dy, w[:, :, ::-1]), -pad, -pad),
        "the filter is reversed from left to right and not from top to bottom: a rotation by 180 "
        "degrees is both",
    ),
    dx_transposed=(
        lambda dy, w, pad: gather(around(dy, w, pad), w.transpose(1, 0, 3, 2)),
        "Transposing is not rotating: draw a 2 x 3 filter on paper and turn the sheet upside down",
    ),
    dx_rotated_by_90=(
        lambda dy, w, pad: gather(
            around(dy, w, pad), np.rot90(w, axes=(2, 3)).transpose(1, 0, 2, 3)
        ),
        "The filter was rotated by 90 degrees: half a turn keeps kh rows and kw columns",
    ),
    dx_all_axes_flipped=(
        lambda dy, w, pad: frame(sprayed(dy, w[::-1, ::-1]), -pad, -pad),
        "filters and channels were reversed with the rows and columns: over which axes does a "
        "picture rotate?",
    ),
)

wrong(
    conv_backward,
    "dx dw db",
    dx_axes_not_exchanged=(
        lambda dw, db, dy, w, pad: (gather(around(dy, w, pad), w[:, :, ::-1, ::-1]), dw, db),
        "On the way back F is what comes in and C what goes out: which axis of w meets the "
        "filters of dy?",
    ),
)

wrong(
    conv_backward,
    "dx",
    dx_axes_reshaped=(
        lambda dy, w, pad: gather(
            around(dy, w, pad), w[:, :, ::-1, ::-1].reshape(exchanged(w).shape)
        ),
        "the weights stand in the wrong places: to exchange F and C the axes must move, a "
        "reshape keeps the reading order",
    ),
    dx_windows_overwrite=(
        dx_windows_overwrite,
        "each spray wipes out the ones before it: neighbouring windows overlap, what must happen "
        "where they meet?",
    ),
    dx_taps_overwrite=(
        dx_taps_overwrite,
        "each tap wipes out what the taps before it gave: a pixel is seen by up to kh x kw of "
        "them, what must happen where they meet?",
    ),
    dx_not_cropped=(
        lambda dy, w: sprayed(dy, w),
        "The padding is still around it: its zeros were no part of x, and nobody asks for their "
        "gradient",
    ),
    dx_cropped_at_end=(
        lambda dy, x, w: sprayed(dy, w)[:, :, : x.shape[2], : x.shape[3]],
        "is shifted: the first H rows and W columns were kept. Where does x begin inside the "
        "padded image?",
    ),
    dx_crop_of_nothing=(
        lambda dy, w, pad: sprayed(dy, w)[:, :, pad:-pad, pad:-pad],
        "a[0:-0] is empty: what does your crop do when pad is 0?",
    ),
    dx_pad_again=(
        lambda dy, w, pad: gather(frame(dy, pad, pad), exchanged(w)),
        "Is dy padded by the forward pass's pad? With pad 0 that leaves dx smaller than dy, "
        "where it should be larger",
    ),
    dx_pads_exchanged=(
        lambda dy, w, pad: gather(
            frame(dy, w.shape[3] - 1 - pad, w.shape[2] - 1 - pad), exchanged(w)
        ),
        "Height and width are exchanged in the zeros around dy: kh belongs to the rows and kw to "
        "the columns",
    ),
)

wrong(
    conv_backward,
    "dx",
    dx_wraps=(
        dx_wraps,
        "what sticks out above or on the left comes back in at the other side: a negative index "
        "counts from the end",
    ),
    dx_first_filter=(
        lambda dy, x, w, pad: convolution.conv_backward(dy[:, :1], x, w[:1], pad)[0],
        "speaks of the first filter alone: x went into every filter, so every one sends "
        "something back",
    ),
    dx_last_filter=(
        lambda dy, x, w, pad: convolution.conv_backward(dy[:, -1:], x, w[-1:], pad)[0],
        "speaks of the last filter alone: is there an = in a loop over filters, where they "
        "should add up?",
    ),
    dx_filters_averaged=(
        lambda dx, w: dx / len(w),
        "is the right answer divided by {F}: x reaches the loss through every filter, do its "
        "ways add up or average?",
    ),
    dx_ignores_dy=(
        lambda dy, x, w, pad: convolution.conv_backward(np.ones(dy.shape), x, w, pad)[0],
        "does not depend on dy: where in Eq. 9 does the gradient from above enter?",
    ),
    dx_first_image=(
        lambda dx: only(dx, np.s_[:1]),
        "is zero but for the first image: does your loop end, or return, after n = 0?",
    ),
    dx_not_rotated_not_cropped=(
        lambda dy, w: sprayed(dy, w[:, :, ::-1, ::-1]),
        "two things: the padding of x is still around it, and the filter is turned the wrong way "
        "for your view",
    ),
)

wrong(
    conv_backward,
    "dw",
    dw_rotated=(
        lambda dw: dw[:, :, ::-1, ::-1],
        "is rotated by 180 degrees: dL/dw needs no rotation at all, w[f, c, u, v] met the pixel "
        "u rows below and v columns right of the corner of each window",
    ),
    dw_dy_rotated=(
        lambda dy, x, pad: weights(dy[:, :, ::-1, ::-1], frame(x, pad, pad)),
        "dy was turned round on its way over x: a true convolution does that. Which pixel of x "
        "did w[f, c, 0, 0] meet for the first output?",
    ),
    dw_unpadded=(
        lambda dy, x: weights(dy, x),
        "x has lost its padding: the filter met the zeros as well, so over how large an image "
        "did it slide?",
    ),
    dw_padded_at_start=(
        lambda dy, x, pad: weights(dy, np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))),
        "is shifted: all the zeros stand above and on the left, and half of them belong below "
        "and on the right",
    ),
    dw_border_zeroed=(
        lambda dy, x, pad: weights(frame(frame(dy, -pad, -pad), pad, pad), frame(x, pad, pad)),
        "leaves out the outputs at the border, whose windows touch the padding: the rest of such "
        "a window met pixels of x",
    ),
    dw_last_image=(
        lambda dy, x, w, pad: convolution.conv_backward(dy[-1:], x[-1:], w, pad)[1],
        "speaks of the last image alone: is there an = in a loop over the batch, where all "
        "images should add up?",
    ),
    dw_last_pixel=(
        lambda dy, x, pad: weights(
            dy[:, :, -1:, -1:], frame(x, pad, pad)[:, :, dy.shape[2] - 1 :, dy.shape[3] - 1 :]
        ),
        "speaks of the last pixel of dy alone: is there an = in a loop over the outputs, where "
        "all should add up?",
    ),
    dw_batch_averaged=(
        lambda dw, x: dw / len(x),
        "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy",
    ),
    dw_pixels_averaged=(
        lambda dw, dy: dw / (dy.shape[2] * dy.shape[3]),
        "is the right answer divided by the number of pixels of y: a weight takes part in all of "
        "them, and their gradients add up",
    ),
    dw_transposed=(
        lambda dw: dw.transpose(0, 1, 3, 2),
        "Rows and columns of the filters are exchanged: kh counts the rows of dw too",
    ),
    dw_axes_exchanged=(
        lambda dw: dw.transpose(1, 0, 2, 3),
        "F and C are exchanged: w has its filters first, and dL/dw is laid out like w",
    ),
    dw_axes_reshaped=(
        lambda dw: dw.transpose(1, 0, 2, 3).reshape(dw.shape),
        "the numbers are right and stand in the wrong places: a reshape keeps the reading order, "
        "moving an axis does not",
    ),
    dw_ignores_dy=(
        lambda dy, x, w, pad: convolution.conv_backward(np.ones(dy.shape), x, w, pad)[1],
        "does not depend on dy: where does the gradient from above enter?",
    ),
    dw_of_sums=(
        lambda dy, x, w, pad: convolution.conv_backward(
            dy.sum(axis=0)[None], x.sum(axis=0)[None], w, pad
        )[1],
        "the images were added up too early: the pixels of image 1 then meet the gradient of "
        "image 0",
    ),
    dw_not_summed=(
        lambda dy, x, w, pad: np.array(
            [
                convolution.conv_backward(dy[n : n + 1], x[n : n + 1], w, pad)[1]
                for n in range(len(x))
            ]
        ),
        "That is one gradient per image: all images went through the same filters",
    ),
)

wrong(
    conv_backward,
    "db",
    db_not_over_space=(
        lambda dy: dy.sum(axis=0),
        "That is one number for every place of y: the same b was added at every place",
    ),
    db_not_over_batch=(
        lambda dy: dy.sum(axis=(2, 3)),
        "That is one row per image: the same b was added to every image",
    ),
    db_last_image=(
        lambda dy: dy[-1].sum(axis=(1, 2)),
        "speaks of the last image alone: b was added in every image, is there an = where a += "
        "should stand?",
    ),
    db_mean=(
        lambda dy: dy.mean(axis=(0, 2, 3)),
        "is the mean over images and places: b was added to every one of them, so is it a mean "
        "or a sum?",
    ),
    db_batch_averaged=(
        lambda db, x: db / len(x),
        "is the right answer divided by {N}: if the loss is a mean over the batch, then dy has "
        "been divided already",
    ),
    db_wrong_axes=(
        lambda dy: dy.sum(axis=(1, 2, 3)),
        "That is one number per image: which axis of dy is left over for b?",
    ),
    db_total=(
        lambda dy: dy.sum(),
        "Everything was added into one number: every filter has a bias of its own",
    ),
    db_counts=(
        lambda db, dy: np.full(db.shape, float(dy[:, 0].size)),
        "counts pixels, and does not depend on dy: moving b moves each of them by 1, but how "
        "much does the loss care?",
    ),
    db_keeps_axes=(
        lambda dy: dy.sum(axis=(0, 2, 3), keepdims=True),
        "The numbers are right, and the summed axes are still there with length 1: b has one axis",
    ),
    db_one_direction=(
        lambda dy: dy.sum(axis=(0, 2)),
        "Only one of the two directions was summed: pictures have rows and columns",
    ),
)
