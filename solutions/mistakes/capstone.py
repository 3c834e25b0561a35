"""Mistakes in 6-capstone."""

import numpy as np

from solutions import affine, capstone, max_pool, relu, strided
from solutions.mistakes.base import mistake


def forward(params, images):
    """Return the scores, and what the layers passed on: images, then after each layer, at last the rows."""
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
    last = "3" if "w3" in p else "2"
    return affine.affine_forward(rows, p["w" + last], p["b" + last]), [*passed, rows]


def backward(params, images, labels, change):
    """Return loss and gradients when `change` may replace what is passed back at each named place."""
    p, g = params, {}
    y, passed = forward(params, images)
    loss, dy = affine.softmax_loss(y, labels)
    last = "3" if "w3" in p else "2"
    drows, g["w" + last], g["b" + last] = affine.affine_backward(dy, passed[-1], p["w" + last])
    back = drows.reshape(passed[-2].shape)
    if "w3" in p:
        back = change("relu 2", relu.relu_backward(back, passed[3]), back)
        back, g["w2"], g["b2"] = strided.strided_backward_spray(back, passed[2], p["w2"], 2, 1)
    else:
        back = change("pool", max_pool.max_pool_2x2_backward(back, passed[2]), back)
    back = change("relu 1", relu.relu_backward(back, passed[1]), back)
    _, g["w1"], g["b1"] = strided.strided_backward_spray(back, images, p["w1"], 2 if "w3" in p else 1, 1)
    return loss, g


@mistake("loss_and_gradients", "gradients", "passes by the first ReLU: its mask is missing on the way back")
def first_relu_forgotten(params, images, labels):
    return backward(params, images, labels, lambda place, right, before: before if place == "relu 1" else right)


@mistake(
    "loss_and_gradients",
    "gradients",
    "passes by the second ReLU of the strided network: every layer has its place on the way back",
)
def second_relu_forgotten(params, images, labels):
    return backward(params, images, labels, lambda place, right, before: before if place == "relu 2" else right)


@mistake("loss_and_gradients", "gradients", "passes by both ReLUs: every layer of the way forward has its place on the way back")
def relus_forgotten(params, images, labels):
    return backward(params, images, labels, lambda place, right, before: before if place.startswith("relu") else right)


@mistake("loss_and_gradients", "gradients", "goes to every pixel of a pooling window: only the largest was passed on")
def pool_spreads(params, images, labels):
    def change(place, right, before):
        return before.repeat(2, axis=2).repeat(2, axis=3) if place == "pool" else right

    return backward(params, images, labels, change)


@mistake("loss_and_gradients", "gradients", "is the right answer divided by {N}: the loss has divided by the batch already")
def divided_again(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: value / len(images) for name, value in g.items()}


@mistake("loss_and_gradients", "gradients", "is the right answer times {N}: the loss is a mean over the batch")
def summed_over_batch(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: value * len(images) for name, value in g.items()}


@mistake(
    "loss_and_gradients", "gradients", "has the wrong sign everywhere: a gradient points uphill, the minus belongs into train"
)
def downhill(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: -value for name, value in g.items()}


@mistake("loss_and_gradients", "gradients", "is zero for every bias: they learn as well")
def biases_left_out(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: value * (name[0] == "w") for name, value in g.items()}


@mistake("loss_and_gradients", "gradients", "is zero for the first layer: how does dL/dy come down to it?")
def first_layer_left_out(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: value * (name[1] != "1") for name, value in g.items()}


@mistake("loss_and_gradients", "gradients", "is kept for the last layer alone: the layers below need dx of the one above")
def last_layer_only(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    last = "3" if "w3" in params else "2"
    return loss, {name: value * (name[1] == last) for name, value in g.items()}


@mistake("loss_and_gradients", "gradients", "holds the parameters themselves: their gradients are asked for")
def parameters_returned(params, images, labels):
    loss, _ = capstone.loss_and_gradients(params, images, labels)
    return loss, dict(params)


@mistake("loss_and_gradients", "gradients", "holds parameters after a step, not gradients: stepping is the business of train")
def already_stepped(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss, {name: params[name] - 0.1 * g[name] for name in params}


@mistake("loss_and_gradients", "loss", "is the right answer times {N}: the exercise asks for the mean")
def loss_summed(params, images, labels):
    loss, g = capstone.loss_and_gradients(params, images, labels)
    return loss * len(images), g


@mistake(
    "loss_and_gradients",
    "loss",
    "is the share of wrong predictions: that steps, and has no slope. Which loss did you differentiate?",
)
def error_rate(params, images, labels):
    _, g = capstone.loss_and_gradients(params, images, labels)
    return float(np.mean(forward(params, images)[0].argmax(axis=1) != labels)), g


@mistake("loss_and_gradients", "loss gradients", "belongs to a network whose last bias is missing on the way forward")
def last_bias_forgotten(params, images, labels):
    last = "b3" if "w3" in params else "b2"
    return capstone.loss_and_gradients(params | {last: 0 * params[last]}, images, labels)


@mistake("loss_and_gradients", "loss gradients", "belongs to a network whose first bias is missing on the way forward")
def first_bias_forgotten(params, images, labels):
    return capstone.loss_and_gradients(params | {"b1": 0 * params["b1"]}, images, labels)


TRAINED = "overfit digits strided"


def descent(params, images, labels, steps, seed, way):
    """Train as the reference does, but add what `way` makes of a name and its gradient."""
    rng = np.random.default_rng(seed)
    params = {name: value.copy() for name, value in params.items()}
    for _ in range(steps):
        picked = rng.integers(len(images), size=64)
        _, g = capstone.loss_and_gradients(params, images[picked], labels[picked])
        for name in params:
            params[name] += way(name, g[name])
    return params


@mistake("train", TRAINED, "The last layer alone learns: the loss answers to every layer below it, too")
def last_layer_trained_alone(params, images, labels, steps, rate, seed):
    last = "3" if "w3" in params else "2"
    return descent(params, images, labels, steps, seed, lambda name, g: -rate * g * (name[1] == last))


@mistake("train", TRAINED, "Only the weights learn: a bias has a gradient as well, and steps along")
def biases_not_trained(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: -rate * g * (name[0] == "w"))


@mistake("train", TRAINED, "Is the rate left out? The gradient tells the direction, the rate how far to go")
def rate_left_out(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: -g)


@mistake("train", TRAINED, "Is there a rate of 0.1 in your code? It is an argument, and another one in each training")
def rate_of_ones_own(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: -0.1 * g)


@mistake("train", TRAINED, "Which sign takes the loss down?")
def steps_uphill(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: rate * g)


@mistake("train", TRAINED, "Are the gradients of the images added up? loss_and_gradients has their mean already")
def gradients_added_up(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: -rate * 64 * g)


@mistake("train", TRAINED, "Is there a division by the size of the batch? The gradients are a mean already")
def divided_by_the_batch(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps, seed, lambda name, g: -rate * g / 64)


@mistake("train", TRAINED, "Does the loop go on from what a step has made, and is that the answer in the end?")
def start_returned(params, images, labels, steps, rate, seed):
    return {name: value.copy() for name, value in params.items()}


@mistake("train", TRAINED, "Is there a step too many? steps = 1 is one")
def one_step_too_many(params, images, labels, steps, rate, seed):
    return descent(params, images, labels, steps + 1, seed, lambda name, g: -rate * g)


@mistake("train", TRAINED, "A running mean that begins at 0 is short at first: let it begin at the first gradient")
def mean_from_zero(params, images, labels, steps, rate, seed):
    mean = {name: 0 * value for name, value in params.items()}

    def way(name, g):
        mean[name] = 0.9 * mean[name] + 0.1 * g
        return -rate * mean[name]

    return descent(params, images, labels, steps, seed, way)
