"""Beyond the text: two networks of the layers of sections 1 to 4, their gradients, and training.

A network is a dict of arrays; its keys tell which of the two it is.

    small    w1 b1 w2 b2          3 x 3 convolution (pad 1), ReLU, 2 x 2 max pooling, affine
    strided  w1 b1 w2 b2 w3 b3    3 x 3 convolution (stride 2, pad 1), ReLU, both again, affine
"""

import numpy as np

from solutions.affine import affine_backward, affine_forward, softmax_loss
from solutions.convolution import conv_backward, conv_forward
from solutions.max_pool import max_pool_2x2_backward, max_pool_forward
from solutions.relu import relu_backward, relu_forward
from solutions.strided import strided_backward_spray, strided_forward


def loss_and_gradients(params, images, labels):
    """Return the mean softmax loss of a network, and its gradient by every parameter.

    small: convolution (pad 1), ReLU, 2 x 2 max pooling, affine
    strided, if "w3" is in params: convolution (stride 2, pad 1), ReLU,
        convolution (stride 2, pad 1), ReLU, affine
    params: a dict of arrays;  images: (N, C, H, W);  labels: (N,)
        ->  loss: a number, gradients: a dict like params
    """
    p, g = params, {}
    strided = "w3" in p
    w, b = ("w3", "b3") if strided else ("w2", "b2")  # of the affine layer
    if strided:
        before = strided_forward(images, p["w1"], p["b1"], 2, 1)
        after = relu_forward(before)
        before_2 = strided_forward(after, p["w2"], p["b2"], 2, 1)
        last = relu_forward(before_2)
    else:
        before = conv_forward(images, p["w1"], p["b1"], 1)
        after = relu_forward(before)
        last = max_pool_forward(after, (2, 2), 2)
    rows = last.reshape(len(images), -1)
    loss, dy = softmax_loss(affine_forward(rows, p[w], p[b]), labels)

    drows, g[w], g[b] = affine_backward(dy, rows, p[w])
    dlast = drows.reshape(last.shape)
    if strided:
        dbefore_2 = relu_backward(dlast, before_2)
        dafter, g["w2"], g["b2"] = strided_backward_spray(dbefore_2, after, p["w2"], 2, 1)
        dbefore = relu_backward(dafter, before)
        _, g["w1"], g["b1"] = strided_backward_spray(dbefore, images, p["w1"], 2, 1)
    else:
        dafter = max_pool_2x2_backward(dlast, after)
        _, g["w1"], g["b1"] = conv_backward(relu_backward(dafter, before), images, p["w1"], 1)
    return loss, g


def train(params, images, labels, steps, rate, seed):
    """Return the parameters after so many steps of gradient descent.

    Each step is taken on a random batch, such as 64 images picked in any way. The first
    takes rate times the gradient from every parameter. params stays as it is.

    params: a dict of arrays;  images: (N, C, H, W);  labels: (N,)
    seed: of the random batches  ->  a dict like params
    """
    rng = np.random.default_rng(seed)
    params = {name: value.copy() for name, value in params.items()}
    for _ in range(steps):
        batch = rng.integers(len(images), size=64)
        _, gradients = loss_and_gradients(params, images[batch], labels[batch])
        for name in params:
            params[name] -= rate * gradients[name]
    return params
