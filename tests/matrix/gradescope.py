"""Build and run the autograder in the Ubuntu that Gradescope's image starts from, without Docker.

    python tests/matrix/gradescope.py [RELEASE]

Needs root and debootstrap. It does what Gradescope does with a zip file: setup.sh runs once as
root, with the packages of Ubuntu and of the package index; then run_autograder for a right and a
hostile submission, with the capabilities that Docker leaves. What Gradescope's base image has
beside Ubuntu's own packages is not there. RELEASE: jammy (22.04, the default there), noble, ...
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

from container import LIMITED, ROOT, Container, debian, share_settings

sys.path.insert(0, str(ROOT))
from grader.exercises import COURSE
from grader.instructor.author import notebook
from grader.instructor.gradescope.build import autograder_zip

UBUNTU = "http://archive.ubuntu.com/ubuntu"
POINTS = {"right": 19, "hostile": 16}
HOSTILE = """word = "sealed"
try:
    with open("/autograder/results/results.json", "w") as file:
        word = "wrote"
    with open("/autograder/source/secret") as file:
        word = "read"
except OSError:
    pass


def affine_backward(dy, x, w):
    raise ValueError(word)
"""


def built(system: Path, release: str) -> Container:
    """Do what Gradescope does with a zip file. Ends with what is wrong."""
    sources = "".join(f"deb {UBUNTU} {release}{part} main universe\n" for part in ("", "-updates"))
    (system / "etc/apt/sources.list").write_text(sources)
    share_settings(system)
    root = system / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    content = autograder_zip(COURSE.by_assignment["1-affine"], "visible")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(root / "source")
    (root / "run_autograder").write_bytes((root / "source/run_autograder").read_bytes())
    for path in (root / "run_autograder", root / "source/setup.sh"):
        path.chmod(0o755)
    container = Container(system, ROOT, "/autograder")
    print(container.run([*LIMITED, "/autograder/source/setup.sh"]))
    return container


def handed_in(root: Path, name: str) -> None:
    """Lay out a submission as Gradescope does."""
    made = notebook.solve(COURSE.by_assignment["1-affine"], "ada@example.edu")
    if name == "hostile":
        made = notebook.with_answers(made, {"affine_backward": HOSTILE})
    (root / "submission/affine.ipynb").write_text(notebook.dumps(made), encoding="utf-8")
    users = [{"id": 1, "email": "ada@example.edu", "name": "Ada"}]
    (root / "submission_metadata.json").write_text(json.dumps({"id": 1, "users": users}))


def main(release: str = "jammy") -> None:
    """Build the image, and grade in it."""
    options = ("--components=main,universe", "--include=ca-certificates")
    with debian(release, *options, source=[UBUNTU]) as system:
        container = built(system, release)
        for name, points in POINTS.items():
            handed_in(system / "autograder", name)
            print(name, container.run([*LIMITED, "/autograder/run_autograder"]))
            results = json.loads((system / "autograder/results/results.json").read_text())
            earned = sum(test.get("score", 0) for test in results["tests"])
            texts = " ".join(test["output"] for test in results["tests"])
            if earned != points or ("sealed" not in texts and name == "hostile"):
                raise SystemExit(f"{name}: {earned} points, expected {points}: {texts}")
    print("graded as on Gradescope")


if __name__ == "__main__":
    main(*sys.argv[1:])
