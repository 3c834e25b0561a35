"""Change every reference answer mechanically, one place at a time, and ask whether the cases
notice.

    python tests/soak/mutants.py [--exercise NAME] [--seed 0] [--all]

Every mutant is judged as a student's answer, by the visible cases of the check and by fresh ones as
in grading. One that loses
nothing to either survives: `known` are those that are as right as the reference, for a reason given
    below. Ends with status 1
when another survives, or when a mutant cannot be judged. The last columns count how the check tells
of the others: by a catalogued mistake's name, as a fault (it raises, or returns no numbers), by
    what a general detector sees, or plainly as not
right. With --all every mutant is printed with what is said of it. `train` is left out: each call is
a training.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import inspect
import os
import re
import resource
import signal
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[number]) for number in (1, 2)]

from our_course import EXERCISES, NOTEBOOKS

from grader.call.answer import Answer
from grader.call.quiet import quiet
from grader.instructor.author import layers
from grader.instructor.author.references import answers_of, reference
from grader.judge.case import Case
from grader.judge.compare import matches
from grader.judge.exercise import Exercise
from grader.judge.judge import judge
from grader.show.verdict import Verdict

SECONDS = 5  # of CPU time for one mutant
MEMORY = 4 << 30

KNOWN = (  # as right as the reference: why, and a pattern of 'exercise: before  ->  after'
    ("every place is written once, onto zeros", r": (.+\[.+\]) = (.+)  ->  \1 \+= \2$"),
    (
        "every place is written",
        r"^(numerical_gradient: dx|correlate_1d: y) = .*ones|np\.ones\(w\.shape\)\)$",
    ),
    (
        "either order will do",
        r"->.*(max(imum)?\(0, |(w|w\[::-1\]|dy) @ (padded|around)\[|back, there = |maximum\(x.*, "
        r"y\))",
    ),
    (
        "the sign does not matter",
        r"^mask_is_enough: .*np\.any\(np\.diag\(np\.diag\(jacobian\)\) - jacobian\)$",
    ),
    ("axes in another order", r"->.*axis=\((2, 0, 3|3, 2, 0|0, 3, 2)\)"),
    (
        "equal lengths",
        r"^(softmax_loss|hinge_loss|max_pool_2x2_backward|(small_)?loss_and_gradients): "
        r".*->.*len\((labels|dy|routed)\)",
    ),
    (
        "shapes are tuples",
        r"^shape_of_jacobian: .*->  return (output_shape \+ tuple.*|tuple\(.*\) \+ input_shape)$",
    ),
    ("a view of the same numbers, with a note", r"->  (dy_dx = w\.T|db = dy\[0\])$"),
    ("there is one row", r"^affine_backward_row: .*->.*(x\.T \* dy|dy\[-1\]\.copy\(\))$"),
    ("C is D where it matters", r"^literal_product: .*->.*(\(D, C\)|\(D, 1, C\)|\(C, 1, D\))"),
    ("no margin below 0 counts", r"^hinge_loss: .*->  margins\[rows, labels\] = -1$"),
    (
        "more zeros, which are cut off again",
        r"^spray_1d: .*->.*(max\(pad( \+ 1)?( [+*] k)? \+ 1, 0\)|full, pad\))",
    ),
    (
        "more zeros, which are cut off again",
        r"^spray_1d: .*->.*max\(pad( \+ 1 - k \+ 1| - \(k - 1\) \+ 1| - k \+ 2|.*, 1\))",
    ),
    (
        "more zeros, where nothing is read",
        r"^toeplitz_1d: .*->.*n \+ (1 \+ 2 \* pad|3 \* pad|2 \* \(pad \+ 1\))\)",
    ),
    ("more zeros, where nothing is read", r"^local_gradient: .*->.*(3 \* r|2 \* \(r \+ 1\))"),
    (
        "more zeros, where nothing is read",
        r"->.*np\.pad\(.*\((pad, pad \+ 1|([KL]) - 1, \2( \+ 1 - 1| \+ 1| \* 1| - 0)?)\)",
    ),
    (
        "k is odd; a quiz takes 1.0 for 1",
        r"^same_pad: .*->  return (.*>= 1 |k( \* 1)? // 2|\(k( - 0| \+ 1 - 1)\) // 2|.* / 2 )",
    ),
    (
        "which one is reflected is all the same",
        r"^conv_1d_backward_(spray|rotated): .*->  def \w+\(w, dy, pad\):$",
    ),
    (
        "overwrites a tap that was used; w is changed, with a note",
        r"^strided_backward_rotated: .*->  rotated\[:, :, u, v\] = ",
    ),
    ("at 0 every slope from 0 to 1 is right, with a note", r"^relu_backward: .*x >= 0"),
    (
        "it is broadcast",
        r"^max_pool_forward: .*->  y = (-np\.inf|np\.full\(\((P|\*x\.shape\[1:2\], P), .*)$",
    ),
    (
        "the first three axes become one",
        r"^max_pool_2x2_backward: .*->.*(C, N, H|H // 2, C, N|N, H // 2, C)",
    ),
    ("H and W are even", r"^max_pool_2x2_backward: .*->.*\([HW] \+ 1\) // 2"),
    ("numpy takes any negative number", r"->.*reshape\((len\(images\), -2|-2, 4)\)"),
    ("b3 is there when w3 is", r"^loss_and_gradients: .*'b3' not in params:?$"),
    (
        "y = relu(x) is above 0 where x is",
        r"^(small_)?loss_and_gradients: .*->.*relu_backward\(.*, after(_1|_2)?\)",
    ),
    (
        "the mask follows; dy is read flat",
        r"^small_loss_and_gradients: .*->.*2x2_backward\((drows.*, before|drows, after)\)",
    ),
)
OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Sub),
    ast.MatMult: (ast.Mult, ast.Add),
    ast.Lt: (ast.LtE, ast.Gt, ast.NotEq),
    ast.LtE: (ast.Lt, ast.GtE, ast.Eq),
    ast.Gt: (ast.GtE, ast.Lt, ast.NotEq),
    ast.GtE: (ast.Gt, ast.LtE, ast.Eq),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
FUNCTIONS = (  # each may stand for the others of its line
    "maximum minimum",
    "argmax argmin",
    "sum mean max min prod",
    "zeros ones",
    "any all",
    "exp log",
    "floor ceil",
    "relu_forward relu_backward",
)
VARIABLES = (
    "x w dy b y labels images",
    "there back",
    "dx dw db dy_dx dy_dw dy_db sprayed full padded dilated around rotated",
    "before before_2 after last rows dlast drows dafter",
    "windows routed",
    "margins shifted log_p",
    "output_shape input_shape",
)
# may be off by one too
NUMBERS = (
    "k kh kw H W P Q N C F D n m r M stride pad u v i j a c top left step cut more outputs slope"
)
KEYS = ("w1 w2 w3 b1 b2 b3",)


def others(word: str, groups: tuple[str, ...]) -> list[str]:
    return [
        other
        for group in groups
        if word in group.split()
        for other in group.split()
        if other != word
    ]


def swaps(items: list[Any]) -> Iterator[list[Any]]:
    """Yield the list with two of its items exchanged, for all pairs."""
    for i, j in combinations(range(len(items)), 2):
        yield [*items[:i], items[j], *items[i + 1 : j], items[i], *items[j + 1 :]]


def shifted(node: ast.expr | None, otherwise: int = 0) -> list[ast.expr]:
    """Return an expression plus and minus one; where there is none, a number."""
    return (
        [ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub())]
        if node
        else [ast.Constant(otherwise)]
    )


def changes(node: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    """Yield what could stand in place of a node. names: of the function's own variables."""
    for other in OPERATORS.get(type(node), ()):
        yield other()
    match node:
        case ast.BinOp(left, op, right):
            yield from (left, right)
            if not isinstance(op, ast.Add | ast.Mult):
                yield ast.BinOp(right, op, left)
        case ast.BoolOp(_, values):
            yield from values
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.Compare():
            yield ast.UnaryOp(ast.Not(), node)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield from map(ast.Constant, (value + 1, value - 1))
        case ast.Constant(str() as value) if "->" in value:  # of einsum
            swapped = ("".join(letters) for letters in swaps(list(value)))
            yield from (
                ast.Constant(text)
                for text in swapped
                if text != value and text.find("->") == value.find("->")
            )
        case ast.Constant(str() as value):
            yield from map(ast.Constant, others(value, KEYS) or [value + "x"])
        case ast.Name(name, ast.Load()):
            yield from (
                ast.Name(other) for other in others(name, (*VARIABLES, NUMBERS)) if other in names
            )
            yield from (ast.Name(other) for other in others(name, FUNCTIONS))
            if name in NUMBERS.split():
                yield from shifted(node)
        case ast.Attribute(value, name):
            yield from (ast.Attribute(value, other) for other in others(name, FUNCTIONS))
            if name == "T":
                yield value
        case ast.Call(func, args, keywords):
            yield from (ast.Call(func, swapped, keywords) for swapped in swaps(args))
            yield from (
                ast.Call(func, args, [k for k in keywords if k is not left_out])
                for left_out in keywords
            )
            yield from args
            if isinstance(func, ast.Attribute):
                yield func.value
        case ast.Slice(lower, upper, step):
            starts, ends = shifted(lower, 1), shifted(upper, -1)
            yield from (ast.Slice(start, upper, step) for start in (None, *starts))
            yield from (ast.Slice(lower, end, step) for end in (None, *ends))
            yield from (ast.Slice(start, end, step) for start, end in zip(starts, ends))
            yield from (
                ast.Slice(lower, upper, other)
                for other in (None, ast.UnaryOp(ast.USub(), step or ast.Constant(1)))
            )
        case ast.Tuple(elements, context):
            yield from (ast.Tuple(swapped, context) for swapped in swaps(elements))
            yield from (
                ast.Tuple([e for e in elements if e is not left_out], context)
                for left_out in elements
            )
        case ast.GeneratorExp(element, generators) | ast.SetComp(element, generators) if (
            len(generators) > 1
        ):
            yield type(node)(element, generators[:1])
        case ast.arguments(args=args):
            yield from (
                ast.arguments([], swapped, None, [], [], None, []) for swapped in swaps(args)
            )
        case ast.AugAssign(target, _, value):
            yield ast.Assign([target], value, lineno=0)
        case ast.Assign([ast.Subscript() as target], value):
            yield ast.AugAssign(target, ast.Add(), value)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.For | ast.If | ast.Return):
        yield ast.Pass()


def slots(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Yield every node below a tree with a function that puts another in its place; not docstrings
    and calls that only raise.
    """
    for field, value in ast.iter_fields(tree):
        for number, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or isinstance(node, ast.Expr):
                continue
            if isinstance(value, list):
                yield node, partial(value.__setitem__, number)
            else:
                yield node, partial(setattr, tree, field)
            yield from slots(node)


def changed(tree: ast.Module) -> Iterator[None]:
    """Change a function in one place after another, and each of its variables for another wherever
    it is read.
    """
    nodes = list(ast.walk(tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.arg for node in nodes if isinstance(node, ast.arg)
    }
    for node, put in slots(tree.body[0]):
        for other in changes(node, names):
            put(other)
            yield
        put(node)
    for name in sorted(names):
        read = [
            node
            for node in nodes
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        ]
        for word in (
            *(word for word in others(name, (*VARIABLES, NUMBERS)) if word in names),
            name,
        ):
            for place in read:
                place.id = word
            yield


def mutants(source: str) -> Iterator[str]:
    """Yield the texts of a function with one change each, those that compile, every text once."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for _ in changed(tree):
        text = ast.unparse(tree)
        if text not in seen:
            seen.add(text)
            with suppress(SyntaxError):
                compile(text, "<mutant>", "exec")
                yield text


def difference(before: str, after: str) -> str:
    """Return 'x @ w  ->  x * w': the lines that differ, in one."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[
        2:
    ]
    old, new = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return f"{old}  ->  {new}"


@dataclass(frozen=True)
class Trial:
    """What became of one mutant. verdict: of the check; fresh: the parts that fresh cases found
    wrong.
    """

    change: str
    verdict: Verdict
    fresh: frozenset[str]

    @property
    def check(self) -> frozenset[str]:
        return frozenset(part.name for part in self.verdict.parts if not part.right)

    @property
    def survives(self) -> bool:
        return not self.check | self.fresh

    @property
    def told(self) -> str:
        """Return how the check tells of it: one of TOLD, for the part of which it says least."""
        wrong = [part for part in self.verdict.parts if not part.right]
        if not wrong:
            return ""
        if self.verdict.fault.startswith("cannot be judged"):
            return "unjudged"
        if all(part.mistake for part in wrong):
            return "named"
        plain = any(not part.mistake and part.message.startswith("is not right") for part in wrong)
        return "fault" if self.verdict.fault else "plain" if plain else "described"


TOLD = ("named", "fault", "described", "plain", "unjudged")


@contextmanager
def limited() -> Iterator[None]:
    """Interrupt what takes longer than SECONDS, as a student would, and once more should it go on."""

    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def lost(
    exercise: Exercise, answer: Any, cases: list[Case], rights: list[dict[str, Answer]]
) -> frozenset[str]:
    """Return the parts that are wrong on a case, beside the reference's answers."""
    wrong: set[str] = set()
    for case, right in zip(cases, rights):
        (got,) = answers_of(exercise, answer, [case])
        judged = (part for part in exercise.parts if case.judges(part.name))
        wrong |= {
            part.name
            for part in judged
            if not matches(got[part.name], right[part.name], part, case)
        }
        if len(wrong) == len(exercise.parts):
            break
    return frozenset(wrong)


# What is typed by hand has no body to change, and a training takes too long.
MUTATED = [name for name, each in EXERCISES.items() if not (each.costly or each.by_hand)]


def trials(exercise: Exercise, seed: int) -> Iterator[Trial]:
    """Judge every mutant of an exercise's reference."""
    module = importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment].stem}")
    scope = {name: reference(other) for name, other in EXERCISES.items()}
    source = inspect.getsource(scope[exercise.name])
    cases = exercise.draw(np.random.default_rng(seed))
    rights = answers_of(exercise, scope[exercise.name], cases)
    for text in mutants(source):
        space = dict(vars(module))
        exec(compile(text, "<mutant>", "exec"), space)
        answer = space[exercise.name]
        with limited(), quiet():
            verdict, fresh = (
                judge(exercise, answer, scope | {exercise.name: answer}),
                lost(exercise, answer, cases, rights),
            )
        yield Trial(difference(ast.unparse(ast.parse(source)), text), verdict, fresh)


def known(exercise: str, change: str) -> str:
    """Return why a mutant is as right as the reference, or ''."""
    return next(
        (reason for reason, pattern in KNOWN if re.search(pattern, f"{exercise}: {change}")), ""
    )


def remark(exercise: str, trial: Trial) -> str:
    """Return what is to be looked at: a survivor that is not known, a verdict that failed, cases
    that see less than others.
    """
    if trial.told == "unjudged":
        return "UNJUDGED"
    if trial.survives:
        return "" if known(exercise, trial.change) else "SURVIVES"
    only_fresh, only_check = (
        ", ".join(sorted(parts)) for parts in (trial.fresh - trial.check, trial.check - trial.fresh)
    )
    return f"only fresh cases notice {only_fresh}" * bool(
        only_fresh
    ) or f"only the check notices {only_check}" * bool(only_check)


def row(name: str, numbers: Iterable[object]) -> str:
    return f"{name:25}" + "".join(f"{number:>10}" for number in numbers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--exercise", choices=MUTATED)
    parser.add_argument("--seed", type=int, default=0, help="of the fresh cases")
    parser.add_argument(
        "--all", action="store_true", help="print every mutant and what the check says of it"
    )
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    total: Counter[str] = Counter()
    columns = ("mutants", "check", "fresh", "known", "unknown", *TOLD)
    print(row("", columns))
    for name in MUTATED:
        exercise = EXERCISES[name]
        if options.exercise not in (None, name):
            continue
        with layers.importable(NOTEBOOKS["6-capstone"]):
            tried = list(trials(exercise, options.seed))
        count = Counter(trial.told for trial in tried)
        count |= {
            "mutants": len(tried),
            "check": sum(bool(t.check) for t in tried),
            "fresh": sum(bool(t.fresh) for t in tried),
        }
        count |= Counter(
            "known" if known(name, t.change) else "unknown" for t in tried if t.survives
        )
        print(row(name, (count[column] for column in columns)), flush=True)
        for trial in tried:
            if options.all or remark(name, trial):
                print(
                    f"    {remark(name, trial) or trial.told or known(name, trial.change)}: "
                    f"{trial.change}"
                )
            if options.all and trial.check:
                print(textwrap.indent(str(replace(trial.verdict, example=None)), " " * 8))
        total += count
    print(row("in all", (total[column] for column in columns)))
    return bool(total["unknown"] or total["unjudged"])


if __name__ == "__main__":
    sys.exit(main())
