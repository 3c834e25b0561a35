"""Mistakes in 3-strided."""

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import convolution, strided
from solutions.mistakes.catalogue import wrong
from solutions.mistakes.convolution import around, exchanged, frame, gather, only, weights


def behind(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return images with rows of zeros below them and columns of zeros on their right."""
    return np.pad(images, ((0, 0), (0, 0), (0, rows), (0, columns)))


def before(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return images with rows of zeros above them and columns of zeros on their left."""
    return np.pad(images, ((0, 0), (0, 0), (rows, 0), (columns, 0)))


def dilated_by(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return images with their rows and columns so many places apart, zeros between."""
    N, F, P, Q = images.shape
    dilated = np.zeros((N, F, (P - 1) * rows + 1, (Q - 1) * columns + 1))
    dilated[:, :, ::rows, ::columns] = images
    return dilated


# --- output_size ---

output_size = Reference(strided.output_size, "answer")

wrong(
    output_size,
    "answer",
    rounded_up=(
        lambda n, k, stride, pad: (-(-(n + 2 * pad - k) // stride) + 1, (n + 2 * pad - k) % stride),
        "A window that sticks out at the end is not used: which way must the division be rounded?",
    ),
    remainder_not_taken=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) // stride + 1, n + 2 * pad - k),
        "The second number counts all places that a window could move by: how many are left over "
        "after whole strides?",
    ),
    numbers_exchanged=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) % stride, (n + 2 * pad - k) // stride + 1),
        "The two numbers are exchanged: first the outputs, then what is left over",
    ),
    pad_once=(
        lambda n, k, stride, pad: ((n + pad - k) // stride + 1, (n + pad - k) % stride),
        "The padding counts once: zeros stand at both ends",
    ),
    pad_forgotten=(
        lambda n, k, stride: ((n - k) // stride + 1, (n - k) % stride),
        "The padding is forgotten: the window moves over n numbers and the zeros at both ends",
    ),
    first_window_forgotten=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) // stride, (n + 2 * pad - k) % stride),
        "One output too few: a window that cannot move at all still gives one",
    ),
    plus_one_inside=(
        lambda n, k, stride, pad: ((n + 2 * pad - k + 1) // stride, (n + 2 * pad - k) % stride),
        "The +1 went into the division: count strides first, then add the window that stands at 0",
    ),
    outputs_alone=(
        lambda n, k, stride, pad: (n + 2 * pad - k) // stride + 1,
        "Two numbers are asked for: the outputs, and the entries at the end that no window reaches",
    ),
    remainder_of_length=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) // stride + 1, (n + 2 * pad) % stride),
        "The remainder forgets the filter: the last window ends k - 1 entries after the place "
        "where it starts",
    ),
    not_whole=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) / stride + 1, (n + 2 * pad - k) % stride),
        "The first number is not whole: a part of a stride gives no output",
    ),
    zeros_not_counted=(
        lambda n, k, stride, pad: (
            (n + 2 * pad - k) // stride + 1,
            max((n + 2 * pad - k) % stride - pad, 0),
        ),
        "The second number counts entries of the padded input: zeros at its end that no window "
        "reaches belong to it",
    ),
)

# --- strided_forward ---

strided_forward = Reference(strided.strided_forward, "y")


def partly_filled(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int, step: int
) -> np.ndarray:
    """Return y when i and j run over range(0, H', stride): the window at i stands at i // stride
    for step 1, at i for step `stride`; all other outputs stay 0.
    """
    y = np.zeros_like(strided.strided_forward(x, w, b, stride, pad))
    P, Q = y.shape[2:]
    windows = convolution.conv_forward(x, w, b, pad)[:, :, :P:stride, :Q:stride]
    y[:, :, ::step, ::step][:, :, : windows.shape[2], : windows.shape[3]] = windows
    return y


wrong(
    strided_forward,
    "y",
    rotated_strided=(
        lambda x, w, b, stride, pad: strided.strided_forward(
            x, w[:, :, ::-1, ::-1], b, stride, pad
        ),
        "the filters are rotated: that is the convolution of signal theory. Here w[f, c, 0, 0] "
        "meets the upper left pixel of a window",
    ),
    strided_bias_forgotten=(
        lambda x, w, b, stride, pad: strided.strided_forward(x, w, 0 * b, stride, pad),
        "lacks the bias: one b per filter is added to every pixel that the filter gives",
    ),
    strided_bias_subtracted=(
        lambda x, w, b, stride, pad: strided.strided_forward(x, w, -b, stride, pad),
        "the bias is taken away: b is added, as in an affine layer",
    ),
    strided_last_tap=(
        lambda x, w, b, stride, pad: strided.strided_forward(
            x, only(w, np.s_[:, :, -1, -1]), b, stride, pad
        ),
        "holds the last tap alone, w[f, c, kh-1, kw-1]: is there an = where all taps should "
        "add up?",
    ),
    strided_last_product=(
        lambda x, w, b, stride, pad: strided.strided_forward(
            x, only(w, np.s_[:, -1, -1, -1]), b, stride, pad
        ),
        "holds a single product, of the last channel and the last tap: is there an = in the "
        "innermost loop, where all of them add up?",
    ),
    strided_bias_per_tap=(
        lambda x, w, b, stride, pad: strided.strided_forward(
            x, w, b * w.shape[2] * w.shape[3], stride, pad
        ),
        "the bias is in it once for every tap: does b stand inside the loop over the filter?",
    ),
    stride_ignored_forward=(
        lambda x, w, b, pad: strided.strided_forward(x, w, b, 1, pad),
        "The windows move by one pixel, whatever the stride says",
    ),
    stride_in_rows_only=(
        lambda x, w, b, stride, pad: convolution.conv_forward(x, w, b, pad)[:, :, ::stride],
        "The stride is used from top to bottom and not from left to right: it holds in both "
        "directions",
    ),
    first_windows=(
        lambda y, x, w, b, pad: convolution.conv_forward(x, w, b, pad)[
            :, :, : y.shape[2], : y.shape[3]
        ],
        "has the right size and the wrong windows: do they stand side by side, as in y with "
        "stride 1? Window i begins `stride` pixels after window i - 1",
    ),
    rounded_up_forward=(
        lambda x, w, b, stride, pad: strided.strided_forward(
            behind(frame(x, pad, pad), stride - 1, stride - 1), w, b, stride, 0
        ),
        "One window too many: the last one sticks out where the stride leaves a remainder. Which "
        "way is the size rounded?",
    ),
    strided_pad_ignored=(
        lambda x, w, b, stride: gather(x, w)[:, :, ::stride, ::stride] + b[:, None, None],
        "The image was not padded: what does pad add at its four sides?",
    ),
    thinned_first=(
        lambda x, w, b, stride, pad: (
            gather(frame(x, pad, pad)[:, :, ::stride, ::stride], w) + b[:, None, None]
        ),
        "Pixels were left out of x before the filter came: inside a window all neighbours count, "
        "only the window moves by the stride",
    ),
    taps_apart=(
        lambda x, w, b, stride, pad: (
            gather(frame(x, pad, pad), dilated_by(w, stride, stride)) + b[:, None, None]
        ),
        "the taps stand `stride` pixels apart and the windows one: it should be the other way "
        "round",
    ),
    stride_is_size_forward=(
        lambda x, w, b, pad: convolution.conv_forward(x, w, b, pad)[
            :, :, :: w.shape[2], :: w.shape[3]
        ],
        "the windows stand side by side without overlap: they move by the stride, not by their "
        "own size",
    ),
    range_in_pixels=(
        lambda x, w, b, stride, pad: partly_filled(x, w, b, stride, pad, 1),
        "only the first outputs are filled: range(0, H', stride) ends at the number of outputs, "
        "and counts pixels of x",
    ),
    every_other_output=(
        lambda x, w, b, stride, pad: partly_filled(x, w, b, stride, pad, stride),
        "only every `stride`-th output is filled: does i count outputs, or pixels of x?",
    ),
    strided_last_missing=(
        lambda y: y[:, :, :-1, :-1],
        "The last row and the last column are missing: how many windows fit, the one at 0 "
        "included?",
    ),
)

# --- dilate ---


dilate = Reference(strided.dilate, "dilated")

wrong(
    dilate,
    "dilated",
    stride_zeros=(
        lambda dy, stride: dilated_by(dy, stride + 1, stride + 1),
        "One zero too many between neighbours: with stride 1 nothing may change",
    ),
    one_zero_too_few=(
        lambda dy, stride: dilated_by(dy, max(stride - 1, 1), max(stride - 1, 1)),
        "One zero too few between neighbours: with stride 2 the windows are two pixels apart, "
        "what lies between?",
    ),
    zeros_behind=(
        lambda dilated, stride: behind(dilated, stride - 1, stride - 1),
        "Zeros stand behind the last number too: the exercise asks for those between neighbours "
        "alone",
    ),
    zeros_before=(
        lambda dilated, stride: before(dilated, stride - 1, stride - 1),
        "Zeros stand before the first number: dy[0, 0] stays in the corner",
    ),
    repeated=(
        lambda dy, stride: dy.repeat(stride, axis=2).repeat(stride, axis=3),
        "Every number was repeated: the loss does not ask for the outputs between, so which "
        "gradient stands there?",
    ),
    rows_apart=(
        lambda dy, stride: dilated_by(dy, stride, 1),
        "The rows stand apart and the columns do not: the window moved by the stride in both "
        "directions",
    ),
    columns_apart=(
        lambda dy, stride: dilated_by(dy, 1, stride),
        "The columns stand apart and the rows do not: the window moved by the stride in both "
        "directions",
    ),
    thinned=(
        lambda dy, stride: dy[:, :, ::stride, ::stride].copy(),
        "Numbers of dy were left out: they should be moved apart, and all of them stay",
    ),
    always_one_zero=(
        lambda dy: dilated_by(dy, 2, 2),
        "One zero stands between neighbours, whatever the stride is",
    ),
)

# --- strided_row_by_hand ---

strided_row_by_hand = Reference(strided.strided_row_by_hand, "dx")


def row_sprayed(dy: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    """Return six pixels onto which two outputs spray, so many pixels apart."""
    dx = np.zeros(6)
    for i in range(2):
        dx[stride * i : stride * i + 3] += dy[i] * w
    return dx


def row_overwritten(dy: np.ndarray, w: np.ndarray) -> np.ndarray:
    dx = np.zeros(6)
    for i in range(2):
        dx[2 * i : 2 * i + 3] = dy[i] * w
    return dx


wrong(
    strided_row_by_hand,
    "dx",
    row_stride_ignored=(
        lambda dy, w: row_sprayed(dy, w, 1),
        "has the second spray one pixel beside the first: at which pixel did the second window "
        "start?",
    ),
    row_side_by_side=(
        lambda dy, w: row_sprayed(dy, w, 3),
        "has its two sprays side by side: with three weights and stride 2, do the windows share "
        "a pixel?",
    ),
    row_overwritten=(
        row_overwritten,
        "has only one of two sprays where they meet: what must happen there?",
    ),
    row_second_left_out=(
        lambda dy, w: np.append(dy[0] * w, [*dy[1] * w[1:], 0]),
        "has only the first of two sprays where they meet: which other output has seen that "
        "pixel, too?",
    ),
    row_reversed=(
        lambda dy, w: row_sprayed(dy, w[::-1], 2),
        "sprays with w reversed: by which weight was the first pixel of a window multiplied?",
    ),
    row_last_missing=(
        lambda dx: dx[:5],
        "One number is missing at the end: no window saw the last pixel, so what is its gradient?",
    ),
)

# --- strided_backward_spray and strided_backward_rotated: dx ---


Pair = tuple[tuple[int, ...], tuple[int, ...]]


def pairs(outputs: tuple[int, ...], taps: tuple[int, ...]) -> "list[Pair]":
    """Return all ((i, j), (u, v)): a place in y and a tap of the filter."""
    return [(place, tap) for place in np.ndindex(*outputs) for tap in np.ndindex(*taps)]


def sprayed(dy: np.ndarray, w: np.ndarray, stride: int, images: np.ndarray) -> np.ndarray:
    """Return the sprays of dy with w on zeros of the images' shape. What sticks out is lost."""
    H, W = images.shape[2:]
    full = np.zeros(images.shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        if i * stride + u < H and j * stride + v < W:
            full[:, :, i * stride + u, j * stride + v] += dy[:, :, i, j] @ w[:, :, u, v]
    return full


def dx_of_sprays(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return dx when the sprays of dy lie `stride` apart."""
    return frame(sprayed(dy, w, stride, frame(x, pad, pad)), -pad, -pad)


def dx_of(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return the right dx for other arguments."""
    dx: np.ndarray = strided.strided_backward_spray(dy, x, w, stride, pad)[0]
    return dx


def remainder(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> tuple[int, int]:
    """Return how many rows and columns of the padded x no window reaches."""
    H, W = x.shape[2] + 2 * pad, x.shape[3] + 2 * pad
    return (H - w.shape[2]) % stride, (W - w.shape[3]) % stride


def spread(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Return dy as stride 1 would have it: zeros between, and those of the remainder at the end."""
    return behind(dilated_by(dy, stride, stride), *remainder(x, w, stride, pad))


def correlated(spread_dy: np.ndarray, w: np.ndarray, pad: int) -> np.ndarray:
    """Return what the gather view makes of a dy that was already spread."""
    return gather(around(spread_dy, w, pad), exchanged(w))


strided_backward_spray = Reference(strided.strided_backward_spray, "dx dw db")
strided_backward_rotated = Reference(strided.strided_backward_rotated, "dx dw db")
BOTH = (strided_backward_spray, strided_backward_rotated)


def dx_windows_overwrite(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> np.ndarray:
    full = np.zeros(frame(x, pad, pad).shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        full[:, :, i * stride + u, j * stride + v] = dy[:, :, i, j] @ w[:, :, u, v]
    return frame(full, -pad, -pad)


def dx_taps_overwrite(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> np.ndarray:
    full = np.zeros(frame(x, pad, pad).shape)
    for (u, v), (i, j) in pairs(w.shape[2:], dy.shape[2:]):
        full[:, :, i * stride + u, j * stride + v] = dy[:, :, i, j] @ w[:, :, u, v]
    return frame(full, -pad, -pad)


def dx_wraps(dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> np.ndarray:
    H, W = x.shape[2:]
    dx = np.zeros(x.shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        a, b = i * stride + u - pad, j * stride + v - pad
        if -H <= a < H and -W <= b < W:
            dx[:, :, a, b] += dy[:, :, i, j] @ w[:, :, u, v]
    return dx


def dx_filled_with_zeros(
    dx: np.ndarray, dy: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> np.ndarray:
    short = correlated(strided.dilate(dy, stride), w, pad)
    filled = np.zeros(dx.shape)
    filled[:, :, : short.shape[2], : short.shape[3]] = short
    return filled


wrong(
    BOTH,
    "dx",
    dx_turned=(
        lambda dy, x, w, stride, pad: dx_of(dy, x, w[:, :, ::-1, ::-1], stride, pad),
        "the filter is turned the wrong way: forward gathers with w and sprays with w', backward "
        "sprays with w and gathers with w'. Which view is yours?",
    ),
    dx_not_cropped=(
        lambda dy, x, w, stride, pad: sprayed(dy, w, stride, frame(x, pad, pad)),
        "The padding is still around it: its zeros were no part of x, and nobody asks for their "
        "gradient",
    ),
    dx_cropped_at_end=(
        lambda dy, x, w, stride: sprayed(dy, w, stride, x),
        "is shifted by pad: where does x begin inside the padded image?",
    ),
    dx_crop_of_nothing=(
        lambda dy, x, w, stride, pad: sprayed(dy, w, stride, frame(x, pad, pad))[
            :, :, pad:-pad, pad:-pad
        ],
        "a[0:-0] is empty: what does your crop do when pad is 0?",
    ),
    dx_first_filter=(
        lambda dy, x, w, stride, pad: dx_of(dy[:, :1], x, w[:1], stride, pad),
        "speaks of the first filter alone: x went into every filter, so every one sends "
        "something back",
    ),
    dx_filters_averaged=(
        lambda dx, w: dx / len(w),
        "is the right answer divided by {F}: x reaches the loss through every filter, do its "
        "ways add up or average?",
    ),
    dx_ignores_dy=(
        lambda dy, x, w, stride, pad: dx_of(np.ones(dy.shape), x, w, stride, pad),
        "does not depend on dy: where does the gradient from above enter?",
    ),
)

wrong(
    strided_backward_spray,
    "dx",
    dx_stride_ignored=(
        lambda dy, x, w, pad: dx_of_sprays(dy, x, w, 1, pad),
        "the sprays lie one pixel apart: y_ij looked at a window that begins where?",
    ),
    dx_stride_in_rows_only=(
        lambda dy, x, w, stride, pad: dx_of_sprays(dilated_by(dy, stride, 1), x, w, 1, pad),
        "the sprays are `stride` apart from top to bottom, and one pixel from left to right: the "
        "window moved alike in both",
    ),
    dx_stride_is_size=(
        lambda dy, x, w, pad: dx_of_sprays(dilated_by(dy, w.shape[2], w.shape[3]), x, w, 1, pad),
        "the sprays lie side by side, as far apart as the filter is large: it is the stride that "
        "moved the window",
    ),
    dx_places_exchanged=(
        lambda dy, x, w, stride, pad: dx_of_sprays(dy.transpose(0, 1, 3, 2), x, w, stride, pad),
        "row and column are exchanged: dy_ij is sprayed around row j and column i",
    ),
    dx_windows_overwrite=(
        dx_windows_overwrite,
        "each spray wipes out the ones before it: with a stride below kh or kw the windows "
        "overlap, what must happen where they meet?",
    ),
    dx_taps_overwrite=(
        dx_taps_overwrite,
        "each tap wipes out what the taps before it gave: with a stride below kh or kw several of "
        "them saw the same pixel, what must happen there?",
    ),
    dx_wraps=(
        dx_wraps,
        "what sticks out above or on the left comes back in at the other side: a negative index "
        "counts from the end",
    ),
)

wrong(
    strided_backward_rotated,
    "dx",
    dx_rows_reversed_only=(
        lambda dy, x, w, stride, pad: dx_of(dy, x, w[:, :, :, ::-1], stride, pad),
        "the filter is reversed from top to bottom and not from left to right: a rotation by 180 "
        "degrees is both",
    ),
    dx_columns_reversed_only=(
        lambda dy, x, w, stride, pad: dx_of(dy, x, w[:, :, ::-1], stride, pad),
        "the filter is reversed from left to right and not from top to bottom: a rotation by 180 "
        "degrees is both",
    ),
    dx_transposed=(
        lambda dy, x, w, stride, pad: gather(
            around(spread(dy, x, w, stride, pad), w, pad), w.transpose(1, 0, 3, 2)
        ),
        "Transposing is not rotating: draw a 2 x 3 filter on paper and turn the sheet upside down",
    ),
    dx_rotated_by_90=(
        lambda dy, x, w, stride, pad: gather(
            around(spread(dy, x, w, stride, pad), w, pad),
            np.rot90(w, axes=(2, 3)).transpose(1, 0, 2, 3),
        ),
        "The filter was rotated by 90 degrees: half a turn keeps kh rows and kw columns",
    ),
    dx_all_axes_flipped=(
        lambda dy, x, w, stride, pad: dx_of(dy, x, w[::-1, ::-1], stride, pad),
        "filters and channels were reversed with the rows and columns: over which axes does a "
        "picture rotate?",
    ),
)

wrong(
    strided_backward_rotated,
    "dx dw db",
    dx_axes_not_exchanged=(
        lambda dw, db, dy, x, w, stride, pad: (
            gather(around(spread(dy, x, w, stride, pad), w, pad), w[:, :, ::-1, ::-1]),
            dw,
            db,
        ),
        "On the way back F is what comes in and C what goes out: which axis of w meets the "
        "filters of dy?",
    ),
)

wrong(
    strided_backward_rotated,
    "dx",
    dx_axes_reshaped=(
        lambda dy, x, w, stride, pad: gather(
            around(spread(dy, x, w, stride, pad), w, pad),
            w[:, :, ::-1, ::-1].reshape(exchanged(w).shape),
        ),
        "the weights stand in the wrong places: to exchange F and C the axes must move, a "
        "reshape keeps the reading order",
    ),
    dx_one_tap=(
        lambda dy, x, w, stride, pad: dx_of(dy, x, only(w, np.s_[:, :, 0, 0]), stride, pad),
        "holds what one tap alone gives: is there an = in the loop over the taps, where they "
        "should add up?",
    ),
    dx_pads_exchanged=(
        lambda dy, x, w, stride, pad: gather(
            frame(spread(dy, x, w, stride, pad), w.shape[3] - 1 - pad, w.shape[2] - 1 - pad),
            exchanged(w),
        ),
        "Height and width are exchanged in the zeros around dy: kh belongs to the rows and kw to "
        "the columns",
    ),
    dx_pad_again=(
        lambda dy, x, w, stride, pad: gather(
            frame(spread(dy, x, w, stride, pad), pad, pad), exchanged(w)
        ),
        "Is dy padded by the forward pass's pad? With pad 0 that leaves dx smaller than it "
        "should be",
    ),
    dx_repeated=(
        lambda dy, w, stride, pad: correlated(
            dy.repeat(stride, axis=2).repeat(stride, axis=3), w, pad
        ),
        "every number of dy was repeated instead of moved apart: which outputs would stride 1 "
        "have between, and does the loss ask for them?",
    ),
    dx_one_zero_too_few=(
        lambda dy, w, stride, pad: correlated(
            dilated_by(dy, max(stride - 1, 1), max(stride - 1, 1)), w, pad
        ),
        "One zero too few stands between the numbers of dy: how far apart were two windows?",
    ),
    dx_one_zero_too_many=(
        lambda dy, w, stride, pad: correlated(dilated_by(dy, stride + 1, stride + 1), w, pad),
        "One zero too many stands between the numbers of dy: with stride 1 there must be none",
    ),
    dx_not_dilated=(
        lambda dy, w, pad: correlated(dy, w, pad),
        "No zeros were put between the numbers of dy: how far apart do they stand in an output "
        "with stride 1?",
    ),
    dx_rows_apart=(
        lambda dy, w, stride, pad: correlated(dilated_by(dy, stride, 1), w, pad),
        "The rows of dy were moved apart and its columns were not: the window moved by the "
        "stride in both directions",
    ),
    dx_no_zeros_at_end=(
        lambda dy, w, stride, pad: correlated(strided.dilate(dy, stride), w, pad),
        "Too small by the remainder: no window ever reached the last pixels. Which gradient do "
        "they get, and what must stand behind dy for it?",
    ),
    dx_no_zeros_then_sliced=(
        lambda dy, x, w, stride, pad: correlated(strided.dilate(dy, stride), w, 0)[
            :, :, pad : pad + x.shape[2], pad : pad + x.shape[3]
        ],
        "What slides out is too short for the cut: it lacks the remainder at its end. How many "
        "zeros belong behind the last number of the dilated dy, before others are put around it?",
    ),
    dx_zeros_at_start=(
        lambda dy, x, w, stride, pad: correlated(
            before(strided.dilate(dy, stride), *remainder(x, w, stride, pad)), w, pad
        ),
        "is shifted by the remainder: the zeros for it stand before dy. At which end of x are "
        "the pixels that no window reached?",
    ),
    dx_stride_zeros_at_end=(
        lambda dy, w, stride, pad: correlated(
            behind(strided.dilate(dy, stride), stride - 1, stride - 1), w, pad
        ),
        "Always stride - 1 zeros behind dy? What no window reaches is the remainder, which "
        "depends on the sizes and may differ between rows and columns",
    ),
    dx_remainder_without_pad=(
        lambda dy, x, w, stride, pad: correlated(
            behind(strided.dilate(dy, stride), *remainder(x, w, stride, 0)), w, pad
        ),
        "the remainder is taken of H - kh without the padding: it counts what is left over of the "
        "padded x",
    ),
    dx_filled_with_zeros=(
        dx_filled_with_zeros,
        "the last rows and columns of x were filled with zeros: without padding that is right. "
        "With pad 1, may the entries that no window reached lie in the padding?",
    ),
    dx_stride_again=(
        lambda dx, stride: dx[:, :, ::stride, ::stride],
        "The stride was used again on the way back: once dy is moved apart, the rotated filter "
        "moves by one pixel",
    ),
)

# --- dw ---


def dw_strided_not_dilated(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> np.ndarray:
    images = frame(x, pad, pad)
    H, W = images.shape[2:]
    dw = np.zeros(w.shape)
    for (i, j), (u, v) in pairs(dy.shape[2:], w.shape[2:]):
        a, b = i + u * stride, j + v * stride
        if a < H and b < W:
            dw[:, :, u, v] += np.einsum("nf,nc->fc", dy[:, :, i, j], images[:, :, a, b])
    return dw


wrong(
    BOTH,
    "dw",
    dw_rotated=(
        lambda dw: dw[:, :, ::-1, ::-1],
        "is rotated by 180 degrees: dL/dw needs no rotation at all, w[f, c, u, v] met the pixel "
        "u rows below and v columns right of the corner of each window",
    ),
    dw_last_image=(
        lambda dy, x, w, stride, pad: strided.strided_backward_spray(
            dy[-1:], x[-1:], w, stride, pad
        )[1],
        "speaks of the last image alone: is there an = in a loop over the batch, where all "
        "images should add up?",
    ),
    dw_batch_averaged=(
        lambda dw, x: dw / len(x),
        "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy",
    ),
    dw_stride_ignored=(
        lambda dy, x, w, pad: weights(dy, frame(x, pad, pad))[:, :, : w.shape[2], : w.shape[3]],
        "takes dy as if the windows had moved by one pixel: which pixels of x did w[f, c, 0, 0] "
        "meet?",
    ),
    dw_strided_not_dilated=(
        dw_strided_not_dilated,
        "has the stride at the wrong index: from output to output the window moves by `stride`, "
        "from tap to tap by one pixel",
    ),
    dw_border_zeroed=(
        lambda dy, x, w, stride, pad: weights(
            frame(frame(spread(dy, x, w, stride, pad), -pad, -pad), pad, pad), frame(x, pad, pad)
        ),
        "leaves out the windows that touch the padding: the rest of such a window met pixels of x",
    ),
    dw_transposed=(
        lambda dw: dw.transpose(0, 1, 3, 2),
        "Rows and columns of the filters are exchanged: kh counts the rows of dw too",
    ),
    dw_axes_exchanged=(
        lambda dw: dw.transpose(1, 0, 2, 3),
        "F and C are exchanged: w has its filters first, and dL/dw is laid out like w",
    ),
)

wrong(
    strided_backward_spray,
    "dw",
    dw_last_pixel=(
        lambda dy, x, w, stride, pad: strided.strided_backward_spray(
            only(dy, np.s_[:, :, -1, -1]), x, w, stride, pad
        )[1],
        "speaks of the last pixel of dy alone: is there an = in a loop over the outputs, where "
        "all should add up?",
    ),
    dw_padded_at_end=(
        lambda dy, x, w, stride, pad: weights(
            spread(dy, x, w, stride, pad), behind(x, 2 * pad, 2 * pad)
        ),
        "no zeros stand above and on the left of x: the first window of the forward pass began "
        "in the padding",
    ),
)

wrong(
    strided_backward_rotated,
    "dw",
    dw_unpadded=(
        lambda dy, x, w, stride, pad: weights(spread(dy, x, w, stride, pad), x),
        "x has lost its padding: the filter met the zeros as well, so over how large an image "
        "did it slide?",
    ),
    dw_not_cropped=(
        lambda dy, x, stride, pad: weights(strided.dilate(dy, stride), frame(x, pad, pad)),
        "Too large by the remainder: dy fits at more places now, as no zeros stand behind it. "
        "Which of them belong to taps?",
    ),
    dw_cropped_at_start=(
        lambda dy, x, w, stride, pad: weights(strided.dilate(dy, stride), frame(x, pad, pad))[
            :, :, -w.shape[2] :, -w.shape[3] :
        ],
        "was cropped at the wrong end: without zeros behind it dy fits at more than kh x kw "
        "places, and the first of them belong to the taps",
    ),
)

# --- db ---

wrong(
    BOTH,
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
)

# --- pixels_without_gradient ---

pixels_without_gradient = Reference(strided.pixels_without_gradient, "answer")

wrong(
    pixels_without_gradient,
    "answer",
    remainder_alone=(
        lambda n, k, stride, pad: (n + 2 * pad - k) % stride,
        "That is the remainder at the end: with a stride beyond k there are holes between the "
        "windows too",
    ),
    holes_alone=(
        lambda n, k, stride, pad: ((n + 2 * pad - k) // stride) * max(stride - k, 0),
        "Those are the holes between the windows: are there entries behind the last window as "
        "well?",
    ),
    padding_counted=(
        lambda n, k, stride, pad: (
            ((n + 2 * pad - k) // stride) * max(stride - k, 0) + (n + 2 * pad - k) % stride
        ),
        "Zeros of the padding are counted too: they are no entries of x",
    ),
    holes_in_padding_counted=(
        lambda n, k, stride, pad: (
            max((n + 2 * pad - k) % stride - pad, 0)
            + (n + 2 * pad - k) // stride * max(stride - k, 0)
        ),
        "Holes that lie in the padding are counted: only entries of x are asked for",
    ),
    padding_forgotten=(
        lambda n, k, stride: strided.pixels_without_gradient(n, k, stride, 0),
        "The padding is forgotten: it moves the windows, and so the entries that they miss",
    ),
    seen_entries=(
        lambda answer, n: n - answer,
        "That is how many entries some window sees: asked for are the others",
    ),
    windows_times_taps=(
        lambda n, k, stride, pad: max(n - ((n + 2 * pad - k) // stride + 1) * k, 0),
        "Windows may overlap, and may lie on the padding: k entries for each window are more "
        "than they see",
    ),
    one_hole=(
        lambda n, k, stride, pad: max(stride - k, 0) + (n + 2 * pad - k) % stride,
        "One hole is counted: how many gaps are there between the windows?",
    ),
    none_of_them=(
        lambda: 0,
        "Not every entry gets a gradient: draw n = 5 entries and windows of 2 with stride 3",
    ),
)
