"""4-relu: section 3 of the text."""

from grader.exercises import witnesses
from grader.exercises.cases import relu as cases
from grader.judge.course import Essay, Notebook
from grader.judge.exercise import Exercise, Part, quiz

EXERCISES = (
    Exercise(
        "relu_forward",
        ("x",),
        (Part("y", 1, "shape"),),
        picks=True,
        build=cases.relu_forward,
    ),
    quiz(
        "eq_12",
        (),
        1,
        "the slope of y is 1 or 0 and knows nothing of the loss; only dL/dx carries dL/dy. As "
        "printed, Eq. 12 has the slope "
        "on its left and the gradient of the loss on its right.",
        build=cases.eq_12,
    ),
    Exercise(
        "relu_backward",
        ("dy", "x"),
        (
            Part(
                "dx",
                2,
                "shape",
                "x",
                convention="where x is exactly 0, dx is not 0: every slope from 0 to 1 is right "
                "there, and frameworks take 0",
            ),
        ),
        forward="relu_forward",
        without=("numerical_jacobian",),
        derived=("dx",),
        linear="dy",
        build=cases.relu_backward,
        witness=witnesses.RELU,
    ),
    quiz(
        "slopes_at_zero",
        ("candidates",),
        1,
        "to the left of 0 the line s x must not lie above 0, so s is at least 0; to the right it "
        "must not lie above x, so s is "
        "at most 1. Every slope in between will do, and the common frameworks take 0.",
        build=cases.slopes_at_zero,
    ),
    quiz(
        "mask_is_enough",
        ("jacobian",),
        1,
        "column a of the Jacobian says where dx[a] comes from. Off the diagonal there must be "
        "nothing: then dx[a] is dy[a] times "
        "one number, whatever the shape is. Same size is not enough: a convolution with pad r "
        "keeps it and mixes neighbours.",
        build=cases.mask_is_enough,
    ),
    Exercise(
        "chain_by_hand",
        ("dy", "x", "w"),
        (Part("dx", 0.5, "1 D", "x"), Part("dw", 0.5, "D C", "w")),
        build=cases.chain_by_hand,
        by_hand=True,
    ),
)

RELU = Notebook("4-relu", "relu", 8.0, EXERCISES, essays=(Essay("explain_mask", 1),))
