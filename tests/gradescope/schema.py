"""results.json as Gradescope documents it, as a JSON schema.

Source: docs/specs.md of gradescope/autograder_samples, commit af5dee4; a key that is not named there
is refused here.
"""

from __future__ import annotations

from typing import Any

FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": FORMAT,
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
    # "You can omit score information to add test cases that serve as informational checks"
    "anyOf": [{"required": ["score"]}, {"required": ["status"]}],
}
RESULTS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST, "minItems": 1},
        "leaderboard": {"type": "array"},
    },
}
# "optional, but required if not on each test case below"
GRADE = {**RESULTS, "anyOf": [{"required": ["score"]}, {"required": ["tests"]}]}
