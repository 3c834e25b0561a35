"""A plan of layers, walked through backwards."""

from solutions.affine import affine_backward, affine_forward, softmax_loss
from solutions.max_pool import max_pool_2x2_backward, max_pool_forward
from solutions.relu import relu_backward, relu_forward
from solutions.strided import strided_backward_spray, strided_forward


# %% loss_and_gradients
class Step:
    """One layer on the way forward, with what it needs on the way back."""

    def __init__(self, forward, backward, kept):
        self.y, self.backward, self.kept = forward(*kept), backward, kept


def loss_and_gradients(params, images, labels):
    p, g, steps = params, {}, []

    def go(x, forward, backward):
        steps.append((Step(forward, backward, (x,)), x.shape))
        return steps[-1][0].y

    def conv(n, stride):
        def back(dy, x):
            dx, g[f"w{n}"], g[f"b{n}"] = strided_backward_spray(dy, x, p[f"w{n}"], stride, 1)
            return dx

        return lambda x: strided_forward(x, p[f"w{n}"], p[f"b{n}"], stride, 1), back

    def affine(n):
        def back(dy, x):
            dx, g[f"w{n}"], g[f"b{n}"] = affine_backward(dy, x, p[f"w{n}"])
            return dx

        return lambda x: affine_forward(x, p[f"w{n}"], p[f"b{n}"]), back

    relu = (relu_forward, relu_backward)
    pool = (lambda x: max_pool_forward(x, (2, 2), 2), max_pool_2x2_backward)
    flat = (lambda x: x.reshape(len(x), -1), lambda dy, x: dy.reshape(x.shape))
    plan = (
        [conv(1, 2), relu, conv(2, 2), relu, flat, affine(3)]
        if "w3" in p
        else [conv(1, 1), relu, pool, flat, affine(2)]
    )
    x = images
    for forward, backward in plan:
        x = go(x, forward, backward)
    loss, dy = softmax_loss(x, labels)
    for step, _ in reversed(steps):
        dy = step.backward(dy, *step.kept)
    return loss, g
