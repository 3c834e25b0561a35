"""What `make bench` calls runs through, here with few rounds and small classes, and what runs wrote
becomes the table of goals. Nothing is said about times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

BENCHMARKS = ROOT / "tests" / "benchmarks"
COMMANDS = {
    "fast_layers.py": ["--rounds", "1", "--only", "affine"],
    "digits.py": ["--rounds", "1"],
    "check_and_import.py": ["--rounds", "1"],
    "grading.py": ["--only", "large", "feedback", "--large", "2", "--class", "5"],
}


def said_by(name: str, *arguments: object) -> str:
    command = [sys.executable, BENCHMARKS / name, *map(str, arguments)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_runs_through_and_says_what_it_reached(name, tmp_path):
    said = said_by(name, *COMMANDS[name], "--json", tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    if name == "fast_layers.py":
        assert [row["row"]["name"] for row in figures["rows"]] == ["affine", "affine"]
        return
    assert figures["goals"]
    for goal in figures["goals"]:
        assert f"{goal['what']}: {goal['value']:.3g}{goal['unit']} (at most" in said


def test_the_table_of_goals_sets_runs_beside_one_another(tmp_path):
    def wrote(run: str, *goals: tuple[str, float, float, str]) -> Path:
        named = [
            dict(zip(("what", "value", "at_most", "unit"), goal, strict=True)) for goal in goals
        ]
        (tmp_path / run).mkdir()
        (tmp_path / run / "all.json").write_text(json.dumps({"goals": named}), encoding="utf-8")
        return tmp_path / run

    first = wrote("first", ("a layer / PyTorch", 0.2512, 0.25, ""), ("a page", 19.96, 20.0, " ms"))
    second = wrote("second", ("a layer / PyTorch", 0.2, 0.25, ""), ("a page", 7.0, 20.0, " ms"))
    lines = [
        "| what | at most | reached |",
        "|:--|--:|--:|",
        "| a layer / PyTorch | 0.25 | 0.251 / 0.2 **missed** |",
        "| a page | 20 ms | 20 / 7 ms |",
    ]
    assert said_by("goals.py", first, second).splitlines() == lines
    document = tmp_path / "document.md"
    document.write_text("\n".join(["Before.", "", *lines[:3], "", "After."]), encoding="utf-8")
    said_by("goals.py", first, second, "--into", document)
    text = document.read_text(encoding="utf-8")
    assert text.splitlines() == ["Before.", "", *lines, "", "After."]
