"""Feedback pages: what stands in them, what does not, and equations that need neither script nor
network.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import MathInlineParser
from nbconvert.writers import FilesWriter
from our_course import NOTEBOOKS
from support import ROOT
from tiers import unsafe

from grader.export.mathml import Unconverted, converted, mathml
from grader.export.safe import clean, markdown
from grader.instructor.author import notebook
from grader.instructor.author.references import answers_of, reference
from grader.instructor.classroom import Classroom
from grader.instructor.commands import feedback
from grader.instructor.commands.cli import main
from grader.instructor.courses import CourseError
from grader.instructor.records.pages import POLICY, RENDERED_LIMIT, _coloured, _Rendered
from grader.instructor.records.still_pictures import still_pictures
from grader.instructor.sealed.hidden_cases import cases_of, explaining_cases
from grader.show.numbers import number
from grader.show.verdict import Example, PartVerdict, Verdict

ASSIGNMENT = "1-affine"
WRONG = {
    "affine_forward": "def affine_forward(x, w, b):\n    return x @ w - b",
    "affine_jacobians": "def affine_jacobians(x, w):\n    return w, np.zeros((w.shape[1], "
    "*w.shape)), np.ones((w.shape[1],) * 2)",
    "affine_backward_row": "def affine_backward_row(dy, x, w):\n    return dy @ w.T + 1, "
    "np.outer(x, dy) - 1, 2 * dy",
    "affine_backward": "def affine_backward(dy, x, w):\n    return dy @ w.T + 1, x.T @ dy - 1, 3 * "
    "dy.sum(axis=0) + 1",
    "hinge_loss": "def hinge_loss(scores, labels):\n    return 1.0, scores",
}


def grader(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def course(tmp_path_factory, released_course) -> Classroom:
    """A course with one right and one wrong submission, graded, and their feedback pages."""
    course = released_course(ASSIGNMENT, tmp_path_factory.mktemp("course"))
    for student, answers in (("ada", {}), ("wanda", WRONG)):
        path = course.submitted / student / ASSIGNMENT / "affine.ipynb"
        path.parent.mkdir(parents=True)
        solved = notebook.solve(NOTEBOOKS[ASSIGNMENT], student=student)
        path.write_text(notebook.dumps(notebook.with_answers(solved, answers)))
    status, said = grader("grade", ASSIGNMENT, "--course", course.folder, *unsafe())
    assert status == 0, said
    status, said = grader("feedback", ASSIGNMENT, "--course", course.folder)
    assert (status, said) == (
        0,
        "[1/2] ada: feedback written\n[2/2] wanda: feedback written\nall written\n",
    )
    return course


def test_processes_write_the_pages_that_one_writes(course, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    shutil.rmtree(folder / "feedback")
    monkeypatch.setattr(feedback.system, "is_linux", lambda: False)
    assert feedback.feedback(Classroom.at(folder), ASSIGNMENT, lambda line: None) == 0
    for student in ("ada", "wanda"):
        alone = page_of(Classroom.at(folder), student)
        assert alone.read_bytes() == page_of(course, student).read_bytes()


def test_a_lost_process_is_one_sentence(course, monkeypatch):
    monkeypatch.setattr(feedback.Pages, "write", lambda pages, students: os._exit(9))
    with pytest.raises(CourseError, match="A process that writes pages was lost"):
        feedback.feedback(course, ASSIGNMENT, lambda line: None)


def test_a_process_that_is_lost_while_it_writes_leaves_no_half_page(course, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns("feedback"))
    copy = Classroom.at(folder)
    write = FilesWriter.write

    def half(writer: FilesWriter, output: str, *args: object, **kwargs: object) -> None:
        write(writer, output[: len(output) // 2], *args, **kwargs)
        os._exit(9)

    with monkeypatch.context() as patched:
        patched.setattr(FilesWriter, "write", half)
        with pytest.raises(CourseError, match="A process that writes pages was lost"):
            feedback.feedback(copy, ASSIGNMENT, lambda line: None)
    assert list(folder.glob("feedback/*/*/.affine.new.html"))  # it had begun
    assert not page_of(copy, "ada").exists()
    assert not page_of(copy, "wanda").exists()
    assert feedback.feedback(copy, ASSIGNMENT, lambda line: None) == 0
    assert tree(copy) == tree(course)


def tree(course: Classroom) -> dict[str, tuple[int, bytes]]:
    """Return the modes and contents of the files of feedback pages."""
    return {
        path.relative_to(course.feedback).as_posix(): (path.stat().st_mode, path.read_bytes())
        for path in course.feedback.glob("*/**/*")
        if path.is_file()
    }


def page_of(course: Classroom, student: str) -> Path:
    return course.feedback / student / ASSIGNMENT / "affine.html"


# --- the page ---


def test_the_policy_stands_first_and_allows_no_script(course):
    page = page_of(course, "wanda").read_text()
    head = page[page.index("<head>") :]
    assert head.index("Content-Security-Policy") < min(head.index("<style"), head.index("<title"))
    assert f'content="{POLICY}"' in head
    assert POLICY.startswith("default-src 'none';")
    assert "script" not in POLICY
    assert (
        re.findall(r"<script|<link|<iframe|<form|<base|\son\w+=|src=\"?http|@import|url\(", page)
        == []
    )


GRADES = {
    "as graded": "",
    "by hand": """
        UPDATE grade SET manual_score = 0.123456, extra_credit = 1.5
        WHERE auto_score = (SELECT max(auto_score) FROM grade);
        UPDATE grade SET extra_credit = 0.25 WHERE manual_score IS NULL;
        UPDATE comment SET manual_comment = 'See **Eq. 6**: $x^2$ <script>x()</script>'
        WHERE auto_comment IS NULL;
        UPDATE comment SET auto_comment = 'No response.' WHERE rowid % 2 = 0;
        UPDATE submitted_notebook SET late_submission_penalty = 1.75;
    """,
}


@pytest.mark.parametrize("grades", GRADES)
def test_stock_generate_feedback_writes_the_same_files(grades, course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    with sqlite3.connect(folder / "gradebook.db") as db:
        db.executescript(GRADES[grades])
    beside = folder / "autograded" / "ada" / ASSIGNMENT
    (beside / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    (beside / "plots").mkdir()
    (beside / "plots" / "plot.txt").write_text("a plot")
    (folder / "feedback" / "ada" / ASSIGNMENT / "old.txt").touch()
    ours = Classroom.at(folder)
    assert feedback.feedback(ours, ASSIGNMENT, lambda line: None) == 0
    pages = tree(ours)
    assert len(pages) == 4
    assert (page_of(ours, "ada").read_bytes() != page_of(course, "ada").read_bytes()) == (
        grades == "by hand"
    )
    shutil.rmtree(folder / "feedback")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {
        "PATH": path,
        "COURSE_DIR": str(folder),
        "COURSE_DB": f"sqlite:///{folder}/gradebook.db",
    }
    done = subprocess.run(
        ["nbgrader", "generate_feedback", ASSIGNMENT],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert tree(ours) == pages


def code_of_all_notebooks() -> set[str]:
    cells = [
        cell
        for each in NOTEBOOKS.values()
        for cell in notebook.load(notebook.source_notebook(each))["cells"]
    ]
    return {notebook.source(cell) for cell in cells if cell["cell_type"] == "code"}


ODD = {
    "",
    "\n\n",
    "\tx = 1\r\n",
    "%matplotlib inline\nx = 1",
    "%%bash\nls",
    "!ls",
    "np.dot?",
    "x = f'{a!r:>{w}}' % b",
    "def f(:",
    '"""never closed',
    "\x00\ud800 ünï 🎉",
    "a" * 2000,
}


def test_python_is_coloured_as_nbconvert_colours_it():
    for source in code_of_all_notebooks() | ODD:
        assert _coloured(source) == Highlight2HTML(pygments_lexer="ipython3")(source)


def test_the_html_of_cells_is_kept_up_to_a_limit():
    rendered = _Rendered()
    cells = [{"source": str(number)} for number in range(RENDERED_LIMIT + 10)]
    for cell in cells:
        assert rendered(cells[0], lambda: "the first") == "the first"
        assert rendered(cell, lambda cell=cell: cell["source"]) in ("the first", cell["source"])
    calls = []
    rendered(cells[0], lambda: calls.append("the first, which is used all the time"))
    rendered(cells[-1], lambda: calls.append("the last"))
    assert calls == []
    rendered(cells[1], lambda: calls.append("the oldest"))
    assert calls == ["the oldest"]


def test_the_notebooks_own_widgets_are_still_pictures(course):
    page = page_of(course, "ada").read_text()
    pictures = [
        base64.b64decode(data).decode()
        for data in re.findall(r" src=\"data:image/svg\+xml;base64,([^\"]*)", page)
    ]
    assert pictures == [
        picture["image/svg+xml"] for picture in still_pictures(NOTEBOOKS[ASSIGNMENT]).values()
    ]
    assert len(pictures) == 2


def test_a_page_that_cannot_be_written_is_told_and_the_others_are_written(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder, ignore=shutil.ignore_patterns("feedback"))
    (folder / "autograded" / "ada" / ASSIGNMENT / "affine.ipynb").write_text("{")
    status, said = grader(
        "feedback", ASSIGNMENT, "--course", folder, "--db", f"sqlite:///{folder}/gradebook.db"
    )
    assert status == 1
    lines = said.splitlines()
    assert lines[0].startswith(
        "[1/2] ada: nbgrader generate_feedback 1-affine ada failed: nbformat.reader.NotJSONError: "
    )
    assert lines[1] == "[2/2] wanda: feedback written"


# --- hidden cases ---


def numbers(text: str) -> str:
    """Return the numbers of a page or a notebook's output in their order, one space round each.

    The indices at the edges of an array, its headers, are none of them.
    """
    text = re.sub(
        r"<style.*?</style>|<th .*?</th>|<[^>]*>|[\[\]|]", " ", unescape(text), flags=re.DOTALL
    )
    return f" {' '.join(token for token in text.split() if re.fullmatch(r'-?[0-9.]+(e-?[0-9]+)?', token))} "


def spelled(array: np.ndarray) -> str:
    return f" {' '.join(map(number, np.ravel(array)))} "


def arrays_of(exercise, cases) -> list[np.ndarray]:
    """Return what cases ask and what they expect, where it is long enough not to occur by chance."""
    given = [value for case in cases for value in case.args]
    right = [
        answer.array
        for answers in answers_of(exercise, reference(exercise), cases)
        for answer in answers.values()
    ]
    return [
        value
        for value in (*given, *right)
        if isinstance(value, np.ndarray) and value.size >= 6 and np.ptp(value) > 0
    ]


def test_hidden_cases_are_neither_in_the_page_nor_in_the_autograded_notebook(course):
    stored = json.loads((course.folder / "verdicts" / "wanda" / f"{ASSIGNMENT}.json").read_text())
    graded = notebook.load(course.autograded / "wanda" / ASSIGNMENT / "affine.ipynb")
    outputs = [
        output["data"]
        for cell in notebook.check_cells(graded).values()
        for output in cell.get("outputs", ())  # a text has none
    ]
    page = page_of(course, "wanda").read_text()
    texts = [
        numbers(page),
        *(numbers(json.dumps(value)) for data in outputs for value in data.values()),
    ]
    texts += [
        numbers(value) for data in outputs for value in data.values() if isinstance(value, str)
    ]
    found = []
    for exercise in NOTEBOOKS[ASSIGNMENT].exercises:
        if exercise.by_hand:  # it has no hidden cases
            continue
        cases = cases_of(exercise, stored["seed"])
        hidden_cases = cases.deciding[cases.hidden_from :]
        may = {
            spelled(array)
            for array in arrays_of(exercise, explaining_cases(exercise, stored["seed"]))
        }
        hidden = {spelled(array) for array in arrays_of(exercise, hidden_cases)} - may
        assert hidden_cases
        found += [array for array in may if any(array in text for text in texts)]
        assert not [array for array in hidden if any(array in text for text in texts)]
    assert len(found) >= 6  # of those that may be shown: the others would be found as well
    for text in (page, notebook.dumps(graded)):
        assert str(stored["seed"]) not in text


# --- equations ---


def equations() -> list[tuple[str, bool]]:
    """Return every equation of the notebooks, and whether it stands on a line of its own."""
    kinds = {
        "block_math_tex": True,
        "block_math_latex": True,
        "inline_math_tex": False,
        "inline_math_latex": False,
    }
    pattern = re.compile(
        "|".join(f"(?P<{kind}>{MathInlineParser.SPECIFICATION[kind]})" for kind in kinds)
    )
    found = {}
    for assignment in NOTEBOOKS:
        for cell in notebook.load(notebook.source_notebook(NOTEBOOKS[assignment]))["cells"]:
            if cell["cell_type"] == "markdown":
                for match in pattern.finditer(notebook.source(cell)):
                    body = next(
                        value
                        for name, value in match.groupdict().items()
                        if name.startswith("math_") and value
                    )
                    found[body, kinds[match.lastgroup or ""]] = None
    return list(found)


def test_every_equation_of_the_notebooks_becomes_mathml():
    found = equations()
    assert len(found) > 350
    for latex, block in found:
        made = converted(latex, block)  # raises what it cannot
        assert made.count("<math") == 1
        assert "\\" not in made


def test_an_equations_number_stands_beside_it_and_is_no_part_of_it():
    made = mathml(r"\mathbf y = \mathbf x\mathbf W + \mathbf b \tag{1}", block=True)
    assert made.endswith("</math><span>(1)</span></span>")
    assert "<mi>𝐖</mi>" in made


def test_minus_signs_and_functions_are_spaced_as_tex_does():
    assert '<mo>(</mo><mo form="prefix">−</mo>' in mathml("2(-1)").replace(' stretchy="false"', "")
    assert '<mi>log</mi><mspace width="0.167em" />' in mathml(r"\log 10")
    assert "<mi>𝐝𝐱</mi>" in mathml(r"\mathbf{dx}")


@pytest.mark.parametrize(
    "latex",
    [r"\text{<img/src=x/onerror=a()>}", r"\text{</math><script>}", r"\nope x", r"\frac{", "a & b"],
)
def test_what_is_no_equation_is_shown_as_code(latex):
    made = mathml(latex)
    assert made.startswith("<code>")
    assert "<img" not in made
    assert "<script" not in made
    with pytest.raises(Unconverted):
        converted(latex)


@pytest.mark.parametrize(
    "latex",
    [r"\href{javascript:alert(1)}{x}", r"\style{background:url(//a)}{x}", r"\class{navbar}{x}"],
)
def test_an_equation_keeps_no_link_style_or_class(latex):
    assert not re.search(r"href|url|class", mathml(latex))


# --- Markdown and HTML ---


@pytest.mark.parametrize(
    "text",
    [
        "<script>x()</script>",
        "a <img src=x onerror=x()> b",
        "[link](javascript:x())",
        "[link](  JaVaScRiPt:x())",
        "![picture](https://example.org/a.png)",
        "![picture](data:image/svg+xml;base64,AAAA)",
        "```mermaid\n<img src=x onerror=x()>\n```",
        "<javascript:x()>",
    ],
)
def test_markdown_brings_no_html_of_its_own(text):
    made = markdown(text)
    assert not re.search(
        r"<(script|img src=[^\"]|img src=\"(?!data:image/))|href=\"\s*javascript|<[^<>]* on\w+=",
        made,
        re.IGNORECASE,
    )


def test_no_place_in_markdown_has_the_name_of_one_of_formgraders():
    made = markdown('# score\n\n[up](#score) <a id="check_f" name="check_f">f</a> <img src="#">')
    assert re.findall(r'(?:id|name)="([^"]*)"', made) == [
        "text-score",
        "text-check_f",
        "text-check_f",
    ]
    assert 'href="#text-score"' in made


def test_markdown_cannot_be_drawn_over_the_points_that_follow_it():
    made = markdown('<div style="opacity:0.99;height:0"><p style="opacity:0.9">20 of 20</p></div>')
    assert made.strip() == '<div style="height:0"><p style="">20 of 20</p></div>'


def test_a_verdict_passes_unchanged():
    example = Example(
        "dw", {"x": np.arange(6.0).reshape(2, 3)}, np.eye(2), np.ones((2, 2)), "numerically"
    )
    verdict = Verdict(
        "f", (PartVerdict("dw", 2, 0, "is <wrong>"),), "", ("a note",), example, "printed"
    )
    html = verdict._repr_html_()
    assert plain(clean(html)) == plain(html)


def plain(html: str) -> str:
    """Return HTML with the spelling of its styles and quotes evened out."""
    html = unescape(html).replace("'", '"').replace(';"', '"')
    return re.sub(r"\s*([;:,])\s*|</?tbody>", r"\1", html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>x()</script>",
        "<svg onload=x()></svg>",
        "<div onclick=x()>a</div>",
        "<a href='javascript:x()'>a</a>",
        "<div style='background:url(https://example.org)'>a</div>",
        "<div style='position:fixed;top:0'>a</div>",
        "<button class='full-credit'>a</button>",
        "<div class='full-credit'>a</div>",
        "<meta http-equiv=refresh content='0;url=https://example.org'>",
        "<iframe srcdoc='x'></iframe>",
        "<math><mtext><img src=x onerror=x()></mtext></math>",
    ],
)
def test_of_other_html_only_text_is_left(html):
    made = clean(html)
    assert re.fullmatch(r"(<(div|a)( style=\"\")?>)?[^<>]*(</(div|a)>)?", made)
