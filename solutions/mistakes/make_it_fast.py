"""Mistakes in 7-fast."""

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import make_it_fast, strided
from solutions.mistakes.catalogue import wrong
from solutions.mistakes.convolution import gather, only

ways = tuple(
    Reference(way, "y")
    for way in (
        make_it_fast.conv_loops,
        make_it_fast.conv_im2col,
        make_it_fast.conv_taps,
        make_it_fast.conv_offsets,
    )
)
_, conv_im2col, conv_taps, conv_offsets = ways
conv_phases = Reference(make_it_fast.conv_phases, "y")

# --- all of them ---

wrong(
    (*ways, conv_phases),
    "y",
    bias_left_out=(
        lambda y, b: y - b[:, None, None],
        "lacks the bias: one b per filter is added to every pixel that the filter gives",
    ),
    bias_taken_away=(
        lambda y, b: y - 2 * b[:, None, None],
        "the bias is taken away: b is added",
    ),
    filters_behind=(
        lambda y: y.transpose(0, 2, 3, 1),
        "The axes come in another order: filters stand second, before rows and columns. Does the "
        "product put them last?",
    ),
    only_reshaped=(
        lambda y: y.transpose(0, 2, 3, 1).reshape(y.shape),
        "the numbers are right and stand in the wrong places: a reshape keeps the reading order, "
        "moving an axis does not",
    ),
    last_windows_missing=(
        lambda y: y[:, :, :-1, :-1],
        "The last row and the last column are missing: at how many places does the filter fit?",
    ),
)

wrong(
    ways,
    "y",
    rotated=(
        lambda x, w, b: gather(x, w[:, :, ::-1, ::-1]) + b[:, None, None],
        "the filters are rotated: w[f, c, 0, 0] meets the upper left pixel of a window",
    ),
    on_its_side=(
        lambda x, w, b: gather(x, w.transpose(0, 1, 3, 2)) + b[:, None, None],
        "The filter lies on its side: kh counts its rows and kw its columns",
    ),
    first_channel_alone=(
        lambda x, w, b: gather(x[:, :1], w[:, :1]) + b[:, None, None],
        "uses the first channel of x alone: a filter has a slice for every channel, and their "
        "results add up",
    ),
    bias_with_every_number=(
        lambda y, w, b: y + (w[0].size - 1) * b[:, None, None],
        "the bias is in it once for every number of a window: it belongs to the sum, not to what is "
        "added up",
    ),
    last_tap_alone=(
        lambda x, w, b: gather(x, only(w, np.s_[:, :, -1, -1])) + b[:, None, None],
        "holds the last tap alone, w[f, c, kh-1, kw-1]: is there an = where all taps should "
        "add up?",
    ),
)

# --- conv_im2col ---


def columns_by_pixel(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rows of windows in the order kh, kw, C, times filters in the order C, kh, kw."""
    F, C, kh, kw = w.shape
    mixed = w.reshape(F, kh, kw, C).transpose(0, 3, 1, 2)
    return gather(x, mixed) + b[:, None, None]


wrong(
    (conv_im2col, conv_offsets),
    "y",
    orders_differ=(
        columns_by_pixel,
        "meets the right numbers with the wrong weights: a row of w and what it is multiplied by "
        "list taps and channels in two orders. Which of channel, row and column moves fastest in "
        "each?",
    ),
)

# --- conv_taps ---


def bias_with_every_tap(y: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return y + (w.shape[2] * w.shape[3] - 1) * b[:, None, None]


wrong(
    conv_taps,
    "y",
    bias_with_taps=(
        bias_with_every_tap,
        "the bias is in it once for every tap: does b stand inside the loop over the filter?",
    ),
)

# --- conv_phases ---


def _phase(x: np.ndarray, w: np.ndarray, stride: int, kept: "np.ndarray") -> np.ndarray:
    """Return the strided output without bias of those taps alone that are kept."""
    return strided.strided_forward(x, w * kept, np.zeros(len(w)), stride, 0)


def first_phase(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int) -> np.ndarray:
    kept = np.zeros(w.shape[2:])
    kept[::stride, ::stride] = 1
    return _phase(x, w, stride, kept) + b[:, None, None]


def equal_phases(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int) -> np.ndarray:
    kept = np.zeros(w.shape[2:])
    for a in range(stride):
        kept[a::stride, a::stride] = 1
    return _phase(x, w, stride, kept) + b[:, None, None]


def bias_in_each(y: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int) -> np.ndarray:
    phases = min(stride, w.shape[2]) * min(stride, w.shape[3])
    return y + (phases - 1) * b[:, None, None]


wrong(
    conv_phases,
    "y",
    first_phase_alone=(
        first_phase,
        "holds the first phase alone, with every stride-th tap from w[:, :, 0, 0] on: how many phases "
        "do rows and columns make together?",
    ),
    equal_phases_alone=(
        equal_phases,
        "only the phases that begin at the same row and column are in it: each beginning of a row "
        "goes with each beginning of a column",
    ),
    bias_with_phases=(
        bias_in_each,
        "the bias is in it once for every phase: it is added once in all",
    ),
    stride_left_out=(
        lambda x, w, b: gather(x, w) + b[:, None, None],
        "That is the output without a stride: how far does the filter move from one window to "
        "the next?",
    ),
)

# --- conv_offsets ---


def wrapped(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Windows at every place of the flat images, from the first one to the last; then zeros."""
    W, Q = x.shape[3], x.shape[3] - w.shape[3] + 1
    wide = np.concatenate([x, np.roll(x, -1, axis=2)], axis=3)
    y = gather(wide, w)[:, :, :, :W]
    y[:, :, -1, Q:] = 0
    return y


def not_cropped(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return wrapped(x, w) + b[:, None, None]


def run_too_short(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """As many numbers as y has, from the first window on."""
    N, F = len(x), len(w)
    P, W, Q = x.shape[2] - w.shape[2] + 1, x.shape[3], x.shape[3] - w.shape[3] + 1
    flat = wrapped(x, w).reshape(N, F, P * W)
    flat[:, :, P * Q :] = 0
    return flat.reshape(N, F, P, W)[:, :, :, :Q] + b[:, None, None]


def pitch_of_y(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The numbers of windows laid flat, read in rows as long as those of y."""
    N, F = len(x), len(w)
    P, Q = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
    flat = wrapped(x, w).reshape(N, F, -1)
    return flat[:, :, : P * Q].reshape(N, F, P, Q) + b[:, None, None]


wrong(
    conv_offsets,
    "y",
    wrapped_windows_kept=(
        not_cropped,
        "The rows of y are as long as those of x: windows that wrap around from one row into the "
        "next are no windows",
    ),
    run_too_short=(
        run_too_short,
        "ends too early: the last windows are missing. Flat, how many places are there from the "
        "first window to the last, those that wrap around among them?",
    ),
    short_pitch=(
        pitch_of_y,
        "slips from row to row: laid flat, one row of windows begins W numbers after the one above "
        "it, and y has fewer columns than that",
    ),
)
