"""Show something in the notebook, or print it where there is no notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

_screens: list[Callable[[Any], None]] = []  # of a page that runs cells without IPython


def show_on(screen: Callable[[Any], None]) -> None:
    """From now on hand everything that is shown to a screen, such as a page of the book."""
    _screens[:] = [screen]


def show(thing: Any) -> None:
    """Display something in a notebook or on a screen, and print it elsewhere.

    It is also printed if display fails, as it does where a student's code has replaced it.
    """
    try:
        if _screens:
            _screens[0](thing)
        elif shell() is None:
            print(thing)
        else:
            sys.modules["IPython"].display.display(thing)
    except Exception:
        print(thing)


def draws() -> bool:
    """Tell whether HTML is drawn where this runs: a terminal draws none."""
    return bool(_screens) or hasattr(shell(), "kernel")


def show_kinds(kinds: Mapping[str, Any]) -> None:
    """Display something of which there are several kinds, by MIME type."""
    if _screens:
        _screens[0](kinds)
    else:
        sys.modules["IPython"].display.display(kinds, raw=True)


def shell() -> Any:
    """Return IPython's shell, or None if IPython has not been imported or runs no shell."""
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
