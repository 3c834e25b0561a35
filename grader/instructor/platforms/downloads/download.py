"""Reads a download of submissions, from whichever platform it comes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from grader.instructor.courses import CourseError
from grader.instructor.platforms.downloads import (
    blackboard,
    brightspace,
    canvas,
    gradescope,
    mails,
    moodle,
)
from grader.instructor.platforms.downloads.arrival import Download, Unplaced
from grader.instructor.platforms.downloads.entries import Entry, entries_of
from grader.instructor.platforms.downloads.scheme import Placement, Scheme

# Of schemes that read as many names, the first: its names are the more particular.
SCHEMES = {
    module.SCHEME.name: module.SCHEME
    for module in (moodle, brightspace, gradescope, blackboard, canvas, mails)
}


def read_download(path: Path, platform: str = "", zone: tzinfo | None = None) -> Download:
    """Return what a zip file, a folder or a file of mails holds.

    platform: the scheme of its names, by default the one that reads the largest number of them;
    zone: that of the times in names, None for this machine's. Raises CourseError where it is none
    of these, holds no file, or where no scheme reads any name. What cannot be placed, and an entry
    that is damaged, is listed, and costs nothing else.
    """
    schemes = _schemes(platform)
    entries, refused = entries_of(path)
    if not entries:
        raise CourseError(f"No file in {path} can be read. {_listed(refused)}".strip())
    placements = {scheme.name: scheme.place(entries, zone) for scheme in schemes}
    counts = {name: placement.count() for name, placement in placements.items()}
    best = max(counts, key=lambda name: counts[name])
    if counts[best] == 0:
        raise CourseError(_unknown(path, entries, schemes))
    alternatives = [name for name in counts if counts[name] == counts[best] and name != best]
    placement = placements[best]
    unplaced = [*refused, *placement.others, *_rest(entries, placement, SCHEMES[best])]
    return Download(best, tuple(placement.arrivals), tuple(unplaced), tuple(alternatives))


def _schemes(platform: str) -> list[Scheme]:
    """Return the scheme of a name, or all. Raises CourseError."""
    if not platform:
        return list(SCHEMES.values())
    if platform not in SCHEMES:
        near = difflib.get_close_matches(platform, SCHEMES, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CourseError(
            f"There is no platform {platform!r}. {hint}Known are: {', '.join(SCHEMES)}."
        )
    return [SCHEMES[platform]]


def _rest(entries: Sequence[Entry], placement: Placement, scheme: Scheme) -> list[Unplaced]:
    """Return the files of which the scheme says nothing."""
    known = {arrival.entry for arrival in placement.arrivals} | placement.own
    known |= {entry for entry, _ in placement.others}
    reason = f"its name is not one that {scheme.title} gives, as in {scheme.layout}"
    return [Unplaced(entry.path, reason) for entry in entries if entry.path not in known]


def _unknown(path: Path, entries: Sequence[Entry], schemes: Sequence[Scheme]) -> str:
    """Return what to say where no name is read."""
    layouts = "".join(f"\n    {scheme.title}: {scheme.layout}" for scheme in schemes)
    return (
        f"No file in {path} is named as a platform names what was handed in: the first is "
        f"{entries[0].path}. Expected are names as in:{layouts}\n"
        "Name the file that the platform's “Download submissions” gives, before anybody renames "
        "what is in it."
    )


def _listed(refused: Sequence[Unplaced]) -> str:
    """Return the first files that are not read, in a sentence."""
    if not refused:
        return "It is empty. Download it again."
    return " ".join(f"{entry}: {reason}." for entry, reason in refused[:3])
