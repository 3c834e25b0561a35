"""nbgrader's settings for students: it lies in etc/jupyter/ of their environment."""

import os

from grader.exercises import COURSE
from grader.notebook.validate import repair

c = get_config()  # noqa: F821 (traitlets provides it)
c.Exchange.root = os.environ.get("EXCHANGE_DIR", "/usr/local/share/nbgrader/exchange")
repair(COURSE)  # Validate does not say Success to a file in which it tests nothing
