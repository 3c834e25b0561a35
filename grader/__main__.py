"""`python -m grader`: the start check, from a terminal."""

import sys

from grader.start import report

if __name__ == "__main__":
    told = report()
    print(told)
    sys.exit(0 if told.startswith("Ready") else 1)
