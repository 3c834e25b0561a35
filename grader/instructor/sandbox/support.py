"""What a worker needs beside the student's notebook.

That is nothing, but for the capstone: layers.py, and the images to train on.
"""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from grader.exercises import of_assignment
from grader.exercises.material import images, networks
from grader.exercises.material.images import Images, load_images
from grader.instructor.author import layers
from grader.instructor.files import temporary_folder

SETS = ("digits", "fashion")


@dataclass(frozen=True)
class Support:
    """What a worker needs.

    layers: the text of layers.py; folder: modules and images, which the sandbox shows read-only.
    """

    layers: str
    folder: Path


@cache
def support_of(assignment: str) -> Support | None:
    """Return what an assignment's worker needs, or None where that is nothing.

    The images to test on, and their labels, are never in it.
    """
    if not any(exercise.layers for exercise in of_assignment(assignment)):
        return None
    folder = temporary_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    for module in (networks, images):
        source = Path(str(module.__file__))
        shutil.copyfile(source, folder / source.name)
    for name in SETS:
        loaded = load_images(name)
        assert isinstance(loaded, Images)
        no_images = loaded.test_images[:0]
        no_labels = loaded.test_labels[:0]
        training_set = loaded._replace(test_images=no_images, test_labels=no_labels)
        np.savez(folder / f"{name}.npz", **training_set._asdict())
    return Support(layers.source(), folder)
