"""A server that is not ours: its documents, its actors with real keys, and what it sends in their names."""

from __future__ import annotations

import json
from typing import Any

import requests

from coffee_node.activitypub import keys
from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.activitypub.signed_request import Signer
from coffee_node.testing import Fediverse, TestNode, make_response

ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class ForeignHost:
    """`https://<name>`, answered from `documents`: a document, or the status that its address answers."""

    def __init__(self, fediverse: Fediverse, name: str = "evil.example") -> None:
        self.url = f"https://{name}"
        self.documents: dict[str, dict[str, Any] | int] = {}
        self.asked: list[str] = []
        self.signers: dict[str, Signer] = {}
        self._numbers = 0
        fediverse.hostile[name] = self._answer

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        url = str(request.url)
        if request.method == "POST":
            return make_response(request, 202, b"", {})
        self.asked.append(url)
        found = self.documents.get(url, 404)
        if isinstance(found, int):
            return make_response(request, found, b"{}", {"Content-Type": ACTIVITY})
        return make_response(request, 200, json.dumps(found).encode(), {"Content-Type": ACTIVITY})

    def actor(self, slug: str = "space", type_: str = "Organization", **changes: Any) -> str:
        """Add an actor with a key of its own; its id."""
        uri = f"{self.url}/actors/{slug}"
        private, public = keys.generate_rsa()
        self.signers[uri] = Signer(f"{uri}#main-key", keys.load_private(private))
        document = {
            "id": uri,
            "type": type_,
            "preferredUsername": slug,
            "name": slug.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": public},
        }
        self.documents[uri] = document | changes
        return uri

    def note(self, author: str, number: int = 1, **changes: Any) -> dict[str, Any]:
        """A public note of one of its actors; a change to None leaves a property out."""
        note = {
            "id": f"{self.url}/notes/{number}",
            "type": "Note",
            "attributedTo": author,
            "content": f"<p>Note {number}</p>",
            "published": "2026-11-24T08:00:00Z",
            "to": [PUBLIC],
        } | changes
        return {name: value for name, value in note.items() if value is not None}

    def activity(self, type_: str, actor: str, object_: Any, **changes: Any) -> dict[str, Any]:
        """A new activity of one of its actors."""
        self._numbers += 1
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.url}/activities/{self._numbers}",
            "type": type_,
            "actor": actor,
            "object": object_,
            "to": [PUBLIC],
        } | changes

    def send(
        self, node: TestNode, activity: dict[str, Any], signer: str | Signer = "", scheme: str = "cavage"
    ) -> Any:
        """Deliver an activity, signed by its actor or by another one; the answer."""
        headers, body = self.signed(node, activity, signer, scheme)
        return node.client.post("/inbox", data=body, headers=headers, base_url=node.url)

    def signed(
        self, node: TestNode, activity: dict[str, Any], signer: str | Signer = "", scheme: str = "cavage"
    ) -> tuple[dict[str, str], bytes]:
        """The headers and the body of such a delivery."""
        body = json.dumps(activity).encode()
        if not isinstance(signer, Signer):
            signer = self.signers[signer or activity["actor"]]
        headers = {"Content-Type": ACTIVITY}
        return headers | sign_request(scheme, "POST", f"{node.url}/inbox", headers, body, signer), body
