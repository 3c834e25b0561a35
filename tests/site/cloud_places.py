"""Stand-ins for Colab and Binder: environments that know nothing of the course, a web server that
holds the site's part for them, and kernels in which their notebooks run.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tiers import lacking

# As Colab has them, as far as the course notices: old ipywidgets and IPython, and no anywidget.
COLAB = (
    *("ipywidgets==7.7.1", "numpy>=2", "matplotlib", "jinja2"),
    *("ipykernel<7", "ipython==7.34.0"),
)
BARE = ("numpy", "ipykernel")


@dataclass
class Served:
    """A folder on a web server: its address, and the paths that were asked for."""

    folder: Path
    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve a folder on loopback."""
    on_server = Served(folder)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            on_server.asked.append(self.path)

    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        on_server.address = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield on_server
        server.shutdown()


def python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip(environment: Path, *words: str) -> subprocess.CompletedProcess:
    """Run pip in an environment, with no folder of ours among its modules."""
    command = [str(python_of(environment)), "-m", "pip", "install", "--quiet", *words]
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, env=outside, capture_output=True, text=True, check=False)


def environment(folder: Path, *packages: str) -> Path:
    """Return a new environment with some packages; where none can be had, the test is skipped."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    if packages and (done := pip(folder, *packages)).returncode:
        shutil.rmtree(folder)
        lacking(f"pip finds no packages here: {done.stderr.strip().splitlines()[-1]}")
    return folder


def copy_of(environment: Path, folder: Path) -> Path:
    """Return a copy, into which something can be installed. Its files are links, as pip makes new
    ones.
    """
    return Path(shutil.copytree(environment, folder, symlinks=True, copy_function=os.link))


def stand_in(folder: Path) -> Path:
    """Write the package google.colab, and return the folder from which it is imported."""
    package = folder / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    return folder


def run_there(environment: Path, node: Any, folder: Path, own: Path, is_colab: bool = False) -> Any:
    """Run a notebook from top to bottom in a kernel of an environment, going on after errors, and
    return it with its outputs. own: a new folder for what the kernel needs beside the notebook's.
    """
    spec = own / "kernels" / "there"
    spec.mkdir(parents=True)
    names = {"PYTHONPATH": ""}
    if is_colab:
        modules = stand_in(own / "modules")
        names = {"PYTHONPATH": str(modules), "COLAB_RELEASE_TAG": "release-colab"}
    command = [str(python_of(environment)), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = {"argv": command, "display_name": "there", "language": "python", "env": names}
    (spec / "kernel.json").write_text(json.dumps(text), encoding="utf-8")
    where = {"metadata": {"path": str(folder)}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(own))  # where the kernel is found
        NotebookClient(
            node, kernel_name="there", timeout=600, allow_errors=True, resources=where
        ).execute()
    return node


def of_cells(*sources: str) -> Any:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])


def said(cell: Any) -> str:
    """Return all that a cell has printed."""
    return "".join(each.text for each in cell.outputs if each.output_type == "stream")


def errors(node: Any) -> list[str]:
    """Return the errors that a notebook shows, and every traceback that it prints."""
    found = []
    for cell in node.cells:
        for output in cell.get("outputs", []):
            shown = "".join(map(str, output.get("data", {}).values())) + output.get("text", "")
            if output.output_type == "error":
                found.append(f"{cell.source[:60]}: {output.ename}: {output.evalue}")
            elif "Traceback (most recent call last)" in shown:
                found.append(f"{cell.source[:60]}: {shown[-300:]}")
    return found


def not_run(node: Any) -> list[str]:
    """Return the code cells that did not run."""
    return [
        cell.source
        for cell in node.cells
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
    ]


def kinds(cell: Any) -> set[str]:
    """Return the MIME types of all that a cell shows."""
    return {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}
