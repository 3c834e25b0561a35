"""Mistakes in 1-affine."""

import numpy as np

from solutions import affine
from solutions.mistakes.base import mistake

# --- affine_forward ---


@mistake("affine_forward", "y", "lacks the bias: what does every row of Eq. 1 add after the product?")
def bias_forgotten(x, w, b):
    return x @ w


@mistake("affine_forward", "y", "every class got the same bias: b holds one number per class, which one belongs to which column?")
def bias_summed(x, w, b):
    return x @ w + b.sum()


@mistake("affine_forward", "y", "the bias was taken away instead of added")
def bias_subtracted(x, w, b):
    return x @ w - b


# --- affine_jacobians ---


@mistake(
    "affine_jacobians",
    "dy_dx",
    "Rows belong to outputs, columns to inputs: row i is the gradient of y_i. Eq. 3 ends in W^T: which of the two is yours?",
)
def jacobian_not_transposed(x, w):
    _, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return w.copy(), dy_dw, dy_db


@mistake(
    "affine_jacobians",
    "dy_dx",
    "the shape fits but the numbers stand in the wrong places: a reshape keeps the reading order, a transpose does not",
)
def jacobian_reshaped(x, w):
    _, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return w.reshape(w.shape[::-1]), dy_dw, dy_db


@mistake("affine_jacobians", "dy_dw", "The output index comes first: T[i] is the D x C slice of y_i. Which axis of yours is it?")
def tensor_axes(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, dy_dw.transpose(1, 2, 0), dy_db


@mistake("affine_jacobians", "dy_dw", "Each slice is turned on its side: in Eq. 5 x stands as a column of the D x C slice")
def tensor_slices_transposed(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, dy_dw.transpose(0, 2, 1), dy_db


@mistake(
    "affine_jacobians",
    "dy_dw",
    "x fills every column of every slice: which weights does y_i look at, and which does it never see?",
)
def tensor_full(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, np.zeros(dy_dw.shape) + x[None, :, None], dy_db


@mistake("affine_jacobians", "dy_dw", "all slices carry x in the first column: where does the column of slice i stand?")
def tensor_first_column(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    wrong = np.zeros(dy_dw.shape)
    wrong[:, :, 0] = x
    return dy_dx, wrong, dy_db


@mistake("affine_jacobians", "dy_dw", "the right places hold 1: how far does y_c move when w_dc moves by 1 and x_d is 2?")
def tensor_of_ones(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    D, C = w.shape
    return dy_dx, np.zeros((C, D, C)) + np.eye(C)[:, None, :], dy_db


@mistake("affine_jacobians", "dy_dw", "the right places hold W: the derivative of x_d * w_dc by w_dc is which number?")
def tensor_of_weights(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, w[None] * np.eye(w.shape[1])[:, None, :], dy_db


@mistake("affine_jacobians", "dy_dw", "The slices were summed into one matrix: every y_i has a slice of its own, keep them apart")
def tensor_summed(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, dy_dw.sum(axis=0), dy_db


@mistake(
    "affine_jacobians", "dy_db", "That is one number per class: how does y_1 answer to b_2? Eq. 7 has a place for every such pair"
)
def ones_for_identity(x, w):
    dy_dx, dy_dw, _ = affine.affine_jacobians(x, w)
    return dy_dx, dy_dw, np.ones(w.shape[1])


@mistake("affine_jacobians", "dy_db", "it is 1 everywhere: does y_1 change when only b_2 does?")
def all_ones(x, w):
    dy_dx, dy_dw, dy_db = affine.affine_jacobians(x, w)
    return dy_dx, dy_dw, np.ones(dy_db.shape)


# --- affine_backward, for a row and for a batch ---

BOTH = "affine_backward_row affine_backward"


@mistake(
    "affine_backward_row",
    "dx dw db",
    "Do the sizes of a product not fit? Eq. 4 transposes W and Eq. 6 transposes x: write the shape under every factor",
)
@mistake(
    "affine_backward",
    "dx dw db",
    "Do the sizes of a product not fit? Eq. 4 transposes W and Eq. 6 transposes x: write the shape under every factor",
)
def transpose_missing(dy, x, w):
    return dy @ w, x.T @ dy, dy.sum(axis=0)


@mistake(
    BOTH,
    "dx",
    "the shape fits but W was reshaped, not transposed: a reshape keeps the reading order, so the weights meet the wrong classes",
)
def w_reshaped(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dy @ w.reshape(w.shape[::-1]), dw, db


@mistake(BOTH, "dx", "does not depend on dy: where in Eq. 4 does the gradient from above enter?")
def dx_ignores_dy(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return np.ones(dy.shape) @ w.T, dw, db


@mistake(BOTH, "dx", "has the wrong sign everywhere: a gradient points uphill, the minus belongs to the training step")
def dx_sign(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return -dx, dw, db


@mistake(BOTH, "dx", "is averaged over the classes: x_d reaches the loss through every class, do its ways add up or average?")
def dx_averaged(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx / dy.shape[1], dw, db


@mistake(BOTH, "dw", "Did you transpose? In Eq. 6, dL/dW = x^T dL/dy, rows belong to inputs and columns to classes, as in W")
def dw_transposed(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw.T, db


@mistake(BOTH, "dw", "has the wrong sign everywhere: the minus of a training step is not part of the gradient")
def dw_sign(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, -dw, db


@mistake(BOTH, "dw", "holds W where it should hold x: what does y_c multiply the weight w_dc with?")
def w_in_place_of_x(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, w * dy.sum(axis=0), db


@mistake(BOTH, "dw", "does not depend on dy: where in Eq. 6 does the gradient from above enter?")
def dw_ignores_dy(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, x.T @ np.ones(dy.shape), db


@mistake("affine_backward", "dw", "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy")
def dw_averaged(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw / len(x), db


@mistake(
    "affine_backward",
    "dw",
    "speaks of the last image alone: is there an = in a loop over the batch where all of them should add up?",
)
def dw_of_last(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, np.outer(x[-1], dy[-1]), db


@mistake("affine_backward", "dw", "speaks of the first image alone: what do the other rows say about the same W?")
def dw_of_first(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, np.outer(x[0], dy[0]), db


@mistake(
    "affine_backward",
    "dw",
    "multiplies the sum of the rows of x with the sum of the rows of dy: image 1 then meets the gradient of image 2",
)
def outer_of_sums(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, np.outer(x.sum(axis=0), dy.sum(axis=0)), db


@mistake(BOTH, "db", "has the wrong sign everywhere: raising b_c raises y_c, so whose sign does it take over?")
def db_sign(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, -db


@mistake(BOTH, "db", "is 1 everywhere: that is the derivative of y by b, Eq. 7; which factor of the chain rule is missing?")
def db_ones(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, np.ones(db.shape)


@mistake("affine_backward_row", "db", "That is the sum over the classes: b_c touches y_c alone")
def row_db_scalar(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.sum()


@mistake("affine_backward_row", "db", "That is one number per row of the batch: b has one per class")
def row_db_over_classes(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.sum(axis=1)


@mistake("affine_backward", "db", "That is one row per image: the same b was added to every row, so every row speaks about b")
def db_not_summed(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.copy()


@mistake("affine_backward", "db", "The numbers are right and one axis is too many: b itself is a row of C numbers, not a matrix")
def db_keeps_axis(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, db[None, :]


@mistake("affine_backward", "db", "is the right answer divided by {N}. The 1/N of a mean loss is already inside dy")
def db_averaged(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.mean(axis=0)


@mistake(
    "affine_backward",
    "db",
    "That sums over the classes and leaves one number per image: which axis of dy counts images, which one classes?",
)
def db_over_classes(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.sum(axis=1)


@mistake("affine_backward", "db", "Everything was added into one number: every class has a bias of its own")
def db_scalar(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy.sum()


@mistake("affine_backward", "db", "is the first row of dy: what do the other images say about b?")
def db_of_first(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy[0].copy()


@mistake("affine_backward", "db", "is the last row of dy: is there an = in a loop over the batch where all rows should add up?")
def db_of_last(dy, x, w):
    dx, dw, db = affine.affine_backward(dy, x, w)
    return dx, dw, dy[-1].copy()


# --- numerical_gradient ---


def differences(f, x, dy, there_step, back_step, divisor):
    """Return differences of f at x + there_step and x - back_step, over divisor."""
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.astype(float), x.astype(float)
        there[place] += there_step
        back[place] -= back_step
        dx[place] = np.sum(dy * (f(there) - f(back))) / divisor
    return dx


@mistake(
    "numerical_gradient",
    "dx",
    "at the kink of abs you see one side only: a central difference looks as far to the left as to the right",
)
def forward_difference(f, x, dy):
    return differences(f, x, dy, 1e-5, 0, 1e-5)


@mistake(
    "numerical_gradient",
    "dx",
    "at the kink of abs you see the left side only: a central difference looks as far to the right as to the left",
)
def backward_difference(f, x, dy):
    return differences(f, x, dy, 0, 1e-5, 1e-5)


@mistake("numerical_gradient", "dx", "is twice the right answer: how far apart are the two points you subtract?")
def divided_by_h(f, x, dy):
    return differences(f, x, dy, 1e-5, 1e-5, 1e-5)


@mistake(
    "numerical_gradient",
    "dx",
    "is half the right answer: did one of the two points not move, or is the divisor twice the distance between them?",
)
def half_a_step(f, x, dy):
    return differences(f, x, dy, 1e-5, 0, 2e-5)


@mistake(
    "numerical_gradient",
    "dx",
    "is right in its first digits only: with a step far too small the two values of f agree in nearly all their sixteen "
    "digits, and the difference is what rounding left over",
)
def tiny_step(f, x, dy):
    return differences(f, x, dy, 1e-12, 1e-12, 2e-12)


@mistake(
    "numerical_gradient",
    "dx",
    "for the cube only the first digits are right: is the step so large that the curve bends between the two points, or far too small?",
)
def large_step(f, x, dy):
    return differences(f, x, dy, 0.01, 0.01, 0.02)


@mistake("numerical_gradient", "dx", "an entry of x keeps its step while the next one is tried: when do you put it back?")
def not_put_back(f, x, dy):
    x = x.astype(float)
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        x[place] += 1e-5
        there = f(x).copy()
        x[place] -= 2e-5
        dx[place] = np.sum(dy * (there - f(x))) / 2e-5
    return dx


@mistake(
    "numerical_gradient",
    "dx",
    "for an x of whole numbers dx is wrong: what is 3 + 0.00001 in an array of integers, and in what kind of array do you keep the results?",
)
def integer_steps(f, x, dy):
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.copy(), x.copy()
        there[place] = there[place] + 1e-5
        back[place] = back[place] - 1e-5
        dx[place] = np.sum(dy * (f(there) - f(back))) / 2e-5
    return dx


@mistake(
    "numerical_gradient",
    "dx",
    "when f returns x itself, dx is zero: the first value you kept is the same array that you then change",
)
def aliased_values(f, x, dy):
    x = x.astype(float)
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        old = x[place]
        x[place] = old + 1e-5
        there = f(x)
        x[place] = old - 1e-5
        back = f(x)
        x[place] = old
        dx[place] = np.sum(dy * (there - back)) / 2e-5
    return dx


@mistake("numerical_gradient", "dx", "does not depend on dy: L is the sum of dy * f(x), not of f(x)")
def checker_ignores_dy(f, x, dy):
    return differences(f, x, np.ones(dy.shape), 1e-5, 1e-5, 2e-5)


# --- softmax_loss ---


def from_probabilities(p, labels):
    """Return the mean cross-entropy and its gradient by the scores, for given probabilities."""
    rows = np.arange(len(p))
    loss = -np.log(p[rows, labels]).mean()
    p[rows, labels] -= 1
    return loss, p / len(p)


def softmax(y):
    """Return the softmax of each row."""
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@mistake("softmax_loss", "dy", "holds the probabilities alone: what does the loss subtract at the target class?")
def target_forgotten(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss, softmax(y) / len(y)


@mistake(
    "softmax_loss",
    "dy",
    "is the right answer times {N}: the loss is a mean over the batch, and its 1/N belongs here, where the loss is made",
)
def softmax_dy_of_sum(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss, dy * len(y)


@mistake("softmax_loss", "dy", "is the right answer divided by {N}: the 1/N of the mean stands in it twice")
def softmax_dy_mean_twice(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss, dy / len(y)


@mistake("softmax_loss", "loss", "is the right answer times {N}: a sum over the batch, where the exercise asks for the mean")
def softmax_sum(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss * len(y), dy


@mistake("softmax_loss", "loss", "is the right answer divided by {N}: the mean was taken twice")
def softmax_mean_twice(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss / len(y), dy


@mistake("softmax_loss", "loss", "is negative: the logarithm of a probability is at most 0, so what sign makes it a loss?")
def softmax_loss_sign(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return -loss, dy


@mistake("softmax_loss", "dy", "has the wrong sign everywhere: raising the target's score must lower the loss")
def softmax_dy_sign(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    return loss, -dy


@mistake(
    "softmax_loss",
    "loss dy",
    "a score of 1000 breaks it: exp(1000) is more than a float holds. What may be subtracted from every score of a row without changing the softmax?",
)
def no_max_shift(y, labels):
    with np.errstate(all="ignore"):
        return from_probabilities(np.exp(y) / np.exp(y).sum(axis=1, keepdims=True), labels)


@mistake(
    "softmax_loss",
    "loss dy",
    "The probabilities of an image do not add up to 1: is the sum taken over the images instead of the classes?",
)
def softmax_over_images(y, labels):
    with np.errstate(all="ignore"):
        p = np.exp(y - y.max(axis=0))
        return from_probabilities(p / p.sum(axis=0), labels)


@mistake(
    "softmax_loss",
    "loss dy",
    "in some row the exponentials all become 0, or overflow: is the number you subtract the largest score of that very row?",
)
def shift_of_all_rows(y, labels):
    with np.errstate(all="ignore"):
        e = np.exp(y - y.max())
        return from_probabilities(e / e.sum(axis=1, keepdims=True), labels)


@mistake(
    "softmax_loss",
    "loss dy",
    "scores that differ were made equal: what may change in a row so that every difference stays as it is?",
)
def clipped_scores(y, labels):
    return affine.softmax_loss(np.clip(y, -500, 500), labels)


@mistake("softmax_loss", "dy", "is right except at the target: is its own probability still in it?")
def target_minus_one(y, labels):
    loss, dy = affine.softmax_loss(y, labels)
    dy[np.arange(len(y)), labels] = -1 / len(y)
    return loss, dy


@mistake("softmax_loss", "loss", "is made of the probabilities themselves: which function takes a small one to a large loss?")
def logarithm_forgotten(y, labels):
    _, dy = affine.softmax_loss(y, labels)
    return -softmax(y)[np.arange(len(y)), labels].mean(), dy


@mistake(
    "softmax_loss",
    "loss dy",
    "The exponentials of an image are divided by a sum that goes down a column: along which axis do its classes lie?",
)
def sum_down_the_column(y, labels):
    with np.errstate(all="ignore"):
        e = np.exp(y - y.max(axis=1, keepdims=True))
        return from_probabilities(e / e.sum(axis=0), labels)


@mistake("softmax_loss", "loss", "That is one number per image: the exercise asks for their mean")
def softmax_per_image(y, labels):
    _, dy = affine.softmax_loss(y, labels)
    return np.array([affine.softmax_loss(y[n : n + 1], labels[n : n + 1])[0] for n in range(len(y))]), dy


# --- hinge_loss ---


@mistake("hinge_loss", "loss", "That is one number per image: the exercise asks for their mean")
def hinge_per_image(y, labels):
    _, dy = affine.hinge_loss(y, labels)
    return np.array([affine.hinge_loss(y[n : n + 1], labels[n : n + 1])[0] for n in range(len(y))]), dy


@mistake("hinge_loss", "loss dy", "Target and rival are exchanged: which of the two scores should be larger?")
def hinge_exchanged(y, labels):
    rows = np.arange(len(y))
    margins = y[rows, labels][:, None] - y + 1
    margins[rows, labels] = 0
    dy = -(margins > 0).astype(float)
    dy[rows, labels] = -dy.sum(axis=1)
    return np.maximum(margins, 0).sum() / len(y), dy / len(y)


@mistake("hinge_loss", "loss dy", "Divided by {N} times {C}: the mean is over the images, and over the classes it is a sum")
def hinge_mean_over_classes(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return loss / y.shape[1], dy / y.shape[1]


@mistake("hinge_loss", "loss dy", "Only the worst class of each image is counted: every class that comes closer than 1 costs")
def hinge_worst_class(y, labels):
    rows = np.arange(len(y))
    margins = y - y[rows, labels][:, None] + 1
    margins[rows, labels] = 0
    worst = margins.argmax(axis=1)
    dy = np.zeros(y.shape)
    dy[rows, worst] += margins[rows, worst] > 0
    dy[rows, labels] -= margins[rows, worst] > 0
    return np.maximum(margins.max(axis=1), 0).sum() / len(y), dy / len(y)


def hinge(y, labels, margin=1.0, skip_target=True, inside=np.greater):
    """Return the hinge loss and its gradient with one thing or another done wrong."""
    rows = np.arange(len(y))
    margins = y - y[rows, labels][:, None] + margin
    if skip_target:
        margins[rows, labels] = 0
    loss = np.maximum(margins, 0).sum() / len(y)
    counts = inside(margins, 0).astype(float)
    if skip_target:
        counts[rows, labels] = 0
    dy = counts.copy()
    dy[rows, labels] -= counts.sum(axis=1)
    return loss, dy / len(y)


@mistake("hinge_loss", "loss", "is too large by 1: the target was compared with itself, and misses its own margin by 1")
def hinge_counts_target(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return hinge(y, labels, skip_target=False)[0], dy


@mistake(
    "hinge_loss",
    "dy",
    "the target counts itself among the classes that violate the margin: one too many is subtracted, or one is added in its place",
)
def hinge_dy_counts_target(y, labels):
    rows = np.arange(len(y))
    loss, dy = affine.hinge_loss(y, labels)
    dy[rows, labels] -= 1 / len(y)
    return loss, dy


@mistake(
    "hinge_loss",
    "dy",
    "a class exactly on the margin was counted: the exercise says that 0 adds nothing, is there a >= where a > should stand?",
)
def hinge_at_least(y, labels):
    return hinge(y, labels, inside=np.greater_equal)


@mistake("hinge_loss", "dy", "every class was counted, also those inside the margin: after clipping at 0 all entries are >= 0")
def hinge_counts_all(y, labels):
    rows = np.arange(len(y))
    loss, dy = affine.hinge_loss(y, labels)
    dy = np.ones(y.shape)
    dy[rows, labels] = 1 - y.shape[1]
    return loss, dy / len(y)


@mistake(
    "hinge_loss",
    "dy",
    "the target gets -1, however many classes violate the margin: the target's score stands in every one of these terms",
)
def hinge_missing_count(y, labels):
    rows = np.arange(len(y))
    loss, dy = affine.hinge_loss(y, labels)
    dy[rows, labels] = np.where(dy[rows, labels] < 0, -1 / len(y), 0)
    return loss, dy


@mistake("hinge_loss", "dy", "the target gets nothing: its score stands in every term with a minus")
def hinge_target_forgotten(y, labels):
    rows = np.arange(len(y))
    loss, dy = affine.hinge_loss(y, labels)
    dy[rows, labels] = 0
    return loss, dy


@mistake(
    "hinge_loss",
    "dy",
    "the target gets -1 in every row, whatever the other classes do: its score stands in the term of every class that is too close",
)
def hinge_target_minus_one(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    dy[np.arange(len(y)), labels] = -1 / len(y)
    return loss, dy


@mistake(
    "hinge_loss",
    "loss dy",
    "The margin is missing: a class counts as soon as it comes closer than 1 to the target, not only when it wins",
)
def hinge_no_margin(y, labels):
    return hinge(y, labels, margin=0.0)


@mistake(
    "hinge_loss", "loss", "is lowered by every class far below the target: such a class adds nothing, and takes nothing away"
)
def hinge_not_cut(y, labels):
    rows = np.arange(len(y))
    margins = y - y[rows, labels][:, None] + 1
    margins[rows, labels] = 0
    return margins.sum() / len(y), affine.hinge_loss(y, labels)[1]


@mistake(
    "hinge_loss",
    "loss dy",
    "The margin has the wrong sign: which classes may stay unpunished, those that are 1 below the target or those up to 1 above it?",
)
def hinge_wrong_margin(y, labels):
    return hinge(y, labels, margin=-1.0)


@mistake("hinge_loss", "loss", "is the right answer times {N}: a sum over the batch, where the exercise asks for the mean")
def hinge_sum(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return loss * len(y), dy


@mistake("hinge_loss", "loss", "is the right answer divided by {N}: the mean was taken twice")
def hinge_mean_twice(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return loss / len(y), dy


@mistake(
    "hinge_loss",
    "dy",
    "is the right answer times {N}: the 1/N of the mean is missing, and it belongs here, where the loss is made",
)
def hinge_dy_of_sum(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return loss, dy * len(y)


@mistake("hinge_loss", "dy", "is the right answer divided by {N}: the 1/N of the mean stands in it twice")
def hinge_dy_mean_twice(y, labels):
    loss, dy = affine.hinge_loss(y, labels)
    return loss, dy / len(y)


# --- quizzes ---


@mistake("shape_of_jacobian", "answer", "Outputs come first, inputs after them: dy/dx of a C-vector by a D-vector is C x D")
def input_first(output_shape, input_shape):
    return tuple(input_shape) + tuple(output_shape)


@mistake("shape_of_jacobian", "answer", "That is the number of entries: the shape keeps every axis apart")
def shape_multiplied(output_shape, input_shape):
    return int(np.prod(output_shape + input_shape))


@mistake(
    "shape_of_jacobian", "answer", "The axes of the input are missing: a gradient of one number by x already has the shape of x"
)
def output_only(output_shape, input_shape):
    return tuple(output_shape)


@mistake("shape_of_jacobian", "answer", "The two shapes stand inside a pair: join them into one tuple")
def pair_of_shapes(output_shape, input_shape):
    return tuple(output_shape), tuple(input_shape)


@mistake("nonzeros_of_dy_dw", "answer", "That is one number, and two are asked for: those that can differ from zero, and all")
def one_number(C, D):
    return C * D


@mistake("nonzeros_of_dy_dw", "answer", "The first number is the size of one slice that is full: how many of its columns hold x?")
def whole_slice(C, D):
    return C * C * D, C * D * C


@mistake("nonzeros_of_dy_dw", "answer", "The first number counts one slice: how many slices are there?")
def one_slice(C, D):
    return D, C * D * C


@mistake("nonzeros_of_dy_dw", "answer", "The second number is the size of W: dy/dW has one such slice for every class")
def size_of_w(C, D):
    return C * D, D * C


@mistake(
    "nonzeros_of_dy_dw", "answer", "The two numbers are exchanged: first the entries that can differ from zero, then all of them"
)
def numbers_exchanged(C, D):
    return C * D * C, C * D


@mistake(
    "literal_product",
    "answer",
    "That is the shape of the gradient, which a contraction over the output index gives: what does @ do with a stack of matrices?",
)
def shape_of_gradient(C, D):
    return (D, C)


@mistake("literal_product", "answer", "When C == D the product runs: which axis of T does the stack of matrices run along?")
def wrong_stack(C, D):
    return (1, D, C) if C == D else "raises"


@mistake("literal_product", "answer", "When C == D the product runs: how many rows does dy have?")
def too_many_rows(C, D):
    return (C, C, C) if C == D else "raises"


@mistake("literal_product", "answer", 'The word asked for is "raises"')
def other_word(C, D):
    return (C, 1, C) if C == D else "error"


@mistake("literal_product", "answer", "It does not always raise: try C == D in a cell")
def always_raises(C, D):
    return "raises"


@mistake(
    "literal_product",
    "answer",
    "It does not always run: @ needs the last axis of dy and the middle axis of T to agree. Try C != D in a cell",
)
def never_raises(C, D):
    return (C, 1, C)


@mistake("literal_product", "answer", "When C == D the product runs, but nothing makes it right: print its shape in a cell")
def right_when_square(C, D):
    return (D, C) if C == D else "raises"
