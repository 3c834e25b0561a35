"""Show something in the notebook, or print it where there is no notebook."""

from __future__ import annotations

import sys
from typing import Any


def show(thing: Any) -> None:
    """Display in a notebook, print elsewhere, and where a student's code has put another function in display's place."""
    try:
        (print if _shell() is None else sys.modules["IPython"].display.display)(thing)
    except Exception:
        print(thing)


def _shell() -> Any:
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
