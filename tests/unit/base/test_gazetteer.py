"""Towns by name: in every language of the region, with the point that a list is measured from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base.gazetteer import find_town
from coffee_node.base.places import distance_km


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Tournai", "Tournai", "BE"),
        ("doornik", "Tournai", "BE"),
        ("7500 Tournai", "Tournai", "BE"),
        ("Rijsel", "Lille", "FR"),
        ("LILLE", "Lille", "FR"),
        ("lille (59000)", "Lille", "FR"),
        ("La Louviere", "La Louvière", "BE"),
        ("la-louvière", "La Louvière", "BE"),
        ("Aix-la-Chapelle", "Aachen", "DE"),
        ("Maastricht", "Maastricht", "NL"),
        ("Luxembourg", "Luxembourg", "LU"),
    ],
)
def test_a_town_is_found_as_people_write_it(text: str, name: str, country: str) -> None:
    town = find_town(text)
    assert town is not None
    assert (town.name, town.country) == (name, country)


def test_the_country_chooses_among_towns_of_one_name() -> None:
    for code in ("BE", "FR"):
        town = find_town("Mons", code)
        assert town is not None and town.country == code
    largest = find_town("Bergen")
    assert largest is not None and largest.name == "Mons"
    elsewhere = find_town("Bergen", "LU")
    assert elsewhere == largest


def test_distances_are_those_of_the_map() -> None:
    lille, tournai = find_town("Lille"), find_town("Tournai")
    assert lille is not None and tournai is not None
    assert 22 < distance_km(*lille[2:], *tournai[2:]) < 26


@pytest.mark.parametrize("text", ["", " ", "59000", "Atlantis", "#", "lille\tFR", "\n", "source geonames"])
def test_what_is_no_town_is_none(text: str) -> None:
    assert find_town(text) is None


@given(st.text(max_size=300))
def test_any_text_is_a_town_or_none(text: str) -> None:
    town = find_town(text)
    assert town is None or (-90 <= town.latitude <= 90 and len(town.country) == 2)
