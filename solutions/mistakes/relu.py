"""Mistakes in 4-relu."""

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import relu
from solutions.mistakes.catalogue import wrong

# --- relu_forward ---

relu_forward = Reference(relu.relu_forward, "y")

wrong(
    relu_forward,
    "y",
    nothing_cut=(lambda x: x.copy(), "is x itself: what becomes of the negative entries?"),
    absolute_value=(lambda x: np.abs(x), "is |x|: a negative entry becomes 0, not its opposite"),
    minimum_taken=(
        lambda x: np.minimum(x, 0),
        "keeps the negative entries and loses the positive ones: which of x and 0 is the larger?",
    ),
    mask_for_value=(
        lambda x: (x > 0).astype(float),
        "holds only 0 and 1: that is the mask, and y keeps the size of what is positive",
    ),
    leaky_forward=(
        lambda x: np.where(x > 0, x, 0.01 * x),
        "lets a little of the negative entries through: that is a leaky ReLU, Eq. 11 has none of "
        "it",
    ),
    clipped_at_one=(lambda x: np.clip(x, 0, 1), "cuts at 1 as well: Eq. 11 has no upper end"),
    largest_of_all=(
        lambda x: np.maximum(x.max(), 0),
        "That is a single number: Eq. 11 is meant entry by entry, and the largest of all is "
        "another question",
    ),
    negatives_removed=(
        lambda x: x[x > 0],
        "The negative entries were taken out: y has the shape of x, with zeros in their places",
    ),
    rounded_forward=(
        lambda x: np.maximum(x.astype(int), 0),
        "is rounded to whole numbers: where do you make an array of integers?",
    ),
)

# --- eq_12 ---

eq_12 = Reference(relu.eq_12, "answer")

wrong(
    eq_12,
    "answer",
    as_printed=(
        lambda: "a",
        "That is the equation as printed. Write the shape and the unit of both sides: is one a "
        "slope and the other a gradient?",
    ),
    without_upstream=(
        lambda: "b",
        "Both sides must answer to dL/dy: if the loss cared twice as much about y, what would "
        "happen to dL/dx?",
    ),
    mask_of_upstream=(
        lambda: "d",
        "Which array decides whether the ReLU was open or shut: the one that went forward, or "
        "the one that comes back?",
    ),
)

# --- relu_backward ---

relu_backward = Reference(relu.relu_backward, "dx")


def nan_at_zero(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return dy * np.maximum(x, 0) / x


wrong(
    relu_backward,
    "dx",
    no_mask=(
        lambda dy: dy.copy(),
        "is dy unchanged: where x was negative, y did not move, so what reaches x there?",
    ),
    mask_from_dy=(
        lambda dy: dy * (dy > 0),
        "is masked by the sign of dy: whether the gate is open was decided by x, on the way "
        "forward",
    ),
    guided=(
        lambda dy, x: dy * (x > 0) * (dy > 0),
        "is masked twice, by x and by dy. That has a name, guided backpropagation, and makes "
        "fine pictures; the gradient is something else",
    ),
    mask_only=(
        lambda x: (x > 0).astype(float),
        "is the mask alone: that is dy/dx, and Eq. 12 read literally. What does the chain rule "
        "multiply it with?",
    ),
    relu_times_dy=(
        lambda dy, x: dy * np.maximum(x, 0),
        "is dy times relu(x): the slope of a ReLU is 1 or 0, however large x is",
    ),
    x_times_dy=(
        lambda dy, x: dy * x,
        "is dy times x: the value of x decides whether dy passes, and not how much of it",
    ),
    sign_of_x=(
        lambda dy, x: dy * np.sign(x),
        "has its sign turned where x is negative: that is the slope of |x|, the ReLU is flat there",
    ),
    inverted_mask=(
        lambda dy, x: dy * (x < 0),
        "passes where x is negative and stops where it is positive: the mask is upside down",
    ),
    leaky_backward=(
        lambda dy, x: np.where(x > 0, dy, 0.01 * dy),
        "lets a little of dy through where x is negative: that is the leaky ReLU's backward pass",
    ),
    forward_again=(
        lambda x: np.maximum(x, 0),
        "is relu(x), the forward pass: what does dy have to do with it?",
    ),
    nan_at_zero=(nan_at_zero, "holds NaN where x is 0: is something divided by x there?"),
    relu_sign=(
        lambda dy, x: -dy * (x > 0),
        "has the wrong sign everywhere: a gradient points uphill, the minus belongs to the "
        "training step",
    ),
    mask_of_nonzero=(
        lambda dy, x: dy * (x != 0),
        "passes wherever x is not 0: below 0 the ReLU is flat as well",
    ),
    mask_above_one=(
        lambda dy, x: dy * (x > 1),
        "is masked by x > 1: where does the ReLU begin to rise?",
    ),
    mask_of_rounded=(
        lambda dy, x: dy * (x.astype(int) > 0),
        "stops some of the small positive entries: is x rounded before it is compared with 0?",
    ),
    only_what_passes=(
        lambda dy, x: dy[x > 0],
        "Only the entries that pass were kept: dx has the shape of x, with zeros where nothing "
        "passes",
    ),
    steep_at_zero=(
        lambda dy, x: np.where(x > 0, dy, np.where(x == 0, 2 * dy, 0)),
        "is dy times 2 or more at the zeros of x, or turned there: at a kink only slopes from 0 "
        "to 1 are right",
    ),
)

# --- slopes_at_zero ---

slopes_at_zero = Reference(relu.slopes_at_zero, "answer")

wrong(
    slopes_at_zero,
    "answer",
    ends_only=(
        lambda candidates: tuple(s for s in candidates if s in (0.0, 1.0)),
        "Those are the two slopes beside the kink: the lines between them also stay below. Draw "
        "s = 0.5",
    ),
    ends_left_out=(
        lambda candidates: tuple(s for s in candidates if 0 < s < 1),
        "The two ends are missing: does the line with slope 0 lie above the ReLU anywhere, or "
        "the one with slope 1?",
    ),
    zero_only=(
        lambda candidates: tuple(s for s in candidates if s == 0),
        "0 is the convention of the frameworks; the question is which slopes would be as good",
    ),
    no_upper_end=(
        lambda candidates: tuple(s for s in candidates if s >= 0),
        "Steeper ones than 1 are in it: to the right of 0, where does the line 2x lie?",
    ),
    no_lower_end=(
        lambda candidates: tuple(s for s in candidates if s <= 1),
        "Negative ones are in it: to the left of 0, where does the line -x lie?",
    ),
    symmetric=(
        lambda candidates: tuple(s for s in candidates if -1 <= s <= 1),
        "They are symmetric about 0, the ReLU is not: try the line -x/2 at x = -1",
    ),
    sorted_slopes=(
        lambda candidates: tuple(sorted(s for s in candidates if 0 <= s <= 1)),
        "The order is another one: keep the candidates as they come",
    ),
    all_candidates=(
        lambda candidates: tuple(candidates),
        "All of them are returned: which lines lie above the ReLU somewhere?",
    ),
    truth_values=(
        lambda candidates: tuple(0 <= s <= 1 for s in candidates),
        "Those are True and False: the slopes themselves are asked for",
    ),
)

# --- mask_is_enough ---

mask_is_enough = Reference(relu.mask_is_enough, "answer")

wrong(
    mask_is_enough,
    "answer",
    same_size=(
        lambda jacobian: jacobian.shape[0] == jacobian.shape[1],
        "Input and output of the same size are not enough: look at a Jacobian of ones, what is "
        "dx then?",
    ),
    zeros_and_ones=(
        lambda jacobian: bool(
            np.all(jacobian == np.diag(np.diag(jacobian)))
            and np.all((jacobian == 0) | (jacobian == 1))
        ),
        "The numbers on the diagonal need not be 0 or 1: a fixed row may hold any numbers",
    ),
    symmetric_jacobian=(
        lambda jacobian: bool(np.all(jacobian == jacobian.T)),
        "A symmetric Jacobian may still mix: dx[0] then hears from dy[1], and dx[1] from dy[0]",
    ),
    lower_side_only=(
        lambda jacobian: not np.any(np.tril(jacobian, -1)),
        "You look at one side of the diagonal only: the other one mixes as well",
    ),
    upper_side_only=(
        lambda jacobian: not np.any(np.triu(jacobian, 1)),
        "You look at the upper side of the diagonal only: what does an entry below it do?",
    ),
    sum_off_diagonal=(
        lambda jacobian: bool(jacobian.sum() == np.trace(jacobian)),
        "Entries off the diagonal can cancel in a sum: each of them has to be 0 by itself",
    ),
    full_diagonal=(
        lambda jacobian: bool(
            np.all(jacobian == np.diag(np.diag(jacobian))) and np.all(np.diag(jacobian) != 0)
        ),
        "A 0 on the diagonal is allowed: it is a gate that is shut",
    ),
    one_per_row=(
        lambda jacobian: bool(np.all((jacobian != 0).sum(axis=1) <= 1)),
        "One number in each row is not enough: it must stand on the diagonal, else a neighbour's "
        "gradient arrives",
    ),
    identity_only=(
        lambda jacobian: bool(np.all(jacobian == np.eye(len(jacobian)))),
        "It is not the identity alone that does it: a mask may scale and shut",
    ),
    answer_inverted=(
        lambda jacobian: bool(np.any(jacobian - np.diag(np.diag(jacobian)))),
        "The answer is the other way round: True where a mask is enough",
    ),
    never_enough=(
        lambda: False,
        "Is it never enough? Try a Jacobian with 1 and 0 on its diagonal and nothing else",
    ),
)

# --- chain_by_hand ---

chain_by_hand = Reference(relu.chain_by_hand, "dx dw")


def chained(ds: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return dx and dw of the affine layer, for prices of its scores."""
    return ds @ w.T, x.T @ ds


wrong(
    chain_by_hand,
    "dx dw",
    mask_forgotten=(
        lambda dy, x, w: chained(dy, x, w),
        "comes from dy as it stands: is every score positive, and what does the ReLU let through "
        "where it is not?",
    ),
    mask_of_prices=(
        lambda dy, x, w: chained(dy * (dy > 0), x, w),
        "comes from the positive numbers of dy: what decided on the way forward which gates are "
        "open?",
    ),
    mask_of_pixels=(
        lambda dy, x, w: (dy @ w.T * (x > 0), (x * (x > 0)).T @ dy),
        "is masked by the signs of x: which numbers went into this ReLU?",
    ),
    mask_of_weights=(
        lambda dy, x, w: (dy @ (w * (w > 0)).T, x.T @ dy * (w > 0)),
        "is masked by the signs of w: which numbers went into this ReLU?",
    ),
    values_for_mask=(
        lambda dy, x, w: chained(dy * np.maximum(x @ w, 0), x, w),
        "comes from dy times y: how steep is a ReLU where its number is positive?",
    ),
)
