"""What a student tries, run by a student's interpreter: each line of the input is an attempt.

    {"what": "read" | "list" | "write" | "replace", "path": PATH}

Prints, as a list in JSON, the error of each attempt, or null where it succeeded.
"""

from __future__ import annotations

import json
import os
import sys


def read(path: str) -> None:
    with open(path, "rb") as file:
        file.read()


def write(path: str) -> None:
    with open(path, "ab") as file:
        file.write(b"\n")


def replace(path: str) -> None:
    os.rename(path, path + "-of-ada")


ATTEMPTS = {"read": read, "list": os.listdir, "write": write, "replace": replace}


def error_of(what: str, path: str) -> str | None:
    try:
        ATTEMPTS[what](path)
    except OSError as error:
        return type(error).__name__
    return None


if __name__ == "__main__":
    print(json.dumps([error_of(**attempt) for attempt in json.loads(sys.argv[1])]))
