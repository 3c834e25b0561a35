"""What docs/cluster.md says is run here: with real certificates, and stand-ins for what other
machines have (ssh, Slurm). The manifests for Kubernetes fit its schemas, the page and Dask.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from support import ROOT
from tiers import lacking, unsafe

from grader.instructor.sandbox.time_and_memory_limits import Limits

from .dask_cluster import DASK

PAGE = (ROOT / "docs/cluster.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs/kubernetes"
MANIFESTS = [
    manifest
    for path in sorted(FOLDER.glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
]
PODS = {
    manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
    for manifest in MANIFESTS
    if manifest["kind"] == "Deployment"
}
PARTS = {"scheduler": "scheduler", "worker": "workers"}  # a verb of `dask`, and its deployment
HOME = "cnn-gradients"
SECONDS = 60  # for a process to start, or to end
UNITS = {"Mi": 2**20, "Gi": 2**30}


def block(start: str) -> str:
    """Return the commands of the page that begin so."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    return next(text for text in blocks if text.startswith(start))


def command_of_page(verb: str) -> list[str]:
    """Return the words of the page's `dask VERB`, from the verb on."""
    text = next(
        text for text in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if f"/dask {verb}" in text
    )
    command = text.split(f"/dask {verb}")[1].split(" < ")[0].split('"')[0]
    return [verb, *shlex.split(command.replace("\\\n", " "))]


def command_of_pod(verb: str) -> list[str]:
    container = PODS[PARTS[verb]]["containers"][0]
    return [container["command"][1], *container["args"]]


def values(words: list[str]) -> dict[str, str]:
    """Return the options of a command with their values, "" where there is none."""
    result = {}
    for word, after in zip(words, [*words[1:], "--"]):
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            result[name] = value if equals else "" if after.startswith("--") else after
    return result


@cache
def accepted(verb: str) -> set[str]:
    """Return the options that `dask VERB` takes."""
    text = subprocess.run([DASK, verb, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"(?<![\w-])--[a-z-]+", text))


@pytest.mark.parametrize("verb", PARTS)
@pytest.mark.parametrize("command", [command_of_page, command_of_pod])
def test_dask_takes_the_options_of_the_page_and_of_the_manifests(verb, command):
    words = command(verb)
    assert words[0] == verb
    assert values(words).keys() <= accepted(verb)


@pytest.mark.parametrize("verb", PARTS)
def test_the_manifests_start_what_the_page_starts(verb):
    page, pod = values(command_of_page(verb)), values(command_of_pod(verb))
    for name in ("--tls-ca-file", "--tls-cert", "--tls-key"):
        assert Path(page[name]).name == Path(pod[name]).name
    for name in ("--nthreads", "--protocol", "--port"):
        assert page.get(name) == pod.get(name)
    if verb == "worker":
        addresses = [
            command(verb)[1].rpartition(":") for command in (command_of_page, command_of_pod)
        ]
        assert [(scheme[:6], port) for scheme, _, port in addresses] == [("tls://", "8786")] * 2
        assert pod["--nthreads"] == "1"


def test_the_manifests_fit_the_schemas_of_kubernetes():
    kinds = [manifest["kind"] for manifest in MANIFESTS]
    assert sorted(set(kinds)) == ["Deployment", "Namespace", "NetworkPolicy", "Service"]
    for manifest in MANIFESTS:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
        if manifest["kind"] != "Namespace":
            assert manifest["metadata"]["namespace"] == "grading"


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_right_that_grading_does_not_need(name):
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert {volume["name"] for volume in pod["volumes"]} == {"certificates", "temporary"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & pod.keys()


def test_a_worker_has_the_memory_that_a_submission_may_take():
    (container,) = PODS["workers"]["containers"]
    limit = container["resources"]["limits"]["memory"]
    assert int(limit[:-2]) * UNITS[limit[-2:]] > Limits().memory + 500 * 2**20


@pytest.mark.parametrize("verb", PARTS)
def test_the_secrets_hold_what_the_pods_read(verb):
    secret = f"{verb}-certificates"
    text = block("docker build").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if f"secret generic {secret} " in line)
    files = {Path(name).name for name in re.findall(r"--from-file (\S+)", line)}
    pod = PODS[PARTS[verb]]
    volume = next(each for each in pod["volumes"] if each["name"] == "certificates")
    assert volume["secret"]["secretName"] == secret
    (place,) = [
        mount["mountPath"]
        for mount in pod["containers"][0]["volumeMounts"]
        if mount["name"] == "certificates"
    ]
    read = [Path(value) for name, value in values(command_of_pod(verb)).items() if "--tls" in name]
    assert {str(path.parent) for path in read} == {place}
    assert {path.name for path in read} == files


def test_the_network_policies_open_the_ports_that_are_listened_at():
    workers, scheduler = values(command_of_pod("worker")), values(command_of_pod("scheduler"))
    policies = {
        each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == "NetworkPolicy"
    }

    def ports(name: str) -> list[int]:
        return [
            port["port"] for rule in policies[name]["spec"]["ingress"] for port in rule["ports"]
        ]

    assert ports("worker") == [int(workers["--worker-port"])]
    assert ports("scheduler") == [int(scheduler["--port"])]
    assert policies["nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Lab:
    """A folder in which the page's commands are run: here are certificates, a course's class,
    and a stand-in for each tool that would reach another machine.
    """

    def __init__(self, folder: Path, course: Path) -> None:
        self.folder = folder
        self.course = course
        self.port = free_port()
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.certify(folder)
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
        self.processes: list[subprocess.Popen[str]] = []

    def certify(self, folder: Path) -> None:
        """Make certificates as the page does."""
        subprocess.run(["sh", "-ec", block("mkdir")], cwd=folder, check=True, capture_output=True)

    @property
    def address(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    def tool(self, name: str, text: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\nset -e\n{text}")
        path.chmod(0o755)

    def text(self, start: str, dashboard: str = "127.0.0.1:0") -> str:
        """Return commands of the page, for this machine and free ports."""
        text = block(start).replace("127.0.0.1:8787", dashboard).replace("lab1 lab2 lab3", "lab1")
        return text.replace("HOST:8786", f"127.0.0.1:{self.port}").replace(
            "--port 8786", f"--port {self.port}"
        )

    def start(self, text: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start commands in a shell, on two of the processor's cores at most."""
        cores = set(sorted(os.sched_getaffinity(0))[:2])
        env = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
        process = subprocess.Popen(
            ["sh", "-ec", text],
            cwd=folder or self.folder,
            env=env
            | {
                "PATH": f"{self.tools}:{os.environ['PATH']}",
                "GRADER_COURSE": str(self.course / "halves"),
                "HOME": str(self.folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        self.processes.append(process)
        return process

    def grade(self, certificates: str = "certificates", address: str = "") -> str:
        """Grade as the page does; return what was said."""
        text = self.text("export").replace("certificates/", f"{self.folder}/{certificates}/")
        command = (
            f"{self.folder}/.venv/bin/grader grade 1-halves --scheduler {address or self.address}"
        )
        text = re.sub(r"^\.venv/bin/grader .*", " ".join([command, *unsafe()]), text, flags=re.M)
        return self.start(text, self.course).communicate()[0]

    def pids(self) -> list[int]:
        """Return the processes that have this cluster's address among their arguments."""
        pids = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = path.read_bytes()
                if f":{self.port}".encode() in words and b"dask" in words:
                    pids.append(int(path.parent.name))
        return pids

    def wait_for_none(self) -> None:
        end = time.monotonic() + SECONDS
        while self.pids():
            assert time.monotonic() < end, self.pids()
            time.sleep(0.1)

    def close(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def lab(tmp_path, graded_toy) -> Iterator[Lab]:
    if shutil.which("openssl") is None:
        lacking("openssl is not installed")
    course = tmp_path / "course"
    shutil.copytree(graded_toy, course)
    shutil.rmtree(course / "course/verdicts")
    shutil.rmtree(course / "course/autograded")
    place = tmp_path / "lab"
    place.mkdir()
    one = Lab(place, course)
    try:
        yield one
    finally:
        one.close()


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read what a process says until a line has that text; return it all."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def start_lab(lab: Lab) -> subprocess.Popen[str]:
    """Start the scheduler and the workers as the page does; return the scheduler."""
    (lab.folder / "lab1" / HOME).mkdir(parents=True)
    (lab.folder / "lab1" / HOME / ".venv").symlink_to(lab.folder / ".venv")
    lab.tool("ssh", f'cd "{lab.folder}/$1"; shift; exec sh -c "$*"\n')
    lab.tool(
        "scp",
        'shift; for last in "$@"; do :; done\n'
        f'for file in "$@"; do [ "$file" = "$last" ] || cp "$file" "{lab.folder}/${{last%%:*}}/${{last#*:}}"; done\n',
    )
    scheduler = lab.start(lab.text("DASK_DISTRIBUTED"))
    wait_for(scheduler, "Scheduler at:")
    run = lab.start(lab.text("for machine"))
    assert (run.communicate()[0], run.returncode) == ("", 0)
    return scheduler


@pytest.mark.usefixtures("some_tier")
def test_a_lab_grades_by_the_pages_commands_and_refuses_other_certificates(lab):
    scheduler = start_lab(lab)
    said = lab.grade()
    assert re.search(r"Dask: \d workers? at tls://", said), said
    assert "dashboard: http://127.0.0.1:" in said
    assert said.count("/3] ") == 3, said
    assert not (lab.folder / "lab1" / HOME / "certificates/ca-key.pem").exists()
    other = lab.folder / "other"
    other.mkdir()
    lab.certify(other)
    for words in (
        {"certificates": "other/certificates"},
        {"address": lab.address.replace("tls", "tcp")},
    ):
        said = lab.grade(**words)
        assert "There is no Dask scheduler at" in said
        assert (said.count("\n"), "Traceback" in said) == (1, False), said
    os.killpg(scheduler.pid, signal.SIGINT)
    lab.wait_for_none()


@pytest.mark.usefixtures("some_tier")
def test_slurms_jobs_grade_and_end(lab):
    """sbatch is a stand-in that runs a job's script here, as Slurm does on its nodes."""
    lab.tool(  # which keeps a script as Slurm does: it is removed once it is submitted
        "sbatch",
        f'cp "$1" "{lab.folder}/job"; setsid sh "{lab.folder}/job" > "{lab.folder}/job.log" 2>&1 &\n'
        'echo "Submitted batch job $!"\n',
    )
    lab.tool("scancel", 'for job in "$@"; do kill -- "-$job" || true; done\n')
    words = f"--cores 2 --memory 4GB --port {lab.port} --certificates certificates --option=--partition=short"
    jobs = lab.start(f"exec .venv/bin/python {ROOT}/docs/slurm.py {words}")
    text = wait_for(jobs, "grader grade ASSIGNMENT --scheduler tls://")
    assert "#SBATCH --partition=short" in text
    script = next(line for line in text.splitlines() if "dask_worker" in line)
    command = values(shlex.split(script.replace("<", "").replace(">", "")))
    assert command.keys() <= accepted("worker")
    assert (command["--nthreads"], command["--nworkers"]) == ("1", "2")
    assert command["--tls-cert"].endswith("certificates/worker.pem")
    said = lab.grade(address=text.split("--scheduler ")[-1].strip())
    assert "at tls://" in said
    assert said.count("/3] ") == 3, said
    jobs.send_signal(signal.SIGTERM)
    assert jobs.wait(SECONDS) == 0
    lab.wait_for_none()
