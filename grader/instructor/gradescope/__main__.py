"""What run_autograder starts in Gradescope's container: python -m grader.instructor.gradescope."""

from __future__ import annotations

import sys

from grader.instructor.gradescope.grade import grade
from grader.instructor.gradescope.layout import Layout

if __name__ == "__main__":
    sys.exit(0 if grade(Layout(), print) else 1)
