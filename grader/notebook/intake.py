"""Which cells of a file answer which exercises: what grading reads of a submission.

Students can look before they hand in: `python -m grader FILE`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from grader.judge.course import Course
from grader.notebook.cells_of_file import (
    FILE_LIMIT,
    FileCell,
    Unreadable,
    cells_of_file,
    unfenced,
)
from grader.notebook.student_id import NAME, typed_id

TEST = "check_"  # what the grade_id of an exercise's locked test begins with
# A cell that defines a function, or gives its name to something else.
DEFINED = re.compile(r"^(?:def|class) (\w+)|^(\w+)\s*=[^=]", re.MULTILINE)
UNWRITTEN = re.compile(r"^[ \t]*raise NotImplementedError", re.MULTILINE)
UNWRITTEN_TEXT = "YOUR ANSWER HERE"  # of nbgrader, in the cell of an essay
NOT_A_NAME = "this is not the notebook of this assignment: none of its exercises was found. "
ZIP_FILES_LIMIT = 200


@dataclass(frozen=True)
class Cell:
    """One code cell: its source, and which exercise's locked test stands there ("" for none).

    number: of the cell in its file, from 0, where cells of text count too.
    """

    source: str
    grade_id: str = ""
    tests: str = ""
    number: int = -1


@dataclass(frozen=True)
class ParsedNotebook:
    """The code cells of a notebook in their order.

    faults: what is wrong with its structure or was guessed, for a person to look at; answers: the
    sources of answer cells by exercise; texts: those of essays, by name.
    """

    cells: tuple[Cell, ...]
    faults: tuple[str, ...]
    answers: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def code(self) -> str:
        """All that is written in its cells, with one space for each gap."""
        return " ".join(" ".join(cell.source for cell in self.cells).split())

    @cached_property
    def student_id(self) -> str:
        """The id that the student has typed, "" for none."""
        return typed_id(cell.source for cell in self.cells if not cell.tests)

    def is_written(self, name: str) -> bool:
        """Tell whether the answer to an exercise is more than the stub."""
        return name in self.answers and not UNWRITTEN.search(self.answers[name])

    @property
    def written(self) -> int:
        """How many of its answers are more than the stub."""
        return sum(map(self.is_written, self.answers))


def parse(
    content: bytes, exercises: Sequence[str], name: str = "", essays: Sequence[str] = ()
) -> ParsedNotebook:
    """Return the cells of a file.

    exercises, essays: the names this assignment asks for; name: of the file. Raises Unreadable.
    """
    read = cells_of_file(content, name)
    known = {*exercises, *(f"{TEST}{each}" for each in exercises)}
    marked = [_marked(cell, known) for cell in read.cells]
    found_by: Counter[str] = Counter()
    cells = list(_recognised(marked, exercises, known, found_by))
    answers: dict[str, str] = {}
    for cell in cells:
        if cell.grade_id in exercises:
            answers.setdefault(cell.grade_id, cell.source)
    count = Counter(cell.grade_id for cell in cells if cell.grade_id in known)
    if not count:
        raise Unreadable(f"{NOT_A_NAME}Was another file handed in?")
    faults = [*read.guesses, *_guesses(found_by), *_structural_faults(count, exercises)]
    written = _texts(read.cells, essays)
    faults += _essay_faults(written, essays)
    texts = {essay: sources[0] for essay, sources in written.items()}
    return ParsedNotebook(tuple(cells), tuple(faults), answers, texts)


def _texts(cells: Iterable[FileCell], essays: Sequence[str]) -> dict[str, list[str]]:
    """Return what stands in the cells of each essay, by nbgrader's name or else the cell's id."""
    written: dict[str, list[str]] = {}
    for cell in cells:
        name = cell.grade_id or cell.name
        if name in essays:
            written.setdefault(name, []).append(cell.source)
    return written


def _essay_faults(written: Mapping[str, list[str]], essays: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the number of cells of essays."""
    yield from _missing("text", essays, written)
    for name, sources in written.items():
        if len(sources) > 1:
            yield f"the text cell {name} stands in the notebook {len(sources)} times"


def _marked(cell: FileCell, known: set[str]) -> FileCell:
    """Return a cell whose grade_id is one of ours, or ""."""
    return cell if cell.grade_id in known else replace(cell, grade_id="")


def _recognised(
    cells: list[FileCell], exercises: Sequence[str], known: set[str], found_by: Counter[str]
) -> Iterator[Cell]:
    """Yield the code cells with the names of ours that they bear.

    A name is nbgrader's, else the cell's id, else that of the function that it defines or checks.
    found_by: where it is counted what was a guess.
    """
    taken = {cell.grade_id for cell in cells if cell.grade_id}
    by_id = _named(cells, taken, lambda cell: [cell.name] if cell.name in known else [])
    taken |= set(by_id.values())
    by_def = _named(cells, taken, lambda cell: _names_in(cell.source, exercises))
    found_by["id"] = len(by_id)
    found_by["function"] = len(by_def)
    for number, cell in enumerate(cells):
        name = cell.grade_id or by_id.get(number, "") or by_def.get(number, "")
        source = cell.source
        if not cell.is_code:
            if name not in exercises:
                continue
            found_by[f"text {name}"] += 1
            source = unfenced(source)
        tested = name.removeprefix(TEST)
        is_test = name.startswith(TEST) and tested in exercises
        yield Cell(source, name, tested if is_test else "", number)


def _named(cells: list[FileCell], taken: set[str], names_of: object) -> dict[int, str]:
    """Return which cells without a name get one that is not taken, by their numbers.

    Of several the last counts, as it does when the notebook runs.
    """
    assert callable(names_of)
    places: dict[str, int] = {}
    for number, cell in enumerate(cells):
        if not cell.grade_id:
            for name in names_of(cell):
                if name not in taken:
                    places[name] = number
    return {number: name for name, number in places.items()}


def _names_in(source: str, exercises: Sequence[str]) -> Iterable[str]:
    """Return the exercises that a cell defines, or the test of the one that it checks."""
    source = unfenced(source)
    checked = re.fullmatch(r"check\((\w+)\)", source.strip())
    if checked:
        return [f"{TEST}{checked[1]}"] if checked[1] in exercises else []
    defined = {name for pair in DEFINED.findall(source) for name in pair}
    return [name for name in exercises if name in defined]


def _guesses(found_by: Counter[str]) -> Iterator[str]:
    """Yield a sentence for each way in which cells were recognised without nbgrader's metadata."""
    for way, count in (+found_by).items():
        if way.startswith("text "):
            name = way.removeprefix("text ")
            yield f"the answer cell {name} is no code cell: its text was read as code"
        elif count == 1:
            yield f"1 cell has lost nbgrader's metadata, and was recognised by its {way}"
        else:
            lost = f"{count} cells have lost nbgrader's metadata"
            yield f"{lost}, and were recognised by their {way}s"


def _structural_faults(count: Counter[str], exercises: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the number of answer and test cells."""
    for name in sorted(count):
        if count[name] > 1:
            yield f"the cell {name} stands in the notebook {count[name]} times"
    yield from _missing("answer", exercises, count)
    yield from _missing("test", [f"{TEST}{name}" for name in exercises], count)


def _missing(kind: str, names: Iterable[str], there: Container[str]) -> Iterator[str]:
    for name in names:
        if name not in there:
            yield f"the {kind} cell {name} is missing"


# --- which file ---


def best_of(
    files: Mapping[str, bytes],
    expected: str,
    exercises: Sequence[str],
    essays: Sequence[str] = (),
) -> tuple[str, ParsedNotebook]:
    """Return the file that answers most exercises, and its cells.

    files: the contents by their paths, zip files opened; expected: the name that the notebook
    should have; exercises, essays: as for parse. The expected one is taken unless another file has
    more answers, and that is said. Raises Unreadable with what is wrong with the file that comes
    nearest.
    """
    parsed: dict[str, ParsedNotebook] = {}
    problems: dict[str, str] = {}
    for path, content in files.items():
        try:
            parsed[path] = parse(content, exercises, path, essays)
        except Unreadable as error:
            problems[path] = str(error)
    if not parsed:
        raise Unreadable(_nearest_problem(problems, expected))
    path = max(parsed, key=lambda each: _rank(each, parsed[each], expected))
    notebook = parsed[path]
    guesses = tuple(_choice(path, parsed, expected))
    return path, replace(notebook, faults=(*guesses, *notebook.faults))


def _rank(path: str, notebook: ParsedNotebook, expected: str) -> tuple[int, int, bool, bool]:
    is_notebook = not path.endswith(".py")
    return notebook.written, len(notebook.answers), path == expected, is_notebook


def _choice(path: str, parsed: Mapping[str, ParsedNotebook], expected: str) -> Iterator[str]:
    """Yield what was chosen among several files, or in place of the expected one."""
    if path == expected:
        return
    if expected in parsed:
        yield f"graded is {path}, which has more answers than {expected}"
    else:
        yield f"there is no {expected}: graded is {path}"


def _nearest_problem(problems: Mapping[str, str], expected: str) -> str:
    if expected in problems:
        return problems[expected]
    if len(problems) == 1:
        ((path, problem),) = problems.items()
        return f"there is no {expected}, and in {path} {problem}"
    return f"there is no {expected}: hand in the notebook under its own name"


def opened(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files, zip files replaced by the notebooks and scripts in them."""
    result: dict[str, bytes] = {}
    for path, content in files.items():
        if path.lower().endswith(".zip"):
            for name, inner in zip_members(content, is_candidate):
                result[f"{path}/{name}"] = inner
        else:
            result[path] = content
    return result


def zip_members(
    content: bytes, is_wanted: Callable[[PurePosixPath], bool], limit: int = FILE_LIMIT
) -> Iterator[tuple[str, bytes]]:
    """Yield the files in a zip file whose names are wanted, and nothing where it is none.

    limit: bytes of all of them together; a file that goes beyond is left out.
    """
    left = limit
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist()[:ZIP_FILES_LIMIT]:
                is_file = not info.is_dir() and info.file_size <= left
                if is_file and is_wanted(PurePosixPath(info.filename)):
                    with archive.open(info) as file:
                        inner = file.read(info.file_size)
                    left -= len(inner)
                    yield info.filename, inner
    except Exception:  # a damaged archive, an odd method, a password
        return


def is_candidate(path: PurePosixPath) -> bool:
    """Tell whether a file may hold a submission, by its name."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    name = path.name.lower()
    return not hidden and (name.endswith(".py") or ".ipynb" in name)


# --- what students see ---


def look(path: Path, course: Course) -> Iterator[str]:
    """Yield what grading will find in a file, for the student who hands it in.

    Raises Unreadable where it will find nothing, with the reason.
    """
    files = opened({path.name: path.read_bytes()})
    results = []
    for notebook in course.notebooks:
        with suppress(Unreadable):
            _, parsed = best_of(files, path.name, list(notebook.by_name), notebook.essay_names)
            results.append((len(parsed.answers), notebook, parsed))
    if not results:
        best_of(files, path.name, list(course.exercises))  # raises what is wrong with it
        raise Unreadable(f"{NOT_A_NAME}Is it another file?")
    count, notebook, parsed = max(results, key=lambda result: result[0])
    total = len(notebook.exercises)
    yield f"{notebook.assignment}: {count} of {total} exercises found, this file will be graded"
    if parsed.written < count:
        yield f"{count - parsed.written} of them are not written yet"
    if not parsed.student_id and any(exercise.by_hand for exercise in notebook.exercises):
        yield f'No cell says {NAME} = "...": without it what you worked out by hand earns nothing'
    for essay, text in parsed.texts.items():
        if text.strip() == UNWRITTEN_TEXT:
            yield f"{essay} is not written yet: a person will read it"
    if path.name != notebook.file:
        yield f"Its name is {path.name}: {notebook.file} is expected, and this one is found too"
    for fault in parsed.faults:
        yield f"a person will look at it: {fault}"
