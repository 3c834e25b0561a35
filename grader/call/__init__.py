"""Calling a student's function, in the notebook's kernel and in the sandbox alike.

Needs numpy alone and imports nothing of the course by its full name: the sandbox shows this one
folder to its workers.
"""
