"""The pages of the book, and what a reader does in them."""

from __future__ import annotations

from typing import Any

from our_course import NOTEBOOKS

PAGES = {
    name: f"{name}/{notebook.stem}.html"
    for name, notebook in NOTEBOOKS.items()
    if not notebook.helps_others
}


def cell_of(page: Any, name: str) -> Any:
    return page.locator(f".cell.tag_id--{name}")


def typed(page: Any, name: str, text: str) -> Any:
    """Open a cell in its place, if it is not open yet, type its text, and return it."""
    cell = cell_of(page, name)
    cell.locator(".run-here, .run-editor").wait_for()  # once the page has the notebook
    opener = cell.locator(".run-here")
    if opener.count():
        opener.click()
        is_done(cell)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    return cell


def is_done(cell: Any) -> None:
    """Wait until a cell does not run, or no longer."""
    cell.locator("[aria-busy=true]").wait_for(state="detached", timeout=180_000)


def answered(page: Any, name: str, text: str) -> Any:
    """Type an answer to an exercise in its place, press Check, and return the verdict."""
    cell = typed(page, name, text)
    cell.get_by_role("button", name="Check").click()
    is_done(cell)
    return cell.locator(".run-result [aria-label=check]").last
