"""HTML from a room's templates, in which Jinja escapes every value."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def html(template: str, **values: Any) -> str | None:
    """Return one of this room's templates, filled in.

    None means that Jinja is missing: a check needs numpy alone, and its text is shown then. Jupyter
    brings Jinja along.
    """
    try:
        environment = environment_of(TEMPLATES)
    except ImportError:
        return None
    return environment.get_template(template).render(values)


@cache
def environment_of(folder: Path) -> Environment:
    """Return what finds and fills in the templates of a folder. Raises ImportError."""
    # Imported here: `import grader` stays quick, and needs numpy alone.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
