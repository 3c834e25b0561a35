"""How the cost of a convolution grows with images, channels, pixels and taps.

    python tests/benchmarks/growth.py [--rounds 5] [--json FILE]

Both passes, float32, one thread, medians of CPU time; what is compared runs in turn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fast_layers import IM2COL, Row, contenders, drawn, medians, surroundings
from goals import save

BASE = {"N": 8, "C": 16, "H": 32, "K": 3}
VALUES = {
    "N": (1, 2, 4, 8, 16, 32, 64),
    "C": (1, 4, 16, 64, 128),
    "H": (8, 16, 32, 64, 128),
    "K": (1, 3, 5, 7, 11),
}
LEFT_OUT = (IM2COL, "loops", "scipy")  # they take minutes at the larger sizes


def row(sizes: dict[str, int]) -> Row:
    """Return a layer of as many filters as channels, whose output is as large as its input."""
    N, C, H, K = (sizes[name] for name in BASE)
    return Row("", "conv", "float32", (N, C, H, H), (C, C, K, K), 1, K // 2)


def grown(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Return for each size that grows a list of times in milliseconds, with the size itself."""
    table: dict[str, list[dict[str, float]]] = {}
    for name, values in VALUES.items():
        table[name] = []
        for value in values:
            layer = row({**BASE, name: value})
            works = contenders(layer, drawn(layer))
            kept = {each: work for each, work in works.items() if each not in LEFT_OUT}
            table[name].append({"size": value, **medians(kept, rounds)})
            times = (f"{key} {each:.3g}" for key, each in table[name][-1].items() if key != "size")
            print(f"{name} = {value:4}  {', '.join(times)} ms", flush=True)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    table = grown(options.rounds)
    if options.json:
        save(options.json, [], about=surroundings(), base=BASE, grown=table)


if __name__ == "__main__":
    main()
