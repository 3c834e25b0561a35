"""Cases of 6-capstone: small networks for the gradients, single steps, and trainings that are
judged by what they learnt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from grader.exercises.material.images import Images, load_images
from grader.exercises.material.networks import accuracy, initial_parameters, predict
from grader.exercises.material.stepping import message
from grader.judge.case import (
    Case,
    Generator,
    Goal,
    large,
    on_paper,
    permutation,
    small,
    whole,
    without_zeros,
)

# Networks of C x H x W images and three classes, small enough to look at. One pixel more on a side
# leaves the sizes odd.
SMALL = {"w1": (3, 2, 3, 3), "b1": (3,), "w2": (18, 3), "b2": (3,)}
STRIDED = {"w1": (3, 2, 3, 3), "b1": (3,), "w2": (2, 3, 3, 3), "b2": (2,), "w3": (8, 3), "b3": (3,)}
SIZES = (
    (SMALL, (4, 2, 4, 6)),
    (STRIDED, (4, 2, 5, 8)),
    (SMALL, (3, 2, 6, 4)),
    (STRIDED, (5, 2, 8, 6)),
)

# dy, x and w of a row, to be worked out on paper. No number before the ReLU is 0. In one window of
# the pooling both are negative; in the others they differ, and the larger one stands first in the
# one and second in the other.
WAYS_DOWN = (
    ([-1, -2, 4], [-2, 4, 2, 1, -3, -1], [2, 1, -2]),
    ([-2, 5, -1], [-3, -1, -2, 1, 4, 2], [-1, 1, 2]),
    ([3, -3, 1], [1, 4, 3, 2, -3, -2], [1, -2, -1]),
    ([-2, 5, -1], [-1, -3, -2, 1, 2, 4], [-1, -2, 1]),
    ([4, 2, 3], [-3, -1, 2, 4, 1, 3], [-2, -1, 1]),
    ([2, -1, 5], [4, 3, 1, 2, -2, -3], [1, -1, -2]),
    ([4, 1, 2], [3, -3, -2, 1, 4, -1], [-1, 1, 2]),
    ([2, -1, -2], [1, 3, 4, 2, -1, -3], [1, 2, -2]),
    ([3, 5, -1], [-1, 1, 3, 2, -2, -3], [1, -1, -2]),
    ([2, 3, 1], [2, -2, 3, 1, 4, -3], [-1, 1, 2]),
    ([3, 1, 4], [4, -2, -1, -3, 3, 2], [1, -2, -1]),
    ([3, -1, 5], [1, 4, -2, 2, -3, 3], [2, 1, -1]),
)

BRIGHT = 256.0

TRAININGS = {  # part -> network, images, steps, rate, the share that must be right
    "overfit": ("small", "digits", 200, 0.1, 1.0),
    "digits": ("small", "digits", 1500, 0.2, 0.94),
    "strided": ("strided", "fashion", 900, 0.1, 0.73),
}
OVERFITTED = 20  # images
COPIES = 80  # of one image: more than most batches have places
# never all off in a layer
WIDE = {"w1": (3, 2, 3, 3), "b1": (3,), "w2": (8, 3, 3, 3), "b2": (8,), "w3": (32, 3), "b3": (3,)}
# parts -> their network, and an image
STEPPED = {("overfit", "digits"): (SMALL, (2, 4, 6)), ("strided",): (WIDE, (2, 6, 8))}
# The same with so many parameters that a forward pass for each takes minutes.
PIXELS = (2, 28, 28)
MANY = {
    ("overfit", "digits"): {"w1": (16, 2, 3, 3), "b1": (16,), "w2": (3136, 3), "b2": (3,)},
    ("strided",): {
        "w1": (32, 2, 3, 3),
        "b1": (32,),
        "w2": (64, 32, 3, 3),
        "b2": (64,),
        "w3": (3136, 3),
        "b3": (3,),
    },
}
# of the images to train on, drawn anew each time; the images to test on are the held-out ones
SHARE = 0.95


def _spread(rng: Generator, *shape: int) -> np.ndarray:
    """Numbers between -1 and 1 in steps of 2^-20: no sum is 0 and no two are equal, but by a chance
    of one in a million.
    """
    return (whole(rng, 2**21, shape) + 0.5) / 2**20 - 1


def _count(params: dict[str, np.ndarray]) -> int:
    return sum(value.size for value in params.values())


def _layout(params: dict[str, np.ndarray]) -> dict[str, tuple[int, ...]]:
    return {name: value.shape for name, value in params.items()}


def small_loss(rng: Generator, fresh: bool) -> list[Case]:
    """The small networks of `loss_and_gradients`, whose loss is one number."""
    return [replace(case, layout={}) for case in small_loss_and_gradients(rng, fresh)]


def small_loss_and_gradients(rng: Generator, fresh: bool) -> list[Case]:
    """The small networks of `loss_and_gradients`."""
    return [case for case in loss_and_gradients(rng, fresh) if "w3" not in case.args[0]]


def way_down_by_hand(rng: Generator, fresh: bool) -> list[Case]:
    """Rows of six pixels under three weights with pad 1, and the prices of three pooled numbers."""
    return on_paper(WAYS_DOWN, {"n": 6, "k": 3})


def loss_and_gradients(rng: Generator, fresh: bool) -> list[Case]:
    """Small networks, the last two with bright images, whose gradients are large: who clips them
    shows. Fresh ones with many parameters too, since differences take minutes there.
    """
    cases = []
    for number, (shapes, size) in enumerate(SIZES):
        params = {name: _spread(rng, *shape) for name, shape in shapes.items()}
        cases.append(_gradients(rng, params, size, BRIGHT if number >= 2 else 1.0))
    for shapes in MANY.values() if fresh else ():
        params = {name: _scaled(rng, shape) for name, shape in shapes.items()}
        cases.append(_gradients(rng, params, (64, *PIXELS)))
    return cases


def _gradients(
    rng: Generator,
    params: dict[str, np.ndarray],
    size: tuple[int, int, int, int],
    times: float = 1.0,
) -> Case:
    """Return a case of a network on so many random images, times a number. size: N C H W.

    The first two are alike and have different labels: the network is wrong on one of them, so that
    no gradient vanishes, however sure it is.
    """
    labels = whole(rng, 3, (size[0],))
    images = times * _spread(rng, *size)
    images[1], labels[1] = images[0], (labels[0] + 1) % 3
    return Case(
        (params, images, labels),
        {"N": size[0], "params": (_count(params),)},
        large=True,
        layout=_layout(params),
        parts=("strided",) if "w3" in params else ("loss", "gradients"),
    )


def gradient_step(rng: Generator, fresh: bool) -> list[Case]:
    """An affine layer alone, both networks, and the second of them with large and small numbers.

    The rates are powers of two, so that every answer is exact.
    """
    kinds = [
        ({"w1": (2, 3), "b1": (3,)}, 0.5, without_zeros),
        (SMALL, 0.25, without_zeros),
        (STRIDED, 2.0, without_zeros),
        (SMALL, 0.125, large),
        (SMALL, 2.0, small),
    ]
    cases = []
    for shapes, rate, fill in kinds:
        params, gradients = (
            {name: fill(rng, *shape) for name, shape in shapes.items()} for _ in range(2)
        )
        cases.append(
            Case(
                (params, gradients, rate),
                {"params": (_count(params),)},
                large=fill is not without_zeros,
                layout=_layout(params),
            )
        )
    return cases


def turned(images: np.ndarray, turn: int) -> np.ndarray:
    """Return all images in one of the eight ways to lay a square sheet of paper."""
    rotated = np.rot90(images, turn % 4, axes=(2, 3))
    return np.ascontiguousarray(rotated[..., ::-1] if turn >= 4 else rotated)


def train(rng: Generator, fresh: bool) -> list[Case]:
    """Steps whose end is known come first, since they take no time; then trainings, judged by what
    they reach.
    """
    trainings = _trainings(rng)
    steps = [*_steps(rng), *_long_steps(rng)] if fresh else _steps(rng)
    return [*steps, *trainings]


def _steps(rng: Generator) -> list[Case]:
    """One step on copies of one image, where every batch has the same gradient; and three at a rate
    of 0, which lead nowhere.

    The label is one that the network does not give, so the gradient is not small; the rate is, so
    the first step is not the last.
    """
    cases = []
    for parts, (shapes, size) in STEPPED.items():
        for steps, rate in ((1, (2 + int(whole(rng, 6, (1,))[0])) / 64), (3, 0.0)):
            params = {name: _spread(rng, *shape) / 2 for name, shape in shapes.items()}
            image = _spread(rng, 1, *size)
            label, seed = (
                (predict(params, image) + 1 + whole(rng, 2, (1,))) % 3,
                int(whole(rng, 2**31, (1,))[0]),
            )
            args = (params, image.repeat(COPIES, axis=0), label.repeat(COPIES), steps, rate, seed)
            cases.append(_step(args, parts))
    return cases


def _step(args: tuple[Any, ...], parts: tuple[str, ...]) -> Case:
    """Return a training that ends at one place, whichever batches it picks."""
    params, rate = args[0], args[4]
    return Case(
        args,
        {"params": (_count(params),)},
        large=True,
        parts=parts,
        layout=_layout(params),
        rate=rate,
        explain=message,
    )


def _long_steps(rng: Generator) -> list[Case]:
    """One step with many parameters, on images of which no two are the same.

    They differ only where each unit of the first layer is off, whatever its weights are, so that
    every batch has the same gradient.
    """
    cases = []
    for parts, shapes in MANY.items():
        params = {name: _scaled(rng, shape) for name, shape in shapes.items()}
        params["b1"] = -(1 + np.abs(_spread(rng, *shapes["b1"]))) / 8
        images = np.zeros((COPIES, *PIXELS))
        images[:, :, 10:16, :6] = 2 * _spread(rng, 1, PIXELS[0], 6, 6)  # small: so is the gradient
        faint = (COPIES, PIXELS[0], PIXELS[1], 20)
        images[:, :, :, 8:] = _spread(rng, *faint) / 64
        label = (predict(params, images[:1]) + 1 + whole(rng, 2, (1,))) % 3
        rate, seed = (int(each) for each in whole(rng, 2**31, (2,)))
        args = (params, images, label.repeat(COPIES), 1, (2 + rate % 6) / 128, seed)
        cases.append(_step(args, parts))
    return cases


def _scaled(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers whose layer keeps the size of what it passes on; between -1/4 and 1/4."""
    inputs = np.prod(shape[1:] if len(shape) == 4 else shape[:1])
    return _spread(rng, *shape) * min(1 / 4, float(2.0 ** -np.round(np.log2(inputs) / 2 - 1)))


def _trainings(rng: Generator) -> list[Case]:
    """Which images are trained on, the start and the seed are drawn; 20 images, digits, clothes.

    So are the numbers of the classes, and how all images are turned: parameters that were learnt
    elsewhere are of no use.
    """
    cases = []
    for part, (network, name, steps, rate, least) in TRAININGS.items():
        images = load_images(name)
        assert isinstance(images, Images)
        pool = len(images.train_images)
        learnt = permutation(rng, pool)[: OVERFITTED if part == "overfit" else int(SHARE * pool)]
        start, seed = whole(rng, 2**31, (2,)).tolist()
        params = initial_parameters(network, start)
        turn, classes = int(whole(rng, 8, (1,))[0]), permutation(rng, 10)
        args = (
            params,
            turned(images.train_images[learnt], turn),
            classes[images.train_labels[learnt]],
            steps,
            rate,
            seed,
        )
        held = (
            (turned(images.test_images, turn), classes[images.test_labels])
            if part != "overfit"
            else args[1:3]
        )
        goal = Goal(*held, least, part == "overfit", accuracy)
        cases.append(
            Case(
                args,
                {"params": (_count(params),)},
                smooth=False,
                parts=(part,),
                layout=_layout(params),
                goal=goal,
            )
        )
    return cases
