"""Mistakes in 1-affine."""

from collections.abc import Callable

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import affine
from solutions.mistakes.catalogue import wrong

# --- affine_forward ---

affine_forward = Reference(affine.affine_forward, "y")

wrong(
    affine_forward,
    "y",
    bias_forgotten=(
        lambda x, w: x @ w,
        "lacks the bias: what does every row of Eq. 1 add after the product?",
    ),
    bias_summed=(
        lambda x, w, b: x @ w + b.sum(),
        "every class got the same bias: b holds one number per class, which one belongs to which "
        "column?",
    ),
    bias_subtracted=(lambda x, w, b: x @ w - b, "the bias was taken away instead of added"),
)

# --- affine_jacobians ---

affine_jacobians = Reference(affine.affine_jacobians, "dy_dx dy_dw dy_db")


wrong(
    affine_jacobians,
    "dy_dx",
    jacobian_not_transposed=(
        lambda w: w.copy(),
        "Rows belong to outputs, columns to inputs: row i is the gradient of y_i. Eq. 3 ends in "
        "W^T: which of the two is yours?",
    ),
    jacobian_reshaped=(
        lambda w: w.reshape(w.shape[::-1]),
        "the shape fits but the numbers stand in the wrong places: a reshape keeps the reading "
        "order, a transpose does not",
    ),
)

wrong(
    affine_jacobians,
    "dy_dw",
    tensor_axes=(
        lambda dy_dw: dy_dw.transpose(1, 2, 0),
        "The output index comes first: T[i] is the D x C slice of y_i. Which axis of yours is it?",
    ),
    tensor_slices_transposed=(
        lambda dy_dw: dy_dw.transpose(0, 2, 1),
        "Each slice is turned on its side: in Eq. 5 x stands as a column of the D x C slice",
    ),
    tensor_full=(
        lambda dy_dw, x: np.zeros(dy_dw.shape) + x[None, :, None],
        "x fills every column of every slice: which weights does y_i look at, and which does it "
        "never see?",
    ),
    tensor_first_column=(
        lambda dy_dw, x: np.zeros(dy_dw.shape) + x[:, None] * (np.arange(dy_dw.shape[2]) == 0),
        "all slices carry x in the first column: where does the column of slice i stand?",
    ),
    tensor_of_ones=(
        lambda w: np.zeros((w.shape[1], w.shape[0], w.shape[1])) + np.eye(w.shape[1])[:, None, :],
        "the right places hold 1: how far does y_c move when w_dc moves by 1 and x_d is 2?",
    ),
    tensor_of_weights=(
        lambda w: w[None] * np.eye(w.shape[1])[:, None, :],
        "the right places hold W: the derivative of x_d * w_dc by w_dc is which number?",
    ),
    tensor_summed=(
        lambda dy_dw: dy_dw.sum(axis=0),
        "The slices were summed into one matrix: every y_i has a slice of its own, keep them apart",
    ),
)

wrong(
    affine_jacobians,
    "dy_db",
    ones_for_identity=(
        lambda w: np.ones(w.shape[1]),
        "That is one number per class: how does y_1 answer to b_2? Eq. 7 has a place for every "
        "such pair",
    ),
    all_ones=(
        lambda dy_db: np.ones(dy_db.shape),
        "it is 1 everywhere: does y_1 change when only b_2 does?",
    ),
)

# --- affine_backward, for a row and for a batch ---

affine_backward_row = Reference(affine.affine_backward_row, "dx dw db")
affine_backward = Reference(affine.affine_backward, "dx dw db")
BOTH = (affine_backward_row, affine_backward)

wrong(
    (affine_backward, affine_backward_row),
    "dx dw db",
    transpose_missing=(
        lambda dy, x, w: (dy @ w, x.T @ dy, dy.sum(axis=0)),
        "Do the sizes of a product not fit? Eq. 4 transposes W and Eq. 6 transposes x: write the "
        "shape under every factor",
    ),
)

wrong(
    BOTH,
    "dx",
    w_reshaped=(
        lambda dy, w: dy @ w.reshape(w.shape[::-1]),
        "the shape fits but W was reshaped, not transposed: a reshape keeps the reading order, "
        "so the weights meet the wrong classes",
    ),
    dx_ignores_dy=(
        lambda dy, w: np.ones(dy.shape) @ w.T,
        "does not depend on dy: where in Eq. 4 does the gradient from above enter?",
    ),
    dx_sign=(
        lambda dx: -dx,
        "has the wrong sign everywhere: a gradient points uphill, the minus belongs to the "
        "training step",
    ),
    dx_averaged=(
        lambda dx, dy: dx / dy.shape[1],
        "is averaged over the classes: x_d reaches the loss through every class, do its ways add "
        "up or average?",
    ),
)

wrong(
    BOTH,
    "dw",
    dw_transposed=(
        lambda dw: dw.T,
        "Did you transpose? In Eq. 6, dL/dW = x^T dL/dy, rows belong to inputs and columns to "
        "classes, as in W",
    ),
    dw_sign=(
        lambda dw: -dw,
        "has the wrong sign everywhere: the minus of a training step is not part of the gradient",
    ),
    w_in_place_of_x=(
        lambda dy, w: w * dy.sum(axis=0),
        "holds W where it should hold x: what does y_c multiply the weight w_dc with?",
    ),
    dw_ignores_dy=(
        lambda dy, x: x.T @ np.ones(dy.shape),
        "does not depend on dy: where in Eq. 6 does the gradient from above enter?",
    ),
)

wrong(
    affine_backward,
    "dw",
    dw_averaged=(
        lambda dw, x: dw / len(x),
        "is the right answer divided by {N}: the 1/N of a mean loss is already inside dy",
    ),
    dw_of_last=(
        lambda dy, x: np.outer(x[-1], dy[-1]),
        "speaks of the last image alone: is there an = in a loop over the batch where all of "
        "them should add up?",
    ),
    dw_of_first=(
        lambda dy, x: np.outer(x[0], dy[0]),
        "speaks of the first image alone: what do the other rows say about the same W?",
    ),
    outer_of_sums=(
        lambda dy, x: np.outer(x.sum(axis=0), dy.sum(axis=0)),
        "multiplies the sum of the rows of x with the sum of the rows of dy: image 1 then meets "
        "the gradient of image 2",
    ),
)

wrong(
    BOTH,
    "db",
    db_sign=(
        lambda db: -db,
        "has the wrong sign everywhere: raising b_c raises y_c, so whose sign does it take over?",
    ),
    db_ones=(
        lambda db: np.ones(db.shape),
        "is 1 everywhere: that is the derivative of y by b, Eq. 7; which factor of the chain "
        "rule is missing?",
    ),
)

wrong(
    affine_backward_row,
    "db",
    row_db_scalar=(lambda dy: dy.sum(), "That is the sum over the classes: b_c touches y_c alone"),
    row_db_over_classes=(
        lambda dy: dy.sum(axis=1),
        "That is one number per row of the batch: b has one per class",
    ),
)

wrong(
    affine_backward,
    "db",
    db_not_summed=(
        lambda dy: dy.copy(),
        "That is one row per image: the same b was added to every row, so every row speaks about b",
    ),
    db_keeps_axis=(
        lambda db: db[None, :],
        "The numbers are right and one axis is too many: b itself is a row of C numbers, not a "
        "matrix",
    ),
    db_averaged=(
        lambda dy: dy.mean(axis=0),
        "is the right answer divided by {N}. The 1/N of a mean loss is already inside dy",
    ),
    db_over_classes=(
        lambda dy: dy.sum(axis=1),
        "That sums over the classes and leaves one number per image: which axis of dy counts "
        "images, which one classes?",
    ),
    db_scalar=(
        lambda dy: dy.sum(),
        "Everything was added into one number: every class has a bias of its own",
    ),
    db_of_first=(
        lambda dy: dy[0].copy(),
        "is the first row of dy: what do the other images say about b?",
    ),
    db_of_last=(
        lambda dy: dy[-1].copy(),
        "is the last row of dy: is there an = in a loop over the batch where all rows should add "
        "up?",
    ),
)

# --- batch_by_hand ---

batch_by_hand = Reference(affine.batch_by_hand, "dw db")

wrong(
    batch_by_hand,
    "dw",
    batch_dw_of_first=(
        lambda dy, x: np.outer(x[0], dy[0]),
        "speaks of the first image alone: the second one went through the same weights, so what "
        "does it add?",
    ),
    batch_dw_of_last=(
        lambda dy, x: np.outer(x[1], dy[1]),
        "speaks of the second image alone: the first one went through the same weights, so what "
        "does it add?",
    ),
    batch_dw_averaged=(
        lambda dw: dw / 2,
        "is half of what it should be: a nudged weight moves the scores of both images, so do the "
        "two answers add up or average?",
    ),
    batch_dw_subtracted=(
        lambda dy, x: np.outer(x[0], dy[0]) - np.outer(x[1], dy[1]),
        "is what the first image says minus what the second one says: the loss adds up what the "
        "rows contribute",
    ),
    batch_rows_swapped=(
        lambda dy, x: x.T @ dy[::-1],
        "pairs the pixels of one image with the prices of the other: which row of dy belongs to "
        "which row of x?",
    ),
    batch_of_sums=(
        lambda dy, x: np.outer(x.sum(axis=0), dy.sum(axis=0)),
        "multiplies sums over both images: the pixels of one then meet the prices of the other. "
        "Write the product of each image first, and add afterwards",
    ),
    batch_images_for_pixels=(
        lambda dy, x: x @ dy,
        "takes the rows of x where its columns are needed: the first row of dw belongs to the "
        "first pixel of both images",
    ),
)

wrong(
    batch_by_hand,
    "db",
    batch_db_of_first=(
        lambda dy: dy[0],
        "holds the prices of the first image alone: each bias was added to a score of both images",
    ),
    batch_db_of_last=(
        lambda dy: dy[1],
        "holds the prices of the second image alone: each bias was added to a score of both images",
    ),
    batch_db_per_image=(
        lambda dy: dy,
        "is a row for each image, as Eq. 8 has it: but there is one b, of three numbers, and both "
        "images used it",
    ),
    batch_db_averaged=(
        lambda db: db / 2,
        "is half of what it should be: a nudged bias moves a score of both images, so do their "
        "prices add up or average?",
    ),
)

# --- numerical_gradient ---


def differences(
    f: "Callable[[np.ndarray], np.ndarray]",
    x: np.ndarray,
    dy: np.ndarray,
    there_step: float,
    back_step: float,
    divisor: float,
) -> np.ndarray:
    """Return differences of f at x + there_step and x - back_step, over divisor."""
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.astype(float), x.astype(float)
        there[place] += there_step
        back[place] -= back_step
        dx[place] = np.sum(dy * (f(there) - f(back))) / divisor
    return dx


numerical_gradient = Reference(affine.numerical_gradient, "dx")


def not_put_back(
    f: "Callable[[np.ndarray], np.ndarray]", x: np.ndarray, dy: np.ndarray
) -> np.ndarray:
    x = x.astype(float)
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        x[place] += 1e-5
        there = f(x).copy()
        x[place] -= 2e-5
        dx[place] = np.sum(dy * (there - f(x))) / 2e-5
    return dx


def integer_steps(
    f: "Callable[[np.ndarray], np.ndarray]", x: np.ndarray, dy: np.ndarray
) -> np.ndarray:
    dx = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        there, back = x.copy(), x.copy()
        there[place] = there[place] + 1e-5
        back[place] = back[place] - 1e-5
        dx[place] = np.sum(dy * (f(there) - f(back))) / 2e-5
    return dx


def aliased_values(
    f: "Callable[[np.ndarray], np.ndarray]", x: np.ndarray, dy: np.ndarray
) -> np.ndarray:
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


wrong(
    numerical_gradient,
    "dx",
    forward_difference=(
        lambda f, x, dy: differences(f, x, dy, 1e-5, 0, 1e-5),
        "at the kink of abs you see one side only: a central difference looks as far to the left "
        "as to the right",
    ),
    backward_difference=(
        lambda f, x, dy: differences(f, x, dy, 0, 1e-5, 1e-5),
        "at the kink of abs you see the left side only: a central difference looks as far to the "
        "right as to the left",
    ),
    divided_by_h=(
        lambda f, x, dy: differences(f, x, dy, 1e-5, 1e-5, 1e-5),
        "is twice the right answer: how far apart are the two points you subtract?",
    ),
    half_a_step=(
        lambda f, x, dy: differences(f, x, dy, 1e-5, 0, 2e-5),
        "is half the right answer: did one of the two points not move, or is the divisor twice "
        "the distance between them?",
    ),
    tiny_step=(
        lambda f, x, dy: differences(f, x, dy, 1e-12, 1e-12, 2e-12),
        "is right in its first digits only: with a step far too small the two values of f agree "
        "in nearly all their sixteen digits, and the difference is what rounding left over",
    ),
    large_step=(
        lambda f, x, dy: differences(f, x, dy, 0.01, 0.01, 0.02),
        "for the cube only the first digits are right: is the step so large that the curve bends "
        "between the two points, or far too small?",
    ),
    not_put_back=(
        not_put_back,
        "an entry of x keeps its step while the next one is tried: when do you put it back?",
    ),
    integer_steps=(
        integer_steps,
        "for an x of whole numbers dx is wrong: what is 3 + 0.00001 in an array of integers, and "
        "in what kind of array do you keep the results?",
    ),
    aliased_values=(
        aliased_values,
        "when f returns x itself, dx is zero: the first value you kept is the same array that "
        "you then change",
    ),
    checker_ignores_dy=(
        lambda f, x, dy: differences(f, x, np.ones(dy.shape), 1e-5, 1e-5, 2e-5),
        "does not depend on dy: L is the sum of dy * f(x), not of f(x)",
    ),
)

# --- softmax_loss ---


def of_target(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the entry at the target class of every row."""
    entries: np.ndarray = scores[np.arange(len(scores)), labels]
    return entries


def at_target(dy: np.ndarray, labels: np.ndarray, value: float | np.ndarray) -> np.ndarray:
    """Return dy with a value at the target class of every row."""
    changed = dy.copy()
    changed[np.arange(len(dy)), labels] = value
    return changed


def softmax_with(
    y: np.ndarray, labels: np.ndarray, shift: float | np.ndarray, axis: int
) -> tuple[float, np.ndarray]:
    """Return loss and dy where `shift` is subtracted from y and the sums run along `axis`."""
    with np.errstate(all="ignore"):
        e = np.exp(y - shift)
        p = e / e.sum(axis=axis, keepdims=True)
        loss = -np.log(of_target(p, labels)).mean()
    return loss, at_target(p, labels, of_target(p, labels) - 1) / len(p)


def less_in_columns(y: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return dy where 1 is subtracted in the whole column of every label."""
    p = softmax(y)
    p[:, labels] -= 1
    return p / len(p)


def softmax(y: np.ndarray) -> np.ndarray:
    """Return the softmax of each row."""
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def log_of(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithm, which is minus infinity for 0, without a warning."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities)


softmax_loss = Reference(affine.softmax_loss, "loss dy")


wrong(
    softmax_loss,
    "dy",
    target_forgotten=(
        lambda y: softmax(y) / len(y),
        "holds the probabilities alone: what does the loss subtract at the target class?",
    ),
    target_in_every_row=(
        less_in_columns,
        "1 is subtracted in the target's column for every image: p[:, labels] picks whole columns. "
        "How is one entry of each row picked?",
    ),
    diagonal_jacobian=(
        lambda y, labels: at_target(0 * y, labels, (of_target(softmax(y), labels) - 1) / len(y)),
        "is right at the target and 0 elsewhere: a score moves the probabilities of all classes, "
        "since they add up to 1",
    ),
    softmax_dy_of_sum=(
        lambda dy, y: dy * len(y),
        "is the right answer times {N}: the loss is a mean over the batch, and its 1/N belongs "
        "here, where the loss is made",
    ),
    softmax_dy_mean_twice=(
        lambda dy, y: dy / len(y),
        "is the right answer divided by {N}: the 1/N of the mean stands in it twice",
    ),
)

wrong(
    softmax_loss,
    "loss",
    softmax_sum=(
        lambda loss, y: loss * len(y),
        "is the right answer times {N}: a sum over the batch, where the exercise asks for the mean",
    ),
    softmax_mean_twice=(
        lambda loss, y: loss / len(y),
        "is the right answer divided by {N}: the mean was taken twice",
    ),
    softmax_loss_sign=(
        lambda loss: -loss,
        "is negative: the logarithm of a probability is at most 0, so what sign makes it a loss?",
    ),
)

wrong(
    softmax_loss,
    "dy",
    softmax_dy_sign=(
        lambda dy: -dy,
        "has the wrong sign everywhere: raising the target's score must lower the loss",
    ),
)

wrong(
    softmax_loss,
    "loss dy",
    no_max_shift=(
        lambda y, labels: softmax_with(y, labels, shift=0, axis=1),
        "a score of 1000 breaks it: exp(1000) is more than a float holds. What may be subtracted "
        "from every score of a row without changing the softmax?",
    ),
    softmax_over_images=(
        lambda y, labels: softmax_with(y, labels, shift=y.max(axis=0), axis=0),
        "The probabilities of an image do not add up to 1: is the sum taken over the images "
        "instead of the classes?",
    ),
    shift_of_all_rows=(
        lambda y, labels: softmax_with(y, labels, shift=y.max(), axis=1),
        "in some row the exponentials all become 0, or overflow: is the number you subtract the "
        "largest score of that very row?",
    ),
    clipped_scores=(
        lambda y, labels: affine.softmax_loss(np.clip(y, -500, 500), labels),
        "scores that differ were made equal: what may change in a row so that every difference "
        "stays as it is?",
    ),
)

wrong(
    softmax_loss,
    "dy",
    target_minus_one=(
        lambda dy, labels: at_target(dy, labels, -1 / len(dy)),
        "is right except at the target: is its own probability still in it?",
    ),
)

wrong(
    softmax_loss,
    "loss",
    logarithm_forgotten=(
        lambda y, labels: -of_target(softmax(y), labels).mean(),
        "is made of the probabilities themselves: which function takes a small one to a large "
        "loss?",
    ),
)

wrong(
    softmax_loss,
    "loss dy",
    sum_down_the_column=(
        lambda y, labels: softmax_with(y, labels, shift=y.max(axis=1, keepdims=True), axis=0),
        "The exponentials of an image are divided by a sum that goes down a column: along which "
        "axis do its classes lie?",
    ),
)

wrong(
    softmax_loss,
    "loss",
    logarithm_of_zero=(
        lambda y, labels: -log_of(of_target(softmax(y), labels)).mean(),
        "A probability that is too small for a float is 0, and its logarithm is infinite. Take the "
        "logarithm of the quotient by hand: what is left of y, and what is subtracted from it?",
    ),
    target_not_shifted=(
        lambda loss, y: loss - y.max(axis=1).mean(),
        "lacks the mean of the largest scores: the maximum was subtracted in the sum, "
        "and not from the target's score",
    ),
    columns_of_probabilities=(
        lambda y, labels: -log_of(softmax(y)[:, labels]).mean(),
        "is a mean over whole columns: p[:, labels] has N x N entries. How is one entry of each "
        "row picked?",
    ),
    softmax_per_image=(
        lambda y, labels: np.array(
            [affine.softmax_loss(y[n : n + 1], labels[n : n + 1])[0] for n in range(len(y))]
        ),
        "That is one number per image: the exercise asks for their mean",
    ),
)

# --- hinge_loss ---


def hinge(
    y: np.ndarray,
    labels: np.ndarray,
    margin: float = 1.0,
    skip_target: bool = True,
    inside: np.ufunc = np.greater,
) -> tuple[float, np.ndarray]:
    """Return the hinge loss and its gradient, with one thing or another done wrong."""
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


hinge_loss = Reference(affine.hinge_loss, "loss dy")


def margins_of(y: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return by how much every class but the target misses the margin: (N, C)."""
    return at_target(y - of_target(y, labels)[:, None] + 1, labels, 0)


def hinge_exchanged(y: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    rows = np.arange(len(y))
    margins = y[rows, labels][:, None] - y + 1
    margins[rows, labels] = 0
    dy = -(margins > 0).astype(float)
    dy[rows, labels] = -dy.sum(axis=1)
    return np.maximum(margins, 0).sum() / len(y), dy / len(y)


def hinge_worst_class(y: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    rows = np.arange(len(y))
    margins = margins_of(y, labels)
    worst = margins.argmax(axis=1)
    dy = np.zeros(y.shape)
    dy[rows, worst] += margins[rows, worst] > 0
    dy[rows, labels] -= margins[rows, worst] > 0
    return np.maximum(margins.max(axis=1), 0).sum() / len(y), dy / len(y)


wrong(
    hinge_loss,
    "loss",
    hinge_per_image=(
        lambda y, labels: np.array(
            [affine.hinge_loss(y[n : n + 1], labels[n : n + 1])[0] for n in range(len(y))]
        ),
        "That is one number per image: the exercise asks for their mean",
    ),
)

wrong(
    hinge_loss,
    "loss dy",
    hinge_exchanged=(
        hinge_exchanged,
        "Target and rival are exchanged: which of the two scores should be larger?",
    ),
    hinge_mean_over_classes=(
        lambda loss, dy, y: (loss / y.shape[1], dy / y.shape[1]),
        "Divided by {N} times {C}: the mean is over the images, and over the classes it is a sum",
    ),
    hinge_worst_class=(
        hinge_worst_class,
        "Only the worst class of each image is counted: every class that comes closer than 1 costs",
    ),
)

wrong(
    hinge_loss,
    "loss",
    hinge_counts_target=(
        lambda y, labels: hinge(y, labels, skip_target=False)[0],
        "is too large by 1: the target was compared with itself, and misses its own margin by 1",
    ),
)

wrong(
    hinge_loss,
    "dy",
    hinge_dy_counts_target=(
        lambda dy, labels: at_target(dy, labels, of_target(dy, labels) - 1 / len(dy)),
        "the target counts itself among the classes that violate the margin: one too many is "
        "subtracted, or one is added in its place",
    ),
    hinge_at_least=(
        lambda y, labels: hinge(y, labels, inside=np.greater_equal)[1],
        "a class exactly on the margin was counted: the exercise says that 0 adds nothing, is "
        "there a >= where a > should stand?",
    ),
    hinge_counts_all=(
        lambda y, labels: at_target(np.ones(y.shape), labels, 1 - y.shape[1]) / len(y),
        "every class was counted, also those inside the margin: after clipping at 0 all entries "
        "are >= 0",
    ),
    hinge_missing_count=(
        lambda dy, labels: at_target(
            dy, labels, np.where(of_target(dy, labels) < 0, -1 / len(dy), 0)
        ),
        "the target gets -1, however many classes violate the margin: the target's score stands "
        "in every one of these terms",
    ),
    hinge_target_forgotten=(
        lambda dy, labels: at_target(dy, labels, 0),
        "the target gets nothing: its score stands in every term with a minus",
    ),
    hinge_target_minus_one=(
        lambda dy, labels: at_target(dy, labels, -1 / len(dy)),
        "the target gets -1 in every row, whatever the other classes do: its score stands in the "
        "term of every class that is too close",
    ),
)

wrong(
    hinge_loss,
    "loss dy",
    hinge_no_margin=(
        lambda y, labels: hinge(y, labels, margin=0.0),
        "The margin is missing: a class counts as soon as it comes closer than 1 to the target, "
        "not only when it wins",
    ),
)

wrong(
    hinge_loss,
    "loss",
    hinge_not_cut=(
        lambda y, labels: margins_of(y, labels).sum() / len(y),
        "is lowered by every class far below the target: such a class adds nothing, and takes "
        "nothing away",
    ),
)

wrong(
    hinge_loss,
    "loss dy",
    hinge_wrong_margin=(
        lambda y, labels: hinge(y, labels, margin=-1.0),
        "The margin has the wrong sign: which classes may stay unpunished, those that are 1 "
        "below the target or those up to 1 above it?",
    ),
)

wrong(
    hinge_loss,
    "loss",
    hinge_sum=(
        lambda loss, y: loss * len(y),
        "is the right answer times {N}: a sum over the batch, where the exercise asks for the mean",
    ),
    hinge_mean_twice=(
        lambda loss, y: loss / len(y),
        "is the right answer divided by {N}: the mean was taken twice",
    ),
)

wrong(
    hinge_loss,
    "dy",
    hinge_dy_of_sum=(
        lambda dy, y: dy * len(y),
        "is the right answer times {N}: the 1/N of the mean is missing, and it belongs here, "
        "where the loss is made",
    ),
    hinge_dy_mean_twice=(
        lambda dy, y: dy / len(y),
        "is the right answer divided by {N}: the 1/N of the mean stands in it twice",
    ),
)

# --- quizzes ---

shape_of_jacobian = Reference(affine.shape_of_jacobian, "answer")
nonzeros_of_dy_dw = Reference(affine.nonzeros_of_dy_dw, "answer")
literal_product = Reference(affine.literal_product, "answer")

wrong(
    shape_of_jacobian,
    "answer",
    input_first=(
        lambda output_shape, input_shape: tuple(input_shape) + tuple(output_shape),
        "Outputs come first, inputs after them: dy/dx of a C-vector by a D-vector is C x D",
    ),
    shape_multiplied=(
        lambda output_shape, input_shape: int(np.prod(output_shape + input_shape)),
        "That is the number of entries: the shape keeps every axis apart",
    ),
    output_only=(
        lambda output_shape: tuple(output_shape),
        "The axes of the input are missing: a gradient of one number by x already has the shape "
        "of x",
    ),
    pair_of_shapes=(
        lambda output_shape, input_shape: (tuple(output_shape), tuple(input_shape)),
        "The two shapes stand inside a pair: join them into one tuple",
    ),
)

wrong(
    nonzeros_of_dy_dw,
    "answer",
    one_number=(
        lambda C, D: C * D,
        "That is one number, and two are asked for: those that can differ from zero, and all",
    ),
    whole_slice=(
        lambda C, D: (C * C * D, C * D * C),
        "The first number is the size of one slice that is full: how many of its columns hold x?",
    ),
    one_slice=(
        lambda C, D: (D, C * D * C),
        "The first number counts one slice: how many slices are there?",
    ),
    size_of_w=(
        lambda C, D: (C * D, D * C),
        "The second number is the size of W: dy/dW has one such slice for every class",
    ),
    numbers_exchanged=(
        lambda C, D: (C * D * C, C * D),
        "The two numbers are exchanged: first the entries that can differ from zero, then all of "
        "them",
    ),
)

wrong(
    literal_product,
    "answer",
    shape_of_gradient=(
        lambda C, D: (D, C),
        "That is the shape of the gradient, which a contraction over the output index gives: "
        "what does @ do with a stack of matrices?",
    ),
    wrong_stack=(
        lambda C, D: (1, D, C) if C == D else "raises",
        "When C == D the product runs: which axis of T does the stack of matrices run along?",
    ),
    too_many_rows=(
        lambda C, D: (C, C, C) if C == D else "raises",
        "When C == D the product runs: how many rows does dy have?",
    ),
    other_word=(lambda C, D: (C, 1, C) if C == D else "error", 'The word asked for is "raises"'),
    always_raises=(lambda: "raises", "It does not always raise: try C == D in a cell"),
    never_raises=(
        lambda C: (C, 1, C),
        "It does not always run: @ needs the last axis of dy and the middle axis of T to agree. "
        "Try C != D in a cell",
    ),
    right_when_square=(
        lambda C, D: (D, C) if C == D else "raises",
        "When C == D the product runs, but nothing makes it right: print its shape in a cell",
    ),
)
