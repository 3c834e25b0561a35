"""A PostgreSQL server of Debian's on loopback, for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from tiers import lacking

USER, PASSWORD = "teacher", "s3cret"


def programs() -> Path | None:
    """Return the folder of the newest server's programs; Debian puts them on no path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    if folders:
        return folders[-1].parent
    return Path(found).resolve().parent if found else None


class Server:
    """A server in a folder, which asks for a password."""

    def __init__(self, folder: Path) -> None:
        place = programs()
        if place is None:
            lacking("PostgreSQL is not installed")
        self.programs = place
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.account = {"user": "postgres"} if os.geteuid() == 0 else {}  # it refuses root
        if self.account:
            shutil.chown(folder, "postgres")
        self.count = 0

    def make(self) -> None:
        """Make its files and start it."""
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        options = ["--auth=scram-sha-256", f"--username={USER}", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", f"--pwfile={password}", *options, "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        settings = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "start", "--wait", "-o", settings, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """Stop it as a lack of power would: what it does is lost."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        return self._new_database("template1")

    def copy_database(self, url: str) -> str:
        """Make a copy of a database that nobody uses; return its URL."""
        return self._new_database(url.rpartition("/")[2])

    def _new_database(self, template: str) -> str:
        self.count += 1
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.execute(text(f"CREATE DATABASE grades{self.count} TEMPLATE {template}"))
        engine.dispose()
        return self.url(f"grades{self.count}")

    def url(self, database: str, password: str = PASSWORD) -> str:
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
            **self.account,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Yield a server that is stopped at the end. folder: an empty one that every user can reach."""
    server = Server(folder)
    server.make()
    try:
        yield server
    finally:
        server.stop()
