"""Places: read from text, object or list, written whole."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from coffee_node.activitypub.schemas import country_code
from tests.unit.activitypub.schema_samples import EventLikeSchema, parse_event

LILLE = {
    "type": "Place",
    "id": "https://lille.example/actors/mutualab#place",
    "name": "Mutualab",
    "latitude": 50.63297,
    "longitude": 3.05858,
    "address": {
        "type": "PostalAddress",
        "streetAddress": "19 rue Nicolas Leblanc",
        "postalCode": "59000",
        "addressLocality": "Lille",
        "addressRegion": "Hauts-de-France",
        "addressCountry": "FR",
    },
}


def test_a_place_is_read_and_written_whole() -> None:
    read = parse_event(location=LILLE)
    assert (read["latitude"], read["longitude"], read["country"]) == (50.63297, 3.05858, "FR")
    assert read["place"]["address"]["street_address"] == "19 rue Nicolas Leblanc"
    assert EventLikeSchema().render(SimpleNamespace(place=read["place"]))["location"] == LILLE


def test_coordinates_are_written_as_fractions() -> None:
    place = parse_event(location={"type": "Place", "latitude": 50, "longitude": 3})["place"]
    written = EventLikeSchema().render(SimpleNamespace(place=place))["location"]
    assert [type(written[name]) for name in ("latitude", "longitude")] == [float, float]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("Mutualab, Lille", {"type": "Place", "name": "Mutualab, Lille"}),
        ("https://meet.example/room", {"type": "Place", "url": "https://meet.example/room"}),
        (
            [{"type": "VirtualLocation", "url": "https://meet.example/"}, {"type": "Place", "name": "Lille"}],
            {"type": "Place", "name": "Lille"},
        ),
        (
            {"type": "VirtualLocation", "url": "https://meet.example/"},
            {"type": "VirtualLocation", "url": "https://meet.example/"},
        ),
        ({"type": "Place", "name": "X", "latitude": 91, "longitude": 3}, {"type": "Place", "name": "X"}),
        ({"type": "Place", "name": "X", "latitude": 50}, {"type": "Place", "name": "X"}),
        ({"type": "Place", "name": "X", "latitude": True, "longitude": []}, {"type": "Place", "name": "X"}),
        (
            {"type": "Place", "latitude": "50.5", "longitude": "3"},
            {"type": "Place", "latitude": 50.5, "longitude": 3.0},
        ),
        (
            {"type": "Place", "address": "1 rue X"},
            {"type": "Place", "address": {"street_address": "1 rue X"}},
        ),
        ({"type": "Place", "url": "javascript:x"}, None),
        ({}, None),
        (5, None),
        ([None, 5, ""], None),
    ],
)
def test_a_location_may_be_text_object_or_list(location: Any, place: Any) -> None:
    assert parse_event(location=location)["place"] == place


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("FR", "FR"),
        ("fr", "FR"),
        ("France", "FR"),
        ("Frankrijk", "FR"),
        ("Belgique", "BE"),
        ("België", "BE"),
        ("Deutschland", "DE"),
        ({"type": "Country", "name": "Belgium"}, "BE"),
        ("Atlantis", ""),
        ("XX", ""),
        ("zz", ""),
        ("", ""),
        (None, ""),
        (5, ""),
        ("x" * 10_000, ""),
    ],
)
def test_a_country_is_known_by_code_and_by_name(country: Any, code: str) -> None:
    assert country_code(country) == code
