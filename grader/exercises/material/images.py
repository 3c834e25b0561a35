"""The images of the course: small real sets that come with it (data/README.md tells their sources
and licences).
"""

from __future__ import annotations

import difflib
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PACKAGE = Path(__file__).resolve().parent.parent.parent
# In the wheel, in a clone, and where submissions are graded.
FOLDERS = (PACKAGE / "data_files", PACKAGE.parent / "data", Path(__file__).resolve().parent)
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "cat": {"image": (64, 64)},
    "digits": {
        "train_images": (1297, 8, 8),
        "train_labels": (1297,),
        "test_images": (500, 8, 8),
        "test_labels": (500,),
    },
    "fashion": {
        "train_images": (2000, 28, 28),
        "train_labels": (2000,),
        "test_images": (500, 28, 28),
        "test_labels": (500,),
    },
}
LARGEST = {"digits": 16, "fashion": 255}  # the value of full ink
MEAN = 0.3  # of the scaled pixels: 0.305 over the digits, 0.286 over the clothes
MEND = "Install the course again from its student kit, or in a clone run: git checkout -- data"
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


class Images(NamedTuple):
    """Images to train on and to test on, (N, C, H, W), and the class of every image, (N,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.train_images.shape[1:]))
        return (
            f"{len(self.train_images)} images to train on and {len(self.test_images)} to test on, "
            f"each {size}"
        )


def load_images(name: str) -> Images | np.ndarray:
    """Return the image set "digits" or "fashion", or the photograph of a "cat". Every call returns
    new arrays.

    digits: handwritten, train_images (1297, 1, 8, 8), test_images (500, 1, 8, 8)
    fashion: pictures of clothes, train_images (2000, 1, 28, 28), test_images (500, 1, 28, 28)
        Pixels are floats from -0.3 (paper) to 0.7 (full ink), about 0 in the mean; labels are whole
        numbers from 0 to 9.
    cat: (64, 64), floats from 0 (black) to 1 (white)

    Raises a ValueError for another name, an OSError when the file is missing or damaged.
    """
    if not isinstance(name, str) or name not in SHAPES:
        near = difflib.get_close_matches(str(name).lower(), SHAPES, 1, 0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(SHAPES)}."
        raise ValueError(f"There is no image set {name!r}. {hint}")
    arrays = _read(name)
    if name == "cat":
        return arrays["image"] / 255
    images = {
        part: arrays[f"{part}_images"][:, None] / LARGEST[name] - MEAN for part in ("train", "test")
    }
    labels = {part: arrays[f"{part}_labels"].astype(np.int64) for part in ("train", "test")}
    return Images(images["train"], labels["train"], images["test"], labels["test"])


def image_file(name: str) -> Path:
    """Return the path of a set. Raises FileNotFoundError."""
    paths = [folder / f"{name}.npz" for folder in FOLDERS]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise FileNotFoundError(
            f"{name}.npz is missing: looked for {' and '.join(map(str, paths))}. {MEND}"
        )
    return path


def _read(name: str) -> dict[str, np.ndarray]:
    """Return the bytes of a set, as SHAPES says. Raises an OSError that tells what to do."""
    path = image_file(name)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in SHAPES[name]}
        for key, shape in SHAPES[name].items():
            if not _is_expected(arrays[key], key, shape):
                raise ValueError(
                    f"{key} is {arrays[key].dtype} {arrays[key].shape}, expected uint8 {shape}"
                )
    except DAMAGED as error:
        raise OSError(f"{path} is damaged ({type(error).__name__}: {error}). {MEND}") from None
    return arrays


def _is_expected(array: np.ndarray, key: str, shape: tuple[int, ...]) -> bool:
    """Tell whether an array is what the file should hold: a test set may be empty."""
    if array.dtype != np.uint8:
        return False
    return array.shape == shape or (key.startswith("test") and array.shape == (0, *shape[1:]))


def without_test_images() -> dict[str, bytes]:
    """Return the files of all sets, by name, without the images to test on and their labels.

    Where submissions are graded, they lie beside a copy of this module.
    """
    files = {}
    for name in SHAPES:
        arrays: dict[str, Any] = _read(name)
        for key in arrays:
            if key.startswith("test"):
                arrays[key] = arrays[key][:0]
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        files[f"{name}.npz"] = buffer.getvalue()
    return files
