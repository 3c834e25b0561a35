"""The book in a browser, offline: every page, its equations, widgets, search and links."""

from __future__ import annotations

import pytest
from book_pages import PAGES
from support import SCREENSHOTS
from widget_page import by_axe

EVERY = {"start": "index.html", **PAGES, "print": "print/index.html", "search": "search.html"}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize("name", EVERY)
def test_a_page_fits_a_phone_and_is_accessible(visit, name):
    page = visit(**PHONE).goto(EVERY[name])
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.screenshot(path=SCREENSHOTS / f"site-phone-{name}.png")
    if name == "print":  # the same pages again, which would take axe minutes
        return
    assert by_axe(page, "html") == []


@pytest.mark.parametrize("name", ["start", "2-convolution"])
def test_a_page_is_accessible_in_the_dark(visit, name):
    page = visit(color_scheme="dark").goto(EVERY[name])
    page.wait_for_timeout(500)
    page.screenshot(path=SCREENSHOTS / f"site-dark-{name}.png")
    assert by_axe(page, "html") == []


@pytest.mark.parametrize("name", PAGES)
def test_equations_are_mathml_and_widgets_step_by_keys(visit, name):
    page = visit().goto(PAGES[name])
    assert page.locator("math").count() > 10
    prose = " ".join(page.locator(".bd-article p, .bd-article li").all_inner_texts())
    assert "$" not in prose.replace("$\\", "")
    frames = page.query_selector_all("div.cell_output iframe")
    assert frames or name == "6-capstone"
    for box in frames:
        widget = box.content_frame()
        widget.locator(".stage").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert widget.locator(".steps .told").inner_text().startswith("2 of")


def test_the_search_finds_a_word(visit):
    page = visit().goto("search.html?q=subgradient")
    page.get_by_role("link", name="Send a gradient back through a ReLU").first.wait_for()


def test_the_links_of_a_page_lead_somewhere(visit, site):
    page = visit().goto(PAGES["1-affine"])
    links = {
        link.inner_text(): link.get_attribute("href")
        for link in page.locator(".notebook-bar a").all()
    }
    assert links["Open in Colab"].endswith(
        "/ada/gradients/blob/gh-pages/cloud/1-affine/affine.ipynb"
    )
    assert links["Open in Binder"].endswith("/gh-pages?labpath=cloud/1-affine/affine.ipynb")
    page.get_by_role("link", name="Open in the lab").click()
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
    page = visit().goto(PAGES["6-capstone"])  # offline its lab cannot train
    assert page.locator(".notebook-bar a").count() == 0
    assert page.get_by_role("button", name="Write it here").count() == 0


def test_every_local_link_of_the_site_exists(site):
    from html.parser import HTMLParser

    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [value for key, value in attrs if key in ("href", "src") and value]

    missing = []
    for path in [*site.glob("*.html"), *site.glob("[1-6]*/*.html"), site / "print/index.html"]:
        links = Links()
        links.feed(path.read_text(encoding="utf-8"))
        for link in links.found:
            place = link.partition("#")[0].partition("?")[0]
            if place and ":" not in place and not (path.parent / place).exists():
                missing.append((path.name, link))
    assert missing == []
