"""3-strided: section 2 of the text, its question on strides."""

from grader.judge.exercise import Exercise, Part, quiz

HERE = "3-strided"
ARGUMENTS = ("dy", "x", "w", "stride", "pad")
BACKWARD = (Part("dx", 4, "N C H W", "x"), Part("dw", 1, "F C K L", "w"), Part("db", 1, "F", "b"))

STRIDED = (
    quiz(
        "output_size",
        HERE,
        ("n", "K", "stride", "pad"),
        3,
        "the first window starts at 0 and the last may start at n + 2 pad - K at the most; every "
        "stride-th start is used. "
        "What is left over is the remainder: entries at the end that no window reaches.",
    ),
    Exercise(
        "strided_forward", HERE, ("x", "w", "b", "stride", "pad"), (Part("y", 2, "N F H' W'"),)
    ),
    Exercise(
        "strided_backward_spray",
        HERE,
        ARGUMENTS,
        BACKWARD,
        forward="strided_forward",
        without=("strided_backward_rotated", "numerical_jacobian"),
    ),
    Exercise("dilate", HERE, ("dy", "stride"), (Part("dilated", 2, "N F A B"),)),
    Exercise(
        "strided_backward_rotated",
        HERE,
        ARGUMENTS,
        BACKWARD,
        forward="strided_forward",
        without=("strided_backward_spray", "numerical_jacobian"),
    ),
    quiz(
        "pixels_without_gradient",
        HERE,
        ("n", "K", "stride", "pad"),
        1,
        "with a stride beyond K the windows leave stride - K entries out between any two, and the "
        "remainder leaves some out at "
        "the end; entries of the padding do not count. What no window sees moves no output, so its "
        "gradient is 0.",
    ),
)
