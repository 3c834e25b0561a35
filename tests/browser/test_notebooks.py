"""Every notebook as a student meets it: opened in JupyterLab, run from top to bottom, and one wrong answer typed."""

from __future__ import annotations

import pytest
from support import WIDTH, run_all

from grader.exercises import NOTEBOOKS, TOTALS, of_assignment

# assignment -> exercise, a wrong answer to it, what the verdict must say
WRONG = {
    "2-convolution": (
        "conv_1d_backward_spray",
        "def conv_1d_backward_spray(dy, w, pad):\n    dx = np.zeros(len(dy) + len(w) - 1)\n    for i in range(len(dy)):\n"
        "        dx[i : i + len(w)] += dy[i] * w[::-1]\n    return dx[pad : len(dx) - pad]",
        "yours",
    ),
    "3-strided": ("dilate", "def dilate(dy, stride):\n    return dy.repeat(stride, axis=2).repeat(stride, axis=3)", "has shape"),
    "4-relu": ("relu_backward", "def relu_backward(dy, x):\n    return dy * (dy > 0)", "is masked by the sign of dy"),
    "5-max-pool": (
        "max_pool_2x2_backward",
        "def max_pool_2x2_backward(dy, x):\n    return dy.repeat(2, axis=2).repeat(2, axis=3)",
        "dy was written to every entry of the window",
    ),
    "6-capstone": (
        "loss_and_gradients",
        "def loss_and_gradients(params, images, labels):\n    return 0.0, params",
        "parameters themselves",
    ),
}


@pytest.fixture(scope="module", params=[a for a in NOTEBOOKS if a != "1-affine"])
def opened(request, browser, lab):
    """(assignment, page): the released notebook, in a window tall enough to hold all of it, run from top to bottom."""
    assignment = request.param
    first = of_assignment(assignment)[0].name
    until = f"0 of {TOTALS[assignment]:g}; open: {first}"
    page = run_all(browser, lab[0], f"{assignment}/{NOTEBOOKS[assignment]}.ipynb", until, 30000)
    yield assignment, page
    page.close()


def test_a_released_notebook_runs_without_an_error(opened):
    _, page = opened
    assert page.errors == []
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.get_by_text("Ready: Python 3.").count() == 1


def test_every_equation_of_a_notebook_is_typeset(opened):
    _, page = opened
    assert page.locator("mjx-container").count() > 10
    assert page.locator("mjx-merror").count() == 0
    prose = "".join(page.locator(".jp-MarkdownCell .jp-RenderedMarkdown").all_inner_texts())
    for raw in ("\\frac", "\\mathbf", "\\partial", "\\tag", "$"):
        assert raw not in prose


def test_tables_figures_and_verdicts_of_a_notebook_stay_inside_the_page(opened):
    _, page = opened
    for box in page.locator(".jp-RenderedMarkdown table, .jp-OutputArea img, .jp-OutputArea [role=group]").all():
        edges = box.bounding_box()
        assert edges["x"] >= 0
        assert edges["x"] + edges["width"] <= WIDTH


def test_a_typed_mistake_is_told_beside_its_picture(opened):
    assignment, page = opened
    name, text, words = WRONG[assignment]
    stub = page.locator(".jp-CodeCell", has_text=f"def {name}(").first
    stub.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    box = page.locator(".jp-CodeCell", has_text=f"check({name})").first.locator("[role=group]")
    box.get_by_text("is not written yet").wait_for(state="detached", timeout=30_000)
    assert words in box.inner_text()
