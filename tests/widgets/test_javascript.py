"""The widgets' arithmetic in JavaScript: its own tests, and the references' numbers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import ROOT, quarters, references
from tiers import lacking

from grader.widgets import KINDS
from grader.widgets.grids import COUNTED
from grader.widgets.still_picture import short

FOLDER = Path(__file__).parent / "javascript"
CONVOLUTION = "arithmetic/convolution.js"
DILATION = "arithmetic/dilation.js"
MAX_POOL = "arithmetic/max_pool.js"
VIEWS = ["forward gather", "forward spray", "backward spray", "backward gather"]
EVERYTHING = 10**9  # items, windows
# shape of x, shape of w, stride, padding: square or not, remainders, holes, padding alone
CASES = [
    ((5, 6), (3, 2), 1, 0), ((5, 6), (2, 3), 2, 1), ((4, 7), (3, 3), 3, 0), ((6, 4), (1, 2), 3, 2),
    ((3, 3), (3, 3), 1, 2), ((7, 5), (2, 2), 4, 1), ((1, 1), (1, 1), 1, 0), ((2, 5), (4, 3), 2, 1),
]  # fmt: skip


@cache
def node() -> str:
    found = shutil.which("node")
    return found or lacking("node is not installed, so the JavaScript is not tested")


def run(*arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
    # without the variable that tells node's test runner that it runs inside another one
    env = {name: value for name, value in os.environ.items() if name != "NODE_TEST_CONTEXT"}
    return subprocess.run(
        [node(), *map(str, arguments)],
        cwd=ROOT, env=env, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def answers(questions: list[list[Any]]) -> list[Any]:
    """Return what functions of the modules return: module, function, arguments each.

    ["=", module, function, arguments] among the arguments stands for what that call returns.
    """
    done = run(FOLDER / "answers.js", given=json.dumps(questions))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def geometry(x: np.ndarray, w: np.ndarray, stride: int, pad: int) -> list[Any]:
    data = {"x": x.tolist(), "w": w.tolist(), "row": False}
    return ["=", CONVOLUTION, "geometry", [data, stride, pad]]


def test_nodes_own_tests_pass():
    done = run("--test", "--test-reporter=tap", *sorted(FOLDER.glob("*.test.js")))
    assert done.returncode == 0, done.stdout
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), "no test was found"


def test_a_convolution_is_the_references():
    answer = references("3-strided")
    [views] = answers([[CONVOLUTION, "VIEWS", []]])
    assert list(views) == VIEWS
    questions, right = [], []
    for seed, (shape, size, stride, pad) in enumerate(CASES):
        x, w = quarters(seed, shape, size)
        images, filters = x[None, None], w[None, None]
        y = answer["strided_forward"](images, filters, np.zeros(1), stride, pad)
        [dy] = quarters(seed + 100, y.shape)
        dx, _, _ = answer["strided_backward_spray"](dy, images, filters, stride, pad)
        g = geometry(x, w, stride, pad)
        for name in VIEWS:
            source, target = (x, y) if name.startswith("forward") else (dy[0, 0], dx)
            arguments = [g, views[name], source.tolist(), w.tolist()]
            questions.append([CONVOLUTION, "wholeResult", arguments])
            right.append(target[0, 0].tolist())
        trick = ["=", DILATION, "trickOf", [g, []]]
        questions.append(
            [DILATION, "correlated", [trick, dy[0, 0].tolist(), w.tolist(), EVERYTHING]]
        )
        right.append(dx[0, 0].tolist())
    assert answers(questions) == right


def test_a_toeplitz_matrix_is_the_references():
    [w] = quarters(1, (3,))
    cases = [(n, pad) for n in (3, 4, 7) for pad in (0, 1, 2)]
    questions = []
    for n, pad in cases:
        data = {"x": [[0] * n], "w": [w.tolist()], "row": True}
        g = ["=", CONVOLUTION, "geometry", [data, 1, pad]]
        questions.append(["arithmetic/toeplitz.js", "toeplitz", [g, [w.tolist()]]])
    toeplitz = references("2-convolution")["toeplitz_1d"]
    assert answers(questions) == [toeplitz(w, n, pad).tolist() for n, pad in cases]


def test_max_pooling_is_the_references():
    answer = references("5-max-pool")
    questions, right = [], []
    for seed, (size, stride) in enumerate([((2, 2), 2), ((3, 2), 1), ((2, 3), 2), ((1, 2), 3)]):
        x = np.random.default_rng(seed).integers(0, 5, (5, 6)) / 4  # with ties
        y = answer["max_pool_forward"](x[None, None], size, stride)
        [dy] = quarters(seed, y.shape)
        dx = answer["max_pool_backward"](dy, x[None, None], size, stride)
        g = ["=", MAX_POOL, "pool", [x.tolist(), *size, stride]]
        contests = ["=", MAX_POOL, "contests", [g, x.tolist()]]
        questions.append([MAX_POOL, "pooled", [g, contests, EVERYTHING]])
        questions.append([MAX_POOL, "routed", [g, contests, dy[0, 0].tolist(), EVERYTHING]])
        right += [y[0, 0].tolist(), dx[0, 0].tolist()]
    assert answers(questions) == right


def test_a_relu_is_the_references():
    answer = references("4-relu")
    x = np.arange(20).reshape(4, 5) % 7 - 3.0
    [dy] = quarters(3, (4, 5))
    [passes] = answers([["arithmetic/relu.js", "reluPasses", [x.tolist(), dy.tolist()]]])
    assert passes["y"] == answer["relu_forward"](x).tolist()
    assert passes["dx"] == answer["relu_backward"](dy, x).tolist()


def test_an_affine_layer_is_the_references():
    answer = references("1-affine")
    x, w, b, dy = quarters(4, (3,), (3, 4), (4,), (4,))
    layer = {"D": 3, "C": 4} | {
        "x": x.tolist(),
        "w": w.tolist(),
        "b": b.tolist(),
        "dy": dy.tolist(),
    }
    module = "arithmetic/affine.js"
    names = ["dy/dx", "dy/dW", "dy/db", "dL/dW"]
    y, *slices = answers(
        [[module, "scores", [layer]], *([module, "slicesOf", [name, layer]] for name in names)]
    )
    assert y == answer["affine_forward"](x[None], w, b)[0].tolist()
    dy_dx, dy_dw, dy_db = answer["affine_jacobians"](x, w)
    _, dw, _ = answer["affine_backward"](dy[None], x[None], w)
    right = [dy_dx[None], dy_dw, dy_db[None], dw[None]]
    assert slices == [values.tolist() for values in right]


def test_what_python_and_javascript_both_have_is_the_same():
    rng = np.random.default_rng(5)
    values = [*rng.normal(size=200) * 10.0 ** rng.integers(-9, 9, 200), 0, 2.5, -6.125, 99999.6]
    phrases = "sentences/phrases.js"
    [counted, *texts] = answers(
        [["arithmetic/numbers.js", "COUNTED", []], *([phrases, "short", [v]] for v in values)]
    )
    assert tuple(counted) == COUNTED
    assert texts == [short(float(value)) for value in values]


# --- the one text that a browser gets ---


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_of_a_widget_is_one_module(kind, tmp_path):
    text = KINDS[kind]._esm
    assert text.count("export default ") == 1
    assert "import" not in text.replace("important", "")
    assert text.count("export") == 1
    path = tmp_path / f"{kind}.mjs"
    path.write_text(text, encoding="utf-8")
    done = run("--check", path)
    assert done.returncode == 0, done.stderr


def test_the_lock_file_names_no_host():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "integrity" in lock
    assert "://" not in lock
    assert '"resolved"' not in lock
