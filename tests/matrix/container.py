"""Grade in the container that docs/Dockerfile describes, without Docker.

    python tests/matrix/container.py

Needs root and debootstrap. It makes the Debian that the Dockerfile starts from, runs its steps in
it, and there the entry point: as root and as another user. In a chroot nobody may make a user
namespace, as in most containers, so bubblewrap does not start and the second tier has to decide.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "docs" / "Dockerfile"
KEPT = re.compile(r"PIP_(?!FIND_LINKS)[A-Z_]*|SSL_CERT_[A-Z]*|[A-Za-z]*_(proxy|PROXY)")
# By which names, certificates and settings this machine reaches the package indexes.
SETTINGS = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/pip.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/apt/apt.conf",
)
SECOND = "sealed, by Landlock and seccomp alone"
RIGHT = "all points and hints are those known beforehand"
USER = 4321
# What Docker leaves to the superuser of a container.
CAPABILITIES = [
    "chown",
    "dac_override",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "net_bind_service",
    "net_raw",
    "sys_chroot",
    "mknod",
    "audit_write",
    "setfcap",
]
LIMITED = ["setpriv", "--inh-caps=-all", f"--bounding-set=-all,+{',+'.join(CAPABILITIES)}"]


@dataclass
class Container:
    """A Dockerfile's system in a folder."""

    system: Path
    context: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    entry: list[str] = field(default_factory=list)

    def step(self, name: str, words: str) -> None:
        """Do one step of the Dockerfile."""
        if name == "RUN":
            share_settings(self.system)  # anew, since a package may have written its own
            self.run(["sh", "-c", words])
        elif name == "WORKDIR":
            self.folder = words
            self.inside(words).mkdir(parents=True, exist_ok=True)
        elif name in ("ARG", "ENV"):
            variable, _, value = words.partition("=")
            self.variables[variable] = value
        elif name == "ENTRYPOINT":
            self.entry = json.loads(words)
        elif name == "COPY":
            self.copy(*words.split())
        elif name not in ("FROM", "CMD"):
            raise SystemExit(f"{DOCKERFILE}: {name} is not known here")

    def copy(self, *names: str) -> None:
        """Copy files, or the content of one folder, as Docker does."""
        *sources, target = names
        to = self.inside(self.folder) / target
        for source in (self.context / name for name in sources):
            if source.is_dir():
                shutil.copytree(source, to, dirs_exist_ok=True)
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, to)

    def inside(self, path: str) -> Path:
        return self.system / path.lstrip("/")

    def run(self, command: list[str], user: int = 0, check: bool = True) -> str:
        """Run a command inside; return what it said."""
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        variables = kept | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | self.variables
        inside = ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
        place = ["sh", "-c", 'cd "$0" && exec "$@"', self.folder]
        done = subprocess.run(
            ["chroot", f"--userspec={user}:{user}", str(self.system), *inside, *place, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(
                f"{' '.join(command)}\n{done.stdout[-4000:]}\nstatus {done.returncode}"
            )
        return done.stdout


def steps(path: Path = DOCKERFILE) -> list[tuple[str, str]]:
    """Return a Dockerfile's steps: the name of each, and what comes behind it."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()
    ]


@contextmanager
def debian(release: str, *options: str, source: list[str] | None = None) -> Iterator[Path]:
    """Make a small Debian, or an Ubuntu, and remove it at the end. source: where its packages are."""
    system = Path(tempfile.mkdtemp(prefix="container-", dir="/var/tmp"))
    mounted = []
    try:
        system.chmod(0o755)
        where = mirror() if source is None else source
        command = ["debootstrap", "--variant=minbase", *options, release, str(system), *where]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise SystemExit(f"debootstrap: {made.stdout[-2000:]}{made.stderr[-2000:]}")
        for kind, place in (("proc", "proc"), ("tmpfs", "dev/shm")):
            (system / place).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "-t", kind, kind, str(system / place)], check=True)
            mounted.append(system / place)
        (system / "dev/shm").chmod(0o1777)
        yield system
    finally:
        for path in mounted:
            subprocess.run(["umount", str(path)], check=False)
        subprocess.run(["rm", "-rf", "--one-file-system", str(system)], check=False)


def share_settings(system: Path) -> None:
    """Copy into a system what this one reaches the package indexes by."""
    for name in (*SETTINGS, *map(str, Path("/etc/apt/apt.conf.d").glob("*proxy*"))):
        if Path(name).exists():
            target = system / name[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target)


def mirror() -> list[str]:
    """Return the address from which this machine has its own packages, if it says so."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return said.split()[:1]


@contextmanager
def context() -> Iterator[Path]:
    """Copy what belongs to the repository, as it is now, into a folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, target)
        yield Path(folder)


def grade_in(container: Container, user: int) -> None:
    """Look at the sandbox and play the demo class. Ends with what is wrong."""
    course = container.inside(container.folder) / "course"
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir()
    os.chown(course, user, user)
    forbidden = container.run(["sh", "-c", "unshare --user true 2>&1 || echo forbidden"], user)
    limited = [] if user else LIMITED  # an ordinary user has none of them
    for words, expected in (("doctor", SECOND), ("demo", RIGHT)):
        said = container.run([*limited, *container.entry, words], user)
        print(said)
        if expected not in said or "--unsafe" in said or "forbidden" not in forbidden:
            raise SystemExit(f"user {user}: expected {expected!r}, sealed, in the second tier")


def main() -> None:
    """Make the container and grade in it."""
    every = steps()
    image = every[0][1]
    release = image.partition(":")[2].removesuffix("-slim")
    with context() as files, debian(release) as system:
        container = Container(system, files)
        for name, words in every:
            print(f"{name} {words}", flush=True)
            container.step(name, words)
        for user in (0, USER):
            grade_in(container, user)
    print("graded in the container, by the second tier")


if __name__ == "__main__":
    sys.exit(main())
