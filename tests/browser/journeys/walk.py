"""One person with a browser: every page on the way is looked at before the next step."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response
from playwright.sync_api import Error as PlaywrightError

from coffee_node.base.i18n import Catalogues
from tests.browser.axe import violations
from tests.browser.journeys.region import REPOSITORY, Newcomer, Region, Site
from tests.house.real_nodes import wait_for

HEIGHT = 844
WAIT_MILLISECONDS = 15_000
RELOAD_SECONDS = 30.0
NATIVE = {"fr": "fr-FR", "nl": "nl-BE", "en": "en-GB", "de": "de-DE"}
TEXTS = Catalogues([REPOSITORY / "coffee_node/web/translations"], Path("/nowhere"))


class Walk:
    """A browser of one width and language on its way through the network.

    After each step of `visit`, `press`, `follow` and `arrived` the page must have the status that was
    expected, break no rule of axe, stay in its window, speak the language, ask nobody outside the network
    and log nothing; `end` fails when a page was passed without being looked at.
    """

    def __init__(
        self,
        browser: Browser,
        axe: str,
        region: Region,
        width: int = 1280,
        language: str = "en",
        javascript: bool = True,
    ) -> None:
        self.region = region
        self.width = width
        self.language = language
        self.javascript = javascript
        self.token = secrets.token_hex(4)
        self.complaints: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self._axe = axe
        self._passed: list[str] = []
        self._answer: Response | None = None
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale=NATIVE[language],
            java_script_enabled=javascript,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.context.set_default_timeout(WAIT_MILLISECONDS)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._see_request)
        self.page.on("response", self._see_answer)
        self.page.on("domcontentloaded", lambda page: self._passed.append(page.url))

    # --- what it says

    def address(self, name: str) -> str:
        """An e-mail address nobody had before."""
        return f"{name}-{self.token}@example.org"

    def say(self, text: str, **values: Any) -> str:
        """A text of the pages in the language of the walk; `values` fill its places."""
        found = str(TEXTS.get(self.language).gettext(text))
        return found % values if values else found

    def plural(self, singular: str, plural: str, number: int) -> str:
        """A text of the pages that counts, in the language of the walk."""
        return str(TEXTS.get(self.language).ngettext(singular, plural, number)) % {"num": number}

    @property
    def main(self) -> Locator:
        """The main part of the page."""
        return self.page.locator("main")

    @property
    def text(self) -> str:
        """What the main part of the page says."""
        return self.main.inner_text()

    # --- steps

    def sign_in(self, site: Site, who: str | Newcomer, back: str = "/") -> None:
        """Come in by link as somebody of the demo (by handle) or as a newcomer, and go to a page."""
        link = who.link if isinstance(who, Newcomer) else site.people[who]
        self.visit(f"{link}?back={back}")

    def visit(self, address: str, site: Site | None = None, status: int = 200) -> None:
        """Open an address, or a path of a site (where one is, if none is named)."""
        if address.startswith("/"):
            parts = urlsplit(self.page.url)
            address = (site.url if site else f"{parts.scheme}://{parts.netloc}") + address
        self.page.goto(address)
        self.arrived(status)

    def follow(self, name: str, *, within: Locator | None = None, status: int = 200) -> None:
        """Follow the first link with exactly this name, to the next page."""
        link = (within or self.main).get_by_role("link", name=name, exact=True).first
        self.click(link, status)

    def press(self, name: str, *, within: Locator | None = None, status: int = 200) -> None:
        """Press the first button with exactly this name, to the next page."""
        self.click((within or self.main).get_by_role("button", name=name, exact=True).first, status)

    def click(self, what: Locator, status: int = 200) -> None:
        """Click what leads to the next page, and look at that page."""
        with self.page.expect_navigation():
            what.click()
        self.arrived(status)

    def send(self, status: int = 200, *, within: str = "form.form") -> None:
        """Press the main button of the form of the page."""
        self.click(self.main.locator(f"{within} button[type=submit].btn-primary").last, status)

    def fill(self, **values: str | bool) -> None:
        """Fill fields by their ids: text, a choice by its value, or True for a tick."""
        for name, value in values.items():
            field = self.main.locator(f"[id='{name}']")
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.count() == 0:
                self.main.locator(f"input[name='{name}'][value='{value}']").check()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def unfold(self, words: str) -> None:
        """Open the first fold whose heading has these words, unless it is open or always shown."""
        heading = self.page.locator("details:not([open]) > summary", has_text=words).first
        if heading.count() and heading.is_visible():
            heading.click()

    def read(self, href: str) -> str:
        """The text behind an address of this site that is no page, as this browser gets it."""
        parts = urlsplit(self.page.url)
        answer = self.context.request.get(href if "://" in href else f"{parts.scheme}://{parts.netloc}{href}")
        assert answer.ok, f"{href}: {answer.status}"
        return answer.text()

    def href(self, name: str) -> str:
        """Where the first link with exactly this name leads."""
        return str(self.main.get_by_role("link", name=name, exact=True).first.get_attribute("href"))

    def reload_until(self, words: str) -> None:
        """Load the page again until it says these words, as somebody does who waits for another site."""

        def says() -> bool:
            self.page.reload()
            return words in self.text

        try:
            wait_for(says, RELOAD_SECONDS, 0.3)
        except AssertionError as error:
            raise AssertionError(f"{self.page.url} never said {words!r}, but: {self.text}") from error
        self.arrived()

    def go_on(self, to: str) -> None:
        """Wait until pages that lead on have led to an address; without scripts one looks again oneself."""

        def is_there() -> bool:
            with contextlib.suppress(PlaywrightError):  # the page went on while it was loaded again
                if not self.page.url.startswith(to):
                    self.page.reload()
            return self.page.url.startswith(to)

        if self.javascript:
            self.page.wait_for_url(lambda url: url.startswith(to), timeout=RELOAD_SECONDS * 1000)
        else:
            wait_for(is_there, RELOAD_SECONDS, 0.3)
        self.arrived()

    def arrived(self, status: int = 200) -> None:
        """Look at the page one is on."""
        self.page.wait_for_load_state()
        self._passed.clear()
        self.look(status)

    def look(self, status: int = 200) -> None:
        """Complain of whatever is not as it should be on this page."""
        url, page = self.page.url, self.page
        self.seen.add((self.region.endpoint_of(url), self.language))
        if self._answer is not None and self._answer.status != status:
            self.complaints.append(f"{url}: {self._answer.status} instead of {status}: {self.text[:300]}")
        if page.locator("h1").count() != 1:
            self.complaints.append(f"{url}: {page.locator('h1').count()} h1")
        if (spoken := page.locator("html").get_attribute("lang")) != self.language:
            self.complaints.append(f"{url}: speaks {spoken} instead of {self.language}")
        self._measure(self.width)
        self.complaints += violations(page, self._axe, self.javascript)

    def fits(self, width: int) -> None:
        """Complain when this page is wider than a window of another width."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self._measure(width)
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})

    def _measure(self, width: int) -> None:
        beyond = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beyond > 0:
            self.complaints.append(f"{self.page.url}: {beyond} px too wide at {width}")

    def end(self, *endpoints: str) -> None:
        """Close the browser; AssertionError with every complaint.

        `endpoints` are pages that this journey has to have shown in its language, or its languages.
        """
        self.complaints += [f"{url}: passed without a look" for url in self._passed]
        self.complaints += [
            f"{endpoint}: not seen in {self.language}"
            for endpoint in endpoints
            if (endpoint, self.language) not in self.seen
        ]
        self.context.close()
        assert self.complaints == [], "\n".join(self.complaints)

    # --- what nobody sees

    def _hear(self, message: ConsoleMessage) -> None:
        of_page = message.text.startswith("Failed to load resource") and self._is_answer_at(message)
        if message.type in ("error", "warning") and not of_page:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _is_answer_at(self, message: ConsoleMessage) -> bool:
        """Whether a message only repeats that the page itself has another status than 200."""
        return self._answer is not None and message.location["url"] == self._answer.url

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc not in self.region.hosts:
            self.complaints.append(f"{self.page.url}: asks {request.url}")

    def _see_answer(self, answer: Response) -> None:
        if answer.request.is_navigation_request():
            self._answer = answer


def names_of(found: Locator) -> Sequence[str]:
    """The texts of all that was found, without the space around them."""
    return [text.strip() for text in found.all_inner_texts()]
