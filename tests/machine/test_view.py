"""The list of what the sandbox shows, for interpreters in all the places where they live."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from grader.instructor.courses import secret_packages
from grader.instructor.sandbox import view as module
from grader.instructor.sandbox.view import Python, view

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sealed grading is for Linux")
SECRET = {"solutions", "grader"}


@pytest.fixture(autouse=True)
def no_system(monkeypatch):
    """Look at the made-up folders alone."""
    monkeypatch.setattr(module, "SYSTEM_DATA", ())
    monkeypatch.setattr(module, "_system_libraries", lambda: ())
    monkeypatch.setattr(module, "_system_links", lambda: ())


def made(folder: Path, *names: str) -> Path:
    """Make empty files, and the folders above them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return folder


def python(prefix: Path, environment: Path | None = None, **other: tuple[str, ...]) -> Python:
    """Return an interpreter with the layout of most: lib/python3.12 under its prefix."""
    home = environment or prefix
    standard = prefix / "lib/python3.12"
    fields = {
        "executable": str(home / "bin/python"),
        "settings": (str(home / "pyvenv.cfg"),),
        "standard": (str(standard),),
        "packages": (str(home / "lib/python3.12/site-packages"),),
        "libraries": (str(prefix / "lib"),),
        "data": (),
    }
    return Python(**(fields | other))


def image(prefix: Path) -> Path:
    """Make what the official image has in /usr/local, and what an instructor may have put there."""
    return made(
        prefix,
        "bin/python",
        "bin/other",
        "lib/libpython3.12.so.1.0",
        "lib/python3.12/os.py",
        "lib/python3.12/lib-dynload/_json.so",
        "lib/python3.12/site-packages/numpy/__init__.py",
        "lib/node_modules/a.js",
        "lib/notes.txt",
        "share/nbgrader/exchange/c/inbound/ada/affine.ipynb",
        "share/fonts/a.ttf",
        "src/course/gradebook.db",
    )


def below(folder: Path, paths: Iterable[str]) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path in paths)


def test_of_a_prefix_the_libraries_are_shown_and_nothing_else(tmp_path):
    prefix = image(tmp_path)
    told = view(python(prefix), SECRET)
    assert below(prefix, told.readable) == [
        "bin/python",
        "lib/libpython3.12.so.1.0",
        "lib/python3.12",
        "lib/python3.12/site-packages",
    ]
    assert below(prefix, told.hidden) == ["lib/node_modules", "lib/notes.txt"]
    assert told.listed == ()


def test_packages_with_answers_are_left_out_and_their_neighbours_stay(tmp_path):
    prefix = image(tmp_path / "prefix")
    packages = prefix / "lib/python3.12/site-packages"
    made(packages, "solutions/affine.py", "grader/fingerprints/a.json", "helper.py", "a.pth")
    clone = made(tmp_path / "clone", "answers.py")
    (packages / "linked").symlink_to(clone)
    told = view(python(prefix), SECRET)
    readable = below(packages, told.readable)
    assert {"numpy", "helper.py", "a.pth", "../os.py"} <= set(readable)
    assert not {"solutions", "grader", "linked", ".", ".."} & set(readable)
    assert str(clone) not in told.readable
    assert below(prefix, told.listed) == ["lib/python3.12", "lib/python3.12/site-packages"]


def test_an_environment_does_not_show_the_answers_that_its_base_has(tmp_path):
    base = image(tmp_path / "base")
    made(base / "lib/python3.12/site-packages", "solutions/affine.py")
    environment = made(
        tmp_path / "clone/.venv", "pyvenv.cfg", "bin/python", "lib/python3.12/site-packages/n.py"
    )
    made(tmp_path / "clone", "solutions/affine.py", "course/gradebook.db")
    told = view(python(base, environment), SECRET)
    assert not [path for path in told.readable if "solutions" in path or "gradebook" in path]
    assert str(base / "lib/python3.12/os.py") in told.readable
    in_clone = [path for path in told.readable if path.startswith(str(tmp_path / "clone"))]
    assert below(tmp_path / "clone", in_clone) == [
        ".venv/bin/python",
        ".venv/lib/python3.12/site-packages",
        ".venv/pyvenv.cfg",
    ]


def test_a_course_in_an_environment_is_not_shown(tmp_path):
    prefix = image(tmp_path)
    made(prefix, "class/gradebook.db", "lib/class/gradebook.db")
    told = view(python(prefix), SECRET)
    assert not [path for path in below(prefix, told.readable) if "class" in path]
    assert str(prefix / "lib/class") in told.hidden


def test_what_is_reached_by_a_link_is_visible_under_both_names(tmp_path):
    real = image(tmp_path / "python-3.12.1")
    linked = tmp_path / "python"
    linked.symlink_to(real)
    environment = made(tmp_path / "venv", "pyvenv.cfg", "lib/python3.12/site-packages/n.py")
    (environment / "bin").mkdir()
    (environment / "bin/python").symlink_to(linked / "bin/python")
    told = view(python(linked, environment), SECRET)
    assert dict(told.links) == {str(environment / "bin/python"): str(real / "bin/python")}
    assert {str(linked / "lib/python3.12"), str(real / "lib/python3.12")} <= set(told.paths)
    assert str(linked / "lib/python3.12") not in told.readable


def test_a_link_beside_the_libraries_opens_nothing_elsewhere(tmp_path):
    prefix = image(tmp_path / "prefix")
    secret = made(tmp_path, "secret.so.txt") / "secret.so.txt"
    (prefix / "lib/liba.so").symlink_to(secret)
    assert str(secret) not in view(python(prefix), SECRET).readable


def test_what_is_hidden_stands_before_what_is_visible_in_it(tmp_path):
    prefix = image(tmp_path)
    packages = str(made(prefix / "lib/python3.11/site-packages", "n.py"))
    told = view(python(prefix, packages=(packages,)), SECRET)
    order = [(os.path.relpath(path, prefix), is_visible) for path, is_visible in told.in_order()]
    first = order.index(("lib", True))
    hidden = order.index(("lib/python3.11", False))
    assert first < hidden < order.index(("lib/python3.11/site-packages", True))
    assert packages in told.readable
    assert str(prefix / "lib/python3.11") not in told.readable


def test_a_folder_of_a_similar_name_is_another_one(tmp_path):
    prefix = image(tmp_path)
    made(prefix, "lib/python3.12-notes/secret.txt")
    told = view(python(prefix), SECRET)
    assert str(prefix / "lib/python3.12-notes") in told.hidden
    assert not [path for path in told.readable if "notes" in path]


def test_a_librarys_own_folder_among_the_packages_is_visible_whole(tmp_path):
    """numpy's shared libraries are loaded from the folder of its modules."""
    prefix = image(tmp_path)
    own = prefix / "lib/python3.12/site-packages/numpy"
    made(own, "_core.so", "module.py")
    told = view(python(prefix, libraries=(str(own),)), SECRET)
    assert not told.hidden


def test_this_interpreter_and_what_it_has_loaded_are_found():
    import numpy as np

    told = Python.running()
    assert all(os.path.isabs(path) for path in (*told.standard, *told.packages))
    assert any(os.path.isfile(os.path.join(path, "os.py")) for path in told.standard)
    numpy = Path(np.__file__).resolve()
    assert any(numpy.is_relative_to(Path(path).resolve()) for path in told.packages)


def test_every_installed_courses_answers_are_secret():
    assert {"solutions", "grader"} <= secret_packages()
