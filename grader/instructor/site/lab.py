"""The lab: JupyterLite with the released notebooks and the course's wheel, in any browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.site.pyodide import LOCK

LAB = "jupyter"  # its folder in the site
# The kernel's own packages, loaded when it starts, so that it asks no other host for them
AT_START = (
    "micropip",
    "piplite",
    "ssl",
    "sqlite3",
    "ipykernel",
    "comm",
    "pyodide_kernel",
    "jedi",
    "ipython",
)
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
)
DOWNLOAD = {"command": "docmanager:download"}
SETTINGS = {
    # All cells of a notebook are part of the page: a widget that is scrolled away keeps its step.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    # Work is handed in as a file, so the way to it stands where a student looks for it.
    "@jupyterlab/notebook-extension:panel": {
        "toolbar": [{"name": "download", "label": "Download", "rank": 1000, **DOWNLOAD}]
    },
    "@jupyterlab/mainmenu-extension:plugin": {
        "menus": [{"id": "jp-mainmenu-file", "items": [{"rank": 15, **DOWNLOAD}]}]
    },
}
OURS = Path(__file__).with_name("page") / "lab.js"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def lab(site: Path, work: Path, pyodide: Path, notebooks: Path) -> None:
    """Write the lab into a site.

    work: a folder for what it is made from;  pyodide: Pyodide's, which moves into the site
    notebooks: the folder with what it opens

    Raises CourseError.
    """
    static = work / "static"
    static.mkdir(parents=True)
    shutil.move(pyodide, static / "pyodide")
    _configured(work)
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
    command += [
        "--contents",
        str(notebooks),
        "--settings-overrides",
        "overrides.json",
        "--output-dir",
        str(site / LAB),
    ]
    command += ["--apps", "lab", "--no-unused-shared-packages", "--no-sourcemaps"]
    run = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if run.returncode:
        raise CourseError(f"The lab could not be built:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    # A browser asks the root for it until the lab has named its own.
    shutil.copy(site / LAB / "lab" / "favicon.ico", site)


def _configured(work: Path) -> None:
    """Write what JupyterLite is built from, but for Pyodide and the notebooks."""
    settings = {
        KERNEL: {
            "loadPyodideOptions": {
                "lockFileURL": f"./static/pyodide/{LOCK}",
                "packages": AT_START,
            }
        }
    }
    lite = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "The lab",
            "litePluginSettings": settings,
        },
    }
    (work / "jupyter-lite.json").write_text(json.dumps(lite), encoding="utf-8")
    (work / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    labextensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    config = {
        "LiteBuildConfig": {
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [
                *(str(labextensions / each) for each in EXTENSIONS),
                str(_our_extension(work)),
            ],
        }
    }
    (work / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")


def _our_extension(work: Path) -> Path:
    """Write what the course adds to the lab as an extension of JupyterLab; return its folder."""
    folder = work / "extension"
    (folder / "static").mkdir(parents=True)
    shutil.copy(OURS, folder / "static")
    build = {"load": f"static/{OURS.name}", "extension": "./extension"}
    package = {"name": "cnn-gradients-lab", "version": "1.0.0", "jupyterlab": {"_build": build}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    return folder
