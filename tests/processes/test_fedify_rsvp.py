"""A Fedify actor asks for a seat: refused while the event is full, accepted when one is free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coffee_node.testing_factories import event_document
from tests.house.peer import FedifyPeer
from tests.house.real_nodes import RealNode, wait_for

pytestmark = [pytest.mark.peer, pytest.mark.enable_socket]
AS = "https://www.w3.org/ns/activitystreams"


def ask_for_a_seat(alice: FedifyPeer, lille: RealNode, event: str) -> str:
    """A Join of the peer's actor; its id."""
    join = {
        "@context": AS,
        "id": f"{alice.origin}/joins/{event[-8:]}",
        "type": "Join",
        "actor": alice.actor_uri,
        "to": [f"{lille.url}/actors/lille"],
        "object": event,
    }
    sent: str = alice.tell("send", join, to=f"{lille.url}/actors/lille")["sent"]
    return sent


@pytest.mark.parametrize("first_knock", ["rfc9421", "draft-cavage-http-signatures-12"])
def test_the_peer_joins_a_full_event_and_then_a_free_one(
    tmp_path: Path, peer: Callable[..., FedifyPeer], first_knock: str
) -> None:
    lille, alice = RealNode(tmp_path / "lille", "lille").init(), peer(FIRST_KNOCK=first_knock)
    lille.start()
    try:
        lille.run("user", "add", "bruno", "--name", "Bruno", "--email", "bruno@example.org")
        full = lille.publish(event_document(name="Full", maximumAttendeeCapacity=1))
        bruno = {"Authorization": f"Bearer {lille.run('token', 'create', 'bruno')}"}
        assert lille.post({"type": "Join", "object": full}, "bruno", bruno).status_code == 201
        wait_for(lambda: lille.get_json(f"{full}/attendees", AS_JSON)["totalItems"] == 1, 10)

        asked = ask_for_a_seat(alice, lille, full)
        [refusal] = wait_for(lambda: alice.received("Reject", asked), 10)
        assert refusal["actor"] == f"{lille.url}/actors/lille"
        free = lille.publish(event_document(name="Free", maximumAttendeeCapacity=1))
        asked = ask_for_a_seat(alice, lille, free)
        wait_for(lambda: alice.received("Accept", asked), 10)
        assert lille.get_json(f"{free}/attendees", AS_JSON)["totalItems"] == 1
        assert alice.ask("errors") == []
    finally:
        lille.stop()


AS_JSON = "application/activity+json"
