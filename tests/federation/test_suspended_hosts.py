"""What a suspended server can still do here: nothing, by no way; and what its content comes to."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.base.errors import CoffeeError, Forbidden
from coffee_node.features.events.models import Event
from coffee_node.federation import announcements, backfill, lookup, moderation, outbox
from coffee_node.federation.actors import find_actor, find_local_actor, refresh_actor
from coffee_node.federation.models import Actor, Delivery, Follow, InboxItem
from coffee_node.federation.social_models import FollowNotice
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.moderators import asked, decide, names, take_back

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def actor_uri(node: TestNode) -> str:
    return f"{node.url}/actors/{node.slug}"


def why(node: TestNode, type_: str) -> list[str]:
    """Why activities of a type changed nothing."""
    return [row.last_error for row in node.rows(InboxItem, type=type_) if row.state in ("ignored", "refused")]


def say(node: TestNode, type_: str, object_: Any, **more: Any) -> None:
    """Let the space of a node say anything to all its followers."""
    with node.context(), write():
        space = find_local_actor(node.slug)
        assert space is not None
        cc = [space.followers, f"{node.url}/actor/followers"]
        outbox.publish(space, type_, object_, to=[PUBLIC], cc=cc, **more)


def three_nodes(fediverse: Fediverse) -> tuple[TestNode, TestNode, TestNode]:
    """Lille and Tournai are partners, so are Tournai and the bad one."""
    lille, tournai, bad = (fediverse.node(name) for name in ("lille", "tournai", "bad"))
    fediverse.connect(lille, tournai)
    fediverse.connect(tournai, bad)
    return lille, tournai, bad


def test_h36_before_a_partner_is_suspended_its_events_arrive(fediverse: Fediverse) -> None:
    lille, tournai, bad = three_nodes(fediverse)
    event = bad.object_of(bad.post(event_document(name="Shared")))
    fediverse.settle()
    tournai.post({"type": "Announce", "object": event["id"]})
    fediverse.settle()
    assert names(lille) == ["Shared"]


def test_h36_a_post_of_a_suspended_host_is_refused_before_its_key_is_asked_for(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    bad.follow_actor(actor_uri(lille))
    decide(lille, "bad.example", "suspend", "spam")
    fediverse.requests.clear()
    fediverse.settle()
    assert ("POST", f"{lille.url}/actors/lille/inbox") in fediverse.requests
    assert asked(fediverse, "bad.example") == []
    assert [*lille.rows(InboxItem), *lille.rows(Actor, host="bad.example")] == []
    [delivery] = bad.rows(Delivery)
    assert (delivery.state, delivery.last_status) == ("refused", 403)


def test_h36a_an_announce_of_a_suspended_object_is_dropped_without_a_fetch(fediverse: Fediverse) -> None:
    lille, tournai, bad = three_nodes(fediverse)
    decide(lille, "bad.example", "suspend")
    event = bad.object_of(bad.post(event_document(name="Bad")))
    fediverse.settle()
    fediverse.requests.clear()
    tournai.post({"type": "Announce", "object": event["id"]})
    while tournai.work() or lille.work():
        pass
    assert names(lille) == []
    assert [url for _method, url in asked(fediverse, "bad.example") if "/objects/" in url] == []
    assert ["suspended" in text for text in why(lille, "Announce")] == [True]


def test_h36b_an_object_that_a_relay_passes_on_with_a_proof_is_dropped(fediverse: Fediverse) -> None:
    lille, tournai, bad = three_nodes(fediverse)
    event = bad.object_of(bad.post(event_document(name="Bad")))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    fediverse.requests.clear()
    say(tournai, "Create", event)
    fediverse.settle()
    assert lille.rows(Event) == []
    assert asked(fediverse, "bad.example") == []
    assert ["suspended" in text for text in why(lille, "Create")] == [True]


def test_h36c_a_suspended_object_in_a_good_outbox_is_dropped(fediverse: Fediverse) -> None:
    lille, tournai, bad = (fediverse.node(name) for name in ("lille", "tournai", "bad"))
    fediverse.connect(tournai, bad)
    event = bad.object_of(bad.post(event_document(name="Bad")))
    fediverse.settle()
    tournai.post({"type": "Announce", "object": event["id"]})
    say(tournai, "Create", event)
    tournai.post(event_document(name="Good"))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    fediverse.requests.clear()
    fediverse.connect(lille, tournai)
    fediverse.clock.advance(minutes=1)
    fediverse.settle()
    assert names(lille) == ["Good"]
    assert [url for _method, url in asked(fediverse, "bad.example") if "outbox" not in url] == []


def test_h36d_a_reply_to_a_suspended_object_fetches_no_thread(fediverse: Fediverse) -> None:
    lille, tournai, bad = three_nodes(fediverse)
    event = bad.object_of(bad.post(event_document(name="Bad")))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    fediverse.requests.clear()
    tournai.post({"type": "Note", "content": "<p>No</p>", "name": "Reply", "inReplyTo": event["id"]})
    fediverse.settle()
    assert asked(fediverse, "bad.example") == []
    assert lille.rows(Event) == []


def test_h36e_a_move_to_a_suspended_host_is_not_followed(fediverse: Fediverse) -> None:
    lille, tournai, bad = three_nodes(fediverse)
    lille.follow_actor(actor_uri(tournai))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    fediverse.requests.clear()
    say(tournai, "Move", actor_uri(tournai), target=actor_uri(bad))
    fediverse.settle()
    assert asked(fediverse, "bad.example") == []
    assert lille.rows(Actor, host="bad.example") == []
    assert ["suspended" in text for text in why(lille, "Move")] == [True]


def test_nobody_here_can_ask_a_suspended_host_for_anything(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    decide(lille, "bad.example", "suspend")
    with lille.context():
        with pytest.raises(CoffeeError, match="suspended"):
            refresh_actor(actor_uri(bad))
        with pytest.raises(Forbidden, match="suspended"):
            lookup.ask("actor", "@bad@bad.example")
    with pytest.raises(Forbidden, match="suspended"):
        lille.follow(bad)
    answer = lille.client.post(
        f"/actors/{lille.slug}/outbox",
        json={"type": "Follow", "object": actor_uri(bad)},
        headers={"Authorization": f"Bearer {lille.token}", "Content-Type": "application/activity+json"},
        base_url=lille.url,
    )
    assert answer.status_code == 403
    assert asked(fediverse, "bad.example") == []


def test_suspending_a_partner_ends_follows_and_what_waits_and_hides_its_content(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    fediverse.connect(lille, bad)
    claire = lille.add_person("claire")
    lille.follow_actor(actor_uri(bad), follower="claire")
    bad.post(event_document(name="Bad fair"))
    fediverse.settle()
    page = f"/at/{lille.rows(Event)[0].uri.split('://')[1]}"
    assert names(lille) == ["Bad fair"]
    lille.page(page)
    assert "Bad <mark>fair</mark>" in lille.page("/search?q=fair")
    fediverse.down.add("bad.example")
    lille.post(event_document(name="For all"))
    fediverse.settle()
    assert [row.state for row in lille.rows(Delivery, host="bad.example")].count("waiting") == 1

    decide(lille, "bad.example", "suspend", "It sells lists of addresses.")
    assert names(lille) == ["For all"]
    assert "<mark>fair</mark>" not in lille.page("/search?q=fair")
    for hidden in (page, "/@bad@bad.example"):
        assert lille.client.get(hidden, base_url=lille.url).status_code == 404
    assert "waiting" not in {row.state for row in lille.rows(Delivery)}
    assert "suspended" in lille.rows(Delivery, host="bad.example", state="refused")[0].last_error
    assert {follow.state for follow in lille.rows(Follow)} <= {"undone", "rejected"}
    assert [notice.kind for notice in lille.rows(FollowNotice, follower_id=claire.id)] == ["ended"]
    written = len(lille.rows(Delivery))
    lille.post(event_document(name="Nothing for the bad one"))
    assert len(lille.rows(Delivery)) == written


def become_partners_again(fediverse: Fediverse, lille: TestNode, bad: TestNode) -> None:
    fediverse.settle()
    fediverse.connect(lille, bad)
    for _ in range(3):
        fediverse.clock.advance(minutes=2)
        fediverse.settle()


def test_taking_a_suspension_back_shows_everything_again_and_partners_catch_up(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    fediverse.connect(lille, bad)
    bad.post(event_document(name="Before"))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    bad.post(event_document(name="Meanwhile"))
    fediverse.settle()
    take_back(lille, "bad.example")
    assert names(lille) == ["Before"]
    become_partners_again(fediverse, lille, bad)
    assert names(lille) == ["Before", "Meanwhile"]


def test_after_30_days_the_copies_are_erased_and_a_partner_brings_them_anew(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    fediverse.connect(lille, bad)
    bad.post(event_document(name="Before"))
    fediverse.settle()
    decide(lille, "bad.example", "suspend")
    with lille.context():
        assert moderation.erase_suspended().startswith("0 ")
    assert len(lille.rows(Event)) == 1
    fediverse.clock.advance(days=31)
    with lille.context():
        assert not moderation.erase_suspended().startswith("0 ")
    assert [*lille.rows(Event), *lille.rows(InboxItem, host="bad.example")] == []
    take_back(lille, "bad.example")
    become_partners_again(fediverse, lille, bad)
    assert [row.name for row in lille.rows(Event)] == ["Before"]


def test_a_walk_through_the_outbox_of_a_suspended_host_stops(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    lille.follow(bad)
    fediverse.settle()
    bad.accept(lille)
    while bad.work():
        pass
    decide(lille, "bad.example", "suspend")
    fediverse.requests.clear()
    with lille.context():
        assert not backfill.read_next_page()
    assert asked(fediverse, "bad.example") == []


def test_an_announcement_of_a_suspended_actor_is_not_shown(fediverse: Fediverse) -> None:
    lille, tournai, _bad = three_nodes(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    tournai.post({"type": "Announce", "object": event})
    fediverse.settle()
    with lille.context():
        assert len(announcements.shared_by(event)) == 1
    decide(lille, "tournai.example", "suspend")
    with lille.context():
        assert announcements.shared_by(event) == []
        assert find_actor(actor_uri(tournai)) is not None


def test_the_address_guard_asks_in_a_thread_of_the_senders_too(fediverse: Fediverse) -> None:
    lille, bad = fediverse.node("lille"), fediverse.node("bad")
    decide(lille, "bad.example", "suspend")
    guard = lille.node.http.guard
    for moment in (0, 60):
        fediverse.clock.advance(seconds=moment)
        assert guard.addresses("good.example", 443)
        for host, port in ((bad.host, 443), (bad.host, 80), (f"x.{bad.host}", 443)):
            with pytest.raises(CoffeeError, match="suspended here"):
                guard.addresses(host, port)
