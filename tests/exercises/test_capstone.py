"""The capstone: gradients against PyTorch, layers of one's own, trainings and what they must reach,
dicts as results.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import nbformat
import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from support import few_and_many, need, references
from tiers import best

from grader import figures
from grader.call.answer import numbers
from grader.exercises.capstone import LAYERS
from grader.exercises.cases.capstone import TRAININGS, WAYS_DOWN, turned
from grader.exercises.material.images import load_images
from grader.exercises.material.networks import SIZES, accuracy, initial_parameters, predict
from grader.exercises.own_layers import own_layers
from grader.instructor.author import layers
from grader.instructor.author.notebook import load, source
from grader.instructor.courses import source_notebook
from grader.instructor.demo.honest_styles import styles
from grader.instructor.sandbox.sandbox import Sandbox
from grader.instructor.sandbox.support import support_of
from grader.instructor.sealed.grade_one import grade_submission
from grader.judge.case import Case
from grader.judge.compare import matches
from grader.judge.judge import judge
from solutions import capstone
from solutions.broken.capstone import IN_PLACE, SOLVER

CAPSTONE = NOTEBOOKS["6-capstone"]

# --- gradients ---


def by_torch(torch, params, images, labels):
    """Return loss and gradients of either network by automatic differentiation."""
    f = torch.nn.functional
    p = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    x = torch.tensor(images)
    if "w3" in p:
        x = torch.relu(f.conv2d(x, p["w1"], p["b1"], stride=2, padding=1))
        x = torch.relu(f.conv2d(x, p["w2"], p["b2"], stride=2, padding=1)).flatten(1)
        y = x @ p["w3"] + p["b3"]
    else:
        x = f.max_pool2d(torch.relu(f.conv2d(x, p["w1"], p["b1"], padding=1)), 2).flatten(1)
        y = x @ p["w2"] + p["b2"]
    loss = f.cross_entropy(y, torch.tensor(labels))
    loss.backward()
    return loss.item(), {name: value.grad.numpy() for name, value in p.items()}


@few_and_many(40, 200)
def test_the_references_gradients_are_those_of_pytorch(seeds):
    torch = need("torch")
    for seed in range(seeds):
        for case in EXERCISES["loss_and_gradients"].draw(np.random.default_rng(seed)):
            loss, gradients = capstone.loss_and_gradients(*case.copy_args())
            their_loss, theirs = by_torch(torch, *case.args)
            assert abs(loss - their_loss) <= 1e-12 * abs(their_loss)
            assert gradients.keys() == theirs.keys()
            for name, value in theirs.items():
                assert np.abs(gradients[name] - value).max() <= 1e-11 * max(
                    1e-3, np.abs(value).max()
                ), (seed, name)


def test_a_case_stands_on_no_kink():
    for seed in range(50):
        for case in EXERCISES["loss_and_gradients"].draw(np.random.default_rng(seed)):
            params, images, _ = case.args
            stride = 2 if "w3" in params else 1
            before = references()["strided_forward"](images, params["w1"], params["b1"], stride, 1)
            assert np.abs(before).min() > 1e-9


# --- dicts as results ---

FAULTS = {
    "no dict": (
        lambda loss, g: (loss, list(g.values())),
        "is a list, expected a dict with the keys b1, b2, w1, w2",
    ),
    "an array": (
        lambda loss, g: (loss, g["w1"]),
        "is no dict, expected a dict with the keys b1, b2, w1, w2",
    ),
    "a key missing": (
        lambda loss, g: (loss, {k: v for k, v in g.items() if k != "b1"}),
        "lacks b1",
    ),
    "a key too many": (
        lambda loss, g: (loss, g | {"b9": g["b1"]}),
        "has b9, which is no parameter",
    ),
    "transposed": (
        lambda loss, g: (loss, g | {"w2": g["w2"].T}),
        "w2 has shape (3, 18), expected (18, 3) like params['w2']",
    ),
    "None inside": (lambda loss, g: (loss, g | {"w1": None}), "w1 is None"),
    "NaN inside": (lambda loss, g: (loss, g | {"b1": g["b1"] * np.nan}), "b1 holds NaN at [0]"),
    "numbers as keys": (
        lambda loss, g: (loss, dict(enumerate(g.values()))),
        "its keys are not the names of the parameters",
    ),
    "one array wrong": (
        lambda loss, g: (loss, g | {"w1": 2 * g["w1"]}),
        "wrong in w1: what lies between them",
    ),
    "the loss wrong": (lambda loss, g: (loss + 1, g), "loss       is not right"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_dict_is_told_by_name_and_costs_its_part(fault, verdict_on):
    spoil, words = FAULTS[fault]

    def loss_and_gradients(params, images, labels):
        return spoil(*capstone.loss_and_gradients(params, images, labels))

    verdict = verdict_on("loss_and_gradients", loss_and_gradients)
    assert verdict.earned == (2.0 if fault == "the loss wrong" else 1.0)
    assert words in str(verdict)


def test_changed_parameters_are_noted(verdict_on):
    def loss_and_gradients(params, images, labels):
        result = capstone.loss_and_gradients(params, images, labels)
        params["w1"] *= 2
        return result

    assert "it changes its input params in place" in str(
        verdict_on("loss_and_gradients", loss_and_gradients)
    )


# --- networks ---


@pytest.mark.parametrize("network", SIZES)
def test_predictions_are_those_of_the_layers(network):
    params = initial_parameters(network, 3)
    images = np.random.default_rng(0).normal(
        size=(5, 1, *((8, 8) if network == "small" else (28, 28)))
    )
    loss = [
        capstone.loss_and_gradients(params, images[n : n + 1], np.array([c]))[0]
        for n in range(5)
        for c in range(10)
    ]
    assert np.array(loss).reshape(5, 10).argmin(axis=1).tolist() == predict(params, images).tolist()


def test_parameters_follow_their_seed_and_an_unknown_network_is_told():
    assert np.array_equal(
        initial_parameters("small", 1)["w1"], initial_parameters("small", 1)["w1"]
    )
    assert not np.array_equal(
        initial_parameters("small", 1)["w1"], initial_parameters("small", 2)["w1"]
    )
    with pytest.raises(ValueError, match=r"There is no network 'big'\. There are: small, strided"):
        initial_parameters("big", 1)


def test_images_are_turned_in_eight_ways():
    image = np.arange(4.0).reshape(1, 1, 2, 2)
    assert len({turned(image, turn).tobytes() for turn in range(8)}) == 8


# --- single steps ---


def steps_of(seed: int) -> list[Case]:
    """Return the single steps of a draw; those of many parameters, which take long, of few draws."""
    cases = EXERCISES["train"].draw(np.random.default_rng(seed))
    return [case for case in cases if not case.goal and (seed % 10 == 0 or not has_many(case))]


def has_many(case: Case) -> bool:
    return case.sizes["params"][0] > 1000


def test_a_long_step_has_images_of_which_no_two_are_the_same_and_one_gradient():
    """Whichever batch is picked; and a forward pass for each parameter, of 10 ms, takes minutes."""
    cases = [case for case in steps_of(0) if has_many(case)]
    assert {part for case in cases for part in case.parts} == {"overfit", "digits", "strided"}
    for case in cases:
        params, images, labels, _, _, _ = case.args
        assert len({image.tobytes() for image in images}) == len(images) > 64
        first, *others = (
            capstone.loss_and_gradients(params, images[n : n + 1], labels[n : n + 1])[1]
            for n in (0, 7, 40, 79)
        )
        for other in others:
            assert all(np.abs(first[name] - other[name]).max() <= 1e-15 for name in first)
        assert sum(value.size for value in params.values()) > 9000


def trained_by(answer: str):
    """Return a student's `train`, with the reference's loss_and_gradients and layers."""
    scope = references() | {"np": np}
    exec(answer, scope)
    return scope["train"]


def test_one_step_is_the_gradient_of_pytorch_times_the_rate_and_a_rate_of_0_leads_nowhere():
    torch = need("torch")
    for case in [case for seed in range(20) for case in steps_of(seed)]:
        params, images, labels, steps, rate, _ = case.args
        theirs = by_torch(torch, params, images[:1], labels[:1])[1]
        assert (steps, rate > 0) in ((1, True), (3, False))
        for name, value in capstone.train(*case.copy_args()).items():
            assert np.abs(value - (params[name] - rate * theirs[name])).max() <= 1e-12


@few_and_many(40, 200)
def test_every_array_takes_part_in_a_step_and_none_is_the_last(seeds):
    """A vanishing gradient would let through whoever leaves an array out, or takes a step too many."""
    for case in [case for seed in range(seeds) for case in steps_of(seed) if case.rate]:
        start, images, labels, _, rate, seed = case.args
        once, twice = (capstone.train(start, images, labels, steps, rate, seed) for steps in (1, 2))
        assert min(np.abs(once[name] - start[name]).max() for name in start) > 1e-4
        assert max(np.abs(twice[name] - once[name]).max() for name in start) > 1e-4


STYLES = {style.student: style.answers.get("train") for style in styles(NOTEBOOKS["6-capstone"])}
SIZES_OF_BATCHES = {f"batches of {n}": IN_PLACE.replace("64", str(n)) for n in (1, 16, 300)}
WHOLE = "batch = rng.permutation(len(images))"
HONEST = SIZES_OF_BATCHES | {
    "all images at once": IN_PLACE.replace("batch = rng.choice(len(images), 64)", WHOLE),
    "a mean of the gradients": STYLES["bela"],
    "float32": STYLES["dora"],
}


@few_and_many(10, 50)
@pytest.mark.parametrize("style", HONEST)
def test_any_batch_takes_the_step_of_the_reference(style, seeds):
    train, part = trained_by(HONEST[style]), EXERCISES["train"].parts[0]
    for case in [case for seed in range(seeds) for case in steps_of(seed)]:
        assert matches(
            numbers(train(*case.copy_args())),
            numbers(capstone.train(*case.copy_args())),
            part,
            case,
        )


def test_a_last_layer_that_is_solved_for_reaches_every_goal_and_earns_nothing(verdict_on):
    train = trained_by(SOLVER)
    for case in EXERCISES["train"].draw(np.random.default_rng(0)):
        assert not case.goal or case.goal.share(train(*case.copy_args())) >= case.goal.least
    verdict = verdict_on("train", train)
    assert verdict.earned == 0
    assert verdict.parts[0].message.startswith(
        "one step leaves b1 and w1 where they were; asked for is params - rate * gradient"
    )
    assert verdict.parts[1].message == "the same as overfit"
    assert verdict.parts[2].message.startswith("one step leaves b1, b2, w1 and w2 where they were")


def test_sealed_grading_says_of_a_step_what_the_check_says(verdict_on):
    told = sealed(train=SOLVER)["train"]
    assert told["earned"] == 0
    assert [part["message"] for part in told["parts"]] == [
        part.message for part in verdict_on("train", trained_by(SOLVER)).parts
    ]


def test_a_wrong_step_of_one_network_costs_its_parts_alone(verdict_on):
    solved = trained_by(SOLVER)
    verdict = verdict_on(
        "train", lambda params, *rest: (solved if "w3" in params else capstone.train)(params, *rest)
    )
    assert [part.right for part in verdict.parts] == [True, True, False]


def test_after_wrong_steps_the_check_does_not_train(verdict_on):
    asked = []

    def train(params, images, labels, steps, rate, seed):
        asked.append((steps, rate > 0))
        return params

    assert verdict_on("train", train).earned == 0
    assert asked == [(1, True), (3, False)] * 2


def only_one(params, images, labels, steps, rate, seed):
    """The first step as it is asked for, and for more of them another way."""
    return capstone.train(params, images, labels, steps, rate or 0.1 * (steps > 1), seed)


def longer_and_longer(params, images, labels, steps, rate, seed):
    after = capstone.train(params, images, labels, steps, rate, seed)
    return {name: value if name == "b1" else value + 0.01 for name, value in after.items()}


STEPS = {
    "rate": (only_one, "at a rate of 0 params stays as it is; yours moves b1, b2, w1 and w2"),
    "a factor": (
        lambda params, images, labels, steps, rate, seed: capstone.train(
            params, images, labels, steps, rate / 3, seed
        ),
        "goes 0.3333 times as far as rate * gradient, the mean over the batch",
    ),
    "elsewhere": (longer_and_longer, "one step leads b2, w1 and w2 elsewhere; asked for is"),
    "a list": (
        lambda *args: list(args[0].values()),
        "is a list, expected a dict with the keys b1, b2, w1, w2",
    ),
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_wrong_step_is_told(kind, verdict_on):
    train, words = STEPS[kind]
    verdict = verdict_on("train", train)
    assert (verdict.earned, words in str(verdict)) == (0, True), str(verdict)


# --- trainings ---


def test_the_reference_reaches_every_goal_and_earns_everything_without_a_note(solved):
    """In the run of the solved notebook that the tests share: it takes three trainings."""
    cells = {cell.id: cell for cell in nbformat.read(solved("6-capstone"), as_version=4).cells}
    text = cells["check_train"].outputs[-2].data["text/plain"]  # below the three clocks
    first, *parts = text.splitlines()  # no note and no example among them
    assert first == "train: 5 of 5 points"
    assert [line.split()[:2] for line in parts] == [
        [name, "right:"] for name in ("overfit", "digits", "strided")
    ]
    assert "of 500 images that it had not seen, at least 94 % are asked for" in text


def test_a_training_is_drawn_anew_for_every_seed():
    first, second = (EXERCISES["train"].draw(np.random.default_rng(seed)) for seed in (1, 2))
    for a, b in zip(first, second, strict=True):
        assert not np.array_equal(a.args[0]["w1"], b.args[0]["w1"])
        assert not np.array_equal(a.args[1], b.args[1])
        assert a.args[3] == b.args[3]
        assert not a.goal or a.args[4] == b.args[4]


def test_parameters_learnt_at_home_are_of_no_use(verdict_on):
    """Trained on the true classes, they meet other numbers for the classes, and images that lie
    another way.
    """
    images = load_images("digits")
    learnt = capstone.train(
        initial_parameters("small", 1), images.train_images, images.train_labels, 600, 0.2, 1
    )
    assert accuracy(learnt, images.test_images, images.test_labels) > 0.9
    reached = [
        case.goal.share(learnt)
        for seed in range(20)
        for case in EXERCISES["train"].draw(np.random.default_rng(seed))[-3:-1]
    ]
    assert max(reached) < TRAININGS["digits"][-1]


def test_a_training_that_learns_nothing_is_told(verdict_on):
    def train(params, images, labels, steps, rate, seed):
        return capstone.train(params, images, labels, 1, rate, seed)

    verdict = verdict_on("train", train)
    assert verdict.earned == 0
    assert str(verdict).count("hardly better than guessing") == 3


def test_progress_does_not_train_again(capsys):
    import grader

    scope = references("6-capstone") | {"progress": grader.progress, "check": grader.check}
    exec("progress()", scope)
    points = NOTEBOOKS["6-capstone"].automatic_points
    earned = points - EXERCISES["train"].points
    said = f"{earned:g} of {points:g}; open: train. What you explain in sentences is worth 1 more"
    assert capsys.readouterr().out == f"{said}: a person reads it\n"
    scope["train"] = lambda params, *rest: params
    scope["train"].__name__ = "train"
    exec("check(train)\nprogress()", scope)
    assert capsys.readouterr().out.endswith(f"{said}: a person reads it\n")


# --- the gradient by the image ---

LOOKING = ("image-gradient", "figure-saliency", "figure-three-to-eight")


@pytest.fixture(scope="module")
def looking():
    """Return what the cells on the gradient by the image define, and what they draw and print."""
    cells = {cell["id"]: source(cell) for cell in load(source_notebook(CAPSTONE))["cells"]}
    values = references() | {"np": np, "digits": load_images("digits"), "predict": predict}
    values |= {"figures": figures, "attempt": lambda *args: None, "reader": None}
    for name in LOOKING:
        exec(cells[name], values)
    return values


def test_the_gradient_by_the_image_is_that_of_pytorch(looking):
    torch = need("torch")
    params = initial_parameters("small", 4)
    images, labels = np.random.default_rng(4).normal(size=(3, 1, 8, 8)), np.array([2, 0, 7])
    x, p = torch.tensor(images, requires_grad=True), {k: torch.tensor(v) for k, v in params.items()}
    f = torch.nn.functional
    hidden = f.max_pool2d(torch.relu(f.conv2d(x, p["w1"], p["b1"], padding=1)), 2).flatten(1)
    f.cross_entropy(hidden @ p["w2"] + p["b2"], torch.tensor(labels)).backward()
    dy = references()["softmax_loss"](looking["way_up"](params, images)[-1], labels)[1]
    dx = looking["image_gradient"](params, images, dy)
    np.testing.assert_allclose(dx, x.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("spoil", [0, 1, np.nan])
def test_the_way_from_3_to_8_ends_with_any_network(spoil, looking, capsys):
    """One that gives every image the same class, an untrained one, and one that ran away."""
    start = initial_parameters("small", 1)
    looking["three_to_eight"]({name: spoil * value for name, value in start.items()})
    printed = capsys.readouterr().out
    assert "takes no held-out 3 for a 3" in printed or "steps: " in printed


def test_a_solved_notebook_turns_a_3_into_an_8_with_changes_that_fool_nobody_elsewhere(solved):
    cells = {cell.id: cell for cell in nbformat.read(solved("6-capstone"), as_version=4).cells}
    picture, printed = cells["figure-three-to-eight"].outputs
    assert "and what was read as 3 is read as 8" in picture.data["text/plain"]
    (steps,) = re.findall(r"steps: (\d+)", printed.text)
    (largest,) = re.findall(r"moved by ([\d.]+) at most", printed.text)
    assert 0 < int(steps) < 200
    assert float(largest) < 0.5
    (share,) = re.findall(r"random pixel: (\d+)% of 100 are read as 3", printed.text)
    assert int(share) >= 90
    for name, words in (
        ("figure-saliency", "A pixel moves the score of its class by "),
        ("figure-cat", "A filter of nine numbers finds the upright edges of a cat: a photograph"),
        ("figure-cat-eye", "The cat's eye is read as "),
    ):
        assert words in cells[name].outputs[-1].data["text/plain"]


def test_figures_of_slopes_say_where_they_are_largest(capsys):
    image, slope = np.zeros((1, 1, 2, 3)), np.array([[[[0.0, 2, -1], [0, 1, -3]]]])
    image[0, 0, 0] = 1
    figures.saliency(image, slope, ["score of 4"])
    figures.nudged(image[0, 0], image[0, 0] + slope[0, 0], [3, 3])
    saliency, nudged = capsys.readouterr().out.strip().splitlines()
    assert saliency.startswith("A pixel moves the score of its class by 1.0 per unit under ink")
    places = "the largest is +2.00 in row 0, column 1, the smallest -3.00 in row 1, column 2."
    assert saliency.endswith(f"score of 4: {places}")
    assert nudged.startswith("No pixel moves by more than 3.00, and what was read as 3 is still")
    with pytest.raises(ValueError, match=r"slopes of shape \(1, 1, 3, 2\), expected the same"):
        figures.saliency(image, slope.reshape(1, 1, 3, 2), ["score of 4"])


# --- layers ---


def test_layers_py_is_made_from_the_references_and_complete():
    capstone = NOTEBOOKS["6-capstone"]
    assert layers.path_of(capstone).read_text(encoding="utf-8") == layers.source(capstone)
    scope: dict = {}
    exec(layers.source(capstone), scope)
    assert set(LAYERS) <= scope.keys()


def slow_relu(x):
    import time

    time.sleep(0.05)
    return np.maximum(x, 0)


def test_own_layers_are_right_slow_wrong_or_missing(capsys):
    def relu_backward(dy, x):
        return dy

    scope = {
        "conv_forward": references()["conv_forward"],
        "relu_forward": slow_relu,
        "relu_backward": relu_backward,
    }
    exec("own_layers()", scope | {"own_layers": own_layers})
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["conv_forward"] == "right"
    assert told["relu_forward"] == "right but slow: training with layers.py"
    assert told["relu_backward"] == "not right: training with layers.py"
    assert told["affine_forward"] == "not pasted: training with layers.py"


def test_a_worker_gets_no_image_that_judges_it():
    folder = support_of(NOTEBOOKS["6-capstone"]).folder
    assert support_of(NOTEBOOKS["1-affine"]) is None
    assert support_of(NOTEBOOKS["2-convolution"]).layers == ""
    for name in ("digits", "fashion"):
        with np.load(folder / f"{name}.npz") as kept:
            assert kept["test_images"].size == kept["test_labels"].size == 0
            assert len(kept["train_images"]) > 1000


def code_cell(name: str, text: str, **marks: object) -> dict:
    metadata = {"nbgrader": {"grade_id": name, **marks}} if marks else {}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def sealed(**answers: str) -> dict[str, dict]:
    """Grade a bare notebook with these answers (the references else)."""
    cells = [
        code_cell(
            "start",
            "import numpy as np\nfrom grader import load_images, initial_parameters, predict, "
            "track, figures",
        )
    ]
    for name in (exercise.name for exercise in CAPSTONE.exercises):
        cells.append(
            code_cell(
                name,
                answers.get(name) or inspect.getsource(getattr(capstone, name)),
                solution=True,
                grade=False,
            )
        )
        cells.append(code_cell(f"check_{name}", f"check({name})", solution=False, grade=True))
    content = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    ).encode()
    with Sandbox(best(), NOTEBOOKS["6-capstone"]) as sandbox:
        result = grade_submission(content, 11, sandbox)
    return {told["exercise"]: told for told in result["exercises"]}


def test_sealed_grading_trains_with_layers_py_and_a_student_with_wrong_layers_loses_nothing():
    """Of the layers one is wrong and all others are missing."""
    wrong = "def relu_forward(x):\n    return x\n\n" + inspect.getsource(
        capstone.loss_and_gradients
    )
    told = sealed(loss_and_gradients=wrong)
    assert (told["loss_and_gradients"]["earned"], told["train"]["earned"]) == (3.0, 5.0)


PEEKS = """
def train(params, images, labels, steps, rate, seed):
    data = load_images("digits")
    assert len(data.test_images) == 0
    return {name: 0 * value for name, value in params.items()}
"""


def test_the_loader_in_the_worker_holds_no_test_images():
    told = sealed(train=PEEKS)["train"]
    assert told["earned"] == 0
    assert "raised" not in told["text"]


def test_the_visible_trainings_are_three_and_judge_a_part_each_after_steps_that_judge_a_network():
    cases: tuple[Case, ...] = EXERCISES["train"].visible
    assert [case.parts for case in cases if case.goal] == [("overfit",), ("digits",), ("strided",)]
    assert [case.parts for case in cases[:4]] == [("overfit", "digits")] * 2 + [("strided",)] * 2
    assert {part.name for part in EXERCISES["train"].parts} == set(TRAININGS)


STEP_IN_PLACE = """def gradient_step(params, gradients, rate):
    stepped = dict(params)
    for name in stepped:
        stepped[name] -= rate * gradients[name]
    return stepped
"""


def test_a_step_that_writes_into_params_is_wrong_in_both_ways_of_judging():
    namespace: dict[str, Any] = {}
    exec(STEP_IN_PLACE, namespace)
    verdict = judge(EXERCISES["gradient_step"], namespace["gradient_step"], references())
    said = "has the right numbers, and changes params in place"
    assert not verdict.right
    assert verdict.parts[0].message.startswith(said)
    assert verdict.notes == ()
    told = sealed(gradient_step=STEP_IN_PLACE)["gradient_step"]
    assert said in told["text"]
    assert "not right yet" in told["text"]


@pytest.mark.parametrize(("dy", "x", "w"), WAYS_DOWN)
def test_each_way_down_has_a_closed_gate_a_first_and_a_second_winner(dy, x, w):
    before = np.array([np.pad(x, 1)[i : i + 3] @ w for i in range(6)]).reshape(3, 2)
    is_open = before.max(axis=1) > 0
    assert sorted(is_open) == [False, True, True]
    assert set(before[is_open].argmax(axis=1)) == {0, 1}
    assert 0 not in (*dy, *x, *w, *before.ravel())


def test_the_way_down_by_hand():
    """Row 0 of the pool: the numbers before the ReLU are 0 - 2 - 8 = -10 and so on."""
    dy, x, w = (np.array(row, float) for row in WAYS_DOWN[0])
    before = [-10, -4, 8, 11, 1, -7]  # x = -2 4 2 1 -3 -1 under 2, 1, -2
    assert [np.pad(x, 1)[i : i + 3] @ w for i in range(6)] == before
    # the first pair is closed; the second lets -2 through at place 3, the third 4 at place 4
    dx, dw = capstone.way_down_by_hand(dy, x, w)
    assert dx.tolist() == [0, 0, -4, 6, 8, -8]
    assert dw.tolist() == [-2 * 2 + 4 * 1, -2 * 1 + 4 * -3, -2 * -3 + 4 * -1]
