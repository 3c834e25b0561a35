"""The toy course with an exercise that is worked out by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from toy_course import TOY, run, toy_notebook

from grader.instructor.author import skeleton_texts
from grader.instructor.author.notebook import answer_cells, dumps, load, set_source

ASSIGNMENT = "1-halves"
NAME = "weighted_by_hand"
POOL = 12
DOCSTRING = "Return dx and dw of your numbers, worked out by hand."
COURSE = {
    "import Case, Generator, quarters": "import Case, Generator, odd_quarters, quarters",
    "def how_many(": f"""def by_hand(rng: Generator, fresh: bool) -> list[Case]:
    return [
        Case(tuple(odd_quarters(rng, 3) for _ in range(3)), {{"n": 3}}) for _ in range({POOL})
    ]


def how_many(""",
    '    quiz("how_many_zeros"': f"""    Exercise(
        "{NAME}",
        ("dy", "x", "w"),
        (Part("dx", 1, "n", "x"), Part("dw", 1, "n", "w")),
        build=by_hand,
        by_hand=True,
    ),
    quiz("how_many_zeros\"""",
    'Notebook("1-halves", "product", 4.0, EXERCISES)': 'Notebook("1-halves", "product", 6.0, '
    "EXERCISES)",
    "check = Checks(COURSE).check": "_checks = Checks(COURSE)\ncheck = _checks.check\n"
    "numbers_for, progress = _checks.numbers_for, _checks.progress",
}
REFERENCE = f'''

def {NAME}(dy, x, w):
    """{DOCSTRING}"""
    return dy * w / 2, dy * x / 2
'''
MISTAKES = f"""
CATALOGUE.wrong(
    Reference(product.{NAME}, "dx dw"),
    "dx dw",
    exchanged=(lambda dx, dw: (dw, dx), "belongs to the other argument"),
    doubled=(lambda dx, dw: (2 * dx, 2 * dw), "is twice as large: what of the half?"),
)
"""


def paper_notebook() -> dict:
    """Return the notebook of the toy course with the cells of the exercise by hand."""
    made = toy_notebook()
    set_source(
        made["cells"][0], "import numpy as np\n\nfrom halves import check, numbers_for, progress"
    )
    numbers = {"name": NAME, "arguments": "", "shapes": "", "result_shapes": ""}
    _, stub, test = skeleton_texts.exercise_cells(NAME, 2, numbers)
    head, _, body = "".join(stub["source"]).partition('    """TODO')
    set_source(stub, f'{head}    """{DOCSTRING}"""\n{body[body.index("    ### BEGIN") :]}')
    made["cells"][1:1] = [_code("student-id", 'student_id = ""')]
    made["cells"][-2:-2] = [_code("own-numbers", f'numbers_for("{NAME}", student_id)'), stub, test]
    made["cells"].append(_code("progress", "progress()"))
    return made


def _code(name: str, text: str) -> dict:
    cell = {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": []}
    set_source(cell, text)
    return cell


def edit(path: Path, changes: dict[str, str]) -> None:
    content = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert content.count(old) == 1, old
        content = content.replace(old, new)
    path.write_text(content, encoding="utf-8")


def paper_course(folder: Path, made: dict | None = None) -> Path:
    """Make the course with its notebook and its fingerprints."""
    shutil.copytree(TOY, folder)
    edit(folder / "halves" / "__init__.py", COURSE)
    for file, more in (("product.py", REFERENCE), ("mistakes.py", MISTAKES)):
        with (folder / "halves_answers" / file).open("a", encoding="utf-8") as module:
            module.write(more)
    path = folder / "notebooks" / ASSIGNMENT / "product.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(dumps(made or paper_notebook()), encoding="utf-8")
    status, said = run(folder, "fingerprints")
    assert status == 0, said
    return folder


def solved(folder: Path, student: str) -> dict:
    """Return the solved notebook with a student's id and numbers."""
    path = folder / f"solved-{student}.ipynb"
    if not path.is_file():
        words = "solve", ASSIGNMENT, "-o", path.name, "--student", student
        status, said = run(folder, *words)
        assert status == 0, said
    return load(path)


def set_cell(made: dict, name: str, text: str) -> dict:
    """Replace the source of a cell, by its id."""
    [cell] = [cell for cell in made["cells"] if cell["id"] == name]
    set_source(cell, text)
    return made


def answer(made: dict) -> str:
    """Return the answer cell of the exercise by hand."""
    return "".join(answer_cells(made)[NAME]["source"])


def hand_in(folder: Path, student: str, made: dict) -> None:
    path = folder / "course/submitted" / student / ASSIGNMENT / "product.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(made), encoding="utf-8")
