"""Runs the cells of one notebook in a page of the book, without IPython.

A worker of the page loads it (worker.js). All cells share the namespace of `__main__`, as they do
in a notebook.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from grader import start_check
from grader.show.display import show_on
from grader.show.verdict import Verdict

MAIN = sys.modules["__main__"]
LIMIT = 20_000  # letters of text that one cell may print
CUT = f"\n... (what comes after {LIMIT:,} letters is not shown in this page)\n"
MAGIC = (
    "\nA line that begins with % or ! is for IPython, which this page does not have: use the lab.\n"
)
_outputs: list[dict[str, Any]] = []


class Printed(io.TextIOBase):
    """What a cell prints, among its other outputs."""

    def write(self, text: str) -> int:
        if not (_outputs and "text" in _outputs[-1]):
            _outputs.append({"text": ""})
        before = _outputs[-1]["text"]
        if len(before) <= LIMIT:
            _outputs[-1]["text"] = _cut(before + text)
        return len(text)


def _cut(text: str) -> str:
    """Return a text that is not too long for a page; where it is cut, it says so."""
    return text if len(text) <= LIMIT else text[:LIMIT] + CUT


def run(name: str, source: str, defines: bool) -> str:
    """Run a cell and return its outputs as JSON; if it raised, one has a key "error" or "raised".

    name: the cell's;  source: its code, of which the last expression is shown
    defines: whether it is there to define a function of its name: what an earlier run of it defined
        is then forgotten, so that only what is written now counts
    """
    if defines:
        vars(MAIN).pop(name, None)
    _outputs.clear()
    printed = Printed()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            value = _value(f"<{name}>", source)
            if value is not None:
                _on_screen(value)
        except BaseException as error:  # also SystemExit: the page goes on
            _raised(error)
    return json.dumps(_outputs)


def _value(filename: str, source: str) -> Any:
    """Run a cell's code and return the value of its last expression."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    tree = ast.parse(source, filename)
    names = vars(MAIN)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, filename, "exec"), names)
        return None
    tree.body.pop()
    exec(compile(tree, filename, "exec"), names)
    return eval(compile(ast.Expression(last.value), filename, "eval"), names)


def _on_screen(thing: Any) -> None:
    """Add what is shown to the cell's outputs: HTML if it has any, else its text."""
    output: dict[str, Any] = {"html": _html(thing)}
    if output["html"] is None:
        output = {"text": f"{thing}\n" if isinstance(thing, Verdict) else _cut(f"{thing!r}\n")}
    elif isinstance(thing, Verdict):
        output |= {"earned": thing.earned, "points": thing.points}
    _outputs.append(output)


def _html(thing: Any) -> str | None:
    if isinstance(thing, Mapping) and "text/html" in thing:
        return str(thing["text/html"])
    bundle: Callable[[], Any] | None = getattr(thing, "_repr_mimebundle_", None)
    html: Callable[[], Any] | None = getattr(thing, "_repr_html_", None)
    text = bundle().get("text/html") if bundle else None
    return text if text is not None or html is None else html()


def _raised(error: BaseException) -> None:
    """Add the words of an error: of a misnamed exercise as in a notebook, else the traceback."""
    checks = start_check.__self__  # type: ignore[attr-defined]
    with contextlib.suppress(Exception):
        if isinstance(error, NameError) and error.name:
            _on_screen(checks.missing_function(error.name, vars(MAIN)))
            _outputs[-1]["raised"] = f"NameError: {error}"
            return
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<"):
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    words = "".join(lines)[-LIMIT:]
    if isinstance(error, SyntaxError) and (error.text or "").lstrip().startswith(("%", "!")):
        words += MAGIC
    _outputs.append({"error": words})


show_on(_on_screen)
