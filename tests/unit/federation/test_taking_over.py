"""What a dead worker had claimed is free again; what is done stays as it is."""

from __future__ import annotations

import json
from datetime import timedelta

from coffee_node.base import clock
from coffee_node.base.database import write
from coffee_node.federation import inbox, inbox_ledger
from coffee_node.federation.models import InboxItem
from coffee_node.federation.taking_over import release_claims
from coffee_node.testing import Fediverse


def test_claims_of_the_dead_are_given_back_at_once(fediverse: Fediverse) -> None:
    node = fediverse.node("lille")
    with node.context():
        for number in range(3):
            uri = f"https://esco.example/activities/{number}"
            like = {"id": uri, "type": "Like", "actor": "https://esco.example/a", "object": node.url}
            body = json.dumps(like).encode()
            inbox.remember(inbox.read_activity(body), body)
        first, *_ = inbox_ledger.claim(3)
        with write() as session:
            done = session.get_one(InboxItem, first.id)
            done.state, done.lease_until = "handled", clock.utcnow() + timedelta(hours=1)
        assert inbox_ledger.claim(3) == [], "claimed, so nobody else may have them"
        release_claims()
        assert [item.id for item in inbox_ledger.claim(3)] == [first.id + 1, first.id + 2]
        with write() as session:
            assert session.get_one(InboxItem, first.id).lease_until is not None
