"""Derivatives by numbers: the witness of every backward pass. It needs numpy alone."""
