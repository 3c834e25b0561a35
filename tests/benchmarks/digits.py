"""Training the digits network of the capstone with the fast layers.

    python tests/benchmarks/digits.py [--rounds 9] [--json FILE]

An epoch is 20 steps with batches of 64 images: CPU time in one thread, float32, all in turn, from
the same parameters with the same batches. Then the CPU time of training until 98 % of the held-out
images are right, over ten seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from types import ModuleType
from typing import Any

from fast_layers import PYTORCH, medians, optional, surroundings  # which sets one thread for BLAS
from goals import Reached, save

import numpy as np  # isort: skip

from grader.exercises.material.images import Images, load_images
from grader.exercises.material.networks import initial_parameters
from solutions import affine, convolution, fast, max_pool, relu

Params = dict[str, np.ndarray]
BATCH, STEPS = 64, 20
RATE, MOMENTUM = 0.1, 0.9
GOAL, EPOCHS = 0.98, 100
SEEDS = range(10)


@dataclass(frozen=True)
class Layers:
    """The layers of the network, of one kind."""

    convolution: ModuleType
    relu: ModuleType
    max_pool: ModuleType
    affine: ModuleType


FAST = Layers(fast, fast, fast, fast)  # type: ignore[arg-type]
READABLE = Layers(convolution, relu, max_pool, affine)


def gradients(layers: Layers, p: Params, images: np.ndarray, labels: np.ndarray) -> Params:
    """Return the gradient of the mean softmax loss of the small network by every parameter."""
    g: Params = {}
    before = layers.convolution.conv_forward(images, p["w1"], p["b1"], 1)
    after = layers.relu.relu_forward(before)
    pooled = layers.max_pool.max_pool_forward(after, (2, 2), 2)
    rows = pooled.reshape(len(images), -1)
    scores = layers.affine.affine_forward(rows, p["w2"], p["b2"])
    _, dy = affine.softmax_loss(scores, labels)
    dy = dy.astype(rows.dtype)
    drows, g["w2"], g["b2"] = layers.affine.affine_backward(dy, rows, p["w2"])
    dafter = layers.max_pool.max_pool_2x2_backward(drows.reshape(pooled.shape), after)
    dbefore = layers.relu.relu_backward(dafter, before)
    more = {"first": True} if layers is FAST else {}
    _, g["w1"], g["b1"] = layers.convolution.conv_backward(dbefore, images, p["w1"], 1, **more)
    return g


class Training:
    """Stochastic gradient descent with momentum, in float32."""

    def __init__(self, layers: Layers, data: Images, seed: int) -> None:
        self.layers, self.data = layers, data
        self.rng = np.random.default_rng(seed)
        start = initial_parameters("small", seed)
        self.params = {name: value.astype(np.float32) for name, value in start.items()}
        self.speed = {name: np.zeros_like(value) for name, value in self.params.items()}

    def epoch(self) -> None:
        for _ in range(STEPS):
            batch = self.rng.integers(len(self.data.train_images), size=BATCH)
            images, labels = self.data.train_images[batch], self.data.train_labels[batch]
            found = gradients(self.layers, self.params, images, labels)
            for name, gradient in found.items():
                self.speed[name] = MOMENTUM * self.speed[name] - np.float32(RATE) * gradient
                self.params[name] = self.params[name] + self.speed[name]

    def accuracy(self) -> float:
        """Return the share of the held-out images that are right."""
        p = self.params
        after = fast.relu_forward(fast.conv_forward(self.data.test_images, p["w1"], p["b1"], 1))
        rows = fast.max_pool_forward(after, (2, 2), 2).reshape(len(after), -1)
        scores = fast.affine_forward(rows, p["w2"], p["b2"])
        return float(np.mean(scores.argmax(axis=1) == self.data.test_labels))


def torch_epoch(torch: Any, data: Images) -> Callable[[], None]:
    """Return an epoch of the same training in PyTorch."""
    torch.set_num_threads(1)
    functional = torch.nn.functional
    start = initial_parameters("small", 0)
    p = {name: torch.tensor(value.astype(np.float32)) for name, value in start.items()}
    for value in p.values():
        value.requires_grad_(True)
    images, labels = torch.tensor(data.train_images), torch.tensor(data.train_labels)
    optimizer = torch.optim.SGD(p.values(), lr=RATE, momentum=MOMENTUM)
    rng = np.random.default_rng(0)

    def epoch() -> None:
        for _ in range(STEPS):
            batch = torch.from_numpy(rng.integers(len(images), size=BATCH))
            optimizer.zero_grad()
            x = functional.relu(functional.conv2d(images[batch], p["w1"], p["b1"], padding=1))
            rows = functional.max_pool2d(x, 2).reshape(BATCH, -1)
            loss = functional.cross_entropy(torch.addmm(p["b2"], rows, p["w2"]), labels[batch])
            loss.backward()
            optimizer.step()

    return epoch


def digits() -> Images:
    """Return the digits in float32."""
    data = load_images("digits")
    assert isinstance(data, Images)
    single = {f"{part}_images": getattr(data, f"{part}_images") for part in ("train", "test")}
    return data._replace(**{name: each.astype(np.float32) for name, each in single.items()})


def time_to_goal(data: Images, seed: int) -> tuple[float, int]:
    """Return the CPU seconds of training, and the epochs, until the goal is reached."""
    training, spent = Training(FAST, data, seed), 0.0
    for epoch in range(1, EPOCHS + 1):
        start = process_time()
        training.epoch()
        spent += process_time() - start
        if training.accuracy() >= GOAL:
            return spent, epoch
    return float("inf"), EPOCHS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    data, torch = digits(), optional("torch")
    epochs: dict[str, Callable[[], Any]] = {
        "fast": Training(FAST, data, 0).epoch,
        "readable": Training(READABLE, data, 0).epoch,
    }
    if torch:
        epochs[PYTORCH] = torch_epoch(torch, data)
    times = medians(epochs, options.rounds)
    runs = [time_to_goal(data, seed) for seed in SEEDS]
    print(", ".join(f"{name} {each:.2f} ms" for name, each in times.items()), "an epoch")
    goals = []
    if torch:
        goals.append(Reached("digits, an epoch / PyTorch", times["fast"] / times[PYTORCH], 0.7))
    seconds = [spent for spent, _ in runs]
    print(
        f"{GOAL:.0%} of the held-out digits: {median(seconds):.3f} s of training, "
        f"{min(seconds):.3f} to {max(seconds):.3f} over {len(runs)} seeds"
    )
    name = f"digits, training until {GOAL:.0%}, the slowest of {len(runs)} seeds"
    goals.append(Reached(name, max(seconds), 0.3, " s"))
    print(*goals, sep="\n")
    if options.json:
        save(options.json, goals, about=surroundings(), epoch=times, runs=runs)


if __name__ == "__main__":
    main()
