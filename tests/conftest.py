"""Fixtures for all tests."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from support import ROOT, references

from grader.exercises import EXERCISES
from grader.judge import judge
from grader.verdict import Verdict

sys.path.insert(0, str(ROOT / "notebooks" / "6-capstone"))  # `import layers`, as for a notebook that lies beside it
os.environ.pop("EXCHANGE_DIR", None)  # an instructor's own: the tests' courses have exchanges of their own
# The start check refuses the folder for temporary files, in which pytest's folders lie: what the tests start has another one.
tempfile.gettempdir()  # which this process remembers
_temporary = tempfile.TemporaryDirectory(prefix="cnn-gradients-")
os.environ["TMPDIR"] = _temporary.name
settings.register_profile("untimed", deadline=None)  # speed lives in `make bench`
settings.load_profile("untimed")


@pytest.fixture
def verdict_on() -> Callable[..., Verdict]:
    """Judge one function as exercise `name`, beside reference answers to all others."""

    def judged(name: str, function: Any, **others: Any) -> Verdict:
        return judge(EXERCISES[name], function, references() | others | {name: function})

    return judged
