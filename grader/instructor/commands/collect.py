"""`grader collect`: what a learning platform gives, into course/submitted/."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from grader.instructor.classroom import (
    SECRET,
    STAMP,
    Classroom,
    Grading,
    plain_name,
    problem_of_name,
)
from grader.instructor.commands.alone import alone
from grader.instructor.courses import CourseError
from grader.instructor.platforms.arrival import Arrival, Person, Unplaced, in_utc
from grader.instructor.platforms.downloads.download import read_download
from grader.instructor.platforms.matching import Matcher, Unmatched, rows_for, words
from grader.instructor.platforms.roster import RosterRow, roster_in
from grader.instructor.platforms.sheets.sheet import read_sheet
from grader.instructor.records.arrivals import versions
from grader.instructor.records.arrivals.collected import Entry, collected, write_collected
from grader.instructor.records.arrivals.versions import Version
from grader.instructor.records.lateness.deadlines import Deadlines, deadlines_of
from grader.instructor.records.people import Roster, known_students, write_roster
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.timestamp import UnreadableFile, parse
from grader.judge.course import Notebook
from grader.notebook.cells_of_file import Unreadable

Say = Callable[[str], None]


@dataclass(frozen=True)
class Collecting:
    """What is collected, and how.

    download: the file or folder; roster_file: of people who are added first; platform: whose
    download it is, "" where that is to be seen; timezone: of times that name none, "" for this
    machine's.
    """

    classroom: Classroom
    notebook: Notebook
    download: Path
    roster_file: Path | None = None
    platform: str = ""
    timezone: str = ""

    @property
    def assignment(self) -> str:
        return self.notebook.assignment


@dataclass(frozen=True)
class Match:
    """A file of a download, one of the people who handed it in, and which student that is.

    student: "" where nobody is known; why: the reason for that.
    """

    arrival: Arrival
    person: Person
    student: str
    why: str = ""


@dataclass(frozen=True)
class Step:
    """What becomes of one student's work.

    counts: the version that takes its place in submitted/, None where what is there stays; others:
    those that are kept beside; message: all this in words; match: of the version that counts, or
    of the last one; look: whether a person has to look at it.
    """

    student: str
    counts: Version | None
    others: list[Version]
    message: str
    match: Match
    look: bool = False


@dataclass
class Plan:
    """What would be done.

    platform: whose names the download has; alternatives: whose they may be as well; unplaced: the
    files of which nobody is known to have handed them in; notes: what is said of all.
    """

    platform: str
    alternatives: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    unplaced: list[Unplaced] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to write."""
        return any(step.counts or step.others for step in self.steps)

    @property
    def look_count(self) -> int:
        """How many files and students a person has to look at."""
        return len(self.unplaced) + sum(step.look for step in self.steps)


def collect(how: Collecting, say: Say, is_wanted: Callable[[], bool]) -> int:
    """Show what a download would put where, and do it if that is wanted.

    Returns how many files and students a person has to look at. Raises CourseError where the
    download, the roster or the gradebook cannot be read, and OSError; then nothing is lost.
    """
    grading = Grading(how.classroom, how.assignment)
    with alone(grading, "collect", "collecting"):
        before = Roster.of(how.classroom)
        people = _people_of(how)
        roster = before.with_rows(people.rows)
        plan = make_plan(how, roster, people)
        for change in before.changes(roster):
            say(f"roster: {text(change)}")
        for line in _lines(plan):
            say(line)
        is_new_roster = roster.rows != before.rows
        if (plan.is_any or is_new_roster) and not is_wanted():
            say("Nothing was written. To write it, give --yes.")
            return plan.look_count
        if is_new_roster:
            write_roster(how.classroom, roster)
        _write(how, plan)
    return plan.look_count


@dataclass(frozen=True)
class People:
    """What a file of people says. rows: for the roster.

    numbers: Moodle's numbers of this assignment's participants, and whose they are; times: when
    these handed in, in UTC; unread: times that cannot be read.
    """

    rows: tuple[RosterRow, ...] = ()
    numbers: tuple[RosterRow, ...] = ()
    times: Mapping[str, datetime] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def _people_of(how: Collecting) -> People:
    """Return what the file of people says, if there is one. Raises CourseError."""
    if how.roster_file is None:
        return People()
    sheet = read_sheet(how.roster_file)
    rows = roster_in(sheet)
    if sheet.layout.platform != "moodle":
        return People(tuple(rows))
    times: dict[str, datetime] = {}
    unread = []
    for row, words_of_time in sheet.layout.handed_in.items():
        try:
            time = in_utc(parse(words_of_time), _zone(how.timezone))
            times[sheet.layout.people[row].number] = time
        except UnreadableFile:
            unread.append(words_of_time)
    # The number is another one in the next assignment, so the roster does not keep it.
    kept = [replace(row, person=replace(row.person, number="")) for row in rows]
    return People(tuple(kept), tuple(rows), times, tuple(unread))


def make_plan(how: Collecting, roster: Roster, people: People) -> Plan:
    """Return what a download would put where; nothing is written. Raises CourseError."""
    download = read_download(how.download, how.platform, _zone(how.timezone))
    plan = Plan(download.platform, download.alternatives, unplaced=list(download.unplaced))
    arrivals = [_timed(arrival, people.times) for arrival in download.arrivals]
    plan.notes = tuple(_notes(how, arrivals, people))
    known = (*rows_for(download.platform, roster.rows), *people.numbers)
    placed = _placed(_matches(how, download.platform, known, arrivals), plan)
    deadlines = deadlines_of(how.classroom, how.assignment)
    for student, group in sorted(placed.items()):
        try:
            plan.steps.append(_step(how, student, group, deadlines))
        except Unreadable as error:
            plan.unplaced += [Unplaced(match.arrival.entry, str(error)) for match in group]
    return plan


def _zone(name: str) -> ZoneInfo | None:
    """Return a time zone, None for this machine's. Raises CourseError."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        raise CourseError(
            f'There is no time zone "{text(name)}". Expected a name such as Europe/Berlin, '
            "America/New_York or UTC. Nothing was written."
        ) from None


def _timed(arrival: Arrival, times: Mapping[str, datetime]) -> Arrival:
    """Return an arrival with the time that a worksheet has of it, if any."""
    numbers = [person.number for person in arrival.people if person.number in times]
    if arrival.time is not None or not numbers:
        return arrival
    return replace(arrival, time=times[numbers[0]])


def _notes(how: Collecting, arrivals: Sequence[Arrival], people: People) -> Iterator[str]:
    """Yield what has to be said of the times."""
    untimed = [arrival for arrival in arrivals if arrival.time is None]
    unmarked = [arrival for arrival in untimed if arrival.is_late is None]
    if unmarked:
        advice = (
            " Moodle's grading worksheet has the times: give it with --roster."
            if unmarked[0].platform == "moodle"
            else ""
        )
        yield (
            f"{len(unmarked)} files have no time, and nothing marks what is late: they count as on "
            f"time.{advice}"
        )
    if people.unread:
        yield (
            f"{len(people.unread)} times of the worksheet cannot be read, such as "
            f"{people.unread[0]!r}: they count as missing"
        )


def _matches(
    how: Collecting,
    platform: str,
    roster: Sequence[RosterRow],
    arrivals: Iterable[Arrival],
) -> Iterator[Match]:
    """Yield for each person of each file which student it is.

    Without a roster, who is not known yet gets a new folder.
    """
    known = roster or rows_for(platform, known_students(how.classroom))
    matcher = Matcher([*known, *_collected_before(how, platform)])
    names = _NewNames()
    for arrival in arrivals:
        for person in arrival.people:
            try:
                for student in matcher.students(person):
                    yield Match(arrival, person, student)
            except Unmatched as error:
                name = "" if roster else names.name(person)
                yield Match(arrival, person, name, str(error))


def _collected_before(how: Collecting, platform: str) -> Iterator[RosterRow]:
    """Yield by which numbers of the platform students of this assignment are known already."""
    for student, entry in collected(how.classroom, how.assignment).items():
        if entry["platform"] != platform:
            continue
        yield RosterRow(student, person=Person(number=entry["number"]))


class _NewNames:
    """Names of folders for people of a class without a roster: as the platform calls them."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}

    def name(self, person: Person) -> str:
        """Return a name that nobody else has, "" where there is none."""
        best = person.login or person.email.partition("@")[0] or person.name or person.number
        for name in (plain_name(best), plain_name(f"{best} {person.number}")):
            is_good = name and not problem_of_name(name)
            if is_good and self.people.setdefault(name, person) == person:
                return name
        return ""


def _placed(matches: Iterable[Match], plan: Plan) -> dict[str, list[Match]]:
    """Return the files of each student; what has no student is noted in the plan.

    Two people of the platform who are taken for one student are none of them placed.
    """
    placed: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if match.student:
            placed[match.student].append(match)
        else:
            plan.unplaced.append(Unplaced(match.arrival.entry, match.why))
    for student, group in list(placed.items()):
        people = {match.person.number or words(match.person) for match in group}
        if len(people) > 1:
            why = f"{len(people)} people of the download are taken for {student}"
            plan.unplaced += [Unplaced(each.arrival.entry, why) for each in placed.pop(student)]
    return placed


def _step(how: Collecting, student: str, group: Sequence[Match], deadlines: Deadlines) -> Step:
    """Return what becomes of a student's files."""
    in_order = _attempts(group)
    new = [_version(how, [each.arrival for each in every], deadlines) for every in in_order]
    here = versions.version_in(versions.folder_of(how.classroom, student, how.assignment))
    everything = [here, *new] if here else new
    best = everything[versions.counting(everything, deadlines.of(student))]
    is_here = here is not None and best.digest == here.digest
    stored = versions.stored_digests(how.classroom, student, how.assignment)
    known = {best.digest, *stored, *([here.digest] if here else [])}
    return Step(
        student,
        None if is_here else best,
        _others(new, known),
        _message(student, new, best, here, stored),
        in_order[new.index(best) if best in new else -1][0],
        look=bool(best.stamp),
    )


def _attempts(group: Sequence[Match]) -> list[list[Match]]:
    """Return a student's files by the version that they are of, in order.

    Without times each notebook is a version of its own, and what lies beside belongs to the last.
    """
    attempts: dict[tuple[str, int], list[Match]] = defaultdict(list)
    for match in group:
        arrival = match.arrival
        is_apart = arrival.time is not None or arrival.name.lower().endswith((".ipynb", ".zip"))
        attempts[str(arrival.time or ""), arrival.attempt if is_apart else -1].append(match)
    in_order = [attempts[key] for key in sorted(attempts)]
    if len(in_order) > 1 and ("", -1) in attempts:
        beside = in_order.pop(0)
        in_order[-1] += beside
    return in_order


def _others(new: Iterable[Version], known: set[str]) -> list[Version]:
    """Return the versions that are kept beside the one that counts, each once."""
    others = {version.digest: version for version in new if version.digest not in known}
    return list(others.values())


def _version(how: Collecting, arrivals: Sequence[Arrival], deadlines: Deadlines) -> Version:
    """Return the version that some files make which were handed in together."""
    first = arrivals[0]
    stamp, time = "", _naive(first.time)
    is_assumed = time is None and not first.is_late
    if time is None and first.is_late:
        stamp = f"late by an unknown time: {first.platform} marks it and does not say when it came"
    elif is_assumed:
        # What is not late came at the latest when it was due.
        times = [versions.now(), *([deadlines.due] if deadlines.due else [])]
        time = min(times)
    return Version(dict(_contents(how, arrivals)), time, first.is_late, stamp, is_assumed)


def _naive(time: datetime | None) -> datetime | None:
    """Return a time in UTC as the gradebook holds it, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None) if time else None


def _contents(
    how: Collecting, arrivals: Sequence[Arrival]
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield under which name each file is put into submitted/, and what reads it.

    The only notebook gets the name that is graded, whatever a platform has done to it.
    """
    notebooks = [each for each in arrivals if each.name.lower().endswith(".ipynb")]
    for arrival in arrivals:
        name = PurePosixPath(arrival.name.replace("\\", "/")).name
        if len(notebooks) == 1 and arrival is notebooks[0]:
            name = how.notebook.file
        if name in (STAMP, SECRET) or name.startswith("."):
            name = f"_{name}"
        yield name, arrival.read


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


def _lines(plan: Plan) -> Iterator[str]:
    """Yield what would be done."""
    new_count = sum(step.counts is not None for step in plan.steps)
    kept_count = sum(len(step.others) for step in plan.steps)
    others = f" (its names may be those of {' or '.join(plan.alternatives)}: say --platform)"
    yield f"{plan.platform}{others if plan.alternatives else ''}: {len(plan.steps)} students"
    yield from plan.notes
    for step in plan.steps:
        yield f"{'look: ' if step.look else ''}{step.message}"
    for entry, why in plan.unplaced:
        yield f"not placed: {text(entry)}: {text(why)}"
    yield (
        f"{new_count} to put into submitted/, {kept_count} other versions to keep in earlier/, "
        f"{len(plan.unplaced)} files not placed"
    )


def _write(how: Collecting, plan: Plan) -> None:
    """Do what a plan says. A run that is interrupted can be run again."""
    entries: Mapping[str, Entry] = collected(how.classroom, how.assignment)
    changed = dict(entries)
    for step in plan.steps:
        for version in step.others:
            versions.keep(how.classroom, step.student, how.assignment, version)
        if step.counts:
            versions.place(how.classroom, step.student, how.assignment, step.counts)
        changed[step.student] = _entry(step)
    if changed != entries:
        write_collected(how.classroom, how.assignment, changed)


def _entry(step: Step) -> Entry:
    """Return what the download says of the version that counts."""
    arrival, person = step.match.arrival, step.match.person
    return {
        "platform": arrival.platform,
        "entry": arrival.entry,
        "name": person.name,
        "number": person.number,
        "login": person.login,
        "email": person.email,
        "timestamp": time.strftime(versions.FORMAT) if (time := _naive(arrival.time)) else "",
    }
