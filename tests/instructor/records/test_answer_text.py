"""Whatever way an answer is defined, people are shown what was graded: never the stub alone."""

from __future__ import annotations

import pytest
from our_course import NOTEBOOKS

from grader.instructor.author import notebook
from grader.instructor.author.notebook import answer_cells, dumps, set_source
from grader.instructor.sealed.answer_text import answer_texts
from grader.notebook.intake import parse

AFFINE = NOTEBOOKS["1-affine"]
F = "f = lambda x, w, b: x @ w + b"
WAYS = [
    "from mine import *",
    f"{F}\nglobals()['affine_forward'] = f",
    f"{F}\nglobals().update(affine_forward=f)",
    "exec('def affine_forward(x, w, b): return x @ w + b')",
    f"{F}\nfor k, v in {{'affine_forward': f}}.items():\n    globals()[k] = v",
    "match 1:\n    case 1:\n        def affine_forward(x, w, b):\n            return x @ w + b",
    "try:\n    def affine_forward(x, w, b):\n        return x @ w + b\nexcept* ValueError:\n    pass",
    "def g():\n    global affine_forward\n    affine_forward = lambda x, w, b: x @ w + b\ng()",
    f"import __main__\n{F}\n__main__.affine_forward = f",
    "n = ['affine', 'forward']\nvars()['_'.join(n)] = lambda x, w, b: x @ w + b",
]
HELPERS = [
    ("np.mine = lambda x, w: x @ w", "np.mine(x, w)"),
    ("class Net:\n    pass", "Net.forward(x, w)"),
    ("T = {}", "T['f'](x, w)"),
    ("L = []", "L[0](x, w)"),
]
LATER = {
    1: "Net.forward = staticmethod(lambda x, w: x @ w)",
    2: "T['f'] = lambda x, w: x @ w",
    3: "L.append(lambda x, w: x @ w)",
}


def texts(added: list[str], answer: str = "", earned=("affine_forward",), beside=None) -> str:
    made = notebook.solve(AFFINE)
    stub = notebook.load(notebook.source_notebook(AFFINE))
    cells = answer_cells(made)
    set_source(
        cells["affine_forward"],
        answer
        or "".join(answer_cells(stub)["affine_forward"]["source"]).split("    ### BEGIN")[0]
        + "    # YOUR CODE HERE\n    raise NotImplementedError()\n",
    )
    place = made["cells"].index(cells["affine_forward"])
    for number, source in enumerate(added):
        cell = {
            "cell_type": "code",
            "id": f"added{number}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        made["cells"].insert(place + number, cell) if answer else made["cells"].insert(
            place + 1 + number, cell
        )
    parsed = parse(dumps(made).encode(), list(AFFINE.by_name))
    return answer_texts(parsed, AFFINE, earned, beside)["affine_forward"]


@pytest.mark.parametrize("way", WAYS)
def test_a_stub_beside_points_is_shown_with_the_cell_that_defines_it(way):
    assert way in texts([way])


def test_a_stub_without_points_is_shown_alone():
    assert "affine_forward(1)" not in texts(["print(affine_forward(1))"], earned=())


@pytest.mark.parametrize("number", range(4))
def test_a_helper_is_shown_with_what_changes_it(number):
    first, call = HELPERS[number]
    later = LATER.get(number)
    answer = f"def affine_forward(x, w, b):\n    return {call} + b"
    shown = texts([first, *([later] if later else [])], answer)
    assert first in shown
    assert not later or later in shown
    assert answer in shown


@pytest.mark.parametrize(
    "way",
    [
        "from mine import *",
        "from mine import affine_forward",
        "import mine\naffine_forward = mine.f",
    ],
)
def test_a_module_of_the_students_is_shown(way):
    beside = {"mine.py": b"def affine_forward(x, w, b): return x @ w + b", "other.py": b"OTHER"}
    shown = texts([way], beside=beside)
    assert "# mine.py:\ndef affine_forward" in shown
    assert "OTHER" not in shown
