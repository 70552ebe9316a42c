"""Nodes that talk with their partners only, or answer signed requests only."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from coffee_node.federation.actors import node_signer
from coffee_node.federation.models import Delivery, InboxItem
from coffee_node.testing import Fediverse, TestNode, event_document

ACTIVITY = "application/activity+json"
CLOSED = {"mode": "partners only"}


def status_of(node: TestNode, path: str) -> int:
    return int(node.client.get(path, headers={"Accept": ACTIVITY}, base_url=node.url).status_code)


def test_a_closed_node_exchanges_with_its_partners(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille", federation=CLOSED), fediverse.node("tournai", federation=CLOSED)
    lille.post(event_document(name="Before"))
    fediverse.connect(tournai, lille)
    fediverse.clock.advance(seconds=2)
    lille.post(event_document(name="After"))
    fediverse.settle()
    assert sorted(item["name"] for item in tournai.get_json("/events.json")["items"]) == ["After", "Before"]


def test_a_closed_node_serves_and_hears_nobody_else(fediverse: Fediverse) -> None:
    lille, namur = fediverse.node("lille", federation=CLOSED), fediverse.node("namur")
    lille.post(event_document())
    event = urlsplit(lille.get_json("/events.json")["items"][0]["id"]).path
    assert status_of(lille, event) == status_of(lille, "/actors/lille") == 401
    assert status_of(lille, "/actor/outbox?page=1") == 401
    assert status_of(lille, "/actor") == 200
    assert "Breakfast" in lille.page(event)

    with pytest.raises(Exception, match="401"):
        namur.follow_actor(f"{lille.url}/actors/lille")
    namur.follow(lille)
    fediverse.settle()
    assert [item.type for item in lille.rows(InboxItem)] == ["Follow"]
    assert lille.rows(Delivery) == []


def test_authorized_fetch_wants_a_signature_of_anybody(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", federation={"authorized_fetch": "yes"})
    namur = fediverse.node("namur")
    assert status_of(lille, "/actors/lille") == 401
    assert status_of(lille, "/actor") == 200
    with namur.context():
        fetched = namur.node.http.fetch_document(f"{lille.url}/actors/lille", signer=node_signer())
    assert fetched.document["name"] == "Lille"
