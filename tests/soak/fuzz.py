"""Hand in broken notebooks without end: `python tests/soak/fuzz.py --minutes 30`.

Every file is the solved notebook with some random damage, in its bytes or in its JSON. Each is
graded, recorded and written as a class's are; none may raise, stop the others, or earn more than
there is. A seed repeats a run.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported

sys.path[:0] = [str(Path(__file__).parents[1])]
from our_course import NOTEBOOKS

from grader.exercises import COURSE
from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom, Grading
from grader.instructor.commands.release import release
from grader.instructor.records import gradebook
from grader.instructor.records.standings import Standing
from grader.instructor.records.submission import SubmissionGrader, Task, stored
from grader.instructor.sandbox.probes import pick_tier

ASSIGNMENT = "1-affine"
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        4,
        2**70,
        -0.0,
        1e308,
        float("nan"),
        float("inf"),
        "",
        "x",
        "code",
        "markdown",
        "raw",
    ),
    *(
        "\ud800",
        "\0",
        "\u202e",
        "<script>alert(1)</script>",
        "../../x",
        "check_affine_backward",
        "affine_backward",
        "a" * 70_000,
    ),
    *(
        [],
        {},
        [[]],
        [None],
        ["x"],
        {"": ""},
        {"nbgrader": 3},
        {"nbgrader": {"grade_id": ["x"], "grade": "yes"}},
    ),
    *(
        "check(affine_backward)",
        "def affine_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.sum(0)",
        "import os; os._exit(3)",
    ),
    *(
        "raise SystemExit",
        "%%bash\nls",
        "while True: pass",
        "def f(:",
        "\tx",
        "%time",
        "x = ?",
        "!ls ?",
        "await x",
        "\u00a0",
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything in a JSON value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key, part in items for found in places(part, (*path, key)))]


def in_json(made: Any, rng: random.Random) -> Any:
    """Damage one place: another value, nothing, twice, exchanged, nested."""
    path = rng.choice(places(made)[1:])
    owner = made
    for key in path[:-1]:
        owner = owner[key]
    kind, key = rng.randrange(6), path[-1]
    if kind == 0:
        del owner[key]
    elif kind == 1 and isinstance(owner, list):
        owner.insert(rng.randrange(len(owner) + 1), copy.deepcopy(owner[key]))
    elif kind == 2 and isinstance(owner, list):
        other = rng.randrange(len(owner))
        owner[key], owner[other] = owner[other], owner[key]
    elif kind == 3:
        owner[key] = [owner[key]]
    elif kind == 4 and isinstance(owner[key], str):
        cut = rng.randrange(len(owner[key]) + 1)
        owner[key] = (
            owner[key][:cut] + str(rng.choice(VALUES)) + owner[key][cut + rng.randrange(3) :]
        )
    else:
        owner[key] = copy.deepcopy(rng.choice(VALUES))
    return made


def in_bytes(data: bytes, rng: random.Random) -> bytes:
    """Damage the file: cut, flipped, doubled, with something put in."""
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 3, 50, 2000))
    kind = rng.randrange(5)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + rng.randbytes(length) + data[at + rng.choice((0, length)) :]
    if kind == 2:
        return data[:at] + data[at : at + length] * 2 + data[at + length :]
    if kind == 3:
        return (
            data[:at]
            + rng.choice(
                (
                    b"[" * 50_000,
                    b"\xff\xfe",
                    b"\xef\xbb\xbf",
                    b"\0",
                    b"NaN",
                    b'{"a":' * 3000,
                    b"\\ud800",
                )
            )
            + data[at:]
        )
    return data[:at] + data[at + length :]


def damaged(solved: dict[str, Any], rng: random.Random) -> bytes:
    made = copy.deepcopy(solved)
    for _ in range(rng.choice((0, 1, 1, 2, 5, 20))):
        made = in_json(made, rng)
        if not places(made)[1:]:
            break
    data = json.dumps(made).encode()
    for _ in range(rng.choice((0, 0, 0, 1, 3)) if data != json.dumps(solved).encode() else 1):
        data = in_bytes(data, rng)
    return data


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    rng, seen, count = random.Random(asked.seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as name:
        course = Classroom.at(Path(name))
        release(course, [NOTEBOOKS[ASSIGNMENT]])
        solved = notebook.solve(NOTEBOOKS[ASSIGNMENT])
        unit = SubmissionGrader(Task.of(Grading(course, ASSIGNMENT), pick_tier(COURSE), b"fuzz"))
        path = unit.grading.submitted("student")
        path.parent.mkdir(parents=True)
        end = time.monotonic() + 60 * asked.minutes
        with gradebook.Writer(course, ASSIGNMENT) as writer:
            while time.monotonic() < end:
                data = damaged(solved, rng)
                path.write_bytes(data)
                Path(name, "last.ipynb").write_bytes(data)
                done = unit.grade(Standing("student"))
                assert done.graded is not None, (asked.seed, count, done.problem)
                verdict = stored(unit.grading.verdicts("student"))
                assert verdict is not None
                points = verdict["points"]
                assert 0 <= points <= NOTEBOOKS[ASSIGNMENT].automatic_points, (
                    asked.seed,
                    count,
                    points,
                )
                notebook.dumps(done.graded.notebook).encode()
                if count % 20 == 0:
                    writer.record([done.graded])
                count += 1
                seen[
                    "full marks"
                    if points == NOTEBOOKS[ASSIGNMENT].automatic_points
                    else "looked at"
                    if done.look
                    else "points lost, without a fault"
                ] += 1
        unit.bench.close()
    print(f"{count} damaged notebooks (seed {asked.seed}): {dict(seen)}; none raised")


if __name__ == "__main__":
    main()
