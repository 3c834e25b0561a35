"""3-strided: section 2 of the text, its question on strides."""

from grader.exercises import widgets, windows, witnesses
from grader.exercises.cases import strided as cases
from grader.exercises.material import sizes
from grader.judge.course import Essay, Notebook, Support
from grader.judge.exercise import Exercise, Part, quiz

ARGUMENTS = ("dy", "x", "w", "stride", "pad")
BACKWARD = (
    Part("dx", 3, "N C H W", "x"),
    Part("dw", 2, "F C kh kw", "w"),
    Part("db", 1, "F", "b"),
)

EXERCISES = (
    quiz(
        "output_size",
        ("n", "k", "stride", "pad"),
        1,
        "the first window starts at 0 and the last may start at n + 2 pad - k at the most; every "
        "stride-th start is used. "
        "What is left over is the remainder: entries at the end that no window reaches.",
        build=cases.lines,
    ),
    Exercise(
        "strided_forward",
        ("x", "w", "b", "stride", "pad"),
        (Part("y", 1, "N F H' W'"),),
        linear="x",
        probes=cases.forward_probes,
        window=windows.of_images,
        build=cases.strided_forward,
        widget=widgets.FORWARD,
    ),
    Exercise(
        "strided_row_by_hand",
        ("dy", "w"),
        (Part("dx", 1, "n", "x"),),
        build=cases.strided_row_by_hand,
        by_hand=True,
    ),
    Exercise(
        "strided_backward_spray",
        ARGUMENTS,
        BACKWARD,
        forward="strided_forward",
        without=("strided_backward_rotated", "numerical_jacobian"),
        derived=("dx", "dw", "db"),
        linear="dy",
        probes=cases.backward_probes,
        window=windows.of_images,
        build=cases.strided_backward,
        witness=witnesses.IMAGES,
        widget=widgets.BACKWARD_SPRAY,
    ),
    Exercise(
        "dilate",
        ("dy", "stride"),
        (Part("dilated", 2, "N F A B"),),
        linear="dy",
        build=cases.dilate,
    ),
    Exercise(
        "strided_backward_rotated",
        ARGUMENTS,
        BACKWARD,
        forward="strided_forward",
        without=("strided_backward_spray", "numerical_jacobian"),
        derived=("dx", "dw", "db"),
        linear="dy",
        probes=cases.backward_probes,
        window=windows.of_images,
        build=cases.strided_backward,
        witness=witnesses.IMAGES,
        widget=widgets.STRIDE_TRICK,
    ),
    quiz(
        "pixels_without_gradient",
        ("n", "k", "stride", "pad"),
        2,
        "with a stride beyond k the windows leave stride - k entries out between any two, and the "
        "remainder leaves some out at "
        "the end; entries of the padding do not count. What no window sees moves no output, so its "
        "gradient is 0.",
        build=cases.lines,
    ),
)

STRIDED = Notebook(
    "3-strided",
    "strided",
    20.0,
    EXERCISES,
    support=Support(tools={"fits": sizes}),
    essays=(Essay("explain_zeros", 1),),
)
