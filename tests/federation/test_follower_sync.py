"""Two nodes whose lists of followers drifted apart notice it and agree again (FEP-8fcf)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coffee_node.activitypub.http_client import DeliveryRequest
from coffee_node.base.database import db, write
from coffee_node.federation import actors, follower_digests, follower_sync, outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Follow
from coffee_node.federation.social_models import FollowerCheck
from coffee_node.testing import Fediverse, TestNode, note_document

VECTOR = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
ACTIVITY = "application/activity+json"


def test_the_digest_of_the_proposal_is_ours() -> None:
    users = [f"https://testing.example.org/users/{number}" for number in (1, 2)]
    assert follower_digests.digest_of(users) == VECTOR
    assert follower_digests.digest_of(reversed(users)) == VECTOR
    assert follower_digests.digest_of([]) == "0" * 64


def follow_state(node: TestNode) -> list[str]:
    return [row.state for row in node.rows(Follow)]


def forget_follow(node: TestNode) -> None:
    """Lose a follow as a restored backup would: in silence."""
    with node.context(), write():
        for row in db.session.scalars(select(Follow)):
            db.session.delete(row)


def deliver(sender: TestNode, receiver: TestNode, header: str = "", scheme: str = "cavage") -> int | None:
    """Post something of the sender's space to another node, with the header of its lane or this one."""
    with sender.context():
        space = find_local_actor(sender.slug)
        assert space is not None
        if not header:
            header = follower_sync.headers_for([(space.id, receiver.host)])[(space.id, receiver.host)]
        with write():
            said = outbox.publish(space, "View", space.uri, to=[], visibility="private")
        request = DeliveryRequest(
            f"{receiver.url}/inbox",
            said.body,
            said.digest,
            actors.signer_for(space),
            scheme=scheme,
            extra_headers={follower_sync.HEADER: header},
        )
        return sender.node.http.deliver(request).status


def following(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    """Tournai's space follows Lille's."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    tournai.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    assert follow_state(lille) == follow_state(tournai) == ["accepted"]
    return lille, tournai


def asked_for_the_list(fediverse: Fediverse) -> bool:
    return any(url.endswith("/followers_synchronization") for _method, url in fediverse.requests)


def test_each_lane_names_the_followers_of_its_host_only(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    with lille.context():
        space = find_local_actor("lille")
        assert space is not None
        here, there = (space.id, tournai.host), (space.id, "gent.example")
        headers = follower_sync.headers_for([here, there])
    digest = follower_digests.digest_of([f"{tournai.url}/actors/tournai"])
    base = f"{lille.url}/actors/lille"
    assert headers[here] == (
        f'collectionId="{base}/followers", url="{base}/followers_synchronization", digest="{digest}"'
    )
    assert headers[there].endswith(f'digest="{"0" * 64}"')


def test_nodes_that_agree_ask_nothing(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    assert deliver(lille, tournai) == 202
    fediverse.settle()
    assert not asked_for_the_list(fediverse)


def test_a_follow_that_the_other_side_lost_ends_here_and_the_follower_sees_it(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    forget_follow(lille)
    assert deliver(lille, tournai) == 202
    fediverse.settle()
    assert asked_for_the_list(fediverse)
    assert follow_state(tournai) == ["rejected"]


def test_an_ordinary_delivery_brings_the_lists_together(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    gent = fediverse.node("gent")
    gent.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    forget_follow(tournai)
    lille.post(note_document())
    fediverse.settle()
    assert sorted(follow_state(lille)) == ["accepted", "undone"]
    assert follow_state(gent) == ["accepted"]


def test_a_follow_that_is_not_known_here_is_taken_back(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    forget_follow(tournai)
    assert deliver(lille, tournai) == 202
    fediverse.settle()
    assert follow_state(lille) == ["undone"]
    assert deliver(lille, tournai) == 202
    assert len(tournai.rows(Activity, type="Undo")) == 1


def test_a_follow_that_waits_for_its_answer_is_not_taken_back(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    with tournai.context(), write():
        db.session.scalars(select(Follow)).one().state = "requested"
    assert deliver(lille, tournai) == 202
    fediverse.settle()
    assert follow_state(lille) == ["accepted"]
    assert tournai.rows(Activity, type="Undo") == []


def test_headers_about_others_are_passed_over(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    base = f"{lille.url}/actors/lille"
    zeros = "0" * 64
    for header in (
        f'collectionId="{tournai.url}/actors/tournai/followers", url="{base}/x", digest="{zeros}"',
        f'collectionId="{base}/followers", url="https://elsewhere.example/x", digest="{zeros}"',
        f'collectionId="{base}/followers", url="{base}/x", digest="short"',
        f'collectionId="{base}/followers" digest',
    ):
        assert deliver(lille, tournai, header) == 202
    fediverse.settle()
    assert follow_state(tournai) == ["accepted"]
    assert tournai.rows(FollowerCheck) == []


def test_a_list_that_cannot_be_read_drops_nobody_and_is_asked_for_again(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    forget_follow(lille)
    deliver(lille, tournai)
    fediverse.down.add(lille.host)
    fediverse.settle()
    assert follow_state(tournai) == ["accepted"]
    fediverse.down.clear()
    fediverse.clock.advance(minutes=6)
    fediverse.settle()
    assert follow_state(tournai) == ["rejected"]


def test_the_list_is_for_the_hosts_that_sign(fediverse: Fediverse) -> None:
    lille, tournai = following(fediverse)
    gent = fediverse.node("gent")
    gent.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    path = "/actors/lille/followers_synchronization"
    assert lille.client.get(path, base_url=lille.url).status_code == 401

    def read(reader: TestNode) -> Any:
        with reader.context():
            found = reader.node.http.fetch_document(lille.url + path, signer=actors.node_signer())
            return found.document["orderedItems"]

    assert read(tournai) == [f"{tournai.url}/actors/tournai"]
    assert read(gent) == [f"{gent.url}/actors/gent"]
