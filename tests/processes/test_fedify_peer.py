"""An ActivityPub server that is not ours (Fedify): it reads us, we read it, in both signature orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from coffee_node.testing_factories import article_document, event_document, need_document
from tests.house.peer import FedifyPeer
from tests.house.real_nodes import RealNode, wait_for

pytestmark = [pytest.mark.peer, pytest.mark.enable_socket]
ACTIVITY = "application/activity+json"
AS = "https://www.w3.org/ns/activitystreams"


@pytest.fixture
def lille(tmp_path: Path) -> Iterator[RealNode]:
    node = RealNode(tmp_path / "lille", "lille").init().start()
    yield node
    node.stop()


@pytest.fixture(params=["rfc9421", "draft-cavage-http-signatures-12"])
def alice(request: pytest.FixtureRequest, peer: Callable[..., FedifyPeer]) -> FedifyPeer:
    return peer(FIRST_KNOCK=request.param)


def space_of(node: RealNode) -> str:
    return f"{node.url}/actors/{node.slug}"


def follow(alice: FedifyPeer, actor_uri: str) -> str:
    """The peer follows an actor of ours and gets our Accept; the id of the Follow."""
    sent: str = alice.ask("follow", uri=actor_uri)["sent"]
    wait_for(lambda: alice.received("Accept"), 10)
    return sent


def post(node: RealNode, type_: str, object_: Any, actor: str = "") -> None:
    answer = node.post({"type": type_, "object": object_}, actor)
    assert answer.status_code == 201, answer.text


def page_of(node: RealNode, alice: FedifyPeer) -> str:
    """What our node shows of the peer's actor."""
    host = alice.origin.removeprefix("http://")
    return node.session.get(f"{node.url}/@alice@{host}", timeout=5).text


def be_followed(node: RealNode, alice: FedifyPeer) -> None:
    """Our space follows the peer's actor, and the peer's Accept is accepted."""
    post(node, "Follow", alice.actor_uri)
    wait_for(lambda: node.get_json(f"/actors/{node.slug}/following")["totalItems"] == 1, 10)


def test_the_peer_follows_a_space_and_receives_its_event_its_update_and_its_delete(
    lille: RealNode, alice: FedifyPeer
) -> None:
    space = space_of(lille)
    looked_up = alice.ask("lookup", uri=space)
    assert looked_up["class"] == "Organization" and looked_up["isActor"]
    sent = follow(alice, space)

    event = lille.publish(event_document(name="Cross-border drinks"))
    wait_for(lambda: alice.received("Create", event), 10)
    post(lille, "Update", {"id": event, "type": "Event", "name": "Moved"})
    [update] = wait_for(lambda: alice.received("Update", event), 10)
    assert "Moved" in str(update["json"])
    post(lille, "Delete", event)
    wait_for(lambda: alice.received("Delete", event), 10)
    assert alice.ask("errors") == []

    alice.ask("unfollow", uri=space, follow=sent)
    wait_for(lambda: lille.get_json("/actors/lille/followers")["totalItems"] == 0, 10)


def test_the_peer_receives_and_reads_offers_and_articles(lille: RealNode, alice: FedifyPeer) -> None:
    follow(alice, space_of(lille))
    for document, name in ((need_document(), "Note"), (article_document(), "Article")):
        uri = lille.publish(document)
        wait_for(partial(alice.received, "Create", uri), 10)
        ours = lille.get_json(uri, ACTIVITY)
        assert alice.tell("parse", ours)["class"] == name
    assert alice.ask("errors") == []


def test_we_look_the_peer_up_follow_it_and_show_its_note(lille: RealNode, alice: FedifyPeer) -> None:
    be_followed(lille, alice)
    alice.ask("note", text="Hello from the other bank")
    wait_for(lambda: "Hello from the other bank" in page_of(lille, alice), 10)


def test_the_proof_of_an_event_is_valid_for_the_peer_until_a_byte_changes(
    lille: RealNode, alice: FedifyPeer
) -> None:
    event = lille.get_json(lille.publish(event_document(name="Signed drinks")), ACTIVITY)
    assert alice.tell("verify", event)["verified"], event
    assert not alice.tell("verify", {**event, "name": "Forged drinks"})["verified"]


def test_announces_travel_both_ways(lille: RealNode, alice: FedifyPeer) -> None:
    follow(alice, space_of(lille))
    be_followed(lille, alice)
    event = lille.publish(event_document(name="Shared drinks"))
    announce = {
        "@context": AS,
        "id": f"{alice.origin}/announces/1",
        "type": "Announce",
        "actor": alice.actor_uri,
        "to": [f"{AS}#Public"],
        "cc": [space_of(lille)],
        "object": event,
    }
    alice.tell("send", announce, to=space_of(lille))
    page = event.removeprefix(lille.url)
    wait_for(lambda: "alice" in lille.session.get(f"{lille.url}{page}", timeout=5).text, 10)

    note = alice.ask("note", text="Worth sharing")["sent"].removesuffix("#create")
    wait_for(lambda: "Worth sharing" in page_of(lille, alice), 10)
    post(lille, "Announce", note)
    wait_for(lambda: alice.received("Announce", note), 10)
    assert alice.ask("errors") == []


def test_an_actor_that_deletes_itself_is_gone_at_the_other_end(lille: RealNode, alice: FedifyPeer) -> None:
    lille.run("space", "add", "Annexe", "--handle", "annexe")
    annexe = f"{lille.url}/actors/annexe"
    follow(alice, annexe)
    post(lille, "Delete", annexe, actor="annexe")
    wait_for(lambda: alice.received("Delete", annexe), 10)

    be_followed(lille, alice)
    alice.ask("note", text="My last words")
    wait_for(lambda: "My last words" in page_of(lille, alice), 10)
    delete = {
        "@context": AS,
        "id": f"{alice.actor_uri}#delete",
        "type": "Delete",
        "actor": alice.actor_uri,
        "to": [f"{AS}#Public"],
        "object": alice.actor_uri,
    }
    alice.tell("send", delete, to=space_of(lille))
    wait_for(lambda: "My last words" not in page_of(lille, alice), 10)


def test_a_peer_that_fails_three_times_gets_everything_once_and_in_order(
    lille: RealNode, alice: FedifyPeer
) -> None:
    follow(alice, space_of(lille))
    alice.ask("fault", status="503", times="3")
    events = [lille.publish(event_document(name=f"Drinks {number}")) for number in range(3)]
    host = alice.origin.removeprefix("http://")

    def has_all() -> bool:
        lille.run("peer", "try-now", host)
        return len(alice.received("Create")) >= len(events)

    wait_for(has_all, 30, 0.5)
    assert [entry["objectId"] for entry in alice.received("Create")] == events
