"""What all cases are made of: exact numbers, and what is said of a case beside its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.call.changed import copied

Generator = np.random.Generator
Size = int | tuple[int, ...]
EASY = 30  # numbers of a case
LARGE = 4096  # a large entry is 4096*a + c: float32 holds it, and not the product of two
FINE = 1 + 2.0**-13  # times a small number: four digits and float16 lose it
SMALL = 2.0**-10  # a power of two scales exactly, and no multiple of 1/16 is left


@dataclass(frozen=True, eq=False)
class Free:
    """Where several values are right, because the function has a kink there: a ReLU at 0, a tie in
    a window.

    where: the entries that are free; all others have one right value.
    bound: each of them must lie between 0 and bound.
    totals: what entries add up to, each with the mask of these entries, where that is asked.
    """

    where: np.ndarray
    bound: np.ndarray
    totals: tuple[tuple[np.ndarray, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Goal:
    """What a trained network must reach: so large a share of images right.

    trained_on: whether the network was trained on these very images.
    accuracy: (parameters, images, labels) -> the share.
    """

    images: np.ndarray
    labels: np.ndarray
    least: float
    trained_on: bool
    accuracy: Callable[[dict[str, np.ndarray], np.ndarray, np.ndarray], float]

    def share(self, params: dict[str, np.ndarray]) -> float:
        with np.errstate(all="ignore"):
            return self.accuracy(params, self.images, self.labels)

    def describe(self, share: float) -> str:
        """Return what was reached, in words."""
        count = len(self.labels)
        which = (
            f"the {count} images that it was trained on"
            if self.trained_on
            else f"{count} images that it had not seen"
        )
        return f"{100 * share:.1f} % of {which}, at least {100 * self.least:g} % are asked for"


@dataclass(frozen=True, eq=False)
class Case:
    """Arguments for one call. sizes: the letters of course and text, for shapes and messages.

    large: judged by its values, since they lie on no grid that a fingerprint could round to.
    parts: the parts of the exercise that it judges; () for all.
    free: where more than one value is right.
    layout: names and shapes of the arrays in a dict that is expected as a result, which is read as
        one long row.
    goal: judged by what the returned network has learnt.
    rate: of a training that ends at one place, whichever batches it picks, since all its images are
        copies of one.
    explain: (result, right result, case) -> what a wrong result says of itself, for results of a
        kind of their own.
    slack: the error, relative to the largest entry, that honest float32 makes here.
    smooth: the witness may take differences here (False where a case sits on a kink).
    shows: the mistake that this case was built to show; alone: when no other case goes wrong, this
        one names it.
    """

    args: tuple[Any, ...]
    sizes: Mapping[str, Size] = field(default_factory=dict)
    large: bool = False
    smooth: bool = True
    shows: str = ""
    alone: bool = False
    slack: float = 0.0
    parts: tuple[str, ...] = ()
    free: Free | None = None
    layout: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    goal: Goal | None = None
    rate: float | None = None
    explain: Callable[[np.ndarray, np.ndarray, Case], str] | None = None

    @property
    def by_values(self) -> bool:
        """Judged by right values, not by a fingerprint of them."""
        return self.large or self.free is not None

    @property
    def is_bulky(self) -> bool:
        """Has too many digits or numbers to be shown where another case will do."""
        return self.large or self.goal is not None

    @property
    def count(self) -> int:
        """How many numbers its arguments hold in arrays, those in dicts too."""
        return sum(array.size for array in self._all_arrays)

    @property
    def extent(self) -> tuple[int, int]:
        """What makes it hard to follow: of how many matrices its arrays are made (images, channels
        and filters multiply them), and how many numbers they hold.
        """
        return sum(int(np.prod(array.shape[:-2])) for array in self._all_arrays), self.count

    @property
    def is_easy(self) -> bool:
        """Is easy to follow: no array has several matrices, and there are few numbers."""
        return self.extent <= (len(self._all_arrays), EASY)

    @property
    def _all_arrays(self) -> list[np.ndarray]:
        return [array for arg in self.args for array in _arrays(arg)]

    def judges(self, part: str) -> bool:
        return not self.parts or part in self.parts

    def copy_args(self) -> tuple[Any, ...]:
        return tuple(copied(arg) for arg in self.args)

    def unpacked(self, row: np.ndarray) -> dict[str, np.ndarray]:
        """Return the arrays of a dict from the long row that it was read as."""
        names = sorted(self.layout)
        ends = np.cumsum([int(np.prod(self.layout[name])) for name in names])
        return {
            name: part.reshape(self.layout[name])
            for name, part in zip(names, np.split(row, ends[:-1]), strict=True)
        }


def _arrays(arg: Any) -> list[np.ndarray]:
    values = list(arg.values()) if isinstance(arg, dict) else [arg]
    return [value for value in values if isinstance(value, np.ndarray)]


def whole(rng: Generator, below: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return integers in [0, below). From raw bits: unlike Generator.integers their stream is
    promised for ever.
    """
    raw = rng.bit_generator.random_raw(int(np.prod(shape, dtype=int)))
    return (np.asarray(raw, dtype=np.uint64) % np.uint64(below)).astype(np.int64).reshape(shape)


def permutation(rng: Generator, count: int) -> np.ndarray:
    """Return the numbers below count in a random order, from raw bits as `whole` does."""
    return np.argsort(np.asarray(rng.bit_generator.random_raw(count)))


def quarters(rng: Generator, *shape: int) -> np.ndarray:
    """Return multiples of 1/4 within +-9/4."""
    return (whole(rng, 19, shape) - 9) / 4


def without_zeros(rng: Generator, *shape: int) -> np.ndarray:
    """Return quarters of which none is 0: a buffer that is kept adds something."""
    numbers = quarters(rng, *shape)
    return np.where(numbers == 0, 1 / 4, numbers)


def odd_quarters(rng: Generator, *shape: int) -> np.ndarray:
    """Return odd multiples of 1/4 within +-9/4: none is 0 or a whole number."""
    return (2 * whole(rng, 10, shape) - 9) / 4


def small(rng: Generator, *shape: int) -> np.ndarray:
    """Return quarters times a power of two: four digits behind the point lose each of them."""
    return SMALL * without_zeros(rng, *shape)


def large(rng: Generator, *shape: int) -> np.ndarray:
    """Return numbers of more digits than float16 has, each of them."""
    return LARGE * without_zeros(rng, *shape) + odd_quarters(rng, *shape)


def on_paper(draws: Iterable[tuple[Any, ...]], sizes: dict[str, Size]) -> list[Case]:
    """Return a case for each draw of small whole numbers, all of the same sizes."""
    return [Case(tuple(np.array(arg, float) for arg in draw), sizes) for draw in draws]
