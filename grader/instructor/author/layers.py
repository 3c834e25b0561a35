"""layers.py of the capstone: the layers of notebooks 1 to 5, made from the references."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from grader.instructor.classroom import SOURCES
from grader.notebook.own_layers import LAYERS
from solutions import affine, convolution, max_pool, relu, strided

FILE = SOURCES / "notebooks" / "6-capstone" / "layers.py"
HEAD = (
    '"""The layers of notebooks 1 to 5, to train with. '
    'Made from the reference answers: do not edit."""\n\nimport numpy as np\n'
)
HELPERS = ("fits", "pool_fits", "output_size")  # what the layers call
MODULES = (affine, convolution, strided, relu, max_pool)


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
    functions = [inspect.getsource(_function(name)) for name in (*HELPERS, *LAYERS)]
    return "\n\n".join([HEAD, *functions])


def _function(name: str) -> Callable[..., Any]:
    """Return the reference of this name."""
    module = next(module for module in MODULES if hasattr(module, name))
    function: Callable[..., Any] = getattr(module, name)
    return function
