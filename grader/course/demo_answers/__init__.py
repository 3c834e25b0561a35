"""Answers of the demo class, as students write them, one module per notebook.

A module holds STYLES: student -> (what is special, answers that differ from the references, what the checks must say), all worth
full points; HELPERS: student -> extra cells; BROKEN: student -> (what is special, exercise, the part that is lost or "" for all,
the answer, what the check must say).
"""
