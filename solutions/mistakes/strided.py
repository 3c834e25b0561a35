"""Mistakes in 3-strided."""

import numpy as np

from solutions import convolution, strided
from solutions.mistakes.base import mistake
from solutions.mistakes.convolution import exchanged, frame, gather, weights

# --- output_size ---


@mistake("output_size", "answer", "A window that sticks out at the end is not used: which way must the division be rounded?")
def rounded_up(n, K, stride, pad):
    return -(-(n + 2 * pad - K) // stride) + 1, (n + 2 * pad - K) % stride


@mistake(
    "output_size",
    "answer",
    "The second number counts all places that a window could move by: how many are left over after whole strides?",
)
def remainder_not_taken(n, K, stride, pad):
    return (n + 2 * pad - K) // stride + 1, n + 2 * pad - K


@mistake("output_size", "answer", "The two numbers are exchanged: first the outputs, then what is left over")
def numbers_exchanged(n, K, stride, pad):
    return (n + 2 * pad - K) % stride, (n + 2 * pad - K) // stride + 1


@mistake("output_size", "answer", "The padding counts once: zeros stand at both ends")
def pad_once(n, K, stride, pad):
    return (n + pad - K) // stride + 1, (n + pad - K) % stride


@mistake("output_size", "answer", "The padding is forgotten: the window moves over n numbers and the zeros at both ends")
def pad_forgotten(n, K, stride, pad):
    return (n - K) // stride + 1, (n - K) % stride


@mistake("output_size", "answer", "One output too few: a window that cannot move at all still gives one")
def first_window_forgotten(n, K, stride, pad):
    return (n + 2 * pad - K) // stride, (n + 2 * pad - K) % stride


@mistake("output_size", "answer", "The +1 went into the division: count strides first, then add the window that stands at 0")
def plus_one_inside(n, K, stride, pad):
    return (n + 2 * pad - K + 1) // stride, (n + 2 * pad - K) % stride


@mistake("output_size", "answer", "Two numbers are asked for: the outputs, and the entries at the end that no window reaches")
def outputs_alone(n, K, stride, pad):
    return (n + 2 * pad - K) // stride + 1


@mistake(
    "output_size",
    "answer",
    "The remainder forgets the filter: the last window ends K - 1 entries after the place where it starts",
)
def remainder_of_length(n, K, stride, pad):
    return (n + 2 * pad - K) // stride + 1, (n + 2 * pad) % stride


@mistake("output_size", "answer", "The first number is not whole: a part of a stride gives no output")
def not_whole(n, K, stride, pad):
    return (n + 2 * pad - K) / stride + 1, (n + 2 * pad - K) % stride


@mistake(
    "output_size",
    "answer",
    "The second number counts entries of the padded input: zeros at its end that no window reaches belong to it",
)
def zeros_not_counted(n, K, stride, pad):
    return (n + 2 * pad - K) // stride + 1, max((n + 2 * pad - K) % stride - pad, 0)


# --- strided_forward ---


@mistake(
    "strided_forward",
    "y",
    "the filters are rotated: that is the convolution of signal theory. Here w[f, c, 0, 0] meets the upper left pixel of a window",
)
def rotated_strided(x, w, b, stride, pad):
    return strided.strided_forward(x, w[:, :, ::-1, ::-1], b, stride, pad)


@mistake("strided_forward", "y", "lacks the bias: one b per filter is added to every pixel that the filter gives")
def strided_bias_forgotten(x, w, b, stride, pad):
    return strided.strided_forward(x, w, 0 * b, stride, pad)


@mistake("strided_forward", "y", "the bias is taken away: b is added, as in an affine layer")
def strided_bias_subtracted(x, w, b, stride, pad):
    return strided.strided_forward(x, w, -b, stride, pad)


@mistake("strided_forward", "y", "holds the last tap alone, w[f, c, K-1, L-1]: is there an = where all taps should add up?")
def strided_last_tap(x, w, b, stride, pad):
    last = np.zeros(w.shape)
    last[:, :, -1, -1] = w[:, :, -1, -1]
    return strided.strided_forward(x, last, b, stride, pad)


@mistake(
    "strided_forward",
    "y",
    "holds a single product, of the last channel and the last tap: is there an = in the innermost loop, where all of them add up?",
)
def strided_last_product(x, w, b, stride, pad):
    last = np.zeros(w.shape)
    last[:, -1, -1, -1] = w[:, -1, -1, -1]
    return strided.strided_forward(x, last, b, stride, pad)


@mistake("strided_forward", "y", "the bias is in it once for every tap: does b stand inside the loop over the filter?")
def strided_bias_per_tap(x, w, b, stride, pad):
    return strided.strided_forward(x, w, b * w.shape[2] * w.shape[3], stride, pad)


@mistake("strided_forward", "y", "The windows move by one pixel, whatever the stride says")
def stride_ignored_forward(x, w, b, stride, pad):
    return strided.strided_forward(x, w, b, 1, pad)


@mistake("strided_forward", "y", "The stride is used from top to bottom and not from left to right: it holds in both directions")
def stride_in_rows_only(x, w, b, stride, pad):
    return convolution.conv_forward(x, w, b, pad)[:, :, ::stride]


@mistake(
    "strided_forward",
    "y",
    "has the right size and the wrong windows: do they stand side by side, as in y with stride 1? Window i begins `stride` pixels after window i - 1",
)
def first_windows(x, w, b, stride, pad):
    P, Q = strided.strided_forward(x, w, b, stride, pad).shape[2:]
    return convolution.conv_forward(x, w, b, pad)[:, :, :P, :Q]


@mistake(
    "strided_forward",
    "y",
    "One window too many: the last one sticks out where the stride leaves a remainder. Which way is the size rounded?",
)
def rounded_up_forward(x, w, b, stride, pad):
    more = np.pad(x, ((0, 0), (0, 0), (pad, pad + stride - 1), (pad, pad + stride - 1)))
    return strided.strided_forward(more, w, b, stride, 0)


@mistake("strided_forward", "y", "The image was not padded: what does pad add at its four sides?")
def strided_pad_ignored(x, w, b, stride, pad):
    return gather(x, w)[:, :, ::stride, ::stride] + b[:, None, None]


@mistake(
    "strided_forward",
    "y",
    "Pixels were left out of x before the filter came: inside a window all neighbours count, only the window moves by the stride",
)
def thinned_first(x, w, b, stride, pad):
    return gather(frame(x, pad, pad)[:, :, ::stride, ::stride], w) + b[:, None, None]


@mistake("strided_forward", "y", "the taps stand `stride` pixels apart and the windows one: it should be the other way round")
def taps_apart(x, w, b, stride, pad):
    F, C, K, L = w.shape
    wide = np.zeros((F, C, (K - 1) * stride + 1, (L - 1) * stride + 1))
    wide[:, :, ::stride, ::stride] = w
    return gather(frame(x, pad, pad), wide) + b[:, None, None]


@mistake("strided_forward", "y", "the windows stand side by side without overlap: they move by the stride, not by their own size")
def stride_is_size_forward(x, w, b, stride, pad):
    return convolution.conv_forward(x, w, b, pad)[:, :, :: w.shape[2], :: w.shape[3]]


@mistake("strided_forward", "y", "The last row and the last column are missing: how many windows fit, the one at 0 included?")
def strided_last_missing(x, w, b, stride, pad):
    return strided.strided_forward(x, w, b, stride, pad)[:, :, :-1, :-1]


# --- dilate ---


def dilated_by(dy, rows, columns):
    """Return dy with its rows and columns so many places apart, zeros between."""
    N, F, P, Q = dy.shape
    dilated = np.zeros((N, F, (P - 1) * rows + 1, (Q - 1) * columns + 1))
    dilated[:, :, ::rows, ::columns] = dy
    return dilated


@mistake("dilate", "dilated", "One zero too many between neighbours: with stride 1 nothing may change")
def stride_zeros(dy, stride):
    return dilated_by(dy, stride + 1, stride + 1)


@mistake(
    "dilate", "dilated", "One zero too few between neighbours: with stride 2 the windows are two pixels apart, what lies between?"
)
def one_zero_too_few(dy, stride):
    return dilated_by(dy, max(stride - 1, 1), max(stride - 1, 1))


@mistake("dilate", "dilated", "Zeros stand behind the last number too: the exercise asks for those between neighbours alone")
def zeros_behind(dy, stride):
    return np.pad(strided.dilate(dy, stride), ((0, 0), (0, 0), (0, stride - 1), (0, stride - 1)))


@mistake("dilate", "dilated", "Zeros stand before the first number: dy[0, 0] stays in the corner")
def zeros_before(dy, stride):
    return np.pad(strided.dilate(dy, stride), ((0, 0), (0, 0), (stride - 1, 0), (stride - 1, 0)))


@mistake(
    "dilate",
    "dilated",
    "Every number was repeated: the loss does not ask for the outputs between, so which gradient stands there?",
)
def repeated(dy, stride):
    return dy.repeat(stride, axis=2).repeat(stride, axis=3)


@mistake("dilate", "dilated", "The rows stand apart and the columns do not: the window moved by the stride in both directions")
def rows_apart(dy, stride):
    return dilated_by(dy, stride, 1)


@mistake("dilate", "dilated", "The columns stand apart and the rows do not: the window moved by the stride in both directions")
def columns_apart(dy, stride):
    return dilated_by(dy, 1, stride)


@mistake("dilate", "dilated", "Numbers of dy were left out: they should be moved apart, and all of them stay")
def thinned(dy, stride):
    return dy[:, :, ::stride, ::stride].copy()


@mistake("dilate", "dilated", "One zero stands between neighbours, whatever the stride is")
def always_one_zero(dy, stride):
    return dilated_by(dy, 2, 2)


# --- strided_backward_spray and strided_backward_rotated: dx ---

BOTH = "strided_backward_spray strided_backward_rotated"


def sprayed(dy, w, stride, images):
    """Return the sprays of dy with w, laid onto zeros of the shape of (padded) images; what sticks out is lost."""
    full = np.zeros(images.shape)
    H, W = full.shape[2:]
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        if i * stride + u < H and j * stride + v < W:
            full[:, :, i * stride + u, j * stride + v] += dy[:, :, i, j] @ w[:, :, u, v]
    return full


def pairs(outputs, taps):
    """Return all ((i, j), (u, v)): a place in y and a tap of the filter."""
    return [(place, tap) for place in np.ndindex(*outputs) for tap in np.ndindex(*taps)]


def spread(dy, x, w, stride, pad):
    """Return dy as stride 1 would have it: zeros between, and the zeros of the remainder at the end."""
    P, Q = x.shape[2] + 2 * pad - w.shape[2] + 1, x.shape[3] + 2 * pad - w.shape[3] + 1
    whole = np.zeros((*dy.shape[:2], P, Q))
    whole[:, :, ::stride, ::stride] = dy
    return whole


def correlated(spread_dy, w, pad):
    """Return what the gather view makes of a dy that was already spread."""
    return gather(frame(spread_dy, w.shape[2] - 1 - pad, w.shape[3] - 1 - pad), exchanged(w))


@mistake(
    BOTH,
    "dx",
    "the filter is turned the wrong way: forward gathers with w and sprays with w', backward sprays with w and gathers with w'. Which view is yours?",
)
def dx_turned(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(dy, x, w[:, :, ::-1, ::-1], stride, pad)[0], dw, db


@mistake(BOTH, "dx", "The padding is still around it: its zeros were no part of x, and nobody asks for their gradient")
def dx_not_cropped(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return sprayed(dy, w, stride, frame(x, pad, pad)), dw, db


@mistake(BOTH, "dx", "is shifted by pad: where does x begin inside the padded image?")
def dx_cropped_at_end(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return sprayed(dy, w, stride, x), dw, db


@mistake(BOTH, "dx", "a[0:-0] is empty: what does your crop do when pad is 0?")
def dx_crop_of_nothing(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return sprayed(dy, w, stride, frame(x, pad, pad))[:, :, pad:-pad, pad:-pad], dw, db


@mistake(BOTH, "dx", "speaks of the first filter alone: x went into every filter, so every one sends something back")
def dx_first_filter(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(dy[:, :1], x, w[:1], stride, pad)[0], dw, db


@mistake(
    BOTH, "dx", "is the right answer divided by {F}: x reaches the loss through every filter, do its ways add up or average?"
)
def dx_filters_averaged(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx / len(w), dw, db


@mistake(BOTH, "dx", "does not depend on dy: where does the gradient from above enter?")
def dx_ignores_dy(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(np.ones(dy.shape), x, w, stride, pad)[0], dw, db


@mistake("strided_backward_spray", "dx", "the sprays lie one pixel apart: y_ij looked at a window that begins where?")
def dx_stride_ignored(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return frame(sprayed(dy, w, 1, frame(x, pad, pad)), -pad, -pad), dw, db


@mistake(
    "strided_backward_spray",
    "dx",
    "the sprays are `stride` apart from top to bottom, and one pixel from left to right: the window moved alike in both",
)
def dx_stride_in_rows_only(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return frame(sprayed(dilated_by(dy, stride, 1), w, 1, frame(x, pad, pad)), -pad, -pad), dw, db


@mistake(
    "strided_backward_spray",
    "dx",
    "the sprays lie side by side, as far apart as the filter is large: it is the stride that moved the window",
)
def dx_stride_is_size(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return frame(sprayed(dilated_by(dy, w.shape[2], w.shape[3]), w, 1, frame(x, pad, pad)), -pad, -pad), dw, db


@mistake("strided_backward_spray", "dx", "row and column are exchanged: dy_ij is sprayed around row j and column i")
def dx_places_exchanged(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return frame(sprayed(dy.transpose(0, 1, 3, 2), w, stride, frame(x, pad, pad)), -pad, -pad), dw, db


@mistake(
    "strided_backward_spray",
    "dx",
    "each spray wipes out the ones before it: with a stride below K the windows overlap, what must happen where they meet?",
)
def dx_windows_overwrite(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    full = np.zeros(frame(x, pad, pad).shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        full[:, :, i * stride + u, j * stride + v] = dy[:, :, i, j] @ w[:, :, u, v]
    return frame(full, -pad, -pad), dw, db


@mistake(
    "strided_backward_spray",
    "dx",
    "each tap wipes out what the taps before it gave: with a stride below K several of them saw the same pixel, what must happen there?",
)
def dx_taps_overwrite(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    full = np.zeros(frame(x, pad, pad).shape)
    for (u, v), (i, j) in pairs(w.shape[2:], dy.shape[2:]):
        full[:, :, i * stride + u, j * stride + v] = dy[:, :, i, j] @ w[:, :, u, v]
    return frame(full, -pad, -pad), dw, db


@mistake(
    "strided_backward_spray",
    "dx",
    "what sticks out above or on the left comes back in at the other side: a negative index counts from the end",
)
def dx_wraps(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    (H, W), dx = x.shape[2:], np.zeros(x.shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        a, b = i * stride + u - pad, j * stride + v - pad
        if -H <= a < H and -W <= b < W:
            dx[:, :, a, b] += dy[:, :, i, j] @ w[:, :, u, v]
    return dx, dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "the filter is reversed from top to bottom and not from left to right: a rotation by 180 degrees is both",
)
def dx_rows_reversed_only(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(dy, x, w[:, :, :, ::-1], stride, pad)[0], dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "the filter is reversed from left to right and not from top to bottom: a rotation by 180 degrees is both",
)
def dx_columns_reversed_only(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(dy, x, w[:, :, ::-1], stride, pad)[0], dw, db


@mistake(
    "strided_backward_rotated", "dx", "Transposing is not rotating: draw a 2 x 3 filter on paper and turn the sheet upside down"
)
def dx_transposed(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), w.shape[2] - 1 - pad, w.shape[3] - 1 - pad)
    return gather(around, w.transpose(1, 0, 3, 2)), dw, db


@mistake("strided_backward_rotated", "dx", "The filter was rotated by 90 degrees: half a turn keeps K rows and L columns")
def dx_rotated_by_90(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), w.shape[2] - 1 - pad, w.shape[3] - 1 - pad)
    return gather(around, np.rot90(w, axes=(2, 3)).transpose(1, 0, 2, 3)), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "filters and channels were reversed with the rows and columns: over which axes does a picture rotate?",
)
def dx_all_axes_flipped(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return strided.strided_backward_spray(dy, x, w[::-1, ::-1], stride, pad)[0], dw, db


@mistake(
    "strided_backward_rotated",
    "dx dw db",
    "On the way back F is what comes in and C what goes out: which axis of w meets the filters of dy?",
)
def dx_axes_not_exchanged(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), w.shape[2] - 1 - pad, w.shape[3] - 1 - pad)
    return gather(around, w[:, :, ::-1, ::-1]), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "the weights stand in the wrong places: to exchange F and C the axes must move, a reshape keeps the reading order",
)
def dx_axes_reshaped(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), w.shape[2] - 1 - pad, w.shape[3] - 1 - pad)
    return gather(around, w[:, :, ::-1, ::-1].reshape(w.shape[1], w.shape[0], *w.shape[2:])), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "holds what one tap alone gives: is there an = in the loop over the taps, where they should add up?",
)
def dx_one_tap(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    first = np.zeros(w.shape)
    first[:, :, 0, 0] = w[:, :, 0, 0]
    return strided.strided_backward_spray(dy, x, first, stride, pad)[0], dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "Height and width are exchanged in the zeros around dy: K belongs to the rows and L to the columns",
)
def dx_pads_exchanged(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), w.shape[3] - 1 - pad, w.shape[2] - 1 - pad)
    return gather(around, exchanged(w)), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "Is dy padded by the forward pass's pad? With pad 0 that leaves dx smaller than it should be",
)
def dx_pad_again(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return gather(frame(spread(dy, x, w, stride, pad), pad, pad), exchanged(w)), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "every number of dy was repeated instead of moved apart: which outputs would stride 1 have between, and does the loss ask for them?",
)
def dx_repeated(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return correlated(dy.repeat(stride, axis=2).repeat(stride, axis=3), w, pad), dw, db


@mistake("strided_backward_rotated", "dx", "One zero too few stands between the numbers of dy: how far apart were two windows?")
def dx_one_zero_too_few(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    step = max(stride - 1, 1)
    return correlated(dilated_by(dy, step, step), w, pad), dw, db


@mistake("strided_backward_rotated", "dx", "One zero too many stands between the numbers of dy: with stride 1 there must be none")
def dx_one_zero_too_many(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return correlated(dilated_by(dy, stride + 1, stride + 1), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "No zeros were put between the numbers of dy: how far apart do they stand in an output with stride 1?",
)
def dx_not_dilated(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return correlated(dy, w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "The rows of dy were moved apart and its columns were not: the window moved by the stride in both directions",
)
def dx_rows_apart(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return correlated(dilated_by(dy, stride, 1), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "Too small by the remainder: no window ever reached the last pixels. Which gradient do they get, and what must stand behind dy for it?",
)
def dx_no_zeros_at_end(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return correlated(strided.dilate(dy, stride), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "is shifted by the remainder: the zeros for it stand before dy. At which end of x are the pixels that no window reached?",
)
def dx_zeros_at_start(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    dilated = strided.dilate(dy, stride)
    rows, columns = np.subtract(spread(dy, x, w, stride, pad).shape[2:], dilated.shape[2:])
    return correlated(np.pad(dilated, ((0, 0), (0, 0), (rows, 0), (columns, 0))), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "Always stride - 1 zeros behind dy? What no window reaches is the remainder, which depends on the sizes and may differ between rows and columns",
)
def dx_stride_zeros_at_end(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    dilated = strided.dilate(dy, stride)
    return correlated(np.pad(dilated, ((0, 0), (0, 0), (0, stride - 1), (0, stride - 1))), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "the remainder is taken of H - K without the padding: it counts what is left over of the padded x",
)
def dx_remainder_without_pad(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    rows, columns = (x.shape[2] - w.shape[2]) % stride, (x.shape[3] - w.shape[3]) % stride
    return correlated(np.pad(strided.dilate(dy, stride), ((0, 0), (0, 0), (0, rows), (0, columns))), w, pad), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "the last rows and columns of x were filled with zeros: without padding that is right. With pad 1, may the entries that no window reached lie in the padding?",
)
def dx_filled_with_zeros(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    short = correlated(strided.dilate(dy, stride), w, pad)
    filled = np.zeros(dx.shape)
    filled[:, :, : short.shape[2], : short.shape[3]] = short
    return filled, dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "The stride was used again on the way back: once dy is moved apart, the rotated filter moves by one pixel",
)
def dx_stride_again(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx[:, :, ::stride, ::stride], dw, db


@mistake(
    "strided_backward_rotated",
    "dx dw db",
    "For a pad beyond K - 1 or L - 1 the number of zeros around dy becomes negative: what is to be done with dy then?",
)
def dx_negative_pad(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    rows, columns = w.shape[2] - 1 - pad, w.shape[3] - 1 - pad
    around = np.pad(spread(dy, x, w, stride, pad), ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    return gather(around, exchanged(w)), dw, db


@mistake(
    "strided_backward_rotated",
    "dx",
    "Too large for a pad beyond K - 1 or L - 1: leaving out the zeros is not enough then, the outer rows or columns of dy saw the padding alone",
)
def dx_clamped_pad(dy, x, w, stride, pad):
    _, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    around = frame(spread(dy, x, w, stride, pad), max(w.shape[2] - 1 - pad, 0), max(w.shape[3] - 1 - pad, 0))
    return gather(around, exchanged(w)), dw, db


# --- dw ---


@mistake(
    BOTH,
    "dw",
    "is rotated by 180 degrees: dL/dW needs no rotation at all, w[f, c, u, v] met the pixel u rows below and v columns right of the corner of each window",
)
def dw_rotated(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw[:, :, ::-1, ::-1], db


@mistake(BOTH, "dw", "speaks of the last image alone: is there an = in a loop over the batch, where all images should add up?")
def dw_last_image(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, strided.strided_backward_spray(dy[-1:], x[-1:], w, stride, pad)[1], db


@mistake(BOTH, "dw", "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy")
def dw_batch_averaged(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw / len(x), db


@mistake(BOTH, "dw", "takes dy as if the windows had moved by one pixel: which pixels of x did w[f, c, 0, 0] meet?")
def dw_stride_ignored(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, weights(dy, frame(x, pad, pad))[:, :, : w.shape[2], : w.shape[3]], db


@mistake(
    BOTH,
    "dw",
    "has the stride at the wrong index: from output to output the window moves by `stride`, from tap to tap by one pixel",
)
def dw_strided_not_dilated(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    padded = frame(x, pad, pad)
    wrong = np.zeros(dw.shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        if i + u * stride < padded.shape[2] and j + v * stride < padded.shape[3]:
            wrong[:, :, u, v] += np.einsum("nf,nc->fc", dy[:, :, i, j], padded[:, :, i + u * stride, j + v * stride])
    return dx, wrong, db


@mistake(BOTH, "dw", "leaves out the windows that touch the padding: the rest of such a window met pixels of x")
def dw_border_zeroed(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    inside = frame(frame(spread(dy, x, w, stride, pad), -pad, -pad), pad, pad)
    return dx, weights(inside, frame(x, pad, pad)), db


@mistake(BOTH, "dw", "Rows and columns of the filters are exchanged: K counts the rows of dw too")
def dw_transposed(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw.transpose(0, 1, 3, 2), db


@mistake(BOTH, "dw", "F and C are exchanged: w has its filters first, and dL/dW is laid out like w")
def dw_axes_exchanged(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw.transpose(1, 0, 2, 3), db


@mistake(
    "strided_backward_spray",
    "dw",
    "speaks of the last pixel of dy alone: is there an = in a loop over the outputs, where all should add up?",
)
def dw_last_pixel(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    last = np.zeros(dy.shape)
    last[:, :, -1, -1] = dy[:, :, -1, -1]
    return dx, strided.strided_backward_spray(last, x, w, stride, pad)[1], db


@mistake(
    "strided_backward_spray",
    "dw",
    "no zeros stand above and on the left of x: the first window of the forward pass began in the padding",
)
def dw_padded_at_end(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, weights(spread(dy, x, w, stride, pad), np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))), db


@mistake(
    "strided_backward_rotated",
    "dw",
    "x has lost its padding: the filter met the zeros as well, so over how large an image did it slide?",
)
def dw_unpadded(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, weights(spread(dy, x, w, stride, pad), x), db


@mistake(
    "strided_backward_rotated",
    "dw",
    "Too large by the remainder: dy fits at more places now, as no zeros stand behind it. Which of them belong to taps?",
)
def dw_not_cropped(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, weights(strided.dilate(dy, stride), frame(x, pad, pad)), db


@mistake(
    "strided_backward_rotated",
    "dw",
    "was cropped at the wrong end: without zeros behind it dy fits at more than K places, the first of them belongs to tap 0",
)
def dw_cropped_at_start(dy, x, w, stride, pad):
    dx, _, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    larger = weights(strided.dilate(dy, stride), frame(x, pad, pad))
    return dx, larger[:, :, larger.shape[2] - w.shape[2] :, larger.shape[3] - w.shape[3] :], db


# --- db ---


@mistake(BOTH, "db", "That is one number for every place of y: the same b was added at every place")
def db_not_over_space(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy.sum(axis=0)


@mistake(BOTH, "db", "That is one row per image: the same b was added to every image")
def db_not_over_batch(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy.sum(axis=(2, 3))


@mistake(BOTH, "db", "speaks of the last image alone: b was added in every image, is there an = where a += should stand?")
def db_last_image(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy[-1].sum(axis=(1, 2))


@mistake(BOTH, "db", "is the mean over images and places: b was added to every one of them, so is it a mean or a sum?")
def db_mean(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy.mean(axis=(0, 2, 3))


@mistake(BOTH, "db", "is the right answer divided by {N}: if the loss is a mean over the batch, then dy has been divided already")
def db_batch_averaged(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, db / len(x)


@mistake(BOTH, "db", "That is one number per image: which axis of dy is left over for b?")
def db_wrong_axes(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy.sum(axis=(1, 2, 3))


@mistake(BOTH, "db", "Everything was added into one number: every filter has a bias of its own")
def db_total(dy, x, w, stride, pad):
    dx, dw, _ = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, dy.sum()


@mistake(
    BOTH, "db", "counts pixels, and does not depend on dy: moving b moves each of them by 1, but how much does the loss care?"
)
def db_counts(dy, x, w, stride, pad):
    dx, dw, db = strided.strided_backward_spray(dy, x, w, stride, pad)
    return dx, dw, np.full(db.shape, float(dy[:, 0].size))


# --- pixels_without_gradient ---


@mistake(
    "pixels_without_gradient",
    "answer",
    "That is the remainder at the end: with a stride beyond K there are holes between the windows too",
)
def remainder_alone(n, K, stride, pad):
    return (n + 2 * pad - K) % stride


@mistake(
    "pixels_without_gradient",
    "answer",
    "Those are the holes between the windows: are there entries behind the last window as well?",
)
def holes_alone(n, K, stride, pad):
    return ((n + 2 * pad - K) // stride) * max(stride - K, 0)


@mistake("pixels_without_gradient", "answer", "Zeros of the padding are counted too: they are no entries of x")
def padding_counted(n, K, stride, pad):
    return ((n + 2 * pad - K) // stride) * max(stride - K, 0) + (n + 2 * pad - K) % stride


@mistake("pixels_without_gradient", "answer", "Holes that lie in the padding are counted: only entries of x are asked for")
def holes_in_padding_counted(n, K, stride, pad):
    outputs = (n + 2 * pad - K) // stride
    return max((n + 2 * pad - K) % stride - pad, 0) + outputs * max(stride - K, 0)


@mistake("pixels_without_gradient", "answer", "The padding is forgotten: it moves the windows, and so the entries that they miss")
def padding_forgotten(n, K, stride, pad):
    return strided.pixels_without_gradient(n, K, stride, 0)


@mistake("pixels_without_gradient", "answer", "That is how many entries some window sees: asked for are the others")
def seen_entries(n, K, stride, pad):
    return n - strided.pixels_without_gradient(n, K, stride, pad)


@mistake(
    "pixels_without_gradient",
    "answer",
    "Windows may overlap, and may lie on the padding: K entries for each window are more than they see",
)
def windows_times_taps(n, K, stride, pad):
    return max(n - ((n + 2 * pad - K) // stride + 1) * K, 0)


@mistake("pixels_without_gradient", "answer", "One hole is counted: how many gaps are there between the windows?")
def one_hole(n, K, stride, pad):
    return max(stride - K, 0) + (n + 2 * pad - K) % stride


@mistake(
    "pixels_without_gradient", "answer", "Not every entry gets a gradient: draw n = 5 entries and windows of 2 with stride 3"
)
def none_of_them(n, K, stride, pad):
    return 0
