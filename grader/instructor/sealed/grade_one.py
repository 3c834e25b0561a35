"""Grade one submission: its bytes in, its verdicts as plain JSON out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

from grader.instructor.author import layers
from grader.instructor.sandbox.protocol import text
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox
from grader.instructor.sealed.answer_text import answer_texts
from grader.instructor.sealed.cell_fault import CellFaultJSON
from grader.instructor.sealed.intake import magic_faults
from grader.instructor.sealed.same_code import same_code
from grader.instructor.sealed.session import Session
from grader.judge.course import Notebook
from grader.judge.exercise import Exercise
from grader.judge.judge_trial import all_wrong
from grader.notebook.cells_of_file import Unreadable
from grader.notebook.intake import ParsedNotebook, parse
from grader.notebook.student_id import MISSING, NAME, drawn_for, plain_id
from grader.show.verdict import Verdict, VerdictJSON
from grader.widgets.suggest import suggest_widget

TRIES = 3  # of a submission, when something of ours was lost
ID_LIMIT = 60  # letters of an id in a sentence


class Picture(TypedDict):
    """A widget's still picture, and the text in its place."""

    svg: str
    text: str


class ExerciseJSON(VerdictJSON):
    """A verdict with what pages show of it. look: whether a person has to look at it."""

    text: str
    html: str | None
    picture: Picture | None
    look: bool


class WorkJSON(TypedDict):
    """What a verdict file holds on the work itself.

    faults: what a person has to know; answers: what was handed in, by exercise; printed: by the
    notebook; cells: those that stopped; texts: the essays that were handed in, by name, where the
    notebook asks for some.
    """

    assignment: str
    seed: int
    points: float
    faults: list[str]
    exercises: list[ExerciseJSON]
    answers: dict[str, str]
    printed: str
    cells: list[CellFaultJSON]
    texts: NotRequired[dict[str, str]]


def grade_submission(content: bytes, seed: int, sandbox: Sandbox, fresh: bool = True) -> WorkJSON:
    """Return the verdicts on one submission as plain JSON.

    content: the notebook's bytes; seed: of its fresh cases; fresh: whether they are asked too, or
    the visible ones alone, as in a check. Raises MachineFault when something of ours was lost: the
    same call can be made again. Nothing that the student's code raises comes out.
    """
    notebook = sandbox.notebook
    assert notebook is not None
    try:
        submitted = parse(content, list(notebook.by_name), essays=notebook.essay_names)
    except Unreadable as error:
        return ungraded(notebook, seed, str(error))
    return grade_notebook(submitted, seed, sandbox, fresh)


def grade_notebook(
    submitted: ParsedNotebook,
    seed: int,
    sandbox: Sandbox,
    fresh: bool = True,
    beside: Mapping[str, bytes] | None = None,
) -> WorkJSON:
    """Return what grade_submission does, for cells that are read already.

    beside: the files that lie in the notebook's folder, by name. Raises MachineFault.
    """
    notebook = sandbox.notebook
    assert notebook is not None
    exercises = _exercises_of(submitted, notebook)
    session = Session(submitted, exercises, seed, sandbox, fresh, beside or {})
    try:
        with layers.importable(notebook):
            verdicts = _with_those_without_id(notebook, session.run())
    finally:
        session.close()
    earned = [verdict.exercise for verdict in verdicts if verdict.earned]
    answers = session.attempt(
        "the answers cannot be shown with their helpers",
        lambda: answer_texts(submitted, notebook, earned, beside),
        dict(submitted.answers),
    )
    nothing: list[str] = []
    copies = session.attempt(
        "which answers are one code cannot be said",
        lambda: list(same_code(notebook, {name: answers.get(name, "") for name in earned})),
        nothing,
    )
    pages = [_attempt_pages(session, notebook, verdict) for verdict in verdicts]
    faults = [*submitted.faults, *magic_faults(submitted), *session.faults, *copies]
    faults += _missing_ids(submitted, notebook)
    for page in _to_look_at(notebook, pages, faults):
        page["look"] = True
    result = _as_json(notebook, seed, pages, faults, answers)
    stopped = [session.cell_faults[number] for number in sorted(session.cell_faults)]
    result["cells"] = [fault.as_json() for fault in stopped]
    result["printed"] = session.printed
    if notebook.essays:
        result["texts"] = dict(submitted.texts)
    return result


def _exercises_of(submitted: ParsedNotebook, notebook: Notebook) -> dict[str, Exercise]:
    """Return the exercises that can be graded, those by hand with the draw of the typed id."""
    drawn = ((each.name, drawn_for(each, submitted.student_id)) for each in notebook.exercises)
    return {name: exercise for name, exercise in drawn if exercise is not None}


def _with_those_without_id(notebook: Notebook, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return a verdict on every exercise, also on those by hand that need an id."""
    known = {verdict.exercise: verdict for verdict in verdicts}
    return [
        known.get(exercise.name) or all_wrong(exercise, MISSING) for exercise in notebook.exercises
    ]


def _missing_ids(submitted: ParsedNotebook, notebook: Notebook) -> Iterator[str]:
    """Yield that numbers were typed, and no id."""
    names = _typed(submitted, notebook)
    if names and not plain_id(submitted.student_id):
        yield f'{names}: no cell says {NAME} = "...", so whose numbers these are is not known'


def _typed(submitted: ParsedNotebook, notebook: Notebook) -> str:
    """Return the exercises by hand that have an answer, "" for none."""
    by_hand = [exercise.name for exercise in notebook.exercises if exercise.by_hand]
    return " and ".join(filter(submitted.is_written, by_hand))


def with_other_id(
    work: WorkJSON,
    submitted: ParsedNotebook,
    notebook: Notebook,
    student: str,
    ids: Sequence[str] = (),
    whose: str = "the folder is that of",
) -> WorkJSON:
    """Return the verdicts on a submission, marked where its id is nobody's who handed it in.

    The points stand: they are for the numbers of the id that was typed. student: the folder's name;
    ids: what else the student, or who hands in with this student, may type; whose: what is said
    before the student's name.
    """
    names, typed = _typed(submitted, notebook), submitted.student_id
    if not names or plain_id(typed) in ("", *map(plain_id, (student, *ids))):
        return work
    fault = (
        f'{names}: graded with the numbers of {NAME} = "{text(typed, ID_LIMIT)}", and {whose} '
        f"{text(student, ID_LIMIT)}"
    )
    exercises = list(work["exercises"])
    for exercise in _to_look_at(notebook, exercises, [fault]):
        exercise["look"] = True
    return {**work, "faults": [*work["faults"], fault], "exercises": exercises}


def _to_look_at(
    notebook: Notebook, exercises: list[ExerciseJSON], faults: Sequence[str]
) -> Iterator[ExerciseJSON]:
    """Yield the exercises that faults name, the first one where they name none.

    Such a fault is of the file as a whole, and formgrader shows cells alone.
    """
    words = " ".join(faults).replace(":", " ").split()
    looks = {word.removeprefix("check_") for word in words}.intersection(notebook.by_name)
    if faults and not looks:
        looks = {notebook.exercises[0].name}
    yield from (each for each in exercises if each["exercise"] in looks)


def ungraded(notebook: Notebook, seed: int, fault: str) -> WorkJSON:
    """Return the verdicts on a submission that cannot be graded, as grade_submission does.

    It has no points, and a person has to look at every exercise.
    """
    message = f"could not be graded: {fault}"
    exercises = [
        _with_pages(exercise, all_wrong(exercise, message), look=True)
        for exercise in notebook.exercises
    ]
    return _as_json(notebook, seed, exercises, [fault], {})


def grade_again(
    submitted: ParsedNotebook,
    seed: int,
    sandbox: Sandbox,
    fresh: bool = True,
    beside: Mapping[str, bytes] | None = None,
) -> WorkJSON:
    """Return what grade_notebook does, with more tries when something of ours was lost.

    Raises MachineFault when the last try loses something too.
    """
    for _ in range(TRIES - 1):
        try:
            return grade_notebook(submitted, seed, sandbox, fresh, beside)
        except MachineFault:
            continue
    return grade_notebook(submitted, seed, sandbox, fresh, beside)


def _as_json(
    notebook: Notebook,
    seed: int,
    exercises: list[ExerciseJSON],
    faults: Sequence[str],
    answers: dict[str, str],
) -> WorkJSON:
    """Return what a verdict file holds on the work itself, where no cell ran."""
    return {
        "assignment": notebook.assignment,
        "seed": seed,
        "points": sum(exercise["earned"] for exercise in exercises),
        "faults": list(faults),
        "exercises": exercises,
        "answers": answers,
        "printed": "",
        "cells": [],
    }


def _attempt_pages(session: Session, notebook: Notebook, verdict: Verdict) -> ExerciseJSON:
    """Return a verdict as JSON, without what pages show of it where that fails."""
    message = f"{verdict.exercise}: its verdict cannot be shown"
    bare: ExerciseJSON = {
        **verdict.as_json(),
        "text": message,
        "html": None,
        "picture": None,
        "look": True,
    }
    exercise = notebook.by_name[verdict.exercise]
    return session.attempt(message, lambda: _with_pages(exercise, verdict), bare)


def _with_pages(exercise: Exercise, verdict: Verdict, look: bool = False) -> ExerciseJSON:
    """Return a verdict as JSON, with what pages show of it: text, HTML and a picture.

    The picture is of the widget that a check suggests, or None where it suggests none.
    """
    widget = suggest_widget(exercise, verdict.example)
    picture: Picture | None = None
    if widget is not None:
        picture = {"svg": widget.still, "text": widget.alternative}
    return {
        **verdict.as_json(),
        "text": str(verdict),
        "html": verdict._repr_html_(),
        "picture": picture,
        "look": look,
    }
