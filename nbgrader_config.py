"""Where nbgrader finds this course. Paths are absolute from this file's own place.

COURSE_DIR names another course folder, EXCHANGE_DIR another place where students fetch and hand in
(docs/interface.md).
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from grader.instructor.classroom import environment_on_path

here = Path(__file__).resolve().parent
course = Path(os.environ.get("COURSE_DIR", here / "course")).resolve()
course.mkdir(parents=True, exist_ok=True)  # SQLite makes the file, not its folder
shared = Path(os.environ.get("EXCHANGE_DIR", course / "exchange")).resolve()
with suppress(OSError):  # nbgrader says so, and shows no Release button
    shared.mkdir(parents=True, exist_ok=True)

environment_on_path()  # also where a server was started without activating the environment
c = get_config()  # noqa: F821 (traitlets provides it)
c.CourseDirectory.course_id = "cnn-gradients"
c.CourseDirectory.root = str(here)
c.ExecutePreprocessor.timeout = 180  # seconds a cell: the capstone trains
c.CourseDirectory.source_directory = "notebooks"
c.CourseDirectory.db_url = os.environ.get("COURSE_DB", f"sqlite:///{course / 'gradebook.db'}")
for step in ("release", "submitted", "autograded", "feedback"):
    setattr(c.CourseDirectory, f"{step}_directory", os.path.relpath(course / step, here))
c.Exchange.root = str(shared)
c.ExchangeFactory.release_feedback = "grader.instructor.records.exchange.ReleaseFeedback"

# Nothing of a student's runs in a feedback page or in formgrader
# (grader/instructor/records/pages.py, grader/export/safe.py)
c.GenerateFeedback.exporter_class = "grader.instructor.records.pages.FeedbackPage"
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.preprocessors = ["grader.instructor.records.pages.plain_names"]
c.HTMLExporter.filters = {
    "markdown2html": "grader.export.safe.markdown",
    "clean_html": "grader.export.safe.clean",
}

if (
    "nbgrader.apps.api" in sys.modules
):  # formgrader's Autograde button grades sealed, as `grader grade` does
    from grader.instructor.records import button, exchange

    button.install()
    exchange.tolerate_bad_timestamps()
if (
    "nbgrader.server_extensions.formgrader.base" in sys.modules
):  # its pages print names as they stand in an address
    from grader.instructor.records import pages

    pages.escape_names()
    c.HTMLExporter.extra_template_basedirs = pages.formgrader_templates()
