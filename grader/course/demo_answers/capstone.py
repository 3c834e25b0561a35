"""Answers to 6-capstone, in honest styles and broken. What `train` calls must be right, so only `train` is broken here."""

MOMENTUM = '''
def train(params, images, labels, steps, rate, seed):
    """Epochs without repetition, batches of 64, and a running mean of the gradients, which begins at the first one."""
    rng = np.random.default_rng(seed)
    params = {k: v.copy() for k, v in params.items()}
    mean = None
    left = []
    for _ in range(steps):
        if len(left) < min(64, len(images)):
            left = list(rng.permutation(len(images)))
        batch, left = left[:64], left[64:]
        _, g = loss_and_gradients(params, images[batch], labels[batch])
        mean = g if mean is None else {k: 0.5 * mean[k] + 0.5 * g[k] for k in params}
        for k in params:
            params[k] -= rate * mean[k]
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
OWN_RATE = IN_PLACE.replace("rate * g", "0.15 * g")
SOLVER = '''
def train(params, images, labels, steps, rate, seed):
    """Least squares for the scores of the last layer, on what the random layers below it make of the images."""
    p, n = dict(params), "3" if "w3" in params else "2"
    x = relu_forward(strided_forward(images, p["w1"], p["b1"], 2 if n == "3" else 1, 1))
    x = relu_forward(strided_forward(x, p["w2"], p["b2"], 2, 1)) if n == "3" else max_pool_forward(x, (2, 2), 2)
    x = np.c_[x.reshape(len(x), -1), np.ones(len(x))]
    due = np.eye(len(p["b" + n]))[labels] - 0.1
    solved = np.linalg.solve(x.T @ x + 1e-2 * len(x) * np.eye(x.shape[1]), x.T @ due)
    return p | {"w" + n: solved[:-1], "b" + n: solved[-1]}
'''
FROZEN = "def train(params, images, labels, steps, rate, seed):\n    return params\n"
NO_DICT = "def train(params, images, labels, steps, rate, seed):\n    return list(params.values())\n"
HALF = "def train(params, images, labels, steps, rate, seed):\n    return {'w1': params['w1']}\n"
# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "uphill": ("steps the wrong way", "train", "", UPHILL, "one step goes uphill, along the gradient"),
    "frozen": ("learns nothing", "train", "", FROZEN, "one step leaves every parameter where it was"),
    "solver": ("solves for the last layer alone", "train", "", SOLVER, "one step leaves b1 and w1 where they were"),
    "own-rate": ("goes at a rate of its own", "train", "", OWN_RATE, "times as far as rate * gradient"),
    "no-dict": ("returns a list", "train", "", NO_DICT, "is a list, expected"),
    "one-array": ("returns one array", "train", "", HALF, "lacks b1, b2, w2"),
}
