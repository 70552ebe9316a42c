"""The ledgers forget what is past its time and nothing else."""

from __future__ import annotations

from coffee_node.federation.account_models import IdempotencyKey
from coffee_node.federation.models import Delivery, InboxItem
from coffee_node.federation.peer_models import Tombstone
from coffee_node.federation.retention import prune
from coffee_node.testing import Fediverse, event_document


def test_handled_activities_keys_and_tombstones_go_after_their_time(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    event = lille.object_of(lille.post(event_document(), **{"Idempotency-Key": "abc"}))
    lille.post({"type": "Delete", "object": event["id"]})
    fediverse.settle()
    fediverse.down.add(tournai.host)
    lille.post(event_document())
    fediverse.settle()

    for node in (lille, tournai):
        with node.context():
            prune()
    assert tournai.rows(InboxItem)
    assert tournai.rows(Tombstone)
    assert lille.rows(IdempotencyKey)

    fediverse.clock.advance(days=31)
    for node in (lille, tournai):
        with node.context():
            assert "removed" in prune()
    assert tournai.rows(InboxItem) == []
    assert tournai.rows(Tombstone) == []
    assert lille.rows(IdempotencyKey) == []
    assert [row.state for row in lille.rows(Delivery, state="waiting")] == ["waiting"]
