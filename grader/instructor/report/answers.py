"""What a report tells of the answers: which are the same, and an example of each mistake."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from grader.instructor.report.sameness import Form, form_of
from grader.instructor.sealed.grade_one import ExerciseJSON
from grader.instructor.sealed.verdict_file import VerdictFile

EXAMPLE_LINES = 40  # of an answer that is shown in a lecture
CANDIDATES = 3  # answers that are kept for an example: the first may hold a name
NAME_LENGTH = 3  # letters of a name that an example must not hold; a shorter one is in any word


@dataclass
class Answers:
    """Gathers, verdict file by verdict file, what is told of the answers.

    forms: (student, exercise, form); candidates: (answer, student) of the shortest wrong answers,
    by exercise and mistake.
    """

    forms: list[tuple[str, str, Form]] = field(default_factory=list)
    candidates: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, student: str, verdict: VerdictFile) -> None:
        """Take in one student's answers."""
        for exercise, answer in verdict["answers"].items():
            form = form_of(answer)
            if form:
                self.forms.append((student, exercise, form))
        for result in verdict["exercises"]:
            answer = verdict["answers"].get(result["exercise"], "")
            self._add_candidates(student, answer, result)

    def _add_candidates(self, student: str, answer: str, result: ExerciseJSON) -> None:
        exercise = result["exercise"]
        for mistake in {part["mistake"] for part in result["parts"] if part["mistake"]}:
            kept = self.candidates.setdefault((exercise, mistake), [])
            kept.append((answer, student))
            kept.sort(key=lambda pair: len(pair[0]))
            del kept[CANDIDATES:]

    def example(self, exercise: str, mistake: str) -> str:
        """Return an answer with a mistake for everybody to see, "" where there is none."""
        kept = self.candidates.get((exercise, mistake), [])
        examples = (anonymous(answer, student) for answer, student in kept)
        return next(filter(None, examples), "")


def anonymous(answer: str, student: str) -> str:
    """Return an answer without comments and docstrings, laid out as Python itself does it.

    "" where it is no Python, is too long to show, or holds the student's name.
    """
    try:
        tree = ast.parse(answer)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        example = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    holds_name = len(student) >= NAME_LENGTH and student.casefold() in example.casefold()
    return "" if holds_name or example.count("\n") >= EXAMPLE_LINES else example
