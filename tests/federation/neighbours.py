"""Hosts of other software in the test fediverse: their actor, their key, and what we sent them."""

from __future__ import annotations

import copy
import json
from typing import Any

import requests

from coffee_node.activitypub import keys
from coffee_node.activitypub.request_signatures import Signer, sign_request
from coffee_node.activitypub.vocabulary import host_of
from coffee_node.testing import Fediverse, TestNode, load_document, make_response
from coffee_node.testing_documents import document_names

ACTIVITY = "application/activity+json"


class Neighbour:
    """A host of another software with one actor; what we send it is kept in `received`."""

    def __init__(self, fediverse: Fediverse, software: str, pair: tuple[str, str]) -> None:
        self._private, public = pair
        self.actor = load_document(f"{software}/actor")
        self.actor["publicKey"]["publicKeyPem"] = public
        self.uri: str = self.actor["id"]
        self.host = host_of(self.uri)
        self.software = software
        self.received: list[dict[str, Any]] = []
        self.documents: dict[str, dict[str, Any]] = {self.uri: self.actor}
        self.documents[self.key_id.partition("#")[0]] = self.actor
        key_document = f"{software}/key"
        if key_document in document_names():
            stub = load_document(key_document)
            stub["publicKey"] = self.actor["publicKey"]
            self.documents[self.key_id] = stub
        fediverse.hostile[self.host] = self._answer

    @property
    def key_id(self) -> str:
        return str(self.actor["publicKey"]["id"])

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        if request.method == "POST":
            self.received.append(json.loads(request.body or b"{}"))
            return make_response(request, 202, b"", {})
        document = self.documents.get(str(request.url))
        if document is None:
            return make_response(request, 404, b"", {})
        return make_response(request, 200, json.dumps(document).encode(), {"Content-Type": ACTIVITY})

    def send(self, node: TestNode, activity: dict[str, Any]) -> None:
        """Post an activity of this software to the shared inbox, signed as it signs."""
        body = json.dumps(activity).encode()
        signer = Signer(self.key_id, keys.load_private_rsa(self._private))
        headers = {"Content-Type": ACTIVITY}
        headers |= sign_request("cavage", "POST", f"{node.url}/inbox", headers, body, signer)
        answer = node.client.post("/inbox", data=body, headers=headers, base_url=node.url)
        assert answer.status_code == 202, answer.text

    def creates(self, document: dict[str, Any]) -> dict[str, Any]:
        """The Create around an object of this software."""
        bare = {name: value for name, value in document.items() if name != "@context"}
        return {
            "@context": document["@context"],
            "id": f"{document['id'].rstrip('/')}/activity",
            "type": "Create",
            "actor": self.uri,
            "to": document["to"],
            "object": bare,
        }


def acting(neighbour: Neighbour, uri: str) -> Neighbour:
    """The actor of this id on the neighbour's host: at Mobilizon groups publish beside people."""
    if uri == neighbour.uri:
        return neighbour
    other = copy.copy(neighbour)
    other.actor = json.loads(json.dumps(neighbour.actor).replace(neighbour.uri, uri)) | {"type": "Group"}
    other.uri = uri
    neighbour.documents[uri] = other.actor
    return other
