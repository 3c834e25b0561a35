"""Reference answers, one module per notebook, and the catalogue of mistakes.

They use numpy alone and are never shipped to students.
"""
