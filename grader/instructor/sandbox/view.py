"""What the sandbox shows of the machine: what Python and its libraries load, and nothing else.

Both tiers take the same short list. The rest of /usr/local, /opt and /srv, homes, courses and
exchanges are not on it, whatever their modes, even where Python itself lives in such a place.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import zoneinfo
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# What the system has in place of a folder: /lib64 -> usr/lib64, by which programs name their
# loader.
SYSTEM_LINKS = ("/lib", "/lib64", "/usr/lib64")
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
C_LIBRARIES = ("libc.so.*", "libc-*.so", "ld-musl-*")
SYSTEM_DATA = (
    "/etc/alternatives",  # links to the BLAS that was chosen
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/matplotlibrc",  # Debian's matplotlib has its settings and its data here
    "/usr/lib/locale",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/usr/share/matplotlib",
    "/usr/share/zoneinfo",
)
PACKAGE_FOLDERS = ("site-packages", "dist-packages")
MAPPED = "/proc/self/maps"


@dataclass(frozen=True)
class Python:
    """Where an interpreter and its libraries lie.

    executable: as it is called, maybe by a link; settings: files that it reads when it starts;
    standard: the folders of the standard library; packages: those of installed packages;
    libraries: folders of which nothing but shared libraries is loaded; data: what else is read.
    """

    executable: str
    settings: tuple[str, ...]
    standard: tuple[str, ...]
    packages: tuple[str, ...]
    libraries: tuple[str, ...]
    data: tuple[str, ...]

    @classmethod
    def running(cls) -> Python:
        """Return the interpreter that runs this, with what it has loaded."""
        base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
        installed = {f"installed_{name}": value for name, value in base.items()}
        names = ("stdlib", "platstdlib")
        standard = [sysconfig.get_path(name, vars=base | installed) for name in names]
        return cls(
            sys.executable,
            (os.path.join(sys.prefix, "pyvenv.cfg"),),
            tuple(standard),
            tuple(site.getsitepackages()),
            (*_libraries_of(sys.base_prefix, sys.prefix), *_mapped()),
            tuple(path for path in zoneinfo.TZPATH if _is_in(path, sys.base_prefix)),
        )


@dataclass(frozen=True)
class View:
    """What a sandbox shows.

    paths: files and whole folders; hidden: what in these folders is not shown. Where one lies in
    the other, the deeper one counts.
    links: what is a link, to the interpreter or to a folder of the system, and where it points.
    readable: the same as files and folders that may be read with all that is in them: for Landlock,
    which knows no exceptions, a folder with something hidden is given as what else it holds.
    listed: folders of which, and of what is in them, the names alone may be read: Python finds no
    module in a folder that it cannot list.
    """

    paths: tuple[str, ...]
    hidden: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    readable: tuple[str, ...]
    listed: tuple[str, ...]

    def in_order(self) -> list[tuple[str, bool]]:
        """Return all paths, each with whether it is shown, and each before what lies in it."""
        both = [(path, True) for path in self.paths] + [(path, False) for path in self.hidden]
        return sorted(both, key=lambda each: Path(each[0]).parts)


def view(python: Python, secret_packages: Collection[str]) -> View:
    """Return what of this machine a sandbox shows.

    secret_packages: names of packages that hold answers: they are not shown where the other
    packages are.
    """
    searched = _both([*python.standard, *python.packages])
    libraries = [
        folder
        for folder in _both(python.libraries)
        if not any(_is_in(folder, other) for other in searched)
    ]
    whole = _both([*python.settings, *_system_libraries(), *SYSTEM_DATA, *python.data])
    interpreter = os.path.realpath(python.executable)
    links = dict(_system_links())
    if interpreter != python.executable:
        links[python.executable] = interpreter
    paths = dict.fromkeys([*libraries, *searched, *whole, interpreter])
    hidden = dict.fromkeys([*_answers(searched, secret_packages), *_no_libraries(libraries, paths)])
    real = dict.fromkeys(map(os.path.realpath, paths))
    readable = dict.fromkeys(piece for path in real for piece in _without(path, hidden))
    listed = [path for path in map(os.path.realpath, searched) if path not in readable]
    return View(
        tuple(paths),
        tuple(hidden),
        tuple(links.items()),
        tuple(readable),
        tuple(dict.fromkeys(listed)),
    )


def _both(paths: Iterable[str]) -> list[str]:
    """Return the paths that are there, each as it is named and as it is without links."""
    there = [os.path.abspath(path) for path in paths if os.path.exists(path)]
    named = [path for path in there if not _goes_through(path, SYSTEM_LINKS)]
    return list(dict.fromkeys([*named, *map(os.path.realpath, there)]))


def _goes_through(path: str, links: Iterable[str]) -> bool:
    """Tell whether a path begins with one of some names that are links here."""
    return any(os.path.islink(link) and _is_in(path, link) for link in links)


def _is_in(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _libraries_of(*prefixes: str) -> Iterator[str]:
    """Yield the folders in which prefixes of Python keep shared libraries: libpython, conda's."""
    for prefix in prefixes:
        for name in ("lib", "lib64"):
            folder = os.path.join(prefix, name)
            if folder not in SYSTEM_LIBRARIES and _has_libraries(folder):
                yield folder


def _has_libraries(folder: str) -> bool:
    """Tell whether there are shared libraries in a folder."""
    return next(Path(folder).glob("*.so*"), None) is not None


def _mapped() -> Iterator[str]:
    """Yield the folders outside the system's of shared libraries that this process has loaded."""
    try:
        lines = Path(MAPPED).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and "x" in fields[1] and ".so" in os.path.basename(fields[5]):
            folder = os.path.dirname(fields[5])
            if not any(_is_in(folder, system) for system in SYSTEM_LIBRARIES):
                yield folder


def _system_libraries() -> Iterator[str]:
    """Yield the system's folders of shared libraries.

    They are /usr/lib64, or /usr/lib/x86_64-linux-gnu and the like; /usr/lib itself where the C
    library lies there.
    """
    yield from ("/lib64", "/usr/lib64")
    for folder in map(Path, ("/lib", "/usr/lib")):
        yield from map(str, folder.glob("*-linux-*"))
        if any(next(folder.glob(pattern), None) for pattern in C_LIBRARIES):
            yield str(folder)


def _system_links() -> Iterator[tuple[str, str]]:
    """Yield the system's links to its folders of libraries."""
    for name in SYSTEM_LINKS:
        if os.path.islink(name):
            yield name, os.readlink(name)


def _answers(searched: Iterable[str], packages: Collection[str]) -> Iterator[str]:
    """Yield where packages with answers lie in the folders in which Python looks for modules.

    A standard library may have a folder of packages in it that this interpreter does not search.
    """
    for folder in searched:
        for place in (folder, *(os.path.join(folder, name) for name in PACKAGE_FOLDERS)):
            for package in packages:
                path = os.path.join(place, package)
                if os.path.isdir(path) and not os.path.islink(path):
                    yield path


def _no_libraries(folders: Iterable[str], others: Collection[str]) -> Iterator[str]:
    """Yield what lies beside the shared libraries in folders of them, and is not shown itself.

    A link need not be hidden: what it points to is shown or not, wherever it lies.
    """
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                is_library = ".so" in entry.name and entry.is_file()
                if not (is_library or entry.is_symlink() or entry.path in others):
                    yield entry.path


def _without(path: str, hidden: Collection[str]) -> Iterator[str]:
    """Yield a path, or where something in it is hidden, what else it holds.

    Links are left out then: a rule for one would be a rule for what it points to.
    """
    if path in hidden:
        return
    inside = [place for place in hidden if _is_in(place, path)]
    if not inside:
        yield path
        return
    with os.scandir(path) as entries:
        for entry in entries:
            if not entry.is_symlink():
                yield from _without(entry.path, inside)
