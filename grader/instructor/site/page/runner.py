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
_outputs: list[dict[str, Any]] = []


class Printed(io.TextIOBase):
    """What a cell prints, among its other outputs."""

    def write(self, text: str) -> int:
        if _outputs and "text" in _outputs[-1]:
            _outputs[-1]["text"] = (_outputs[-1]["text"] + text)[:LIMIT]
        else:
            _outputs.append({"text": text[:LIMIT]})
        return len(text)


def run(name: str, source: str) -> str:
    """Run a cell and return its outputs as JSON; `{"error": ...}` is among them if it raised.

    name: the cell's;  source: its code, of which the last expression is shown
    """
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


def forget(name: str) -> None:
    """Take a name out of the namespace, as if no cell had defined it."""
    vars(MAIN).pop(name, None)


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
        output = {"text": f"{thing}\n" if isinstance(thing, Verdict) else f"{thing!r}\n"[:LIMIT]}
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
            return
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<"):
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    _outputs.append({"error": "".join(lines)[-LIMIT:]})


show_on(_on_screen)
