"""Sheets of grades: what is filled in is read again, and every other byte is as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Person
from grader.instructor.platforms.sheets.sheet import (
    fill,
    points_text,
    problem_of_total,
    read_sheet,
)

from .as_platforms_write import as_csv, canvas_sheet, moodle_sheet

ASSIGNMENTS = [("Affine (123)", "16.00"), ("Conv, padded (124)", "20.00")]
STUDENTS = [
    ["Lovelace, Ada", "1", "0100", "ada", "A", "", "EX"],
    ['O\'Neil, "Tip"', "2", "0200", "tip", "A and B", "N/A", ""],
    ["=\"=cmd|' /C calc'!A0\"", "3", "0300", "calc", "B", "3.00", "@SUM(1)"],
    ["Müller,\nZoë", "4", "0400", "zoe", "B", "ex", "1,5"],
    ["Student, Test", "5", "", "", "A", "", ""],
]
# A cell: anything that a CSV file can hold; Python before 3.13 writes no quotes around a lone \r.
CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12)


def sheet_of(tmp_path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "grades.csv"
    path.write_bytes(text.encode(encoding))
    return read_sheet(path)


def rows_of(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    )


# --- Canvas ---


@pytest.mark.parametrize("manual", [False, True])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_canvas_gradebook_says_who_and_what(tmp_path, manual, delimiter):
    sheet = sheet_of(tmp_path, canvas_sheet(STUDENTS, ASSIGNMENTS, manual, delimiter=delimiter))
    layout = sheet.layout
    assert layout.platform == "canvas"
    first = 3 if manual else 2
    assert layout.people[first] == Person("Lovelace, Ada", "1", "ada", "", "0100")
    assert len(layout.people) == 4  # not the test student
    assert [(column.name, column.limit) for column in layout.columns] == [
        ("Affine (123)", 16.0),
        ("Conv, padded (124)", 20.0),
    ]
    assert sheet.column("Affine") == sheet.column("Affine (123)") == layout.columns[0]


def test_canvas_keeps_what_is_excused_and_not_assigned(tmp_path):
    text = canvas_sheet(STUDENTS, ASSIGNMENTS)
    sheet = sheet_of(tmp_path, text)
    column = sheet.column("Affine")
    filled = fill(sheet, {column: {2: 12.5, 3: 1.0, 4: None, 5: 2.0}})
    assert dict(filled.left) == {
        3: "it is not assigned to the student",
        5: "Canvas has excused the student (EX)",
    }
    before, after = rows_of(text.encode()), rows_of(filled.content)
    assert after[2][5] == "12.5"
    after[2][5] = ""
    assert after == before
    assert filled.content.count(b"\n") == text.count("\n")


def test_points_possible_that_are_not_ours_are_a_sentence(tmp_path):
    sheet = sheet_of(tmp_path, canvas_sheet(STUDENTS, ASSIGNMENTS))
    column = sheet.column("Affine")
    assert problem_of_total(column, 16.001) == ""
    assert problem_of_total(column, 12.5) == (
        "The column 'Affine (123)' has 16 points possible, and this assignment has 12.5."
    )


def test_totals_and_read_only_columns_take_no_points(tmp_path):
    assignments = [("Affine (123)", "16"), ("Final Score (2020)", ""), ("Odd (9)", "(read only)")]
    students = [["Lovelace, Ada", "1", "0100", "ada", "A", "", "", ""]]
    sheet = sheet_of(tmp_path, canvas_sheet(students, assignments))
    assert [column.name for column in sheet.layout.columns] == ["Affine (123)"]


def test_last_and_first_names_in_two_columns(tmp_path):
    rows = [
        ["LastName", "FirstName", "ID", "SIS Login ID", "Section", "Affine (123)"],
        ["    Points Possible", "", "", "", "", "16"],
        ["Lovelace", "Ada", "1", "ada", "A", ""],
    ]
    sheet = sheet_of(tmp_path, as_csv(rows, ",", "\n"))
    assert sheet.layout.people == {2: Person("Lovelace, Ada", "1", "ada")}


def test_an_unknown_column_is_named_with_those_that_there_are(tmp_path):
    sheet = sheet_of(tmp_path, canvas_sheet(STUDENTS, ASSIGNMENTS))
    with pytest.raises(CourseError) as caught:
        sheet.column("Afine")
    assert str(caught.value) == (
        f"{tmp_path / 'grades.csv'} has no column 'Afine' that takes points. Did you mean "
        "'Affine (123)'? There are: Affine (123), Conv, padded (124)."
    )


# --- Moodle ---

PARTICIPANTS = [
    (1001, "Ada Lovelace", "ada@uni.example", ""),
    (1002, 'Tip "O\'Neil", jr.', "tip@uni.example", "3.00"),
    (1003, "Zoë Müller", "zoe@uni.example", "0.00"),
]
GERMAN = (
    *("ID", "Vollständiger Name", "E-Mail-Adresse", "Status", "Bewertung", "Bestwertung"),
    *("Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)"),
    *("Zuletzt geändert (Bewertung)", "Feedback als Kommentar"),
)


@pytest.mark.parametrize(
    ("words", "identifier", "maximum"),
    [((), "Participant ", "100.00"), (GERMAN, "Teilnehmer/in", "100,00")],
)
def test_moodles_worksheet_is_filled_in_any_language(tmp_path, words, identifier, maximum):
    text = "\ufeff" + moodle_sheet(PARTICIPANTS, maximum, words, identifier)
    sheet = sheet_of(tmp_path, text)
    layout = sheet.layout
    assert layout.platform == "moodle"
    assert layout.people[1] == Person("Ada Lovelace", "1001", "", "ada@uni.example")
    (column,) = layout.columns
    assert (column.index, column.limit, layout.comments) == (4, 100.0, 9)
    filled = fill(sheet, {column: {1: 87.25, 2: 101.0, 3: None}}, {1: 'dx: a < b, "see page.html"'})
    assert dict(filled.left) == {
        2: "101 points are not between 0 and 100: the platform would leave them out"
    }
    before, after = rows_of(text.encode()), rows_of(filled.content)
    assert (after[1][4], after[1][9]) == ("87.25", 'dx: a &lt; b, "see page.html"')
    after[1][4] = after[1][9] = ""
    assert after == before
    assert filled.content.startswith(b"\xef\xbb\xbf")


def test_a_locked_grade_of_moodle_is_left(tmp_path):
    text = moodle_sheet(PARTICIPANTS).replace(",100.00,Yes", ",100.00,No", 1)
    sheet = sheet_of(tmp_path, text)
    filled = fill(sheet, {sheet.layout.columns[0]: {1: 1.0, 2: 2.0}})
    assert dict(filled.left) == {1: "Moodle has locked the grade"}


def test_a_worksheet_without_comments_has_no_column_for_them(tmp_path):
    rows = [row[:-1] for row in csv.reader(io.StringIO(moodle_sheet(PARTICIPANTS)))]
    sheet = sheet_of(tmp_path, as_csv(rows, ",", "\n"))
    assert sheet.layout.comments is None
    assert fill(sheet, {sheet.layout.columns[0]: {1: 1.0}}, {1: "text"}).content.count(b"text") == 0


def test_a_worksheet_of_an_anonymous_assignment_has_numbers_alone(tmp_path):
    rows = [[row[0], *row[3:]] for row in csv.reader(io.StringIO(moodle_sheet(PARTICIPANTS)))]
    sheet = sheet_of(tmp_path, as_csv(rows, ",", "\n"))
    assert sheet.layout.platform == "moodle"
    assert sheet.layout.people[1] == Person(number="1001")
    assert sheet.layout.columns[0].name == "Grade"


def test_a_scale_of_words_is_one_error(tmp_path):
    text = moodle_sheet(PARTICIPANTS, "poor\ngood").replace("Maximum grade", "Scale")
    with pytest.raises(CourseError, match="uses a scale of words, so no points can be written"):
        sheet_of(tmp_path, text)


# --- any sheet ---


def test_points_are_written_as_numbers():
    assert [points_text(number) for number in (3.0, 12.5, 1 / 3, 0.0, -0.001, 100.0)] == [
        *("3", "12.5", "0.33", "0", "0", "100")
    ]
    with pytest.raises(ValueError, match="are no points"):
        points_text(float("nan"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_sheet_keeps_its_encoding_delimiter_and_line_ends(tmp_path, encoding, delimiter, newline):
    rows = [["student_id", "name", "points"], ["ada", "Lovelace, Ada; é", ""], ["zoë", "Z", ""]]
    text = as_csv(rows, delimiter, newline)
    sheet = sheet_of(tmp_path, text, encoding)
    assert sheet.layout.people[1] == Person("Lovelace, Ada; é", login="ada")
    filled = fill(sheet, {sheet.column("points"): {1: 1.5, 2: 2.0}})
    rows[1][2], rows[2][2] = "1.5", "2"
    assert filled.content == as_csv(rows, delimiter, newline).encode(encoding)
    assert bool(sheet.notes) == (encoding == "cp1252")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@given(
    cells=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    numbers=st.lists(st.integers(0, 10000), min_size=6, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_filled_sheet_read_again_gives_what_was_put_in(
    tmp_path_factory, delimiter, newline, cells, numbers, quoting
):
    path = tmp_path_factory.getbasetemp() / "grades.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow(["student_id", "name", "points", "remarks"])
    for number, (name, points, remark) in enumerate(cells):
        writer.writerow([f"s{number}", name, points, remark])
    path.write_bytes(text.getvalue().encode("utf-8"))
    sheet = read_sheet(path)
    assert list(sheet.layout.people) == list(range(1, len(cells) + 1))
    points = {row: numbers[row - 1] / 100 for row in sheet.layout.people}
    path.write_bytes(fill(sheet, {sheet.column("points"): points}).content)
    again = read_sheet(path)
    for row, (name, _, remark) in enumerate(cells, start=1):
        written = again.table.values(row)
        assert written == [f"s{row - 1}", name, points_text(points[row]), remark]
    unchanged = fill(sheet, {sheet.column("points"): dict.fromkeys(points)}).content
    assert unchanged == text.getvalue().encode("utf-8")


def test_a_table_with_a_column_of_maxima_is_not_moodles(tmp_path):
    """Its ids look like Moodle's identifiers in some language, and it has no times."""
    sheet = sheet_of(tmp_path, "student_id,points,max\ns1,,2\ns2,,2\n")
    assert sheet.layout.platform == "plain"
    assert fill(sheet, {sheet.column("points"): {1: 2.5}}).left == {}


def test_a_line_for_excel_before_the_header_stays(tmp_path):
    sheet = sheet_of(tmp_path, "sep=;\r\nstudent_id;a,b\r\nada;\r\n")
    assert fill(sheet, {sheet.column("a,b"): {1: 3.0}}).content == (
        b"sep=;\r\nstudent_id;a,b\r\nada;3\r\n"
    )


def test_fifty_thousand_rows_are_filled(tmp_path):
    students = [[f"Lovelace, Ada {n}", f"{n}", f"{n}", f"s{n}", "A", "", ""] for n in range(50_000)]
    text = canvas_sheet(students, ASSIGNMENTS)
    sheet = sheet_of(tmp_path, text)
    filled = fill(sheet, {sheet.column("Affine"): dict.fromkeys(sheet.layout.people, 1.5)})
    assert len(sheet.layout.people) == 50_000
    assert filled.content.count(b",1.5,") == 50_000


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (b"PK\x03\x04workbook", "is a workbook of a spreadsheet program, and no CSV file"),
        (b"a\0b\0c", "is no text, so it is no CSV file"),
        (b"\xff\xfea\0b", "is cut off, or no text in utf-16-le"),
        (b"points,remarks\n1,2\n", "has no column that says who somebody is"),
        (b'id,points\nada,"1\nbob,2\n', "line 2: a quote is opened and never closed"),
        (
            b"id,points\nada,1\nbob\ntom,1,2\n",
            "its header has 2 cells, and not so line 3 (1 cells)",
        ),
    ],
)
def test_a_file_that_is_no_sheet_is_one_sentence(tmp_path, content, text):
    path = tmp_path / "grades.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError) as caught:
        read_sheet(path)
    assert text in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_sheet_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CourseError, match="There is no file"):
        read_sheet(tmp_path / "grades.csv")


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "grades.csv"
    for begin in (b"", b"Student,ID,SIS Login ID,Section,A (1)\n", b"Identifier,Grade\n"):
        path.write_bytes(begin + content)
        try:
            sheet = read_sheet(path)
        except CourseError:
            continue
        for column in sheet.layout.columns[:1]:
            fill(sheet, {column: dict.fromkeys(sheet.layout.people, 0.5)})


def test_a_letter_that_the_sheet_cannot_hold_is_one_sentence(tmp_path):
    sheet = sheet_of(tmp_path, moodle_sheet([(1, "Zoë", "z@u.example", "")]), "cp1252")
    with pytest.raises(CourseError, match="is written in cp1252, which has no letter '→'"):
        fill(sheet, {sheet.layout.columns[0]: {1: 1.0}}, {1: "→"})


def test_a_row_that_is_nobodys_takes_no_points(tmp_path):
    sheet = sheet_of(tmp_path, canvas_sheet(STUDENTS, ASSIGNMENTS))
    with pytest.raises(ValueError, match=r"row 1 of .* is nobody's"):
        fill(sheet, {sheet.column("Affine"): {1: 3.0}})
