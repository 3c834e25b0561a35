"""`grader collect`: what a learning platform gives, into course/submitted/."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.instructor.classroom import (
    Classroom,
    Grading,
    plain_name,
    problem_of_name,
)
from grader.instructor.commands.alone import alone
from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads.arrival import Arrival, Person, Unplaced, in_utc
from grader.instructor.platforms.downloads.download import read_download
from grader.instructor.platforms.matching import Matcher, Unmatched, compact, rows_for, words
from grader.instructor.platforms.roster import RosterRow, roster_in
from grader.instructor.platforms.sheets.sheet import read_sheet
from grader.instructor.records.arrivals import versions
from grader.instructor.records.arrivals.collected import Entry, collected, write_collected
from grader.instructor.records.arrivals.plan import (
    Match,
    Step,
    StepMaker,
    entry_of,
)
from grader.instructor.records.lateness.deadlines import deadlines_of
from grader.instructor.records.people import Roster, known_students, write_roster
from grader.instructor.sandbox.protocol import text
from grader.instructor.sealed.timestamp import UnreadableFile, parse
from grader.judge.course import Notebook
from grader.notebook.cells_of_file import Unreadable

LOCAL = ("blackboard", "brightspace")  # whose names have times without a zone
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


@dataclass
class Plan:
    """What would be done.

    platform: whose names the download has; alternatives: whose they may be as well; unplaced: the
    files of which nobody is known to have handed them in; notes: what is said of all; unread: how
    many times cannot be read; entries: what earlier downloads said, by student.
    """

    platform: str
    entries: dict[str, Entry]
    alternatives: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    unread: int = 0
    unplaced: list[Unplaced] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to write."""
        return any(step.counts or step.others for step in self.steps)

    @property
    def look_count(self) -> int:
        """How many files and students a person has to look at."""
        return len(self.unplaced) + sum(bool(step.doubts) for step in self.steps) + self.unread


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
    entries = collected(how.classroom, how.assignment)
    unplaced = list(download.unplaced)
    plan = Plan(download.platform, entries, download.alternatives, unplaced=unplaced)
    arrivals = [_timed(arrival, people.times) for arrival in download.arrivals]
    plan.notes = tuple(_notes(how, arrivals, people))
    plan.unread = len(people.unread)
    known = (*rows_for(download.platform, roster.rows), *people.numbers)
    placed = _placed(_matches(how, plan, known, arrivals), plan)
    deadlines = deadlines_of(how.classroom, how.assignment)
    maker = StepMaker(how.classroom, how.notebook, deadlines, entries)
    for student, group in sorted(placed.items()):
        try:
            plan.steps.append(maker.step(student, group))
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
        is_moodles = unmarked[0].platform == "moodle" and not people.numbers
        worksheet = " Moodle's grading worksheet has the times: give it with --roster."
        advice = worksheet if is_moodles else ""
        yield (
            f"{len(unmarked)} files have no time, and nothing marks what is late: they count as on "
            f"time.{advice}"
        )
    if people.times or any(arrival.platform in LOCAL for arrival in arrivals):
        zone = how.timezone or datetime.now().astimezone().tzname()
        yield f"times are read in the zone {zone}: --timezone names another"
    if people.unread:
        yield (
            f"{len(people.unread)} times of the worksheet cannot be read, such as "
            f"{people.unread[0]!r}: they count as missing. Download it with Moodle in English"
        )


def _matches(
    how: Collecting, plan: Plan, roster: Sequence[RosterRow], arrivals: Iterable[Arrival]
) -> Iterator[Match]:
    """Yield for each person of each file which student it is.

    Without a roster, who is not known yet gets a new folder.
    """
    known = roster or rows_for(plan.platform, known_students(how.classroom))
    matcher = Matcher([*known, *_collected_before(plan)])
    names = _NewNames()
    for arrival in arrivals:
        for person in arrival.people:
            try:
                for student in matcher.students(person):
                    yield Match(
                        arrival, person, student, _problem_of_way(arrival, student, matcher)
                    )
            except Unmatched as error:
                name = "" if roster else names.name(person)
                yield Match(arrival, person, name, "" if name else str(error))


def _problem_of_way(arrival: Arrival, student: str, matcher: Matcher) -> str:
    """Return why a mail that came inside another one is not placed, "" where it is.

    A student could hand in for another one in this way.
    """
    if arrival.via is None:
        return ""
    try:
        sender = matcher.student(arrival.via)
    except Unmatched:  # somebody who teaches has sent it on
        return ""
    return "" if sender == student else f"it says {student}, and came inside a mail of {sender}"


def _collected_before(plan: Plan) -> Iterator[RosterRow]:
    """Yield by which numbers of the platform students of this assignment are known already."""
    for student, entry in plan.entries.items():
        if entry["platform"] == plan.platform:
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
        if match.student and not match.why:
            placed[match.student].append(match)
        else:
            plan.unplaced.append(Unplaced(match.arrival.entry, match.why))
    for student, group in list(placed.items()):
        people = {_identity(match.person): words(match.person) for match in group}
        if len(people) > 1:
            who = " and ".join(people.values())
            why = f"{len(people)} people of the download are taken for {student}: {who}"
            plan.unplaced += [Unplaced(each.arrival.entry, why) for each in placed.pop(student)]
    return placed


def _identity(person: Person) -> str:
    """Return by what two people of a download are told apart."""
    known = person.number or person.login or person.email
    return known.strip().casefold() or compact(person.name)


def _lines(plan: Plan) -> Iterator[str]:
    """Yield what would be done."""
    new_count = sum(step.counts is not None for step in plan.steps)
    kept_count = sum(len(step.others) for step in plan.steps)
    others = f" (its names may be those of {' or '.join(plan.alternatives)}: say --platform)"
    yield f"{plan.platform}{others if plan.alternatives else ''}: {len(plan.steps)} students"
    yield from plan.notes
    for step in plan.steps:
        yield step.message
        yield from (f"look: {text(step.student)}: {doubt}" for doubt in step.doubts)
    for entry, why in plan.unplaced:
        yield f"not placed: {text(entry)}: {text(why)}"
    yield (
        f"{new_count} to put into submitted/, {kept_count} other versions to keep in earlier/, "
        f"{len(plan.unplaced)} files not placed"
    )


def _write(how: Collecting, plan: Plan) -> None:
    """Do what a plan says. A run that is interrupted can be run again."""
    changed = dict(plan.entries)
    for step in plan.steps:
        for version in step.others:
            versions.keep(how.classroom, step.student, how.assignment, version)
        if step.counts:
            versions.place(how.classroom, step.student, how.assignment, step.counts)
        if step.match:
            changed[step.student] = entry_of(step.match)
    if changed != plan.entries:
        write_collected(how.classroom, how.assignment, changed)
