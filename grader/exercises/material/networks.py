"""The two networks of the capstone as the grader sees them: random parameters to start from, and
predictions.

Predictions take the layers of layers.py, which is released with the capstone and lies beside its
notebook: this module answers no exercise of the notebooks before it.

A network is a dict of arrays; its keys tell which of the two it is ("w3" is in the strided one
alone).

    small    w1 b1 w2 b2           3 x 3 convolution (pad 1), ReLU, 2 x 2 max pooling, affine
    strided  w1 b1 w2 b2 w3 b3     3 x 3 convolution (stride 2, pad 1), ReLU, the same once more,
    affine
"""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np

Params = dict[str, np.ndarray]
SIZES = {  # name -> parameter -> shape, for 1 x 8 x 8 and 1 x 28 x 28 images and 10 classes
    "small": {"w1": (8, 1, 3, 3), "b1": (8,), "w2": (128, 10), "b2": (10,)},
    "strided": {
        "w1": (8, 1, 3, 3),
        "b1": (8,),
        "w2": (16, 8, 3, 3),
        "b2": (16,),
        "w3": (784, 10),
        "b3": (10,),
    },
}


def initial_parameters(network: str, seed: int) -> Params:
    """Return random parameters whose layers keep the size of what they pass on (He et al., 2015),
    and biases of 0.

    network: "small" (for 8 x 8 images) or "strided" (for 28 x 28)  ->  a dict of arrays
    """
    if network not in SIZES:
        raise ValueError(f"There is no network {network!r}. There are: {', '.join(SIZES)}.")
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(
            0, np.sqrt(2 / np.prod(shape[1:] if len(shape) == 4 else shape[:1])), shape
        )
        if name.startswith("w")
        else np.zeros(shape)
        for name, shape in SIZES[network].items()
    }


def predict(params: Params, images: np.ndarray) -> np.ndarray:
    """Return the class with the highest score for every image.

    params: a small or a strided network;  images: (N, C, H, W)  ->  (N,) whole numbers

    Raises ModuleNotFoundError where there is no layers.py.
    """
    layers, strided = _layers(), "w3" in params
    y = layers.strided_forward(images, params["w1"], params["b1"], 2 if strided else 1, 1)
    x = layers.relu_forward(y)
    if strided:
        x = layers.relu_forward(layers.strided_forward(x, params["w2"], params["b2"], 2, 1))
    else:
        x = layers.max_pool_forward(x, (2, 2), 2)
    last = "3" if strided else "2"
    scores = layers.affine_forward(x.reshape(len(x), -1), params[f"w{last}"], params[f"b{last}"])
    return np.asarray(scores.argmax(axis=1))


def _layers() -> ModuleType:
    try:
        return importlib.import_module("layers")
    except ModuleNotFoundError:
        message = (
            "predict needs layers.py beside the notebook: copy it there from the assignment's "
            "folder"
        )
        raise ModuleNotFoundError(message) from None


def accuracy(params: Params, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images whose predicted class is the right one."""
    return float(np.mean(predict(params, images) == labels))
