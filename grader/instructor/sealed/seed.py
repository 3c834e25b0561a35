"""The seed of a submission, from which its hidden cases are drawn.

It is made from the submission and from a secret of the class.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from grader.instructor import rights
from grader.instructor.classroom import Classroom
from grader.instructor.courses import CourseError
from grader.instructor.files import write_once

SECRET_BYTES = 32
SEED_BYTES = 8


def secret_of(classroom: Classroom) -> bytes:
    """Return the class's own secret, from which seeds are made.

    It is made when it is first used, in a file that others cannot read, whatever the umask. Raises
    CourseError where that file is too short: if a secret can be guessed, so can the hidden cases.
    """
    path = classroom.secret
    if not path.is_file():
        rights.make(classroom.folder)
        mode = 0o666 & ~rights.mask_of(classroom.folder)
        write_once(path, secrets.token_bytes(SECRET_BYTES), mode)
    secret = path.read_bytes()
    if len(secret) < SECRET_BYTES:
        raise CourseError(
            f"The class's secret is damaged: {path} has {len(secret)} bytes, and {SECRET_BYTES} "
            "were expected. Nothing was graded. Bring the file back from a copy, or remove it: the "
            "next run makes a new secret, and the grades that are there stay as they are."
        )
    return secret


def seed_of(secret: bytes, student: str, digest: str) -> int:
    """Return the seed of a submission. digest: of the submitted notebook.

    A repeated run draws the same seed, and nobody without the secret can foresee it.
    """
    message = f"{student}\0{digest}".encode()
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:SEED_BYTES], "big")
