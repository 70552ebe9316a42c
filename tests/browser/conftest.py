"""A browser, and one real node with something of every kind on it, for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from coffee_node.testing_factories import article_document, event_document, need_document
from tests.house.real_nodes import RealNode

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def place(name: str, country: str, latitude: float, longitude: float) -> dict[str, Any]:
    """A place as on the wire."""
    address = {"type": "PostalAddress", "addressLocality": name, "addressCountry": country}
    return {"type": "Place", "name": name, "latitude": latitude, "longitude": longitude, "address": address}


LILLE = place("Lille", "FR", 50.633, 3.0586)
TOURNAI = place("Tournai", "BE", 50.606, 3.388)
LONG_TITLE = "Vertegenwoordigingsbevoegdheidscommissie, Grundstücksverkehrsgenehmigungszuständigkeit"


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe.min.js; skips where COFFEE_TEST_AXE names no such file."""
    file = os.environ.get("COFFEE_TEST_AXE", "")
    if not file or not Path(file).is_file():
        pytest.skip("COFFEE_TEST_AXE names no axe.min.js")
    return Path(file).read_text("utf-8")


@pytest.fixture(scope="session")
def lille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealNode]:
    """A node of its own process, filled through its outbox."""
    node = RealNode(tmp_path_factory.mktemp("browser") / "lille", "lille").init().start()
    _tell_where_and_who(node)
    node.publish(event_document(name="Coffee here", location=LILLE, startTime="2099-12-03T08:30:00+01:00"))
    node.publish(event_document(name=LONG_TITLE, location=TOURNAI, startTime="2099-12-04T08:30:00+01:00"))
    node.publish(need_document(location=TOURNAI, endTime="2099-12-31T12:00:00Z"))
    node.publish(article_document())
    yield node
    node.stop()


def _tell_where_and_who(node: RealNode) -> None:
    space = {"id": f"{node.url}/actors/{node.slug}", "type": "Organization", "location": LILLE}
    assert node.post({"type": "Update", "object": space}).status_code == 201
    person = {"id": f"{node.url}/actors/admin", "type": "Person", "name": "Anaïs Delvaux"}
    assert node.post({"type": "Update", "object": person}, "admin").status_code == 201


@pytest.fixture(scope="session")
def signed_in(browser: Browser, lille: RealNode) -> StorageState:
    """The cookies of an administrator who came in by a link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(lille.run("user", "passwd", "admin", "--link").split()[-1])
    page.locator("input[type=password]").fill("two banks, one network")
    page.locator("main button[type=submit]").click()
    assert page.locator(".notice-ok").count() == 1
    cookies = context.storage_state()
    context.close()
    return cookies
