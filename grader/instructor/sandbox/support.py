"""What a worker needs beside the student's notebook: nothing, but for the capstone layers.py and the images to train on."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from grader.exercises import images, networks, of_assignment
from grader.exercises.images import Images, load_images
from grader.instructor.author import layers
from grader.instructor.files import temporary_folder

SETS = ("digits", "fashion")


@dataclass(frozen=True)
class Support:
    """layers: the text of layers.py; folder: modules and images, which the sandbox shows read-only."""

    layers: str
    folder: Path


@cache
def support_of(assignment: str) -> Support | None:
    """Return what an assignment's worker needs. The images to test on, and their labels, are never in it."""
    if not any(exercise.layers for exercise in of_assignment(assignment)):
        return None
    folder = temporary_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    for module in (networks, images):
        shutil.copyfile(str(module.__file__), folder / Path(str(module.__file__)).name)
    for name in SETS:
        loaded = load_images(name)
        assert isinstance(loaded, Images)
        kept = loaded._replace(
            test_images=loaded.test_images[:0], test_labels=loaded.test_labels[:0]
        )
        np.savez(folder / f"{name}.npz", **kept._asdict())
    return Support(layers.source(), folder)
