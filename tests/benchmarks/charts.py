"""The charts of docs/benchmarks.md, from what the benchmarks have written.

    python tests/benchmarks/charts.py FOLDER [TO]

FOLDER holds layers.json, growth.json and checks.json; the charts go into TO, or there as well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

LOOK = {  # how a contender is drawn: colour-blind safe, and told apart by shape as well
    "fast": ("#0072b2", "o"),
    "PyTorch": ("#000000", "s"),
    "readable": ("#009e73", "^"),
    "im2col": ("#d55e00", "D"),
    "im2col sliced": ("#e69f00", "v"),
    "loops": ("#999999", "x"),
    "scipy": ("#cc79a7", "P"),
}
CHECKS = {  # the second colour is that of the slow mode
    "check": ("#0072b2",),
    "gradcheck": ("#d55e00", "#e69f00"),
    "central differences": ("#009e73",),
}
AXES = {"N": "images N", "C": "channels C = F", "H": "rows and columns H = W", "K": "taps K x K"}


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, the same for the same numbers."""
    mpl.rcParams["svg.hashsalt"] = path.stem
    figure.savefig(path, metadata={"Date": None})
    print(f"wrote {path}")


def layers_chart(figures: Any) -> Figure:
    """Each contender's time over PyTorch's, a row of the table in each line."""
    rows = [row for row in figures["rows"] if "PyTorch" in row["times"]]
    figure = Figure(figsize=(9, 0.45 * len(rows) + 1.6), layout="constrained")
    axes = figure.subplots()
    named = dict.fromkeys(name for row in rows for name in row["times"])
    names = [name for name in named if name in LOOK]  # not what runs one pass alone
    for name in names:
        colour, marker = LOOK[name]
        places = [at for at, row in enumerate(rows) if name in row["times"]]
        ratios = [rows[at]["times"][name] / rows[at]["times"]["PyTorch"] for at in places]
        above = {"zorder": 5} if name == "fast" else {}
        axes.plot(ratios, places, marker, color=colour, label=name, markersize=7, **above)
    for at, row in enumerate(rows):
        goal = row["row"]["goals"].get("PyTorch")
        if goal:
            axes.plot([goal], [at], "|", color="#0072b2", markersize=18)
    axes.axvline(1, color="#000000", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{r['row']['name']}, {r['row']['dtype']}" for r in rows])
    axes.invert_yaxis()
    axes.set_xlabel("CPU time beside PyTorch's, forward and backward; a bar marks the goal of fast")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return figure


def growth_chart(figures: Any) -> Figure:
    """Time as one size grows and the others stay."""
    figure = Figure(figsize=(10, 7), layout="constrained")
    panels = figure.subplots(2, 2).flat
    for axes, (name, points) in zip(panels, figures["grown"].items(), strict=True):
        for who in (key for key in points[0] if key != "size"):
            colour, marker = LOOK[who]
            sizes, times = [p["size"] for p in points], [p[who] for p in points]
            axes.loglog(sizes, times, marker=marker, color=colour, label=who)
        axes.set_xticks(sizes, list(map(str, sizes)))
        axes.minorticks_off()
        axes.set_xlabel(AXES[name])
        axes.set_ylabel("CPU ms")
        axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    base = ", ".join(f"{name} = {value}" for name, value in figures["base"].items())
    figure.suptitle(f"A convolution, both passes, float32; where nothing else is said: {base}")
    return figure


def checks_chart(figures: Any) -> Figure:
    """What each gradient check catches against what it costs."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    for name, row in figures["catalogue"].items():
        share, cost = 100 * row["caught"] / row["of"], figures["costs"][name]
        colour, marker = CHECKS[name.split(", ")[0]], "o" if name.endswith("one case") else "D"
        more = {"markersize": 11 if name == "check" else 8, "label": name}
        axes.plot([cost], [share], marker, color=colour[name.count("slow")], **more)
    axes.set_xscale("log")
    axes.set_ylim(50, 103)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    of = figures["catalogue"]["check"]["of"]
    axes.set_xlabel("CPU time for one backward pass that is right, ms")
    axes.set_ylabel(f"caught, % of the {of} mistakes in backward passes")
    axes.grid(alpha=0.3)
    return figure


def main() -> None:
    folder, to = Path(sys.argv[1]), Path(sys.argv[-1])
    save(layers_chart(read(folder, "layers")), to / "layers.svg")
    save(growth_chart(read(folder, "growth")), to / "growth.svg")
    save(checks_chart(read(folder, "checks")), to / "gradient_checks.svg")


if __name__ == "__main__":
    main()
