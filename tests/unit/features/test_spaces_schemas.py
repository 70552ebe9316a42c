"""Spaces on the wire: the Organization of the contract out, what peers send in."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.schemas import SpaceSchema, accepts_space, price_label, service_label
from coffee_node.federation.models import Actor

URI = "https://lille.example/actors/mutualab"
DOCUMENT: dict[str, Any] = {
    "id": URI,
    "type": "Organization",
    "kind": "space",
    "name": "Mutualab",
    "summary": "<p>Espace de coworking au centre de Lille.</p>",
    "summaryMap": {
        "fr": "<p>Espace de coworking au centre de Lille.</p>",
        "en": "<p>Coworking space in the centre of Lille.</p>",
    },
    "location": {
        "type": "Place",
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
    },
    "openingHours": "Mo-Fr 09:00-19:00",
    "coffee:timezone": "Europe/Paris",
    "coffee:services": ["wifi", "sauna"],
    "coffee:prices": [
        {"coffee:plan": "day", "sdo:price": "15", "sdo:priceCurrency": "EUR"},
        {
            "coffee:plan": "meeting-room",
            "sdo:price": "12.50",
            "sdo:priceCurrency": "EUR",
            "sdo:unitText": "hour",
            "sdo:description": "for members",
        },
    ],
    "coffee:desks": 60,
    "attachment": [
        {
            "type": "PropertyValue",
            "name": "Website",
            "value": '<a href="https://mutualab.example/?a=1&amp;b=2" rel="me nofollow noopener">'
            "mutualab.example/?a=1&amp;b=2</a>",
        },
        {"type": "PropertyValue", "name": "Desks", "value": "60"},
        {"type": "PropertyValue", "name": "Services", "value": "Wi-Fi, sauna"},
        {"type": "PropertyValue", "name": "Prices", "value": "one day: €15 · meeting room: €12.50 / hour"},
    ],
    "tag": [{"type": "Hashtag", "name": "#coworking", "href": "https://lille.example/tags/coworking"}],
}
SCHEMA = SpaceSchema()


def row_of(document: dict[str, Any], **changes: Any) -> Space:
    values = SCHEMA.parse(document)
    columns = {name: value for name, value in values.items() if hasattr(Space, name)}
    return Space(**columns | {"actor": Actor(uri=URI, type="Organization"), "origin": ""} | changes)


def test_a_space_comes_out_as_it_went_in() -> None:
    assert SCHEMA.render(row_of(DOCUMENT)) == DOCUMENT


def test_the_columns_lists_are_filtered_by_are_read() -> None:
    values = SCHEMA.parse(DOCUMENT)
    assert (values["country"], values["latitude"], values["longitude"]) == ("FR", 50.63297, 3.05858)
    assert values["website"] == "https://mutualab.example/?a=1&b=2"
    assert values["prices"][1] == {
        "plan": "meeting-room",
        "price": "12.50",
        "currency": "EUR",
        "unit": "hour",
        "conditions": "for members",
    }


def test_a_bare_space_has_no_empty_property() -> None:
    rendered = SCHEMA.render(row_of({"id": URI, "type": "Organization", "kind": "space", "name": "Bare"}))
    assert rendered == {"id": URI, "type": "Organization", "kind": "space", "name": "Bare"}


def test_several_hours_are_a_list_and_one_is_a_text() -> None:
    hours = ["Mo-Fr 09:00-19:00", "Sa 10:00-12:00"]
    assert SCHEMA.render(row_of(DOCUMENT, opening_hours=hours))["openingHours"] == hours
    assert SCHEMA.parse({**DOCUMENT, "openingHours": hours})["opening_hours"] == hours


@pytest.mark.parametrize(
    "price",
    [
        {"coffee:plan": "decade", "sdo:price": "15", "sdo:priceCurrency": "EUR"},
        {"coffee:plan": "day", "sdo:price": "free", "sdo:priceCurrency": "EUR"},
        {"coffee:plan": "day", "sdo:price": "-3", "sdo:priceCurrency": "EUR"},
        {"coffee:plan": "day", "sdo:price": "15", "sdo:priceCurrency": "euros"},
        {"coffee:plan": ["day"], "sdo:price": "15", "sdo:priceCurrency": "EUR"},
        {"coffee:plan": "day", "sdo:price": {"a": 1}, "sdo:priceCurrency": "EUR"},
        "15 EUR",
        None,
    ],
)
def test_a_price_that_cannot_be_compared_is_left_out(price: Any) -> None:
    good = DOCUMENT["coffee:prices"][0]
    values = SCHEMA.parse({**DOCUMENT, "coffee:prices": [price, good]})
    assert values["prices"] == [{"plan": "day", "price": "15", "currency": "EUR"}]


@pytest.mark.parametrize(
    "attributed", [["https://a.example/1", "https://a.example/2"], {"type": "Collection"}]
)
def test_moderators_of_an_organisation_do_not_hinder_reading_it(attributed: Any) -> None:
    assert SCHEMA.parse({**DOCUMENT, "attributedTo": attributed})["name"] == "Mutualab"


@pytest.mark.parametrize(
    ("document", "is_space"),
    [({"kind": "space"}, True), ({"kind": "company"}, False), ({"kind": "centre"}, False), ({}, False)],
)
def test_only_a_space_is_a_space(document: dict[str, Any], is_space: bool) -> None:
    assert accepts_space(document) is is_space


def test_prices_and_services_are_said_in_words() -> None:
    assert price_label({"plan": "day", "price": "15.00", "currency": "EUR"}) == "€15"
    assert price_label({"plan": "day", "price": "9.9", "currency": "EUR"}) == "€9.90"
    assert service_label("step-free") == "step-free access"
    assert service_label("sauna") == "sauna"
