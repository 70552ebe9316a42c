"""The home page shows both banks and holds together in four languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from coffee_node.base.database import db
from coffee_node.testing import Fediverse, TestNode, event_document

PATHS = ("/", "/events", "/offers", "/people", "/spaces", "/articles", "/network", "/search?q=caf", "/about")


def place(country: str, town: str, latitude: float, longitude: float) -> dict[str, Any]:
    """A place as on the wire."""
    return {
        "type": "Place",
        "name": town,
        "latitude": latitude,
        "longitude": longitude,
        "address": {"type": "PostalAddress", "addressLocality": town, "addressCountry": country},
    }


LILLE = place("FR", "Lille", 50.63, 3.06)
TOURNAI = place("BE", "Tournai", 50.606, 3.388)


def settle_at(node: TestNode, location: dict[str, Any]) -> None:
    """Tell where the space of a node is."""
    uri = f"{node.url}/actors/{node.slug}"
    node.post({"type": "Update", "object": {"id": uri, "type": "Organization", "location": location}})


def test_both_banks_stand_side_by_side(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    settle_at(lille, LILLE)
    tournai = fediverse.node("tournai", partners=[lille])
    settle_at(tournai, TOURNAI)
    lille.post(event_document(name="Café here", location=LILLE))
    tournai.post(event_document(name="Café there", location=TOURNAI))
    fediverse.settle()
    page = lille.page("/")
    here, across = page.split('class="border-line"')
    assert "Café here" in here and "Café there" not in here
    assert "Café there" in across
    assert re.search(r"BE</span> · 23.km", across)
    assert "2 linked places, 2 countries" in page


@pytest.mark.parametrize("language", ["fr", "nl", "en", "de"])
def test_every_page_speaks_every_language_without_breaking(fediverse: Fediverse, language: str) -> None:
    lille = fediverse.node("lille")
    settle_at(lille, LILLE)
    lille.post(event_document(name="Café"))
    for path in PATHS:
        page = lille.page(path, language)
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == 1, path
        assert "%(" not in page, path


def test_pages_ask_few_questions_of_the_database(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    settle_at(lille, LILLE)
    for number in range(12):
        lille.post(event_document(name=f"Café {number}"))
    counts = {}
    with lille.context():
        asked: list[str] = []
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    for path in ("/", "/events", "/search?q=caf"):
        lille.page(path)
        asked.clear()
        lille.page(path)
        counts[path] = len([text for text in asked if text.startswith("SELECT")])
    assert max(counts.values()) <= 16, counts
