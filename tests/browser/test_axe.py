"""The check for accessibility finds what is wrong; in the dark as in the light (see journeys/) nothing is."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, StorageState, ViewportSize

from tests.browser.axe import violations
from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

PAGES = ("/", "/events", "/events?view=month", "/people", "/spaces?view=map", "/offers", "/jobs", "/articles")
MORE_PAGES = ("/network", "/search?q=coffee", "/sign-in", "/sign-up", "/alerts", "/-/style")
OWN_PAGES = (
    "/events/new",
    "/me/profile",
    "/spaces/lille/edit",
    "/me/security",
    "/members",
    "/admin/deliveries",
)

BAD = """<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="color:#999;background:#fff">pale</p></main>"""


@pytest.mark.parametrize("scripts", [True, False])
def test_a_bad_page_is_found_out(browser: Browser, axe: str, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.set_content(BAD)
    found = " ".join(violations(page, axe, scripts))
    context.close()
    assert "image-alt" in found and "color-contrast" in found


@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_use_the_public_pages_in_the_dark(
    browser: Browser, lille: RealNode, axe: str, width: int
) -> None:
    viewport: ViewportSize = {"width": width, "height": 844}
    context = browser.new_context(locale="fr", viewport=viewport, color_scheme="dark")
    page = context.new_page()
    found = []
    for path in (*PAGES, *MORE_PAGES, *details(lille)):
        page.goto(lille.url + path)
        found += violations(page, axe)
    context.close()
    assert found == []


def details(node: RealNode) -> list[str]:
    """The pages of one thing of each kind."""
    paths = ["/@lille", "/@admin"]
    for path in ("/events.json", "/offers.json", "/articles.json"):
        paths += [urlsplit(item["id"]).path for item in node.get_json(path)["items"]]
    return paths


@pytest.mark.parametrize("width", [390, 1280])
def test_an_administrator_can_work_in_the_dark(
    browser: Browser, lille: RealNode, signed_in: StorageState, axe: str, width: int
) -> None:
    viewport: ViewportSize = {"width": width, "height": 844}
    context = browser.new_context(storage_state=signed_in, viewport=viewport, color_scheme="dark")
    page = context.new_page()
    found = []
    for path in OWN_PAGES:
        page.goto(lille.url + path)
        found += violations(page, axe)
    context.close()
    assert found == []
