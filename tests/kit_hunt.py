"""Hunt for answers in a student kit: everything in it that is, or evaluates to, a function is tried
on every exercise.

    python kit_hunt.py KIT [--lines]

KIT is an unpacked kit whose wheel is unpacked in KIT/site. Candidates are functions, nested ones,
methods, lambdas and classes of Python files and notebooks, and the code in strings, JSON, Markdown
and other text; with --lines also every expression, as a function of the names in it. Each candidate
is tried in a process of its own, since some loop for ever or
exit on purpose: with the exercise's arguments as they are, and with all selections of as many as it
    takes, in any order.
Prints a line for every candidate that is right on all fresh cases of a part, and how many were
tried.
"""

from __future__ import annotations

import ast
import builtins
import fcntl
import importlib
import itertools
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from our_course import EXERCISES

from grader.call.answer import Answer, split
from grader.instructor.author.references import answers_of, reference
from grader.judge.answers import by_part
from grader.judge.case import Case
from grader.judge.compare import matches
from grader.judge.exercise import Exercise

SECONDS = 0.5  # of processor time, for one candidate on one exercise
SECONDS_OF_OTHERS = 0.02  # in all other orders of its arguments together
LOOPS = 4  # exercises on which a function may go on for ever before it is given up
MOST_SECONDS = 60  # for one that holds on to them
PATIENCE = 20  # seconds of the clock
MOST_DESCRIPTORS = 256  # the pipe's number lies above those that an exercise's arguments could open
MOST_LETTERS = 5  # names in an expression that is taken for a function
OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare)
CODE = re.compile(r"```(?:python)?\n(.*?)```|`([^`\n]+)`|(?:^|\n)((?:    .*\n?)+)", re.DOTALL)


@dataclass(frozen=True)
class Candidate:
    """A piece of Python. where: its file and line;  module: the one whose names it finds, or "" for
    numpy's alone.
    """

    where: str
    text: str
    module: str = ""


@dataclass(frozen=True)
class Trial:
    """An exercise with fresh cases, and the right answers to them."""

    exercise: Exercise
    cases: list[Case]
    right: list[dict[str, Answer]]


# --- what a kit holds ---


def candidates(kit: Path, lines: bool) -> Iterator[Candidate]:
    """Yield every candidate of an unpacked kit, each text once."""
    seen = set()
    for path in sorted(kit.rglob("*")):
        if path.is_file() and path.suffix not in (".whl", ".npz", ".pyc"):
            for candidate in _of_file(path, kit, lines):
                if (candidate.text, candidate.module) not in seen:
                    seen.add((candidate.text, candidate.module))
                    yield candidate


def _of_file(path: Path, kit: Path, lines: bool) -> Iterator[Candidate]:
    text = path.read_text(encoding="utf-8", errors="replace")
    where = str(path.relative_to(kit))
    if path.suffix == ".py":
        yield from _of_source(text, where, _module(path, kit), lines)
    elif path.suffix in (".ipynb", ".json"):
        content = json.loads(text)
        yield from _of_strings(_strings(content), where)
        for cell in content.get("cells", []):
            if cell["cell_type"] == "code":
                yield from _of_source("".join(cell["source"]), f"{where}: {cell['id']}", "", lines)
    else:
        yield from _of_strings([text], where)


def _module(path: Path, kit: Path) -> str:
    """Return the module that a file of the wheel is, or '' for a file beside the wheel."""
    if kit / "site" not in path.parents:
        return ""
    return ".".join(path.relative_to(kit / "site").with_suffix("").parts).removesuffix(".__init__")


def _strings(value: Any) -> Iterator[str]:
    """Yield every string in a JSON value; a list of lines is one string as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain(value, *map(_strings, value.values()))
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "".join(value)
        yield from itertools.chain.from_iterable(map(_strings, value))


def _of_source(text: str, where: str, module: str, lines: bool) -> Iterator[Candidate]:
    """Yield the functions, lambdas and classes of a piece of Python, and what its strings hold.

    One that is no module of the wheel is a candidate as a whole, too: its functions may call each
    other.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    if not module:
        yield Candidate(where, text)
    for node in ast.walk(tree):
        place = f"{where}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield Candidate(place, ast.unparse(node), module)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _of_strings([node.value], place)
        elif (
            lines
            and isinstance(node, ast.Return | ast.Assign | ast.Expr)
            and node.value is not None
        ):
            yield from _as_function(node.value, place, module)


def _as_function(expression: ast.expr, where: str, module: str) -> Iterator[Candidate]:
    """Yield an expression as a function of the names in it."""
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    free = sorted(name for name in names if name != "np" and not hasattr(builtins, name))
    works = any(isinstance(node, OPERATIONS) for node in ast.walk(expression))
    if works and 0 < len(free) <= MOST_LETTERS:
        yield Candidate(where, f"lambda {', '.join(free)}: {ast.unparse(expression)}", module)


def _of_strings(texts: Any, where: str) -> Iterator[Candidate]:
    """Yield the strings that define or evaluate to a function, and the code that stands in them."""
    for text in texts:
        for part in (text, *("".join(match) for match in CODE.findall(text))):
            code = _dedented(part)
            if "def " in code or "lambda" in code:
                yield Candidate(f"{where} (text)", code)


def _dedented(text: str) -> str:
    lines = text.strip("\n").splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)


# --- what a candidate answers ---


def functions(candidate: Candidate) -> Iterator[Callable[..., Any]]:
    """Yield what a candidate defines or evaluates to, the methods of its classes too."""
    scope: dict[str, Any] = {"np": np, "numpy": np, "__name__": "candidate"}
    if candidate.module:
        scope |= vars(importlib.import_module(candidate.module))
    before = dict(scope)
    try:
        found = [eval(compile(candidate.text, "<candidate>", "eval"), scope)]
    except SyntaxError:
        exec(compile(candidate.text, "<candidate>", "exec"), scope)
        found = [value for name, value in scope.items() if before.get(name) is not value]
    for value in found:
        if isinstance(value, type):
            yield from (method for method in vars(value).values() if callable(method))
        if callable(value):
            yield value


def orders(function: Callable[..., Any], number: int) -> Iterator[tuple[int, ...]]:
    """Yield which of an exercise's arguments are given, in which order: first all of them as they
    stand.
    """
    straight = tuple(range(number))
    yield straight
    code = getattr(function, "__code__", None)
    if code is None:
        return
    least = code.co_argcount - len(getattr(function, "__defaults__", None) or ())
    for count in range(least, min(code.co_argcount, number) + 1):
        yield from (
            order for order in itertools.permutations(range(number), count) if order != straight
        )


def right_parts(function: Callable[..., Any], order: tuple[int, ...], trial: Trial) -> set[str]:
    """Return the parts of an exercise that a function has right on every case. An array handed back
    is no answer.
    """
    exercise = trial.exercise
    kept = {part.name for part in exercise.parts}
    for case, right in zip(trial.cases, trial.right, strict=True):
        args = case.copy_args()
        result = function(*(args[place] for place in order))
        results = result if isinstance(result, tuple | list) else (result,)
        handed_back = [
            isinstance(one, np.ndarray) and any(one is argument for argument in args)
            for one in results
        ]
        answers = by_part(
            exercise, case, split(result, [*exercise.results], exercise.is_quiz), None
        )
        for part in exercise.parts:
            places = map(exercise.results.index, part.results)
            passed = any(place < len(handed_back) and handed_back[place] for place in places)
            if passed or (
                case.judges(part.name)
                and not matches(answers[part.name], right[part.name], part, case)
            ):
                kept.discard(part.name)
        if not kept:
            break
    return kept


# --- a process for each ---


def trials() -> list[Trial]:
    """Return all exercises that a call can answer; a training takes too long, and layers.py alone
    can answer it.
    """
    made = []
    for exercise in EXERCISES.values():
        if not exercise.costly:
            pool = list(exercise.visible) if exercise.by_hand else []
            cases = pool or exercise.draw(np.random.default_rng(5))
            made.append(Trial(exercise, cases, answers_of(exercise, reference(exercise), cases)))
    return made


def tried(candidate: Candidate, all_trials: list[Trial]) -> list[str]:
    """Return what a candidate answers, tried in a process of its own."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _try(candidate, all_trials, write)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answers:
        lines = answers.read().splitlines()
    os.waitpid(pid, 0)
    return lines


class TimeUp(BaseException):
    pass


def _time_up(signum: int, frame: FrameType | None) -> None:
    raise TimeUp


def _try(candidate: Candidate, all_trials: list[Trial], write: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    signal.signal(signal.SIGVTALRM, _time_up)
    signal.alarm(PATIENCE)  # for one that sleeps, or reads what never comes
    write = fcntl.fcntl(write, fcntl.F_DUPFD, MOST_DESCRIPTORS)
    os.closerange(3, MOST_DESCRIPTORS)
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    for function in functions(candidate):
        patience = LOOPS
        for trial in all_trials:
            try:
                parts = _answered(function, trial)
            except TimeUp:
                patience -= 1
                if patience == 0:
                    break
                continue
            if parts:
                os.write(write, f"{trial.exercise.name}: {', '.join(sorted(parts))}\n".encode())


def _answered(function: Callable[..., Any], trial: Trial) -> set[str]:
    """Return the parts that a function answers in some order of the arguments; one that it raises
    on answers none.

    Raises TimeUp when it does not come to an end.
    """
    straight, *others = orders(function, len(trial.exercise.arguments))
    if parts := _within(SECONDS, function, [straight], trial):
        return parts
    with suppress(TimeUp):
        return _within(SECONDS_OF_OTHERS, function, others, trial)
    return set()


def _within(
    seconds: float, function: Callable[..., Any], tried_orders: list[tuple[int, ...]], trial: Trial
) -> set[str]:
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        for order in tried_orders:
            with suppress(Exception, SystemExit, GeneratorExit, KeyboardInterrupt):
                if parts := right_parts(function, order, trial):
                    return parts
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return set()


def main() -> None:
    kit, *options = sys.argv[1:]
    found = list(candidates(Path(kit), "--lines" in options))
    all_trials = trials()
    for module in sorted({candidate.module for candidate in found} - {""}):
        importlib.import_module(module)  # once, and not in every process
    for candidate in found:
        for line in tried(candidate, all_trials):
            print(f"{line} | {candidate.where} | {candidate.text[:200]!r}")
    print(f"{len(found)} candidates")


if __name__ == "__main__":
    main()
