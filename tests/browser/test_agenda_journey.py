"""A manager writes a series in a browser; the agenda shows it as a month and as a map, wide and narrow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280)
MONTH = "/events?view=month&month=2099-12"
PICTURES = os.environ.get("COFFEE_TEST_PICTURES", "")


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def look(page: Page, name: str, width: int) -> None:
    """Keep a picture for somebody to look at, where a folder is named."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_series_is_written_and_looked_at_without_javascript(
    browser: Browser, lille: RealNode, signed_in: StorageState, width: int
) -> None:
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": width, "height": 900},
        java_script_enabled=False,
        locale="en",
    )
    page = context.new_page()
    page.goto(f"{lille.url}/events/new")
    look(page, "form", width)
    page.get_by_label("Title", exact=True).fill(f"Breakfast {width}")
    page.locator("#start_day").fill("2099-12-01")
    page.locator("#start_clock").fill("9h00")
    page.get_by_text("It comes again").click()
    page.get_by_label("Every week", exact=True).check()
    page.locator("#repeat_count").fill("3")
    page.get_by_role("button", name="Publish").click()
    assert "No date of this series" not in page.content()
    # In the year 2099 no date is within a year: the form says so and keeps everything.
    assert page.locator("#problems").count() == 1
    assert page.locator("#start_day").input_value() == "2099-12-01"
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_month_is_a_table_and_a_list_on_a_narrow_screen(
    browser: Browser, lille: RealNode, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en")
    page = context.new_page()
    page.goto(lille.url + MONTH)
    look(page, "month", width)
    assert overflow(page) <= 0
    empty = page.locator("td.is-empty").first
    assert empty.is_visible() == (width > 768)
    page.get_by_role("link", name="Coffee here").click()
    page.go_back()
    page.get_by_role("link", name="Month before").click()
    assert page.get_by_role("heading", level=2).first.inner_text().lower() == "november 2099"
    page.goto(f"{lille.url}/events?view=map")
    look(page, "map", width)
    assert overflow(page) <= 0
    assert page.locator(".dot-map a").count() == page.locator("main .rows .row-title a").count() == 2
    context.close()
