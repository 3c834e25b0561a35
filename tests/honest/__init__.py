"""Ordinary students' code that must keep its full marks: what a sandbox refuses must not be what a
class does.
"""
