"""The wheels that the site brings for Python in the browser, beside Pyodide's own."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from grader.instructor.courses import CourseError
from grader.instructor.kit.pins import version_of

# What the kernel and the widgets need and Pyodide does not have, as constraints.txt pins it
BESIDE = ("comm", "ipywidgets", "jupyterlab-widgets", "anywidget", "psygnal")
KERNEL = ("ipykernel", "piplite", "pyodide_kernel", "widgetsnbextension-4")  # brought by the kernel
# Pyodide's own packages in pure Python, which the kernel or a verdict needs, in Pyodide's versions
PURE = (
    "asttokens",
    "decorator",
    "executing",
    "ipython",
    "jedi",
    "jinja2",
    "matplotlib-inline",
    "micropip",
    "packaging",
    "parso",
    "prompt-toolkit",
    "pure-eval",
    "pygments",
    "six",
    "stack-data",
    "traitlets",
    "typing-extensions",
    "wcwidth",
)
# The kernel asks for these modules of C by name, and can do without them: nothing is encrypted,
# and its history is switched off. IPython wants the names of sqlite3 that follow.
ABSENT = {
    "ssl": "",
    "sqlite3": """

class Connection:
    pass


class DatabaseError(Exception):
    pass


OperationalError = IntegrityError = DatabaseError


def connect(*args, **options):
    raise OperationalError(__doc__)
""",
}
PLATFORM = "cp312-cp312-emscripten_3_1_58_wasm32"


class Wheels:
    """Wheels that are written into a folder.

    versions: those of Pyodide's own packages, by name
    """

    def __init__(self, folder: Path, versions: Mapping[str, str]) -> None:
        self._folder = folder
        self._versions = versions

    def beside(self) -> list[Path]:
        """Return the wheels that Pyodide does not have. Raises CourseError."""
        ours = self._downloaded(f"{name}=={version_of(name)}" for name in BESIDE)
        return ours + [self._of_kernel(name) for name in KERNEL]

    def offline(self, modules: Path) -> list[Path]:
        """Return the wheels that take the place of Pyodide's own. Raises CourseError.

        modules: npm's folder, with the build of numpy
        """
        pure = self._downloaded(f"{name}=={self._versions[name]}" for name in PURE)
        markup = self._without_library(f"markupsafe=={self._versions['markupsafe']}")
        absent = [self._absent(name) for name in ABSENT]
        return [*pure, markup, *absent, self._numpy(modules / "@emscripten-forge" / "numpy")]

    def _downloaded(self, requirements: Iterable[str], any_platform: bool = True) -> list[Path]:
        """Fetch wheels by pip: by default those in pure Python."""
        before = set(self._folder.glob("*.whl"))
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "-d", str(self._folder)]
        if any_platform:
            command += [
                "--platform=any",
                "--python-version=3.12",
                "--implementation=py",
                "--abi=none",
            ]
        run = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
        if run.returncode:
            last = (run.stderr.strip().splitlines() or ["no word"])[-1]
            raise CourseError(f"The packages of the site could not be fetched: {last}")
        return sorted(set(self._folder.glob("*.whl")) - before)

    def _of_kernel(self, name: str) -> Path:
        """Copy one of the wheels that the lab's kernel brings."""
        extension = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
        wheels = sorted((Path(sys.prefix) / extension).glob(f"{name}*.whl"))
        if not wheels:
            raise CourseError(f"The kernel's package {name} is missing: run `make site`.")
        return Path(shutil.copy(wheels[-1], self._folder))

    def _without_library(self, requirement: str) -> Path:
        """Return a wheel without its compiled library, which it can do without."""
        (theirs,) = self._downloaded([requirement], any_platform=False)
        with zipfile.ZipFile(theirs) as wheel:
            files = {n: wheel.read(n) for n in wheel.namelist() if not n.endswith((".so", ".pyd"))}
        theirs.unlink()
        name, version = theirs.name.split("-")[:2]
        return self._written(f"{name}-{version}-py3-none-any.whl", files)

    def _absent(self, name: str) -> Path:
        """Return a wheel that stands in for a module which is not there."""
        version = self._versions[name]
        words = f'"""There is no {name} where Python in the browser works offline."""\n'
        module = name if ABSENT[name] else f"no_{name}"
        files = {
            f"{module}.py": f"{words}{ABSENT[name]}".encode(),
            f"{name}-{version}.dist-info/METADATA": (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
            ),
        }
        return self._written(f"{name}-{version}-py3-none-any.whl", files)

    def _numpy(self, package: Path) -> Path:
        """Return npm's build of numpy as a wheel."""
        (archive,) = package.glob("pkg/numpy-*.tar.gz")
        inside = PurePosixPath("lib/python3.12/site-packages")
        files = {}
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if member.isfile() and path.is_relative_to(inside) and "tests" not in path.parts:
                    content = tar.extractfile(member)
                    files[str(path.relative_to(inside))] = content.read() if content else b""
        version = re.sub(r"numpy-([\d.]+)-.*", r"\1", archive.name)
        return self._written(f"numpy-{version}-{PLATFORM}.whl", files)

    def _written(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Write a wheel, with a record that fits its files."""
        package, version, *tag = name.removesuffix(".whl").split("-")
        about = f"{package}-{version}.dist-info"
        text = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {'-'.join(tag)}\n"
        whole = {n: c for n, c in files.items() if not n.endswith(("/RECORD", "/WHEEL"))}
        whole[f"{about}/WHEEL"] = text.encode()
        lines = [f"{n},sha256={_digest(content)},{len(content)}" for n, content in whole.items()]
        whole[f"{about}/RECORD"] = "\n".join([*lines, f"{about}/RECORD,,", ""]).encode()
        path = self._folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            for each, content in whole.items():
                wheel.writestr(zipfile.ZipInfo(each), content, zipfile.ZIP_DEFLATED)
        return path


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
