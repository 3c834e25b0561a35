"""2-convolution: section 2 of the text."""

from grader.exercises import widgets, windows, witnesses
from grader.exercises.cases import convolution as cases
from grader.exercises.material import images, sizes
from grader.judge.course import Essay, Notebook, Support
from grader.judge.exercise import Exercise, Part, quiz

EXERCISES = (
    Exercise(
        "correlate_1d",
        ("x", "w", "pad"),
        (Part("y", 2, "m"),),
        without=("spray_1d",),
        linear="x",
        window=windows.of_a_row,
        build=cases.correlate_1d,
        widget=widgets.ROW_GATHER,
    ),
    quiz(
        "same_pad",
        ("k",),
        1,
        "the output has n + 2 pad - k + 1 numbers, which is n when 2 pad = k - 1: half of an even "
        "number if k is odd, and "
        "no whole number at all if k is even. That is why the text assumes a filter of width 2r + "
        "1, with pad r.",
        build=cases.same_pad,
    ),
    Exercise(
        "toeplitz_1d",
        ("w", "n", "pad"),
        (Part("T", 2, "m n"),),
        forward="correlate_1d",
        linear="w",
        build=cases.toeplitz_1d,
        witness=witnesses.TOEPLITZ,
        widget=widgets.TOEPLITZ,
    ),
    Exercise(
        "spray_1d",
        ("x", "w", "pad"),
        (Part("y", 2, "m"),),
        without=("correlate_1d", "toeplitz_1d"),
        linear="x",
        window=windows.of_a_row,
        build=cases.correlate_1d,
        widget=widgets.ROW_SPRAY,
    ),
    Exercise(
        "conv_1d_backward_spray",
        ("dy", "w", "pad"),
        (Part("dx", 2, "n", "x"),),
        forward="correlate_1d",
        without=("conv_1d_backward_rotated", "toeplitz_1d", "numerical_jacobian"),
        derived=("dx",),
        linear="dy",
        window=windows.of_a_row,
        build=cases.conv_1d_backward,
        witness=witnesses.ROW,
        widget=widgets.ROW_BACKWARD_SPRAY,
    ),
    quiz(
        "backward_pad",
        ("k", "pad"),
        1,
        "with k - 1 zeros at each end every place of the padded x gets its k weights, and the pad "
        "places at each end are "
        "then cut off. It is the forward pad again only if k = 2 pad + 1, the text's 2r + 1 with "
        "pad r.",
        build=cases.backward_pad,
    ),
    Exercise(
        "conv_1d_backward_rotated",
        ("dy", "w", "pad"),
        (Part("dx", 2.5, "n", "x"), Part("wide", 0.5, "n", "x", of="dx", corner=True)),
        forward="correlate_1d",
        without=("conv_1d_backward_spray", "toeplitz_1d", "numerical_jacobian"),
        derived=("dx",),
        linear="dy",
        window=windows.of_a_row,
        build=cases.conv_1d_backward_rotated,
        witness=witnesses.ROW,
        widget=widgets.ROW_BACKWARD_GATHER,
    ),
    Exercise(
        "row_by_hand",
        ("dy", "x", "w"),
        (Part("dx", 0.5, "n", "x"), Part("dw", 0.5, "k", "w")),
        build=cases.row_by_hand,
        by_hand=True,
    ),
    Exercise(
        "conv_1d_weight_gradient",
        ("dy", "x", "pad"),
        (Part("dw", 3, "k", "w"),),
        forward="correlate_1d",
        without=("numerical_jacobian",),
        derived=("dw",),
        linear="dy",
        window=windows.of_a_row,
        build=cases.conv_1d_weight_gradient,
        witness=witnesses.ROW_WEIGHTS,
    ),
    Exercise(
        "local_gradient",
        ("i", "j", "w", "shape"),
        (Part("dy_dx", 3, "M N"),),
        linear="w",
        derived=("dy_dx",),
        build=cases.local_gradient,
    ),
    Exercise(
        "conv_2d_weight_gradient",
        ("dy", "x", "pad"),
        (Part("dw", 0, "kh kw", "w"),),
        without=("numerical_jacobian",),
        derived=("dw",),
        linear="dy",
        window=windows.of_images,
        build=cases.conv_2d_weight_gradient,
    ),
    Exercise(
        "conv_forward",
        ("x", "w", "b", "pad"),
        (Part("y", 3, "N F H' W'"),),
        linear="x",
        probes=cases.probes("x w b pad", ("y",)),
        window=windows.of_images,
        build=cases.conv_forward,
        widget=widgets.FORWARD,
    ),
    Exercise(
        "conv_backward",
        ("dy", "x", "w", "pad"),
        (
            Part("dx", 3, "N C H W", "x"),
            Part("dw", 2, "F C kh kw", "w"),
            Part("db", 1, "F", "b"),
        ),
        forward="conv_forward",
        without=("numerical_jacobian",),
        derived=("dx", "dw", "db"),
        linear="dy",
        probes=cases.probes("dy x w pad", cases.BACKWARD),
        window=windows.of_images,
        build=cases.conv_backward,
        witness=witnesses.IMAGES,
        widget=widgets.BACKWARD_SPRAY,
    ),
)

CONVOLUTION = Notebook(
    "2-convolution",
    "convolution",
    30.0,
    EXERCISES,
    support=Support(tools={"load_images": images, "fits": sizes}, files=images.without_test_images),
    essays=(Essay("explain_rotation", 1),),
)
