"""Opening and changing a space, and what the neighbours hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from coffee_node.base.database import Row, db
from coffee_node.base.errors import Unprocessable
from coffee_node.features.spaces import service
from coffee_node.features.spaces.models import Space
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode

VALUES: dict[str, Any] = {
    "name": "Le Mutualab",
    "summary": "<p>In the centre.</p>",
    "place": {
        "type": "Place",
        "latitude": 50.63,
        "longitude": 3.06,
        "address": {"locality": "Lille", "country": "FR"},
    },
    "opening_hours": ["Mo-Fr 09:00-19:00"],
    "services": ["wifi"],
    "prices": [{"plan": "day", "price": "15", "currency": "EUR"}],
    "desks": 60,
    "website": "https://mutualab.example",
}


Found = TypeVar("Found", bound=Row)


def rows(model: type[Found], **by: Any) -> Sequence[Found]:
    """What the current node holds."""
    return db.session.scalars(select(model).filter_by(**by)).all()


def only(model: type[Found], **by: Any) -> Found:
    """The one row there should be."""
    [found] = rows(model, **by)
    return found


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def row(lille: TestNode) -> Iterator[Space]:
    with lille.context():
        actor = find_local_actor("lille")
        assert actor is not None
        yield service.space_of(actor)


def test_the_clocks_of_a_space_are_those_of_its_country(row: Space) -> None:
    service.change_space(row, VALUES)
    assert (row.country, row.timezone) == ("FR", "Europe/Paris")
    assert row.actor.name == "Le Mutualab"


def test_a_neighbour_holds_the_space_as_it_is(fediverse: Fediverse, lille: TestNode, row: Space) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    service.change_space(row, VALUES)
    fediverse.settle()
    with tournai.context():
        copy = only(Space, uri=row.uri)
        held = {name: getattr(copy, name) for name in VALUES if name != "place"}
        assert held == {name: value for name, value in VALUES.items() if name != "place"}
        assert (copy.country, copy.latitude, copy.timezone) == ("FR", 50.63, "Europe/Paris")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"timezone": "Europe/Atlantis"}, "coffee:timezone"),
        ({"timezone": "../../etc/passwd"}, "coffee:timezone"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"opening_hours": ["when the coffee is ready"]}, "openingHours"),
        ({"place": {"address": {"country": "Atlantis"}}}, "country"),
        ({"prices": [{"plan": "day", "price": "cheap", "currency": "EUR"}]}, "coffee:prices"),
        ({"prices": [{"plan": "decade", "price": "1", "currency": "EUR"}]}, "coffee:prices"),
    ],
)
def test_what_cannot_be_so_is_refused_by_name(row: Space, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        service.change_space(row, values)
    assert list(refusal.value.fields) == [field]


def test_a_client_that_changes_one_property_keeps_the_others(lille: TestNode, row: Space) -> None:
    service.change_space(row, VALUES)
    lille.post({"type": "Update", "object": {
        "id": row.uri, "type": "Organization", "kind": "space", "openingHours": "Mo-Su 00:00-24:00",
    }})  # fmt: skip
    assert row.opening_hours == ["Mo-Su 00:00-24:00"]
    assert (row.name, row.website, row.desks, row.kind) == ("Le Mutualab", VALUES["website"], 60, "space")
    assert row.prices == VALUES["prices"]
    assert row.country == "FR"
