"""Answers to 6-capstone, in honest styles and broken. What `train` calls must be right, so only `train` is broken here."""

MOMENTUM = '''
def train(params, images, labels, steps, rate, seed):
    """Epochs without repetition, batches of 64, momentum with the rate scaled to it."""
    rng = np.random.default_rng(seed)
    params = {k: v.copy() for k, v in params.items()}
    speed = {k: np.zeros_like(v) for k, v in params.items()}
    left = []
    for _ in range(steps):
        if len(left) < min(64, len(images)):
            left = list(rng.permutation(len(images)))
        batch, left = left[:64], left[64:]
        _, g = loss_and_gradients(params, images[batch], labels[batch])
        for k in params:
            speed[k] = 0.5 * speed[k] - 0.5 * rate * g[k]
            params[k] += speed[k]
    return params
'''

LAYERED = '''
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
    plan = [conv(1, 2), relu, conv(2, 2), relu, flat, affine(3)] if "w3" in p else [conv(1, 1), relu, pool, flat, affine(2)]
    x = images
    for forward, backward in plan:
        x = go(x, forward, backward)
    loss, dy = softmax_loss(x, labels)
    for step, _ in reversed(steps):
        dy = step.backward(dy, *step.kept)
    return loss, g
'''

IN_PLACE = """
def train(params, images, labels, steps, rate, seed):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.choice(len(images), 64)
        loss, g = loss_and_gradients(params, images[batch], labels[batch])
        for k in params:
            params[k] -= rate * g[k]
    return params
"""

FLOAT32 = """
def train(params, images, labels, steps, rate, seed):
    params = {k: v.astype("float32") for k, v in params.items()}
    images = images.astype("float32")
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.permutation(len(images))[:64]
        g = loss_and_gradients(params, images[batch], labels[batch])[1]
        params = {k: (params[k] - rate * g[k]).astype("float32") for k in params}
    return params
"""

STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("momentum, and epochs without repetition", {"train": MOMENTUM}, ()),
    "chen": ("a plan of layers, walked through backwards", {"loss_and_gradients": LAYERED}, ()),
    "dora": ("float32", {"train": FLOAT32}, ()),
    "hugo": ("changes the parameters it is given", {"train": IN_PLACE}, ("it changes its input params in place",)),
}
HELPERS: dict[str, tuple[str, ...]] = {}

UPHILL = IN_PLACE.replace("-= rate", "+= rate")
FROZEN = "def train(params, images, labels, steps, rate, seed):\n    return params\n"
NO_DICT = "def train(params, images, labels, steps, rate, seed):\n    return list(params.values())\n"
HALF = "def train(params, images, labels, steps, rate, seed):\n    return {'w1': params['w1']}\n"
# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "uphill": ("steps the wrong way", "train", "", UPHILL, "holds NaN"),
    "frozen": ("learns nothing", "train", "", FROZEN, "no better than guessing"),
    "no-dict": ("returns a list", "train", "", NO_DICT, "is a list, expected"),
    "one-array": ("returns one array", "train", "", HALF, "lacks b1, b2, w2"),
}
