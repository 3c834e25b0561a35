"""The inert stand-in for `grader` in the grading worker: every name accepts anything.

The capstone's are real: the images to train on, the networks to start from, and the progress bar
without its picture.
"""

import importlib
import sys


class _Inert:
    """Callable, indexable, usable as a context: it never stops a student's cell."""

    def __call__(self, *args, **kwargs):
        return None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self


_inert = _Inert()
check = equation = numerical_jacobian = progress = start_check = figures = _inert


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _inert


def track(steps, *args, **kwargs):
    """Return the steps as they are; there is nobody to see a bar."""
    return steps


def open_up(modules, images):
    """Make initial_parameters, predict and load_images real.

    modules, images: the folders with their modules and with the images.
    """
    import numpy as np  # imported here: `grader.np` would be a name that the real grader lacks

    sys.path.append(modules)
    networks = importlib.import_module("networks")
    data_set = importlib.import_module("images").Images
    sys.path.remove(modules)

    def load_images(name):
        with np.load(f"{images}/{name}.npz") as file:
            return data_set(*(file[field] for field in data_set._fields))

    globals().update(
        initial_parameters=networks.initial_parameters,
        predict=networks.predict,
        load_images=load_images,
    )
