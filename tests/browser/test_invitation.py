"""From the invitation to a published profile in three screens, on a telephone, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

PASSWORD = "trois mots en file"


@pytest.mark.parametrize(("scripts", "handle"), [(True, "claire-dubois"), (False, "tom-peeters")])
def test_three_screens_lead_from_the_invitation_to_a_published_profile(
    browser: Browser, lille: RealNode, signed_in: StorageState, scripts: bool, handle: str
) -> None:
    name = handle.replace("-", " ").title()
    link = lille.run("user", "invite", f"{handle}@lille.example").split()[-1]
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=scripts, locale="en"
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    screens: list[str] = []
    page.on("load", lambda shown: screens.append(shown.url.removeprefix(lille.url)))

    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/me/profile**")
    page.get_by_label("What you can do").fill("graphic design")
    page.get_by_role("button", name=publish(page)).click()
    page.wait_for_url(f"**/@{handle}")

    assert page.locator("h1").inner_text() == name
    assert "graphic design" in page.locator("main").inner_text()
    assert len(screens) == 3, screens
    context.close()
    assert name in seen_in_the_directory(browser, lille, signed_in)
    assert name not in seen_in_the_directory(browser, lille, None)


def publish(page: Page) -> str:
    """The words on the last button of the form of the profile."""
    return page.locator("main form button[type=submit].btn-primary").last.inner_text()


def seen_in_the_directory(browser: Browser, lille: RealNode, who: StorageState | None) -> str:
    context = browser.new_context(storage_state=who)
    page = context.new_page()
    page.goto(f"{lille.url}/people")
    text = page.locator("main").inner_text()
    context.close()
    return text
