"""Mistakes in 2-convolution."""

import numpy as np

from solutions import convolution
from solutions.mistakes.base import mistake

# --- correlate_1d ---


def slide(padded, w):
    """Return the products of w with all windows of padded; none where it does not fit."""
    return np.array([padded[i : i + len(w)] @ w for i in range(len(padded) - len(w) + 1)])


@mistake(
    "correlate_1d",
    "y",
    "w was turned round: that is the convolution of signal theory. Here, as in every framework, w[0] meets the leftmost of the K numbers",
)
def true_convolution(x, w, pad):
    return slide(np.pad(x, pad), w[::-1])


@mistake("correlate_1d", "y", "The zeros at the end are missing: pad of them stand at each end of x")
def zeros_at_start_only(x, w, pad):
    return slide(np.pad(x, (pad, 0)), w)


@mistake("correlate_1d", "y", "is shifted: all the zeros stand before x, and half of them belong behind it")
def all_zeros_at_start(x, w, pad):
    return slide(np.pad(x, (2 * pad, 0)), w)


@mistake("correlate_1d", "y", "Only the windows that lie wholly inside x were used: what does pad add at both ends?")
def pad_ignored(x, w, pad):
    return slide(x, w)


@mistake("correlate_1d", "y", "The last output is missing: w may start at 0, and where may it start at the latest?")
def last_output_missing(x, w, pad):
    return slide(np.pad(x, pad), w)[:-1]


@mistake("correlate_1d", "y", "The last windows stick out of the padded x: where does the last one start that fits inside?")
def windows_stick_out(x, w, pad):
    padded = np.pad(x, pad)
    return np.array([sum(a * c for a, c in zip(padded[i:], w)) for i in range(len(padded))])


@mistake(
    "correlate_1d", "y", "The mode 'same' looks at the lengths of x and w alone: here pad decides how many outputs there are"
)
def mode_same(x, w, pad):
    return np.correlate(x, w, "same")


@mistake("correlate_1d", "y", "The mode 'full' always pads by K - 1: here pad decides how many outputs there are")
def mode_full(x, w, pad):
    return np.correlate(x, w, "full")


@mistake("correlate_1d", "y", "the padding repeats the numbers at the ends of x: it should be made of zeros")
def edge_repeated(x, w, pad):
    return slide(np.pad(x, pad, mode="edge"), w)


@mistake("correlate_1d", "y", "is wrong at the start only: x[-1] is no zero of the padding, it is the last number of x")
def index_wraps(x, w, pad):
    m = len(x) + 2 * pad - len(w) + 1
    y = np.zeros(m)
    for i in range(m):
        for k in range(len(w)):
            if i + k - pad < len(x):
                y[i] += x[i + k - pad] * w[k]
    return y


@mistake("correlate_1d", "y", "holds the product of the last tap alone: is there an = where all K products should add up?")
def last_tap_only(x, w, pad):
    return slide(np.pad(x, pad)[len(w) - 1 :], w[-1:])


@mistake("correlate_1d", "y", "The K products of a window are still apart: y[i] is their sum")
def products_not_summed(x, w, pad):
    padded = np.pad(x, pad)
    return np.array([padded[i : i + len(w)] * w for i in range(len(padded) - len(w) + 1)])


@mistake("correlate_1d", "y", "lost everything behind the decimal point: what kind of numbers does the array for y hold?")
def whole_numbers(x, w, pad):
    padded = np.pad(x, pad)
    y = np.zeros(len(padded) - len(w) + 1, dtype=int)
    for i in range(len(y)):
        y[i] = padded[i : i + len(w)] @ w
    return y


# --- spray_1d ---


def sprays(x, w):
    """Return the sum of the sprays x[a] * w, each laid down whole from place a on: (n + K - 1,)."""
    full = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        full[a : a + len(w)] += x[a] * w
    return full


def cut(full, most):
    """Return an array without so many entries at each end; a negative number adds zeros instead."""
    return np.pad(full, -most) if most < 0 else full[most : len(full) - most]


@mistake(
    "spray_1d",
    "y",
    "sprays with w itself: the first output that sees x[a] sees it through the last tap. Which way round is the spray?",
)
def sprays_unreflected(x, w, pad):
    return cut(sprays(x, w), len(w) - 1 - pad)


@mistake(
    "spray_1d",
    "y",
    "each spray wipes out what the one before it left: neighbouring sprays overlap, what must happen where they meet?",
)
def sprays_overwrite(x, w, pad):
    full = np.zeros(len(x) + len(w) - 1)
    for a in range(len(x)):
        full[a : a + len(w)] = x[a] * w[::-1]
    return cut(full, len(w) - 1 - pad)


@mistake("spray_1d", "y", "This is where all sprays land: the outputs that pad does not ask for are still there, at both ends")
def nothing_cut(x, w, pad):
    return sprays(x, w[::-1])


@mistake(
    "spray_1d", "y", "The cut is pad at each end: with a larger pad there are more outputs, so how does the cut depend on it?"
)
def cut_by_pad(x, w, pad):
    return cut(sprays(x, w[::-1]), pad)


@mistake(
    "spray_1d",
    "y",
    "Only the outputs that see no padding are left: K - 1 is the cut at each end for pad 0, what is it for pad 1?",
)
def cut_by_filter(x, w, pad):
    return sprays(x, w[::-1])[len(w) - 1 : len(x)]


@mistake("spray_1d", "y", "a[0:-0] is empty: what does your cut do when pad is K - 1, and when it is larger?")
def cut_of_nothing(x, w, pad):
    most = len(w) - 1 - pad
    return sprays(x, w[::-1])[most:-most]


@mistake(
    "spray_1d",
    "y",
    "For a pad beyond K - 1 the place to cut at is negative, and counts from the end: outputs that see zeros alone must be added there",
)
def cut_becomes_negative(x, w, pad):
    full = sprays(x, w[::-1])
    most = len(w) - 1 - pad
    return full[most : len(full) - most]


@mistake("spray_1d", "y", "Too short for a pad beyond K - 1: the outputs at the ends that see zeros alone exist as well")
def never_longer(x, w, pad):
    return cut(sprays(x, w[::-1]), max(len(w) - 1 - pad, 0))


@mistake("spray_1d", "y", "a spray that leaves y at its start comes back in at its end: a negative index counts from the end")
def spray_wraps(x, w, pad):
    m = len(x) + 2 * pad - len(w) + 1
    y = np.zeros(m)
    for a in range(len(x)):
        for k in range(len(w)):
            if -m <= a + pad - k < m:
                y[a + pad - k] += x[a] * w[k]
    return y


@mistake("spray_1d", "y", "The cut is made at the start only: the last sprays stick out at the end as well")
def cut_at_start_only(x, w, pad):
    full = sprays(x, w[::-1])
    return np.concatenate([np.zeros(max(pad - len(w) + 1, 0)), full[max(len(w) - 1 - pad, 0) :]])


@mistake("spray_1d", "y", "is wrong near the ends: a spray that sticks out is cut where y ends, the rest of it still counts")
def whole_sprays_only(x, w, pad):
    K = len(w)
    y = np.zeros(len(x) + 2 * pad - K + 1)
    for a in range(len(x)):
        start = a + pad - K + 1
        if start >= 0 and start + K <= len(y):
            y[start : start + K] += x[a] * w[::-1]
    return y


# --- toeplitz_1d ---


@mistake("toeplitz_1d", "T", "rows belong to outputs and columns to inputs, so that T times x is y: yours lies on its side")
def toeplitz_transposed(w, n, pad):
    return convolution.toeplitz_1d(w, n, pad).T.copy()


@mistake("toeplitz_1d", "T", "the rows hold w reversed: a row gathers and a column sprays. Which of the two holds w as it is?")
def rows_reversed(w, n, pad):
    return convolution.toeplitz_1d(w[::-1], n, pad)


@mistake("toeplitz_1d", "T", "The columns that meet the zeros of the padding are still there: T is multiplied with x itself")
def padding_columns_kept(w, n, pad):
    return convolution.toeplitz_1d(w, n + 2 * pad, 0)


@mistake("toeplitz_1d", "T", "The rows of the outputs that see some padding are missing: how many outputs does pad give?")
def toeplitz_pad_ignored(w, n, pad):
    T = np.zeros((max(n - len(w) + 1, 0), n))
    for i in range(len(T)):
        T[i, i : i + len(w)] = w
    return T


@mistake(
    "toeplitz_1d",
    "T",
    "the first row starts with w[0]: which tap meets x[0] when zeros stand before it?",
)
def not_shifted_by_pad(w, n, pad):
    T = np.zeros((n + 2 * pad - len(w) + 1, n))
    for i in range(len(T)):
        for k in range(len(w)):
            if i + k < n:
                T[i, i + k] = w[k]
    return T


@mistake("toeplitz_1d", "T", "what sticks out on the left comes back in on the right: a negative column counts from the end")
def columns_wrap(w, n, pad):
    T = np.zeros((n + 2 * pad - len(w) + 1, n))
    for i in range(len(T)):
        for k in range(len(w)):
            if -n <= i + k - pad < n:
                T[i, i + k - pad] = w[k]
    return T


@mistake(
    "toeplitz_1d",
    "T",
    "what sticks out at one side comes back in at the other: beyond the ends of x stand zeros, x does not begin again",
)
def circulant(w, n, pad):
    T = np.zeros((n + 2 * pad - len(w) + 1, n))
    for i in range(len(T)):
        for k in range(len(w)):
            T[i, (i + k - pad) % n] += w[k]
    return T


@mistake("toeplitz_1d", "T", "The last row is missing: count the places at which w fits into the padded x")
def last_row_missing(w, n, pad):
    return convolution.toeplitz_1d(w, n, pad)[:-1]


@mistake("toeplitz_1d", "T", "Is it square? There are n columns, and as many rows as there are outputs")
def always_square(w, n, pad):
    T = np.zeros((n, n))
    for i in range(n):
        for k in range(len(w)):
            if 0 <= i + k - pad < n:
                T[i, i + k - pad] = w[k]
    return T


@mistake("toeplitz_1d", "T", "w moves to the left from row to row: which x does the next output look at?")
def rows_walk_left(w, n, pad):
    return convolution.toeplitz_1d(w, n, pad)[::-1]


@mistake("toeplitz_1d", "T", "A row for every place that a whole spray reaches: how many of these outputs does pad keep?")
def all_sprays_kept(w, n, pad):
    return convolution.toeplitz_1d(w, n, len(w) - 1)


# --- same_pad ---


@mistake("same_pad", "answer", "For an even K there is none: try K = 4 in a cell, once with pad 1 and once with pad 2")
def half_for_even(K):
    return K // 2


@mistake("same_pad", "answer", "For an even K the output is one too short with this pad, and one too long with the next")
def half_below_for_even(K):
    return (K - 1) // 2


@mistake("same_pad", "answer", "A single tap needs no padding: 0 is a pad as well, and not the same as none")
def none_for_one_tap(K):
    return ((K - 1) // 2 or "none") if K % 2 == 1 else "none"


@mistake("same_pad", "answer", "Half a zero cannot be added at an end: what does that say about an even K?")
def half_a_zero(K):
    return (K - 1) / 2


@mistake("same_pad", "answer", "The pad stands at both ends: K - 1 zeros are needed in all")
def both_ends_together(K):
    return K - 1 if K % 2 == 1 else "none"


@mistake("same_pad", "answer", 'The word asked for is "none"')
def another_word(K):
    return (K - 1) // 2 if K % 2 == 1 else "impossible"


@mistake("same_pad", "answer", "Even and odd are exchanged: when is K - 1 the double of a whole number?")
def even_and_odd_exchanged(K):
    return K // 2 if K % 2 == 0 else "none"


@mistake("same_pad", "answer", "One number is asked for: the same pad stands at both ends, which is what an even K cannot use")
def two_pads(K):
    return ((K - 1) // 2, K // 2)


@mistake("same_pad", "answer", "A pad of 1 goes with 3 taps: what do 5 taps need?")
def always_one(K):
    return 1 if K % 2 == 1 else "none"


# --- local_gradient ---


def laid_down(top, left, w, shape):
    """Return zeros of a shape with w on them, its first entry at (top, left); what sticks out is lost."""
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        if 0 <= top + u < shape[0] and 0 <= left + v < shape[1]:
            image[top + u, left + v] = w[u, v]
    return image


@mistake("local_gradient", "dy_dx", "the window stands at row j and column i: which of the two counts rows?")
def places_exchanged(i, j, w, shape):
    return laid_down(j - len(w) // 2, i - len(w) // 2, w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "w is rotated: the derivative of y_ij by x_ab is the weight that x_ab was multiplied by, so where does it stand?",
)
def window_rotated(i, j, w, shape):
    return convolution.local_gradient(i, j, w[::-1, ::-1], shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "what sticks out at the upper or left border comes back at the other end: a negative index counts from the end",
)
def wraps_around(i, j, w, shape):
    r = len(w) // 2
    dy_dx = np.zeros(shape)
    for u in range(2 * r + 1):
        for v in range(2 * r + 1):
            a, b = i + u - r, j + v - r
            if -shape[0] <= a < shape[0] and -shape[1] <= b < shape[1]:
                dy_dx[a, b] = w[u, v]
    return dy_dx


@mistake("local_gradient", "dy_dx", "w lies on its side: the first index of w goes with the rows of x")
def window_transposed(i, j, w, shape):
    return convolution.local_gradient(i, j, w.T, shape)


@mistake("local_gradient", "dy_dx", "the first weight stands at (i, j): with pad r it is the middle of w that lies there")
def corner_at_place(i, j, w, shape):
    return laid_down(i, j, w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "the window stands one row and one column too early: the text counts from 1. Is its + 1 still in your index?",
)
def counted_from_one(i, j, w, shape):
    r = len(w) // 2
    return laid_down(i - 1 - r, j - 1 - r, w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "the window stands one row and one column too late: when all four of a, b, i and j start at 0, does a - i change?",
)
def one_place_late(i, j, w, shape):
    r = len(w) // 2
    return laid_down(i + 1 - r, j + 1 - r, w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "at the border the window is pushed back inside: it stays around (i, j), and what sticks out meets zeros of the padding",
)
def window_pushed_inside(i, j, w, shape):
    K = len(w)
    return laid_down(min(max(i - K // 2, 0), max(shape[0] - K, 0)), min(max(j - K // 2, 0), max(shape[1] - K, 0)), w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "at the upper and left border w begins with its first weight: when rows of x are cut away, which rows of w go with them?",
)
def only_x_clipped(i, j, w, shape):
    return laid_down(max(i - len(w) // 2, 0), max(j - len(w) // 2, 0), w, shape)


@mistake(
    "local_gradient",
    "dy_dx",
    "what sticks out at one side comes back in at the other: beyond the border lies the padding, the image does not begin again",
)
def place_wraps(i, j, w, shape):
    r = len(w) // 2
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        image[(i - r + u) % shape[0], (j - r + v) % shape[1]] += w[u, v]
    return image


@mistake(
    "local_gradient",
    "dy_dx",
    "near the border the window sticks out of x: which rows and columns of it are still on the image, and what is image[-1]?",
)
def border_unguarded(i, j, w, shape):
    r = len(w) // 2
    image = np.zeros(shape)
    for u, v in np.ndindex(*w.shape):
        image[i - r + u, j - r + v] = w[u, v]
    return image


@mistake(
    "local_gradient",
    "dy_dx",
    "near the border only a part of w fits onto x: where does the slice begin when i - r is negative, and which part of w is left?",
)
def border_slice(i, j, w, shape):
    r = len(w) // 2
    image = np.zeros(shape)
    image[i - r : i + r + 1, j - r : j + r + 1] = w
    return image


@mistake("local_gradient", "dy_dx", "is zero when the window does not lie wholly inside: the part on the image still counts")
def inside_only(i, j, w, shape):
    r = len(w) // 2
    fits = r <= i < shape[0] - r and r <= j < shape[1] - r
    return convolution.local_gradient(i, j, w, shape) * fits


@mistake("local_gradient", "dy_dx", "The padding is still around it: a gradient by x has the shape of x")
def border_kept(i, j, w, shape):
    r = len(w) // 2
    return laid_down(i, j, w, (shape[0] + 2 * r, shape[1] + 2 * r))


@mistake("local_gradient", "dy_dx", "That is w alone: all pixels of x ask how much y_ij moves with them, most of them get a 0")
def window_alone(i, j, w, shape):
    return w.copy()


@mistake("local_gradient", "dy_dx", "the last row and the last column of the window are missing: does a slice a:b contain b?")
def window_too_short(i, j, w, shape):
    r = len(w) // 2
    return laid_down(i - r, j - r, w[:-1, :-1] if r else w[:0], shape)


# --- conv_1d_backward_spray and conv_1d_backward_rotated ---

LINES = "conv_1d_backward_spray conv_1d_backward_rotated"


@mistake(
    "conv_1d_backward_spray",
    "dx",
    "sprays with w reversed: by which weight did y[i] multiply x[a], and by which does dy[i] go back to x[a]?",
)
@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "gathers with w as it is: forward gathers with w and sprays with w', and what of it is exchanged on the way back?",
)
def line_reversed(dy, w, pad):
    return cut(sprays(dy, w[::-1]), pad)


@mistake(
    "conv_1d_backward_spray",
    "dx",
    "each spray wipes out what the one before it left: neighbours overlap, what must happen where they meet?",
)
def line_overwrites(dy, w, pad):
    full = np.zeros(len(dy) + len(w) - 1)
    for i in range(len(dy)):
        full[i : i + len(w)] = dy[i] * w
    return cut(full, pad)


@mistake(LINES, "dx", "The places of the padding are still there: x has no zeros at its ends, and dx is as long as x")
def line_not_cut(dy, w, pad):
    return sprays(dy, w)


@mistake(LINES, "dx", "a[0:-0] is empty: what does your cut do when pad is 0?")
def line_cut_of_nothing(dy, w, pad):
    return sprays(dy, w)[pad:-pad]


@mistake(LINES, "dx", "all of the padding was cut off at the end: how much of it stands before x?")
def line_cut_at_end(dy, w, pad):
    full = sprays(dy, w)
    return full[: len(full) - 2 * pad]


@mistake("conv_1d_backward_spray", "dx", "the cut is made at the start only: zeros stood behind x as well")
def line_cut_at_start(dy, w, pad):
    return sprays(dy, w)[pad:]


@mistake(
    LINES,
    "dx",
    "Is dy padded by pad, or the result cut as in the forward pass? Forward and backward together must lead back to the length of x: try pad 0",
)
def line_pad_again(dy, w, pad):
    return cut(sprays(dy, w), len(w) - 1 - pad)


@mistake(
    "conv_1d_backward_spray", "dx", "what sticks out at the start comes back in at the end: a negative index counts from the end"
)
def line_wraps(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    dx = np.zeros(n)
    for i in range(len(dy)):
        for k in range(len(w)):
            if -n <= i + k - pad < n:
                dx[i + k - pad] += dy[i] * w[k]
    return dx


@mistake(
    "conv_1d_backward_spray", "dx", "is wrong near the ends: a spray that sticks out there is cut, the rest of it still counts"
)
def line_whole_sprays(dy, w, pad):
    n, K = len(dy) + len(w) - 1 - 2 * pad, len(w)
    dx = np.zeros(n)
    for i in range(len(dy)):
        if i >= pad and i - pad + K <= n:
            dx[i - pad : i - pad + K] += dy[i] * w
    return dx


@mistake(LINES, "dx", "as long as dy: is x always as long as y?")
def line_like_dy(dy, w, pad):
    return sprays(dy, w)[len(w) // 2 : len(w) // 2 + len(dy)]


@mistake(
    "conv_1d_backward_spray", "dx", "lost everything behind the decimal point: what kind of numbers does the array for dx hold?"
)
def line_whole_numbers(dy, w, pad):
    full = np.zeros(len(dy) + len(w) - 1, dtype=int)
    for i in range(len(dy)):
        full[i : i + len(w)] += (dy[i] * w).astype(int)
    return cut(full, pad)


@mistake("conv_1d_backward_rotated", "dx", "is right but in reverse order: is it w that is reversed, or dy?")
def line_dy_reversed(dy, w, pad):
    return convolution.conv_1d_backward_rotated(dy, w, pad)[::-1]


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "Two places short: the first place of the padded x is seen by y[0] alone. How many zeros fill a window that meets dy with one tap?",
)
def line_one_zero_short(dy, w, pad):
    return cut(sprays(dy, w), pad + 1)


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "Longer than x by two: is there one zero too many at each end of dy? No window may lie on zeros alone",
)
def line_one_zero_more(dy, w, pad):
    return cut(sprays(dy, w), pad - 1)


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "Is pad added to K - 1 where it should be taken away? The padding of x is cut off again, so a larger pad leaves less",
)
def line_pad_added(dy, w, pad):
    return cut(sprays(dy, w), -pad)


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "No zeros stand around dy: without padding x[0] is seen by the first output alone, so what do the other K - 1 weights meet there?",
)
def line_no_zeros(dy, w, pad):
    return slide(dy, w[::-1])


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "For a pad beyond K - 1 the number of zeros around dy becomes negative: what is to be done with dy then?",
)
def line_negative_pad(dy, w, pad):
    return slide(np.pad(dy, len(w) - 1 - pad), w[::-1])


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "Too long for a pad beyond K - 1: leaving out the zeros is not enough then, the outer numbers of dy saw the padding alone",
)
def line_clamped_pad(dy, w, pad):
    return slide(np.pad(dy, max(len(w) - 1 - pad, 0)), w[::-1])


@mistake(
    "conv_1d_backward_rotated",
    "dx",
    "Zeros were added for a pad beyond K - 1, where something must be cut off: does the sign get lost?",
)
def line_absolute_pad(dy, w, pad):
    return slide(np.pad(dy, abs(len(w) - 1 - pad)), w[::-1])


# --- backward_pad ---


@mistake("backward_pad", "answer", "That is the pad of the forward pass: try K = 3 with pad 0, is dx as long as x?")
def pad_again(K, pad):
    return pad


@mistake(
    "backward_pad", "answer", "One too many: the first place of the padded x is seen by one tap, how many zeros stand beside it?"
)
def one_too_many(K, pad):
    return K - pad


@mistake("backward_pad", "answer", "The larger the pad, the longer is y, and the less must be added to come back to x")
def pad_added(K, pad):
    return K - 1 + pad


@mistake("backward_pad", "answer", "It may be negative: for a pad beyond K - 1 something must be cut off")
def never_negative(K, pad):
    return max(K - 1 - pad, 0)


@mistake("backward_pad", "answer", "The sign is lost when pad is beyond K - 1: a cut is asked for as a negative number")
def without_sign(K, pad):
    return abs(K - 1 - pad)


@mistake("backward_pad", "answer", "The sign is the other one: with pad 0 zeros must be added, is that positive or negative?")
def other_sign(K, pad):
    return pad - K + 1


@mistake("backward_pad", "answer", "That gives the gradient of the padded x: what of it belongs to x itself?")
def of_padded_x(K, pad):
    return K - 1


@mistake("backward_pad", "answer", "That depends on K alone: it leads from y back to x only when y is as long as x")
def as_for_same(K, pad):
    return (K - 1) // 2


@mistake("backward_pad", "answer", "The pad is taken away twice: the number asked for stands at each end")
def pad_twice(K, pad):
    return K - 1 - 2 * pad


# --- conv_1d_weight_gradient ---


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "is right but in reverse order: nothing has to be rotated here, the later taps met the later numbers of x",
)
def weights_reversed(dy, x, pad):
    return convolution.conv_1d_weight_gradient(dy, x, pad)[::-1]


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "dy was turned round on its way over x: a true convolution does that. Which x does dy[0] meet for w[0]?",
)
def upstream_reversed(dy, x, pad):
    return slide(np.pad(x, pad), dy[::-1])


@mistake(
    "conv_1d_weight_gradient", "dw", "x has lost its padding: w met the zeros as well, so how long is the x that it slid over?"
)
def weights_unpadded(dy, x, pad):
    return slide(x, dy)


@mistake(
    "conv_1d_weight_gradient", "dw", "which of the two slides? dy is the filter here, and the padded x is what it slides over"
)
def roles_exchanged(dy, x, pad):
    return slide(np.pad(dy, pad), x)


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "Some weights at the end are missing: the padding was forgotten when their number was worked out",
)
def weights_too_few(dy, x, pad):
    return convolution.conv_1d_weight_gradient(dy, x, pad)[: max(len(x) - len(dy) + 1, 0)]


@mistake("conv_1d_weight_gradient", "dw", "speaks of the last output alone: is there an = where all outputs should add up?")
def weights_of_last(dy, x, pad):
    m = len(dy)
    return dy[-1] * np.pad(x, pad)[m - 1 :]


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "is the right answer divided by {m}: w_k takes part in all outputs, do its ways add up or average?",
)
def weights_averaged(dy, x, pad):
    return convolution.conv_1d_weight_gradient(dy, x, pad) / len(dy)


@mistake("conv_1d_weight_gradient", "dw", "is shifted: all the zeros stand before x, and half of them belong behind it")
def weights_zeros_before(dy, x, pad):
    return slide(np.pad(x, (2 * pad, 0)), dy)


@mistake("conv_1d_weight_gradient", "dw", "leaves out the outputs that saw some padding: their other taps met numbers of x")
def weights_of_inside(dy, x, pad):
    dy = dy.copy()
    dy[:pad] = 0
    dy[len(dy) - pad :] = 0
    return convolution.conv_1d_weight_gradient(dy, x, pad)


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "mixes the end of x into its start: x[-1] is no zero of the padding, it is the last number of x",
)
def weights_wrap(dy, x, pad):
    dw = np.zeros(len(x) + 2 * pad - len(dy) + 1)
    for u in range(len(dw)):
        for i in range(len(dy)):
            if i + u - pad < len(x):
                dw[u] += dy[i] * x[i + u - pad]
    return dw


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "The mode 'full' lets dy stick out of x by up to m - 1: here it sticks out by pad, and K numbers are left",
)
def weights_full(dy, x, pad):
    return np.correlate(x, dy, "full")


@mistake(
    "conv_1d_weight_gradient",
    "dw",
    "The mode 'same' looks at the lengths of x and dy alone: there are K weights, and pad tells where they start",
)
def weights_same(dy, x, pad):
    return np.correlate(x, dy, "same")


# --- conv_forward ---


def frame(images, rows, columns):
    """Return images with so many rows and columns of zeros added at each side; a negative number cuts them off."""
    above, left = max(rows, 0), max(columns, 0)
    larger = np.pad(images, ((0, 0), (0, 0), (above, above), (left, left)))
    top, first = max(-rows, 0), max(-columns, 0)
    return larger[:, :, top : larger.shape[2] - top, first : larger.shape[3] - first]


def gather(images, w):
    """Return the correlation of images with filters, with stride 1 and no padding; empty where they do not fit."""
    K, L = w.shape[2:]
    P, Q = max(images.shape[2] - K + 1, 0), max(images.shape[3] - L + 1, 0)
    y = np.zeros((len(images), len(w), P, Q))
    for u in range(K):
        for v in range(L):
            y += np.einsum("nchw,fc->nfhw", images[:, :, u : u + P, v : v + Q], w[:, :, u, v])
    return y


@mistake(
    "conv_forward",
    "y",
    "the filters are rotated: that is the convolution of signal theory. Here w[f, c, 0, 0] meets the upper left pixel of a window",
)
def rotated_forward(x, w, b, pad):
    return convolution.conv_forward(x, w[:, :, ::-1, ::-1], b, pad)


@mistake("conv_forward", "y", "lacks the bias: one b per filter is added to every pixel that the filter gives")
def forward_bias_forgotten(x, w, b, pad):
    return convolution.conv_forward(x, w, 0 * b, pad)


@mistake("conv_forward", "y", "the bias is taken away: b is added, as in an affine layer")
def forward_bias_subtracted(x, w, b, pad):
    return convolution.conv_forward(x, w, -b, pad)


@mistake("conv_forward", "y", "the bias is in it once for every tap: does b stand inside the loop over the filter?")
def bias_per_tap(x, w, b, pad):
    return convolution.conv_forward(x, w, b * w.shape[2] * w.shape[3], pad)


@mistake(
    "conv_forward",
    "y",
    "the bias is in it once for every channel of x: a filter has a single bias, however many channels it reads",
)
def bias_per_channel(x, w, b, pad):
    return convolution.conv_forward(x, w, b * w.shape[1], pad)


@mistake("conv_forward", "y", "b was added along the last axis of y, which counts columns: which axis counts filters?")
def bias_along_columns(x, w, b, pad):
    return convolution.conv_forward(x, w, 0 * b, pad) + b


@mistake(
    "conv_forward",
    "y",
    "zeros were added along every axis, so there are more images and channels than before: only rows and columns are padded",
)
def every_axis_padded(x, w, b, pad):
    return gather(np.pad(x, pad), w) + b[:, None, None]


@mistake("conv_forward", "y", "Zeros stand above and on the left only: pad of them belong at each of the four sides")
def two_sides_padded(x, w, b, pad):
    return gather(np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0))), w) + b[:, None, None]


@mistake("conv_forward", "y", "The image was not padded: what does pad add at its four sides?")
def forward_pad_ignored(x, w, b, pad):
    return gather(x, w) + b[:, None, None]


@mistake("conv_forward", "y", "the padding repeats the pixels at the border: it should be made of zeros")
def forward_edge(x, w, b, pad):
    return convolution.conv_forward(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), w, b, 0)


@mistake(
    "conv_forward", "y", "uses the first channel of x alone: a filter has a slice for every channel, and their results add up"
)
def first_channel(x, w, b, pad):
    return convolution.conv_forward(x[:, :1], w[:, :1], b, pad)


@mistake(
    "conv_forward", "y", "uses the last channel of x alone: is there an = in a loop over channels, where they should add up?"
)
def last_channel(x, w, b, pad):
    return convolution.conv_forward(x[:, -1:], w[:, -1:], b, pad)


@mistake("conv_forward", "y", "all channels are taken with the same slice of a filter: slice c of filter f is w[f, c]")
def same_slice(x, w, b, pad):
    return convolution.conv_forward(x.sum(axis=1, keepdims=True), w[:, :1], b, pad)


@mistake("conv_forward", "y", "holds the last tap alone, w[f, c, K-1, L-1]: is there an = where all taps should add up?")
def forward_last_tap(x, w, b, pad):
    last = np.zeros(w.shape)
    last[:, :, -1, -1] = w[:, :, -1, -1]
    return convolution.conv_forward(x, last, b, pad)


@mistake(
    "conv_forward",
    "y",
    "holds a single product, of the last channel and the last tap: is there an = in the innermost loop, where all of them add up?",
)
def forward_last_product(x, w, b, pad):
    last = np.zeros(w.shape)
    last[:, -1, -1, -1] = w[:, -1, -1, -1]
    return convolution.conv_forward(x, last, b, pad)


@mistake(
    "conv_forward",
    "y",
    "The last row and the last column are missing: at how many places does the filter fit into the padded image?",
)
def forward_last_missing(x, w, b, pad):
    return convolution.conv_forward(x, w, b, pad)[:, :, :-1, :-1]


@mistake("conv_forward", "y", "Padded by half the filter? How many zeros to add is what pad says")
def forward_same(x, w, b, pad):
    return gather(frame(x, w.shape[2] // 2, w.shape[3] // 2), w) + b[:, None, None]


@mistake(
    "conv_forward",
    "y",
    "The axes come in another order: filters stand second, before rows and columns. Does the product put them last?",
)
def filters_last(x, w, b, pad):
    return convolution.conv_forward(x, w, b, pad).transpose(0, 2, 3, 1)


@mistake(
    "conv_forward",
    "y",
    "the numbers are right and stand in the wrong places: a reshape keeps the reading order, moving an axis does not",
)
def forward_reshaped(x, w, b, pad):
    y = convolution.conv_forward(x, w, b, pad)
    return y.transpose(0, 2, 3, 1).reshape(y.shape)


@mistake("conv_forward", "y", "The filter lies on its side: K counts its rows and L its columns")
def filter_on_its_side(x, w, b, pad):
    return gather(frame(x, pad, pad), w.transpose(0, 1, 3, 2)) + b[:, None, None]


# --- conv_backward ---


def sprayed(dy, w):
    """Return where all sprays of dy with w land: (N, C, H' + K - 1, W' + L - 1), the padding of x still around it."""
    (N, _, P, Q), (_, C, K, L) = dy.shape, w.shape
    full = np.zeros((N, C, P + K - 1, Q + L - 1))
    for u in range(K):
        for v in range(L):
            full[:, :, u : u + P, v : v + Q] += np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
    return full


def weights(dy, padded):
    """Return dw from a padded x: dy slides over it as a filter; empty where it does not fit."""
    P, Q = dy.shape[2:]
    dw = np.zeros((dy.shape[1], padded.shape[1], max(padded.shape[2] - P + 1, 0), max(padded.shape[3] - Q + 1, 0)))
    for u, v in np.ndindex(*dw.shape[2:]):
        dw[:, :, u, v] = np.einsum("nfhw,nchw->fc", dy, padded[:, :, u : u + P, v : v + Q])
    return dw


def exchanged(w):
    """Return rotated filters with the axes F and C exchanged, as the gather view needs them."""
    return w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)


@mistake(
    "conv_backward",
    "dx",
    "the filter is turned the wrong way: forward gathers with w and sprays with w', backward sprays with w and gathers with w'. Which view is yours?",
)
def dx_not_rotated(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return frame(sprayed(dy, w[:, :, ::-1, ::-1]), -pad, -pad), dw, db


@mistake(
    "conv_backward",
    "dx",
    "the filter is reversed from top to bottom and not from left to right: a rotation by 180 degrees is both",
)
def dx_rows_only(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return frame(sprayed(dy, w[:, :, :, ::-1]), -pad, -pad), dw, db


@mistake(
    "conv_backward",
    "dx",
    "the filter is reversed from left to right and not from top to bottom: a rotation by 180 degrees is both",
)
def dx_columns_only(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return frame(sprayed(dy, w[:, :, ::-1]), -pad, -pad), dw, db


@mistake("conv_backward", "dx", "Transposing is not rotating: draw a 2 x 3 filter on paper and turn the sheet upside down")
def dx_transposed(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    K, L = w.shape[2:]
    return gather(frame(dy, K - 1 - pad, L - 1 - pad), w.transpose(1, 0, 3, 2)), dw, db


@mistake("conv_backward", "dx", "The filter was rotated by 90 degrees: half a turn keeps K rows and L columns")
def dx_rotated_by_90(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    K, L = w.shape[2:]
    return gather(frame(dy, K - 1 - pad, L - 1 - pad), np.rot90(w, axes=(2, 3)).transpose(1, 0, 2, 3)), dw, db


@mistake(
    "conv_backward", "dx", "filters and channels were reversed with the rows and columns: over which axes does a picture rotate?"
)
def dx_all_axes_flipped(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return frame(sprayed(dy, w[::-1, ::-1]), -pad, -pad), dw, db


@mistake(
    "conv_backward",
    "dx dw db",
    "On the way back F is what comes in and C what goes out: which axis of w meets the filters of dy?",
)
def dx_axes_not_exchanged(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    K, L = w.shape[2:]
    return gather(frame(dy, K - 1 - pad, L - 1 - pad), w[:, :, ::-1, ::-1]), dw, db


@mistake(
    "conv_backward",
    "dx",
    "the weights stand in the wrong places: to exchange F and C the axes must move, a reshape keeps the reading order",
)
def dx_axes_reshaped(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    F, C, K, L = w.shape
    return gather(frame(dy, K - 1 - pad, L - 1 - pad), w[:, :, ::-1, ::-1].reshape(C, F, K, L)), dw, db


@mistake(
    "conv_backward",
    "dx",
    "each spray wipes out the ones before it: neighbouring windows overlap, what must happen where they meet?",
)
def dx_windows_overwrite(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    full = frame(0 * dx, pad, pad)
    for i, j in np.ndindex(*dy.shape[2:]):
        full[:, :, i : i + w.shape[2], j : j + w.shape[3]] = np.einsum("nf,fckl->nckl", dy[:, :, i, j], w)
    return frame(full, -pad, -pad), dw, db


@mistake(
    "conv_backward",
    "dx",
    "each tap wipes out what the taps before it gave: a pixel is seen by up to K x L of them, what must happen where they meet?",
)
def dx_taps_overwrite(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    P, Q = dy.shape[2:]
    full = frame(0 * dx, pad, pad)
    for u, v in np.ndindex(*w.shape[2:]):
        full[:, :, u : u + P, v : v + Q] = np.einsum("nfhw,fc->nchw", dy, w[:, :, u, v])
    return frame(full, -pad, -pad), dw, db


@mistake("conv_backward", "dx", "The padding is still around it: its zeros were no part of x, and nobody asks for their gradient")
def dx_not_cropped(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return sprayed(dy, w), dw, db


@mistake(
    "conv_backward", "dx", "is shifted: the first H rows and W columns were kept. Where does x begin inside the padded image?"
)
def dx_cropped_at_end(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return sprayed(dy, w)[:, :, : x.shape[2], : x.shape[3]], dw, db


@mistake("conv_backward", "dx", "a[0:-0] is empty: what does your crop do when pad is 0?")
def dx_crop_of_nothing(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return sprayed(dy, w)[:, :, pad:-pad, pad:-pad], dw, db


@mistake(
    "conv_backward",
    "dx",
    "Is dy padded by the forward pass's pad? With pad 0 that leaves dx smaller than dy, where it should be larger",
)
def dx_pad_again(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return gather(frame(dy, pad, pad), exchanged(w)), dw, db


@mistake(
    "conv_backward", "dx", "Height and width are exchanged in the zeros around dy: K belongs to the rows and L to the columns"
)
def dx_pads_exchanged(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    K, L = w.shape[2:]
    return gather(frame(dy, L - 1 - pad, K - 1 - pad), exchanged(w)), dw, db


@mistake(
    "conv_backward",
    "dx dw db",
    "For a pad beyond K - 1 or L - 1 the number of zeros around dy becomes negative: what is to be done with dy then?",
)
def dx_negative_pad(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    rows, columns = w.shape[2] - 1 - pad, w.shape[3] - 1 - pad
    return gather(np.pad(dy, ((0, 0), (0, 0), (rows, rows), (columns, columns))), exchanged(w)), dw, db


@mistake(
    "conv_backward",
    "dx",
    "Too large for a pad beyond K - 1 or L - 1: leaving out the zeros is not enough then, the outer rows or columns of dy saw the padding alone",
)
def dx_clamped_pad(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    K, L = w.shape[2:]
    return gather(frame(dy, max(K - 1 - pad, 0), max(L - 1 - pad, 0)), exchanged(w)), dw, db


@mistake(
    "conv_backward",
    "dx",
    "what sticks out above or on the left comes back in at the other side: a negative index counts from the end",
)
def dx_wraps(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    H, W = x.shape[2:]
    wrapped = np.zeros(dx.shape)
    full = sprayed(dy, w)
    for a, b in np.ndindex(*full.shape[2:]):
        if -H <= a - pad < H and -W <= b - pad < W:
            wrapped[:, :, a - pad, b - pad] += full[:, :, a, b]
    return wrapped, dw, db


@mistake("conv_backward", "dx", "speaks of the first filter alone: x went into every filter, so every one sends something back")
def dx_first_filter(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return convolution.conv_backward(dy[:, :1], x, w[:1], pad)[0], dw, db


@mistake(
    "conv_backward", "dx", "speaks of the last filter alone: is there an = in a loop over filters, where they should add up?"
)
def dx_last_filter(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return convolution.conv_backward(dy[:, -1:], x, w[-1:], pad)[0], dw, db


@mistake(
    "conv_backward",
    "dx",
    "is the right answer divided by {F}: x reaches the loss through every filter, do its ways add up or average?",
)
def dx_filters_averaged(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx / len(w), dw, db


@mistake("conv_backward", "dx", "does not depend on dy: where in Eq. 9 does the gradient from above enter?")
def dx_ignores_dy(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return convolution.conv_backward(np.ones(dy.shape), x, w, pad)[0], dw, db


@mistake("conv_backward", "dx", "is zero but for the first image: does your loop end, or return, after n = 0?")
def dx_first_image(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    dx[1:] = 0
    return dx, dw, db


@mistake(
    "conv_backward", "dx", "two things: the padding of x is still around it, and the filter is turned the wrong way for your view"
)
def dx_not_rotated_not_cropped(dy, x, w, pad):
    _, dw, db = convolution.conv_backward(dy, x, w, pad)
    return sprayed(dy, w[:, :, ::-1, ::-1]), dw, db


@mistake(
    "conv_backward",
    "dw",
    "is rotated by 180 degrees: dL/dW needs no rotation at all, w[f, c, u, v] met the pixel u rows below and v columns right of the corner of each window",
)
def dw_rotated(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw[:, :, ::-1, ::-1], db


@mistake(
    "conv_backward",
    "dw",
    "dy was turned round on its way over x: a true convolution does that. Which pixel of x did w[f, c, 0, 0] meet for the first output?",
)
def dw_dy_rotated(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, weights(dy[:, :, ::-1, ::-1], frame(x, pad, pad)), db


@mistake(
    "conv_backward", "dw", "x has lost its padding: the filter met the zeros as well, so over how large an image did it slide?"
)
def dw_unpadded(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, weights(dy, x), db


@mistake(
    "conv_backward", "dw", "is shifted: all the zeros stand above and on the left, and half of them belong below and on the right"
)
def dw_padded_at_start(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, weights(dy, np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))), db


@mistake(
    "conv_backward",
    "dw",
    "leaves out the outputs at the border, whose windows touch the padding: the rest of such a window met pixels of x",
)
def dw_border_zeroed(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, weights(frame(frame(dy, -pad, -pad), pad, pad), frame(x, pad, pad)), db


@mistake(
    "conv_backward",
    "dw",
    "speaks of the last image alone: is there an = in a loop over the batch, where all images should add up?",
)
def dw_last_image(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, convolution.conv_backward(dy[-1:], x[-1:], w, pad)[1], db


@mistake(
    "conv_backward",
    "dw",
    "speaks of the last pixel of dy alone: is there an = in a loop over the outputs, where all should add up?",
)
def dw_last_pixel(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    corner = frame(x, pad, pad)[:, :, dy.shape[2] - 1 :, dy.shape[3] - 1 :]
    return dx, weights(dy[:, :, -1:, -1:], corner), db


@mistake("conv_backward", "dw", "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy")
def dw_batch_averaged(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw / len(x), db


@mistake(
    "conv_backward",
    "dw",
    "is the right answer divided by the number of pixels of y: a weight takes part in all of them, and their gradients add up",
)
def dw_pixels_averaged(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw / (dy.shape[2] * dy.shape[3]), db


@mistake("conv_backward", "dw", "Rows and columns of the filters are exchanged: K counts the rows of dw too")
def dw_transposed(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw.transpose(0, 1, 3, 2), db


@mistake("conv_backward", "dw", "F and C are exchanged: w has its filters first, and dL/dW is laid out like w")
def dw_axes_exchanged(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw.transpose(1, 0, 2, 3), db


@mistake(
    "conv_backward",
    "dw",
    "the numbers are right and stand in the wrong places: a reshape keeps the reading order, moving an axis does not",
)
def dw_axes_reshaped(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw.transpose(1, 0, 2, 3).reshape(dw.shape), db


@mistake("conv_backward", "dw", "does not depend on dy: where does the gradient from above enter?")
def dw_ignores_dy(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, convolution.conv_backward(np.ones(dy.shape), x, w, pad)[1], db


@mistake("conv_backward", "dw", "the images were added up too early: the pixels of image 1 then meet the gradient of image 0")
def dw_of_sums(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, convolution.conv_backward(dy.sum(axis=0)[None], x.sum(axis=0)[None], w, pad)[1], db


@mistake("conv_backward", "dw", "That is one gradient per image: all images went through the same filters")
def dw_not_summed(dy, x, w, pad):
    dx, _, db = convolution.conv_backward(dy, x, w, pad)
    return dx, np.array([convolution.conv_backward(dy[n : n + 1], x[n : n + 1], w, pad)[1] for n in range(len(x))]), db


@mistake("conv_backward", "db", "That is one number for every place of y: the same b was added at every place")
def db_not_over_space(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum(axis=0)


@mistake("conv_backward", "db", "That is one row per image: the same b was added to every image")
def db_not_over_batch(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum(axis=(2, 3))


@mistake(
    "conv_backward",
    "db",
    "speaks of the last image alone: b was added in every image, is there an = where a += should stand?",
)
def db_last_image(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy[-1].sum(axis=(1, 2))


@mistake("conv_backward", "db", "is the mean over images and places: b was added to every one of them, so is it a mean or a sum?")
def db_mean(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.mean(axis=(0, 2, 3))


@mistake(
    "conv_backward",
    "db",
    "is the right answer divided by {N}: if the loss is a mean over the batch, then dy has been divided already",
)
def db_batch_averaged(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, db / len(x)


@mistake("conv_backward", "db", "That is one number per image: which axis of dy is left over for b?")
def db_wrong_axes(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum(axis=(1, 2, 3))


@mistake("conv_backward", "db", "Everything was added into one number: every filter has a bias of its own")
def db_total(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum()


@mistake(
    "conv_backward",
    "db",
    "counts pixels, and does not depend on dy: moving b moves each of them by 1, but how much does the loss care?",
)
def db_counts(dy, x, w, pad):
    dx, dw, db = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, np.full(db.shape, float(dy[:, 0].size))


@mistake("conv_backward", "db", "The numbers are right, and the summed axes are still there with length 1: b has one axis")
def db_keeps_axes(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum(axis=(0, 2, 3), keepdims=True)


@mistake("conv_backward", "db", "Only one of the two directions was summed: pictures have rows and columns")
def db_one_direction(dy, x, w, pad):
    dx, dw, _ = convolution.conv_backward(dy, x, w, pad)
    return dx, dw, dy.sum(axis=(0, 2))
