"""4-relu: section 3 of the text."""

from grader.judge.exercise import Exercise, Part, quiz

HERE = "4-relu"

RELU = (
    Exercise("relu_forward", HERE, ("x",), (Part("y", 1, "shape"),)),
    quiz(
        "eq_12",
        HERE,
        (),
        2,
        "the slope of y is 1 or 0 and knows nothing of the loss; only dL/dx carries dL/dy. As "
        "printed, Eq. 12 has the slope "
        "on its left and the gradient of the loss on its right.",
    ),
    Exercise(
        "relu_backward",
        HERE,
        ("dy", "x"),
        (
            Part(
                "dx",
                3,
                "shape",
                "x",
                convention="where x is exactly 0, dx is not 0: every slope from 0 to 1 is right "
                "there, and frameworks take 0",
            ),
        ),
        forward="relu_forward",
        without=("numerical_jacobian",),
    ),
    quiz(
        "slopes_at_zero",
        HERE,
        ("candidates",),
        1,
        "to the left of 0 the line s x must not lie above 0, so s is at least 0; to the right it "
        "must not lie above x, so s is "
        "at most 1. Every slope in between will do, and the common frameworks take 0.",
    ),
    quiz(
        "mask_is_enough",
        HERE,
        ("jacobian",),
        1,
        "column a of the Jacobian says where dx[a] comes from. Off the diagonal there must be "
        "nothing: then dx[a] is dy[a] times "
        "one number, whatever the shape is. Same size is not enough: a convolution with pad r "
        "keeps it and mixes neighbours.",
    ),
)
