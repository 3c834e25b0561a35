"""Cases of 7-fast: those of the convolutions before it, without padding."""

from __future__ import annotations

from grader.exercises.cases.convolution import (
    FINDERS,
    PROBES,
    SMALL,
    Sizes,
    images,
    probes,
    sizes_of,
)
from grader.exercises.cases.strided import FINDERS as STRIDED_FINDERS
from grader.exercises.cases.strided import PROBES as STRIDED_PROBES
from grader.exercises.cases.strided import SMALL as STRIDED_SMALL
from grader.judge.case import Case, Generator

Y = ("y",)


def _without_padding(sizes: tuple[Sizes, ...]) -> tuple[Sizes, ...]:
    """Return images as large as the padded ones are, to which nothing is added."""
    return tuple(
        (N, C, H + 2 * pad, W + 2 * pad, F, kh, kw, stride, 0)
        for N, C, H, W, F, kh, kw, stride, pad in sizes
    )


forward_probes = probes("x w b", Y, _without_padding(PROBES))
phases_probes = probes("x w b stride", Y, _without_padding(STRIDED_PROBES))


def forward(rng: Generator, fresh: bool) -> list[Case]:
    sizes = sizes_of(fresh, _without_padding(SMALL), _without_padding(FINDERS))
    return images(rng, "x w b", Y, sizes)


def phases(rng: Generator, fresh: bool) -> list[Case]:
    """Strides within and beyond the filter, remainders, and stride 1."""
    few, others = _without_padding(STRIDED_SMALL), _without_padding(STRIDED_FINDERS)
    return images(rng, "x w b stride", Y, sizes_of(fresh, few, others))
