"""Beyond the text: two networks of the layers of sections 1 to 4, their gradients, and training.

A network is a dict of arrays; its keys tell which of the two it is.

    small    w1 b1 w2 b2          3 x 3 convolution (pad 1), ReLU, 2 x 2 max pooling, affine
    strided  w1 b1 w2 b2 w3 b3    3 x 3 convolution (stride 2, pad 1), ReLU, both again, affine
"""

import numpy as np

from solutions.affine import affine_backward, affine_forward, softmax_loss
from solutions.convolution import (
    conv_1d_backward_spray,
    conv_1d_weight_gradient,
    conv_backward,
    conv_forward,
    correlate_1d,
)
from solutions.max_pool import max_pool_2x2_backward, max_pool_forward
from solutions.relu import relu_backward, relu_forward
from solutions.strided import strided_backward_spray, strided_forward


def small_loss(params, images, labels):
    """Return the mean softmax loss of a small network.

    convolution (pad 1), ReLU, 2 x 2 max pooling with stride 2, flatten, affine
    params: a dict of arrays w1, b1, w2, b2;  images: (N, C, H, W);  labels: (N,)
        ->  loss: a number
    """
    before = conv_forward(images, params["w1"], params["b1"], 1)
    pooled = max_pool_forward(relu_forward(before), (2, 2), 2)
    rows = pooled.reshape(len(images), -1)
    return softmax_loss(affine_forward(rows, params["w2"], params["b2"]), labels)[0]


def way_down_by_hand(dy, x, w):
    """Return dx and dw of your row, worked out by hand.

    convolution (a zero at each end), ReLU, max pooling of two with stride 2
    dx: (6,);  dw: (3,)
    """
    before = correlate_1d(x, w, 1)
    pairs = relu_forward(before).reshape(3, 2)
    dafter = np.zeros((3, 2))
    dafter[np.arange(3), pairs.argmax(axis=1)] = dy
    dbefore = relu_backward(dafter.ravel(), before)
    return conv_1d_backward_spray(dbefore, w, 1), conv_1d_weight_gradient(dbefore, x, 1)


def small_loss_and_gradients(params, images, labels):
    """Return the mean softmax loss of a small network, and its gradients.

    convolution (pad 1), ReLU, 2 x 2 max pooling with stride 2, flatten, affine
    params: a dict of arrays w1, b1, w2, b2;  images: (N, C, H, W);  labels: (N,)
        ->  loss: a number, gradients: a dict like params
    """
    p, g = params, {}
    before = conv_forward(images, p["w1"], p["b1"], 1)
    after = relu_forward(before)
    pooled = max_pool_forward(after, (2, 2), 2)
    rows = pooled.reshape(len(images), -1)
    loss, dy = softmax_loss(affine_forward(rows, p["w2"], p["b2"]), labels)

    drows, g["w2"], g["b2"] = affine_backward(dy, rows, p["w2"])
    dafter = max_pool_2x2_backward(drows.reshape(pooled.shape), after)
    _, g["w1"], g["b1"] = conv_backward(relu_backward(dafter, before), images, p["w1"], 1)
    return loss, g


def loss_and_gradients(params, images, labels):
    """Return the mean softmax loss of a network, and its gradient by every parameter.

    small: convolution (pad 1), ReLU, 2 x 2 max pooling, affine
    strided, if "w3" is in params: convolution (stride 2, pad 1), ReLU,
        convolution (stride 2, pad 1), ReLU, affine
    params: a dict of arrays;  images: (N, C, H, W);  labels: (N,)
        ->  loss: a number, gradients: a dict like params
    """
    if "w3" not in params:
        return small_loss_and_gradients(params, images, labels)
    p, g = params, {}
    before_1 = strided_forward(images, p["w1"], p["b1"], 2, 1)
    after_1 = relu_forward(before_1)
    before_2 = strided_forward(after_1, p["w2"], p["b2"], 2, 1)
    after_2 = relu_forward(before_2)
    rows = after_2.reshape(len(images), -1)
    loss, dy = softmax_loss(affine_forward(rows, p["w3"], p["b3"]), labels)

    drows, g["w3"], g["b3"] = affine_backward(dy, rows, p["w3"])
    dbefore_2 = relu_backward(drows.reshape(after_2.shape), before_2)
    dafter_1, g["w2"], g["b2"] = strided_backward_spray(dbefore_2, after_1, p["w2"], 2, 1)
    dbefore_1 = relu_backward(dafter_1, before_1)
    _, g["w1"], g["b1"] = strided_backward_spray(dbefore_1, images, p["w1"], 2, 1)
    return loss, g


def gradient_step(params, gradients, rate):
    """Return the parameters after one step of gradient descent, in a new dict.

    params stays as it is, and so do the arrays in it.

    params: a dict of arrays;  gradients: a dict like params;  rate: a number
        ->  stepped: a dict like params
    """
    return {name: params[name] - rate * gradients[name] for name in params}


def train(params, images, labels, steps, rate, seed):
    """Return the parameters after so many steps of gradient descent.

    Each step is taken on a random batch, such as 64 images picked in any way. The first
    takes rate times the gradient from every parameter. params stays as it is.

    params: a dict of arrays;  images: (N, C, H, W);  labels: (N,)
    seed: of the random batches  ->  a dict like params
    """
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.integers(len(images), size=64)
        _, gradients = loss_and_gradients(params, images[batch], labels[batch])
        params = gradient_step(params, gradients, rate)
    return params
