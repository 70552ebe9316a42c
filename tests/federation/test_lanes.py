"""The order within a lane, and deliveries that somebody ended while they were on their way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import update

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.federation import delivery, inbox, inbox_work, ledger
from coffee_node.federation.models import Delivery, InboxItem
from coffee_node.testing import Fediverse, event_document, make_response


def test_a_delivery_is_not_overtaken_by_a_later_one_that_is_due_sooner(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    for number in range(3):
        lille.post(event_document(name=f"Event {number}"))
    first, second, third = lille.rows(Delivery, state="waiting")
    with lille.context():
        with write():
            later = clock.utcnow() + timedelta(minutes=5)
            db.session.execute(update(Delivery).where(Delivery.id == second.id).values(next_try_at=later))
        assert delivery.deliver_due() == 1
    states = {row.id: row.state for row in lille.rows(Delivery)}
    assert [states[row.id] for row in (first, second, third)] == ["sent", "waiting", "waiting"]


def test_a_delivery_dropped_while_it_is_sent_does_not_wait_again(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.post(event_document())
    [row] = lille.rows(Delivery, state="waiting")

    def busy(request: requests.PreparedRequest) -> Any:
        with lille.context():
            ledger.drop([f"out-{row.id}"])
        return make_response(request, 429, b"", {"Retry-After": "1"})

    fediverse.hostile[tournai.host] = busy
    with lille.context():
        delivery.deliver_due()
    assert [found.state for found in lille.rows(Delivery, id=row.id)] == ["gave_up"]


def test_one_batch_asks_one_server_and_keeps_nobody_else_waiting(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    with tournai.context():
        for number, sender in enumerate((f"{lille.url}/actor", f"{lille.url}/actors/lille")):
            activity = {
                "id": f"{lille.url}/activities/x{number}",
                "type": "Create",
                "actor": sender,
                "object": f"{lille.url}/objects/x{number}",
            }
            body = json.dumps(activity).encode()
            inbox.remember(inbox.read_activity(body), body, source="outbox")
        fediverse.requests.clear()
        inbox_work.process_next()
    asked = [url for method, url in fediverse.requests if "/objects/" in url]
    assert asked == [f"{lille.url}/objects/x0"]
    [left] = tournai.rows(InboxItem, state="received")
    assert left.activity_uri.endswith("x1")
    assert left.lease_until is None
