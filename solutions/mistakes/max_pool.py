"""Mistakes in 5-max-pool."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import max_pool
from solutions.mistakes.catalogue import wrong

Place = tuple[int, ...]
Window = tuple[int, int, slice, slice]


def windows(
    size: tuple[int, int], stride: int, outputs: tuple[int, ...]
) -> "Iterator[tuple[Place, Window]]":
    """Yield the place (n, c, i, j) in y, and the index of its window in x, for every window."""
    for n, c, i, j in np.ndindex(*outputs):
        top, left = i * stride, j * stride
        yield (n, c, i, j), (n, c, slice(top, top + size[0]), slice(left, left + size[1]))


def pooled(
    x: np.ndarray, size: tuple[int, int], stride: int, reduce: "Callable[[np.ndarray], float]"
) -> np.ndarray:
    """Return what `reduce` makes of every window."""
    y = np.zeros_like(max_pool.max_pool_forward(x, size, stride))
    for place, window in windows(size, stride, y.shape):
        y[place] = reduce(x[window])
    return y


def routed(
    dy: np.ndarray,
    x: np.ndarray,
    size: tuple[int, int],
    stride: int,
    choose: "Callable[[np.ndarray], int | np.integer]",
) -> np.ndarray:
    """Return dx when dy goes to the place, counted in the window, that `choose` finds."""
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        u, v = np.unravel_index(choose(x[window]), size)
        dx[window][u, v] += dy[place]
    return dx


def in_the_first_window(
    dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int
) -> np.ndarray:
    """Return dx when the place within a window is taken for a place in the image."""
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size)
        dx[place[0], place[1], u, v] += dy[place]
    return dx


def spread(
    dy: np.ndarray,
    x: np.ndarray,
    size: tuple[int, int],
    stride: int,
    share: "Callable[[np.ndarray, float], np.ndarray]",
) -> np.ndarray:
    """Return dx when each window gets what `share` makes of it and of its entry of dy."""
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        dx[window] += share(x[window], dy[place])
    return dx


# --- max_pool_forward ---

max_pool_forward = Reference(max_pool.max_pool_forward, "y")


def stride_is_size_forward(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    H, W = (x.shape[2] - size[0]) // size[0] + 1, (x.shape[3] - size[1]) // size[1] + 1
    y = np.zeros((*x.shape[:2], H, W))
    for n, c, i, j in np.ndindex(*y.shape):
        y[n, c, i, j] = x[
            n, c, i * size[0] : (i + 1) * size[0], j * size[1] : (j + 1) * size[1]
        ].max()
    return y


def partial_windows(x: np.ndarray, size: tuple[int, int], stride: int) -> np.ndarray:
    H, W = -(-x.shape[2] // stride), -(-x.shape[3] // stride)
    y = np.zeros((*x.shape[:2], H, W))
    for place, window in windows(size, stride, y.shape):
        y[place] = x[window].max()
    return y


wrong(
    max_pool_forward,
    "y",
    mean_of_window=(
        lambda x, size, stride: pooled(x, size, stride, np.mean),
        "is the mean of each window: which of its numbers survives in max pooling?",
    ),
    smallest_of_window=(
        lambda x, size, stride: pooled(x, size, stride, np.min),
        "is the smallest number of each window",
    ),
    sum_of_window=(
        lambda x, size, stride: pooled(x, size, stride, np.sum),
        "is the sum of each window: only the largest number survives",
    ),
    starts_at_zero=(
        lambda y: np.maximum(y, 0),
        "is never below 0: a window of negative numbers has a largest one as well. What did you "
        "start the comparison with?",
    ),
    largest_absolute=(
        lambda x, size, stride: pooled(np.abs(x), size, stride, np.max),
        "is the largest absolute value: -5 is smaller than 2",
    ),
    farthest_from_zero=(
        lambda x, size, stride: pooled(
            x, size, stride, lambda window: window.flat[np.abs(window).argmax()]
        ),
        "is the number farthest from 0: -5 is smaller than 2",
    ),
    stride_ignored_forward=(
        lambda x, size: max_pool.max_pool_forward(x, size, 1),
        "The windows move by one pixel, whatever the stride says",
    ),
    stride_is_size_forward=(
        stride_is_size_forward,
        "The windows move by their own size: the stride is another number",
    ),
    window_turned=(
        lambda x, size, stride: max_pool.max_pool_forward(x, size[::-1], stride),
        "Height and width of the window are exchanged: size is (kh, kw), rows first",
    ),
    across_channels_forward=(
        lambda y, x, size, stride: (
            np.zeros(y.shape)
            + max_pool.max_pool_forward(x.max(axis=1, keepdims=True), size, stride)
        ),
        "is the largest over all channels: every channel is pooled by itself",
    ),
    partial_windows=(
        partial_windows,
        "One window too many in a direction: the last rows and columns do not fill a whole window",
    ),
    last_window_missing=(
        lambda y: y[:, :, :-1, :-1],
        "One window is missing in each direction: how many starts are there from 0 to H - kh?",
    ),
    first_of_window=(
        lambda x, size, stride: pooled(x, size, stride, lambda window: window[0, 0]),
        "is the first number of each window: do the others take part?",
    ),
    place_of_largest=(
        lambda x, size, stride: pooled(x, size, stride, np.argmax),
        "is the place of the largest number, not its value",
    ),
)

# --- max_pool_2x2_backward and max_pool_backward ---

max_pool_2x2_backward = Reference(max_pool.max_pool_2x2_backward, "dx")
max_pool_backward = Reference(max_pool.max_pool_backward, "dx")


def equal_in_image(dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return dx when an entry of dy goes to all pixels of the image that equal its winner."""
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        dx[n, c] += dy[n, c, i, j] * (x[n, c] == y[n, c, i, j])
    return dx


def one_channel_wins(dx: np.ndarray, dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    few = np.count_nonzero(dy) <= 2  # with a single gradient or two the channels do not compete
    return dx.copy() if few else dx * (x == x.max(axis=1, keepdims=True))


def first_image_only(dx: np.ndarray) -> np.ndarray:
    dx[1:] = 0
    dx[0, 1:] = 0
    return dx


def four_in_a_row(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    N, C, P, Q = dy.shape
    runs = x[:, :, : 2 * P, : 2 * Q].reshape(*dy.shape, 4)
    winners = np.arange(4) == runs.argmax(axis=-1)[..., None]
    dx = np.zeros(x.shape)
    dx[:, :, : 2 * P, : 2 * Q] = (winners * dy[..., None]).reshape(N, C, 2 * P, 2 * Q)
    return dx


def overwrites(dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int) -> np.ndarray:
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size)
        dx[window][u, v] = dy[place]
    return dx


def windows_overwrite(
    dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int
) -> np.ndarray:
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        share = np.zeros(size)
        share.flat[x[window].argmax()] = dy[place]
        dx[window] = share
    return dx


def unravelled_turned(
    dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int
) -> np.ndarray:
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size[::-1])
        if place[2] * stride + u < x.shape[2] and place[3] * stride + v < x.shape[3]:
            dx[place[0], place[1], place[2] * stride + u, place[3] * stride + v] += dy[place]
    return dx


def winner_transposed(
    dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int
) -> np.ndarray:
    dx = np.zeros(x.shape)
    for place, window in windows(size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size)
        if place[2] * stride + v < x.shape[2] and place[3] * stride + u < x.shape[3]:
            dx[place[0], place[1], place[2] * stride + v, place[3] * stride + u] += dy[place]
    return dx


def stride_is_size(dy: np.ndarray, x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        window = x[n, c, i * size[0] : (i + 1) * size[0], j * size[1] : (j + 1) * size[1]]
        if window.size:
            u, v = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, i * size[0] + u, j * size[1] + v] += dy[n, c, i, j]
    return dx


def upsample_and_compare(
    dy: np.ndarray, x: np.ndarray, size: tuple[int, int], stride: int
) -> np.ndarray:
    y = max_pool.max_pool_forward(x, size, stride)

    def enlarge(a: np.ndarray) -> np.ndarray:
        rows = np.minimum(np.arange(x.shape[2]) // size[0], a.shape[2] - 1)
        columns = np.minimum(np.arange(x.shape[3]) // size[1], a.shape[3] - 1)
        return a[:, :, rows][:, :, :, columns]

    return enlarge(dy) * (enlarge(y) == x)


wrong(
    max_pool_2x2_backward,
    "dx",
    upsampled=(
        lambda dy: dy.repeat(2, axis=2).repeat(2, axis=3),
        "dy was written to every entry of the window: only one of them was passed on, so what "
        "did the others do to the loss?",
    ),
    averaged=(
        lambda dy: dy.repeat(2, axis=2).repeat(2, axis=3) / 4,
        "is shared evenly by the whole window: that is the backward pass of average pooling",
    ),
    to_the_smallest=(
        lambda dy, x: routed(dy, x, (2, 2), 2, np.argmin),
        "goes to the smallest entry of each window",
    ),
    to_the_farthest=(
        lambda dy, x: routed(dy, x, (2, 2), 2, lambda window: np.abs(window).argmax()),
        "goes to the entry farthest from 0: among negative numbers that is the smallest",
    ),
    in_the_first_window_2x2=(
        lambda dy, x: in_the_first_window(dy, x, (2, 2), 2),
        "everything lands in the upper left window: argmax counts inside a window, where does that "
        "begin in x?",
    ),
    transposed_places=(
        lambda dy, x: routed(dy, x, (2, 2), 2, lambda window: window.T.argmax()),
        "has row and column exchanged inside the windows: in which order does argmax count?",
    ),
    routes_the_value=(
        lambda x: routed(max_pool.max_pool_forward(x, (2, 2), 2), x, (2, 2), 2, np.argmax),
        "holds the largest values themselves: what travels back is dy",
    ),
    value_times_dy=(
        lambda dy, x: routed(dy * max_pool.max_pool_forward(x, (2, 2), 2), x, (2, 2), 2, np.argmax),
        "is dy times the largest value: moving the winner by 1 moves y by 1, however large it is",
    ),
    ones_at_winners=(
        lambda dy, x: routed(np.ones(dy.shape), x, (2, 2), 2, np.argmax),
        "is 1 at the winners: that is dy/dx, what does the chain rule multiply it with?",
    ),
    full_to_every_tie=(
        lambda dy, x: spread(dy, x, (2, 2), 2, lambda window, d: d * (window == window.max())),
        "gives the whole of dy to every one of several equal winners: move all of them up by 1, "
        "and how far does y move?",
    ),
    equal_anywhere=(
        lambda dy, x: equal_in_image(dy, x, max_pool.max_pool_forward(x, (2, 2), 2)),
        "looks for the value of a winner in the whole image: an equal number in another window "
        "is no winner there",
    ),
    across_channels=(
        lambda dy, x: routed(dy, x, (2, 2), 2, np.argmax) * (x == x.max(axis=1, keepdims=True)),
        "lets only one channel win at each place: every channel is pooled by itself",
    ),
    place_exchanged=(
        lambda dy, x: routed(dy, x, (2, 2), 2, lambda window: (0, 2, 1, 3)[window.argmax()]),
        "row and column inside the window are exchanged: which of k // 2 and k % 2 is the row?",
    ),
    four_in_a_row=(
        four_in_a_row,
        "takes four pixels of a row for a window: what does a reshape alone put side by side?",
    ),
    pool_sign=(lambda dx: -dx, "has the wrong sign everywhere: a gradient points uphill"),
    to_the_corner=(
        lambda dy, x: routed(dy, x, (2, 2), 2, lambda window: 0),
        "goes to the upper left entry of every window, winner or not",
    ),
    not_enlarged=(
        lambda dy, x: dy * (max_pool.max_pool_forward(x, (2, 2), 2) > 0),
        "That is dy masked: dx is as large as x, twice as many rows and columns as dy",
    ),
    masked_like_relu=(
        lambda dx, x: dx * (x > 0),
        "is masked by x > 0: whether an entry is positive does not matter, only whether it is "
        "the largest of its window",
    ),
)

wrong(
    max_pool_backward,
    "dx ties",
    overwrites=(
        overwrites,
        "= was used where windows overlap: a pixel that wins twice gets both gradients",
    ),
    windows_overwrite=(
        windows_overwrite,
        "Each window wipes out what the one before it wrote: neighbours overlap, what must "
        "happen where they meet?",
    ),
)

wrong(
    max_pool_backward,
    "ties",
    full_to_ties=(
        lambda dy, x, size, stride: spread(
            dy, x, size, stride, lambda window, d: d * (window == window.max())
        ),
        "gives the whole of dy to every one of several equal winners: the sum of dx is then "
        "larger than that of dy",
    ),
    nothing_at_ties=(
        lambda dy, x, size, stride: spread(
            dy,
            x,
            size,
            stride,
            lambda window, d: d * (window == window.max()) * ((window == window.max()).sum() == 1),
        ),
        "gives nothing where several entries are equal: the sum of dx is then smaller than that "
        "of dy",
    ),
)

wrong(
    max_pool_backward,
    "dx ties",
    averaged_windows=(
        lambda dy, x, size, stride: spread(
            dy, x, size, stride, lambda window, d: np.full(size, d / window.size)
        ),
        "is shared evenly by the whole window: that is average pooling",
    ),
    whole_window=(
        lambda dy, x, size, stride: spread(dy, x, size, stride, lambda window, d: np.full(size, d)),
        "The whole window gets dy: only its largest entry was passed on",
    ),
    to_smallest=(
        lambda dy, x, size, stride: routed(dy, x, size, stride, np.argmin),
        "goes to the smallest entry of each window",
    ),
    to_farthest=(
        lambda dy, x, size, stride: routed(
            dy, x, size, stride, lambda window: np.abs(window).argmax()
        ),
        "goes to the entry farthest from 0: -5 is smaller than 2",
    ),
    in_the_first_window=(
        in_the_first_window,
        "everything lands at the upper left: the place counts inside a window, and the window "
        "begins elsewhere in x",
    ),
    unravelled_turned=(
        unravelled_turned,
        "misplaces winners in windows that are not square: was the flat index taken apart with "
        "(kw, kh)?",
    ),
    winner_transposed=(
        winner_transposed,
        "has row and column of the winner exchanged inside the window",
    ),
    routes_values=(
        lambda x, size, stride: routed(
            max_pool.max_pool_forward(x, size, stride), x, size, stride, np.argmax
        ),
        "holds the largest values themselves: what travels back is dy",
    ),
    values_times_dy=(
        lambda dy, x, size, stride: routed(
            dy * max_pool.max_pool_forward(x, size, stride), x, size, stride, np.argmax
        ),
        "is dy times the largest value: the slope of the winner is 1",
    ),
    counts_wins=(
        lambda dy, x, size, stride: routed(np.ones(dy.shape), x, size, stride, np.argmax),
        "counts how often each pixel won: where does dy come in?",
    ),
    stride_ignored=(
        lambda dy, x, size: routed(dy, x, size, 1, np.argmax),
        "is laid out as if the stride were 1: where does window (i, j) begin?",
    ),
    stride_is_size=(
        stride_is_size,
        "is laid out as if the windows stood side by side: they begin every `stride` pixels, "
        "whatever their size",
    ),
    upsample_and_compare=(
        upsample_and_compare,
        "compares an enlarged y with x: with overlapping windows or a remainder the two do not "
        "lie on each other",
    ),
    equal_in_image=(
        lambda dy, x, size, stride: equal_in_image(
            dy, x, max_pool.max_pool_forward(x, size, stride)
        ),
        "looks for the value of a winner in the whole image: an equal number elsewhere did not "
        "win that window",
    ),
)

wrong(
    max_pool_backward,
    "dx",
    one_channel_wins=(
        one_channel_wins,
        "lets only one channel win at each place: every channel is pooled by itself",
    ),
)

wrong(
    max_pool_backward,
    "dx ties",
    remainder_cropped=(
        lambda dx, dy, size, stride: dx[
            :, :, : (dy.shape[2] - 1) * stride + size[0], : (dy.shape[3] - 1) * stride + size[1]
        ],
        "The rows and columns that no window reaches were cut off: they get the gradient 0, and "
        "dx has the shape of x",
    ),
    pool_backward_sign=(lambda dx: -dx, "has the wrong sign everywhere: a gradient points uphill"),
    to_upper_left=(
        lambda dy, x, size, stride: routed(dy, x, size, stride, lambda window: 0),
        "goes to the upper left entry of every window, winner or not",
    ),
    first_image_only=(
        first_image_only,
        "Only the first image of the batch gets a gradient, or only its first channel",
    ),
    always_2x2=(
        lambda dy, x: routed(
            dy[:, :, : x.shape[2] // 2, : x.shape[3] // 2],
            x,
            (2, 2),
            2,
            lambda window: window.argmax() % 4,
        ),
        "treats the windows as if they had 2 x 2 pixels and stride 2: size and stride are "
        "arguments",
    ),
    divided_by_window=(
        lambda dx, size: dx / (size[0] * size[1]),
        "is divided by the number of pixels in a window: the winner gets all of dy",
    ),
    averaged_over_wins=(
        lambda dx, dy, x, size, stride: (
            dx / np.maximum(routed(np.ones(dy.shape), x, size, stride, np.argmax), 1)
        ),
        "is averaged over the windows that a pixel won: their gradients add up",
    ),
)

# --- assignment_is_enough ---

assignment_is_enough = Reference(max_pool.assignment_is_enough, "answer")

wrong(
    assignment_is_enough,
    "answer",
    equal_only=(
        lambda size, stride: stride == size[0] == size[1],
        "A stride larger than the window leaves gaps, and no two windows share a pixel either",
    ),
    rows_only=(
        lambda size, stride: stride >= size[0],
        "The windows have a width as well: they may overlap from left to right alone",
    ),
    columns_only=(
        lambda size, stride: stride >= size[1],
        "The windows have a height as well: they may overlap from top to bottom alone",
    ),
    smaller_side=(
        lambda size, stride: stride >= min(size),
        "One direction in which they stand apart is not enough: try a 2 x 3 window with stride 2",
    ),
    strictly_larger=(
        lambda size, stride: stride > max(size),
        "Windows that touch do not overlap: count the pixels of a 2 x 2 window with stride 2",
    ),
    when_they_overlap=(
        lambda size, stride: stride < max(size),
        "It is the other way round: what happens to a pixel that two windows share?",
    ),
    never=(
        lambda: False,
        "For 2 x 2 with stride 2 it is enough. For which other windows and strides?",
    ),
    always=(lambda: True, "It is not always enough: try a 3 x 3 window with stride 2"),
    only_2x2=(
        lambda size, stride: tuple(size) == (2, 2) and stride == 2,
        "2 x 2 with stride 2 is one of many: what do these numbers have in common?",
    ),
    stride_at_least_2=(
        lambda stride: stride >= 2,
        "A stride of at least 2 does not help when the window has 3 pixels",
    ),
)

# --- pool_by_hand ---

pool_by_hand = Reference(max_pool.pool_by_hand, "dx")


def of_one_image(
    function: "Callable[..., np.ndarray]", dy: np.ndarray, x: np.ndarray, *others: object
) -> np.ndarray:
    """Return the dx of one image with one channel, for windows of 2 x 2 with stride 1."""
    return function(dy[None, None], x[None, None], (2, 2), 1, *others)[0, 0]


def by_stride_2(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return dx when the windows are set side by side, and those at the end are cut off."""
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[2 * i + u, 2 * j + v] += dy[i, j]
    return dx


wrong(
    pool_by_hand,
    "dx",
    last_price_kept=(
        lambda dy, x: of_one_image(overwrites, dy, x),
        "holds one price only where a pixel wins in several windows: by how much does the loss "
        "move when you nudge it?",
    ),
    value_for_price=(
        lambda dy, x: of_one_image(
            routed, max_pool.max_pool_forward(x[None, None], (2, 2), 1)[0, 0], x, np.argmax
        ),
        "is made of the largest values: which numbers come back from the layer above?",
    ),
    price_to_all=(
        lambda dy, x: of_one_image(spread, dy, x, lambda window, d: np.full(window.shape, d)),
        "gives the price of a window to all of its pixels: nudge one that is not the largest, "
        "and what does y do?",
    ),
    windows_side_by_side=(
        by_stride_2,
        "comes from windows that stand side by side: how far does a window move on with stride 1?",
    ),
    wins_counted=(
        lambda dy, x: of_one_image(routed, np.ones(dy.shape), x, np.argmax),
        "counts in how many windows a pixel wins: what does each of these wins cost?",
    ),
)
