"""The book: every notebook as a page, the start page, and all of it as one page to print.

Sphinx makes it, with myst-nb and the book theme.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.instructor.courses import CourseError
from grader.instructor.kit.wheels import REPOSITORY
from grader.instructor.site.lab import LAB
from grader.instructor.site.pages import page_of

PAGE = Path(__file__).with_name("page")
ESBUILD = REPOSITORY / "node_modules" / ".bin" / "esbuild"
STATIC = ("book.css", "icon.svg", "worker.js", "runner.py")
NOT_ON_PAPER = re.compile(
    r"<script(?![^>]*run_here)[^>]*>.*?</script>"
    r'|<link rel="(?:index|search)"[^>]*>|<p class="notebook-bar">.*?</p>',
    re.DOTALL,
)
BEGINNING = """
```{{raw}} html
<p class="notebook-bar"><a href="{lab}/lab/index.html">Open the lab</a>
<a href="print/index.html">Print the whole course</a>
<a href="summary.html">A blank summary sheet</a></p>
```
"""
CONTENTS = """
```{{toctree}}
:hidden:

{pages}
```
"""


@dataclass(frozen=True)
class Chapter:
    """A notebook of the book.

    place: of its file, below what is released;  links: HTML, to the places that open it
    runs: whether its cells run in the page
    """

    place: str
    links: str
    runs: bool


def book(site: Path, work: Path, released: Path, chapters: list[Chapter]) -> None:
    """Write the book into a site.

    work: a folder for what it is made from;  released: the folder with what was released

    Raises CourseError.
    """
    source = work / "book"
    (source / "_static").mkdir(parents=True)
    for chapter in chapters:
        path = source / chapter.place
        path.parent.mkdir()
        nbformat.write(page_of(released / chapter.place, chapter.links, chapter.runs), path)
    _start_page(source, (released / "course.md").read_text(encoding="utf-8"), chapters)
    shutil.copy(PAGE / "conf.py", source)
    for name in STATIC:
        shutil.copy(PAGE / name, source / "_static")
    script = source / "_static" / "run_here.js"
    bundle = ["--bundle", "--minify", "--format=iife", "--log-level=error", f"--outfile={script}"]
    _ran([str(ESBUILD), str(PAGE / "run_here.js"), *bundle])
    runs = ",".join(chapter.place for chapter in chapters if chapter.runs)
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(work / "trees")]
    sphinx += ["-D", f"runs_here={runs}"]
    _ran([*sphinx, "-b", "html", str(source), str(site)])
    _ran([*sphinx, "-b", "singlehtml", str(source), str(site / "print")])
    _for_paper(site / "print")
    shutil.copy(released / "summary.html", site)


def _for_paper(printed: Path) -> None:
    """Make the page to print light, without links, and with the style sheets of the book beside it.

    The theme's scripts look for parts that a page for paper does not have.
    """
    shutil.rmtree(printed / "_static")
    path = printed / "index.html"
    text = NOT_ON_PAPER.sub("", path.read_text(encoding="utf-8"))
    text = text.replace('data-theme="auto"', 'data-theme="light"', 1)
    path.write_text(re.sub(r'(src|href)="_static/', r'\1="../_static/', text), encoding="utf-8")


def _start_page(source: Path, text: str, chapters: list[Chapter]) -> None:
    """Write the first page: the one of the kit, with the links of a site."""
    title, _, rest = text.partition("\n")
    pages = "\n".join(each.place.removesuffix(".ipynb") for each in chapters)
    whole = f"{title}\n{BEGINNING.format(lab=LAB)}{rest}{CONTENTS.format(pages=pages)}"
    (source / "index.md").write_text(re.sub(r"<!--.*?-->\n?", "", whole), encoding="utf-8")


def _ran(command: list[str]) -> None:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise CourseError(f"The book could not be built:\n{(run.stdout + run.stderr)[-3000:]}")
