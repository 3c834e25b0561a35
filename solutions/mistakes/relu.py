"""Mistakes in 4-relu."""

import numpy as np

from solutions.mistakes.base import mistake

# --- relu_forward ---


@mistake("relu_forward", "y", "is x itself: what becomes of the negative entries?")
def nothing_cut(x):
    return x.copy()


@mistake("relu_forward", "y", "is |x|: a negative entry becomes 0, not its opposite")
def absolute_value(x):
    return np.abs(x)


@mistake("relu_forward", "y", "keeps the negative entries and loses the positive ones: which of x and 0 is the larger?")
def minimum_taken(x):
    return np.minimum(x, 0)


@mistake("relu_forward", "y", "holds only 0 and 1: that is the mask, and y keeps the size of what is positive")
def mask_for_value(x):
    return (x > 0).astype(float)


@mistake("relu_forward", "y", "lets a little of the negative entries through: that is a leaky ReLU, Eq. 11 has none of it")
def leaky_forward(x):
    return np.where(x > 0, x, 0.01 * x)


@mistake("relu_forward", "y", "cuts at 1 as well: Eq. 11 has no upper end")
def clipped_at_one(x):
    return np.clip(x, 0, 1)


@mistake(
    "relu_forward", "y", "That is a single number: Eq. 11 is meant entry by entry, and the largest of all is another question"
)
def largest_of_all(x):
    return np.maximum(x.max(), 0)


@mistake("relu_forward", "y", "The negative entries were taken out: y has the shape of x, with zeros in their places")
def negatives_removed(x):
    return x[x > 0]


@mistake("relu_forward", "y", "is rounded to whole numbers: where do you make an array of integers?")
def rounded_forward(x):
    return np.maximum(x.astype(int), 0)


# --- eq_12 ---


@mistake(
    "eq_12",
    "answer",
    "That is the equation as printed. Write the shape and the unit of both sides: is one a slope and the other a gradient?",
)
def as_printed():
    return "a"


@mistake(
    "eq_12", "answer", "Both sides must answer to dL/dy: if the loss cared twice as much about y, what would happen to dL/dx?"
)
def without_upstream():
    return "b"


@mistake(
    "eq_12",
    "answer",
    "Which array decides whether the ReLU was open or shut: the one that went forward, or the one that comes back?",
)
def mask_of_upstream():
    return "d"


# --- relu_backward ---


@mistake("relu_backward", "dx", "is dy unchanged: where x was negative, y did not move, so what reaches x there?")
def no_mask(dy, x):
    return dy.copy()


@mistake("relu_backward", "dx", "is masked by the sign of dy: whether the gate is open was decided by x, on the way forward")
def mask_from_dy(dy, x):
    return dy * (dy > 0)


@mistake(
    "relu_backward",
    "dx",
    "is masked twice, by x and by dy. That has a name, guided backpropagation, and makes fine pictures; the gradient is something else",
)
def guided(dy, x):
    return dy * (x > 0) * (dy > 0)


@mistake(
    "relu_backward",
    "dx",
    "is the mask alone: that is dy/dx, and Eq. 12 read literally. What does the chain rule multiply it with?",
)
def mask_only(dy, x):
    return (x > 0).astype(float)


@mistake("relu_backward", "dx", "is dy times relu(x): the slope of a ReLU is 1 or 0, however large x is")
def relu_times_dy(dy, x):
    return dy * np.maximum(x, 0)


@mistake("relu_backward", "dx", "is dy times x: the value of x decides whether dy passes, and not how much of it")
def x_times_dy(dy, x):
    return dy * x


@mistake("relu_backward", "dx", "has its sign turned where x is negative: that is the slope of |x|, the ReLU is flat there")
def sign_of_x(dy, x):
    return dy * np.sign(x)


@mistake("relu_backward", "dx", "passes where x is negative and stops where it is positive: the mask is upside down")
def inverted_mask(dy, x):
    return dy * (x < 0)


@mistake("relu_backward", "dx", "lets a little of dy through where x is negative: that is the leaky ReLU's backward pass")
def leaky_backward(dy, x):
    return np.where(x > 0, dy, 0.01 * dy)


@mistake("relu_backward", "dx", "is relu(x), the forward pass: what does dy have to do with it?")
def forward_again(dy, x):
    return np.maximum(x, 0)


@mistake("relu_backward", "dx", "holds NaN where x is 0: is something divided by x there?")
def nan_at_zero(dy, x):
    with np.errstate(all="ignore"):
        return dy * np.maximum(x, 0) / x


@mistake("relu_backward", "dx", "has the wrong sign everywhere: a gradient points uphill, the minus belongs to the training step")
def relu_sign(dy, x):
    return -dy * (x > 0)


@mistake("relu_backward", "dx", "passes wherever x is not 0: below 0 the ReLU is flat as well")
def mask_of_nonzero(dy, x):
    return dy * (x != 0)


@mistake("relu_backward", "dx", "is masked by x > 1: where does the ReLU begin to rise?")
def mask_above_one(dy, x):
    return dy * (x > 1)


@mistake("relu_backward", "dx", "stops some of the small positive entries: is x rounded before it is compared with 0?")
def mask_of_rounded(dy, x):
    return dy * (x.astype(int) > 0)


@mistake("relu_backward", "dx", "Only the entries that pass were kept: dx has the shape of x, with zeros where nothing passes")
def only_what_passes(dy, x):
    return dy[x > 0]


@mistake(
    "relu_backward", "dx", "is dy times 2 or more at the zeros of x, or turned there: at a kink only slopes from 0 to 1 are right"
)
def steep_at_zero(dy, x):
    return np.where(x > 0, dy, np.where(x == 0, 2 * dy, 0))


# --- slopes_at_zero ---


@mistake(
    "slopes_at_zero", "answer", "Those are the two slopes beside the kink: the lines between them also stay below. Draw s = 0.5"
)
def ends_only(candidates):
    return tuple(s for s in candidates if s in (0.0, 1.0))


@mistake(
    "slopes_at_zero",
    "answer",
    "The two ends are missing: does the line with slope 0 lie above the ReLU anywhere, or the one with slope 1?",
)
def ends_left_out(candidates):
    return tuple(s for s in candidates if 0 < s < 1)


@mistake("slopes_at_zero", "answer", "0 is the convention of the frameworks; the question is which slopes would be as good")
def zero_only(candidates):
    return tuple(s for s in candidates if s == 0)


@mistake("slopes_at_zero", "answer", "Steeper ones than 1 are in it: to the right of 0, where does the line 2x lie?")
def no_upper_end(candidates):
    return tuple(s for s in candidates if s >= 0)


@mistake("slopes_at_zero", "answer", "Negative ones are in it: to the left of 0, where does the line -x lie?")
def no_lower_end(candidates):
    return tuple(s for s in candidates if s <= 1)


@mistake("slopes_at_zero", "answer", "They are symmetric about 0, the ReLU is not: try the line -x/2 at x = -1")
def symmetric(candidates):
    return tuple(s for s in candidates if -1 <= s <= 1)


@mistake("slopes_at_zero", "answer", "The order is another one: keep the candidates as they come")
def sorted_slopes(candidates):
    return tuple(sorted(s for s in candidates if 0 <= s <= 1))


@mistake("slopes_at_zero", "answer", "All of them are returned: which lines lie above the ReLU somewhere?")
def all_candidates(candidates):
    return tuple(candidates)


@mistake("slopes_at_zero", "answer", "Those are True and False: the slopes themselves are asked for")
def truth_values(candidates):
    return tuple(0 <= s <= 1 for s in candidates)


# --- mask_is_enough ---


@mistake(
    "mask_is_enough", "answer", "Input and output of the same size are not enough: look at a Jacobian of ones, what is dx then?"
)
def same_size(jacobian):
    return jacobian.shape[0] == jacobian.shape[1]


@mistake("mask_is_enough", "answer", "The numbers on the diagonal need not be 0 or 1: a fixed row may hold any numbers")
def zeros_and_ones(jacobian):
    return bool(np.all(jacobian == np.diag(np.diag(jacobian))) and np.all((jacobian == 0) | (jacobian == 1)))


@mistake("mask_is_enough", "answer", "A symmetric Jacobian may still mix: dx[0] then hears from dy[1], and dx[1] from dy[0]")
def symmetric_jacobian(jacobian):
    return bool(np.all(jacobian == jacobian.T))


@mistake("mask_is_enough", "answer", "You look at one side of the diagonal only: the other one mixes as well")
def lower_side_only(jacobian):
    return not np.any(np.tril(jacobian, -1))


@mistake("mask_is_enough", "answer", "You look at the upper side of the diagonal only: what does an entry below it do?")
def upper_side_only(jacobian):
    return not np.any(np.triu(jacobian, 1))


@mistake("mask_is_enough", "answer", "Entries off the diagonal can cancel in a sum: each of them has to be 0 by itself")
def sum_off_diagonal(jacobian):
    return bool(jacobian.sum() == np.trace(jacobian))


@mistake("mask_is_enough", "answer", "A 0 on the diagonal is allowed: it is a gate that is shut")
def full_diagonal(jacobian):
    return bool(np.all(jacobian == np.diag(np.diag(jacobian))) and np.all(np.diag(jacobian) != 0))


@mistake(
    "mask_is_enough",
    "answer",
    "One number in each row is not enough: it must stand on the diagonal, else a neighbour's gradient arrives",
)
def one_per_row(jacobian):
    return bool(np.all((jacobian != 0).sum(axis=1) <= 1))


@mistake("mask_is_enough", "answer", "It is not the identity alone that does it: a mask may scale and shut")
def identity_only(jacobian):
    return bool(np.all(jacobian == np.eye(len(jacobian))))


@mistake("mask_is_enough", "answer", "The answer is the other way round: True where a mask is enough")
def answer_inverted(jacobian):
    return bool(np.any(jacobian - np.diag(np.diag(jacobian))))


@mistake("mask_is_enough", "answer", "Is it never enough? Try a Jacobian with 1 and 0 on its diagonal and nothing else")
def never_enough(jacobian):
    return False
