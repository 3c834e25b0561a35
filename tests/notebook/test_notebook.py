"""The notebooks: metadata, coverage of the text, and a run from top to bottom in a real kernel."""

from __future__ import annotations

import re
from functools import cache

import nbformat
import pytest
from our_course import NOTEBOOKS, all_right, none_right
from support import ROOT, beside, references, run_in_kernel
from text_coverage import COVERAGE, QUESTIONS, TITLE

from grader.instructor.author.notebook import (
    answer_cells,
    check_cells,
    load,
    slips,
    solve,
    source,
    with_answers,
)
from grader.instructor.courses import source_notebook
from grader.instructor.records.still_pictures import still_pictures
from grader.notebook.intake import UNWRITTEN_TEXT
from grader.notebook.student_id import NAME
from grader.widgets.grids import MIME as WIDGET

ASSIGNMENTS = pytest.mark.parametrize("assignment", NOTEBOOKS)


def texts(cell):
    """What a cell shows, as text."""
    return "\n".join(
        o.get("text", "")
        or o.get("data", {}).get("text/plain", "")
        or "\n".join(o.get("traceback", []))
        for o in cell.outputs
    )


def by_id(node):
    return {cell.id: cell for cell in node.cells}


@pytest.fixture
def solved_node(assignment, solved):
    """The solved notebook with its outputs."""
    return nbformat.read(solved(assignment), as_version=4)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """assignment -> the notebook as released, with its outputs."""

    def run(assignment):
        return run_in_kernel(
            load(source_notebook(NOTEBOOKS[assignment])),
            beside(assignment, tmp_path_factory.mktemp("released")),
        )

    return cache(run)


@ASSIGNMENTS
def test_a_notebook_is_in_step_with_table_and_solutions(assignment):
    notebook = NOTEBOOKS[assignment]
    assert list(slips(notebook)) == []
    by_hand = sum(essay.points for essay in notebook.essays)
    assert notebook.automatic_points + by_hand == notebook.points
    assert answer_cells(solve(notebook)).keys() == {*notebook.by_name, *notebook.essay_names}


@ASSIGNMENTS
def test_a_test_cell_is_one_call_and_locked(assignment):
    notebook = NOTEBOOKS[assignment]
    cells = check_cells(load(source_notebook(notebook)))
    for name in cells.keys() - set(notebook.essay_names):
        cell = cells[name]
        assert re.fullmatch(r"check\(\w+\)", source(cell)), name
        assert cell["metadata"]["nbgrader"]["locked"]
        assert not cell["metadata"]["deletable"]


@ASSIGNMENTS
def test_a_committed_notebook_holds_no_answer(assignment):
    notebook = NOTEBOOKS[assignment]
    cells = answer_cells(load(source_notebook(notebook)))
    for name in notebook.by_name:
        assert (
            "### BEGIN SOLUTION\n    # YOUR CODE HERE\n    raise NotImplementedError()\n    ### "
            "END SOLUTION" in source(cells[name])
        )
    texts_of_essays = [source(cells[name]) for name in notebook.essay_names]
    assert texts_of_essays == [UNWRITTEN_TEXT] * bool(notebook.points)


@ASSIGNMENTS
def test_the_question_of_a_text_stands_above_it_and_says_what_it_is_worth(assignment):
    cells = load(source_notebook(NOTEBOOKS[assignment]))["cells"]
    for essay in NOTEBOOKS[assignment].essays:
        [place] = [number for number, cell in enumerate(cells) if cell["id"] == essay.name]
        question = source(cells[place - 1])
        assert question.startswith("### In your own words: ")
        assert f"a person does, and it is worth {essay.points:g} point." in question


@ASSIGNMENTS
def test_no_line_of_code_is_cut_off_in_a_narrow_window(assignment):
    cells = load(source_notebook(NOTEBOOKS[assignment]))["cells"]
    code = {cell["id"]: source(cell).splitlines() for cell in cells if cell["cell_type"] == "code"}
    assert [(name, line) for name, lines in code.items() for line in lines if len(line) > 88] == []


@ASSIGNMENTS
def test_the_imports_are_folded(assignment, released):
    """JupyterLab shows its first line alone."""
    cell = by_id(released(assignment))["start"]
    assert cell.metadata.jupyter == {"source_hidden": True}
    assert cell.source.startswith("# Run this cell first")


@pytest.mark.parametrize(
    ("assignment", "item"),
    [(assignment, item) for assignment, items in COVERAGE.items() for item in items],
)
def test_every_item_of_the_text_has_its_cells(assignment, item):
    cells = {
        cell["id"]: source(cell) for cell in load(source_notebook(NOTEBOOKS[assignment]))["cells"]
    }
    assert [name for name in COVERAGE[assignment][item] if name not in cells] == []
    assert any(item in cells[name] for name in COVERAGE[assignment][item])


@ASSIGNMENTS
def test_the_opening_names_the_text(assignment):
    opening = load(source_notebook(NOTEBOOKS[assignment]))["cells"][0]
    assert opening["id"] == "title"
    assert source(opening).count(TITLE) == 1
    assert "You can read it without the text" in source(opening)


def test_each_of_the_six_questions_has_a_box_that_names_its_section():
    boxes = [
        (assignment, cell["id"], place)
        for assignment in NOTEBOOKS
        for cell in load(source_notebook(NOTEBOOKS[assignment]))["cells"]
        for place in re.findall(
            r"^> \*\*The text asks \(([^)]+)\)\.\*\* ", source(cell), re.MULTILINE
        )
    ]
    assert boxes == QUESTIONS


@ASSIGNMENTS
def test_a_notebook_tells_the_names_of_the_field_and_what_to_read(assignment):
    cells = load(source_notebook(NOTEBOOKS[assignment]))["cells"]
    (prose,) = (source(cell) for cell in cells if "| here | elsewhere |" in source(cell))
    table, reading = prose.split("\n### Further reading\n\n")
    rows = re.search(
        r"^\| here \| elsewhere \|\n\|:--\|:--\|\n((?:\|.*\|\n)+)", table, re.MULTILINE
    )
    assert rows is not None
    assert 5 <= len(rows[1].splitlines()) <= 8
    assert {row.count(" | ") for row in rows[1].splitlines()} == {1}
    entries = reading.splitlines()
    assert 2 <= len(entries) <= 4
    for entry in entries:
        assert re.match(r"- \*[^*]+\*, .+ (19|20)\d\d( \(.+\))?\. .+\.$", entry), entry


FIELD = (
    "upstream gradient",
    "vector-Jacobian product",
    "reverse mode",
    "gradient check",
    "im2col",
    "feature map",
    "receptive field",
    "transposed convolution",
)


def test_the_words_of_the_field_occur():
    prose = "\n".join(
        source(cell)
        for assignment in NOTEBOOKS
        for cell in load(source_notebook(NOTEBOOKS[assignment]))["cells"]
        if cell["cell_type"] == "markdown"
    )
    assert [word for word in FIELD if word not in prose] == []


def test_the_twelve_equations_are_all_there_beside_live_cells():
    tags = {}
    for assignment in NOTEBOOKS:
        for cell in load(source_notebook(NOTEBOOKS[assignment]))["cells"]:
            for number in re.findall(r"\\tag\{(\d+)\}", source(cell)):
                tags.setdefault(int(number), assignment)
    assert tags == dict.fromkeys(range(1, 9), "1-affine") | {
        9: "2-convolution",
        10: "2-convolution",
        11: "4-relu",
        12: "4-relu",
    }


@ASSIGNMENTS
def test_no_sentence_is_copied_from_the_text(assignment):
    path = ROOT.parent / "shared" / "000_c3eb4517b6dbae5c.txt"
    if not path.exists():
        pytest.skip("the course text lies beside the project only where it is developed")
    words = re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower())
    runs = {tuple(words[i : i + 9]) for i in range(len(words) - 8)}
    prose = "\n".join(
        source(c)
        for c in load(source_notebook(NOTEBOOKS[assignment]))["cells"]
        if c["cell_type"] == "markdown"
    ).lower()
    prose = re.sub(r"\$\$.*?\$\$", " ", prose, flags=re.DOTALL)
    ours = re.findall(r"[a-z]+", prose)
    assert [run for i in range(len(ours) - 8) if (run := tuple(ours[i : i + 9])) in runs] == []


BY_HAND = ". What you explain in sentences is worth 1 more: a person reads it"


def by_hand(assignment: str) -> str:
    """What `progress` adds where a text is asked for: everywhere but in practice."""
    return BY_HAND if NOTEBOOKS[assignment].essays else ""


@ASSIGNMENTS
def test_a_solved_notebook_earns_everything(assignment, solved_node):
    told = texts(by_id(solved_node)["progress"])
    assert told == f"{all_right(assignment)}{by_hand(assignment)}"
    for exercise in NOTEBOOKS[assignment].exercises:
        outputs = by_id(solved_node)[f"check_{exercise.name}"].outputs
        trainings = sum(case.goal is not None for case in exercise.visible)
        clocks, outputs = outputs[:trainings], outputs[trainings:]
        assert all(each.data["text/plain"].startswith("training ") for each in clocks)
        assert [o.output_type for o in outputs] == ["display_data", "execute_result"]
        assert outputs[1].data["text/plain"] == str(float(exercise.points))
        assert "text/html" in outputs[0].data


LIVE = {
    "1-affine": 11,
    "2-convolution": 15,
    "3-strided": 5,
    "4-relu": 3,
    "5-max-pool": 3,
    "6-capstone": 1,
    "7-fast": 2,
}  # cells at the least


@ASSIGNMENTS
def test_every_equation_agrees_when_solved(assignment, solved_node):
    cells = [
        cell
        for cell in solved_node.cells
        if cell.id.startswith("live-") and cell.cell_type == "code"
    ]
    assert len(cells) >= LIVE[assignment]
    for cell in cells:
        said = texts(cell)
        assert "both sides agree" in said, (cell.id, said)
        for word in ("DIFFER", "waits for", "cannot be computed", "the shapes differ"):
            assert word not in said, (cell.id, said)


@ASSIGNMENTS
def test_a_solved_notebook_raises_and_warns_nowhere(assignment, solved_node):
    for cell in solved_node.cells:
        if cell.cell_type == "code":
            assert [
                o for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"
            ] == [], cell.id


def test_an_equation_differs_when_an_answer_is_wrong(tmp_path):
    wrong = "def affine_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.mean(axis=0)"
    node = run_in_kernel(
        with_answers(solve(NOTEBOOKS["1-affine"]), {"affine_backward": wrong}), tmp_path
    )
    said = texts(by_id(node)["live-batch"])
    assert (
        "Batch, dL/db by nudging and yours: the two sides DIFFER (largest difference 1.5)" in said
    )
    assert said.count("both sides agree") == 2
    assert texts(by_id(node)["check_affine_backward"]).endswith("\n2.0")


@ASSIGNMENTS
def test_a_released_notebook_reaches_the_bottom(assignment, released):
    for cell in released(assignment).cells:
        if cell.cell_type == "code":
            assert [
                o for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"
            ] == [], cell.id
    exercises, points = NOTEBOOKS[assignment].exercises, NOTEBOOKS[assignment].automatic_points
    names = ", ".join(
        exercise.name if exercise.points or not points else f"{exercise.name} (no points)"
        for exercise in exercises
    )
    told = texts(by_id(released(assignment))["progress"])
    begin = none_right(assignment).removesuffix(exercises[0].name)
    assert told == f"{begin}{names}{by_hand(assignment)}"
    assert texts(by_id(released(assignment))["start"]).startswith("Ready: Python 3.")


def test_an_equation_waits_for_the_function_above(released):
    assert (
        texts(by_id(released("1-affine"))["live-eq-1"]).count("waits for your function above") == 1
    )


@ASSIGNMENTS
def test_every_picture_has_a_text_alternative(assignment, solved_node):
    for cell in solved_node.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            assert shown.count("<img ") == len(re.findall(r'<img [^>]*alt="[^"]{20,}"', shown)), (
                cell.id
            )
            assert "image/png" not in output.get("data", {}), cell.id


def test_the_sprays_of_dy_wait_for_the_function_and_do_not_tell_them(released):
    cell = by_id(released("2-convolution"))["figure-backward-rows"]
    assert texts(cell).startswith("the sprays of dy: waits for your function above")
    assert "w[" not in cell.source


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_a_page_without_outputs_shows_the_widgets_as_they_are_in_a_kernel(assignment, solved_node):
    run = {}
    for cell in solved_node.cells:
        for output in cell.get("outputs", []):
            if WIDGET in output.get("data", {}) and not cell.id.startswith("check_"):
                run[cell.id] = {kind: output.data[kind] for kind in ("image/svg+xml", "text/plain")}
    assert still_pictures(NOTEBOOKS[assignment]) == run
    assert run or assignment in ("6-capstone", "7-fast")


def test_figures_have_a_text_alternative(solved):
    cells = by_id(nbformat.read(solved("1-affine"), as_version=4))
    for name, words in (
        (
            "nudge",
            "Arrows from 2 pixels to 3 scores, each with its slope. y[0] per unit of x[0]: 3; y[0] "
            "per unit of x[1]: 1",
        ),
        (
            "figure-slices",
            "The 3 slices of dy/dW, each 2 by 3. Everything is zero except slice 0 column 0: 1, 2;",
        ),
        ("figure-memory", "the tensor takes 24.6 GB and the gradient 24.6 MB"),
        ("figure-steps", "the central difference is right to about 11 digits"),
    ):
        data = cells[name].outputs[-1].data
        assert words in data["text/plain"]
        assert '<img style="' in data["text/html"]
        assert 'alt="' in data["text/html"]


def test_the_figure_of_an_image_tells_windows_from_their_size(solved):
    cell = by_id(nbformat.read(solved("3-strided"), as_version=4))["figure-image"]
    words = "An image of 6 by 7 pixels under 6 windows of 3 by 2, in 2 rows of 3, which begin"
    assert words in cell.outputs[-1].data["text/plain"]


def test_what_a_student_does_in_a_kernel_never_reaches_stderr(tmp_path):
    """Half a notebook of noise: stock grading gives no points for a test cell with anything on
    stderr.
    """
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
    node = run_in_kernel(
        with_answers(solve(NOTEBOOKS["1-affine"]), {"affine_backward": noisy}), tmp_path
    )
    outputs = by_id(node)["check_affine_backward"].outputs
    assert [o.output_type for o in outputs] == ["display_data", "execute_result"]
    assert outputs[1].data["text/plain"] == "3.0"
    for words in (
        "a print",
        "an error",
        "to a kept stream",
        "to the descriptor",
        "a child",
        "to the log",
    ):
        assert words in outputs[0].data["text/plain"]


def test_a_renamed_function_is_told_without_a_traceback(tmp_path):
    renamed = "def affine_backwards(dy, x, w):\n    return dy, x, w"
    node = run_in_kernel(
        with_answers(
            solve(NOTEBOOKS["1-affine"]), {"affine_backward": renamed}, extra=("nothing_of_ours",)
        ),
        tmp_path,
    )
    (error,) = by_id(node)["check_affine_backward"].outputs
    assert error.output_type == "error"
    assert error.traceback == [
        "affine_backward: 0 of 3 points\n  is not defined: run the cell above, and keep the name "
        "affine_backward in its def "
        "line. There is affine_backwards: was it renamed?"
    ]
    (usual,) = by_id(node)["extra-0"].outputs
    assert "NameError" in "".join(usual.traceback)
    assert "Traceback" in "".join(usual.traceback)


def test_a_failing_start_is_told_in_one_line(tmp_path):
    start = source(
        next(c for c in load(source_notebook(NOTEBOOKS["1-affine"]))["cells"] if c["id"] == "start")
    )
    scope = {"__builtins__": __builtins__}
    code = start.replace("from grader import", "from grader_that_is_missing import")
    with pytest.raises(
        ModuleNotFoundError,
        match=r"This kernel has no module grader_that_is_missing\. Pick the course's kernel",
    ):
        exec(code, scope)


def test_references_are_the_names_of_the_table():
    assert references().keys() - {NAME} == {
        e.name for assignment in NOTEBOOKS for e in NOTEBOOKS[assignment].exercises
    }
