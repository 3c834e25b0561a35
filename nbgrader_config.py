"""Where nbgrader finds this course. Paths are absolute from this file's own place; COURSE_DIR names another course folder."""

import os
from pathlib import Path

here = Path(__file__).resolve().parent
course = Path(os.environ.get("COURSE_DIR", here / "course")).resolve()
course.mkdir(parents=True, exist_ok=True)  # SQLite makes the file, not its folder

c = get_config()  # noqa: F821 (traitlets provides it)
c.CourseDirectory.course_id = "cnn-gradients"
c.CourseDirectory.root = str(here)
c.ExecutePreprocessor.timeout = 180  # seconds a cell: the capstone trains
c.CourseDirectory.source_directory = "notebooks"
c.CourseDirectory.db_url = os.environ.get("COURSE_DB", f"sqlite:///{course / 'gradebook.db'}")
for step in ("release", "submitted", "autograded", "feedback"):
    setattr(c.CourseDirectory, f"{step}_directory", os.path.relpath(course / step, here))
