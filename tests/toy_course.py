"""A course that is not ours, of one small notebook: what other courses' instructors do with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support import ROOT

from grader.instructor.author import skeleton_texts
from grader.instructor.author.notebook import set_source

TOY = ROOT / "tests" / "toy"
SWAPPED = "def weighted_backward(dy, x, w):\n    return dy * x / 2, dy * w / 2"
STEALS = "from halves_answers.product import weighted_backward"
HEADS = {
    "weighted": ("x, w", "Return x * w / 2."),
    "weighted_backward": ("dy, x, w", "Return dL/dx and dL/dw of y = x * w / 2."),
    "how_many_zeros": ("n", "Return how many of the n * n entries of dy/dx are always 0."),
}


def run(folder: Path, *words: str, content: str = "halves") -> tuple[int, str]:
    """Run a verb on a course by its path; once more where this machine was too busy to grade, as the
    message asks for.
    """
    env = os.environ | {"GRADER_COURSE": str(folder / content)}
    command = [str(Path(sys.executable).with_name("grader")), *words]
    for _ in range(2):
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        if "3 times. Run it again" not in done.stdout:
            break
    return done.returncode, done.stdout + done.stderr


def toy_notebook() -> dict:
    """Return the notebook of the toy course, made of its exercises' heads."""
    made = skeleton_texts.empty_notebook({"assignment": "1-halves", "package": "halves"})
    made["cells"] = [cell for cell in made["cells"] if cell["id"] == "start"]
    set_source(made["cells"][0], "import numpy as np\n\nfrom halves import check")
    for name, (arguments, docstring) in HEADS.items():
        values = {"name": name, "arguments": arguments, "shapes": "", "result_shapes": ""}
        points = {"weighted_backward": 2}.get(name, 1)
        _, stub, test = skeleton_texts.exercise_cells(name, points, values)
        head, _, body = "".join(stub["source"]).partition('    """TODO')
        set_source(stub, f'{head}    """{docstring}"""\n{body[body.index("    ### BEGIN") :]}')
        made["cells"] += [stub, test]
    return made
