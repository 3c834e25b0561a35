"""5-max-pool: section 4 of the text."""

from grader.judge.exercise import Exercise, Part, quiz

HERE = "5-max-pool"
SHARED = (
    "where a window has several largest entries, dy is not given to the first of them: also a "
    "subgradient, and accepted"
)

MAX_POOL = (
    Exercise("max_pool_forward", HERE, ("x", "size", "stride"), (Part("y", 2, "N C H' W'"),)),
    Exercise(
        "max_pool_2x2_backward",
        HERE,
        ("dy", "x"),
        (Part("dx", 3, "N C H W", "x", convention=SHARED),),
        forward="max_pool_forward",
        without=("numerical_jacobian",),
    ),
    quiz(
        "assignment_is_enough",
        HERE,
        ("size", "stride"),
        1,
        "windows that do not overlap give every pixel at most one gradient. They overlap as soon "
        "as the stride is smaller than "
        "the window in one of the two directions.",
    ),
    Exercise(
        "max_pool_backward",
        HERE,
        ("dy", "x", "size", "stride"),
        (
            Part("dx", 4, "N C H W", "x"),
            Part("ties", 2, "N C H W", "x", of="dx", convention=SHARED),
        ),
        forward="max_pool_forward",
        without=("numerical_jacobian",),
    ),
)
