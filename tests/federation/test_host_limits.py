"""How much one server may leave here: actors per domain and day, objects in all."""

from __future__ import annotations

import pytest

from coffee_node.base.errors import TooManyRequests
from coffee_node.features.events.models import Event
from coffee_node.federation import host_limits
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.moderators import names


def follow(node: TestNode, other: TestNode) -> None:
    node.follow_actor(f"{other.url}/actors/{other.slug}")


def publish(fediverse: Fediverse, node: TestNode, count: int) -> None:
    for number in range(count):
        node.post(event_document(name=f"Event {number}"))
    fediverse.settle()


def test_beyond_its_limit_new_objects_of_a_server_are_left_out_with_the_reason(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"objects_per_host": "3"})
    loud, quiet = fediverse.node("loud"), fediverse.node("quiet")
    follow(lille, loud)
    follow(lille, quiet)
    fediverse.settle()
    publish(fediverse, loud, 5)
    publish(fediverse, quiet, 1)
    assert [row.name for row in lille.rows(Event, origin="loud.example")] == ["Event 0", "Event 1", "Event 2"]
    assert len(lille.rows(Event, origin="quiet.example")) == 1
    told = [row.last_error for row in lille.rows(InboxItem, host="loud.example", state="ignored")]
    assert told == ["loud.example has left 3 objects here, which is its limit"] * 2


def test_what_was_kept_before_can_still_change_and_room_is_found_again(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"objects_per_host": "1"})
    loud = fediverse.node("loud")
    follow(lille, loud)
    fediverse.settle()
    first = loud.object_of(loud.post(event_document(name="First")))["id"]
    publish(fediverse, loud, 1)
    fediverse.clock.advance(seconds=2)
    loud.post({"type": "Update", "object": {"id": first, "type": "Event", "name": "Changed"}})
    fediverse.settle()
    assert names(lille) == ["Changed"]
    loud.post({"type": "Delete", "object": first})
    fediverse.settle()
    fediverse.clock.advance(minutes=11)
    loud.post(event_document(name="Second"))
    fediverse.settle()
    assert names(lille) == ["Second"]


def test_a_partner_may_leave_more(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"objects_per_host": "1", "objects_per_partner": "3"})
    tournai = fediverse.node("tournai", partners=[lille])
    publish(fediverse, tournai, 5)
    assert len(lille.rows(Event)) == 3


def test_h29c_new_actors_of_one_domain_are_counted_by_day(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"new_actors_per_day": "3"})
    with lille.context():
        for number in range(3):
            host_limits.refuse_flood("other.flood.example")
            host_limits.count_new_actor(f"{number}.flood.example")
        with pytest.raises(TooManyRequests) as error:
            host_limits.refuse_flood("other.flood.example:8443")
        assert 0 < error.value.retry_after <= 24 * 60 * 60
        host_limits.refuse_flood("calm.example")
        fediverse.clock.advance(days=1)
        host_limits.refuse_flood("x.flood.example")


def test_h29c_the_inbox_meets_no_more_new_actors_of_a_flooding_domain(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"new_actors_per_day": "2"})
    for number in range(4):
        flooding = fediverse.node(f"a{number}.flood")
        follow(flooding, lille)
    fediverse.settle()
    met = [actor.host for actor in lille.rows(Actor) if actor.host.endswith("flood.example")]
    assert len(met) == 2


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.flood.example", "flood.example"),
        ("flood.example", "flood.example"),
        ("localhost", "localhost"),
        ("a.flood.co.uk", "flood.co.uk"),
        ("a.b.flood.be", "flood.be"),
        ("192.0.2.7:8443", "192.0.2.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("[2001:db8::1]:8443", "[2001:db8::1]"),
    ],
)
def test_the_registrable_domain_of_a_host(host: str, domain: str) -> None:
    assert host_limits.registrable_domain(host) == domain
