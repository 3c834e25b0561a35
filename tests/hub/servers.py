"""The servers of a class, a JupyterHub or a JupyterLab for each person, and requests to them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from installed import SETTINGS, Machine
from support import ROOT
from tiers import lacking

TIMEOUT = 60  # seconds that a request may take: Autograde grades before it answers
PLAIN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Server:
    """A person's server, and the token that is sent to it: that person's, or somebody else's."""

    address: str
    token: str

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(
            method,
            f"{self.address}/{path}",
            headers={"Authorization": f"token {self.token}"},
            timeout=TIMEOUT,
            **options,
        )

    def get(self, path: str, **options: Any) -> Any:
        return self._answer(self.ask("GET", path, **options))

    def post(self, path: str, **options: Any) -> Any:
        return self._answer(self.ask("POST", path, **options))

    def put(self, path: str, **options: Any) -> Any:
        return self._answer(self.ask("PUT", path, **options))

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        assert response.ok, f"{response.status_code} {response.url}: {response.text[:2000]}"
        return response.json() if response.content else None


@dataclass(frozen=True)
class Hub:
    """A running JupyterHub, its log and the secret with which everybody logs in."""

    address: str
    secret: str
    log: Path

    def start(self, *names: str) -> list[Server]:
        """Start people's servers at once; return each with the token of its person."""
        with ThreadPoolExecutor() as pool:
            return list(pool.map(self._start, names))

    def _start(self, name: str) -> Server:
        admin = Server(f"{self.address}/hub/api", self.secret)
        admin.post(f"users/{name}")
        own = Server(f"{self.address}/hub/api", admin.post(f"users/{name}/tokens")["token"])
        own.post(f"users/{name}/server")
        server = Server(f"{self.address}/user/{name}", own.token)
        _wait(lambda: own.get(f"users/{name}")["servers"].get("", {}).get("ready"), self.log)
        return server


@contextmanager
def jupyterhub(machine: Machine, folder: Path) -> Iterator[Hub]:
    """Yield a JupyterHub with the configuration of docs/hub, run as root in a folder of its own."""
    folder.mkdir(mode=0o700)
    shutil.copy(SETTINGS / "jupyterhub_config.py", folder)
    ports = free_ports(3)
    hub = Hub(f"http://127.0.0.1:{ports[0]}", secrets.token_hex(32), folder / "hub.log")
    variables = machine.variables() | {
        "HUB_CONFIG": str(folder / "jupyterhub_config.py"),
        "HUB_PORTS": " ".join(map(str, ports)),
        "HUB_PROXY": proxy(),
        "HUB_SECRET": hub.secret,
    }
    command = [machine.students / "bin/jupyterhub", "-f", Path(__file__).with_name("hub_config.py")]
    with running(command, folder, hub.log, variables):
        _wait(lambda: answers(f"{hub.address}/hub/api"), hub.log)
        yield hub


@contextmanager
def laboratories(machine: Machine, folder: Path) -> Iterator[list[Server]]:
    """Yield a JupyterLab for each of teacher, ada and bela, as each starts it from a terminal."""
    folder.mkdir()
    programs = [(machine.teacher, machine.repository, machine.repository / ".venv")]
    programs += [(who, Path(who.pw_dir), machine.students) for who in (machine.ada, machine.bela)]
    servers = []
    with ExitStack() as stack:
        for (who, place, environment), port in zip(programs, free_ports(3)):
            log = folder / f"{who.pw_name}.log"
            command = [environment / "bin/jupyter-lab", "--no-browser", f"--ServerApp.port={port}"]
            token = secrets.token_hex(32)
            variables = {"EXCHANGE_DIR": str(machine.exchange), "JUPYTER_TOKEN": token}
            stack.enter_context(running(command, place, log, variables, who))
            servers.append(Server(f"http://127.0.0.1:{port}", token))
        for (who, _, _), server in zip(programs, servers):
            _wait(lambda at=server: answers(f"{at.address}/api"), folder / f"{who.pw_name}.log")
        yield servers


@contextmanager
def running(
    command: list[Any],
    folder: Path,
    log: Path,
    variables: Mapping[str, str],
    who: pwd.struct_passwd | None = None,
) -> Iterator[None]:
    """Run a program in a folder, as root or as somebody, and end it afterwards."""
    identity: dict[str, Any] = {}
    home = str(folder)
    if who is not None:
        identity = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        home = who.pw_dir
    environment = PLAIN | {"HOME": home} | dict(variables)
    with log.open("w") as output:
        program = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, **identity
        )
    try:
        yield
    finally:
        program.terminate()
        program.wait(30)


def proxy() -> str:
    """Return the command of JupyterHub's proxy, which npm installs."""
    local = ROOT / "node_modules/.bin"
    command = shutil.which(
        "configurable-http-proxy", path=f"{local}{os.pathsep}{os.environ['PATH']}"
    )
    if command is None or shutil.which("node") is None:
        lacking("configurable-http-proxy is not installed (npm ci)")
    return f"{shutil.which('node')} {os.path.realpath(command)}"


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False


def _wait(is_ready: Any, log: Path) -> None:
    for _ in range(300):
        if is_ready():
            return
        time.sleep(0.1)
    raise RuntimeError(f"It did not start:\n{log.read_text()[-5000:]}")
