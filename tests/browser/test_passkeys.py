"""A passkey is added on the security page and signs in without name or password, with a virtual device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.house.real_nodes import RealNode

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def gent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealNode]:
    """A node whose address is a name: a number cannot carry a passkey."""
    node = RealNode(Path(tmp_path_factory.mktemp("passkeys"), "gent"), "gent")
    node.url = f"http://localhost:{node.port}"
    node.init().start()
    yield node
    node.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose faults fail the test."""
    context = browser.new_context(locale="en")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


def device(page: Page) -> tuple[CDPSession, str]:
    """A device with a finger print reader that always recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, made["authenticatorId"]


def test_a_passkey_signs_in_without_name_and_password(gent: RealNode, page: Page) -> None:
    session, number = device(page)
    page.goto(gent.run("user", "passwd", "admin", "--link").split()[-1])
    page.locator("input[type=password]").fill("two banks, one network")
    page.locator("main button[type=submit]").click()
    page.goto(f"{gent.url}/me/security")
    page.get_by_label("Name of the device").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.locator(".notice-ok").wait_for()
    assert "My laptop" in page.locator("#passkeys").inner_text()
    assert "not used yet" in page.locator("#passkeys").inner_text()
    (key,) = session.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert key["isResidentCredential"] and key["rpId"] == "localhost"

    page.context.clear_cookies()
    page.goto(f"{gent.url}/sign-in?back=/me/security")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/me/security")
    assert "last used" in page.locator("#passkeys").inner_text()

    page.locator("#passkeys").get_by_role("button", name="Remove").click()
    page.locator(".notice-ok").wait_for()
    page.context.clear_cookies()
    page.goto(f"{gent.url}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert "was not accepted" in page.locator(".notice-bad").inner_text()


def test_who_has_no_passkey_is_told_so_and_can_use_the_password(gent: RealNode, page: Page) -> None:
    device(page)
    page.goto(f"{gent.url}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The passkey was not used").wait_for()
    assert page.get_by_label("Password").is_visible()


def test_without_scripts_no_passkey_is_offered(browser: Browser, gent: RealNode) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{gent.url}/sign-in")
    assert page.locator("form.passkey-form").count() == 1
    assert not page.locator("form.passkey-form").is_visible()
    context.close()
