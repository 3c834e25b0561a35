"""6-capstone: a network of one's own."""

from grader.judge.exercise import SMOOTH, Exercise, Part

HERE = "6-capstone"
CLOSE = 1e-6

CAPSTONE = (
    Exercise(
        "loss_and_gradients",
        HERE,
        ("params", "images", "labels"),
        (
            Part("loss", 1, "", tolerance=CLOSE),
            Part("gradients", 2, "params", "params", tolerance=CLOSE),
        ),
        layers=True,
    ),
    Exercise(
        "train",
        HERE,
        ("params", "images", "labels", "steps", "rate", "seed"),
        (
            Part("overfit", 2, "params", "params", tolerance=SMOOTH, of="params"),
            Part("digits", 3, "params", "params", tolerance=SMOOTH, of="params"),
            Part("strided", 2, "params", "params", tolerance=SMOOTH, of="params"),
        ),
        layers=True,
        costly=True,
    ),
)
