"""Copies of a gradebook: a file of SQLite, as one moment has it, and back into a database.

The file is called gradebook.db, in whatever folder.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from grader.instructor.classroom import Classroom, sqlite_url
from grader.instructor.courses import CourseError
from grader.instructor.records.gradebook import PATIENCE, without_password
from grader.instructor.records.gradebook_tables import KNOWN
from grader.instructor.records.keys import KEYS

ROW_LIMIT = 1000  # rows that are written by one statement


def copy_gradebook(classroom: Classroom, to: Path) -> bool:
    """Write a copy of the gradebook into a new SQLite file; return whether there is a gradebook.

    Programs that write the gradebook meanwhile, as Formgrader does, do not disturb it. Raises
    CourseError.
    """
    file = classroom.gradebook_file
    if file is not None and not file.exists():
        return False
    try:
        if file is not None:
            _copy_file(file, to)
        else:
            _copy_tables(classroom.db, sqlite_url(to.parent))
    except (sqlite3.Error, SQLAlchemyError, OSError, ImportError, ValueError) as error:
        raise _not_copied(classroom, error) from None
    return True


def fill_database(classroom: Classroom, copy: Path) -> None:
    """Write the rows of a copy into a gradebook on a server, which must be empty.

    It is one transaction. Raises CourseError.
    """
    try:
        _copy_tables(sqlite_url(copy.parent), classroom.db)
    except (SQLAlchemyError, OSError, ImportError, ValueError) as error:
        raise _not_copied(classroom, error) from None


def problem_of_copy(copy: Path) -> str:
    """Return why a copy is no whole SQLite database, or ""."""
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as db:
            answer = str(db.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return "" if answer == "ok" else answer


def _copy_file(file: Path, to: Path) -> None:
    """Copy a SQLite database by SQLite's own way to do so. Raises sqlite3.Error."""
    with (
        closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as db,
        closing(sqlite3.connect(to)) as new,
    ):
        db.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, and has no other beside


def _copy_tables(source: str, target: str) -> None:
    """Copy nbgrader's tables and ours from one database into an empty one.

    Raises CourseError where one of them is not as this version of nbgrader makes it.
    """
    # Imported here: it takes two seconds, and only a server's gradebook needs it.
    from nbgrader.api import Base  # noqa: PLC0415

    with _engine(source) as old, _engine(target) as new, _moment(old) as db, new.begin() as to:
        existing = inspect(db).get_table_names()
        if existing and _version(db) != KNOWN:
            raise CourseError(_of_another_version(source))
        if inspect(to).get_table_names():
            raise CourseError(
                f"There are tables in {without_password(target)} already. Name an empty database "
                "with --db. Nothing was written."
            )
        tables = [*Base.metadata.sorted_tables, KEYS]
        for table in tables:
            if table.name in existing:
                table.create(to)
                _copy_rows(db, to, table)
        to.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        to.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{KNOWN}')")


def _copy_rows(db: Connection, to: Connection, table: Any) -> None:
    """Copy the rows of a table."""
    for part in db.execute(select(table)).mappings().partitions(ROW_LIMIT):
        to.execute(insert(table), [dict(row) for row in part])


def _version(db: Connection) -> str:
    """Return the version of nbgrader's database, "" where it says none."""
    if not inspect(db).has_table("alembic_version"):
        return ""
    return str(db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _moment(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that reads all tables as they are at one moment."""
    level = "SERIALIZABLE" if engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with engine.connect().execution_options(isolation_level=level) as db:
        yield db


def _of_another_version(url: str) -> str:
    return (
        f"The gradebook {without_password(url)} is of another version of nbgrader. "
        "Run first: nbgrader db upgrade. Nothing was written."
    )


def _not_copied(classroom: Classroom, error: Exception) -> CourseError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    reason = reason.replace(classroom.db, without_password(classroom.db))
    return CourseError(
        f"The gradebook {without_password(classroom.db)} cannot be copied: {reason}. "
        "Nothing was written."
    )
