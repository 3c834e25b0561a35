"""The key of each recorded grade: all that it depends on, in a table of ours in the gradebook.

It is written in the transaction that writes the grade, so a restored gradebook brings its keys
along. nbgrader leaves the table alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
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

from grader.instructor.sealed.basis import Basis, differences
from grader.instructor.sealed.verdict_file import VerdictFile, scores_of

KEYS = Table(
    "grader_key",
    MetaData(),
    Column("student_id", String(128), primary_key=True),
    Column("assignment", String(128), primary_key=True),
    Column("content", Text, nullable=False),
)


class Key(TypedDict):
    """What a recorded grade depends on, beside what nbgrader's own tables hold.

    sha256: the digest of the file; handed_in: when it first came; timestamp: what is known of its
    timestamp.txt; due, extension: what its lateness was counted from; sandbox: the name of its
    tier; basis: the course's part; scores: the grader's points by exercise; why: the reason why it
    was graded again, if it was.
    """

    sha256: str
    handed_in: str
    timestamp: str
    due: str
    extension: str
    sandbox: str
    basis: Basis
    scores: dict[str, float]
    why: str


def is_of(verdict: VerdictFile, key: Key) -> bool:
    """Tell whether a verdict file is that of a recorded grade."""
    same = all(verdict[name] == key[name] for name in ("sha256", "sandbox", "basis"))
    return same and scores_of(verdict) == key["scores"]


def other_lateness(key: Key, due: str, extension: str, timestamp: str) -> Iterator[str]:
    """Yield what is said otherwise now about how late a submission is."""
    for what, then, now in (
        ("due date", key.get("due", due), due),
        ("extension", key.get("extension", extension), extension),
    ):
        if then != now:
            yield f"the {what} was {_plain(then)} and is {_plain(now)}"
    before = key.get("timestamp", timestamp)
    if before != timestamp:
        state = "another one" if before and timestamp else "new" if timestamp else "gone"
        yield f"its timestamp.txt is {state}"


def _plain(value: str) -> str:
    """Return a due date or an extension in words."""
    return value.removesuffix(", 0:00:00") or "none"


def remedy(key: Key | None, now: Basis | None) -> str:
    """Return the verb by which a grade and its verdict file come together again.

    `grade` makes verdicts of today's course alone, and leaves grades of an earlier one. now: what
    grades depend on today, None where that is not known.
    """
    if key is None or (now is not None and any(differences(key["basis"], now))):
        return "regrade"
    return "grade"


def read_keys(
    db: Connection, assignment: str, students: Collection[str] | None = None
) -> dict[str, Key]:
    """Return the keys of an assignment's grades by student. students: these alone."""
    if not inspect(db).has_table(KEYS.name):
        return {}
    query = select(KEYS.c.student_id, KEYS.c.content).where(KEYS.c.assignment == assignment)
    if students is not None:
        query = query.where(KEYS.c.student_id.in_(students))
    keys: dict[str, Key] = {}
    bases: dict[str, Basis] = {}
    for student, content in db.execute(query):
        key = keys[student] = json.loads(content)
        # A class has few of them, and each is larger than all the rest of a key.
        key["basis"] = bases.setdefault(json.dumps(key["basis"]), key["basis"])
    return keys


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
