"""nbgrader's settings for this course. grader/instructor/records/settings.py says what they are.

COURSE_DIR names another course folder, EXCHANGE_DIR another place where students fetch and hand in
(docs/interface.md).
"""

from pathlib import Path

from grader.instructor.records.settings import configure

c = get_config()  # noqa: F821 (traitlets provides it)
configure(c, Path(__file__).resolve().parent, "cnn-gradients")
c.ExecutePreprocessor.timeout = 180  # seconds a cell: the capstone trains
