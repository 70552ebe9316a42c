"""Texts, dates and places in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from coffee_node.base import clock, i18n
from coffee_node.base.i18n import Catalogues
from coffee_node.web.language import ago, date_part, localized
from coffee_node.web.whereabouts import Home, place_name, town_of, where_of
from tests.unit.web.conftest import START

ROW = {
    "name": "Petit-déjeuner & café",
    "name_map": {"nl-BE": "Ontbijt"},
    "language": "fr",
    "content": "<p>Bonjour</p>",
}


@pytest.fixture
def catalogues(tmp_path: Path) -> Catalogues:
    """No translations at all."""
    return Catalogues([], tmp_path)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("fr", "Petit-déjeuner &amp; café"),
        ("nl", "Ontbijt"),
        ("de", '<span lang="fr">Petit-déjeuner &amp; café</span>'),
    ],
)
def test_a_text_is_picked_for_the_reader_and_marked(
    catalogues: Catalogues, language: str, shown: str
) -> None:
    with i18n.speaking(catalogues, language):
        found = str(localized(ROW, "name"))
    assert found == shown


def test_sanitised_content_stays_html(catalogues: Catalogues) -> None:
    with i18n.speaking(catalogues, "fr"):
        assert localized(ROW, "content") == "<p>Bonjour</p>"
    with i18n.speaking(catalogues, "en"):
        assert localized(ROW, "content") == '<div lang="fr"><p>Bonjour</p></div>'


def test_date_blocks_speak_the_language(catalogues: Catalogues) -> None:
    with i18n.speaking(catalogues, "nl"):
        parts = [date_part(START, part, "Europe/Brussels") for part in ("month", "day", "weekday")]
    assert parts == ["dec", "1", "di"]


def test_moments_just_gone_are_just_now(catalogues: Catalogues) -> None:
    with i18n.speaking(catalogues, "en"):
        assert ago(clock.utcnow() - timedelta(seconds=10)) == "just now"
        assert ago(clock.utcnow() - timedelta(minutes=3)) == "3 minutes ago"


def test_rows_are_here_or_across_the_border(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coffee_node.web.whereabouts._find_home", lambda: Home("FR", 50.63, 3.06, "Lille"))
    with app.test_request_context("/"):
        esco = where_of({"country": "BE", "latitude": 50.606, "longitude": 3.388})
        here = where_of({"country": "FR", "latitude": 50.63, "longitude": 3.06})
        nowhere = where_of({"name": "online"})
    assert (esco.is_across, esco.detail.replace("\u202f", " ").replace("\xa0", " ")) == (True, "23 km")
    assert (here.is_across, here.label) == (False, "FR · here")
    assert nowhere.label == ""


def test_places_are_named_once() -> None:
    row = {"place": {"name": "ESCO", "address": {"locality": "Tournai"}}}
    assert place_name(row) == "ESCO, Tournai"
    assert town_of(row) == "Tournai"
    station = {"place": {"name": "Gare de Lille", "address": {"locality": "Lille"}}}
    assert place_name(station) == "Gare de Lille"
    assert place_name({}) == ""
