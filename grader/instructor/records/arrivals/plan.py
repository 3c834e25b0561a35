"""What becomes of one student's files: which version counts, and what a person has to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import PurePosixPath

from grader.instructor.classroom import SECRET, STAMP, Classroom
from grader.instructor.platforms.downloads.arrival import Arrival, Person
from grader.instructor.records.arrivals import versions
from grader.instructor.records.arrivals.collected import Entry
from grader.instructor.records.arrivals.versions import Version
from grader.instructor.records.lateness.deadlines import Deadlines
from grader.instructor.sandbox.protocol import text
from grader.judge.course import Notebook
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import parse

NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Match:
    """A file of a download, one of the people who handed it in, and which student that is.

    student: "" where nobody is known; why: it is not placed, "" where it is.
    """

    arrival: Arrival
    person: Person
    student: str
    why: str = ""


@dataclass(frozen=True)
class Step:
    """What becomes of one student's work.

    counts: the version that takes its place in submitted/, None where what is there stays; others:
    those that are kept beside; message: all this in words; match: of the version that counts, None
    where it is not of this download; doubts: why a person has to look at it.
    """

    student: str
    counts: Version | None
    others: tuple[Version, ...]
    message: str
    match: Match | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepMaker:
    """Makes the steps of one download. entries: what earlier downloads said, by student."""

    classroom: Classroom
    notebook: Notebook
    deadlines: Deadlines
    entries: dict[str, Entry]

    def step(self, student: str, group: Sequence[Match]) -> Step:
        """Return what becomes of a student's files. Raises Unreadable for one that is damaged."""
        assignment = self.notebook.assignment
        attempts = _attempts(group)
        new = [self._version([each.arrival for each in every]) for every in attempts]
        here = versions.version_in(versions.folder_of(self.classroom, student, assignment))
        stored = versions.stored_digests(self.classroom, student, assignment)
        numbers = [every[0].arrival.attempt for every in attempts]
        everything = self._in_order(student, here, list(zip(numbers, new, strict=True)), stored)
        best = everything[versions.counting(everything, self.deadlines.of(student))]
        is_here = here is not None and best.digest == here.digest
        known = {best.digest, *stored, *([here.digest] if here else [])}
        return Step(
            student,
            None if is_here else best,
            tuple({each.digest: each for each in new if each.digest not in known}.values()),
            _message(student, new, best, here, stored),
            attempts[new.index(best)][0] if best in new else None,
            tuple(self._doubts(student, new, best, here)),
        )

    def _in_order(
        self,
        student: str,
        here: Version | None,
        numbered: list[tuple[int, Version]],
        stored: set[str],
    ) -> list[Version]:
        """Return the versions in the order in which they came, the one that is there among them.

        Without times a version that was put aside before has not come again. numbered: those of the
        download, with their attempts.
        """
        if here is None:
            return [version for _, version in numbered]
        fresh = [pair for pair in numbered if pair[1].time or pair[1].digest not in stored]
        entry = self.entries.get(student)
        own = entry["attempt"] if entry else 0
        before = [version for number, version in fresh if number < own]
        return [*before, here, *(version for number, version in fresh if number >= own)]

    def _version(self, arrivals: Sequence[Arrival]) -> Version:
        """Return the version that some files make which were handed in together."""
        first = arrivals[0]
        time = first.time.astimezone(UTC).replace(tzinfo=None) if first.time else None
        stamp = ""
        if time is None and first.is_late:
            stamp = f"late by an unknown time: {first.platform} marks it and does not say when"
        return Version(dict(self._contents(arrivals)), time, first.is_late, stamp)

    def _contents(self, arrivals: Sequence[Arrival]) -> Iterator[tuple[str, Callable[[], bytes]]]:
        """Yield under which name each file is put into submitted/, and what reads it.

        The only notebook gets the name that is graded, whatever a platform has done to it.
        """
        is_only = sum(_is_notebook(each.name) for each in arrivals) == 1
        names: set[str] = set()
        for arrival in arrivals:
            name = PurePosixPath(arrival.name.replace("\\", "/")).name
            if is_only and _is_notebook(name):
                name = self.notebook.file
            if name in (STAMP, SECRET) or name.startswith("."):
                name = f"_{name}"
            name = _another(name, names)
            names.add(name)
            yield name, arrival.read

    def _doubts(
        self, student: str, new: Sequence[Version], best: Version, here: Version | None
    ) -> Iterator[str]:
        """Yield why a person has to look at what counts."""
        if best.stamp:
            yield best.stamp
        names = sorted(filter(_is_notebook, best.contents))
        if len(names) > 1 and best is not here:
            yield f"it holds {len(names)} notebooks: {' and '.join(map(text, names))}"
        late = [each for each in new if each.is_late and each is not best]
        if late and student in self.deadlines.extensions:
            yield "a version that is marked late does not count, and there is an extension"
        if here is not None and here.digest != best.digest:
            yield from self._doubts_of_taking_its_place(best, here)

    def _doubts_of_taking_its_place(self, best: Version, here: Version) -> Iterator[str]:
        """Yield why a person has to look at a version that takes the place of the one there."""
        if here.time and not best.time:
            yield f"it has no time, and the version that is there was {here.words}"
        if here.time and here.time == best.time:
            yield "it has the time of another file: the table of times may be older than the files"
        problem = self._problem_of(best)
        if problem and not self._problem_of(here):
            yield f"the version that is there can be graded, and this one cannot: {problem}"

    def _problem_of(self, version: Version) -> str:
        """Return why none of a version's notebooks can be graded, "" where one can be."""
        problem = ""
        for name in filter(_is_notebook, version.contents):
            try:
                parse(version.contents[name](), list(self.notebook.by_name), name)
            except Unreadable as error:
                problem = str(error)
            else:
                return ""
        return problem


def _attempts(group: Sequence[Match]) -> list[list[Match]]:
    """Return a student's files by the version that they are of, in order.

    Without times each notebook is a version of its own where the platform numbers files, and what
    lies beside belongs to the last.
    """
    attempts: dict[tuple[str, int], list[Match]] = defaultdict(list)
    for match in group:
        arrival = match.arrival
        is_apart = arrival.time is not None or arrival.name.lower().endswith((NOTEBOOK, ".zip"))
        attempts[str(arrival.time or ""), arrival.attempt if is_apart else -1].append(match)
    in_order = [attempts[key] for key in sorted(attempts)]
    if len(in_order) > 1 and ("", -1) in attempts:
        beside = in_order.pop(0)
        in_order[-1] += beside
    return in_order


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(NOTEBOOK)


def _another(name: str, names: Iterable[str]) -> str:
    """Return a name that is not among some names: relu.ipynb, relu-2.ipynb."""
    path, number, free = PurePosixPath(name), 1, name
    while free in names:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    return free


def _message(
    student: str, new: Sequence[Version], best: Version, here: Version | None, stored: set[str]
) -> str:
    """Return in words which version counts, and why. stored: the digests of those in earlier/."""
    name = text(student)
    if here is not None and best.digest == here.digest:
        is_known = all(version.digest in {here.digest, *stored} for version in new)
        return f"{name}: unchanged" if is_known else f"{name}: what is there counts, {here.words}"
    several = f"the one of {len(new)} versions that counts, " if len(new) > 1 else ""
    before = "; the version that is there goes to earlier/" if here else ""
    return f"{name}: new, {several}{best.words}{before}"


def entry_of(match: Match) -> Entry:
    """Return what a download says of the version that counts."""
    arrival, person = match.arrival, match.person
    time = arrival.time.astimezone(UTC).strftime(versions.FORMAT) if arrival.time else ""
    return {
        "platform": arrival.platform,
        "entry": arrival.entry,
        "name": person.name,
        "number": person.number,
        "login": person.login,
        "email": person.email,
        "timestamp": time,
        "attempt": arrival.attempt,
    }
