"""What a student's kernel imports: check, progress, and the tools of the notebooks."""

from grader import figures
from grader.checking import check, progress
from grader.equations import equation
from grader.numeric import numerical_jacobian
from grader.start import start_check

__all__ = ["check", "equation", "figures", "numerical_jacobian", "progress", "start_check"]
