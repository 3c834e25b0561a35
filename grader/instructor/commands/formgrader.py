"""Whether Formgrader finds the course: where it does not, it lists nothing and shows no error.

nbgrader reads nbgrader_config.py in the folders of Jupyter's settings (JUPYTER_CONFIG_PATH, the
home folder's .jupyter, the environment's etc/jupyter, /etc/jupyter) and in the folder in which the
server was started, which has the last word. Then it reads the one in the course's root, if any of
these names a root. A JupyterHub starts servers in the home folder, whatever folder they show.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.instructor.courses import repository_of
from grader.judge.course import Course

SETTINGS = "nbgrader_config.py"


def findings(course: Course) -> Iterator[tuple[str, bool]]:
    """Yield (sentence, whether it is harmless) on a Formgrader that would not work.

    It is harmless outside a hub, where the next JupyterLab may be started in another folder. Raises
    CourseError.
    """
    repository = repository_of(course)
    if repository is None or not (repository / SETTINGS).is_file():
        return
    is_hub = "JUPYTERHUB_USER" in os.environ
    start = Path.home() if is_hub else Path.cwd()
    if _root(start, repository) != repository:
        yield _lists_nothing(start, repository), not is_hub
    served = Path(os.environ.get("JUPYTERHUB_ROOT_DIR", start)).expanduser().resolve()
    if is_hub and not repository.is_relative_to(served):
        yield (
            f"Formgrader will show an error page: this hub's server shows {served}, and the course "
            f"lies in {repository}. Let its notebook_dir be {repository} (docs/classroom.md).",
            False,
        )


def _root(start: Path, repository: Path) -> Path:
    """Return the root of the course that nbgrader would open from a folder."""
    from jupyter_core.paths import jupyter_config_path  # noqa: PLC0415 (not on a grading worker)

    for folder in (start, *map(Path, jupyter_config_path())):
        root = _root_named_in(folder / SETTINGS, repository)
        if root:
            return Path(start, root).resolve()
    return start.resolve()


def _root_named_in(settings: Path, repository: Path) -> str:
    """Return the root that a file names, or "".

    The course's own file is not run: it makes the course folder.
    """
    from traitlets.config import PyFileConfigLoader  # noqa: PLC0415 (as above)

    if not settings.is_file():
        return ""
    if settings.samefile(repository / SETTINGS):
        return str(repository)
    try:
        config = PyFileConfigLoader(settings.name, path=str(settings.parent)).load_config()
    except Exception:  # it is a program; nbgrader logs its error and goes on
        return ""
    return str(config.get("CourseDirectory", {}).get("root", ""))


def _lists_nothing(start: Path, repository: Path) -> str:
    path = os.environ.get("JUPYTER_CONFIG_PATH", "")
    named = f"JUPYTER_CONFIG_PATH is {path}" if path else "JUPYTER_CONFIG_PATH is not set"
    return (
        f"Formgrader will list nothing in a JupyterLab that is started in {start}: {named}, and no "
        f"settings lead to {repository / SETTINGS}. Set JUPYTER_CONFIG_PATH={repository} for it "
        f"(docs/classroom.md), or start it in {repository}."
    )
