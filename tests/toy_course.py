"""A course that is not ours, of one small notebook: what other courses' instructors do with it."""

from __future__ import annotations

import os
from pathlib import Path

from ready_grader import ready_grader
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
    for _ in range(2):
        status, out, error = ready_grader(list(words), folder, env)
        if "3 times. Run it again" not in out:
            break
    return status, out + error


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
