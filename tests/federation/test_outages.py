"""Neighbours that are down, slow, late or forgetful: nothing is lost and nothing is out of order."""

from __future__ import annotations

import json

import pytest

from coffee_node.federation.models import Delivery
from coffee_node.testing import Fediverse, TestNode, event_document


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    return lille, tournai


def update(uri: str, **changes: str) -> dict[str, object]:
    return {"type": "Update", "object": {"id": uri, "type": "Event", **changes}}


def test_delivery_survives_a_neighbour_that_is_down(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    fediverse.down.add(tournai.host)
    event = lille.object_of(lille.post(event_document(name="First name")))
    fediverse.settle()
    fediverse.clock.advance(seconds=30)
    lille.post(update(event["id"], name="Last name"))
    fediverse.settle()
    assert tournai.get_json("/events.json")["total"] == 0

    fediverse.down.clear()
    for _ in range(8):
        fediverse.clock.advance(minutes=2)
        fediverse.settle()
    [copy] = tournai.get_json("/events.json")["items"]
    assert copy["name"] == "Last name"
    assert {(row.state, row.attempts) for row in lille.rows(Delivery)} == {("sent", 0)}


def test_an_away_host_is_asked_once_per_pause_and_not_once_per_message(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    fediverse.down.add(tournai.host)
    for number in range(10):
        lille.post(event_document(name=f"Event {number}"))
    fediverse.requests.clear()
    fediverse.settle()
    assert len(fediverse.requests) == 1


def test_a_sign_of_life_lets_everything_leave_at_once(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    fediverse.down.add(tournai.host)
    for _ in range(6):
        lille.post(event_document())
        fediverse.settle()
        fediverse.clock.advance(minutes=10)
    fediverse.down.clear()
    tournai.post(event_document(name="We are back"))
    fediverse.settle()
    assert tournai.get_json("/events.json?scope=network")["total"] == 7


def test_a_delete_before_its_create_suppresses_the_create(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document()))
    lille.post({"type": "Delete", "object": event["id"]})
    with lille.context():
        from coffee_node.base.database import db, write

        with write():
            create, delete = db.session.query(Delivery).filter_by(state="waiting").order_by(Delivery.id)
            create.id, delete.id = delete.id + 1000, create.id
    fediverse.settle()
    assert tournai.get_json("/events.json")["total"] == 0


def test_the_same_post_with_one_idempotency_key_makes_one_event(pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    first = lille.post(event_document(), **{"Idempotency-Key": "abc"})
    second = lille.post(event_document(), **{"Idempotency-Key": "abc"})
    assert first == second
    assert lille.get_json("/events.json")["total"] == 1


@pytest.mark.parametrize(("token", "status"), [("wrong", 401), ("", 401)])
def test_a_wrong_token_is_refused(pair: tuple[TestNode, TestNode], token: str, status: int) -> None:
    lille, _ = pair
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/activity+json"}
    answer = lille.client.post(
        "/actors/lille/outbox", json=event_document(), headers=headers, base_url=lille.url
    )
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert "token create" in json.loads(answer.data)["detail"]


def test_a_token_may_not_write_for_somebody_else(pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    lille.add_person("claire")
    with lille.context():
        from coffee_node.federation import accounts

        token = accounts.create_token(accounts.account_named("claire"))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/activity+json"}
    answer = lille.client.post(
        "/actors/lille/outbox", json=event_document(), headers=headers, base_url=lille.url
    )
    assert answer.status_code == 403
    assert lille.get_json("/events.json")["total"] == 0


def test_a_node_that_starts_again_reads_what_it_missed_and_opens_the_way_to_itself(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    from coffee_node.federation import catch_up

    lille, tournai = pair
    fediverse.down.add(tournai.host)
    for number in range(6):
        lille.post(event_document(name=f"Missed {number}"))
        fediverse.settle()
        fediverse.clock.advance(minutes=20)
    fediverse.down.clear()
    with tournai.context():
        catch_up.catch_up()
    fediverse.settle()
    assert tournai.get_json("/events.json?scope=network")["total"] == 6
    assert {row.state for row in lille.rows(Delivery)} == {"sent"}


def test_one_key_for_two_bodies_is_a_conflict_and_after_a_day_it_is_free(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    key = {"Idempotency-Key": "abc"}
    headers = {"Authorization": f"Bearer {lille.token}", "Content-Type": "application/activity+json", **key}
    lille.post(event_document(), **key)
    other = event_document(name="Another event")
    answer = lille.client.post("/actors/lille/outbox", json=other, headers=headers, base_url=lille.url)
    assert answer.status_code == 409
    fediverse.clock.advance(hours=25)
    lille.post(other, **key)
    assert lille.get_json("/events.json")["total"] == 2


def test_changes_within_one_second_are_told_apart_by_who_reads_them_from_the_outbox(
    fediverse: Fediverse,
) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    event = lille.object_of(lille.post(event_document(name="First")))
    for name in ("Second", "Third"):
        lille.post(update(event["id"], name=name))
    fediverse.connect(tournai, lille)
    fediverse.clock.advance(seconds=2)
    fediverse.settle()
    [copy] = tournai.get_json("/events.json")["items"]
    assert copy["name"] == "Third"
