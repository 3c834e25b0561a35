"""Mistakes in 6-capstone."""

from collections.abc import Callable

import numpy as np

from grader.instructor.author.mistakes import Reference
from solutions import affine, capstone, convolution, max_pool, relu, strided
from solutions.mistakes.catalogue import wrong

TRAINED = "overfit digits strided"

small_loss = Reference(capstone.small_loss, "loss")
way_down_by_hand = Reference(capstone.way_down_by_hand, "dx dw")
small_loss_and_gradients = Reference(capstone.small_loss_and_gradients, "loss gradients")
loss_and_gradients = Reference(capstone.loss_and_gradients, "loss gradients")
gradient_step = Reference(capstone.gradient_step, "stepped")
train = Reference(capstone.train, "trained")

# --- small_loss, small_loss_and_gradients, loss_and_gradients ---

with_gradients = (small_loss_and_gradients, loss_and_gradients)


def last(params: dict[str, np.ndarray]) -> str:
    """Return the number in the names of the last layer's parameters."""
    return "3" if "w3" in params else "2"


def without(params: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """Return the parameters with zeros for one of them."""
    return params | {name: 0 * params[name]}


def forward(
    params: dict[str, np.ndarray], images: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the scores, and what went in and came out of the layers: images first, rows last."""
    p = params
    stride = 2 if "w3" in p else 1
    a = strided.strided_forward(images, p["w1"], p["b1"], stride, 1)
    passed = [images, a, relu.relu_forward(a)]
    if "w3" in p:
        c = strided.strided_forward(passed[-1], p["w2"], p["b2"], 2, 1)
        passed += [c, relu.relu_forward(c)]
    else:
        passed.append(max_pool.max_pool_forward(passed[-1], (2, 2), 2))
    rows = passed[-1].reshape(len(images), -1)
    return affine.affine_forward(rows, p["w" + last(p)], p["b" + last(p)]), [*passed, rows]


def backward(
    params: dict[str, np.ndarray], images: np.ndarray, labels: np.ndarray, *skipped: str
) -> dict[str, np.ndarray]:
    """Return the gradients when the skipped layers pass back what they are given.

    skipped: any of "relu 1", "relu 2" and "pool", which gives it to every pixel of a window.
    """
    p: dict[str, np.ndarray] = params
    g: dict[str, np.ndarray] = {}
    y, passed = forward(params, images)
    _, dy = affine.softmax_loss(y, labels)
    w, b = "w" + last(p), "b" + last(p)
    drows, g[w], g[b] = affine.affine_backward(dy, passed[-1], p[w])
    back = drows.reshape(passed[-2].shape)
    if "w3" in p:
        if "relu 2" not in skipped:
            back = relu.relu_backward(back, passed[3])
        back, g["w2"], g["b2"] = strided.strided_backward_spray(back, passed[2], p["w2"], 2, 1)
    elif "pool" in skipped:
        back = back.repeat(2, axis=2).repeat(2, axis=3)
    else:
        back = max_pool.max_pool_2x2_backward(back, passed[2])
    if "relu 1" not in skipped:
        back = relu.relu_backward(back, passed[1])
    stride = 2 if "w3" in p else 1
    _, g["w1"], g["b1"] = strided.strided_backward_spray(back, images, p["w1"], stride, 1)
    return g


def loss_of(pooled: np.ndarray, params: dict[str, np.ndarray], labels: np.ndarray) -> float:
    """Return the loss of a small network from what its pooling makes of the images."""
    scores = affine.affine_forward(pooled.reshape(len(labels), -1), params["w2"], params["b2"])
    loss: float = affine.softmax_loss(scores, labels)[0]
    return loss


wrong(
    small_loss,
    "loss",
    relu_left_out=(
        lambda params, images, labels: loss_of(
            max_pool.max_pool_forward(forward(params, images)[1][1], (2, 2), 2), params, labels
        ),
        "belongs to a network without its ReLU: what becomes of negative numbers between the "
        "convolution and the pooling?",
    ),
    channels_last=(
        lambda params, images, labels: loss_of(
            forward(params, images)[1][3].transpose(0, 2, 3, 1), params, labels
        ),
        "belongs to rows in another order: flatten the pooled images as they are, channel by "
        "channel",
    ),
)

wrong(
    small_loss_and_gradients,
    "gradients",
    relu_forgotten=(
        lambda params, images, labels: backward(params, images, labels, "relu 1"),
        "passes by the ReLU: its mask is missing on the way back",
    ),
)

wrong(
    loss_and_gradients,
    "gradients",
    first_relu_forgotten=(
        lambda params, images, labels: backward(params, images, labels, "relu 1"),
        "passes by the first ReLU: its mask is missing on the way back",
    ),
    second_relu_forgotten=(
        lambda params, images, labels: backward(params, images, labels, "relu 2"),
        "passes by the second ReLU of the strided network: every layer has its place on the way "
        "back",
    ),
    relus_forgotten=(
        lambda params, images, labels: backward(params, images, labels, "relu 1", "relu 2"),
        "passes by both ReLUs: every layer of the way forward has its place on the way back",
    ),
    last_layer_only=(
        lambda gradients, params: {
            name: value * (name[1] == last(params)) for name, value in gradients.items()
        },
        "is kept for the last layer alone: the layers below need dx of the one above",
    ),
)

wrong(
    with_gradients,
    "gradients",
    pool_spreads=(
        lambda params, images, labels: backward(params, images, labels, "pool"),
        "goes to every pixel of a pooling window: only the largest was passed on",
    ),
    divided_again=(
        lambda gradients, images: {name: value / len(images) for name, value in gradients.items()},
        "is the right answer divided by {N}: the loss has divided by the batch already",
    ),
    summed_over_batch=(
        lambda gradients, images: {name: value * len(images) for name, value in gradients.items()},
        "is the right answer times {N}: the loss is a mean over the batch",
    ),
    downhill=(
        lambda gradients: {name: -value for name, value in gradients.items()},
        "has the wrong sign everywhere: a gradient points uphill, the minus comes with the step",
    ),
    biases_left_out=(
        lambda gradients: {name: value * (name[0] == "w") for name, value in gradients.items()},
        "is zero for every bias: they learn as well",
    ),
    first_layer_left_out=(
        lambda gradients: {name: value * (name[1] != "1") for name, value in gradients.items()},
        "is zero for the first layer: how does dL/dy come down to it?",
    ),
    parameters_returned=(
        lambda params: dict(params),
        "holds the parameters themselves: their gradients are asked for",
    ),
    already_stepped=(
        lambda gradients, params: {name: params[name] - 0.1 * gradients[name] for name in params},
        "holds parameters after a step, not gradients: a step is not asked for here",
    ),
)

wrong(
    (small_loss, *with_gradients),
    "loss",
    loss_summed=(
        lambda loss, images: loss * len(images),
        "is the right answer times {N}: the exercise asks for the mean",
    ),
    error_rate=(
        lambda params, images, labels: float(
            np.mean(forward(params, images)[0].argmax(axis=1) != labels)
        ),
        "is the share of wrong predictions: that jumps, and has no slope. Where did the softmax "
        "loss go?",
    ),
)

wrong(
    small_loss,
    "loss",
    no_last_bias=(
        lambda params, images, labels: capstone.small_loss(without(params, "b2"), images, labels),
        "belongs to a network whose last bias is missing",
    ),
    no_first_bias=(
        lambda params, images, labels: capstone.small_loss(without(params, "b1"), images, labels),
        "belongs to a network whose first bias is missing",
    ),
)

wrong(
    small_loss_and_gradients,
    "loss gradients",
    second_bias_forgotten=(
        lambda params, images, labels: capstone.small_loss_and_gradients(
            without(params, "b2"), images, labels
        ),
        "belongs to a network whose last bias is missing on the way forward",
    ),
    first_bias_forgotten=(
        lambda params, images, labels: capstone.small_loss_and_gradients(
            without(params, "b1"), images, labels
        ),
        "belongs to a network whose first bias is missing on the way forward",
    ),
)

wrong(
    loss_and_gradients,
    "loss gradients",
    last_bias_forgotten=(
        lambda params, images, labels: capstone.loss_and_gradients(
            without(params, "b" + last(params)), images, labels
        ),
        "belongs to a network whose last bias is missing on the way forward",
    ),
    first_bias_forgotten=(
        lambda params, images, labels: capstone.loss_and_gradients(
            without(params, "b1"), images, labels
        ),
        "belongs to a network whose first bias is missing on the way forward",
    ),
)

# --- gradient_step ---

wrong(
    gradient_step,
    "stepped",
    uphill=(
        lambda params, gradients, rate: {
            name: params[name] + rate * gradients[name] for name in params
        },
        "goes uphill: a gradient points to where the loss grows",
    ),
    rate_forgotten=(
        lambda params, gradients: {name: params[name] - gradients[name] for name in params},
        "goes as far as the gradient itself: how far does rate let it go?",
    ),
    divided_by_the_rate=(
        lambda params, gradients, rate: {
            name: params[name] - gradients[name] / rate for name in params
        },
        "goes further, the smaller the rate is: is there a division by it?",
    ),
    way_alone=(
        lambda gradients, rate: {name: -rate * value for name, value in gradients.items()},
        "is the way that a step goes: it begins at params, where does it end?",
    ),
    weights_alone=(
        lambda stepped, params: {
            name: stepped[name] if name[0] == "w" else params[name].copy() for name in params
        },
        "moves the weights alone: a bias has a gradient as well, and takes part in the step",
    ),
    params_moved_nowhere=(
        lambda params: {name: value.copy() for name, value in params.items()},
        "holds params as they were: does each new array get into the dict that is returned?",
    ),
)

# --- train ---


def descent(
    params: dict[str, np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    steps: int,
    seed: int,
    way: "Callable[[str, np.ndarray], np.ndarray]",
) -> dict[str, np.ndarray]:
    """Train as the reference does, but add what `way` makes of a name and its gradient."""
    rng = np.random.default_rng(seed)
    params = {name: value.copy() for name, value in params.items()}
    for _ in range(steps):
        picked = rng.integers(len(images), size=64)
        _, g = capstone.loss_and_gradients(params, images[picked], labels[picked])
        for name in params:
            params[name] += way(name, g[name])
    return params


def mean_from_zero(
    params: dict[str, np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    steps: int,
    rate: float,
    seed: int,
) -> dict[str, np.ndarray]:
    mean = {name: 0 * value for name, value in params.items()}

    def way(name: str, g: np.ndarray) -> np.ndarray:
        mean[name] = 0.9 * mean[name] + 0.1 * g
        return -rate * mean[name]

    return descent(params, images, labels, steps, seed, way)


wrong(
    train,
    TRAINED,
    last_layer_trained_alone=(
        lambda params, images, labels, steps, rate, seed: descent(
            params,
            images,
            labels,
            steps,
            seed,
            lambda name, g: -rate * g * (name[1] == last(params)),
        ),
        "The last layer alone learns: the loss answers to every layer below it, too",
    ),
    biases_not_trained=(
        lambda params, images, labels, steps, rate, seed: descent(
            params, images, labels, steps, seed, lambda name, g: -rate * g * (name[0] == "w")
        ),
        "Only the weights learn: a bias has a gradient as well, and steps along",
    ),
    rate_left_out=(
        lambda params, images, labels, steps, seed: descent(
            params, images, labels, steps, seed, lambda name, g: -g
        ),
        "Is the rate left out? The gradient tells the direction, the rate how far to go",
    ),
    rate_of_ones_own=(
        lambda params, images, labels, steps, seed: descent(
            params, images, labels, steps, seed, lambda name, g: -0.1 * g
        ),
        "Is there a rate of 0.1 in your code? It is an argument, and another one in each training",
    ),
    steps_uphill=(
        lambda params, images, labels, steps, rate, seed: descent(
            params, images, labels, steps, seed, lambda name, g: rate * g
        ),
        "Which sign takes the loss down?",
    ),
    gradients_added_up=(
        lambda params, images, labels, steps, rate, seed: descent(
            params, images, labels, steps, seed, lambda name, g: -rate * 64 * g
        ),
        "Are the gradients of the images added up? loss_and_gradients has their mean already",
    ),
    divided_by_the_batch=(
        lambda params, images, labels, steps, rate, seed: descent(
            params, images, labels, steps, seed, lambda name, g: -rate * g / 64
        ),
        "Is there a division by the size of the batch? The gradients are a mean already",
    ),
    start_returned=(
        lambda params: {name: value.copy() for name, value in params.items()},
        "Does the loop go on from what a step has made, and is that the answer in the end?",
    ),
    one_step_too_many=(
        lambda params, images, labels, steps, rate, seed: descent(
            params, images, labels, steps + 1, seed, lambda name, g: -rate * g
        ),
        "Is there a step too many? steps = 1 is one",
    ),
    mean_from_zero=(
        mean_from_zero,
        "A running mean that begins at 0 is short at first: let it begin at the first gradient",
    ),
)

# --- way_down_by_hand ---


def below(dbefore: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return dx and dw of the convolution of a row, for prices of its six numbers."""
    return (
        convolution.conv_1d_backward_spray(dbefore, w, 1),
        convolution.conv_1d_weight_gradient(dbefore, x, 1),
    )


def routed(dy: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return the six prices behind the pooling, each at the larger number of its pair."""
    prices = np.zeros((3, 2))
    prices[np.arange(3), before.reshape(3, 2).argmax(axis=1)] = dy
    return prices.ravel()


def six(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the six numbers before the ReLU."""
    return convolution.correlate_1d(x, w, 1)


wrong(
    way_down_by_hand,
    "dx dw",
    way_gate_forgotten=(
        lambda dy, x, w: below(routed(dy, six(x, w)), x, w),
        "lets all three prices through: where both numbers of a pair are negative, what does the "
        "ReLU do with the price?",
    ),
    way_price_for_both=(
        lambda dy, x, w: below(np.repeat(dy, 2) * (six(x, w) > 0), x, w),
        "gives the price of a pooled number to both numbers of its pair: which of the two would "
        "have to be nudged for the pooled one to move?",
    ),
    way_price_halved=(
        lambda dy, x, w: below(np.repeat(dy, 2) / 2 * (six(x, w) > 0), x, w),
        "shares out each price between the two numbers of its pair: that is averaging, and here "
        "the larger one took all",
    ),
    way_to_first=(
        lambda dy, x, w: below(
            np.kron(dy, [1, 0]) * (six(x, w).reshape(3, 2).max(axis=1) > 0).repeat(2), x, w
        ),
        "gives each price to the first number of its pair: is that always the larger one?",
    ),
    way_to_loser=(
        lambda dy, x, w: below(routed(dy, -six(x, w)) * (six(x, w) > 0), x, w),
        "gives each price to the smaller number of its pair: which of the two is the pooled one?",
    ),
    way_times_value=(
        lambda dy, x, w: below(routed(dy, six(x, w)) * np.maximum(six(x, w), 0), x, w),
        "multiplies the prices with the numbers of the way up: how steep is a ReLU where its "
        "number is positive?",
    ),
)

wrong(
    way_down_by_hand,
    "dx",
    way_filter_reversed=(
        lambda dy, x, w: convolution.conv_1d_backward_spray(
            relu.relu_backward(routed(dy, six(x, w)), six(x, w)), w[::-1], 1
        ),
        "meets the weights in the wrong order: a price is sprayed with w as it stands, onto the "
        "pixels that its window had",
    ),
)

wrong(
    way_down_by_hand,
    "dw",
    way_weights_reversed=(
        lambda dw: dw[::-1],
        "is right but in reverse order: which pixels did w[0] meet, those on the left or those on "
        "the right?",
    ),
)
