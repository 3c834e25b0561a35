"""The code cells of a file that somebody hands in, whatever tool has written it.

Nothing runs here, numpy is not needed, and what is guessed is said.
"""

from __future__ import annotations

import ast
import codecs
import io
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FILE_LIMIT = 128 * 2**20  # bytes of a file, outputs and pictures included
CODE_LIMIT = 8 * 2**20  # letters of its cells
SCRIPT_LIMIT = 2**18  # letters of a script that Python reads: it takes 700 times their bytes
PARTS_LIMIT = 2_000_000  # strings and brackets of its JSON
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What no cell's source is part of: pictures and outputs of many megabytes.
PASSED_OVER = ('"outputs"', '"attachments"', '"widgets"')
# A string without an end goes on to the end of the text: else each mark in it would begin one.
TOKEN = re.compile(r'"[^"\\]*(?:\\.?[^"\\]*)*"?|[{}\[\]]', re.DOTALL)
# Lines by which tools part a script into cells: jupytext and editors, nbconvert, Databricks.
PARTING = re.compile(r"^# (?:%%.*|In ?\[[ \d]*\]:|COMMAND -+|\+.*)$", re.MULTILINE)
LANGUAGE = re.compile(r"\A\s*%%?(?:python3?|py)[ \t]*\n")  # of Databricks and other hosts
FENCE = re.compile(r"\A\s*```[\w ]*\n(.*?)\n?```\s*\Z", re.DOTALL)


class Unreadable(Exception):
    """A submission that cannot be graded at all; the text is for the student."""


@dataclass(frozen=True)
class FileCell:
    """A cell as it stands in a file.

    name: its id; grade_id: nbgrader's; is_code: whether a kernel would run it.
    """

    source: str
    name: str = ""
    grade_id: str = ""
    is_code: bool = True


@dataclass(frozen=True)
class FileCells:
    """The cells of a file, and what was guessed to read them: sentences for a person."""

    cells: tuple[FileCell, ...]
    guesses: tuple[str, ...] = ()


def cells_of_file(content: bytes, name: str = "") -> FileCells:
    """Return the cells in a file's bytes. name: of the file, for a script. Raises Unreadable."""
    if not content.strip(b" \t\r\n"):
        raise Unreadable("the file is empty. Save the notebook and hand it in again")
    text, guesses = text_of(content)
    if name.endswith(".py"):
        cells = [FileCell(source) for source in script_cells(text)]
        guesses.append(f"{name} is a script: its cells were made of its lines")
    else:
        notebook, more = _notebook(text)
        guesses += more
        cells = list(_cells(notebook, guesses))
    if sum(len(cell.source) for cell in cells) > CODE_LIMIT:
        raise Unreadable(
            f"its cells hold more than {CODE_LIMIT // 2**20} million letters. Take data out of "
            "them and hand it in again"
        )
    return FileCells(tuple(cells), tuple(guesses))


def text_of(content: bytes) -> tuple[str, list[str]]:
    """Return a file's bytes as text, and what was guessed. Raises Unreadable.

    A byte order mark decides, else UTF-8; NUL bytes around the text are left out.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            guesses = [] if encoding == "utf-8-sig" else [f"the file is text in {encoding.upper()}"]
            return _decoded(content, encoding), guesses
    if content[1:2] == b"\0" and content[3:4] == b"\0":
        return _decoded(content, "utf-16-le"), ["the file is text in UTF-16"]
    stripped = content.strip(b"\0")
    guesses = ["there are NUL bytes around the notebook"] if stripped != content else []
    try:
        return stripped.decode("utf-8"), guesses
    except UnicodeDecodeError:
        if not stripped.lstrip().startswith((b"{", b"#", b"import", b"from", b"def")):
            raise Unreadable(
                "the file is not text in UTF-8. Hand in the .ipynb file itself"
            ) from None
        text = stripped.decode("cp1252", "replace")
        return text, [*guesses, "the file is not text in UTF-8, and was read as Windows-1252"]


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).rstrip("\0")
    except UnicodeDecodeError:
        raise Unreadable(
            f"the file begins as text in {encoding.upper()} and does not go on so. "
            "Hand in the .ipynb file itself"
        ) from None


def _notebook(text: str) -> tuple[Any, list[str]]:
    """Return the JSON value at the beginning of a text, and what stands behind it.

    Raises Unreadable.
    """
    without = without_outputs(text).lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(without)
    except RecursionError:
        raise Unreadable("the file is nested too deeply to be a notebook") from None
    except ValueError as error:
        raise Unreadable(
            f"the file is not a notebook: no valid JSON ({error}). "
            "Download it again from JupyterLab"
        ) from None
    behind = without[end:].strip(" \t\r\n\0")
    return value, ["there is text behind the notebook, which was not read"] if behind else []


def without_outputs(text: str) -> str:
    """Return the JSON of a notebook without outputs and pictures, which may be megabytes.

    Raises Unreadable for a file that is made of more parts than a notebook has.
    """
    kept = []
    start = 0
    for begin, end in _passed_over(text):
        kept.append(text[start:begin])
        start = end
    return "null".join([*kept, text[start:]])


def _passed_over(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the lists and dicts stand in a JSON text that are passed over.

    Raises Unreadable.
    """
    if not any(name in text for name in PASSED_OVER):
        return
    begin = 0
    depth = 0  # of brackets, since the value that is passed over began
    name_end = len(text)  # of the name whose value may be passed over
    for number, token in enumerate(TOKEN.finditer(text)):
        if number > PARTS_LIMIT:
            raise Unreadable("the file has far more parts than a notebook")
        word = token[0]
        if depth:
            depth += (word in "{[") - (word in "}]")
            if depth == 0:
                yield begin, token.end()
        elif word in "{[" and text[name_end : token.start()].strip() == ":":
            begin = token.start()
            depth = 1
        name_end = token.end() if word in PASSED_OVER else len(text)


def _cells(notebook: Any, guesses: list[str]) -> Iterator[FileCell]:
    """Yield the cells of a notebook of format 3 or 4. Raises Unreadable."""
    cells = None
    if isinstance(notebook, dict) and notebook.get("nbformat") == 4:
        cells = notebook.get("cells")
    elif isinstance(notebook, dict) and notebook.get("nbformat") == 3:
        guesses.append("the notebook is of format 3")
        cells = _cells_of_worksheets(notebook.get("worksheets"))
    if not isinstance(cells, list):
        raise Unreadable(
            "the file is not a notebook of format 4. Open and save it in JupyterLab, "
            "and hand it in again"
        )
    for cell in cells:
        if isinstance(cell, dict):
            yield _cell(cell)


def _cells_of_worksheets(worksheets: Any) -> list[Any] | None:
    """Return the cells of a notebook of format 3, or None where there are none."""
    if not isinstance(worksheets, list):
        return None
    all_cells: list[Any] = []
    for sheet in worksheets:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            all_cells += sheet["cells"]
    return all_cells or None


def _cell(cell: dict[str, Any]) -> FileCell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    source = source.encode("utf-8", "replace").decode()  # drops lone surrogates
    name = cell.get("id")
    is_code = cell.get("cell_type") == "code"
    if is_code:
        source = LANGUAGE.sub("", source)
    return FileCell(source, name if isinstance(name, str) else "", _grade_id(cell), is_code)


def _grade_id(cell: dict[str, Any]) -> str:
    """Return nbgrader's name of a cell, or ""."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def unfenced(source: str) -> str:
    """Return the text of a Markdown cell without the fence around it."""
    fenced = FENCE.match(source)
    return fenced[1] if fenced else source


def script_cells(text: str) -> Iterator[str]:
    """Yield the cells of a script: a statement each, where Python can read it.

    So a line that fails takes nothing else along, whatever tool has joined the cells.
    """
    try:
        if len(text) > SCRIPT_LIMIT:
            raise ValueError(text)
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield from (part.strip("\n") for part in PARTING.split(text) if part.strip())
        return
    lines = list(io.StringIO(text, newline=""))  # as Python counts them
    start = 0
    for node in body:
        end = node.end_lineno or start
        if _is_under(node, lines, "app."):
            yield _marimo_cell(node, lines)
        elif end > start:
            yield "".join(lines[start:end]).strip("\n")
        start = max(start, end)


def _is_under(node: ast.stmt, lines: list[str], name: str) -> bool:
    """Tell whether a statement stands under a decorator whose text begins so.

    A cell of a marimo notebook is a function under @app.cell. lines: of the file.
    """
    for each in getattr(node, "decorator_list", ()):
        line = lines[each.lineno - 1].encode()  # Python counts bytes in a line
        if line[each.col_offset :].startswith(name.encode()):
            return True
    return False


def _marimo_cell(node: ast.stmt, lines: list[str]) -> str:
    """Return what a cell of a marimo notebook holds: the function itself, or the lines in it."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    if not _is_under(node, lines, "app.cell"):
        return "".join(lines[node.lineno - 1 : node.end_lineno]).strip("\n")
    body = node.body[:-1] if isinstance(node.body[-1], ast.Return) else node.body
    if not body:
        return ""
    first = min([body[0].lineno, *(each.lineno for each in getattr(body[0], "decorator_list", ()))])
    return textwrap.dedent("".join(lines[first - 1 : body[-1].end_lineno])).strip("\n")
