"""Numbers that a notebook's prose states and the code knows: each is read from its cell and computed
again.
"""

from __future__ import annotations

import inspect
import re
import statistics
from collections.abc import Callable
from functools import cache
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from our_course import EXERCISES, NOTEBOOKS
from soak import trainings
from support import ROOT, references

from grader.exercises.cases.capstone import COPIES, OVERFITTED, SHARE, TRAININGS
from grader.exercises.material.images import load_images
from grader.exercises.material.networks import SIZES, accuracy, initial_parameters
from grader.instructor.author.notebook import load, source
from grader.instructor.courses import source_notebook
from grader.numeric.differences import numerical_jacobian
from solutions import capstone
from solutions.rubrics import RUBRICS

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
COUNTS = {word: n for n, word in enumerate(WORDS)} | {
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "twenty": 20,
    "eighty": 80,
}
NUMBER = re.compile(rf"(?<![\w.])-?(?:\d+(?:\.\d+)?|(?:{'|'.join(COUNTS)})\b)", re.IGNORECASE)

AFFINE, CONVOLUTION, STRIDED, RELU, MAX_POOL, CAPSTONE, MAKE_IT_FAST = NOTEBOOKS
ROWS: list[Any] = []


@cache
def cells(assignment: str) -> dict[str, str]:
    """Return the sources of a notebook's cells by their ids."""
    node = load(source_notebook(NOTEBOOKS[assignment]))
    return {cell["id"]: source(cell) for cell in node["cells"]}


@cache
def after(assignment: str, *names: str) -> dict[str, Any]:
    """Return what some code cells of a notebook define, one after the other; they draw nothing."""
    tools = {"load_images": load_images, "numerical_jacobian": numerical_jacobian}
    pictures = {name: MagicMock() for name in ("figures", "equation", "guess", "spray", "print")}
    values = {"np": np} | tools | pictures | references()
    for name in names:
        exec(cells(assignment)[name], values)
    return values


def numbers(text: str) -> list[float]:
    """Return the numbers in a piece of prose, the words of COUNTS among them."""
    text = text.replace(r"\,", "").replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"\\tfrac(\d)(\d)", lambda m: f"{int(m[1]) / int(m[2])}", text)
    return [float(COUNTS.get(word.lower(), word)) for word in NUMBER.findall(text)]


def states(assignment: str, cell: str, pattern: str) -> Callable[..., Any]:
    """Enter a function that computes the numbers in the groups of a pattern, which a cell holds."""

    def enter(computed: Callable[[], Any]) -> Callable[[], Any]:
        name = f"{assignment}-{cell}-{computed.__name__}"
        ROWS.append(pytest.param(assignment, cell, pattern, computed, id=name))
        return computed

    return enter


def stated(assignment: str, cell: str, pattern: str) -> list[float]:
    """Return the numbers in the groups of the one place of a cell that matches."""
    (match,) = re.finditer(pattern, cells(assignment)[cell], re.DOTALL)
    return [value for group in match.groups() for value in numbers(group)]


# --- the last cells: exercises and points ---


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_the_last_words_count_exercises_and_points(assignment):
    notebook = NOTEBOOKS[assignment]
    pattern = r"^(\w+) exercises, ([\d.]+|no) points"
    assert stated(assignment, "still-open", pattern) == [len(notebook.exercises), notebook.points]


def hours(words: str) -> float:
    """Return a number of hours in words: 'three and a half'."""
    return COUNTS[words.split()[0]] + 0.5 * ("and a half" in words)


def test_the_readmes_hours_are_the_sum_of_the_notebooks():
    least, most = 0.0, 0.0
    for assignment in (name for name, notebook in NOTEBOOKS.items() if notebook.points):
        found = re.search(r"Plan for ([\w ]+?)(?: to ([\w ]+?))? hours", cells(assignment)["title"])
        least += hours(found[1])
        most += hours(found[2] or found[1])
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"needs (\d+) to (\d+) hours", readme) == [(f"{least:g}", f"{most:g}")]


# --- 1-affine ---


def affine_example() -> dict[str, Any]:
    return after(AFFINE, "tiny-example", "live-eq-1", "live-eq-2")


@states(AFFINE, "eq-2", r"prices are \$([^$]+)\$ and the movements \$([^$]+)\$.*= (\d+)\$\.")
def prices_movements_and_their_sum():
    example = affine_example()
    prices, movements = example["dy"], example["w"][0]
    return [*prices, *movements, prices @ movements]


@states(AFFINE, "jacobian-table", r"(Two) nudges, (three) answers each")
def pixels_and_scores():
    return affine_example()["w"].shape


@states(AFFINE, "shape-three-ways", r"here (three) rows and (two) columns")
def shape_of_the_jacobian():
    return affine_example()["w"].T.shape


@states(
    AFFINE,
    "hinge",
    r"only \$([^$]+)\$ behind and costs \$([^$]+)\$.*the gradient is \$\(([^)]+)\)\$",
)
def one_class_too_close():
    (scores,) = re.findall(r"scores \$\(([^)]+)\)\$", cells(AFFINE)["hinge"])
    y = np.array([numbers(scores)])
    loss, dy = references()["hinge_loss"](y, np.array([0]))
    return [y[0, 0] - y[0, 1], loss, *dy[0]]


# --- 2-convolution ---


def row() -> dict[str, Any]:
    return after(CONVOLUTION, "tiny-example", "padded-example")


def reflected() -> np.ndarray:
    return row()["w"][::-1]


@states(CONVOLUTION, "cross-correlation", r"= (\d+)\$ and not \$(-\d+)\$")
def first_window_both_ways():
    x, w = row()["x"], row()["w"]
    return [x[:3] @ w[::-1], x[:3] @ w]


@states(CONVOLUTION, "padding", r"only (three) outputs.*fits only (three) times")
def outputs_without_padding():
    return [len(references()["correlate_1d"](row()["x"], row()["w"], 0))] * 2


@states(CONVOLUTION, "padding", r"seen by (one) window, pixel 2 by (three)")
def windows_that_see_pixels_0_and_2():
    matrix = references()["toeplitz_1d"](np.ones(3), 5, 0)
    return matrix.sum(axis=0)[[0, 2]]


@states(CONVOLUTION, "padding", r"the filter fits (five) times")
def outputs_with_a_zero_at_each_end():
    return [len(references()["correlate_1d"](row()["x"], row()["w"], 1))]


@states(CONVOLUTION, "reflected", r"(Three) outputs move, by \$([^$]+)\$:")
def outputs_that_move_with_pixel_1():
    x = row()["x"]
    moved = row()["by_hand"](x + np.eye(5)[1], row()["w"]) - row()["by_hand"](x, row()["w"])
    return [np.count_nonzero(moved), *moved[moved != 0]]


@states(CONVOLUTION, "reflected", r"has the value (2), so it adds .* = \(([^)]+)\)\$ onto")
def spray_of_pixel_1():
    return [row()["x"][1], *row()["x"][1] * reflected()]


@states(CONVOLUTION, "toeplitz-exercise", r"\(\$(5)\\times(5)\$\) and .*\(\$(3)\\times(5)\$\)")
def shapes_of_the_matrix():
    toeplitz_1d = references()["toeplitz_1d"]
    return [*toeplitz_1d(row()["w"], 5, 1).shape, *toeplitz_1d(row()["w"], 5, 0).shape]


@states(CONVOLUTION, "chain-1d", r"= \(([^)]+)\)\$\.$")
def gradient_for_two_prices():
    T = references()["toeplitz_1d"](row()["w"], 5, 1)
    return 2 * T[1] - T[4]


def image() -> dict[str, Any]:
    return after(CONVOLUTION, "tiny-example", "padded-example", "image-example", "live-eq-9")


@states(CONVOLUTION, "photograph", r"largest, (11) and (12)\.")
def largest_outputs_at_the_dark_rim():
    return sorted(np.unique(edges_of_the_cat(1)))[-2:]


@states(CONVOLUTION, "photograph", r"further from 0 than (2)\.")
def largest_output_above_and_below():
    return [np.abs(edges_of_the_cat(0)).max()]


def edges_of_the_cat(axis: int) -> np.ndarray:
    """Return the outputs of the notebook's filter, which takes differences along this axis."""
    (line,) = re.findall(r"^cat = .*$", cells(CONVOLUTION)["photograph-gather"], re.MULTILINE)
    namespace = {"np": np, "load_images": load_images}
    exec(line, namespace)
    edges = np.array([[-1.0, 0, 1]] * 3)
    w = (edges if axis else edges.T)[None, None]
    return references()["conv_forward"](namespace["cat"][None, None], w, np.zeros(1), 0)


@states(CONVOLUTION, "count-from-0", r"give `w2\[0, 2\]` = (\d)\.")
def weight_between_a_pixel_and_an_output():
    return [image()["J"][3, 0, 2, 1]]


@states(CONVOLUTION, "play-stamps", r"all (\w+) terms")
def outputs_of_the_image():
    return [image()["dY"].size]


@states(CONVOLUTION, "backward-gather", r"by \$([^$]+)\$\. Their prices .* = (\d+)\.\$\$")
def gradient_of_pixel_2():
    prices = after(CONVOLUTION, "tiny-example", "padded-example", "figure-backward-spray")["dy"]
    return [*reflected(), prices[1:4] @ reflected()]


@states(CONVOLUTION, "in-practice", r"\$([\d.]+)\$ billion entries, (\d+) GB, made of (\w+) diff")
def size_of_the_matrix_for_a_photograph():
    (side,) = set(stated(CONVOLUTION, "in-practice", r"image of \$(\d+)\\times(\d+)\$"))
    entries = side**4
    return [round(entries / 1e9, 1), round(8 * entries / 1e9), 3 * 3]


# --- 3-strided ---


def strided() -> dict[str, Any]:
    names = "tiny-example figure-rows live-rows figure-spray live-eqs-9-10 live-dw-trick"
    return after(STRIDED, *names.split())


@states(STRIDED, "two-windows", r"`y\[0\]` .* = (-\d+)\$,.*`y\[1\]` .* = (\d+)\$,")
def outputs_of_the_example():
    return strided()["slide"](strided()["x"], strided()["w"], 2)


@states(STRIDED, "every-second", r"our example: \$([^$]+)\$ and \$([^$]+)\$\.")
def outputs_of_both_strides():
    slide, x, w = (strided()[name] for name in ("slide", "x", "w"))
    return [*slide(x, w, 1), *slide(x, w, 2)]


@states(STRIDED, "gather-why-not", r"\\mathbf z = \(([^)]+)\)")
def outputs_of_stride_1():
    return strided()["slide"](strided()["x"], strided()["w"], 1)


@states(STRIDED, "spray-dw", r"`dw\[0\]` .* = (\d+)\$")
def gradient_of_tap_0():
    return strided()["dL_dw"][:1]


@states(STRIDED, "dilate-intro", r"stride (3), .* becomes \$\(([^)]+)\)\$")
def dilated_by_3():
    return [3, *references()["dilate"](strided()["dy"].reshape(1, 1, 1, -1), 3).ravel()]


@states(STRIDED, "trick", r"same (\w+) products")
def products_of_the_trick():
    return [strided()["dy"].size * strided()["w"].size]


@states(STRIDED, "dw-trick", r"longer, \$([^$]+)\$: keep")
def gradient_of_the_taps_and_one_more():
    dilated = references()["dilate"](strided()["dy"].reshape(1, 1, 1, -1), 2).ravel()
    return strided()["slide"](strided()["x"], dilated, 1)


@states(STRIDED, "spray-why", r"(No) window reaches the last row and the last column")
def windows_at_the_last_row_and_column():
    values = after(STRIDED, "tiny-example", "live-forward", "live-spray")
    dx = values["sprayed"](0)
    assert dx[:, :, :-1, :-1].all(axis=(0, 1)).any()
    return [np.abs(dx[:, :, -1]).max() + np.abs(dx[..., -1]).max()]


def test_the_small_batch_can_be_nudged_with_the_stride_and_pad_that_its_text_proposes():
    stride, pad = stated(STRIDED, "spray-why", r"stride to (\d) and the pad to (\d)")
    text = cells(STRIDED)["live-spray"].replace("= 2, 0\n", f"= {stride:.0f}, {pad:.0f}\n")
    values = dict(after(STRIDED, "tiny-example", "live-forward"))
    exec(text, values)
    for which in range(3):
        np.testing.assert_allclose(values["sprayed"](which), values["by_nudging"](which), atol=1e-9)


@states(STRIDED, "output-padding", r"rows of (5) and of (6) pixels both shrink to (2) numbers")
def rows_that_shrink_to_the_same_size():
    output_size = references()["output_size"]
    (outputs,) = {output_size(n, 3, 2, 0)[0] for n in (5, 6)}
    return [5, 6, outputs]


@states(STRIDED, "checkerboard", r"checkerboard of (1), (2) and (4)\..*hear from (four) .* (one)\.")
def hits_of_three_taps():
    taps = after(STRIDED, "figure-checkerboard")["three_taps"]
    hits = np.unique(np.outer(taps, taps))
    return [*hits, hits.max(), hits.min()]


@states(STRIDED, "in-practice", r"stride (2), (three) products out of (four) are by a zero")
def products_by_a_zero():
    dilated = references()["dilate"](np.ones((1, 1, 100, 100)), 2)
    return [2, round(4 * np.mean(dilated == 0)), 4]


@states(STRIDED, "explain-zeros-question", r"\\mathbf\{dz\} = \(([^)]+)\)")
def prices_of_all_outputs_of_stride_1():
    return strided()["all_zeros"]


def test_only_the_last_pixel_of_the_example_waits_for_the_outputs_that_the_stride_drops():
    slide, x, w, dL_dx = (strided()[name] for name in ("slide", "x", "w", "dL_dx"))
    prices = stated(STRIDED, "explain-zeros-question", r"prices (\d) and (\d) for")
    dz = np.array(prices_of_all_outputs_of_stride_1())
    dz[1::2] = prices
    dx = numerical_jacobian(lambda v: np.sum(dz * slide(v, w, 1)), x)
    assert np.flatnonzero(np.round(dL_dx, 9) == 0).tolist() == [5]
    said = RUBRICS["explain_zeros"]
    assert f"dz is ({', '.join(f'{price:g}' for price in dz)})" in said
    assert f"gets ({dx[5]:.0f})" in said


# --- 4-relu ---


@states(RELU, "eq-11", r"go in, \$([^$]+)\$ come out")
def rectified():
    return references()["relu_forward"](after(RELU, "figure-curve")["x"])


@states(RELU, "savings", r"has \$n = ([^$]+)\$ numbers.*nearly (\d+) thousand million")
def sizes_of_mask_and_jacobian():
    height, width = stated(RELU, "savings", r"image of \$(\d+)\\times(\d+)\$")
    n = 3 * height * width
    return [n, np.ceil(n**2 / 1e9)]


@states(RELU, "explain-mask-question", r"above are \$\(([^)]+)\)\$ and \$\(([^)]+)\)\$, so it")
def scores_below_the_layer():
    return after(RELU, "live-chain")["scores"]


@states(RELU, "explain-mask-question", r"makes \$\(([^)]+)\)\$ and \$\(([^)]+)\)\$ of them")
def largest_of_each_row():
    scores = scores_below_the_layer()
    return np.where(scores == scores.max(axis=1, keepdims=True), scores, 0)


@states(RELU, "in-practice", r"takes steps of about (0\.001)")
def step_of_the_nudge():
    return [round(inspect.signature(numerical_jacobian).parameters["step"].default, 3)]


# --- 5-max-pool ---


def pool() -> dict[str, Any]:
    return after(MAX_POOL, "figure-windows", "figure-overlap", "overlap-row")


@states(MAX_POOL, "question", r"prices be (\d+) and (\d+) .* windows, (\d+) and (\d+) for")
def prices_of_the_four_windows():
    (line,) = re.findall(r"^dY = .*$", cells(MAX_POOL)["live-2x2"], re.MULTILINE)
    return numbers(line)


@states(MAX_POOL, "question", r"three times: (2), (2), (2) and a (1)\.")
def window_with_a_tie():
    return sorted(pool()["X"][0:2, 2:4].ravel(), reverse=True)


@states(MAX_POOL, "conserved", r"here \$([^$=]+) = (\d+)\$")
def sum_of_the_prices():
    prices = prices_of_the_four_windows()
    dx = references()["max_pool_2x2_backward"](
        np.array(prices).reshape(1, 1, 2, 2), pool()["X"][None, None]
    )
    return [*prices, dx.sum()]


@states(MAX_POOL, "overlap", r"y = \(([^)]+)\)")
def maxima_of_the_row():
    return pool()["three_maxima"](pool()["row"])


@states(MAX_POOL, "overlap-sum", r"the loss moves by (\d+)\.")
def gradient_of_the_5():
    return pool()["row_dx"][pool()["row"] == 5]


@states(MAX_POOL, "general-why", r"collects (\w+) prices, \$([^$]+)\$; with")
def prices_of_the_6():
    prices = np.array(prices_of_the_four_windows())
    each = [
        price
        for place, price in enumerate(prices)
        if references()["max_pool_backward"](
            (np.eye(4)[place] * price).reshape(1, 1, 2, 2), pool()["V"][None, None], (2, 3), 1
        )[0, 0, 1, 1]
    ]
    return [len(each), *each]


@states(MAX_POOL, "general", r"without ties \((\d) points\), .* came from \((\d) points\)")
def points_of_the_two_parts():
    return [part.points for part in EXERCISES["max_pool_backward"].parts]


@states(
    MAX_POOL,
    "explain-winner-question",
    r"A \| \$\(([^)]+)\).* B \| \$\(([^)]+)\).* C \| \$\(([^)]+)\)",
)
def what_three_programs_send_back():
    row, prices = (
        np.array(stated(MAX_POOL, "explain-winner-question", pattern))
        for pattern in (r"the row \$\(([^)]+)\)", r"the prices are \$\(([^)]+)\)")
    )
    first, split, assigned = np.zeros((3, row.size))
    for start, price in enumerate(prices):
        window = slice(start, start + 2)
        winners = row[window] == row[window].max()
        split[window] += price * winners / winners.sum()
        first[start + winners.argmax()] += price
        assigned[start + winners.argmax()] = price
    return [*first, *split, *assigned]


# --- 6-capstone ---


def size_of(network: str) -> int:
    return sum(int(np.prod(shape)) for shape in SIZES[network].values())


def images_of(name: str) -> list[int]:
    """Return how many images a set has to train on, and how many are held out."""
    data = load_images(name)
    return [len(data.train_images), len(data.test_images)]


def of_layers(network: str) -> list[int]:
    """Return how many parameters each layer of a network has, bias included."""
    sizes = [int(np.prod(shape)) for shape in SIZES[network].values()]
    return [sum(pair) for pair in zip(sizes[::2], sizes[1::2])]


@states(CAPSTONE, "how-to", r"There are (\w+) exercises.*; (\w+) smaller ones")
@states(CAPSTONE, "still-open", r"(\w+) exercises, 10 points; (\w+) of them give none")
def exercises_with_and_without_points():
    exercises = NOTEBOOKS[CAPSTONE].exercises
    return [len(exercises), sum(not exercise.points for exercise in exercises)]


@states(CAPSTONE, "trainings", r"for (\w+) \*\*trainings")
def trainings_of_the_check():
    return [len(TRAININGS)]


@states(
    CAPSTONE, "images", r"digits, of (\d+) by (\d+) pixels.*from \$([^$]+)\$ .* \$([^$]+)\$ for"
)
def sizes_and_values_of_the_digits():
    images = load_images("digits").train_images
    return [*images.shape[2:], round(images.min(), 1), round(images.max(), 1)]


@states(CAPSTONE, "clothes", r"clothes, (\d+) by (\d+) pixels")
def sizes_of_the_clothes():
    return load_images("fashion").train_images.shape[2:]


@pytest.mark.parametrize(
    ("cell", "network"), [("networks", "small"), ("strided-network", "strided")]
)
def test_the_tables_of_layers_have_the_sizes_of_the_networks(cell, network):
    rows = [line.split("|")[3:5] for line in cells(CAPSTONE)[cell].splitlines() if "`w" in line]
    assert [int(count) for _, count in rows] == of_layers(network)
    shapes = {
        name: tuple(map(int, numbers(shape.replace(r"\times", " "))))
        for parameters, _ in rows
        for name, shape in re.findall(r"`(\w+)` (\$[^$]+\$|\d+)", parameters)
    }
    assert shapes == SIZES[network]


def tiny_chain() -> dict[str, Any]:
    return after(CAPSTONE, "guess-tiny-chain", "live-chain-rule")


@states(
    CAPSTONE,
    "tiny-chain",
    r"\\mathbf x\\mathbf W_1 = \(([^)]+)\)\$.*\\max\(\\mathbf a, 0\) = \(([^)]+)\)\$.* = (\d+)\$, "
    r"and \$L = (\d+)\$.*\\partial L/\\partial y = (\d+)\$",
)
def way_up_the_tiny_chain():
    chain = tiny_chain()
    y = chain["r"] @ chain["W2"]
    return [
        *chain["a"],
        *chain["r"],
        *y,
        chain["tiny_loss"](chain["x"], chain["W1"], chain["W2"]),
        *y,
    ]


@states(
    CAPSTONE,
    "tiny-chain-why",
    r"\(2, 5\) = \(([^)]+)\)\$ \| \$3\\cdot6 = (\d+)\$ and \$0\\cdot6 = (\d+)\$ .* "
    r"\| \$\((12, 0)\)\$, the mask",
)
def way_down_the_tiny_chain():
    chain = tiny_chain()
    dr = chain["dy"] @ chain["affine_2"]
    return [*dr, *chain["dL_dW2"].ravel(), *dr @ chain["relu"]]


@states(CAPSTONE, "order", r"matrix, of \$(512)\\times(512)\$ numbers")
def numbers_after_the_first_convolution():
    filters = SIZES["small"]["b1"][0]
    return [filters * 8 * 8] * 2


@states(CAPSTONE, "untrained-why", r"approx ([\d.]+)\$")
def loss_of_a_guess():
    return [round(np.log(10), 2)]


@states(
    CAPSTONE, "one-step", r"= (5)\$\. There the slope is \$(4)\$, .* = (4)\$, .* to \$([\d.]+)\$"
)
def steps_down_the_parabola():
    places = [7.0]
    for _ in range(3):
        places.append(places[-1] - 2 * (places[-1] - 3) / 4)
    return [places[1], 2 * (places[1] - 3), places[2], places[3]]


@states(CAPSTONE, "batches", r"all (\d+) digits")
def digits_to_train_on():
    return images_of("digits")[:1]


@states(CAPSTONE, "batches-why", r"you get (\w+) rough ones.*of (\d+) images.*\$([^$]+)\$, are")
def batches_of_an_epoch():
    images, batch = digits_to_train_on()[0], batch_of_the_reference()[0]
    steps = round(images / batch)
    return [steps, batch, images, batch, steps]


@states(CAPSTONE, "train-exercise", r"on (\w+) copies of one image")
def copies_in_a_step():
    return [COPIES]


@states(CAPSTONE, "trainings", r"with (\d+) parameters can learn (\w+) images")
def parameters_and_images_of_overfit():
    return [size_of("small"), OVERFITTED]


@states(CAPSTONE, "trainings", r"\| (\d+) digits \| (\d+) digits.*\| (\d+) pictures.* (\d+) that")
def images_of_the_trainings():
    counts = map(images_of, ("digits", "fashion"))
    return [each for train, test in counts for each in (int(SHARE * train), test)]


def table(cell: str) -> dict[str, list[str]]:
    """Return the rows of a table in the capstone by the part that they are about."""
    lines = re.findall(r"^\| `(\w+)` \|(.*)\|$", cells(CAPSTONE)[cell], re.MULTILINE)
    return {part: [entry.strip() for entry in rest.split("|")] for part, rest in lines}


def test_the_table_of_trainings_is_that_of_the_grader():
    points = {part.name: part.points for part in EXERCISES["train"].parts}
    for part, (network, _, _, _, least) in TRAININGS.items():
        cost, name, *_, goal = table("trainings")[part]
        assert (float(cost), name, numbers(goal)) == (points[part], network, [100 * least]), part


def test_the_table_of_fifty_trainings_has_the_goals_and_lies_above_them():
    for part, (*_, least) in TRAININGS.items():
        (asked,), (worst,), (median,) = map(numbers, table("worst-of-50")[part])
        assert asked == 100 * least, part
        assert asked <= worst <= median, part


@states(CAPSTONE, "filters", r"its own (\d+) images")
def digits_in_the_portions():
    return digits_to_train_on()


@states(CAPSTONE, "watch-digits", r"right, of the (\d+) trained on.*of (\d+) held out")
def digits_in_the_lines_of_the_cell():
    return images_of("digits")


@states(CAPSTONE, "watch-clothes", r"right, of the (\d+) trained on.*of (\d+) held out")
def clothes_in_the_lines_of_the_cell():
    return images_of("fashion")


@states(CAPSTONE, "clothes-why", r"(\d+) parameters and (\d+) images")
def parameters_and_images_of_the_strided_network():
    return [size_of("strided"), images_of("fashion")[0]]


@states(CAPSTONE, "watch-clothes-intro", r"(\w+) times as many pixels")
def pixels_of_clothes_and_digits():
    clothes, digits = (load_images(name).train_images[0].size for name in ("fashion", "digits"))
    return [round(clothes / digits)]


@states(CAPSTONE, "train-exercise", r"your choice; (\d+) is a good one")
def batch_of_the_reference():
    return numbers(*re.findall(r"size=(\d+)", inspect.getsource(capstone.train)))


# --- all of them ---


# --- 7-fast ---


@states(MAKE_IT_FAST, "offsets", r"about (\d+) kB")
def size_of_the_block():
    sizes = after(MAKE_IT_FAST, "batch")
    H, W, kh, kw = (sizes[name] for name in ("H", "W", "kh", "kw"))
    length = (H - kh) * W + W - kw + 1
    return [round(kh * kw * sizes["C"] * length * 4 / 1000, -2)]


@states(MAKE_IT_FAST, "phases", r"only \$C = (\d+)\$ numbers deep")
def depth_of_one_tap():
    return [after(MAKE_IT_FAST, "batch")["C"]]


@states(MAKE_IT_FAST, "in-practice", r"needs (\d+) in the place of (\d+) for (\w+) outputs")
def multiplications_of_winograd():
    """F(2 x 2, 3 x 3): a product for each number of a 4 x 4 window, of 2 x 2 times 3 x 3."""
    return [4 * 4, 2 * 2 * 3 * 3, 2 * 2]


@pytest.mark.parametrize(("assignment", "cell", "pattern", "computed"), ROWS)
def test_a_number_in_the_prose_is_what_the_code_says(assignment, cell, pattern, computed):
    np.testing.assert_allclose(stated(assignment, cell, pattern), np.ravel(computed()), atol=1e-9)


# --- what takes a training ---


def watched(part: str, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Any, Any]:
    """Return the held-out losses of a training as section 7 has it, and the shares right in the
    end: of the images trained on, and of the held-out ones.
    """
    data = load_images("digits")
    network, _, steps, rate, _ = TRAININGS[part]
    params, losses = initial_parameters(network, seed=1), []
    for portion in range(1, 21):
        params = capstone.train(params, images, labels, steps // 20, rate, portion)
        held_out = data.test_images[:200], data.test_labels[:200]
        losses.append(capstone.loss_and_gradients(params, *held_out)[0])
    held_right = accuracy(params, data.test_images, data.test_labels)
    return np.array(losses), accuracy(params, images, labels), held_right


@pytest.mark.soak
def test_twenty_digits_are_learnt_by_heart_and_the_others_get_dearer():
    digits = load_images("digits")
    (count,) = stated(CAPSTONE, "by-heart-why", r"(\w+) images already say something")
    first = slice(int(count))
    losses, right, held_right = watched(
        "overfit", digits.train_images[first], digits.train_labels[first]
    )
    assert "it stops falling early, and may rise" in cells(CAPSTONE)["by-heart-why"]
    assert right == 1
    assert losses[-1] > losses.min() + 0.2
    assert "More than half of them come out right" in cells(CAPSTONE)["by-heart-why"]
    assert held_right > 0.5


@pytest.mark.soak
def test_all_digits_are_learnt_and_the_held_out_loss_does_not_rise():
    digits = load_images("digits")
    losses, right, held_right = watched("digits", digits.train_images, digits.train_labels)
    assert "gets all of its own 1297 images right, and most" in cells(CAPSTONE)["filters"]
    assert right == 1
    assert held_right > 0.95
    assert losses[-1] < losses.min() + 0.05


@pytest.mark.soak
@pytest.mark.parametrize("part", TRAININGS)
def test_the_worst_and_the_median_of_fifty_trainings_are_those_of_the_table(part):
    _, worst, median = (numbers(entry)[0] for entry in table("worst-of-50")[part])
    shares, _ = trainings.run(part, 50, resplit=False)
    image = 0.2 + 0.05  # per cent; processors round differently, and a training ends elsewhere
    assert 100 * min(shares) == pytest.approx(worst, abs=5 * image)
    assert 100 * statistics.median(shares) == pytest.approx(median, abs=2 * image)
