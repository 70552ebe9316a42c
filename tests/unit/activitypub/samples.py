"""Requests as a neighbour signs and sends them, for the tests of signatures."""

from __future__ import annotations

from typing import Any

from coffee_node.activitypub.message_signatures import sign_rfc9421
from coffee_node.activitypub.signatures import sign_cavage
from coffee_node.activitypub.signed_request import IncomingRequest, Signer, target_of

INBOX = "https://lille.example/actors/mutualab/inbox"
BODY = b'{"id":"https://evil.example/1","type":"Create"}'
HOSTS = frozenset({"lille.example"})


def arrived(headers: dict[str, str], **changes: Any) -> IncomingRequest:
    """A POST to our inbox with these headers, with anything changed on its way."""
    fields = {"method": "POST", "target": target_of(INBOX), "body": BODY, "authority": "lille.example"}
    return IncomingRequest(headers=headers, **{**fields, **changes})


def cavage(signer: Signer, **headers: str) -> dict[str, str]:
    """The headers of a POST signed after draft-cavage."""
    own = {"Content-Type": "application/activity+json", **headers}
    return own | sign_cavage("POST", INBOX, own, BODY, signer)


def rfc9421(signer: Signer, **headers: str) -> dict[str, str]:
    """The headers of a POST signed after RFC 9421."""
    own = {"Content-Type": "application/activity+json", **headers}
    return own | {"Host": "lille.example"} | sign_rfc9421("POST", INBOX, own, BODY, signer)
