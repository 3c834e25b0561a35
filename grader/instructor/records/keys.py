"""The key of each recorded grade: all that it depends on, in a table of ours in the gradebook.

It is written in the transaction that writes the grade, so a restored gradebook brings its keys
along. nbgrader leaves the table alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TypedDict

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    insert,
    inspect,
    select,
    update,
)

from grader.instructor.sealed.basis import Basis

KEYS = Table(
    "grader_key",
    MetaData(),
    Column("student_id", String(128), primary_key=True),
    Column("assignment", String(128), primary_key=True),
    Column("content", Text, nullable=False),
)


class Key(TypedDict):
    """What a recorded grade depends on, beside what nbgrader's own tables hold.

    sha256: the digest of the file; handed_in: when it first came; sandbox: the name of its tier;
    basis: the course's part; scores: the grader's points by exercise.
    """

    sha256: str
    handed_in: str
    sandbox: str
    basis: Basis
    scores: dict[str, float]


def read_keys(
    db: Connection, assignment: str, students: Collection[str] | None = None
) -> dict[str, Key]:
    """Return the keys of an assignment's grades by student. students: these alone."""
    if not inspect(db).has_table(KEYS.name):
        return {}
    query = select(KEYS.c.student_id, KEYS.c.content).where(KEYS.c.assignment == assignment)
    if students is not None:
        query = query.where(KEYS.c.student_id.in_(students))
    return {student: json.loads(content) for student, content in db.execute(query)}


def write_keys(db: Connection, assignment: str, keys: Mapping[str, Key]) -> None:
    """Write keys by student; the table is made where it is missing."""
    KEYS.create(db, checkfirst=True)
    of = KEYS.c.assignment == assignment
    query = select(KEYS.c.student_id).where(of, KEYS.c.student_id.in_(keys))
    known = set(db.scalars(query))
    rows = [{"row": name, "text": json.dumps(key, sort_keys=True)} for name, key in keys.items()]
    changed = [row for row in rows if row["row"] in known]
    new = [
        {"student_id": row["row"], "assignment": assignment, "content": row["text"]}
        for row in rows
        if row["row"] not in known
    ]
    if changed:
        statement = update(KEYS).where(of, KEYS.c.student_id == bindparam("row"))
        db.execute(statement.values(content=bindparam("text")), changed)
    if new:
        db.execute(insert(KEYS), new)
