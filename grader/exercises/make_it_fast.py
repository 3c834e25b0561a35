"""7-fast: one convolution in five ways, each faster than the one before. It gives no points."""

from grader.exercises import windows
from grader.exercises.cases import make_it_fast as cases
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise, Part

WAYS = ("conv_loops", "conv_im2col", "conv_taps", "conv_offsets")
PRACTICE = (Part("y", 0, "N F H' W'"),)


def _way(name: str) -> Exercise:
    """Return one of the convolutions without a stride, which may not call the others."""
    return Exercise(
        name,
        ("x", "w", "b"),
        PRACTICE,
        without=(*(each for each in WAYS if each != name), "conv_phases"),
        linear="x",
        probes=cases.forward_probes,
        window=windows.of_images,
        build=cases.forward,
    )


PHASES = Exercise(
    "conv_phases",
    ("x", "w", "b", "stride"),
    PRACTICE,
    without=("conv_loops",),
    linear="x",
    probes=cases.phases_probes,
    window=windows.of_images,
    build=cases.phases,
)

*BEFORE, OFFSETS = map(_way, WAYS)
MAKE_IT_FAST = Notebook(
    "7-fast", "make_it_fast", 0.0, (*BEFORE, PHASES, OFFSETS), helps_others=True
)
