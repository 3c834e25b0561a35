"""Broken answers of the demo class, as students write them, one module per notebook.

BROKEN: student -> (what is special, exercise, the part that is lost or "" for all, the answer, what
    the check must say).
HOSTILE, in one of them: student -> (what is special, answers that earn nothing, extra cells, what
    must be said, whether a person has to look). Once is enough: each of them takes seconds.
"""
