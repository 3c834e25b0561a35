"""What `grader new` writes: skeletons that already run, in the files of a course.

A course keeps the parts of an exercise in five files, which the layout of its packages says:

    CONTENT/STEM.py                 the row of the points table, in EXERCISES
    CONTENT/cases/STEM.py           the arguments that it is asked with
    REFERENCES/STEM.py              the reference answer
    REFERENCES/mistakes/STEM.py     the catalogued mistakes
    notebooks/ASSIGNMENT/STEM.ipynb the cells

What the author has to write stands there as TODO, and `grader verify` names each that is left.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.instructor.author import skeleton_texts as texts
from grader.instructor.author.notebook import Cell, NotebookJSON, dumps, load, source
from grader.instructor.courses import CourseError, references_of, repository_of
from grader.judge.course import Course, Notebook
from grader.notebook.whole_file import write_atomically

NAME = re.compile(r"[a-z][a-z0-9_]*")
ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Place:
    """Where the files of a course lie.

    repository: the folder with notebooks/; content: the package with its exercises, as a folder
    and as a name; references: the package of the answers, as a folder and as a name; package: the
    name of the package that its notebooks import from.
    """

    repository: Path
    content: Path
    content_name: str
    references: Path
    references_name: str
    package: str

    def rows(self, stem: str) -> Path:
        """Return the file with the points table of a notebook."""
        return self.content / f"{stem}.py"

    def cases(self, stem: str) -> Path:
        """Return the file with the cases of a notebook's exercises."""
        return self.content / "cases" / f"{stem}.py"

    def answers(self, stem: str) -> Path:
        """Return the file with the reference answers of a notebook."""
        return self.references / f"{stem}.py"

    def mistakes(self, stem: str) -> Path:
        """Return the file with the catalogued mistakes of a notebook."""
        return self.references / "mistakes" / f"{stem}.py"

    def notebook(self, assignment: str, stem: str) -> Path:
        """Return the notebook of an assignment."""
        return self.repository / "notebooks" / assignment / f"{stem}.ipynb"


@dataclass(frozen=True)
class Draft:
    """A new exercise.

    arguments, results: the names of what the function takes and returns; forward: the exercise
    whose gradient it computes, or ""; after: the id of the cell below which its cells stand, or "".
    """

    name: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    forward: str = ""
    after: str = ""


def place_of(course: Course) -> Place:
    """Return where the files of a course lie. Raises CourseError."""
    repository = repository_of(course)
    exercises = [exercise for notebook in course.notebooks for exercise in notebook.exercises]
    if repository is None or not exercises:
        raise CourseError(
            "`grader new` adds to a course in its repository that has an exercise already."
        )
    cases = Path(inspect.getfile(exercises[0].build))
    content_name = exercises[0].build.__module__.rpartition(".cases.")[0]
    if not content_name or cases.parent.name != "cases":
        raise CourseError(
            f"`grader new` expects the cases of an exercise in a package `cases`, and those of "
            f"{exercises[0].name} are in {cases}. Add the exercise by hand (docs/authoring.md)."
        )
    return Place(
        repository,
        cases.parents[1],
        content_name,
        references_of(course),
        course.references,
        course.package,
    )


def draft_of(
    notebook: Notebook, name: str, arguments: str, results: str, forward: str, after: str = ""
) -> Draft:
    """Return a checked draft. By default a backward pass takes dy and what its forward takes.

    arguments, results: names, separated by spaces. Raises CourseError.
    """
    if name in notebook.course.exercises:
        raise CourseError(f"The course has an exercise {name} already. Choose another name.")
    takes, returns = arguments.split(), results.split()
    if forward:
        if forward not in notebook.by_name:
            raise CourseError(
                f"{notebook.assignment} has no exercise {forward!r} to be the forward of {name}. "
                f"There are: {', '.join(notebook.by_name)}."
            )
        inputs = notebook.by_name[forward].arguments
        takes = takes or ["dy", *inputs]
        returns = returns or [f"d{inputs[0]}" if inputs else "dx"]
    draft = Draft(name, tuple(takes or ["x"]), tuple(returns or ["y"]), forward, after)
    _check_names(draft)
    return draft


def _check_names(draft: Draft) -> None:
    """Raise CourseError for a name that Python or nbgrader would not take."""
    every = (draft.name, *draft.arguments, *draft.results)
    for name in every:
        if not name.isidentifier() or name.startswith("_"):
            raise CourseError(f"{name!r} cannot be a name: expected letters, digits and _.")
    names = [*draft.arguments, *draft.results]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise CourseError(f"{twice[0]} is an argument or a result twice. Give it another name.")


def add_exercise(place: Place, assignment: str, stem: str, draft: Draft) -> Iterator[Path]:
    """Write the skeleton of an exercise into the files of its notebook; yield their paths.

    Raises CourseError, and then nothing is written.
    """
    values = _values(place, stem, draft)
    notebook = load(place.notebook(assignment, stem))
    _insert(notebook, texts.exercise_cells(draft.name, len(draft.results), values), draft.after)
    rows = place.rows(stem)
    text = _with_imports(_text(rows), texts.ROW_IMPORTS.format(**values))
    if draft.forward:
        text = _with_imports(text, texts.GRADIENT_IMPORT)
    item = (texts.BACKWARD_ROW if draft.forward else texts.ROW).format(**values)
    yield _write(rows, _with_item(text, item, "EXERCISES", rows))
    for path, imports, added in (
        (place.cases(stem), texts.CASE_IMPORTS, texts.CASES),
        (place.answers(stem), texts.ANSWER_IMPORTS, texts.ANSWER),
        (place.mistakes(stem), texts.MISTAKE_IMPORTS.format(**values), texts.MISTAKES),
    ):
        text = _with_imports(_text(path), imports)
        yield _write(path, f"{text.rstrip()}\n{added.format(**values).rstrip()}\n")
    yield _write(place.notebook(assignment, stem), dumps(notebook))


def _values(place: Place, stem: str, draft: Draft) -> dict[str, str]:
    """Return what the texts of an exercise are filled in with."""
    first = "dy" if "dy" in draft.arguments else f"({' + '.join(draft.arguments)})"
    value = f"2 * {first}"
    gradients = [name for name in draft.results if name[1:] in draft.arguments]
    return {
        "name": draft.name,
        "stem": stem,
        "forward": draft.forward,
        "content": place.content_name,
        "references": place.references_name,
        "arguments": ", ".join(draft.arguments),
        "argument_names": _tuple(f'"{name}"' for name in draft.arguments),
        "arrays": _tuple("quarters(rng, n)" for _ in draft.arguments),
        "parts": _tuple(_part(draft, name) for name in draft.results),
        "results": " ".join(draft.results),
        "values": ", ".join(value for _ in draft.results),
        "shapes": ", ".join(f"{name}: (n,)" for name in draft.arguments),
        "result_shapes": ", ".join(f"{name}: (n,)" for name in draft.results),
        "witness": "".join(_witness(draft, name) for name in gradients),
        "rows": "".join(texts.MISTAKE.format(name=draft.name, result=r) for r in draft.results),
    }


def _part(draft: Draft, result: str) -> str:
    """Return the text of a part; a gradient has the shape of its argument."""
    like = f', "{result[1:]}"' if result[1:] in draft.arguments else ""
    return f'Part("{result}", 1, "n"{like})'


def _tuple(items: Any) -> str:
    """Return the text of a tuple."""
    listed = list(items)
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


def _witness(draft: Draft, result: str) -> str:
    """Return the line by which a result is compared with the numerical gradient of the forward."""
    argument = result[1:]
    inputs = [name for name in draft.arguments if name != "dy"]
    call = ", ".join("v" if name == argument else name for name in inputs)
    parameters = ", ".join(("f", *draft.arguments))
    function = f"lambda {parameters}: (lambda v: f({call}), {argument}, dy)"
    return f'\n            "{result}": Gradient({function}),'


def add_notebook(place: Place, assignment: str, stem: str, draft: Draft) -> Iterator[Path]:
    """Write a notebook with one exercise, and enter it in the course; yield the files' paths.

    Raises CourseError for a name that is taken or cannot be one.
    """
    if not NAME.fullmatch(stem):
        raise CourseError(f"{stem!r} cannot name a module: expected small letters, digits and _.")
    if not ASSIGNMENT.fullmatch(assignment):
        raise CourseError(f"{assignment!r} cannot be an assignment: expected letters, digits, - _.")
    if place.rows(stem).exists() or place.notebook(assignment, stem).parent.exists():
        raise CourseError(f"There is a notebook {stem}, or a folder {assignment}, already.")
    values = {
        "assignment": assignment,
        "stem": stem,
        "constant": stem.upper(),
        "content": place.content_name,
        "references": place.references_name,
        "package": place.package,
    }
    _write(place.rows(stem), texts.ROWS_FILE.format(**values))
    _write(place.cases(stem), texts.CASES_FILE.format(**values))
    _write(place.answers(stem), texts.ANSWERS_FILE.format(**values))
    _write(place.mistakes(stem), texts.MISTAKES_FILE.format(**values))
    _write(place.notebook(assignment, stem), dumps(texts.empty_notebook(values)))
    course = place.content / "__init__.py"
    text = _with_imports(_text(course), texts.NOTEBOOK_IMPORT.format(**values))
    yield _write(course, _with_item(text, values["constant"], "COURSE", course))
    catalogue = place.references / "mistakes" / "__init__.py"
    text = _text(catalogue)
    line = f"from {place.references_name}.mistakes import {stem}"
    yield _write(catalogue, _with_imports(text, line))
    yield from add_exercise(place, assignment, stem, draft)


def new_course(folder: Path) -> Place:
    """Write the files of a course without a notebook into a new folder, named like its package.

    Raises CourseError.
    """
    name = folder.name
    if not NAME.fullmatch(name):
        raise CourseError(
            f"{name!r} cannot name a course's package: expected small letters, digits and _, "
            "beginning with a letter."
        )
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is not empty. Name a new folder.")
    answers = f"{name}_answers"
    values = {"package": name, "references": answers}
    for path, text in texts.COURSE_FILES.items():
        _write(folder / path.format(**values), text.format(**values))
    return Place(folder, folder / name, name, folder / answers, answers, name)


def _text(path: Path) -> str:
    """Return the text of a file of the course. Raises CourseError."""
    if not path.is_file():
        raise CourseError(f"{path} is missing: every package has a file for each notebook.")
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
    return path


def _with_imports(text: str, lines: str) -> str:
    """Return a module's text with the imports of `lines` whose names it does not have yet."""
    body = ast.parse(text).body
    known = {name for node in body for name in _imported(node)}
    added = []
    for node in ast.parse(lines).body:
        assert isinstance(node, ast.Import | ast.ImportFrom)
        node.names = [alias for alias in node.names if (alias.asname or alias.name) not in known]
        if node.names:
            added.append(ast.unparse(node))
    if not added:
        return text
    last = max((node.end_lineno or 0 for node in body if _is_head(node)), default=0)
    every = text.splitlines()
    return "\n".join([*every[:last], *added, *every[last:]]) + "\n"


def _imported(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement imports."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name


def _is_head(node: ast.stmt) -> bool:
    """Tell whether a statement is an import, or the docstring above."""
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def _with_item(text: str, item: str, name: str, path: Path) -> str:
    """Return a module's text with one more item at the end of the first tuple in `name = ...`.

    Raises CourseError where there is no such tuple.
    """
    for node in ast.parse(text).body:
        is_wanted = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        tuples = [each for each in ast.walk(node) if isinstance(each, ast.Tuple)]
        if is_wanted and tuples:
            return _before_the_end(text, tuples[0], item)
    raise CourseError(f"{path} has no tuple in {name} = ..., to which `grader new` could add.")


def _before_the_end(text: str, node: ast.Tuple, item: str) -> str:
    """Return a text with one more item in a tuple of it."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = text.encode().splitlines(keepends=True)
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset - 1
    head, tail = text.encode()[:end].decode(), text.encode()[end:].decode()
    comma = "" if not node.elts or head.rstrip().endswith(",") else ","
    head = head.rstrip()
    if "\n" in item:
        return f"{head}{comma}{item}{tail}"
    if not node.elts:
        return f"{head}{item},{tail}"
    return f"{head.rstrip(',')}, {item}{tail}"


def _insert(notebook: NotebookJSON, cells: list[Cell], after: str) -> None:
    """Put the cells of an exercise below the cell `after` or, without one, at the end.

    What closes a notebook stays last: text, and the cell with progress(). Raises CourseError.
    """
    names = [cell["id"] for cell in notebook["cells"]]
    if after and after not in names:
        raise CourseError(f"The notebook has no cell {after!r} (its id) to put cells below.")
    place = names.index(after) + 1 if after else _end(notebook)
    notebook["cells"][place:place] = cells


def _end(notebook: NotebookJSON) -> int:
    """Return the number of the first of the cells that close a notebook."""
    place = len(notebook["cells"])
    if source(notebook["cells"][-1]).strip() == "progress()":
        place -= 1
    while place and notebook["cells"][place - 1]["cell_type"] == "markdown":
        place -= 1
    return place
