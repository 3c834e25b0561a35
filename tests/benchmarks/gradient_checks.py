"""`make bench`: what a gradient check catches, and what it costs. Ours beside those of PyTorch and a
loop of central differences.

Every check is asked about the same backward passes: those of the catalogue of mistakes, with the
arguments of the course's visible cases. Costs are CPU time in one thread, interleaved, medians.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from fast_layers import medians, surroundings  # which sets one thread for BLAS
from goals import Reached, save

import numpy as np  # isort: skip
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from our_course import EXERCISES, NOTEBOOKS

from grader.instructor.author.mistakes import Mistake
from grader.judge.case import Case, quarters
from grader.judge.exercise import Exercise
from grader.judge.judge import judge
from grader.numeric.differences import numerical_gradient
from grader.numeric.gradient import Gradient
from solutions import convolution
from solutions.mistakes import CATALOGUE

Function = Callable[..., Any]
TOLERANCE = {"atol": 1e-5, "rtol": 1e-3}  # gradcheck's own
LOOP_STEP = 1e-6  # gradcheck's own eps
ALARMS = 10_000
DRAWS = 100  # of an entry that is off
ROUNDS = 7
DOUBTFUL = ("float32", "off by 1e-3", "off by 1e-6")


@dataclass(frozen=True)
class Backward:
    """A backward pass that a gradient check can ask: an exercise with its reference's forward."""

    exercise: Exercise
    forward: Function
    reference: Function

    @property
    def cases(self) -> list[Case]:
        """The visible cases that differences can judge: with a derivative, and no large numbers."""
        return [case for case in self.exercise.visible if case.smooth and not case.large]

    def gradients(self) -> Iterator[tuple[int, Gradient]]:
        """Yield what can be asked: the number of a result, and how it comes from the forward."""
        for number, name in enumerate(self.exercise.results):
            witness = self.exercise.witness.get(name)
            if isinstance(witness, Gradient):
                yield number, witness

    def result(self, answer: Function, number: int, args: tuple[Any, ...]) -> Any:
        """Return one result of an answer."""
        returned = answer(*args)
        if len(self.exercise.results) == 1:
            return returned
        return returned[number]


@dataclass(frozen=True)
class Method:
    """A gradient check: `catches` tells whether it finds an answer to a backward pass wrong."""

    name: str
    catches: Callable[[Backward, Function], bool]


def backwards() -> list[Backward]:
    """Return the backward passes of the course that take dy and have a forward pass."""
    found = []
    for exercise in EXERCISES.values():
        if "dy" not in exercise.arguments or not exercise.forward:
            continue
        module = importlib.import_module(f"solutions.{NOTEBOOKS[exercise.assignment].stem}")
        forward = getattr(module, exercise.forward)
        backward = Backward(exercise, forward, getattr(module, exercise.name))
        if any(backward.gradients()):
            found.append(backward)
    return found


def by_check(backward: Backward, answer: Function) -> bool:
    """Ask `check`, as a notebook does."""
    exercise = backward.exercise
    verdict = judge(exercise, answer, {exercise.forward: backward.forward})
    return verdict.earned < verdict.points or bool(verdict.fault)


def by_gradcheck(backward: Backward, answer: Function, fast: bool, cases: slice) -> bool:
    """Ask torch.autograd.gradcheck on some of the cases, each result by itself."""
    return any(
        not _gradcheck(backward, answer, case.copy_args(), number, witness, fast)
        for case in backward.cases[cases]
        for number, witness in backward.gradients()
    )


def _gradcheck(
    backward: Backward,
    answer: Function,
    args: tuple[Any, ...],
    number: int,
    witness: Gradient,
    fast: bool,
) -> bool:
    function, x, _ = witness.of(backward.forward, *args)
    dy_at = backward.exercise.arguments.index("dy")
    x_at = next((at for at, arg in enumerate(args) if arg is x), None)

    class Layer(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, v: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(v)
            return torch.from_numpy(np.array(function(v.numpy())))

        @staticmethod
        def backward(ctx: Any, dy: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            given = list(args)
            given[dy_at] = dy.numpy().copy()
            if x_at is not None:
                given[x_at] = ctx.saved_tensors[0].numpy().copy()
            gradient = np.array(backward.result(answer, number, tuple(given)), dtype=float)
            return torch.from_numpy(gradient.reshape(x.shape))

    tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    try:
        return bool(
            torch.autograd.gradcheck(Layer.apply, (tensor,), fast_mode=fast, raise_exception=False)
        )
    except Exception:  # an answer of another shape, or one that raises
        return False


def by_loop(backward: Backward, answer: Function, cases: slice) -> bool:
    """Ask a loop of central differences, with gradcheck's step and tolerance."""
    for case in backward.cases[cases]:
        args = case.copy_args()
        for number, witness in backward.gradients():
            function, x, dy = witness.of(backward.forward, *args)
            right = numerical_gradient(function, x, dy, LOOP_STEP)
            try:
                result = backward.result(answer, number, args)
                if result.shape != right.shape or not np.allclose(result, right, **TOLERANCE):
                    return True
            except Exception:
                return True
    return False


ONE, ALL = slice(1, 2), slice(None)
METHODS = (
    Method("check", by_check),
    Method("gradcheck, fast, one case", partial(by_gradcheck, fast=True, cases=ONE)),
    Method("gradcheck, fast, all cases", partial(by_gradcheck, fast=True, cases=ALL)),
    Method("gradcheck, slow, one case", partial(by_gradcheck, fast=False, cases=ONE)),
    Method("gradcheck, slow, all cases", partial(by_gradcheck, fast=False, cases=ALL)),
    Method("central differences, one case", partial(by_loop, cases=ONE)),
    Method("central differences, all cases", partial(by_loop, cases=ALL)),
)


def detected(known: list[Backward]) -> dict[str, dict[str, Any]]:
    """Return for each method how many mistakes of the catalogue it catches, and which it does not."""
    by_name = {each.exercise.name: each for each in known}
    asked = [mistake for mistake in CATALOGUE if mistake.exercise in by_name]
    table: dict[str, dict[str, Any]] = {}
    for method in METHODS:
        missed = [_title(m) for m in asked if not method.catches(by_name[m.exercise], m.answer)]
        table[method.name] = {
            "of": len(asked),
            "caught": len(asked) - len(missed),
            "missed": missed,
        }
    return table


def _title(mistake: Mistake) -> str:
    return f"{mistake.exercise}: {mistake.name}"


def doubtful(known: list[Backward]) -> dict[str, dict[str, float]]:
    """Return for each method which share it catches of backward passes in float32, and of right ones
    of which one drawn entry is off by a share of itself.
    """
    table: dict[str, dict[str, float]] = {}
    for method in METHODS:
        row = table[method.name] = {}
        caught = [method.catches(each, _in_float32(each.reference)) for each in known]
        row["float32"] = float(np.mean(caught))
        for off in (1e-3, 1e-6):
            caught = [
                method.catches(each, _with_one_off(each.reference, off, seed))
                for seed in range(DRAWS // len(known) + 1)
                for each in known
            ]
            row[f"off by {off:.0e}".replace("e-0", "e-")] = float(np.mean(caught))
    return table


def _in_float32(reference: Function) -> Function:
    def answer(*args: Any) -> Any:
        single = [_cast(arg, np.float32) if isinstance(arg, np.ndarray) else arg for arg in args]
        returned = reference(*single)
        if isinstance(returned, tuple):
            return tuple(_cast(each, np.float64) for each in returned)
        return _cast(returned, np.float64)

    return answer


def _cast(array: np.ndarray, dtype: type) -> np.ndarray:
    return np.asarray(array).astype(dtype)


def _with_one_off(reference: Function, off: float, seed: int) -> Function:
    """Return the reference with one entry of its first result off by a share of itself.

    It is drawn among the entries that are not 0, anew for each shape.
    """

    def answer(*args: Any) -> Any:
        returned = reference(*args)
        first = np.array(returned[0] if isinstance(returned, tuple) else returned)
        places = np.flatnonzero(first)
        if places.size:
            first.flat[np.random.default_rng((seed, *first.shape)).choice(places)] *= 1 + off
        return (first, *returned[1:]) if isinstance(returned, tuple) else first

    return answer


def alarms(known: list[Backward], count: int) -> dict[str, dict[str, float]]:
    """Return how often a right answer is called wrong, for each exercise on `count` drawn cases.

    Its first result is asked. `check` asks the same visible cases each time; what is drawn anew is
    what sealed grading asks.
    """
    rates: dict[str, dict[str, float]] = {}
    for each in known:
        small = each.cases[1].args
        alarmed = {"gradcheck, fast": 0, "central differences": 0}
        for seed in range(count):
            args = tuple(
                _drawn(arg, np.random.default_rng((seed, at))) for at, arg in enumerate(small)
            )
            number, witness = next(each.gradients())
            alarmed["gradcheck, fast"] += not _gradcheck(
                each, each.reference, args, number, witness, True
            )
            function, x, dy = witness.of(each.forward, *args)
            right = numerical_gradient(function, x, dy, LOOP_STEP)
            result = each.result(each.reference, number, args)
            alarmed["central differences"] += not np.allclose(result, right, **TOLERANCE)
        rates[each.exercise.name] = {name: wrong / count for name, wrong in alarmed.items()}
    return rates


def _drawn(arg: Any, rng: np.random.Generator) -> Any:
    return rng.normal(size=arg.shape) if isinstance(arg, np.ndarray) else arg


def costs(known: list[Backward]) -> dict[str, dict[str, float]]:
    """Return for each exercise the CPU time in milliseconds that each method takes for a right
    answer.
    """
    tables = {}
    for each in known:
        works = {m.name: partial(m.catches, each, each.reference) for m in METHODS}
        tables[each.exercise.name] = medians(works, ROUNDS)
    return tables


def medians_of(tables: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the median of each method over all exercises."""
    return {method.name: median(row[method.name] for row in tables.values()) for method in METHODS}


SLOW_LIMIT = 10_000  # numbers: more than that takes minutes
SIZES = ((1, 1, 5, 5, 1, 3), (2, 3, 7, 7, 3, 3), (4, 8, 14, 14, 8, 3), (8, 16, 28, 28, 16, 3))


def by_size() -> list[dict[str, Any]]:
    """Return what it costs to check the gradient of x of one convolution at four sizes.

    "one direction" is the witness of `grader verify`: two forward passes along a drawn direction.
    """
    return [_at_size(*sizes) for sizes in SIZES]


def _at_size(n: int, c: int, h: int, w: int, f: int, k: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    x, filters, dy = quarters(rng, n, c, h, w), quarters(rng, f, c, k, k), quarters(rng, n, f, h, w)
    layer = Backward(
        EXERCISES["conv_backward"], convolution.conv_forward, convolution.conv_backward
    )
    number, witness = next(layer.gradients())
    args = (dy, x, filters, k // 2)

    def gradcheck(fast: bool) -> bool:
        return _gradcheck(layer, layer.reference, args, number, witness, fast)

    methods: dict[str, Callable[[], Any]] = {
        "one direction": lambda: _along(layer, witness, args),
        "gradcheck, fast": lambda: gradcheck(True),
    }
    if x.size < SLOW_LIMIT:
        methods["gradcheck, slow"] = lambda: gradcheck(False)
        methods["central differences"] = lambda: witness(layer.forward, *args)
    return {"size": f"{n}x{c}x{h}x{w}, F{f} k{k}", **medians(methods, 3)}


def _along(backward: Backward, witness: Gradient, args: tuple[Any, ...]) -> bool:
    rng = np.random.default_rng(1)
    v, slope = witness.along(lambda shape: rng.normal(size=shape), backward.forward, *args)
    dx = backward.result(backward.reference, 0, args)
    return bool(np.isclose(np.sum(dx * v), slope))


def against_gradcheck() -> float:
    """Return what `check` of the affine backward pass costs beside one fast gradcheck of PyTorch's
    own layer, of the same size.
    """
    known = {each.exercise.name: each for each in backwards()}
    affine = known["affine_backward"]
    _, x, w = affine.exercise.visible[1].args
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, np.zeros(w.shape[1]))]

    def theirs() -> None:
        torch.autograd.gradcheck(lambda x, w, b: x @ w + b, tensors, fast_mode=True)

    ours = partial(by_check, affine, affine.reference)
    times = medians({"ours": ours, "theirs": theirs}, 60)
    return times["ours"] / times["theirs"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--seeds", type=int, default=ALARMS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    known = backwards()
    tables = costs(known)
    ratios = [row["check"] / row["gradcheck, fast, all cases"] for row in tables.values()]
    each = f"check of each of {len(ratios)} backward passes / gradcheck(fast) on its smooth cases"
    one = "check of affine_backward / one gradcheck(fast) of PyTorch's own layer"
    goals = [
        Reached(f"{each}, median", median(ratios), 0.3),
        Reached(f"{each}, the worst", max(ratios), 0.3),
        Reached(one, against_gradcheck(), 0.3),
    ]
    figures = {
        "about": surroundings(),
        "catalogue": detected(known),
        "costs": medians_of(tables),
        "costs of each": tables,
        "doubtful": doubtful(known),
        "sizes": by_size(),
        "alarms": alarms(known, options.seeds) if options.seeds else {},
        "all mistakes": len(CATALOGUE),
        "layers": [each.exercise.name for each in known],
    }
    if options.json:
        save(options.json, goals, **figures)
    report(figures)
    print(*goals, sep="\n")


def report(figures: dict[str, Any]) -> None:
    count = figures["catalogue"]["check"]["of"]
    print(
        f"{count} of {figures['all mistakes']} mistakes are in a backward pass that a gradient "
        f"check can ask"
    )
    print(f"{'':34} {'caught':>9} {'CPU ms':>8}  {'  '.join(f'{each:>12}' for each in DOUBTFUL)}")
    for name, row in figures["catalogue"].items():
        doubts = "  ".join(f"{figures['doubtful'][name][each]:12.0%}" for each in DOUBTFUL)
        print(f"{name:34} {row['caught']:4} of {row['of']} {figures['costs'][name]:8.2f}  {doubts}")
    for row in figures["sizes"]:
        parts = (f"{name} {each:.2f}" for name, each in row.items() if name != "size")
        print(f"{row['size']:24} {', '.join(parts)} ms")
    for name, rates in figures["alarms"].items():
        print(f"{name:34} " + ", ".join(f"{each} {rate:.2%}" for each, rate in rates.items()))


if __name__ == "__main__":
    main()
