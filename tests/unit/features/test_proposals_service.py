"""Offering, changing, ending: what happens to the row and what the neighbours are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from coffee_node.base.database import Row, db
from coffee_node.base.errors import Unprocessable
from coffee_node.features.proposals import service
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.spaces.service import open_space
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Actor
from coffee_node.testing import Fediverse, TestNode, need_document

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
def space(lille: TestNode) -> Iterator[Actor]:
    with lille.context():
        found = find_local_actor("lille")
        assert found is not None
        yield found


def desk(**changes: Any) -> dict[str, Any]:
    """The values of a desk for a day."""
    values = {
        "purpose": "offer",
        "kind": "desk",
        "name": "A desk",
        "price": "15",
        "unit": "day",
        "language": "en",
    }
    return values | {"content": "<p>Quiet.</p>"} | changes


def test_a_proposal_without_an_end_holds_sixty_days(space: Actor, test_clock: Any) -> None:
    row = service.offer(space, desk())
    assert row.end_time == test_clock.now + timedelta(days=60)


def test_a_space_offers_at_its_own_address_unless_it_says_otherwise(space: Actor) -> None:
    place = {
        "type": "Place",
        "address": {"locality": "Lille", "country": "FR"},
        "latitude": 50.6,
        "longitude": 3.0,
    }
    open_space(space, {"place": place})
    at_home = service.offer(space, desk())
    elsewhere = service.offer(space, desk(place={"type": "Place", "name": "Gent"}, country="BE"))
    assert (at_home.country, at_home.latitude, at_home.place["address"]["locality"]) == ("FR", 50.6, "Lille")  # type: ignore[index]
    assert elsewhere.country == "BE"
    assert at_home.timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"purpose": "gift"}, "purpose"),
        ({"kind": "tuba"}, "kind"),
        ({"price": "abc"}, "price"),
        ({"currency": "XXX"}, "currency"),
        ({"employment_type": "SLAVE"}, "employmentType"),
        ({"salary_min": 3.0, "salary_max": 2.0}, "salary_max"),
        ({"end_time": datetime(2020, 1, 1)}, "endTime"),
    ],
)
def test_what_cannot_be_so_is_refused_by_name(space: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        service.offer(space, desk(**changes))
    assert list(refusal.value.fields) == [field]
    assert len(rows(Proposal)) == 0


def test_an_end_in_the_past_is_refused(space: Actor, test_clock: Any) -> None:
    with pytest.raises(Unprocessable):
        service.offer(space, desk(end_time=test_clock.now - timedelta(seconds=1)))


def test_editing_what_a_client_read_does_not_stack_titles(lille: TestNode) -> None:
    created = lille.object_of(lille.post(need_document()))
    for _ in range(3):
        current = lille.get_json(created["id"].removeprefix(lille.url), "application/activity+json")
        lille.post({"type": "Update", "object": {**current, "name": "Looking for a designer"}})
    content = lille.get_json(created["id"].removeprefix(lille.url), "application/activity+json")["content"]
    assert content.count("<strong>") == 1
    assert content.count(f'href="{created["id"]}"') == 1
    assert "Two days in January" in content


def test_a_client_that_changes_one_property_keeps_the_intents(lille: TestNode) -> None:
    created = lille.object_of(lille.post(need_document()))
    lille.post({"type": "Update", "object": {"id": created["id"], "type": "Note", "name": "Other"}})
    changed = lille.get_json(created["id"].removeprefix(lille.url), "application/activity+json")
    assert changed["name"] == "Other"
    assert changed["publishes"] == created["publishes"]
    assert changed["endTime"] == created["endTime"]


def test_an_ended_offer_is_announced_as_no_longer_to_be_had_once(
    fediverse: Fediverse, lille: TestNode, space: Actor, test_clock: Any
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    ended = service.offer(space, desk(available_quantity="20"))
    service.offer(space, desk(end_time=test_clock.now + timedelta(days=90)))
    fediverse.settle()
    test_clock.advance(days=61)
    assert service.expire_proposals() == "1 proposals have ended, 0 were deleted."
    assert service.expire_proposals() == "0 proposals have ended, 0 were deleted."
    fediverse.settle()
    with tournai.context():
        copy = only(Proposal, uri=ended.uri)
        assert copy.available_quantity == "0"
        assert copy.document["publishes"]["availableQuantity"]["hasNumericalValue"] == "0"


def test_a_withdrawn_offer_disappears_from_the_neighbour(
    fediverse: Fediverse, lille: TestNode, space: Actor
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    row = service.offer(space, desk())
    fediverse.settle()
    assert tournai.get_json("/offers.json")["total"] == 1
    service.withdraw(row)
    fediverse.settle()
    assert tournai.get_json("/offers.json")["total"] == 0


def test_an_offer_for_the_space_never_leaves_the_node(
    fediverse: Fediverse, lille: TestNode, space: Actor
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    service.offer(space, desk(), "space")
    fediverse.settle()
    with tournai.context():
        assert len(rows(Proposal)) == 0


def test_skills_of_a_need_are_sought_and_those_of_an_offer_are_offered(space: Actor) -> None:
    [need, hashtag] = service.skill_tags(["Web  design", " "], "request", "skill")
    assert (need["rel"], need["name"]) == ("skill-sought", "Web design")
    assert need["href"] == "https://lille.example/tags/web%20design"
    assert (hashtag["name"], hashtag["type"]) == ("#webdesign", "Hashtag")
    assert service.skill_tags(["SQL"], "offer", "skill")[0]["rel"] == "skill"
    assert service.skill_tags(["SQL"], "offer", "job")[0]["rel"] == "skill-sought"
