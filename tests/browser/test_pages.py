"""Feedback pages and formgrader, opened in Chromium by an instructor who is logged in: nothing of a
student's runs there.

Each hostile piece calls a function of the browser's own when it runs, which no
Content-Security-Policy hinders. The same pieces are shown to run in the pages that nbgrader makes
without our settings; else their silence would prove nothing.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from click.testing import CliRunner
from our_course import NOTEBOOKS
from support import ROOT
from tiers import unsafe

from grader.instructor.author import notebook
from grader.instructor.classroom import Classroom
from grader.instructor.commands.cli import main
from grader.instructor.records.gradebook import opened

ASSIGNMENT, TOKEN = "1-affine", "a-long-token-of-the-instructor"


def calls(name: str) -> str:
    return f"pwned('{name}')"


def image(name: str) -> str:
    return f'<img src=x onerror="{calls(name)}">'


def svg(name: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'onload="{calls(name)}"><script>{calls(name)}</script></svg>'
    )


def picture(name: str) -> str:
    """Return a still picture with every way to run or to fetch something that an SVG has."""
    away = "https://example.org"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" onload="{calls(name)}">'
        f"<style>@import url({away}/a.css); rect {{ fill: url({away}/a.svg#b) "
        f"}}</style><script>{calls(name)}</script>"
        f'<script href="{away}/a.js"/><image href="{away}/a.png" width="9" height="9"/><use '
        f'href="{away}/a.svg#b"/>'
        '<foreignObject width="90" height="30"><div xmlns="http://www.w3.org/1999/xhtml"><iframe '
        f'src="{away}"></iframe>'
        f'<img src="{away}/b.png" onerror="{calls(name)}"/></div></foreignObject>'
        f'<a href="javascript:{calls(name)}"><rect width="120" height="40" '
        'fill="#0072b2"/></a></svg>'
    )


MARKDOWN = {
    "markdown-script": f"<script>{calls('markdown-script')}</script>",
    "markdown-image": f"text {image('markdown-image')} text",
    "markdown-svg": svg("markdown-svg"),
    "markdown-link": f"[CLICK](javascript:{calls('markdown-link')})",
    "markdown-html-link": f'<a href="javascript:{calls("markdown-html-link")}">CLICK</a>',
    "markdown-frame": f'<iframe srcdoc="<script>{calls("markdown-frame")}</script>"></iframe>',
    "mermaid": f"```mermaid\n{image('mermaid')}\n```",
    "equation": rf"$\text{{<img/src=x/onerror={calls('equation')}>}}$ and "
    rf"$\href{{javascript:{calls('equation')}}}{{CLICK}}$",
    "attachment": "![picture](attachment:a.svg)",
}
STILL = f'dx is "right" {image("alternative")}\n[1 2]'
OUTPUTS: dict[str, dict[str, Any]] = {
    "html-output": {"data": {"text/html": image("html-output")}},
    "svg-in-html-output": {"data": {"text/html": svg("svg-in-html-output")}},
    "isolated-output": {
        "data": {"text/html": f"<script>{calls('isolated-output')}</script>"},
        "metadata": {"text/html": {"isolated": True}},
    },
    "svg-output": {"data": {"image/svg+xml": svg("svg-output")}},
    "still-picture": {"data": {"image/svg+xml": picture("still-picture"), "text/plain": STILL}},
    "javascript-output": {"data": {"application/javascript": calls("javascript-output")}},
    "markdown-output": {"data": {"text/markdown": image("markdown-output")}},
    "latex-output": {"data": {"text/latex": image("latex-output")}},
    "widget-output": {
        "data": {
            "application/vnd.jupyter.widget-view+json": {
                "model_id": f"</script>{image('widget-output')}"
            }
        }
    },
}
HTML_METADATA = {
    "title": f"</title>{image('title')}",
    "kernelspec": {"name": "python3", "language": "python", "display_name": image("kernel")},
    "language_info": {"name": image("language"), "pygments_lexer": image("lexer")},
    "authors": [{"name": image("author")}],
}
FORWARD = f"""def affine_forward(x, w, b):
    '''{image("docstring")}'''
    # {image("comment")}
    raise ValueError('''{image("exception")}''')
"""
SHAPES = f"""class Shape(np.ndarray):
    pass

Shape.__name__ = Shape.__qualname__ = '''{image("type-name")}'''

def affine_jacobians(x, w):
    print('''{image("printed")}''')
    return np.zeros((2, 3)).view(Shape), np.array(['''{image("entry")}''']), {{'''{image("key")}''': 1}}
"""
# the others are shut up by nbconvert itself, or need jQuery, which formgrader has
RUN_IN_STOCK_FEEDBACK = {
    "markdown-script",
    "markdown-image",
    "markdown-svg",
    "markdown-link",
    "markdown-html-link",
    "markdown-frame",
    "mermaid",
    "html-output",
    "svg-in-html-output",
    "isolated-output",
    "markdown-output",
}
RUN_IN_STOCK_FORMGRADER = RUN_IN_STOCK_FEEDBACK | {
    "javascript-output",
    "grade-id",
    "folder",
    "address",
}
FOLDER = f"{image('folder')}"  # no slash in it: a name that a folder can have


def hostile() -> dict[str, Any]:
    """Return the notebook of 1-affine with everything in it that a student can write into a file."""
    made = notebook.with_answers(
        notebook.solve(NOTEBOOKS[ASSIGNMENT]),
        {"affine_forward": FORWARD, "affine_jacobians": SHAPES},
        (f"print('''{image('cell')}''')",),
    )
    for number, (name, text) in enumerate(MARKDOWN.items()):
        cell = {
            "cell_type": "markdown",
            "id": f"bad-{number}",
            "metadata": {"tags": [image("tag")]},
            "source": text,
        }
        if name == "attachment":
            cell["attachments"] = {
                "a.svg": {"image/svg+xml": base64.b64encode(svg("attachment").encode()).decode()}
            }
        made["cells"].insert(1, cell)
    for cell in made["cells"]:
        if cell["id"] in ("affine_forward", "check_affine_forward"):
            cell["outputs"] = [
                {"output_type": "display_data", "metadata": {}} | output
                for output in OUTPUTS.values()
            ]
            cell["outputs"].append(
                {"output_type": "stream", "name": "stdout", "text": image("stream")}
            )
            cell["outputs"].append(
                {
                    "output_type": "error",
                    "ename": "E",
                    "evalue": image("value"),
                    "traceback": [image("traceback")],
                }
            )
    made["cells"].append(
        {
            "cell_type": "raw",
            "id": "bad-raw",
            "metadata": {"raw_mimetype": "text/html"},
            "source": image("raw"),
        }
    )
    made["metadata"] |= HTML_METADATA
    return made


def run(*arguments: object) -> str:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.output


def environment(course: Classroom) -> dict[str, str]:
    return {"COURSE_DIR": str(course.folder), "COURSE_DB": course.db}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, released_course) -> tuple[Classroom, str]:
    """(a course in which the hostile notebook was graded, what was said): as an instructor has it."""
    course = released_course(ASSIGNMENT, tmp_path_factory.mktemp("sealed") / "course")
    for student in ("mallory", FOLDER):
        folder = course.submitted / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / "affine.ipynb").write_text(notebook.dumps(hostile()))
        (folder / "page.html").write_text(image("other-file"))
    said = run("grade", ASSIGNMENT, "--course", course.folder, *unsafe())
    said += run("feedback", ASSIGNMENT, "--course", course.folder)
    with opened(course) as book:
        book.update_or_create_student("mallory", first_name="Mal", last_name="Lory")
        book.find_comment(
            "affine_forward", "affine", ASSIGNMENT, "mallory"
        ).manual_comment = "Look at $x^2$ again."
        book.db.commit()
    run("feedback", ASSIGNMENT, "--course", course.folder)
    return course, said


@pytest.fixture(scope="module")
def unsealed(sealed, tmp_path_factory) -> Classroom:
    """A course in which the hostile notebook stands among the autograded ones as it was handed in,
    as if nobody had graded it.
    """
    folder = tmp_path_factory.mktemp("unsealed") / "course"
    shutil.copytree(sealed[0].folder, folder, ignore=shutil.ignore_patterns("feedback"))
    path = folder / "autograded" / "mallory" / ASSIGNMENT / "affine.ipynb"
    path.write_text(notebook.dumps(hostile()))
    return Classroom.at(folder)


@pytest.fixture(scope="module")
def named(unsealed, tmp_path_factory) -> Classroom:
    """That course with markup in names as well: in a grade_id, and in the name of a student's
    folder.
    """
    folder = tmp_path_factory.mktemp("named") / "course"
    shutil.copytree(unsealed.folder, folder, ignore=shutil.ignore_patterns("feedback"))
    path = folder / "autograded" / "mallory" / ASSIGNMENT / "affine.ipynb"
    made = notebook.load(path)
    notebook.answer_cells(made)["affine_forward"]["metadata"]["nbgrader"]["grade_id"] = (
        f'"></textarea>{image("grade-id")}'
    )
    path.write_text(notebook.dumps(made))
    shutil.copytree(path.parents[1], folder / "autograded" / FOLDER, dirs_exist_ok=True)
    with opened(Classroom.at(folder)) as book:
        book.update_or_create_student(FOLDER)
        book.update_or_create_submission(ASSIGNMENT, FOLDER)
        book.db.commit()
    return Classroom.at(folder)


@pytest.fixture(scope="module")
def stock(unsealed, tmp_path_factory) -> Path:
    """A folder with nbgrader's own settings on that course: none of ours."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "nbgrader_config.py").write_text(
        "from pathlib import Path\n"
        "from grader.instructor.records.settings import set_folders\n"
        f"set_folders(get_config(), Path({str(folder)!r}), 'cnn-gradients')\n"
    )
    return folder


class Watch:
    """A page whose scripts can call pwned(name), and what was called, said or asked for."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1150, "height": 900})
        self.ran: set[str] = set()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.context.expose_function("pwned", lambda name: self.ran.add(name))
        self.page = self.context.new_page()
        self.page.on("dialog", lambda dialog: (self.ran.add("dialog"), dialog.dismiss()))
        self.page.on(
            "console", lambda said: self.errors.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str) -> None:
        """Open a page, wait until it is quiet, and click what asks to be clicked."""
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        for link in self.page.locator("a:text-is('CLICK')").all():
            link.dispatch_event("click")
        self.page.wait_for_timeout(300)
        here, there = (
            unquote(re.split("[?#]", url)[0]).rstrip("/") for url in (self.page.url, address)
        )
        assert here == there


@pytest.fixture
def watch(browser):
    watch = Watch(browser)
    yield watch
    watch.context.close()


def generate_feedback(course: Classroom, settings: Path) -> Path:
    """Let stock `nbgrader generate_feedback` make mallory's page with the settings in a folder;
    return its path.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["nbgrader", "generate_feedback", ASSIGNMENT, "--student", "mallory", "--force"]
    env = os.environ | {"PATH": path} | environment(course)
    done = subprocess.run(
        command, cwd=settings, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return course.feedback / "mallory" / ASSIGNMENT / "affine.html"


def visit_formgrader(watch: Watch, address: str) -> None:
    """Log in, and open every page of formgrader on which something of mallory's stands, or the
    other's name.
    """
    watch.page.goto(f"{address}/formgrader/manage_assignments?token={TOKEN}")
    for path in (
        "manage_assignments",
        f"manage_submissions/{ASSIGNMENT}",
        "gradebook",
        f"gradebook/{ASSIGNMENT}",
        f"gradebook/{ASSIGNMENT}/affine",
        "manage_students",
        "manage_students/mallory",
        f"manage_students/mallory/{ASSIGNMENT}",
    ):
        watch.open(f"{address}/formgrader/{path}")
        watch.page.get_by_text("Loading, please wait...").wait_for(state="detached")
    for name in (
        FOLDER,
        image("address"),
    ):  # where the link in manage_students leads to, and a link that anybody can make
        watch.open(f"{address}/formgrader/manage_students/{quote(name)}")
    submissions = watch.context.request.get(
        f"{address}/formgrader/api/submitted_notebooks/{ASSIGNMENT}/affine"
    ).json()
    for submission in sorted(
        submissions, key=lambda each: each["student"]
    ):  # mallory's is the last
        watch.open(f"{address}/formgrader/submissions/{submission['id']}/?index=0")


def test_nothing_runs_in_a_feedback_page(sealed, watch):
    course, said = sealed
    assert "mallory: feedback written" in said
    watch.open((course.feedback / "mallory" / ASSIGNMENT / "affine.html").as_uri())
    assert watch.ran == set()
    assert watch.errors == []
    assert len(watch.asked) == 1  # the page itself
    text = watch.page.locator("body").inner_text()
    assert image("exception") in text  # said, as text
    assert image("docstring") in text


def test_a_feedback_page_looks_as_it_should(sealed, watch):
    course, _ = sealed
    watch.open((course.feedback / "mallory" / ASSIGNMENT / "affine.html").as_uri())
    page = watch.page
    assert page.locator("math").count() > 100
    assert page.locator(".comment math").count() == 1
    prose = "".join(page.locator(".text").all_inner_texts())
    for raw in ("\\frac", "\\mathbf", "\\tag", "$"):
        assert raw not in prose
    for box in page.locator("table, pre, math, [role=group]").all():
        edges = box.bounding_box()
        assert edges is None or edges["x"] >= 0
        assert edges is None or edges["x"] + edges["width"] <= 1150
    row, column = (
        page.locator("math munderover").first.bounding_box()[side] for side in ("height", "width")
    )
    assert row > column  # the limits of a sum stand above and below it


@pytest.fixture(scope="module")
def unsealed_page(unsealed) -> Path:
    """The feedback page of that course by stock `nbgrader generate_feedback` with our settings."""
    return Path(shutil.copy(generate_feedback(unsealed, ROOT), unsealed.folder / "page.html"))


def test_nothing_runs_in_the_feedback_page_of_a_notebook_that_was_not_sealed(unsealed_page, watch):
    watch.open(unsealed_page.as_uri())
    assert watch.ran == set()


def test_a_still_picture_is_seen_in_a_feedback_page_and_runs_and_fetches_nothing(
    unsealed_page, watch
):
    watch.open(unsealed_page.as_uri())
    shown = watch.page.get_by_role("img", name=STILL.replace("\n", " ")).first
    shown.click()
    assert shown.get_attribute("alt") == STILL
    assert shown.evaluate("image => [image.complete, image.naturalWidth, image.naturalHeight]") == [
        True,
        120,
        40,
    ]
    assert {address.split(":")[0] for address in watch.asked} == {"file"}  # the page itself
    assert watch.ran == set()
    assert watch.errors == []

    watch.context.route("https://**", lambda route: route.abort())
    watch.page.goto("about:blank")
    watch.page.set_content(
        picture("still-picture")
    )  # the same picture where pictures may do as they like
    watch.page.wait_for_load_state("networkidle")
    assert watch.ran == {"still-picture"}
    assert (
        len([address for address in watch.asked if address.startswith("https://example.org")]) >= 4
    )


def test_the_same_runs_in_the_feedback_page_of_stock_nbgrader(unsealed, stock, watch):
    watch.open(generate_feedback(unsealed, stock).as_uri())
    assert watch.ran >= RUN_IN_STOCK_FEEDBACK


def test_nothing_runs_in_formgrader(sealed, watch, served, tmp_path):
    with served(ROOT, ROOT, tmp_path, TOKEN, **environment(sealed[0])) as address:
        visit_formgrader(watch, address)
        scores = [
            box.get_attribute("placeholder") for box in watch.page.locator("input.score").all()
        ]
    assert scores[:4] == ["0", "1", "1", "1"]  # formgrader's own scripts do run
    assert (
        watch.page.locator(".nbgrader_cell").count() == 23
    )  # eleven answers with their checks, and a text
    assert image("exception") in watch.page.locator("body").inner_text()
    assert watch.ran == set()


def test_nothing_of_a_notebook_that_was_not_sealed_runs_in_formgrader(
    named, watch, served, tmp_path
):
    with served(ROOT, ROOT, tmp_path, TOKEN, **environment(named)) as address:
        visit_formgrader(watch, address)
    assert watch.ran == set()


def test_the_same_runs_in_formgrader_of_stock_nbgrader(named, stock, watch, served, tmp_path):
    with served(stock, stock, tmp_path, TOKEN, **environment(named)) as address:
        visit_formgrader(watch, address)
    assert watch.ran >= RUN_IN_STOCK_FORMGRADER
