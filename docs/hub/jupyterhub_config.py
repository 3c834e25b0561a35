"""JupyterHub for a class with accounts on one machine: docs/classroom.md says how to install it.

COURSE_REPOSITORY=/srv/cnn-gradients INSTRUCTORS="teacher" jupyterhub -f jupyterhub_config.py
"""

import os
import stat
import sys
from pathlib import Path

c = get_config()  # noqa: F821 (traitlets provides it)

# The instructors' clone, with an environment in .venv; students cannot read it.
REPOSITORY = Path(os.environ.get("COURSE_REPOSITORY", "/srv/cnn-gradients"))
# The students' environment, with the contents of student/ in etc/jupyter; everybody can read it.
STUDENTS = Path(os.environ.get("STUDENTS_ENVIRONMENT", "/opt/cnn-gradients"))
EXCHANGE = Path(os.environ.get("EXCHANGE_DIR", "/usr/local/share/nbgrader/exchange"))
INSTRUCTORS = set(os.environ.get("INSTRUCTORS", "").split())  # names of accounts


def problem() -> str:
    """Return what is wrong with the places above, in a sentence, or ""."""
    for what, path in (
        ("the course's repository (COURSE_REPOSITORY)", REPOSITORY / "nbgrader_config.py"),
        ("the instructors' environment", REPOSITORY / ".venv/bin/python"),
        ("the students' environment (STUDENTS_ENVIRONMENT)", STUDENTS / "bin/python"),
        ("the students' settings", STUDENTS / "etc/jupyter/nbgrader_config.py"),
        ("the exchange (EXCHANGE_DIR)", EXCHANGE),
    ):
        if not path.exists():
            return f"{path} is missing: {what}."
    if REPOSITORY.stat().st_mode & stat.S_IRWXO:
        return f"Students can reach {REPOSITORY}. Close it: chmod o-rwx {REPOSITORY}"
    if stat.S_IMODE(EXCHANGE.stat().st_mode) != 0o1777:
        return f"Students must be able to write into {EXCHANGE}: chmod 1777 {EXCHANGE}"
    if not INSTRUCTORS:
        return 'Nobody is an instructor. Name them: INSTRUCTORS="teacher assistant"'
    return ""


def before_spawn(spawner) -> None:
    """Let an instructor's server run from the clone and serve it, so that Formgrader works there.

    Without JUPYTER_CONFIG_PATH nbgrader looks in the home folder, finds no nbgrader_config.py, and
    Formgrader lists no assignment.
    """
    if spawner.user.name in INSTRUCTORS:
        spawner.cmd = server_of(REPOSITORY / ".venv")
        spawner.notebook_dir = str(REPOSITORY)
        spawner.environment = spawner.environment | {"JUPYTER_CONFIG_PATH": str(REPOSITORY)}


def server_of(environment: Path) -> list[str]:
    """Return the command that starts a person's JupyterLab from an environment."""
    return [str(environment / "bin/python"), "-m", "jupyterhub.singleuser"]


if problem():
    sys.exit(f"{__file__}: {problem()}")
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server with TLS stands in front of it
c.Authenticator.allow_all = True  # whoever has an account on the machine (PAM asks the password)
c.Authenticator.blocked_users = {"root"}
c.Spawner.cmd = server_of(STUDENTS)
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"EXCHANGE_DIR": str(EXCHANGE)}
c.Spawner.pre_spawn_hook = before_spawn
