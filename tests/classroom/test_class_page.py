"""The class at a glance, answers that are the same, and the summary of a feedback page."""

from __future__ import annotations

import re
import shutil

import pytest
from support import need

from grader.instructor.records.pages import lost_parts
from grader.instructor.report.answers import anonymous
from grader.instructor.report.sameness import form_of, same_answers
from grader.show.verdict import MIME

from .conftest import ASSIGNMENT, FILE, run, solved_by, write_csv

DOUBLED = "def relu_backward(dy, x):\n    # wanda's own\n    return dy * (x > 0) * 2"
IGNORES_DY = '''def relu_backward(dy, x):
    """Whatever."""
    return np.where(x > 0, 1.0, 0.0)  # %s
'''


@pytest.fixture
def graded(course, tmp_path, some_tier):
    """Five on the roster in two sections; four have handed in; wanda and bela go wrong."""
    people = [("student", "last name", "first name", "section")]
    people += [(name, name.title(), "X", "AB"[number % 2]) for number, name in enumerate(NAMES)]
    run(course, "roster", write_csv(tmp_path / "p.csv", *people), "--yes")
    for name in NAMES[:-1]:
        answers = {
            "bela": {"relu_backward": IGNORES_DY % "bela"},
            "conan": {"relu_backward": IGNORES_DY % "conan"},
            "wanda": {"relu_backward": DOUBLED},
        }.get(name, {})
        folder = course.submitted / name / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(solved_by(name, **answers))
    broken = course.submitted / "eve" / ASSIGNMENT
    (broken / FILE).write_bytes(b"no notebook")
    run(course, "grade")
    run(course, "feedback")
    return course


NAMES = ("ada", "bela", "conan", "wanda", "eve", "gus")


def test_the_page_says_whom_to_look_at_first_and_holds_each_score(graded):
    status, said = run(graded, "class")
    assert status == 0
    assert "4-relu: 5 graded, 4.4 of 8 on average, 1 not handed in, 1 to look at" in said
    page = (graded.folder / "class.html").read_text(encoding="utf-8")
    places = [
        page.index(words)
        for words in (
            "<h2>To look at</h2>",
            "the file is not a notebook",
            "<h2>Not handed in</h2>",
            "<b>4-relu</b>: 1 of 6, with 0 points: gus",
            '<h2 id="4-relu">',
            "<h4>Section A</h4>",
            "<h4>Section B</h4>",
            "<h3>The most common mistakes",
        )
    ]
    assert places == sorted(places)
    row = re.search(r"<tr><th scope=\"row\"[^\n]*>wanda</a> Wanda, X</th>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r">([\d.?]+)<", row[0])[0] == "5"
    assert 'class="cell s0">0</td>' in row[0]


def test_an_example_of_a_mistake_is_nobodys(graded):
    run(graded, "class")
    page = (graded.folder / "class.html").read_text(encoding="utf-8")
    lecture = page[page.index("<h3>The most common mistakes") :]
    lecture = lecture.partition("<h3>Answers that are the same")[0]
    assert "2 &times; " in lecture
    assert "np.where(x &gt; 0, 1.0, 0.0)" in lecture
    assert not any(name in lecture for name in NAMES)


def test_links_lead_to_the_feedback_pages(graded):
    run(graded, "class")
    page = (graded.folder / "class.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(feedback/[^"]+)"', page)
    assert len(links) == 5
    assert all((graded.folder / link).is_file() for link in links)
    shutil.rmtree(graded.feedback / "ada")
    run(graded, "class")
    page = (graded.folder / "class.html").read_text(encoding="utf-8")
    assert len(re.findall(r'href="(feedback/[^"]+)"', page)) == 4


def test_the_page_in_a_browser(graded, browser, tmp_path):
    """From disk: no error, no script, nothing fetched, axe finds nothing, keys lead to a page."""
    axe = need("axe_playwright_python.sync_playwright").Axe()
    run(graded, "class")
    fetched: list[str] = []
    errors: list[str] = []
    for width in (1280, 390):
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.on("request", lambda request: fetched.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((graded.folder / "class.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.locator("script").count() == 0
        if width == 1280:
            for _ in range(20):
                page.keyboard.press("Tab")
                if "feedback/" in (page.evaluate("document.activeElement.href || ''")):
                    break
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="relu:").wait_for()
        page.close()
    assert (errors, len(fetched)) == ([], 3)
    page = browser.new_page(bypass_csp=True)  # for axe alone, which is a script
    page.goto((graded.folder / "class.html").as_uri())
    results = axe.run(page)
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_a_class_of_which_nothing_is_graded_is_one_sentence(course):
    status, said = run(course, "class")
    assert status == 1
    assert said == ["grader: Nothing is graded yet for 4-relu. Run first: grader grade 4-relu"]


# Answers that are the same.

LONG = """def relu_backward(dy, x):
    _out = np.zeros(x.shape)  # by _
    for _place in np.ndindex(*x.shape):
        if x[_place] > 0:
            _out[_place] = dy[_place]
        else:
            _out[_place] = 0.0
    return _out
"""
LOOP = '''def conv(dy, x, w):
    """Mine."""
    N, C = x.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            dx[n, c] += dy[n, c] * w[c]  # here
    total = dx.sum(axis=0, keepdims=True)
    return dx, total
'''


def test_names_comments_and_layout_do_not_count():
    other = LOOP.replace("dx", "gradient").replace("  # here", "").replace('"""Mine."""', "pass")
    other = (
        other.replace("    pass\n", "")
        .replace("for n in", "for  image in")
        .replace("[n,", "[image,")
    )
    other = other.replace("dy, x, w", "upstream, x, w").replace("dy[", "upstream[")
    assert form_of(LOOP) == form_of(other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+=", "="),
        ("range(N)", "range(C)"),
        ("w[c]", "w[n]"),
        ("sum", "mean"),
        ("axis=0", "axis=1"),
    ],
)
def test_what_a_program_does_counts(old, new):
    assert form_of(LOOP) != form_of(LOOP.replace(old, new))


def test_a_short_answer_and_no_answer_have_no_form():
    assert form_of("def f(x):\n    return x * 2") is None
    assert form_of("def f(x:\n") is None
    assert form_of("x = " + "-" * 5000 + "1") is None


def test_groups_are_the_longest_first():
    short, long = form_of(LOOP), form_of(LOOP + LOOP)
    forms = [("b", "conv", short), ("a", "conv", short), ("c", "conv", long), ("d", "conv", long)]
    groups = list(same_answers([*forms, ("e", "other", long)]))
    assert [group.students for group in groups] == [("c", "d"), ("a", "b")]


def test_the_report_lists_them_but_not_those_of_a_pair(graded, tmp_path):
    """A pair that hands in together is no news."""
    for name, letter in (("ada", "k"), ("bela", "m")):
        answer = LONG.replace("_", letter)
        path = graded.submitted / name / ASSIGNMENT / FILE
        path.write_bytes(solved_by(name, relu_backward=answer))
    run(graded, "grade")
    page = run(graded, "report", ASSIGNMENT)[1]
    start = next(number for number, line in enumerate(page) if line.startswith("answers that are"))
    assert re.fullmatch(r"  relu_backward \(length \d+\): ada, bela", page[start + 1])
    people = [("student", "group"), *((name, "all") for name in NAMES)]
    run(graded, "roster", write_csv(tmp_path / "g.csv", *people), "--yes")
    assert "answers that are" not in "\n".join(run(graded, "report", ASSIGNMENT)[1])


@pytest.mark.parametrize("answer", ["def f(:", "def f():\n    return ada_secret", "x = 1\n" * 50])
def test_what_is_no_example(answer):
    assert anonymous(answer, "ada") == ""


# The summary of a feedback page.


def test_the_summary_has_the_verdict_of_each_lost_part(graded):
    page = (graded.feedback / "wanda" / ASSIGNMENT / "relu.html").read_text(encoding="utf-8")
    summary = page[: page.index("</header>")]
    lost = re.findall(r'<div class="lost"><code>(\w+)</code> ([^<]+)</div>', summary)
    assert lost == [("dx", "is the right answer times 2")]
    right = (graded.feedback / "ada" / ASSIGNMENT / "relu.html").read_text(encoding="utf-8")
    assert '<div class="lost">' not in right


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        [],
        {"parts": None},
        {"parts": 3},
        {"parts": [None, 1, {"name": "dx"}, {"points": "1"}]},
    ],
)
def test_whatever_stands_in_the_place_of_a_verdict_breaks_no_page(verdict):
    cell = {"outputs": [{"data": {MIME: verdict}}, {"output_type": "stream"}]}
    assert lost_parts(cell) == []


def test_a_message_of_the_summary_is_one_short_line():
    part = {"name": "d" * 99, "points": 1, "earned": 0, "message": "is wrong\n\nat " + "x " * 500}
    ((name, message),) = lost_parts({"outputs": [{"data": {MIME: {"parts": [part]}}}]})
    assert (len(name), len(message) <= 160, "\n" in message) == (40, True, False)
