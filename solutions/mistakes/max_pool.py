"""Mistakes in 5-max-pool."""

import numpy as np

from solutions import max_pool
from solutions.mistakes.base import mistake


def windows(x, size, stride, outputs):
    """Yield ((n, c, i, j), the slices of x) for every window."""
    for n, c, i, j in np.ndindex(*outputs):
        yield (n, c, i, j), (n, c, slice(i * stride, i * stride + size[0]), slice(j * stride, j * stride + size[1]))


def pooled(x, size, stride, reduce):
    """Return what `reduce` makes of every window."""
    y = np.zeros_like(max_pool.max_pool_forward(x, size, stride))
    for place, window in windows(x, size, stride, y.shape):
        y[place] = reduce(x[window])
    return y


def routed(dy, x, size, stride, choose):
    """Return dx when dy goes to the place, counted in the window, that `choose` finds."""
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        u, v = np.unravel_index(choose(x[window]), size)
        dx[window][u, v] += dy[place]
    return dx


def spread(dy, x, size, stride, share):
    """Return dx when each window gets dy times its own array of shares."""
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        dx[window] += share(x[window], dy[place])
    return dx


# --- max_pool_forward ---


@mistake("max_pool_forward", "y", "is the mean of each window: which of its numbers survives in max pooling?")
def mean_of_window(x, size, stride):
    return pooled(x, size, stride, np.mean)


@mistake("max_pool_forward", "y", "is the smallest number of each window")
def smallest_of_window(x, size, stride):
    return pooled(x, size, stride, np.min)


@mistake("max_pool_forward", "y", "is the sum of each window: only the largest number survives")
def sum_of_window(x, size, stride):
    return pooled(x, size, stride, np.sum)


@mistake(
    "max_pool_forward",
    "y",
    "is never below 0: a window of negative numbers has a largest one as well. What did you start the comparison with?",
)
def starts_at_zero(x, size, stride):
    return np.maximum(max_pool.max_pool_forward(x, size, stride), 0)


@mistake("max_pool_forward", "y", "is the largest absolute value: -5 is smaller than 2")
def largest_absolute(x, size, stride):
    return pooled(np.abs(x), size, stride, np.max)


@mistake("max_pool_forward", "y", "is the number farthest from 0: -5 is smaller than 2")
def farthest_from_zero(x, size, stride):
    return pooled(x, size, stride, lambda window: window.flat[np.abs(window).argmax()])


@mistake("max_pool_forward", "y", "The windows move by one pixel, whatever the stride says")
def stride_ignored_forward(x, size, stride):
    return max_pool.max_pool_forward(x, size, 1)


@mistake("max_pool_forward", "y", "The windows move by their own size: the stride is another number")
def stride_is_size_forward(x, size, stride):
    H, W = (x.shape[2] - size[0]) // size[0] + 1, (x.shape[3] - size[1]) // size[1] + 1
    y = np.zeros((*x.shape[:2], H, W))
    for n, c, i, j in np.ndindex(*y.shape):
        y[n, c, i, j] = x[n, c, i * size[0] : (i + 1) * size[0], j * size[1] : (j + 1) * size[1]].max()
    return y


@mistake("max_pool_forward", "y", "Height and width of the window are exchanged: size is (K, L), rows first")
def window_turned(x, size, stride):
    return max_pool.max_pool_forward(x, size[::-1], stride)


@mistake("max_pool_forward", "y", "is the largest over all channels: every channel is pooled by itself")
def across_channels_forward(x, size, stride):
    return np.zeros(max_pool.max_pool_forward(x, size, stride).shape) + max_pool.max_pool_forward(
        x.max(axis=1, keepdims=True), size, stride
    )


@mistake("max_pool_forward", "y", "One window too many in a direction: the last rows and columns do not fill a whole window")
def partial_windows(x, size, stride):
    H, W = -(-x.shape[2] // stride), -(-x.shape[3] // stride)
    y = np.zeros((*x.shape[:2], H, W))
    for place, window in windows(x, size, stride, y.shape):
        y[place] = x[window].max()
    return y


@mistake("max_pool_forward", "y", "One window is missing in each direction: how many starts are there from 0 to H - K?")
def last_window_missing(x, size, stride):
    return max_pool.max_pool_forward(x, size, stride)[:, :, :-1, :-1]


@mistake("max_pool_forward", "y", "is the first number of each window: do the others take part?")
def first_of_window(x, size, stride):
    return pooled(x, size, stride, lambda window: window[0, 0])


@mistake("max_pool_forward", "y", "is the place of the largest number, not its value")
def place_of_largest(x, size, stride):
    return pooled(x, size, stride, np.argmax)


# --- max_pool_2x2_backward and max_pool_backward ---


@mistake(
    "max_pool_2x2_backward",
    "dx",
    "dy was written to every entry of the window: only one of them was passed on, so what did the others do to the loss?",
)
def upsampled(dy, x):
    return dy.repeat(2, axis=2).repeat(2, axis=3)


@mistake("max_pool_2x2_backward", "dx", "is shared evenly by the whole window: that is the backward pass of average pooling")
def averaged(dy, x):
    return dy.repeat(2, axis=2).repeat(2, axis=3) / 4


@mistake("max_pool_2x2_backward", "dx", "goes to the smallest entry of each window")
def to_the_smallest(dy, x):
    return routed(dy, x, (2, 2), 2, np.argmin)


@mistake("max_pool_2x2_backward", "dx", "goes to the entry farthest from 0: among negative numbers that is the smallest")
def to_the_farthest(dy, x):
    return routed(dy, x, (2, 2), 2, lambda window: np.abs(window).argmax())


@mistake("max_pool_2x2_backward", "dx", "has row and column exchanged inside the windows: in which order does argmax count?")
def transposed_places(dy, x):
    return routed(dy, x, (2, 2), 2, lambda window: window.T.argmax())


@mistake("max_pool_2x2_backward", "dx", "holds the largest values themselves: what travels back is dy")
def routes_the_value(dy, x):
    return routed(max_pool.max_pool_forward(x, (2, 2), 2), x, (2, 2), 2, np.argmax)


@mistake("max_pool_2x2_backward", "dx", "is dy times the largest value: moving the winner by 1 moves y by 1, however large it is")
def value_times_dy(dy, x):
    return routed(dy * max_pool.max_pool_forward(x, (2, 2), 2), x, (2, 2), 2, np.argmax)


@mistake("max_pool_2x2_backward", "dx", "is 1 at the winners: that is dy/dx, what does the chain rule multiply it with?")
def ones_at_winners(dy, x):
    return routed(np.ones(dy.shape), x, (2, 2), 2, np.argmax)


@mistake(
    "max_pool_2x2_backward",
    "dx",
    "gives the whole of dy to every one of several equal winners: move all of them up by 1, and how far does y move?",
)
def full_to_every_tie(dy, x):
    return spread(dy, x, (2, 2), 2, lambda window, d: d * (window == window.max()))


@mistake(
    "max_pool_2x2_backward",
    "dx",
    "looks for the value of a winner in the whole image: an equal number in another window is no winner there",
)
def equal_anywhere(dy, x):
    dx = np.zeros(x.shape)
    y = max_pool.max_pool_forward(x, (2, 2), 2)
    for n, c, i, j in np.ndindex(*dy.shape):
        dx[n, c] += dy[n, c, i, j] * (x[n, c] == y[n, c, i, j])
    return dx


@mistake("max_pool_2x2_backward", "dx", "lets only one channel win at each place: every channel is pooled by itself")
def across_channels(dy, x):
    return routed(dy, x, (2, 2), 2, np.argmax) * (x == x.max(axis=1, keepdims=True))


@mistake("max_pool_2x2_backward", "dx", "takes four pixels of a row for a window: what does a reshape alone put side by side?")
def four_in_a_row(dy, x):
    N, C, P, Q = dy.shape
    runs = x[:, :, : 2 * P, : 2 * Q].reshape(*dy.shape, 4)
    winners = np.arange(4) == runs.argmax(axis=-1)[..., None]
    dx = np.zeros(x.shape)
    dx[:, :, : 2 * P, : 2 * Q] = (winners * dy[..., None]).reshape(N, C, 2 * P, 2 * Q)
    return dx


@mistake("max_pool_2x2_backward", "dx", "has the wrong sign everywhere: a gradient points uphill")
def pool_sign(dy, x):
    return -max_pool.max_pool_2x2_backward(dy, x)


@mistake("max_pool_2x2_backward", "dx", "goes to the upper left entry of every window, winner or not")
def to_the_corner(dy, x):
    return routed(dy, x, (2, 2), 2, lambda window: 0)


@mistake("max_pool_2x2_backward", "dx", "That is dy masked: dx is as large as x, twice as many rows and columns as dy")
def not_enlarged(dy, x):
    return dy * (max_pool.max_pool_forward(x, (2, 2), 2) > 0)


@mistake(
    "max_pool_2x2_backward",
    "dx",
    "is masked by x > 0: whether an entry is positive does not matter, only whether it is the largest of its window",
)
def masked_like_relu(dy, x):
    return max_pool.max_pool_2x2_backward(dy, x) * (x > 0)


@mistake("max_pool_backward", "dx ties", "= was used where windows overlap: a pixel that wins twice gets both gradients")
def overwrites(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size)
        dx[window][u, v] = dy[place]
    return dx


@mistake(
    "max_pool_backward",
    "dx ties",
    "Each window wipes out what the one before it wrote: neighbours overlap, what must happen where they meet?",
)
def windows_overwrite(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        share = np.zeros(size)
        share.flat[x[window].argmax()] = dy[place]
        dx[window] = share
    return dx


@mistake(
    "max_pool_backward",
    "ties",
    "gives the whole of dy to every one of several equal winners: the sum of dx is then larger than that of dy",
)
def full_to_ties(dy, x, size, stride):
    return spread(dy, x, size, stride, lambda window, d: d * (window == window.max()))


@mistake(
    "max_pool_backward", "ties", "gives nothing where several entries are equal: the sum of dx is then smaller than that of dy"
)
def nothing_at_ties(dy, x, size, stride):
    return spread(dy, x, size, stride, lambda window, d: d * (window == window.max()) * ((window == window.max()).sum() == 1))


@mistake("max_pool_backward", "dx ties", "is shared evenly by the whole window: that is average pooling")
def averaged_windows(dy, x, size, stride):
    return spread(dy, x, size, stride, lambda window, d: np.full(size, d / window.size))


@mistake("max_pool_backward", "dx ties", "The whole window gets dy: only its largest entry was passed on")
def whole_window(dy, x, size, stride):
    return spread(dy, x, size, stride, lambda window, d: np.full(size, d))


@mistake("max_pool_backward", "dx ties", "goes to the smallest entry of each window")
def to_smallest(dy, x, size, stride):
    return routed(dy, x, size, stride, np.argmin)


@mistake("max_pool_backward", "dx ties", "goes to the entry farthest from 0: -5 is smaller than 2")
def to_farthest(dy, x, size, stride):
    return routed(dy, x, size, stride, lambda window: np.abs(window).argmax())


@mistake(
    "max_pool_backward",
    "dx ties",
    "misplaces winners in windows that are not square: was the flat index taken apart with (L, K)?",
)
def unravelled_turned(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size[::-1])
        if place[2] * stride + u < x.shape[2] and place[3] * stride + v < x.shape[3]:
            dx[place[0], place[1], place[2] * stride + u, place[3] * stride + v] += dy[place]
    return dx


@mistake("max_pool_backward", "dx ties", "has row and column of the winner exchanged inside the window")
def winner_transposed(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for place, window in windows(x, size, stride, dy.shape):
        u, v = np.unravel_index(x[window].argmax(), size)
        if place[2] * stride + v < x.shape[2] and place[3] * stride + u < x.shape[3]:
            dx[place[0], place[1], place[2] * stride + v, place[3] * stride + u] += dy[place]
    return dx


@mistake("max_pool_backward", "dx ties", "holds the largest values themselves: what travels back is dy")
def routes_values(dy, x, size, stride):
    return routed(max_pool.max_pool_forward(x, size, stride), x, size, stride, np.argmax)


@mistake("max_pool_backward", "dx ties", "is dy times the largest value: the slope of the winner is 1")
def values_times_dy(dy, x, size, stride):
    return routed(dy * max_pool.max_pool_forward(x, size, stride), x, size, stride, np.argmax)


@mistake("max_pool_backward", "dx ties", "counts how often each pixel won: where does dy come in?")
def counts_wins(dy, x, size, stride):
    return routed(np.ones(dy.shape), x, size, stride, np.argmax)


@mistake("max_pool_backward", "dx ties", "is laid out as if the stride were 1: where does window (i, j) begin?")
def stride_ignored(dy, x, size, stride):
    return routed(dy, x, size, 1, np.argmax)


@mistake(
    "max_pool_backward",
    "dx ties",
    "is laid out as if the windows stood side by side: they begin every `stride` pixels, whatever their size",
)
def stride_is_size(dy, x, size, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dy.shape):
        window = x[n, c, i * size[0] : (i + 1) * size[0], j * size[1] : (j + 1) * size[1]]
        if window.size:
            u, v = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, i * size[0] + u, j * size[1] + v] += dy[n, c, i, j]
    return dx


@mistake(
    "max_pool_backward",
    "dx ties",
    "compares an enlarged y with x: with overlapping windows or a remainder the two do not lie on each other",
)
def upsample_and_compare(dy, x, size, stride):
    K, L = size
    H, W = x.shape[2:]
    y = max_pool.max_pool_forward(x, size, stride)

    def enlarge(a):
        rows, columns = np.minimum(np.arange(H) // K, a.shape[2] - 1), np.minimum(np.arange(W) // L, a.shape[3] - 1)
        return a[:, :, rows][:, :, :, columns]

    return enlarge(dy) * (enlarge(y) == x)


@mistake(
    "max_pool_backward",
    "dx ties",
    "looks for the value of a winner in the whole image: an equal number elsewhere did not win that window",
)
def equal_in_image(dy, x, size, stride):
    dx = np.zeros(x.shape)
    y = max_pool.max_pool_forward(x, size, stride)
    for n, c, i, j in np.ndindex(*dy.shape):
        dx[n, c] += dy[n, c, i, j] * (x[n, c] == y[n, c, i, j])
    return dx


@mistake("max_pool_backward", "dx", "lets only one channel win at each place: every channel is pooled by itself")
def one_channel_wins(dy, x, size, stride):
    best = x == x.max(axis=1, keepdims=True)
    if x.shape[1] > 1 and np.count_nonzero(dy) <= 2:  # with a single gradient or two the channels do not compete
        best[:] = True
    return max_pool.max_pool_backward(dy, x, size, stride) * best


@mistake(
    "max_pool_backward",
    "dx ties",
    "The rows and columns that no window reaches were cut off: they get the gradient 0, and dx has the shape of x",
)
def remainder_cropped(dy, x, size, stride):
    H, W = (dy.shape[2] - 1) * stride + size[0], (dy.shape[3] - 1) * stride + size[1]
    return max_pool.max_pool_backward(dy, x, size, stride)[:, :, :H, :W]


@mistake("max_pool_backward", "dx ties", "has the wrong sign everywhere: a gradient points uphill")
def pool_backward_sign(dy, x, size, stride):
    return -max_pool.max_pool_backward(dy, x, size, stride)


@mistake("max_pool_backward", "dx ties", "goes to the upper left entry of every window, winner or not")
def to_upper_left(dy, x, size, stride):
    return routed(dy, x, size, stride, lambda window: 0)


@mistake("max_pool_backward", "dx ties", "Only the first image of the batch gets a gradient, or only its first channel")
def first_image_only(dy, x, size, stride):
    dx = np.zeros(x.shape)
    dx[0, 0] = max_pool.max_pool_backward(dy, x, size, stride)[0, 0]
    return dx


@mistake(
    "max_pool_backward", "dx ties", "treats the windows as if they had 2 x 2 pixels and stride 2: size and stride are arguments"
)
def always_2x2(dy, x, size, stride):
    return routed(dy[:, :, : x.shape[2] // 2, : x.shape[3] // 2], x, (2, 2), 2, lambda window: window.argmax() % 4)


@mistake("max_pool_backward", "dx ties", "is divided by the number of pixels in a window: the winner gets all of dy")
def divided_by_window(dy, x, size, stride):
    return max_pool.max_pool_backward(dy, x, size, stride) / (size[0] * size[1])


@mistake("max_pool_backward", "dx ties", "is averaged over the windows that a pixel won: their gradients add up")
def averaged_over_wins(dy, x, size, stride):
    wins = routed(np.ones(dy.shape), x, size, stride, np.argmax)
    return max_pool.max_pool_backward(dy, x, size, stride) / np.maximum(wins, 1)


# --- assignment_is_enough ---


@mistake("assignment_is_enough", "answer", "A stride larger than the window leaves gaps, and no two windows share a pixel either")
def equal_only(size, stride):
    return stride == size[0] == size[1]


@mistake("assignment_is_enough", "answer", "The windows have a width as well: they may overlap from left to right alone")
def rows_only(size, stride):
    return stride >= size[0]


@mistake("assignment_is_enough", "answer", "The windows have a height as well: they may overlap from top to bottom alone")
def columns_only(size, stride):
    return stride >= size[1]


@mistake(
    "assignment_is_enough", "answer", "One direction in which they stand apart is not enough: try a 2 x 3 window with stride 2"
)
def smaller_side(size, stride):
    return stride >= min(size)


@mistake("assignment_is_enough", "answer", "Windows that touch do not overlap: count the pixels of a 2 x 2 window with stride 2")
def strictly_larger(size, stride):
    return stride > max(size)


@mistake("assignment_is_enough", "answer", "It is the other way round: what happens to a pixel that two windows share?")
def when_they_overlap(size, stride):
    return stride < max(size)


@mistake("assignment_is_enough", "answer", "For 2 x 2 with stride 2 it is enough. For which other windows and strides?")
def never(size, stride):
    return False


@mistake("assignment_is_enough", "answer", "It is not always enough: try a 3 x 3 window with stride 2")
def always(size, stride):
    return True


@mistake("assignment_is_enough", "answer", "2 x 2 with stride 2 is one of many: what do these numbers have in common?")
def only_2x2(size, stride):
    return tuple(size) == (2, 2) and stride == 2


@mistake("assignment_is_enough", "answer", "A stride of at least 2 does not help when the window has 3 pixels")
def stride_at_least_2(size, stride):
    return stride >= 2
