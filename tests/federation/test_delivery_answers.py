"""Whatever an inbox answers: what happens to the activity, the next one and the follower (row 42)."""

from __future__ import annotations

import pytest
import requests

from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.federation.peer_models import Peer
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.strangers import Stranger


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def far(fediverse: Fediverse, lille: TestNode) -> Stranger:
    return Stranger(fediverse, "far.example").follow(lille)


def follows(node: TestNode) -> list[str]:
    return [row.state for row in node.rows(Follow)]


def publish(fediverse: Fediverse, node: TestNode, number: int = 1) -> None:
    for _ in range(number):
        node.post(event_document())
    fediverse.settle()


def test_h42a_a_host_that_takes_too_long_is_away_and_uses_up_no_try(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    near = Stranger(fediverse, "near.example").follow(lille)
    fediverse.delays[far.host] = 10
    publish(fediverse, lille, 2)
    assert near.states(lille) == ["sent", "sent"]
    assert [(row.state, row.attempts) for row in lille.rows(Delivery, host=far.host)] == [("waiting", 0)] * 2
    del fediverse.delays[far.host]
    fediverse.clock.advance(seconds=11)
    fediverse.settle()
    assert far.states(lille) == ["sent", "sent"]


def test_h42b_404_fails_the_activity_and_keeps_the_follower(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(404, {})]
    publish(fediverse, lille, 2)
    assert far.states(lille) == ["refused", "sent"]
    assert follows(lille) == ["accepted"]


def test_h42c_500_is_tried_five_times_then_the_next_activity_goes(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(500, {})] * 5
    publish(fediverse, lille, 2)
    for minutes in (2, 7, 40, 150):
        assert far.states(lille) == ["waiting", "waiting"]
        fediverse.clock.advance(minutes=minutes)
        fediverse.settle()
    assert far.states(lille) == ["gave_up", "sent"]
    assert len(far.posted) == 6


def test_h42c_503_for_ever_is_a_host_that_is_away(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.last = (503, {})
    publish(fediverse, lille)
    for _ in range(12):
        fediverse.clock.advance(hours=2)
        fediverse.settle()
    [row] = lille.rows(Delivery, host=far.host)
    assert (row.state, row.attempts, len(far.posted)) == ("waiting", 0, 13)


def test_h42d_410_of_the_inbox_alone_keeps_the_follower(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(410, {})]
    publish(fediverse, lille, 2)
    assert far.states(lille) == ["refused", "sent"]
    assert ("GET", far.uri) in fediverse.requests
    assert follows(lille) == ["accepted"]


def test_h42e_410_of_inbox_and_actor_removes_the_follower_and_what_waits(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.last, far.actor_status = (410, {}), 410
    lille.post(event_document())
    publish(fediverse, lille, 2)
    assert set(far.states(lille)) <= {"gone", "refused"} and "gone" in far.states(lille)
    assert follows(lille) == ["undone"]
    [actor] = lille.rows(Actor, uri=far.uri)
    assert actor.gone_at is not None
    assert [row.followers_count for row in lille.rows(Actor, slug="lille")] == [0]
    asked = len(far.posted)
    publish(fediverse, lille)
    assert len(far.posted) == asked


def test_h42f_a_second_knock_follows_at_once_and_is_remembered_for_thirty_days(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.decide = lambda request: (202, {}) if "Signature-Input" in request.headers else (401, {})
    publish(fediverse, lille, 2)
    assert far.schemes == ["cavage", "rfc9421", "rfc9421"]
    assert far.states(lille) == ["sent", "sent"]
    fediverse.clock.advance(days=29)
    publish(fediverse, lille)
    assert far.schemes[3:] == ["rfc9421"]
    fediverse.clock.advance(days=2)
    publish(fediverse, lille)
    assert far.schemes[4:] == ["cavage", "rfc9421"]


def test_three_refused_signatures_in_a_row_flag_the_host_and_one_success_clears_it(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.last = (401, {})
    publish(fediverse, lille, 2)
    assert [peer.state for peer in lille.rows(Peer, host=far.host)] == ["ok"]
    publish(fediverse, lille)
    assert [(peer.state, peer.refusals) for peer in lille.rows(Peer, host=far.host)] == [("refuses", 3)]
    assert far.states(lille) == ["refused"] * 3
    assert len(far.posted) == 6
    far.last = (202, {})
    publish(fediverse, lille)
    assert [(peer.state, peer.refusals) for peer in lille.rows(Peer, host=far.host)] == [("ok", 0)]


def test_h42g_500_to_rfc_9421_tries_draft_cavage_before_it_counts(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(401, {}), (202, {})]
    publish(fediverse, lille)
    far.decide = lambda request: (500, {}) if "Signature-Input" in request.headers else (202, {})
    publish(fediverse, lille, 2)
    assert far.schemes == ["cavage", "rfc9421", "rfc9421", "cavage", "cavage"]
    assert {(row.state, row.attempts) for row in lille.rows(Delivery, host=far.host)} == {("sent", 0)}


def test_a_host_that_goes_away_before_the_second_knock_uses_up_nothing(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(401, {}), (503, {})]
    publish(fediverse, lille)
    assert [(row.state, row.attempts) for row in lille.rows(Delivery, host=far.host)] == [("waiting", 0)]


def test_h42h_429_waits_as_long_as_it_was_asked_to(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(429, {"Retry-After": "3600"})]
    publish(fediverse, lille, 2)
    fediverse.clock.advance(minutes=59)
    fediverse.settle()
    assert (far.states(lille), len(far.posted)) == (["waiting", "waiting"], 1)
    fediverse.clock.advance(minutes=2)
    fediverse.settle()
    assert far.states(lille) == ["sent", "sent"]


def test_an_away_host_that_names_a_time_is_left_alone_until_then(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(503, {"Retry-After": "7200"})]
    publish(fediverse, lille)
    fediverse.clock.advance(minutes=119)
    publish(fediverse, lille)
    assert len(far.posted) == 1
    fediverse.clock.advance(minutes=2)
    fediverse.settle()
    assert far.states(lille) == ["sent", "sent"]


def test_after_a_redirect_the_inbox_is_read_from_the_actor_again(
    fediverse: Fediverse, lille: TestNode, far: Stranger
) -> None:
    far.answers = [(308, {"Location": "https://far.example/elsewhere"})]
    far.inbox = "https://far.example/new-inbox"
    publish(fediverse, lille, 2)
    assert far.states(lille) == ["refused", "sent"]
    publish(fediverse, lille)
    assert str(far.posted[-1].url) == far.inbox
    assert [url for method, url in fediverse.requests if method == "GET"].count(far.uri) == 1


def test_a_recipient_never_met_is_looked_up_and_its_inbox_kept(fediverse: Fediverse, lille: TestNode) -> None:
    stranger = Stranger(fediverse, "new.example", answers=[(500, {})])
    lille.follow_actor(stranger.uri)
    with lille.context():
        from coffee_node.base.database import db, write

        with write():
            db.session.query(Delivery).update({"inbox": stranger.uri, "recipient_uri": stranger.uri})
            db.session.query(Actor).filter_by(uri=stranger.uri).delete()
    fediverse.settle()
    [row] = lille.rows(Delivery, host="new.example")
    assert (row.state, row.inbox, row.recipient_uri) == ("waiting", stranger.inbox, "")
    fediverse.clock.advance(minutes=2)
    fediverse.settle()
    assert [str(one.url) for one in stranger.posted] == [stranger.inbox] * 2
    assert stranger.states(lille) == ["sent"]


def test_a_failure_of_ours_while_sending_is_repeated_when_the_lease_ends(
    fediverse: Fediverse, lille: TestNode, far: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = lille.node.http.deliver

    def fail(request: object) -> requests.Response:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(lille.node.http, "deliver", fail)
    publish(fediverse, lille)
    assert far.states(lille) == ["waiting"]
    monkeypatch.setattr(lille.node.http, "deliver", deliver)
    fediverse.settle()
    assert far.states(lille) == ["waiting"]
    fediverse.clock.advance(seconds=31)
    fediverse.settle()
    assert far.states(lille) == ["sent"]
