"""The seed of a submission, from which its hidden cases are drawn, and the course's secret that it is made from."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from grader.instructor.classroom import Course
from grader.instructor.files import write_atomically


def secret_of(course: Course) -> bytes:
    """Return the course's own secret, which seeds are drawn from; made at the first use, for its owner's eyes."""
    path = course.folder / "verdicts" / ".secret"
    if not path.is_file():
        write_atomically(path, secrets.token_bytes(32), mode=0o600)
    return path.read_bytes()


def seed_of(secret: bytes, student: str, digest: str) -> int:
    """Return the seed of a submission: nobody can foresee it who does not have the secret, and a repeated run draws it again."""
    return int.from_bytes(
        hmac.digest(secret, f"{student}\0{digest}".encode(), hashlib.sha256)[:8], "big"
    )
