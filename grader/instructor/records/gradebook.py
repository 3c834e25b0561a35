"""The gradebook: opened, read, exported and written. Its tables are in gradebook_tables.py.

A new database is made by nbgrader, which is imported where it is needed: that takes two seconds.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, TableClause, create_engine, make_url
from sqlalchemy.exc import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SAWarning,
    SQLAlchemyError,
)

from grader.instructor import rights
from grader.instructor.classroom import Classroom, environment_on_path
from grader.instructor.courses import CourseError
from grader.instructor.records.gradebook_tables import Batch, Graded, cells_of, tables_of
from grader.instructor.records.late_penalty import LatePenalty
from grader.instructor.records.scores import NeedsReview
from grader.instructor.records.standings import (
    PageRecord,
    Standing,
    comments_of,
    due_date,
    graded_students,
    standings_of,
)
from grader.judge.course import Notebook
from grader.notebook.intake import TEST
from grader.notebook.whole_file import mode_of_new_files

PATIENCE = 10.0  # seconds to wait for another program that holds a SQLite gradebook
SERVER_PATIENCE = 60.0  # seconds to wait for a server that was there before
PAUSE = 0.5  # seconds until it is asked again
RACES = 3  # tries of what another grader may have written at the same time
DRIVERS = {"postgresql": ("psycopg", "postgres")}  # a server's best driver, and the extra with it
T = TypeVar("T")


@contextmanager
def opened(classroom: Classroom) -> Iterator[Any]:
    """Open the gradebook, making it when it is missing; yield nbgrader's Gradebook.

    Raises CourseError when that cannot be done.
    """
    # Imported here: see the head of this module.
    from nbgrader.api import Gradebook  # noqa: PLC0415

    environment_on_path()
    try:
        rights.make(classroom.folder)
        with _with_rights(classroom.gradebook_file):
            book = Gradebook(classroom.db, classroom.course.name)
    except (SQLAlchemyError, OSError, ImportError, ValueError) as error:
        raise _not_opened(classroom, error) from None
    try:
        with warnings.catch_warnings():
            # nbgrader's own queries give this warning with SQLAlchemy 2.
            warnings.simplefilter("ignore", SAWarning)
            yield book
    finally:
        book.close()


@contextmanager
def _with_rights(file: Path | None) -> Iterator[None]:
    """Let SQLite make a file that has the mode of other new files: it lets no group write."""
    is_new = file is not None and not file.exists()
    yield
    if file is not None and is_new:
        file.chmod(mode_of_new_files())


def standings(classroom: Classroom, assignment: str) -> list[Standing]:
    """Return what the gradebook holds on an assignment, sorted by student.

    Raises CourseError when the gradebook cannot be read, or the assignment is not released.
    """
    with Writer(classroom, assignment) as book:
        return book.standings()


@contextmanager
def reading(classroom: Classroom) -> Iterator[tuple[Connection, dict[str, TableClause]]]:
    """Open the gradebook to read it; yield a connection and nbgrader's tables.

    Raises CourseError when that cannot be done, or nothing was released into it yet.
    """
    with _connected(classroom, lambda engine: engine.connect()) as (db, tables):
        yield db, tables


@contextmanager
def writing(classroom: Classroom) -> Iterator[tuple[Connection, dict[str, TableClause]]]:
    """Open the gradebook for one transaction; yield a connection and nbgrader's tables.

    Raises CourseError as `reading` does, and then nothing is written.
    """
    with _connected(classroom, lambda engine: engine.begin()) as (db, tables):
        yield db, tables


@contextmanager
def without_transaction(classroom: Classroom) -> Iterator[Connection]:
    """Open the gradebook for a statement that works in no transaction; yield a connection.

    Raises CourseError as `reading` does.
    """
    with _connected(
        classroom,
        lambda engine: engine.connect().execution_options(isolation_level="AUTOCOMMIT"),
    ) as (db, _):
        yield db


@contextmanager
def _connected(
    classroom: Classroom, connect: Callable[[Engine], AbstractContextManager[Connection]]
) -> Iterator[tuple[Connection, dict[str, TableClause]]]:
    """Yield a connection and nbgrader's tables. Raises CourseError."""
    try:
        engine = _engine(classroom.db, PATIENCE)
        with connect(engine) as db:
            tables = tables_of(db)
            if tables:
                yield db, tables
        engine.dispose()
    except (SQLAlchemyError, OSError, ImportError, ValueError) as error:
        raise _not_opened(classroom, error) from None
    if not tables:
        raise CourseError(
            f"There is nothing in the gradebook {without_password(classroom.db)} yet. "
            "Run first: grader release"
        )


class Writer:
    """Writes results as nbgrader's autograde leaves them, each batch in one transaction.

    Between batches no connection is open. Where the gradebook is on a server that goes away, as
    for a restart, a reading or a batch waits for it. patience: seconds to wait for another program
    that holds a SQLite gradebook; say: is told that a server is waited for. Raises CourseError
    when the gradebook cannot be opened, or the assignment is not released.
    """

    def __init__(
        self,
        classroom: Classroom,
        assignment: str,
        patience: float = PATIENCE,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.classroom = classroom
        self.notebook = classroom.course.by_assignment[assignment]
        self.penalty = LatePenalty(classroom)
        self.say = say
        cells = []
        try:
            self.engine = _engine(classroom.db, patience)
            with self.engine.connect() as db:
                self.tables = tables_of(db)
                if self.tables:
                    cells = cells_of(db, self.tables, assignment)
                    self.due = due_date(db, self.tables, assignment)
        except (SQLAlchemyError, OSError, ImportError, ValueError) as error:
            raise _not_opened(classroom, error) from None
        if not any(cell.notebook == self.notebook.stem for cell in cells):
            raise _not_released(classroom, assignment)
        names = {cell.notebook for cell in cells}
        self.only_notebook = self.notebook.stem if len(names) == 1 else ""

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        self.engine.dispose()

    def standings(self, students: Collection[str] | None = None) -> list[Standing]:
        """Return what the gradebook holds, on these students alone where there are any named.

        Raises CourseError when it cannot be read.
        """
        return self._read(
            lambda db: standings_of(db, self.tables, self.notebook.assignment, students)
        )

    def graded_students(self) -> list[str]:
        """Return the students with a score. Raises CourseError when they cannot be read."""
        return self._read(lambda db: graded_students(db, self.tables, self.notebook.assignment))

    def page_records(self, students: Collection[str]) -> dict[str, PageRecord]:
        """Return what the pages of these students show of the gradebook, by student.

        Raises CourseError when it cannot be read.
        """
        standings = self.standings(students)
        comments = self._read(
            lambda db: comments_of(db, self.tables, self.notebook.assignment, students)
        )
        return {
            each.student: PageRecord(each, self.only_notebook, comments.get(each.student, {}))
            for each in standings
        }

    def _read(self, read: Callable[[Connection], T]) -> T:
        """Return what a function reads of the gradebook. Raises CourseError."""

        def connected() -> T:
            with self.engine.connect() as db:
                return read(db)

        try:
            return self._patiently(connected)
        except SQLAlchemyError as error:
            raise _not_opened(self.classroom, error) from None

    def _patiently(self, do: Callable[[], T]) -> T:
        """Return what a transaction gives; it is begun anew where that may help.

        A server may be restarted meanwhile; and of two graders who make the same row or table at
        once, the second finds it there when it begins anew. Raises SQLAlchemyError.
        """
        end = time.monotonic() + SERVER_PATIENCE
        races = 0
        waits = False
        while True:
            try:
                return do()
            except (IntegrityError, ProgrammingError):
                races += 1
                if races == RACES:
                    raise
            except (OperationalError, InterfaceError) as error:
                if self._is_a_file or time.monotonic() > end:
                    raise
                if self.say is not None and not waits:
                    self.say(_waiting(self.classroom, error))
                waits = True
                time.sleep(PAUSE)

    @property
    def _is_a_file(self) -> bool:
        """Whether there is no server, and the driver itself waits for who holds the gradebook."""
        return self.engine.dialect.name == "sqlite"

    def has_other_penalty(self, standing: Standing) -> bool:
        """Tell whether the late penalty is not the one that the course's settings give now."""
        return self.penalty.is_other(standing)

    def misfit(self, notebook: Notebook, regrade: bool = False) -> str:
        """Return why the gradebook cannot hold the points of today's course, and what to do; ""
        where it can.

        notebook: with the exercises that are graded; regrade: whether grades that are there would
        lose the points of exercises that are gone.
        """
        try:
            with self.engine.connect() as db:
                cells = cells_of(db, self.tables, self.notebook.assignment)
        except SQLAlchemyError as error:
            raise _not_opened(self.classroom, error) from None
        # A course may have other cells, which people grade.
        tests = [cell for cell in cells if cell.kind == "GradeCell" and cell.name.startswith(TEST)]
        worth = {cell.name.removeprefix(TEST): cell.max_score for cell in tests}
        course = {exercise.name: exercise.points for exercise in notebook.exercises}
        gone = set() if regrade else worth.keys() - self.notebook.by_name.keys()
        release = f"Run first: grader release {self.notebook.assignment}"
        if worth.keys() - gone != course.keys():
            advice = other_cells(self.notebook.assignment) if self.standings() else release
            return f"{_other_exercises(course, worth)}. {advice}"
        for name, points in course.items():
            if points != worth[name]:
                return (
                    f"{name} is worth {points:g} in the course and {worth[name]:g} in the "
                    f"gradebook. {release}"
                )
        return ""

    def record(self, batch: Sequence[Graded]) -> dict[str, str]:
        """Write a batch. Manual scores, extra credit and manual comments are kept.

        Returns whose verdict does not fit the gradebook's cells, and why; of these nothing is
        written. Raises CourseError, and then nothing of the batch is written.
        """
        results = {graded.student: graded for graded in batch}
        if not results:
            return {}
        try:
            return self._patiently(lambda: self._record(results))
        except NeedsReview as error:
            raise CourseError(
                f"{error}; nothing was written. "
                f"Run first: grader release {self.notebook.assignment}"
            ) from None
        except SQLAlchemyError as error:
            raise _not_written(self.classroom, list(results), error) from None

    def _record(self, results: dict[str, Graded]) -> dict[str, str]:
        with self.engine.begin() as db:
            rows = Batch(db, self.tables, self.notebook, dict(results))
            rows.write(self.penalty.points_off)
        return rows.refused


def other_cells(assignment: str) -> str:
    """Return what can be done where a course has added or removed exercises of a graded class."""
    return (
        "nbgrader adds and removes no exercise once there are submissions: put the exercises back "
        "as they were released; or begin a new gradebook: move the old one away, or name another "
        "with --db (points by hand, extensions and the due date are in the old one), and run: "
        f"grader release {assignment}, then grader grade {assignment}"
    )


def _other_exercises(course: Collection[str], gradebook: Collection[str]) -> str:
    """Return which exercises a course and a gradebook do not share."""
    new = [f"the gradebook has no exercise {name}" for name in course if name not in gradebook]
    gone = [
        f"the course has no exercise {name} any more" for name in gradebook if name not in course
    ]
    return " and ".join(new + gone)


def _engine(url: str, patience: float) -> Engine:
    """Return what opens connections. Raises CourseError where SQLite would make a new file."""
    options: dict[str, Any] = {}
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        options["timeout"] = patience
        path = address.database or ""
        if not path.startswith("file:") and not Path(path).exists():
            raise CourseError(
                f"There is no gradebook {without_password(url)}. Run first: grader release, "
                "which makes it; or name the right one with --db."
            )
    return create_engine(url, poolclass=NullPool, connect_args=options)


def _not_opened(classroom: Classroom, error: Exception) -> CourseError:
    reason = _reason(classroom, error)
    return CourseError(
        f"The gradebook {without_password(classroom.db)} cannot be opened: {reason}. Expected an "
        "nbgrader database or a place where one can be made; look at the path and its "
        "permissions, or close what holds it. Nothing was changed."
    )


def _not_released(classroom: Classroom, assignment: str) -> CourseError:
    return CourseError(
        f"{assignment} is not in the gradebook {without_password(classroom.db)}. "
        f"Run first: grader release {assignment}"
    )


def _not_written(classroom: Classroom, students: list[str], error: Exception) -> CourseError:
    who = students[0]
    if len(students) > 1:
        who = f"This batch of {len(students)} ({students[0]} to {students[-1]})"
    where = without_password(classroom.db)
    return CourseError(
        f"The gradebook {where} cannot be written: {_reason(classroom, error)}. "
        f"{who} has no new score. Close what holds it (formgrader, another grader) or make room, "
        "and run the command again: it goes on where it stopped."
    )


def _waiting(classroom: Classroom, error: Exception) -> str:
    where = without_password(classroom.db)
    return (
        f"The gradebook {where} cannot be used at the moment: {_reason(classroom, error)}. "
        f"It is tried again for {SERVER_PATIENCE:g} seconds."
    )


def without_password(url: str) -> str:
    """Return a gradebook's URL without its password."""
    if not url.startswith("sqlite:///"):  # a path may hold an @
        url = re.sub(r"://.*@", "://***@", url)
    return re.sub(r"(?i)(passw\w*|pwd)=[^&]*", r"\1=***", url)


def _reason(classroom: Classroom, error: Exception) -> str:
    """Return the first line of an error, of the database's own error where there is one."""
    if isinstance(error, ModuleNotFoundError):
        return _without_driver(classroom, error)
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    if re.search(r"no such (column|table)|does not exist", reason):
        reason += ". If an earlier nbgrader made it, run first: nbgrader db upgrade"
    return reason.replace(classroom.db, without_password(classroom.db))


def _without_driver(classroom: Classroom, error: ModuleNotFoundError) -> str:
    """Return which driver a server's URL asks for, and how to get one."""
    backend = make_url(classroom.db).get_backend_name()
    driver, extra = DRIVERS.get(backend, ("", ""))
    if not driver:
        return f"its driver {error.name} is not installed"
    if error.name == driver:
        return f'{driver} is not installed: pip install "cnn-gradients[{extra}]"'
    return (
        f"its driver {error.name} is not installed: write {backend}+{driver}:// and install "
        f'{driver}: pip install "cnn-gradients[{extra}]"'
    )
