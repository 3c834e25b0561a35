"""1-affine: section 1 of the text."""

from grader.judge.exercise import DIFFERENCES, SMOOTH, Exercise, Part, quiz

AFFINE = (
    Exercise("affine_forward", "1-affine", ("x", "w", "b"), (Part("y", 1, "N C"),)),
    quiz(
        "shape_of_jacobian",
        "1-affine",
        ("output_shape", "input_shape"),
        1,
        "every entry of the output is differentiated by every entry of the input, so the sizes of "
        "the output come "
        "first and the sizes of the input after them: outputs by inputs, as the footnote says for "
        "dy/dW.",
    ),
    Exercise(
        "affine_jacobians",
        "1-affine",
        ("x", "w"),
        (Part("dy_dx", 1, "C D"), Part("dy_dw", 2, "C D C"), Part("dy_db", 1, "C C")),
        forward="affine_forward",
        without=("numerical_jacobian",),
    ),
    quiz(
        "nonzeros_of_dy_dw",
        "1-affine",
        ("C", "D"),
        1,
        "slice i holds x once, in its column i: D numbers. There are C slices of D x C entries, so "
        "C*D of the "
        "C*D*C entries can differ from zero: one in C.",
    ),
    quiz(
        "literal_product",
        "1-affine",
        ("C", "D"),
        1,
        "@ multiplies dy (1, C) into each of the C slices (D, C), so it sums over D and not over "
        "the output index. "
        "When C != D that raises; when C == D it runs and gives one row per slice, (C, 1, C): a "
        "wrong shape without a word.",
    ),
    Exercise(
        "affine_backward_row",
        "1-affine",
        ("dy", "x", "w"),
        (Part("dx", 1, "1 D", "x"), Part("dw", 2, "D C", "w"), Part("db", 1, "C", "b", also="1 C")),
        forward="affine_forward",
    ),
    Exercise(
        "affine_backward",
        "1-affine",
        ("dy", "x", "w"),
        (Part("dx", 1, "N D", "x"), Part("dw", 2, "D C", "w"), Part("db", 1, "C", "b")),
        forward="affine_forward",
    ),
    Exercise(
        "numerical_gradient",
        "1-affine",
        ("f", "x", "dy"),
        (Part("dx", 1, "R S", "x", tolerance=DIFFERENCES),),
        without=("numerical_jacobian",),
    ),
    Exercise(
        "softmax_loss",
        "1-affine",
        ("y", "labels"),
        (Part("loss", 1, "", tolerance=SMOOTH), Part("dy", 1, "N C", "y", tolerance=SMOOTH)),
        forward="softmax_loss",
    ),
    Exercise(
        "hinge_loss",
        "1-affine",
        ("y", "labels"),
        (Part("loss", 0.5, ""), Part("dy", 0.5, "N C", "y")),
        forward="hinge_loss",
    ),
)
