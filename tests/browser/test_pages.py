"""The style page in both schemes, and the two banks of a home page on a desk and on a phone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280)


class Watch:
    """What a page did that nobody sees: errors of the console and requests to elsewhere."""

    def __init__(self, page: Page, node: RealNode) -> None:
        self.page = page
        self.node = node
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and parts.netloc != urlsplit(self.node.url).netloc:
            self.complaints.append(f"{self.page.url}: asks {url}")

    def visit(self, path: str, language: str) -> None:
        """Open a page and note whatever is not as it should be."""
        answer = self.page.goto(self.node.url + path)
        assert answer is not None
        if answer.status != 200:
            self.complaints.append(f"{path}: {answer.status}")
        if (headings := self.page.locator("h1").count()) != 1:
            self.complaints.append(f"{path}: {headings} h1")
        if (spoken := self.page.locator("html").get_attribute("lang")) != language:
            self.complaints.append(f"{path}: speaks {spoken}")
        self.complaints += [f"{path}: {beyond} px too wide at {width}" for width, beyond in self._beyond()]

    def _beyond(self) -> list[tuple[int, int]]:
        """By how much the page is wider than its window, at each width where it is."""
        found = []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            found.append((width, self.page.evaluate("document.documentElement.scrollWidth - innerWidth")))
        return [(width, beyond) for width, beyond in found if beyond > 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_page_follows_the_colours_of_the_system(
    browser: Browser, lille: RealNode, scheme: str
) -> None:
    context = browser.new_context(locale="fr", color_scheme="dark" if scheme == "dark" else "light")
    watch = Watch(context.new_page(), lille)
    watch.visit("/-/style", "fr")
    ground = watch.page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert watch.complaints == []
    assert ground == {"light": "rgb(251, 248, 243)", "dark": "rgb(27, 22, 19)"}[scheme]


def test_the_two_banks_stand_side_by_side_on_a_desk_and_one_under_the_other_on_a_phone(
    browser: Browser, lille: RealNode
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
    page.goto(lille.url)
    here, across = page.locator(".bank").all()
    wide = (here.bounding_box(), across.bounding_box())
    page.set_viewport_size({"width": 390, "height": 844})
    narrow = (here.bounding_box(), across.bounding_box())
    jump = page.locator(".bank-jump")
    assert jump.is_visible()
    jump.click()
    top = page.evaluate("document.querySelector('#across').getBoundingClientRect().top")
    page.close()
    assert wide[0] and wide[1] and narrow[0] and narrow[1]
    assert wide[0]["y"] == wide[1]["y"] and wide[0]["x"] < wide[1]["x"]
    assert narrow[0]["x"] == narrow[1]["x"] and narrow[0]["y"] < narrow[1]["y"]
    assert 0 <= top < 844
