"""A CSV file whose cells can be replaced, while every other byte stays what it was."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.sealed.intake import read_bytes
from grader.notebook.cells_of_file import FILE_LIMIT, Unreadable

# The longer mark first: that of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WINDOWS = "cp1252"
SEPARATOR_LINE = re.compile(r"sep=(?P<delimiter>[,;\t])\r?\n", re.IGNORECASE)  # for Excel
DELIMITERS = ",;\t"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
EXPECTED = "Expected: the CSV file that the platform exports."


@dataclass(frozen=True)
class CsvTable:
    """A CSV file, cut into cells.

    text: of the whole file, without its byte order mark; encoding: its codec; mark: its byte order
    mark, or b""; starts: for each row where its cells begin, and one beyond where the last one ends
    and one letter: so cell i is text[starts[i] : starts[i + 1] - 1].
    """

    path: Path
    text: str
    encoding: str
    mark: bytes
    delimiter: str
    starts: tuple[tuple[int, ...], ...]

    def raw(self, row: int, column: int) -> str:
        """Return a cell as it stands in the file, with its quotes."""
        starts = self.starts[row]
        return self.text[starts[column] : starts[column + 1] - 1]

    def width(self, row: int) -> int:
        """Return how many cells a row has."""
        return len(self.starts[row]) - 1

    def values(self, row: int) -> list[str]:
        """Return the cells of a row, without their quotes."""
        return [unquoted(self.raw(row, column)) for column in range(self.width(row))]

    def value(self, row: int, column: int) -> str:
        """Return a cell without its quotes, "" where the row has no such cell."""
        return unquoted(self.raw(row, column)) if column < self.width(row) else ""

    def line(self, row: int) -> int:
        """Return the number of the line in which a row begins, counted from 1."""
        before = self.text[: self.starts[row][0]]
        return len(re.findall("\r\n|\r|\n", before)) + 1

    def is_empty(self, row: int) -> bool:
        """Tell whether nothing stands in a row."""
        starts = self.starts[row]
        return not self.text[starts[0] : starts[-1] - 1].strip(self.delimiter + ' \t"')

    def replaced(self, cells: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with other values in some cells, by row and column.

        A cell that had quotes keeps them, and one that needs them gets them. Raises CourseError
        where a value cannot be written in the file's encoding.
        """
        pieces = []
        end = 0
        for (row, column), value in sorted(cells.items()):
            starts = self.starts[row]
            pieces += [self.text[end : starts[column]], self._written(row, column, value)]
            end = starts[column + 1] - 1
        pieces.append(self.text[end:])
        try:
            return self.mark + "".join(pieces).encode(self.encoding)
        except UnicodeEncodeError as error:
            raise CourseError(
                f"{self.path} is written in {self.encoding}, which has no letter "
                f"{error.object[error.start]!r}. Export it again as UTF-8."
            ) from None

    def _written(self, row: int, column: int, value: str) -> str:
        had_quotes = self.raw(row, column).startswith('"')
        if had_quotes or any(letter in value for letter in (self.delimiter, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value


def read_table(path: Path) -> CsvTable:
    """Read a CSV file in whatever encoding, and with whatever delimiter, a platform writes it.

    Without a byte order mark it is UTF-8, or else Windows-1252. Raises CourseError.
    """
    content = _content(path)
    mark, encoding = next(((m, e) for m, e in MARKS if content.startswith(m)), (b"", ""))
    text, encoding = _decoded(path, content[len(mark) :], encoding)
    if "\0" in text:
        raise CourseError(f"{path} is no text, so it is no CSV file. {EXPECTED}")
    hint = SEPARATOR_LINE.match(text)
    delimiter = hint["delimiter"] if hint else _delimiter_of(text)
    starts = _cut(path, text, delimiter, hint.end() if hint else 0)
    return CsvTable(path, text, encoding, mark, delimiter, starts)


def unquoted(raw: str) -> str:
    """Return what a cell means."""
    if not raw.startswith('"'):
        return raw
    end = raw.rfind('"')  # some programs write spaces behind the quote
    return (raw[1:end] + raw[end + 1 :]).replace('""', '"') if end else raw


def _content(path: Path) -> bytes:
    """Return a file's bytes. Raises CourseError for what is no CSV file."""
    if not path.is_file():
        raise CourseError(f"There is no file {path}. {EXPECTED}")
    try:
        content = read_bytes(path.resolve(), FILE_LIMIT)
    except (Unreadable, OSError) as error:
        raise CourseError(f"{path} cannot be read: {error}. {EXPECTED}") from None
    if content.startswith(WORKBOOKS):
        raise CourseError(
            f"{path} is a workbook of a spreadsheet program, and no CSV file. {EXPECTED} "
            "Name that file, or save the workbook as “CSV UTF-8”."
        )
    if not content.strip():
        raise CourseError(f"{path} is empty. {EXPECTED} Export it again.")
    return content


def _decoded(path: Path, content: bytes, encoding: str) -> tuple[str, str]:
    """Return a file's text and its encoding. Raises CourseError."""
    for codec in [encoding] if encoding else ["utf-8", WINDOWS, "latin-1"]:
        try:
            return content.decode(codec), codec
        except UnicodeDecodeError:
            continue
    raise CourseError(f"{path} is cut off, or no text in {encoding}. {EXPECTED} Export it again.")


def _delimiter_of(text: str) -> str:
    """Return what parts the cells of the first line: what parts it into the largest number."""
    lines = re.sub(r'"[^"]*"', "x", text[: 2**16]).strip("\r\n")
    first = re.split("[\r\n]", lines, maxsplit=1)[0]
    return max(DELIMITERS, key=first.count)


def _cut(path: Path, text: str, delimiter: str, begin: int) -> tuple[tuple[int, ...], ...]:
    """Return where the cells of each row begin. Raises CourseError for a quote without an end."""
    stop = re.compile(f"[{delimiter}\r\n]")
    rows = []
    starts = [begin]
    place = begin
    while place < len(text):
        if text[place] == '"':
            place = _end_of_quotes(path, text, place)
        match = stop.search(text, place)
        end = match.start() if match else len(text)
        place = end + 1
        starts.append(place)
        if match and match[0] == delimiter:
            if place == len(text):  # the last cell is empty
                starts.append(place + 1)
            continue
        rows.append(tuple(starts))
        if text[end : end + 2] == "\r\n":
            place += 1
        starts = [place]
    if len(starts) > 1:
        rows.append(tuple(starts))
    return tuple(rows)


def _end_of_quotes(path: Path, text: str, place: int) -> int:
    """Return the place behind a cell's quotes. Raises CourseError where they have no end."""
    end = text.find('"', place + 1)
    while end >= 0 and text[end + 1 : end + 2] == '"':
        end = text.find('"', end + 2)
    if end < 0:
        line = text.count("\n", 0, place) + 1
        raise CourseError(
            f"{path}, line {line}: a quote is opened and never closed. {EXPECTED} Export it again, "
            "and do not change it by hand."
        )
    return end + 1
