"""1-affine: section 1 of the text."""

from grader.exercises import witnesses
from grader.exercises.cases import affine as cases
from grader.judge.course import Essay, Notebook
from grader.judge.exercise import DIFFERENCES, SMOOTH, Exercise, Part, quiz

EXERCISES = (
    Exercise(
        "affine_forward",
        ("x", "w", "b"),
        (Part("y", 1, "N C"),),
        linear="x",
        probes=cases.probes("x w b"),
        build=cases.affine_forward,
    ),
    quiz(
        "shape_of_jacobian",
        ("output_shape", "input_shape"),
        1,
        "every entry of the output is differentiated by every entry of the input, so the sizes of "
        "the output come "
        "first and the sizes of the input after them: outputs by inputs, as the footnote says for "
        "dy/dW.",
        build=cases.shape_of_jacobian,
    ),
    quiz(
        "nonzeros_of_dy_dw",
        ("C", "D"),
        1,
        "slice i holds x once, in its column i: D numbers. There are C slices of D x C entries, so "
        "C*D of the "
        "C*D*C entries can differ from zero: one in C.",
        build=cases.sizes_quiz,
    ),
    quiz(
        "literal_product",
        ("C", "D"),
        1,
        "@ multiplies dy (1, C) into each of the C slices (D, C), so it sums over D and not over "
        "the output index. "
        "When C != D that raises; when C == D it runs and gives one row per slice, (C, 1, C): a "
        "wrong shape without a word.",
        build=cases.sizes_quiz,
    ),
    Exercise(
        "affine_jacobians",
        ("x", "w"),
        (Part("dy_dx", 1, "C D"), Part("dy_dw", 1, "C D C"), Part("dy_db", 1, "C C")),
        forward="affine_forward",
        without=("numerical_jacobian",),
        derived=("dy_dx", "dy_dw", "dy_db"),
        picks=True,
        build=cases.affine_jacobians,
        witness=witnesses.AFFINE_JACOBIANS,
    ),
    Exercise(
        "affine_backward_row",
        ("dy", "x", "w"),
        (Part("dx", 1, "1 D", "x"), Part("dw", 1, "D C", "w"), Part("db", 1, "C", "b", also="1 C")),
        forward="affine_forward",
        derived=("dx", "dw", "db"),
        linear="dy",
        probes=cases.probes("dy x w", rows=True),
        build=cases.affine_backward_row,
        witness=witnesses.AFFINE,
    ),
    Exercise(
        "batch_by_hand",
        ("dy", "x"),
        (Part("dw", 0.5, "D C"), Part("db", 0.5, "C")),
        build=cases.batch_by_hand,
        by_hand=True,
    ),
    Exercise(
        "affine_backward",
        ("dy", "x", "w"),
        (Part("dx", 1, "N D", "x"), Part("dw", 1, "D C", "w"), Part("db", 1, "C", "b")),
        forward="affine_forward",
        derived=("dx", "dw", "db"),
        linear="dy",
        probes=cases.probes("dy x w"),
        build=cases.affine_backward,
        witness=witnesses.AFFINE,
    ),
    Exercise(
        "numerical_gradient",
        ("f", "x", "dy"),
        (Part("dx", 2, "R S", "x", tolerance=DIFFERENCES),),
        without=("numerical_jacobian",),
        linear="dy",
        build=cases.numerical_gradient,
        witness=witnesses.NUMERICAL_GRADIENT,
    ),
    Exercise(
        "softmax_loss",
        ("y", "labels"),
        (
            Part("loss", 0.5, "", tolerance=SMOOTH),
            Part("dy", 1, "N C", "y", tolerance=SMOOTH),
            Part("extreme", 0.5, tolerance=SMOOTH, of="loss dy", corner=True),
        ),
        forward="softmax_loss",
        derived=("dy",),
        build=cases.softmax_loss,
        witness=witnesses.SOFTMAX_LOSS,
    ),
    Exercise(
        "hinge_loss",
        ("y", "labels"),
        (Part("loss", 0.5, ""), Part("dy", 0.5, "N C", "y")),
        forward="hinge_loss",
        derived=("dy",),
        build=cases.hinge_loss,
        witness=witnesses.HINGE_LOSS,
    ),
)

AFFINE = Notebook("1-affine", "affine", 20.0, EXERCISES, essays=(Essay("explain_batch", 1),))
