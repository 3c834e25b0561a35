"""The notebooks: metadata, coverage of the text, and a run from top to bottom in a real kernel."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient
from support import ROOT, references

from grader.course.notebook import answer_cells, check_cells, dumps, load, slips, solve, source, with_answers
from grader.course.paths import source_notebook
from grader.exercises import NOTEBOOKS, TOTALS, of_assignment

ASSIGNMENTS = pytest.mark.parametrize("assignment", NOTEBOOKS)

# What section 1 of the text holds, and the cells that treat it.
SECTION_1 = {
    r"\mathbf y = \mathbf x\mathbf W + \mathbf b \tag{1}": ["eq-1", "live-eq-1"],
    r"\tag{2}": ["eq-2", "live-eq-2"],
    "The product has to fit": ["shape-three-ways"],
    "Outputs by inputs": ["shape-three-ways"],
    "Stack the gradients": ["shape-three-ways"],
    r"\tag{3}": ["eq-3", "live-eqs-3-4", "live-eqs-3-5-7"],
    r"\tag{4}": ["eq-3", "live-eqs-3-4"],
    "the text's footnote": ["tensor", "shape_of_jacobian"],
    r"\tag{5}": ["eq-5", "live-eqs-3-5-7"],
    "nobody stores the tensor": ["eq-6", "figure-memory"],
    r"\tag{6}": ["eq-6", "live-eq-6", "live-contraction", "literal_product"],
    r"\tag{7}": ["eq-7", "live-eq-7", "live-eqs-3-5-7"],
    r"\tag{8}": ["eq-8", "live-eq-8"],
    "is Eq. 6 still applicable": ["batch", "affine_backward", "batch-why", "live-batch"],
    "called the classifier of class": ["eq-1", "letters"],
    '"Apply this to Eq. 3"': ["errata"],
    "Two layouts are mixed": ["errata"],
    "Hinge": ["hinge", "hinge_loss", "live-losses"],
    "Softmax and cross-entropy": ["losses", "softmax_loss", "live-losses"],
    "Letters clash": ["errata"],
}


def run(notebook, folder):
    """Run a notebook in a kernel, going on after errors; return it with its outputs."""
    node = nbformat.reads(dumps(notebook), as_version=4)
    NotebookClient(node, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return node


def texts(cell):
    """What a cell shows, as text."""
    return "\n".join(
        o.get("text", "") or o.get("data", {}).get("text/plain", "") or "\n".join(o.get("traceback", [])) for o in cell.outputs
    )


def by_id(node):
    return {cell.id: cell for cell in node.cells}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return run(solve("1-affine"), tmp_path_factory.mktemp("solved"))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return run(load(source_notebook("1-affine")), tmp_path_factory.mktemp("released"))


@ASSIGNMENTS
def test_a_notebook_is_in_step_with_table_and_solutions(assignment):
    assert list(slips(assignment)) == []
    assert sum(exercise.points for exercise in of_assignment(assignment)) == TOTALS[assignment]
    assert answer_cells(solve(assignment)).keys() == {exercise.name for exercise in of_assignment(assignment)}


@ASSIGNMENTS
def test_a_test_cell_is_one_call_and_locked(assignment):
    for name, cell in check_cells(load(source_notebook(assignment))).items():
        assert re.fullmatch(r"check\(\w+\)", source(cell)), name
        assert cell["metadata"]["nbgrader"]["locked"]
        assert not cell["metadata"]["deletable"]


@ASSIGNMENTS
def test_a_committed_notebook_holds_no_answer(assignment):
    for cell in answer_cells(load(source_notebook(assignment))).values():
        assert "### BEGIN SOLUTION\n    # YOUR CODE HERE\n    raise NotImplementedError()\n    ### END SOLUTION" in source(cell)


@pytest.mark.parametrize("item", SECTION_1)
def test_every_item_of_section_1_has_its_cells(item):
    cells = {cell["id"]: source(cell) for cell in load(source_notebook("1-affine"))["cells"]}
    assert all(name in cells for name in SECTION_1[item])
    assert any(item in cells[name] for name in SECTION_1[item])


def test_no_sentence_is_copied_from_the_text():
    path = ROOT.parent / "shared" / "000_c3eb4517b6dbae5c.txt"
    if not path.exists():
        pytest.skip("the course text lies beside the project only where it is developed")
    words = re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower())
    runs = {tuple(words[i : i + 9]) for i in range(len(words) - 8)}
    prose = "\n".join(source(c) for c in load(source_notebook("1-affine"))["cells"] if c["cell_type"] == "markdown").lower()
    prose = re.sub(r"\$\$.*?\$\$", " ", prose, flags=re.DOTALL)
    ours = re.findall(r"[a-z]+", prose)
    assert [run for i in range(len(ours) - 8) if (run := tuple(ours[i : i + 9])) in runs] == []


def test_the_solved_notebook_earns_everything(solved):
    assert texts(by_id(solved)["progress"]) == "20 of 20: everything is right"
    for exercise in of_assignment("1-affine"):
        outputs = by_id(solved)[f"check_{exercise.name}"].outputs
        assert [o.output_type for o in outputs] == ["display_data", "execute_result"]
        assert outputs[1].data["text/plain"] == str(float(exercise.points))
        assert "text/html" in outputs[0].data


def test_every_equation_agrees_when_solved(solved):
    cells = [cell for cell in solved.cells if cell.id.startswith("live-") and cell.cell_type == "code"]
    assert len(cells) == 11
    for cell in cells:
        lines = [line for line in texts(cell).splitlines() if ": " in line and not line.startswith("by hand")]
        assert len(lines) == cell.source.count("\nequation(") + cell.source.startswith("equation(")
        assert all("both sides agree" in line for line in lines), texts(cell)


def test_an_equation_differs_when_an_answer_is_wrong(tmp_path):
    wrong = "def affine_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.mean(axis=0)"
    node = run(with_answers(solve("1-affine"), {"affine_backward": wrong}), tmp_path)
    said = texts(by_id(node)["live-batch"])
    assert "Batch, dL/db by nudging and yours: the two sides DIFFER (largest difference 1.5)" in said
    assert said.count("both sides agree") == 2
    assert texts(by_id(node)["check_affine_backward"]).endswith("\n3.0")


def test_the_released_notebook_reaches_the_bottom(released):
    for cell in released.cells:
        if cell.cell_type == "code":
            assert [o for o in cell.outputs if o.output_type == "error"] == [], cell.id
            assert [o for o in cell.outputs if o.get("name") == "stderr"] == [], cell.id
    assert texts(by_id(released)["progress"]).startswith("0 of 20; open: affine_forward, shape_of_jacobian, affine_jacobians")
    assert texts(by_id(released)["live-eq-1"]).count("waits for your function above") == 1
    assert texts(by_id(released)["start"]).startswith("Ready: Python 3.")


def test_figures_have_a_text_alternative(solved):
    for name, words in (
        ("nudge", "Arrows from 2 pixels to 3 scores, each with its slope. y1 per unit of x1: 3; y1 per unit of x2: 1"),
        ("figure-slices", "The 3 slices of dy/dW, each 2 by 3. Everything is zero except slice 1 column 1: 1, 2;"),
        ("figure-memory", "the tensor takes 24.6 GB and the gradient 24.6 MB"),
        ("figure-steps", "the central difference is right to about 11 digits"),
    ):
        data = by_id(solved)[name].outputs[-1].data
        assert words in data["text/plain"]
        assert '<img style="' in data["text/html"]
        assert 'alt="' in data["text/html"]


def test_what_a_student_does_in_a_kernel_never_reaches_stderr(tmp_path):
    """Half a notebook of noise: stock grading gives no points for a test cell with anything on stderr."""
    noisy = """import logging, os, sys, warnings
logging.basicConfig()
kept = sys.stderr

def affine_backward(dy, x, w):
    print("a print")
    print("an error", file=sys.stderr)
    kept.write("to a kept stream")
    sys.__stderr__.write("to the first stderr")
    os.write(2, b"to the descriptor")
    os.system("echo a child >&2")
    logging.warning("to the log")
    warnings.warn("mind")
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)"""
    node = run(with_answers(solve("1-affine"), {"affine_backward": noisy}), tmp_path)
    outputs = by_id(node)["check_affine_backward"].outputs
    assert [o.output_type for o in outputs] == ["display_data", "execute_result"]
    assert outputs[1].data["text/plain"] == "4.0"
    for words in ("a print", "an error", "to a kept stream", "to the descriptor", "a child", "to the log"):
        assert words in outputs[0].data["text/plain"]


def test_a_renamed_function_is_told_without_a_traceback(tmp_path):
    renamed = "def affine_backwards(dy, x, w):\n    return dy, x, w"
    node = run(with_answers(solve("1-affine"), {"affine_backward": renamed}, extra=("nothing_of_ours",)), tmp_path)
    (error,) = by_id(node)["check_affine_backward"].outputs
    assert error.output_type == "error"
    assert error.traceback == [
        "affine_backward: 0 of 4 points\n  is not defined: run the cell above, and keep the name affine_backward in its def "
        "line. There is affine_backwards: was it renamed?"
    ]
    (usual,) = by_id(node)["extra-0"].outputs
    assert "NameError" in "".join(usual.traceback)
    assert "Traceback" in "".join(usual.traceback)


def test_a_failing_start_is_told_in_one_line(tmp_path):
    start = source(next(c for c in load(source_notebook("1-affine"))["cells"] if c["id"] == "start"))
    scope = {"__builtins__": __builtins__}
    code = start.replace("from grader import", "from grader_that_is_missing import")
    with pytest.raises(ModuleNotFoundError, match=r"This kernel has no module grader_that_is_missing\. Pick the course's kernel"):
        exec(code, scope)


def test_references_are_the_names_of_the_table():
    assert references().keys() == {e.name for assignment in NOTEBOOKS for e in of_assignment(assignment)}
