"""Which course a command is about, and where its files lie.

A course is content, and this package is the engine: a course is found by the entry point of an
installed one, or by the path of a package or a module that holds it.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from pathlib import Path

from grader.judge.course import Course, Notebook

DISTRIBUTION = "cnn-gradients"  # the package that this is
GROUP = "grader.courses"  # of entry points: NAME = "PACKAGE:COURSE"
VARIABLE = "GRADER_COURSE"  # in the environment: a course's name or path
ATTRIBUTE = "COURSE"  # what a module that is named by its path calls its course


class CourseError(Exception):
    """A broken course or a wrong request.

    The message says what is wrong, where, what was expected, and what to do.
    """


class Interrupted(CourseError):
    """The run was ended by a person: nothing else is begun."""


def find_course(content: str | None = None) -> Course:
    """Return a course.

    content: the name of an installed course, or the path of a package or a module with a COURSE.
        By default that is what GRADER_COURSE says, else the installed course; of several, the one
        in whose folder we are. Raises CourseError.
    """
    wanted = content or os.environ.get(VARIABLE, "")
    if os.sep in wanted or "/" in wanted or wanted.endswith(".py"):
        return _course_at(Path(wanted).resolve())
    return _installed(wanted)


@cache
def _course_at(path: Path) -> Course:
    """Return the COURSE of a package's folder or a module's file. Raises CourseError."""
    is_package = (path / "__init__.py").is_file()
    if not is_package and not (path.is_file() and path.suffix == ".py"):
        raise CourseError(
            f"There is no course at {path}: expected a folder with an __init__.py, or a .py file, "
            f"that defines {ATTRIBUTE}. Name it with --content or {VARIABLE}."
        )
    sys.path.insert(0, str(path.parent))
    return _loaded(path.stem, ATTRIBUTE, str(path))


def _loaded(module: str, attribute: str, where: str) -> Course:
    """Return a course from its module. Raises CourseError."""
    try:
        course = getattr(importlib.import_module(module), attribute, None)
    except Exception as error:  # a course is a program, and may fail in any way
        reason = f"{type(error).__name__}: {error}"
        raise CourseError(f"The course {where} cannot be loaded ({reason}).") from error
    if not isinstance(course, Course):
        raise CourseError(
            f"The course {where} has no {attribute} that is a grader.judge.course.Course."
        )
    return course


def _installed(name: str) -> Course:
    """Return the installed course of a name; without one, the course that is meant.

    Raises CourseError.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name and name not in points:
        raise CourseError(f"There is no course {name!r}. {_nearest(name, list(points))}")
    names = [name] if name else list(points)
    courses = [_loaded(points[each].module, points[each].attr, each) for each in names]
    if len(courses) > 1:
        here = Path.cwd()
        courses = [course for course in courses if sources_of(course) in (here, *here.parents)]
    if len(courses) != 1:
        raise CourseError(
            f"Which course is meant? {_nearest('', list(points))} Name one with --content or "
            f"{VARIABLE}, or go to its folder."
        )
    return courses[0]


def _nearest(name: str, names: list[str]) -> str:
    """Return a sentence that names the course a wrong name may stand for, or all of them."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    if near:
        return f"Did you mean {near[0]}?"
    if not names:
        return "None is installed: install this package again, or name the path of a course."
    return f"Installed are: {', '.join(names)}."


def repository_of(course: Course) -> Path | None:
    """Return the folder that holds a course's references and its notebooks/, which is a clone.

    None for a course that is installed from a wheel. Raises CourseError where the references are
    missing.
    """
    folder = references_of(course).parent
    return folder if (folder / "notebooks").is_dir() else None


def sources_of(course: Course) -> Path:
    """Return the folder that holds a course's notebooks/.

    That is its repository or, where it is installed, the package of its references. Raises
    CourseError.
    """
    return repository_of(course) or references_of(course)


def references_of(course: Course) -> Path:
    """Return the folder of a course's reference answers. Raises CourseError."""
    spec = find_spec(course.references)
    if spec is None or not spec.submodule_search_locations:
        raise CourseError(
            f"This command needs the course repository, and no {course.references}/ was found. "
            "Students use check() in their notebooks; instructors clone the repository and "
            'install it with: pip install -e ".[instructor]"'
        )
    return Path(next(iter(spec.submodule_search_locations))).resolve()


@cache
def secret_packages(course: Course | None = None) -> frozenset[str]:
    """Return the names of the packages that hold answers: of a course, and of all installed ones.

    The package that judges is one of them, since the tables of fingerprints lie in it.
    """
    courses = [course] if course else []
    for point in entry_points(group=GROUP):
        with suppress(Exception):  # another course may be broken, and is none of this run's
            courses.append(_loaded(point.module, point.attr, point.name))
    names = {__name__}
    for each in courses:
        names |= {each.references, each.package}
    return frozenset(name.partition(".")[0] for name in names)


def source_notebook(notebook: Notebook) -> Path:
    """Return the path of a notebook with stubs. Raises CourseError."""
    folder = sources_of(notebook.course)
    path = folder / "notebooks" / notebook.assignment / notebook.file
    if not path.is_file():
        raise CourseError(
            f"There is no notebook for {notebook.assignment}: expected {path.relative_to(folder)}. "
            "Restore it from git."
        )
    return path


def notebooks(course: Course, names: tuple[str, ...]) -> list[Notebook]:
    """Return the notebooks of the assignments asked for, or all of them. Raises CourseError."""
    for name in names:
        if name not in course.by_assignment:
            raise CourseError(f"There is no assignment {name!r}. {_nearest_notebook(course, name)}")
    wanted = dict.fromkeys(names) or course.by_assignment
    return [course.by_assignment[name] for name in wanted]


def _nearest_notebook(course: Course, name: str) -> str:
    """Return a sentence that names the assignment a wrong name may stand for, or all of them."""
    assignments = dict(_names(course))
    near = difflib.get_close_matches(name, assignments, n=1, cutoff=0.3)
    if near:
        return f"Did you mean {assignments[near[0]]}?"
    return f"There are: {', '.join(course.by_assignment)}."


def _names(course: Course) -> Iterator[tuple[str, str]]:
    """Yield every name by which somebody may mean an assignment, and the assignment."""
    for notebook in course.notebooks:
        yield notebook.assignment, notebook.assignment
        yield notebook.stem, notebook.assignment


def engine_version() -> str:
    """Return the version of this package."""
    return version(DISTRIBUTION)
