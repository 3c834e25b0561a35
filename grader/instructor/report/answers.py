"""What a report tells of the answers: which are the same, and an example of each mistake."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from grader.instructor.report.sameness import Form, form_of
from grader.instructor.sealed.grade_one import ExerciseJSON
from grader.instructor.sealed.verdict_file import VerdictFile

EXAMPLE_LINES = 40  # of an answer that is shown in a lecture
NAME_LENGTH = 3  # letters of a name that an example must not hold; a shorter one is in any word


@dataclass
class Answers:
    """Gathers, verdict file by verdict file, what is told of the answers.

    forms: (student, exercise, form); examples: the shortest wrong answer, by exercise and mistake,
    without its comments.
    """

    forms: list[tuple[str, str, Form]] = field(default_factory=list)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, verdict: VerdictFile) -> None:
        """Take in one student's answers."""
        for exercise, answer in verdict["answers"].items():
            form = form_of(answer, exercise)
            if form:
                self.forms.append((verdict["student"], exercise, form))
        for result in verdict["exercises"]:
            self._add_examples(verdict, result)

    def _add_examples(self, verdict: VerdictFile, result: ExerciseJSON) -> None:
        exercise = result["exercise"]
        mistakes = {part["mistake"] for part in result["parts"] if part["mistake"]}
        if not mistakes:
            return
        example = anonymous(verdict["answers"].get(exercise, ""), verdict["student"])
        for mistake in mistakes:
            best = self.examples.get((exercise, mistake), "")
            if example and (not best or len(example) < len(best)):
                self.examples[exercise, mistake] = example


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
