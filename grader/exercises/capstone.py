"""6-capstone: a network of one's own, on the layers of the notebooks before it."""

from grader.exercises.cases import capstone as cases
from grader.exercises.material import images, networks
from grader.judge.course import Essay, Notebook, Support
from grader.judge.exercise import SMOOTH, Exercise, Part

CLOSE = 1e-6
LAYERS = (
    "affine_forward",
    "affine_backward",
    "softmax_loss",
    "conv_forward",
    "conv_backward",
    "strided_forward",
    "strided_backward_spray",
    "relu_forward",
    "relu_backward",
    "max_pool_forward",
    "max_pool_2x2_backward",
)
HELPERS = ("fits", "pool_fits", "output_size")  # what the layers call

EXERCISES = (
    Exercise(
        "small_loss",
        ("params", "images", "labels"),
        (Part("loss", 0, "", tolerance=CLOSE),),
        layers=True,
        build=cases.small_loss,
    ),
    Exercise(
        "way_down_by_hand",
        ("dy", "x", "w"),
        (Part("dx", 0.5, "n", "x"), Part("dw", 0.5, "k", "w")),
        build=cases.way_down_by_hand,
        by_hand=True,
    ),
    Exercise(
        "small_loss_and_gradients",
        ("params", "images", "labels"),
        (
            Part("loss", 0, "", tolerance=CLOSE),
            Part("gradients", 0, "params", "params", tolerance=CLOSE),
        ),
        layers=True,
        derived=("gradients",),
        build=cases.small_loss_and_gradients,
    ),
    Exercise(
        "loss_and_gradients",
        ("params", "images", "labels"),
        (
            Part("loss", 1, "", tolerance=CLOSE),
            Part("gradients", 1, "params", "params", tolerance=CLOSE),
            Part(
                "strided",
                1,
                "params",
                "params",
                tolerance=CLOSE,
                of="gradients",
                corner=True,
            ),
        ),
        layers=True,
        derived=("gradients",),
        build=cases.loss_and_gradients,
    ),
    Exercise(
        "gradient_step",
        ("params", "gradients", "rate"),
        (Part("stepped", 0, "params", "params"),),
        keeps=("params",),
        build=cases.gradient_step,
    ),
    Exercise(
        "train",
        ("params", "images", "labels", "steps", "rate", "seed"),
        (
            Part("overfit", 1, "params", "params", tolerance=SMOOTH, of="params"),
            Part("digits", 2, "params", "params", tolerance=SMOOTH, of="params"),
            Part("strided", 2, "params", "params", tolerance=SMOOTH, of="params"),
        ),
        layers=True,
        costly=True,
        derived=("params",),
        build=cases.train,
    ),
)

CAPSTONE = Notebook(
    "6-capstone",
    "capstone",
    10.0,
    EXERCISES,
    limits={"call": 60.0, "whole": 180.0},  # it trains
    support=Support(
        layers=(*HELPERS, *LAYERS),
        tools={
            "initial_parameters": networks,
            "predict": networks,
            "load_images": images,
        },
        files=images.without_test_images,
        hidden=lambda: {"the images that judge": images.image_file("digits")},
    ),
    essays=(Essay("explain_training", 1),),
)
