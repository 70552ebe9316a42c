"""What the places of the demo say is complete, dated from today on and written in the three languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coffee_node.cli.demo_network.content import (
    SLUGS,
    Place,
    end_of_day,
    names_of,
    read_place,
    start_of,
    texts_of,
)
from coffee_node.features.articles.models import KIND_LABELS as ARTICLE_KINDS
from coffee_node.features.events.models import CATEGORIES
from coffee_node.features.profiles.schemas import AVAILABILITIES
from coffee_node.features.proposals.schemas import KINDS

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
WRITTEN = ("people", "companies", "events", "offers", "articles")


@pytest.fixture(scope="module")
def places() -> list[Place]:
    return [read_place(slug) for slug in SLUGS]


def entries(places: list[Place], *names: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    for place in places:
        for name in names:
            yield from ((place, entry) for entry in place.content.get(name, ()))


def test_the_seven_places_of_the_first_network_are_there(places: list[Place]) -> None:
    assert [(place.name, place.town, place.country) for place in places] == [
        ("Le Mutualab", "Lille", "FR"),
        ("ESCO", "Tournai", "BE"),
        ("Switch", "Charleroi", "BE"),
        ("The Cowork Factory", "La Louvière", "BE"),
        ("Co-nnexion", "Mons", "BE"),
        ("Technocité", "Mons", "BE"),
        ("POPPlace", "Lille", "FR"),
    ]


def test_every_place_has_people_events_offers_and_articles(places: list[Place]) -> None:
    for place in places:
        for name, least in {"people": 3, "events": 3, "offers": 4, "articles": 2}.items():
            assert len(place.content[name]) >= least, (place.name, name)


def test_every_place_has_a_manager_and_a_member(places: list[Place]) -> None:
    for place in places:
        roles = [person["role"] for person in place.content["people"]]
        assert roles.count("manager") == 1 and "member" in roles, place.name


def test_whoever_publishes_is_somebody_of_the_place(places: list[Place]) -> None:
    for place, entry in entries(places, "events", "offers", "articles"):
        known = {place.slug} | {one["handle"] for _, one in entries([place], "people", "companies")}
        assert entry["by"] in known, entry["name"]


def test_no_handle_is_used_twice_in_the_network(places: list[Place]) -> None:
    handles = Counter(entry["handle"] for _, entry in entries(places, "people", "companies"))
    assert [handle for handle, times in handles.items() if times > 1] == []


def test_the_network_speaks_three_languages(places: list[Place]) -> None:
    spoken = Counter(entry["language"] for _, entry in entries(places, *WRITTEN))
    assert set(spoken) == {"fr", "nl", "en"} and min(spoken.values()) >= 5
    from_kortrijk = [entry for _, entry in entries(places, "people") if entry.get("town") == "Kortrijk"]
    assert len(from_kortrijk) >= 4 and all(person["language"] == "nl" for person in from_kortrijk)


def test_a_title_in_another_language_comes_with_its_text(places: list[Place]) -> None:
    for _, entry in entries(places, "events", "offers", "articles"):
        assert set(entry.get("names", {})) == set(entry.get("texts", {})), entry["name"]
        assert entry["language"] not in entry.get("names", {}), entry["name"]


def test_kinds_are_known_and_every_one_is_shown(places: list[Place]) -> None:
    assert {entry["kind"] for _, entry in entries(places, "offers")} == set(KINDS)
    assert {entry["kind"] for _, entry in entries(places, "articles")} == set(ARTICLE_KINDS)
    assert {entry["purpose"] for _, entry in entries(places, "offers")} == {"offer", "request"}
    assert {entry["category"] for _, entry in entries(places, "events")} <= set(CATEGORIES)
    assert {entry["availability"] for _, entry in entries(places, "people")} <= set(AVAILABILITIES)


def test_legal_cards_name_both_countries_and_their_review(places: list[Place]) -> None:
    cards = [entry for _, entry in entries(places, "articles") if entry["kind"] == "legal"]
    assert len(cards) >= 3
    assert all(set(card["countries"]) == {"FR", "BE"} and card["review_in_days"] > 0 for card in cards)


def test_events_are_on_their_weekday_at_their_hour_and_ahead(places: list[Place]) -> None:
    for place, entry in entries(places, "events"):
        start = start_of(entry, NOW, place.zone)
        assert f"{start:%a %H:%M}".lower() == f"{entry['weekday']} {entry['at']}"
        ahead = start.date() - NOW.astimezone(place.zone).date()
        first = 7 * (entry["weeks"] - 1) + 1
        assert timedelta(days=first) <= ahead < timedelta(days=first + 7)


def test_an_event_keeps_its_hour_when_the_clocks_change() -> None:
    entry = {"weeks": 19, "weekday": "thu", "at": "18:30"}
    start = start_of(entry, NOW, read_place("mutualab").zone)
    assert start.isoformat() == "2027-04-01T18:30:00+02:00"


def test_an_offer_ends_with_the_day_of_its_place() -> None:
    assert end_of_day(NOW, 7, read_place("esco").zone).isoformat() == "2026-12-01T23:59:59+01:00"


def test_a_text_in_one_language_has_no_map_and_one_in_several_has_its_own_too() -> None:
    alone = {"name": "Ontbijt", "language": "nl", "text": "Met *koffie*.\n"}
    assert names_of(alone) == {"name": "Ontbijt", "name_map": {}, "language": "nl"}
    assert texts_of(alone, "nl")["content"] == "<p>Met <em>koffie</em>.</p>\n"
    assert texts_of(alone, "nl")["content_map"] == {}
    both = alone | {"names": {"fr": "Petit-déjeuner"}, "texts": {"fr": "Avec du café."}}
    assert names_of(both)["name_map"] == {"nl": "Ontbijt", "fr": "Petit-déjeuner"}
    written = texts_of(both, "nl", column="summary")
    assert set(written["summary_map"]) == {"nl", "fr"} and written["source_map"] == {"fr": "Avec du café."}


def test_people_from_elsewhere_are_placed_in_their_town() -> None:
    esco = read_place("esco")
    assert esco.home_of({"town": "Kortrijk"})["latitude"] == 50.83
    assert esco.home_of({})["address"] == {"locality": "Tournai", "country": "BE"}
