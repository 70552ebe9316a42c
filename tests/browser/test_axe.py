"""The check for accessibility finds what is wrong; and nothing is wrong with our pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.axe import violations
from tests.browser.test_pages import OWN_PAGES, PAGES, WIDTHS, details
from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

BAD = """<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="color:#999;background:#fff">pale</p></main>"""


def test_a_bad_page_is_found_out(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content(BAD)
    found = " ".join(violations(page, axe))
    page.close()
    assert "image-alt" in found and "color-contrast" in found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_public_pages(
    browser: Browser, lille: RealNode, axe: str, width: int, scheme: str
) -> None:
    is_dark = scheme == "dark"
    context = browser.new_context(
        locale="fr", viewport={"width": width, "height": 844}, color_scheme="dark" if is_dark else "light"
    )
    page = context.new_page()
    found = []
    for path in (*PAGES, *details(lille), "/-/style"):
        page.goto(lille.url + path)
        found += violations(page, axe)
    context.close()
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_use_the_pages_of_an_administrator(
    browser: Browser, lille: RealNode, signed_in: StorageState, axe: str, width: int
) -> None:
    context = browser.new_context(storage_state=signed_in, viewport={"width": width, "height": 844})
    page = context.new_page()
    found = []
    for path in OWN_PAGES:
        page.goto(lille.url + path)
        found += violations(page, axe)
    context.close()
    assert found == []
