"""Hosts that stay away: what waits shrinks, ends after 30 days, and begins anew when they are heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation import absences, peer_software, peers
from coffee_node.federation.models import Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document
from tests.federation.strangers import Stranger


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def far(fediverse: Fediverse, lille: TestNode) -> Stranger:
    return Stranger(fediverse, "far.example").follow(lille)


def update(uri: str, name: str) -> dict[str, object]:
    return {"type": "Update", "object": {"id": uri, "type": "Event", "name": name}}


def peer_of(node: TestNode, host: str) -> Peer:
    [peer] = node.rows(Peer, host=host)
    return peer


def test_of_each_object_the_create_and_the_last_update_wait_and_a_delete_replaces_both(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    fediverse.down.add(far.host)
    kept, deleted = (lille.object_of(lille.post(event_document(name=name)))["id"] for name in "ab")
    fediverse.settle()
    for number in range(3):
        lille.post(update(kept, f"kept {number}"))
        lille.post(update(deleted, f"deleted {number}"))
    lille.post({"type": "Delete", "object": deleted})
    old = "superseded"
    updates = [("Update", old)] * 5
    assert far.story(lille) == [
        ("Create", "waiting"), ("Create", old), *updates[:4], ("Update", "waiting"), ("Update", old),
        ("Delete", "waiting"),
    ]  # fmt: skip
    fediverse.down.clear()
    fediverse.clock.advance(minutes=5)
    fediverse.settle()
    assert far.types == ["Create", "Update", "Delete"]


def test_what_waits_is_compacted_when_the_host_is_found_away(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    fediverse.down.add(far.host)
    uri = lille.object_of(lille.post(event_document()))["id"]
    for number in range(3):
        lille.post(update(uri, f"name {number}"))
    assert [state for _, state in far.story(lille)] == ["waiting"] * 4
    fediverse.settle()
    assert [state for _, state in far.story(lille)] == ["waiting", "superseded", "superseded", "waiting"]


def test_a_host_that_answers_gets_every_version(fediverse: Fediverse, lille: TestNode, far: Stranger) -> None:
    uri = lille.object_of(lille.post(event_document()))["id"]
    for number in range(3):
        lille.post(update(uri, f"name {number}"))
    fediverse.settle()
    assert far.types == ["Create", "Update", "Update", "Update"]


def test_what_is_on_its_way_is_not_superseded(fediverse: Fediverse, lille: TestNode, far: Stranger) -> None:
    uri = lille.object_of(lille.post(event_document()))["id"]
    lille.post(update(uri, "first"))
    with lille.context(), write():
        peers.peer_for(far.host).away_since = clock.utcnow()
        db.session.query(Delivery).update({"lease_until": clock.utcnow() + timedelta(seconds=20)})
    lille.post(update(uri, "second"))
    assert [state for _, state in far.story(lille)] == ["waiting"] * 3


def test_the_breaker_asks_after_ten_seconds_then_a_minute_doubling_to_an_hour(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    fediverse.down.add(far.host)
    lille.post(event_document())
    pauses = []
    for _ in range(10):
        fediverse.settle()
        until = peer_of(lille, far.host).away_until
        assert until is not None
        pauses.append((until - clock.utcnow()).total_seconds())
        fediverse.clock.now = until
    assert pauses == [10, 10, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_host_that_was_away_is_asked_by_one_lane_with_one_message(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    lille.add_person("claire")
    fediverse.down.add(far.host)
    for _ in range(3):
        lille.post(event_document())
    for follower in ("lille", "claire"):
        lille.follow_actor(far.uri, follower)
    assert len({row.actor_id for row in lille.rows(Delivery, host=far.host)}) == 2
    fediverse.settle()
    fediverse.requests.clear()
    fediverse.clock.advance(seconds=11)
    fediverse.settle()
    assert [method for method, _ in fediverse.requests] == ["POST"]
    fediverse.down.clear()
    fediverse.clock.advance(seconds=11)
    fediverse.settle()
    assert far.states(lille) == ["sent"] * 5


def test_after_thirty_days_nothing_waits_and_nothing_new_is_written_until_a_sign_of_life(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    fediverse.down.add(far.host)
    lille.post(event_document())
    fediverse.settle()
    fediverse.clock.advance(days=29)
    with lille.context():
        absences.look_after_absent_hosts()
    assert far.states(lille) == ["waiting"]
    fediverse.clock.advance(days=1, hours=1)
    with lille.context():
        absences.look_after_absent_hosts()
    peer = peer_of(lille, far.host)
    assert (far.states(lille), peer.state, peer.paused_at) == (["gave_up"], "paused", clock.utcnow())

    fediverse.down.clear()
    lille.post(event_document())
    fediverse.settle()
    assert (far.states(lille), far.posted) == (["gave_up"], [])
    with lille.context(), write():
        peers.note_received([far.host])
    peer = peer_of(lille, far.host)
    assert (peer.state, peer.paused_at, peer.away_since) == ("ok", None, None)
    lille.post(event_document())
    fediverse.settle()
    assert far.states(lille) == ["gave_up", "sent"]


def test_a_paused_partner_that_comes_back_gets_what_is_new_again(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    fediverse.down.add(tournai.host)
    lille.post(event_document(name="While away"))
    fediverse.settle()
    fediverse.clock.advance(days=31)
    with lille.context():
        absences.look_after_absent_hosts()
    lille.post(event_document(name="While paused"))
    fediverse.settle()
    assert {row.state for row in lille.rows(Delivery)} == {"sent", "gave_up"}

    fediverse.down.clear()
    tournai.post(event_document(name="We are back"))
    fediverse.settle()
    assert peer_of(lille, tournai.host).state == "ok"
    lille.post(event_document(name="Afterwards"))
    fediverse.settle()
    assert {"We are back", "Afterwards"} <= {row.name for row in tournai.rows(Event)}


def test_hosts_nothing_ties_to_us_are_forgotten_after_ninety_days(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    with lille.context(), write():
        peers.note_received(["passing.example", far.host])
    fediverse.clock.advance(days=89)
    with lille.context():
        assert absences.forget_silent() == 0
        fediverse.clock.advance(days=2)
        assert absences.forget_silent() == 1
    assert [peer.host for peer in lille.rows(Peer)] == [far.host]


def test_too_many_hosts_are_forgotten_from_the_longest_silent_on(
    fediverse: Fediverse, lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absences, "MOST_PEERS", 2)
    with lille.context():
        for host in ("a.example", "b.example", "c.example"):
            fediverse.clock.advance(hours=1)
            with write():
                peers.note_received([host])
        assert absences.forget_silent() == 1
    assert [peer.host for peer in lille.rows(Peer)] == ["b.example", "c.example"]


def test_gancio_gets_events_and_follows_and_nothing_that_makes_it_hang(
    fediverse: Fediverse, lille: TestNode
) -> None:
    gancio = Stranger(fediverse, "agenda.example").follow(lille, software="gancio")
    other = Stranger(fediverse, "other.example").follow(lille)
    uri = lille.object_of(lille.post(event_document()))["id"]
    for document in (need_document(), article_document()):
        made = lille.object_of(lille.post(document))["id"]
        lille.post({"type": "Delete", "object": made})
    lille.post(update(uri, "Changed"))
    lille.post({"type": "Delete", "object": uri})
    lille.follow_actor(gancio.uri)
    fediverse.settle()
    assert gancio.types == ["Create", "Update", "Delete", "Follow"]
    assert len(other.types) == 7


def test_the_software_of_a_follower_is_read_once_a_week(fediverse: Fediverse, lille: TestNode) -> None:
    tournai = fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    fediverse.requests.clear()
    for _ in range(2):
        with lille.context():
            peer_software.learn_some()
    assert peer_of(lille, tournai.host).software == "coffee-node"
    asked = [url for _, url in fediverse.requests if url.endswith("/.well-known/nodeinfo")]
    assert len(asked) == 1
