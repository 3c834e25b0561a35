"""The cells of a student's notebook, run as a kernel runs them.

A cell that stops takes nothing along that stands below: what it would still define is defined.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import CodeType, TracebackType
from typing import Any, NamedTuple

REST_SECONDS = 4.0  # for all that stands below the line that stopped a cell
STATEMENT_SECONDS = 1.0  # for one statement of it
MESSAGE_LIMIT = 300
NAMES_LIMIT = 40
DEFINING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)
FUTURES = 0
for _name in __future__.all_feature_names:
    FUTURES |= getattr(__future__, _name).compiler_flag
# A line at which a statement can begin: not indented, and not the end or the next part of one.
BEGINNING = re.compile(r"^(?=[^\s)\]}#])(?!(?:else|elif|except|finally)\b)", re.MULTILINE)

FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # of a notebook that imports nothing from __future__
# The code of the course's own cells by their sources, which most students leave as they are.
READY: dict[str, list[Step]] = {}

Within = Callable[[float, Callable[[], object]], object]


class TimeUp(BaseException):
    """A call or a cell has used up its time.

    It is not an Exception, so that `except Exception` does not catch it.
    """


class Step(NamedTuple):
    """A part of a cell's code; shows: whether it is the last line, whose value is kept."""

    code: CodeType
    shows: bool = False

    def renamed(self, name: str) -> Step:
        """Return the same step of a cell of another name."""
        return Step(_renamed(self.code, name), self.shows)


class Cells:
    """The cells that have run. within(seconds, work) does some work under an alarm."""

    def __init__(self, namespace: dict[str, Any], within: Within) -> None:
        self.namespace = namespace
        self.within = within
        self.flags = FLAGS  # and what was imported from __future__
        self.inputs: list[str] = [""]
        self.outputs: dict[int, Any] = {}
        self.deadline = 0.0  # of the rest of a cell
        namespace.update(In=self.inputs, Out=self.outputs, _ih=self.inputs, _oh=self.outputs)
        namespace.update(dict.fromkeys(("_", "__", "___", "_i", "_ii", "_iii"), ""))

    def run(self, number: int, source: str, seconds: float) -> dict[str, Any]:
        """Run one cell; return what stopped it as a reply, which stops nothing else.

        fault: the exception's name, "time", or ""; message: its own words; lost: the names that the
        cell defines and that are not there.
        """
        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        self._remember(source)
        try:
            self.within(seconds, lambda: self._execute(source, name))
        except BaseException as error:
            line = _line(error.__traceback__, name)
            lost = self._rest(source, name, line)
            return {
                "fault": "time" if isinstance(error, TimeUp) else type(error).__name__[:100],
                "message": _message(error),
                "lost": lost[:NAMES_LIMIT],
            }
        return {"fault": ""}

    def _remember(self, source: str) -> None:
        """Keep a cell's source where a kernel keeps it."""
        self.inputs.append(source)
        last = self.inputs[-2:-5:-1]
        self.namespace.update(zip(("_i", "_ii", "_iii"), last, strict=False))

    def _execute(self, source: str, name: str) -> None:
        """Execute a cell; what its last line gives is kept as a kernel keeps it."""
        for code, shows in self.steps(source, name):
            value = self._do(code)
            if shows:
                self._show(value)

    def steps(self, source: str, name: str) -> Iterator[Step]:
        """Yield the code of a cell; that of its last line is compiled once the rest has run."""
        if self.flags == FLAGS and source in READY:
            yield from (step.renamed(name) for step in READY[source])
            return
        flags = self.flags | ast.PyCF_ONLY_AST
        tree = compile(source, name, "exec", flags, dont_inherit=True)
        body = tree.body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        yield Step(compile(tree, name, "exec", self.flags, dont_inherit=True))
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            yield Step(compile(expression, name, "eval", self.flags, dont_inherit=True), True)

    def _do(self, code: CodeType) -> Any:
        """Execute code in the student's namespace, to its end where it awaits something."""
        self.flags |= code.co_flags & FUTURES
        result = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            try:
                while True:
                    result.send(None)
            except StopIteration as stop:
                return stop.value
        return result

    def _show(self, value: Any) -> None:
        if value is None:
            return
        self.outputs[len(self.inputs) - 1] = value
        names = ("_", "__", "___")
        before = [value, *(self.namespace.get(name) for name in names[:2])]
        self.namespace.update(zip(names, before, strict=True))

    def _rest(self, source: str, name: str, line: int) -> list[str]:
        """Do what a cell would still define below the line that stopped it.

        Returns the names that are not there.
        """
        lost: list[str] = []
        self.deadline = time.monotonic() + REST_SECONDS
        for node in _statements(source):
            if (node.end_lineno or 0) < line:
                continue
            is_below = node.lineno > line
            if not (is_below and isinstance(node, DEFINING) and self._defines(node, name)):
                lost += [each for each in _names(node) if each not in self.namespace]
        return list(dict.fromkeys(lost))

    def _defines(self, node: ast.stmt, name: str) -> bool:
        """Do one statement under a short alarm; tell whether it went well."""
        try:
            flags = self.flags & ~ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            code = compile(ast.Module([node], []), name, "exec", flags, dont_inherit=True)
            seconds = min(STATEMENT_SECONDS, self.deadline - time.monotonic())
            if seconds <= 0:
                return False
            self.within(seconds, lambda: exec(code, self.namespace))
        except BaseException:  # it is said with the cell's own fault
            return False
        return True


def make_ready(sources: Iterable[str]) -> None:
    """Compile cells before any child is forked. What Python cannot read is left out."""
    cells = Cells({}, lambda seconds, work: work())
    for source in sources:
        with suppress(Exception):  # whatever the compiler says, the cell says it when it runs
            steps = list(cells.steps(source, ""))
            if not any(step.code.co_flags & FUTURES for step in steps):
                READY[source] = steps


def _renamed(code: CodeType, name: str) -> CodeType:
    """Return code as if it stood in another file."""
    constants = tuple(
        _renamed(each, name) if isinstance(each, CodeType) else each for each in code.co_consts
    )
    return code.replace(co_filename=name, co_consts=constants)


def _message(error: BaseException) -> str:
    """Return the words of an exception, "" where it has none that can be read."""
    try:
        return str(error)[:MESSAGE_LIMIT]
    except BaseException:
        return ""


def _line(trace: TracebackType | None, name: str) -> int:
    """Return the line of a cell at which it stopped, 0 where none of it ran."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            return trace.tb_lineno
        trace = trace.tb_next
    return 0


def _statements(source: str) -> Iterator[ast.stmt]:
    """Yield the statements of a cell; where Python cannot read all of it, those it can."""
    try:
        yield from ast.parse(source).body
        return
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    starts = [match.start() for match in BEGINNING.finditer(source)]
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        try:
            body = ast.parse(source[start:end]).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            ast.increment_lineno(node, source.count("\n", 0, start))
            yield node


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement would define."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
    else:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id
            elif isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                yield from _names(inner)
