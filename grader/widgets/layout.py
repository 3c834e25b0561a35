"""Where the grids of a picture stand, and its colours, as js/arithmetic/layout.js has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from grader.widgets.bundle import FOLDER

Point = tuple[float, float]


@cache
def layout() -> dict[str, Any]:
    """Return the JSON in layout.js, which the live pictures are drawn from."""
    text = (FOLDER / "arithmetic" / "layout.js").read_text(encoding="utf-8")
    _, _, data = text.partition("export const LAYOUT = ")
    return json.loads(data.rstrip().removesuffix(";"))


CELL: int = layout()["cell"]  # pixels of a square, its border included


def colour(name: str) -> str:
    """Return a colour of the light theme."""
    return layout()["colours"][name][0]


def theme() -> str:
    """Return the colours of both themes as CSS."""
    lines = (
        f"  --{name}: light-dark({light}, {dark});\n"
        for name, (light, dark) in layout()["colours"].items()
    )
    return f".cnn-widget {{\n{''.join(lines)}}}\n"


class Places:
    """The places of one layout of a widget for arrays of some sizes, as places.js has them.

    width, height: of the whole picture, in pixels
    """

    def __init__(self, kind: str, variant: str, sizes: Mapping[str, float]) -> None:
        entry = layout()[kind][variant]
        more = entry.get("more", {"dx": 0, "dy": 0})
        self.more: Point = (more["dx"], more["dy"])  # a second word, from a grid's name
        self.names = entry["name"]  # where a grid does not say
        self.grids: dict[str, Any] = entry["grids"]
        self.sizes = {**sizes, "cells": 1}
        for name, all_ in entry.get("largest", {}).items():
            self.sizes[name] = max(self.sizes[size] for size in all_)
        self.width = max(map(self._length, entry["width"]))
        self.height = max(map(self._length, entry["height"]))

    def at(self, grid: str, i: float = 0, j: float = 0) -> Point:
        """Return the corner of a cell."""
        entry = self.grids[grid]
        return (
            self._length(entry["x"]) + j * self.pitch(grid) * CELL,
            self._length(entry["y"]) + i * CELL,
        )

    def pitch(self, grid: str) -> float:
        """Return how many cells the columns of a grid are apart."""
        size = self.grids[grid].get("pitch")
        return self.sizes[size] if size else 1

    def name(self, grid: str, i: float = 0, j: float = 0) -> Point:
        """Return the place of the name of a grid whose corner is at a cell."""
        name = self.grids[grid].get("name", self.names)
        x, y = self.at(grid, i, j)
        return name.get("x", x + name.get("dx", 0)), name.get("y", y + name.get("dy", 0))

    def _length(self, lengths: Mapping[str, float]) -> float:
        """Return pixels."""
        cells = sum(n * self.sizes[size] for size, n in lengths.items() if size != "px")
        return lengths["px"] + CELL * cells


def pool_variant(forward: bool, W: int, N: int) -> str:
    """Return which layout pool_router has. Backward, a dx that would be too wide stands below x."""
    if forward:
        return "forward"
    across = 2 * W + N
    return "wide" if across > layout()["pool_router"]["most_across"] else "backward"
