"""5-max-pool: section 4 of the text."""

from grader.exercises import widgets, windows, witnesses
from grader.exercises.cases import max_pool as cases
from grader.exercises.material import sizes
from grader.judge.course import Essay, Notebook, Support
from grader.judge.exercise import Exercise, Part, quiz

SHARED = (
    "where a window has several largest entries, dy is not given to the first of them: also a "
    "subgradient, and accepted"
)

EXERCISES = (
    Exercise(
        "max_pool_forward",
        ("x", "size", "stride"),
        (Part("y", 2, "N C H' W'"),),
        picks=True,
        window=windows.of_images,
        build=cases.max_pool_forward,
        widget=widgets.POOL_FORWARD,
    ),
    Exercise(
        "max_pool_2x2_backward",
        ("dy", "x"),
        (Part("dx", 2, "N C H W", "x", convention=SHARED),),
        forward="max_pool_forward",
        without=("numerical_jacobian",),
        derived=("dx",),
        linear="dy",
        probes=cases.probes_2x2,
        window=windows.of_2x2,
        build=cases.max_pool_2x2_backward,
        witness=witnesses.MAX_POOL_2X2,
        widget=widgets.POOL_BACKWARD,
    ),
    quiz(
        "assignment_is_enough",
        ("size", "stride"),
        1,
        "windows that do not overlap give every pixel at most one gradient. They overlap as soon "
        "as the stride is smaller than "
        "the window in one of the two directions.",
        build=cases.assignment_is_enough,
    ),
    Exercise(
        "pool_by_hand",
        ("dy", "x"),
        (Part("dx", 1, "H W", "x"),),
        build=cases.pool_by_hand,
        by_hand=True,
    ),
    Exercise(
        "max_pool_backward",
        ("dy", "x", "size", "stride"),
        (
            Part("dx", 3, "N C H W", "x"),
            Part("ties", 2, "N C H W", "x", of="dx", convention=SHARED),
        ),
        forward="max_pool_forward",
        without=("numerical_jacobian",),
        derived=("dx",),
        linear="dy",
        probes=cases.probes,
        window=windows.of_images,
        build=cases.max_pool_backward,
        witness=witnesses.MAX_POOL,
        widget=widgets.POOL_BACKWARD,
    ),
)

MAX_POOL = Notebook(
    "5-max-pool",
    "max_pool",
    12.0,
    EXERCISES,
    support=Support(tools={"pool_fits": sizes}),
    essays=(Essay("explain_winner", 1),),
)
