"""The pages of the book, and what a reader does in them."""

from __future__ import annotations

from typing import Any

from our_course import NOTEBOOKS

PAGES = {name: f"{name}/{notebook.stem}.html" for name, notebook in NOTEBOOKS.items()}


def cell_of(page: Any, name: str) -> Any:
    return page.locator(f".cell.tag_id--{name}")


def answered(page: Any, name: str, text: str) -> Any:
    """Open an exercise in its place, type an answer, press Check, and return the verdict."""
    cell = cell_of(page, name)
    opener = cell.get_by_role("button", name="Write it here")
    if opener.count():
        opener.click()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    cell.get_by_role("button", name="Check").click()
    cell.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=180_000)
    return cell.locator(".run-result [aria-label=check]").last
