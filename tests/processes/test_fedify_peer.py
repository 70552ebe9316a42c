"""An ActivityPub server that is not ours (Fedify): it reads us, we read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coffee_node.testing_factories import event_document
from tests.house.peer import FedifyPeer
from tests.house.real_nodes import RealNode, wait_for

pytestmark = [pytest.mark.peer, pytest.mark.enable_socket]


@pytest.fixture
def lille(tmp_path: Path) -> Iterator[RealNode]:
    node = RealNode(tmp_path / "lille", "lille").init().start()
    yield node
    node.stop()


@pytest.fixture(params=["rfc9421", "draft-cavage-http-signatures-12"])
def alice(request: pytest.FixtureRequest, peer: Callable[..., FedifyPeer]) -> FedifyPeer:
    return peer(FIRST_KNOCK=request.param)


def received(alice: FedifyPeer, type_: str, object_id: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = alice.ask("received", type=type_)
    return [entry for entry in entries if not object_id or entry["objectId"] == object_id]


def test_the_peer_follows_a_space_and_receives_its_event_its_update_and_its_delete(
    lille: RealNode, alice: FedifyPeer
) -> None:
    space = f"{lille.url}/actors/lille"
    looked_up = alice.ask("lookup", uri=space)
    assert looked_up["class"] == "Organization" and looked_up["isActor"]

    follow = alice.ask("follow", uri=space)
    wait_for(lambda: received(alice, "Accept"), 10)

    event = lille.publish(event_document(name="Cross-border drinks"))
    wait_for(lambda: received(alice, "Create", event), 10)
    assert (
        lille.post({"type": "Update", "object": {"id": event, "type": "Event", "name": "Moved"}}).status_code
        == 201
    )
    [update] = wait_for(lambda: received(alice, "Update", event), 10)
    assert "Moved" in str(update["json"])
    assert lille.post({"type": "Delete", "object": event}).status_code == 201
    wait_for(lambda: received(alice, "Delete", event), 10)
    assert alice.ask("errors") == []

    alice.ask("unfollow", uri=space, follow=follow["sent"])
    wait_for(lambda: lille.get_json("/actors/lille/followers")["totalItems"] == 0, 10)


def test_we_look_the_peer_up_follow_it_and_show_its_note(lille: RealNode, alice: FedifyPeer) -> None:
    answer = lille.post({"type": "Follow", "object": alice.actor_uri})
    assert answer.status_code == 201, answer.text
    wait_for(lambda: lille.get_json("/actors/lille/following")["totalItems"] == 1, 10)
    alice.ask("note", text="Hello from the other bank")
    host = alice.origin.removeprefix("http://")
    page = f"{lille.url}/@alice@{host}"
    shown = wait_for(lambda: "Hello from the other bank" in lille.session.get(page, timeout=5).text, 10)
    assert shown
