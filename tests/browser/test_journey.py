"""A person comes in by a link, announces an event, errs, corrects it, and takes it back; without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(browser: Browser, lille: RealNode, signed_in: StorageState) -> Page:
    """A phone without scripts on which the administrator came in by the link."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, storage_state=signed_in
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{lille.url}/language/en")
    return page


def test_an_event_is_written_corrected_found_and_deleted(phone: Page, lille: RealNode) -> None:
    phone.locator("summary", has_text="Menu").click()
    phone.get_by_role("link", name="Agenda", exact=True).click()
    phone.locator("main a.btn-primary").click()
    phone.get_by_label("Title", exact=True).fill("Evening of the two banks")
    phone.get_by_label("Day", exact=True).fill("2099-12-24")
    phone.get_by_label("Starts at").fill("25:10")
    phone.get_by_role("button", name="Publish").click()

    problems = phone.locator("#problems")
    assert "This is not a time" in problems.inner_text()
    problems.get_by_role("link", name="Starts at").click()
    field = phone.locator(":focus")
    assert (field.get_attribute("name"), field.input_value()) == ("start_clock", "25:10")
    assert field.get_attribute("aria-invalid") == "true"
    assert phone.get_by_label("Title", exact=True).input_value() == "Evening of the two banks"
    assert lille.get_json("/events.json?q=evening")["items"] == []

    field.fill("19:30")
    phone.get_by_role("button", name="Publish").click()
    assert phone.locator("h1").inner_text() == "Evening of the two banks"
    phone.goto(f"{lille.url}/events?q=evening")
    phone.get_by_role("link", name="Evening of the two banks").click()

    phone.get_by_role("link", name="Delete").click()
    phone.locator("main").get_by_role("button", name="Delete").click()
    assert phone.locator(".notice-ok").is_visible()
    assert phone.get_by_role("link", name="Evening of the two banks").count() == 0
    phone.context.close()


def test_a_wrong_link_opens_nothing_and_says_what_to_do(browser: Browser, lille: RealNode) -> None:
    page = browser.new_page(locale="en")
    answer = page.goto(f"{lille.url}/setup?token=guessed")
    assert answer is not None and answer.status >= 400
    assert page.locator("input[type=password]").count() == 0
    assert "Ask for a new one" in page.locator("main").inner_text()
    page.close()
