"""Small pieces of HTML from this room's templates, in which Jinja escapes every value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.show.render import environment_of

PARTS = Path(__file__).with_name("templates") / "parts"


def part(template: str, **values: Any) -> str:
    """Return one of the templates in templates/parts/, filled in."""
    return environment_of(PARTS).get_template(f"{template}.html.j2").render(values).strip()
