"""What runs of `make bench` reached, beside the goals.

    python tests/benchmarks/goals.py FOLDER ... [--into docs/benchmarks.md]

Each benchmark writes its figures into a FOLDER as JSON, with a list of what it reached and what the
goal is. The table holds one figure for each FOLDER, and is printed as Markdown, or put into a file
in the place of the table that stands there. Ratios within one run carry over to other machines;
what has a unit belongs to the machine.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HEAD = "| what | at most | reached |\n|:--|--:|--:|"


@dataclass(frozen=True)
class Reached:
    """A figure that has a goal; one without a unit is a ratio within one run."""

    what: str
    value: float
    at_most: float
    unit: str = ""

    @property
    def missed(self) -> bool:
        return self.value > self.at_most

    def __str__(self) -> str:
        miss = ", missed" if self.missed else ""
        return (
            f"{self.what}: {self.value:.3g}{self.unit} (at most {self.at_most:g}{self.unit}{miss})"
        )


def save(path: Path, goals: list[Reached], **figures: Any) -> None:
    """Write what a benchmark found as JSON."""
    figures["goals"] = [asdict(goal) for goal in goals]
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def goals_in(folder: Path) -> dict[str, Reached]:
    """Return the figures with goals that one run wrote, by what they are."""
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    found = (json.loads(file.read_text(encoding="utf-8")).get("goals", []) for file in files)
    reached = (Reached(**goal) for goals in found for goal in goals)
    if not files:
        raise SystemExit(f"{folder} holds no figures: `make bench TO={folder}` writes them")
    return {each.what: each for each in reached}


def table(runs: list[dict[str, Reached]]) -> str:
    """Return the table of some runs, in the order in which they wrote their figures."""
    lines, every = [HEAD], {}
    for run in runs:
        every |= run
    for what, goal in every.items():
        values = [run.get(what) for run in runs]
        reached = " / ".join(f"{each.value:.3g}" if each else "–" for each in values)
        mark = " **missed**" if any(each and each.missed for each in values) else ""
        lines.append(f"| {what} | {goal.at_most:g}{goal.unit} | {reached}{goal.unit}{mark} |")
    return "\n".join(lines)


def put_into(path: Path, lines: str) -> None:
    """Put a table of goals into a file, in the place of the one that it holds."""
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(HEAD)
    if not found:
        raise SystemExit(f"{path} holds no table of goals, which begins with:\n{HEAD}")
    after = rest[rest.index("\n\n") :] if "\n\n" in rest else "\n"
    path.write_text(before + lines + after, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+", help="one for each run")
    parser.add_argument("--into", type=Path, help="the file that holds the table")
    options = parser.parse_args()
    lines = table([goals_in(folder) for folder in options.folders])
    if options.into:
        put_into(options.into, lines)
    else:
        print(lines)


if __name__ == "__main__":
    main()
