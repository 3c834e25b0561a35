"""The affine notebook answered by typing in JupyterLab: verdicts, progress, and nbgrader's
Validate.
"""

from __future__ import annotations

import shutil

import pytest
from support import run_all

RIGHT_FORWARD = "def affine_forward(x, w, b):\n    return x @ w + b"
RIGHT_SHAPE = (
    "def shape_of_jacobian(output_shape, input_shape):\n    return output_shape + input_shape"
)
WRONG_BACKWARD = (
    "def affine_backward(dy, x, w):\n    return dy @ w.T, (x.T @ dy).T, dy.mean(axis=0)"
)


@pytest.fixture
def page(browser, lab):
    """A copy of the notebook, since Validate saves it, run from top to bottom."""
    address, folder = lab
    shutil.copytree(folder / "1-affine", folder / "answered")
    page = run_all(browser, address, "answered/affine.ipynb", "0 of 19; open: affine_forward")
    yield page
    page.close()


def cell(page, words):
    return page.locator(".jp-CodeCell", has_text=words).first


def answer(page, name, text):
    """Type an answer in place of the stub, run it, and run the check below it; return what the
    check shows.
    """
    stub = cell(page, f"def {name}(")
    stub.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    box = cell(page, f"check({name})").locator("[role=group]")
    box.get_by_text("is not written yet").wait_for(state="detached", timeout=30_000)
    return box


def progress(page):
    """Run the last cell; return how many there are."""
    last = page.locator(".jp-CodeCell", has_text="progress()").last
    last.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("3 of 19; open: nonzeros_of_dy_dw").wait_for(timeout=30_000)
    return last.count()


def validated(page):
    """Press Validate, and return what the dialog says."""
    page.get_by_role("button", name="Validate", exact=True).click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("Validation Results").wait_for(timeout=120_000)
    return dialog.inner_text()


def test_typed_answers_are_told_at_once_named_counted_and_validated(page, tmp_path):
    """One test, since each step needs those before it."""
    assert "1 of 1 point" in answer(page, "affine_forward", RIGHT_FORWARD).inner_text()
    assert "outputs by inputs" in answer(page, "shape_of_jacobian", RIGHT_SHAPE).inner_text()
    box = answer(page, "affine_backward", WRONG_BACKWARD)
    text = box.inner_text()
    assert "1 of 3 points" in text
    assert "Did you transpose?" in text
    assert "is the right answer divided by N = 2" in text
    assert "yours, shape (3, 2)" in text
    box.screenshot(path=tmp_path / "verdict.png")
    assert (tmp_path / "verdict.png").stat().st_size > 5000
    assert progress(page) == 1
    told = validated(page)
    assert "check(affine_backward)\nPartial credit" in told
    assert "check(affine_forward)" not in told  # typed, saved by Validate, and right
