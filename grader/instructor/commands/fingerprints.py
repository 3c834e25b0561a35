"""`grader fingerprints`: the tables that students' kernels hold, and layers.py."""

from __future__ import annotations

from collections.abc import Iterator

from grader.instructor.author import layers
from grader.instructor.author.catalogue import as_text, build, is_stored
from grader.instructor.author.references import mistakes_of
from grader.judge.course import Notebook
from grader.notebook.whole_file import write_atomically


def fingerprints(notebook: Notebook) -> Iterator[str]:
    """Write what is not in step with the references and mistakes; yield a line for each file.

    A table that another machine has made stays as it is, but for its last digits.
    """
    if not layers.is_in_step(notebook):
        path = layers.path_of(notebook)
        write_atomically(path, layers.source(notebook))
        yield f"{notebook.assignment}: wrote {path}"
    with layers.importable(notebook):
        if not is_stored(notebook):
            write_atomically(notebook.tables, as_text(build(notebook)))
            yield f"{notebook.assignment}: wrote {notebook.tables}"
    count = sum(len(mistakes_of(exercise)) for exercise in notebook.exercises)
    yield f"{notebook.assignment}: in step, {count} mistakes"
