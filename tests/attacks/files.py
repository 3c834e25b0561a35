"""Attacks by the file: cells and metadata that are duplicate, missing, moved, edited, enormous; HTML and scripts for the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from our_course import NOTEBOOKS

from attacks.attack import ALL, TARGET, WRONG, ZERO, Attack
from grader.instructor.author import notebook

BROKEN = "a broken or hostile file: cells and metadata"
HTML = "HTML and scripts for the instructor's browser"
ENDLESS = "a file that takes for ever to read, outside the sandbox"

Notebook = dict[str, Any]
CHECK = f"check_{TARGET}"
RIGHT = "def affine_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"
SCRIPT = "<script>alert('script in a notebook')</script>"


def find(nb: Notebook, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(cell for cell in nb["cells"] if cell["id"] == name)
    return found


def code(source: Any, metadata: Any = None, name: str = "more") -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata or {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }


def edited(
    name: str, why: str, edit: Callable[[Notebook], bytes | None], line: str = BROKEN, **more: Any
) -> Attack:
    """A notebook with a wrong answer, edited."""
    more = {"answers": {TARGET: WRONG}, "lost": (TARGET,)} | more
    return Attack(name, line, why, edit=edit, **more)


def unreadable(name: str, why: str, content: bytes | Callable[[Notebook], bytes | None]) -> Attack:
    edit = content if callable(content) else lambda nb: content
    return Attack(name, BROKEN, f"fault: {why}", edit=edit, lost=ALL, looks=True)


def setting(place: str, **values: Any) -> Callable[[Notebook], None]:
    """Return an edit of one cell's nbgrader metadata."""
    return lambda nb: find(nb, place)["metadata"]["nbgrader"].update(values)


def sourcing(place: str, source: Any) -> Callable[[Notebook], None]:
    return lambda nb: find(nb, place).update(source=source)


def adding(*cells: Any, at: int | None = None) -> Callable[[Notebook], None]:
    def edit(nb: Notebook) -> None:
        place = len(nb["cells"]) if at is None else at
        nb["cells"][place:place] = cells

    return edit


def removing(*names: str) -> Callable[[Notebook], None]:
    return lambda nb: nb.update(cells=[cell for cell in nb["cells"] if cell["id"] not in names])


def moved(nb: Notebook) -> None:
    cell = find(nb, CHECK)
    nb["cells"].remove(cell)
    nb["cells"].insert(0, cell)


def forged(nb: Notebook) -> None:
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": "4.0", "text/html": SCRIPT}
            cell["outputs"] = [
                {
                    "output_type": "execute_result",
                    "data": data,
                    "metadata": {},
                    "execution_count": 1,
                }
            ]
            cell["outputs"].append(
                {"output_type": "stream", "name": "stdout", "text": "forged: 4 of 4 points"}
            )
            cell["execution_count"] = 1


def crowded(nb: Notebook) -> None:
    nb["cells"] += [code("x = 1", name=f"more-{n}") for n in range(5000)]


def asked_often(nb: Notebook) -> None:
    nb["cells"] += [find(nb, "check_numerical_gradient") for _ in range(300)]


def scripted(nb: Notebook) -> None:
    """Put scripts wherever a notebook may hold text, but for an essay, which is kept as it is.

    What pages show of that is looked at in tests/instructor/records/test_essays.py.
    """
    nb["metadata"] |= {
        "title": SCRIPT,
        "authors": [{"name": SCRIPT}],
        "widgets": {"application/vnd.jupyter.widget-state+json": {SCRIPT: SCRIPT}},
    }
    for cell in nb["cells"]:
        if cell["cell_type"] == "markdown" and "nbgrader" not in cell["metadata"]:
            cell["source"] = (
                f"# x\n{SCRIPT}\n<svg onload=alert(1)>\n[x](javascript:alert(1))\n<iframe srcdoc='{SCRIPT}'></iframe>\n$\\href{{javascript:alert(1)}}{{x}}$"
            )
            cell["attachments"] = {
                "a.svg": {
                    "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>"
                }
            }


MARKS = {
    "grade": True,
    "grade_id": CHECK,
    "locked": True,
    "points": 4,
    "schema_version": 3,
    "solution": False,
    "task": False,
}
SOLVED = {
    "grade": False,
    "grade_id": TARGET,
    "locked": False,
    "schema_version": 3,
    "solution": True,
    "task": False,
}

BY_ID = "fault: 1 cell has lost nbgrader's metadata, and was recognised by its id"
EDITED = [
    edited("the test cell is a number", ZERO, sourcing(CHECK, "4.0")),
    edited("the test cell makes the check give points", ZERO, sourcing(CHECK, "check = lambda f: 4.0\ncheck(affine_backward)")),
    edited("the test cell mends the answer", ZERO, sourcing(CHECK, RIGHT + "check(affine_backward)")),
    edited("the test cell is missing", f"(?s)fault: the test cell {CHECK} is missing.*{ZERO}", removing(CHECK), looks=True),
    edited("the test cell stands before the answer", ZERO, moved),
    edited("the test cell stands there twice", f"(?s)fault: the cell {CHECK} stands in the notebook 2 times.*{ZERO}", adding(code("check(affine_backward)", {"nbgrader": MARKS})), looks=True),
    edited("the answer stands there twice", f"(?s)fault: the cell {TARGET} stands in the notebook 2 times.*{ZERO}", adding(code(WRONG, {"nbgrader": SOLVED}), at=3), looks=True),
    edited("the answer is missing", f"(?s)fault: the answer cell {TARGET} is missing.*is not defined", removing(TARGET), looks=True),
    edited("the answer is a raw cell", f"(?s)fault: the answer cell {TARGET} is no code cell.*{ZERO}", lambda nb: find(nb, TARGET).update(cell_type="raw"), looks=True),
    edited("points in the metadata are inflated", ZERO, setting(CHECK, points=400, score=400, max_score=1e9)),
    edited("points in the metadata are negative or no numbers", ZERO, setting(CHECK, points=float("nan"), schema_version="x")),
    edited("the test is called another's", f"fault: the test cell {CHECK} is missing", setting(CHECK, grade_id="check_affine_forward"), looks=True),
    edited("the answer is called another's", f"fault: the answer cell {TARGET} is missing", setting(TARGET, grade_id="hinge_loss"), looks=True),
    edited("names of names", BY_ID, setting(CHECK, grade_id="check_check_affine_backward"), looks=True),
    edited("a name that is a list", BY_ID, setting(CHECK, grade_id=[CHECK]), looks=True),
    edited("a name that leads out of the folder", BY_ID, setting(CHECK, grade_id="../../../gradebook.db"), looks=True),
    edited("another task worth points", ZERO, adding(code("4.0", {"nbgrader": MARKS | {"grade_id": "check_bonus", "points": 100}}), code("4.0", {"nbgrader": MARKS | {"grade_id": "task", "task": True}}))),
    edited("the answer is a task for a person", ZERO, setting(TARGET, grade=True, points=4, task=True)),
    edited("outputs are forged", ZERO, forged, never=("forged: 4 of 4", "alert('script")),
    edited("hidden tests and solutions are marked", ZERO, sourcing(TARGET, "### BEGIN HIDDEN TESTS\n" + RIGHT + "### END HIDDEN TESTS\n### BEGIN SOLUTION\n" + WRONG + "### END SOLUTION\n")),
    edited("two kernels and a language of its own", ZERO, lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "argv": ["sh", "-c", "touch /tmp/owned"], "display_name": SCRIPT}, language_info={"name": "R", "pygments_lexer": "../../x"})),
    edited("metadata that is no dict", f"(?s)fault: 2 cells have lost nbgrader's metadata.*{ZERO}", lambda nb: [find(nb, name).update(metadata=value) for name, value in ((TARGET, [1]), (CHECK, "x"))] and None, looks=True, spoils=True),
    edited("cells that are no cells", ZERO, adding(None, 3, [], "x", {"cell_type": ["code"]}, {"cell_type": "code", "source": {"a": 1}}, code([1, None, "y = 1"]), at=2)),
    edited("a source that is no text", "is not defined", sourcing(TARGET, {"text/plain": RIGHT})),
    edited("half a letter in a source", f"is not defined|{ZERO}", sourcing(TARGET, WRONG + "# \ud800 \udfff")),
    edited("half a letter in an exercise's string", "is not defined|raised KeyError", lambda nb: find(nb, TARGET).update(source="def affine_backward(dy, x, w):\n    raise KeyError('\ud800')")),
    edited("zero bytes in a source", "is not defined|" + ZERO, sourcing(TARGET, WRONG + "\x00\x1b[2J")),
    edited("keys that stand there twice", ZERO, lambda nb: notebook.dumps(nb).replace("{", '{"nbformat": 3, "cells": [], "metadata": 1, ', 1).encode()),
    edited("numbers that JSON does not have", ZERO, lambda nb: notebook.dumps(nb | {"metadata": {"a": 1.0, "b": float("inf"), "c": float("nan")}}).encode()),
    edited("parentheses without an end", ZERO, adding(code("(" * 50_000), code("-" * 100_000 + "1"), code("x" + ".x" * 100_000), code("[" * 90 + "]" * 90), code("lambda: " * 5000 + "1"), at=2)),
    edited("thousands of cells", ZERO, crowded),
    edited("one exercise is asked hundreds of times", f"(?s)stands in the notebook 301 times.*{ZERO}", asked_often, looks=True, lost=(TARGET,), answers={TARGET: WRONG}),
]  # fmt: skip


def named(grade_id: str) -> dict[str, Any]:
    return code("check(1)", {"nbgrader": SOLVED | {"grade_id": grade_id}})


EDITED += [
    edited("a name of a megabyte that moves the cursor", ZERO, adding(*[named("x\x1b[2K <script> hinge_loss " + "y" * 10**6)] * 2), never=("\\u001b", "yyy")),
    edited("thirty thousand names", ZERO, adding(*(named(f"name-{n}") for n in range(30_000))), ENDLESS, seconds=60.0),
]  # fmt: skip

UNREADABLE = [
    unreadable("an older format without cells", "the file is not a notebook of format 4", b'{"nbformat": 3, "worksheets": [{"cells": 7}]}'),
    unreadable("a format of the future", "the file is not a notebook of format 4", lambda nb: notebook.dumps(nb | {"nbformat": 5}).encode()),
    unreadable("cells in a dict", "the file is not a notebook of format 4", lambda nb: notebook.dumps(nb | {"cells": {"0": nb["cells"]}}).encode()),
    unreadable("another assignment", "this is not the notebook of this assignment", lambda nb: notebook.dumps(notebook.solve(NOTEBOOKS["4-relu"])).encode()),
    unreadable("an archive", "the file is not text in UTF-8", b"PK\x03\x04" + bytes(range(256))),
    unreadable("half of sixteen bits a letter", "the file begins as text in UTF-16", lambda nb: notebook.dumps(nb).encode("utf-16")[:-1]),
    unreadable("half a file", "the file is not a notebook: no valid JSON", lambda nb: notebook.dumps(nb).encode()[:-1000]),
    unreadable("a number of ten thousand digits in the file", "the file is not a notebook", lambda nb: notebook.dumps(nb).encode().replace(b'"nbformat": 4', b'"nbformat": 4, "x": ' + b"9" * 10_000, 1)),
    unreadable("brackets in brackets", "the file is nested too deeply", lambda nb: b'{"nbformat": 4, "cells": [], "metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    unreadable("a program", "the file is not", b"#!/bin/sh\ntouch /tmp/owned\n"),
]  # fmt: skip

PAGES = [
    edited("scripts in text, attachments and metadata", ZERO, scripted, HTML, never=("alert(",)),
    edited("a script in an answer's text", ZERO, sourcing(TARGET, f'"""</pre>{SCRIPT}"""\n' + WRONG.replace("\n", f'\n    """</code>{SCRIPT}"""\n', 1)), HTML),
    edited("a script in the name of an error", r"raised Exception in line 2", sourcing(TARGET, "def affine_backward(dy, x, w):\n    raise type('<img src=x onerror=alert(1)>', (Exception,), {})\n"), HTML),
    edited("a script in the names of a dict", "is a dict", sourcing(TARGET, f"def affine_backward(dy, x, w):\n    return {{{SCRIPT[:19]!r}: x}}, {{'dw': w}}, {{'&quot;><b>': w}}\n"), HTML),
    edited("a script as the type of a result", "is an object", sourcing(TARGET, f"Evil = type({SCRIPT!r}, (), {{}})\n\n\ndef affine_backward(dy, x, w):\n    return Evil(), Evil(), Evil()\n"), HTML),
    Attack("a script as an answer to a quiz", HTML, "literal_product: 0 of 1", {"literal_product": f"def literal_product(C, D):\n    return {SCRIPT!r}\n"}, lost=("literal_product",)),
    edited("what is printed is a page", f"(?s){ZERO}.*printed: <script", adding(code(f"print({SCRIPT!r})"), at=2), HTML),
]  # fmt: skip

SLOW = [
    edited("forty thousand empty lines", ZERO, adding(code("x = 1" + "\n" * 40_000), at=2), ENDLESS, seconds=6.0),
    edited("an answer among empty lines", ZERO, sourcing(TARGET, WRONG + "\n" * 40_000 + "x = 1"), ENDLESS, seconds=6.0),
    edited("a long word before a question mark", ZERO, adding(code("a" * 20_000 + " b?"), at=2), ENDLESS, seconds=6.0),
    edited("hundreds of magics in a long cell", ZERO, adding(code("\n".join(f"a{n} = !ls" for n in range(300)) + "\ny = [1, 2, 3]" * 800), at=2), ENDLESS, seconds=6.0),
    edited("thousands of cells that IPython has to read", ZERO, adding(*(code("%matplotlib inline\nx = 1", name=f"m{n}") for n in range(3000)), at=2), ENDLESS),
    edited("a line of four megabytes", ZERO, adding(code("text = '" + "x" * 2**22 + "'"), at=2), ENDLESS),
]  # fmt: skip

ENTRIES = [*EDITED, *UNREADABLE, *PAGES, *SLOW]
