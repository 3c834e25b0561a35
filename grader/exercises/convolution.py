"""2-convolution: section 2 of the text."""

from grader.judge.exercise import Exercise, Part, quiz

HERE = "2-convolution"

CONVOLUTION = (
    Exercise("correlate_1d", HERE, ("x", "w", "pad"), (Part("y", 2, "m"),), without=("spray_1d",)),
    Exercise(
        "spray_1d",
        HERE,
        ("x", "w", "pad"),
        (Part("y", 2, "m"),),
        without=("correlate_1d", "toeplitz_1d"),
    ),
    Exercise(
        "toeplitz_1d", HERE, ("w", "n", "pad"), (Part("T", 3, "m n"),), forward="correlate_1d"
    ),
    quiz(
        "same_pad",
        HERE,
        ("K",),
        1,
        "the output has n + 2 pad - K + 1 numbers, which is n when 2 pad = K - 1: half of an even "
        "number if K is odd, and "
        "no whole number at all if K is even. That is why the text assumes a filter of width 2r + "
        "1, with pad r.",
    ),
    Exercise("local_gradient", HERE, ("i", "j", "w", "shape"), (Part("dy_dx", 3, "M N"),)),
    Exercise(
        "conv_1d_backward_spray",
        HERE,
        ("dy", "w", "pad"),
        (Part("dx", 2.5, "n", "x"),),
        forward="correlate_1d",
        without=("conv_1d_backward_rotated", "toeplitz_1d", "numerical_jacobian"),
    ),
    Exercise(
        "conv_1d_backward_rotated",
        HERE,
        ("dy", "w", "pad"),
        (Part("dx", 2.5, "n", "x"),),
        forward="correlate_1d",
        without=("conv_1d_backward_spray", "toeplitz_1d", "numerical_jacobian"),
    ),
    quiz(
        "backward_pad",
        HERE,
        ("K", "pad"),
        1,
        "with K - 1 zeros at each end every place of the padded x gets its K weights, and the pad "
        "places at each end are "
        "then cut off. It is the forward pad again only if K = 2 pad + 1, the text's 2r + 1 with "
        "pad r.",
    ),
    Exercise(
        "conv_1d_weight_gradient",
        HERE,
        ("dy", "x", "pad"),
        (Part("dw", 3, "K", "w"),),
        forward="correlate_1d",
        without=("numerical_jacobian",),
    ),
    Exercise("conv_forward", HERE, ("x", "w", "b", "pad"), (Part("y", 3, "N F H' W'"),)),
    Exercise(
        "conv_backward",
        HERE,
        ("dy", "x", "w", "pad"),
        (Part("dx", 4, "N C H W", "x"), Part("dw", 2, "F C K L", "w"), Part("db", 1, "F", "b")),
        forward="conv_forward",
        without=("numerical_jacobian",),
    ),
)
