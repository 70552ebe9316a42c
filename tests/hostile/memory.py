"""The same attack within this process, where the clock can be moved and a check be switched off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests

from coffee_node.activitypub.signatures import sign_cavage
from coffee_node.activitypub.signed_request import Signer
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import InboxItem
from coffee_node.testing import Fediverse, TestNode, make_response
from tests.hostile.remote import AS2, PUBLIC
from tests.hostile.wire import ACTIVITY, Key


class MemorySender:
    """A remote actor of a host of its own; everything it serves can be replaced in `served`."""

    def __init__(
        self, fediverse: Fediverse, key: Key, host: str = "evil.example", name: str = "space"
    ) -> None:
        self.fediverse = fediverse
        self.key = key
        self.host = host
        self.uri = f"https://{host}/actors/{name}"
        self.key_id = f"{self.uri}#main-key"
        self.served: dict[str, Any] = {self.uri: self.document()}
        self.asked: list[str] = []
        self._number = 0
        fediverse.hostile[host] = self._answer

    def document(self, **changes: Any) -> dict[str, Any]:
        """The actor's document."""
        key = {"id": self.key_id, "owner": self.uri, "publicKeyPem": self.key.pem}
        document = {
            "@context": AS2,
            "id": self.uri,
            "type": "Organization",
            "preferredUsername": "space",
            "name": "Evil",
            "publicKey": key,
        }
        return document | {"inbox": f"{self.uri}/inbox", "outbox": f"{self.uri}/outbox"} | changes

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        url = str(request.url)
        self.asked.append(f"{request.method} {url}")
        if request.method == "POST":
            return make_response(request, 202, b"", {})
        found = self.served.get(url)
        if found is None:
            return make_response(request, 404, b"", {})
        return make_response(request, 200, json.dumps(found).encode(), {"Content-Type": ACTIVITY})

    def new_id(self, kind: str = "objects") -> str:
        """An id nobody has used."""
        self._number += 1
        return f"https://{self.host}/{kind}/{self._number}"

    def note(self, **changes: Any) -> dict[str, Any]:
        """A Note of this actor."""
        note = {
            "id": self.new_id(),
            "type": "Note",
            "attributedTo": self.uri,
            "to": [PUBLIC],
            "content": "<p>A plain note.</p>",
        }
        return note | changes

    def activity(self, type_: str = "Create", object_: Any = None, **changes: Any) -> dict[str, Any]:
        """An activity of this actor."""
        made = {
            "@context": AS2,
            "id": self.new_id("activities"),
            "type": type_,
            "actor": self.uri,
            "to": [PUBLIC],
        }
        return made | {"object": self.note() if object_ is None else object_} | changes


def followed(fediverse: Fediverse, node: TestNode, key: Key) -> MemorySender:
    """A sender that the node's space follows."""
    sender = MemorySender(fediverse, key)
    node.follow_actor(sender.uri)
    fediverse.settle()
    with node.context():
        us = find_local_actor(node.slug)
        assert us is not None
        follow = {"type": "Follow", "actor": us.uri, "object": sender.uri}
    assert post(node, sender, sender.activity("Accept", follow)) == 202
    fediverse.settle()
    return sender


def post(
    node: TestNode,
    sender: MemorySender,
    activity: Any,
    *,
    address: str = "127.0.0.1",
    sent: Callable[[bytes], bytes] = bytes,
    **changes: str | None,
) -> int:
    """Sign and send to the shared inbox, as if from this address; the status.

    `sent` changes the body after signing, `changes` are headers changed after signing.
    """
    body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
    signer = Signer(sender.key_id, sender.key.private)
    headers: dict[str, str | None] = {"Content-Type": ACTIVITY}
    headers |= sign_cavage("POST", f"{node.url}/inbox", {"Content-Type": ACTIVITY}, body, signer)
    wanted = {name: value for name, value in (headers | changes).items() if value is not None}
    environ = {"REMOTE_ADDR": address}
    return int(
        node.client.post(
            "/inbox", data=sent(body), headers=wanted, base_url=node.url, environ_base=environ
        ).status_code
    )


def state_of(node: TestNode, activity: dict[str, Any]) -> tuple[str, str]:
    """How an activity ended in the ledger: state and reason; empty when it is not there."""
    rows = node.rows(InboxItem, activity_uri=activity["id"])
    return (rows[0].state, rows[0].last_error) if rows else ("", "")
