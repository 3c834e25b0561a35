"""layers.py of the capstone: the layers of notebooks 1 to 5 in one file, made from the reference answers."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from grader.instructor.classroom import SOURCES
from grader.notebook.own_layers import LAYERS
from solutions import affine, convolution, max_pool, relu, strided

FILE = SOURCES / "notebooks" / "6-capstone" / "layers.py"
HEAD = '"""The layers of notebooks 1 to 5, to train with. Made from the reference answers: do not edit."""\n\nimport numpy as np\n'
HELPERS = ("fits", "pool_fits", "output_size")  # what the layers call


@contextmanager
def importable() -> Iterator[None]:
    """Let `import layers` find the file, as it does for a notebook that lies beside it."""
    sys.path.insert(0, str(FILE.parent))
    try:
        yield
    finally:
        sys.path.remove(str(FILE.parent))


def source() -> str:
    """Return the text of layers.py."""
    modules = (affine, convolution, strided, relu, max_pool)
    found = {
        name: next(getattr(m, name) for m in modules if hasattr(m, name))
        for name in (*HELPERS, *LAYERS)
    }
    return "\n\n".join([HEAD, *(inspect.getsource(function) for function in found.values())])
