"""Broken answers to 6-capstone. What `train` calls must be right, so only `train` is broken here."""

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
NO_DICT = (
    "def train(params, images, labels, steps, rate, seed):\n    return list(params.values())\n"
)
HALF = "def train(params, images, labels, steps, rate, seed):\n    return {'w1': params['w1']}\n"
# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "uphill": (
        "steps the wrong way",
        "train",
        "",
        UPHILL,
        "one step goes uphill, along the gradient",
    ),
    "frozen": (
        "learns nothing",
        "train",
        "",
        FROZEN,
        "one step leaves every parameter where it was",
    ),
    "solver": (
        "solves for the last layer alone",
        "train",
        "",
        SOLVER,
        "one step leaves b1 and w1 where they were",
    ),
    "own-rate": (
        "goes at a rate of its own",
        "train",
        "",
        OWN_RATE,
        "times as far as rate * gradient",
    ),
    "no-dict": ("returns a list", "train", "", NO_DICT, "is a list, expected"),
    "one-array": ("returns one array", "train", "", HALF, "lacks b1, b2, w2"),
}
