"""Widgets: pictures of the course's numbers that can be stepped through. Needs anywidget, so it is imported on first use only."""

from grader.widgets.spraying import Spray, spray

__all__ = ["Spray", "spray"]
