"""Many hosts at once: a slow one keeps nobody waiting, nothing is sent twice, a stop locks nothing."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import event

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.federation.delivery import deliver_due
from coffee_node.federation.models import ActorKey, Delivery
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.strangers import ACCEPTED, Answer, Stranger

PATIENCE = 20


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def crowd(fediverse: Fediverse, node: TestNode, number: int) -> list[Stranger]:
    return [Stranger(fediverse, f"host{count}.example").follow(node) for count in range(number)]


def deliver(node: TestNode) -> int:
    with node.context():
        return deliver_due()


def test_h42i_a_dripping_host_delays_no_other_and_what_is_published_meanwhile(
    fediverse: Fediverse, lille: TestNode
) -> None:
    slow = Stranger(fediverse, "aaa.example").follow(lille)
    others = crowd(fediverse, lille, 3)
    all_there, seen = threading.Event(), list[bool]()

    def note(request: requests.PreparedRequest) -> Answer:
        if sum(len(one.posted) for one in others) == 6:
            all_there.set()
        return ACCEPTED

    def drip(request: requests.PreparedRequest) -> Answer:
        if not seen:
            lille.post(event_document(name="Published meanwhile"))
        seen.append(all_there.wait(PATIENCE))
        return ACCEPTED

    slow.decide = drip
    for one in others:
        one.decide = note
    lille.post(event_document())
    deliver(lille)
    assert seen == [True, True]
    assert {row.state for row in lille.rows(Delivery)} == {"sent"}


def test_outcomes_are_written_while_another_host_still_hangs(fediverse: Fediverse, lille: TestNode) -> None:
    slow = Stranger(fediverse, "aaa.example").follow(lille)
    [other] = crowd(fediverse, lille, 1)
    found: list[str] = []

    def drip(request: requests.PreparedRequest) -> Answer:
        pause = threading.Event()
        for _ in range(PATIENCE * 100):
            if other.states(lille) == ["sent"]:
                break
            pause.wait(0.01)
        found.extend(other.states(lille))
        return ACCEPTED

    slow.decide = drip
    lille.post(event_document())
    deliver(lille)
    assert found == ["sent"]


def test_more_hosts_may_hang_than_are_posted_to_at_once(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", http={"deliveries_at_once": "2"})
    slow = [Stranger(fediverse, f"aaa{number}.example").follow(lille) for number in range(4)]
    [other] = crowd(fediverse, lille, 1)
    arrived, seen = threading.Event(), list[bool]()

    def hang(request: requests.PreparedRequest) -> Answer:
        seen.append(arrived.wait(PATIENCE))
        return ACCEPTED

    def note(request: requests.PreparedRequest) -> Answer:
        arrived.set()
        return ACCEPTED

    for one in slow:
        one.decide = hang
    other.decide = note
    lille.post(event_document())
    deliver(lille)
    assert seen == [True] * 4


def test_an_actor_posts_to_a_host_one_by_one_and_in_order(fediverse: Fediverse, lille: TestNode) -> None:
    far = Stranger(fediverse, "far.example").follow(lille)
    running, most = Counter[str](), Counter[str]()

    def note(request: requests.PreparedRequest) -> Answer:
        running["now"] += 1
        most["ever"] = max(most["ever"], running["now"])
        threading.Event().wait(0.001)
        running["now"] -= 1
        return ACCEPTED

    far.decide = note
    sent = [lille.post(event_document(name=str(number))) for number in range(30)]
    deliver(lille)
    assert [json.loads(one.body or "")["id"] for one in far.posted] == sent
    assert most["ever"] == 1


def test_two_workers_beside_each_other_send_everything_once(fediverse: Fediverse, lille: TestNode) -> None:
    send_beside_each_other(fediverse, lille)


def send_beside_each_other(fediverse: Fediverse, lille: TestNode) -> None:
    """Two workers on one ledger; also run on PostgreSQL."""
    hosts = crowd(fediverse, lille, 12)
    for number in range(5):
        lille.post(event_document(name=str(number)))
    both = threading.Barrier(2)
    taken: list[int] = []

    def work() -> None:
        both.wait()
        taken.append(deliver(lille))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fediverse.settle()
    assert [one.types for one in hosts] == [["Create"] * 5] * 12
    assert {row.state for row in lille.rows(Delivery)} == {"sent"}


def test_many_outcomes_are_written_in_few_commits(fediverse: Fediverse, lille: TestNode) -> None:
    crowd(fediverse, lille, 60)
    lille.post(event_document())
    commits: list[Any] = []
    with lille.context():
        event.listen(db.engine, "begin", lambda connection: commits.append(_is_writing(connection)))
        assert deliver_due() == 60
    assert 0 < sum(commits) < 30


def _is_writing(connection: Any) -> bool:
    return bool(connection.get_execution_options().get("immediate"))


def test_a_stop_finishes_what_is_sent_and_releases_the_rest(fediverse: Fediverse, lille: TestNode) -> None:
    far = Stranger(fediverse, "far.example").follow(lille)

    def stop(request: requests.PreparedRequest) -> Answer:
        lille.node.stopping.set()
        return ACCEPTED

    far.decide = stop
    for _ in range(3):
        lille.post(event_document())
    deliver(lille)
    rows = lille.rows(Delivery, host=far.host)
    assert [(row.state, row.lease_until) for row in rows] == [
        ("sent", None), ("waiting", None), ("waiting", None)
    ]  # fmt: skip
    lille.node.stopping.clear()
    far.decide = None
    fediverse.settle()
    assert far.states(lille) == ["sent"] * 3


def test_a_stop_before_the_second_knock_decides_nothing(fediverse: Fediverse, lille: TestNode) -> None:
    far = Stranger(fediverse, "far.example").follow(lille)

    def stop(request: requests.PreparedRequest) -> Answer:
        lille.node.stopping.set()
        return (401, {})

    far.decide = stop
    lille.post(event_document())
    deliver(lille)
    [row] = lille.rows(Delivery)
    assert (row.state, row.attempts, row.lease_until) == ("waiting", 0, None)


def test_what_a_killed_worker_had_claimed_is_sent_when_its_lease_ends(
    fediverse: Fediverse, lille: TestNode
) -> None:
    far = Stranger(fediverse, "far.example").follow(lille)
    lille.post(event_document())
    with lille.context(), write():
        db.session.query(Delivery).update({"lease_until": clock.utcnow() + timedelta(seconds=30)})
    assert deliver(lille) == 0
    fediverse.clock.advance(seconds=31)
    assert deliver(lille) == 1
    assert far.states(lille) == ["sent"]


def test_a_sender_without_a_key_stops_nobody_else(fediverse: Fediverse, lille: TestNode) -> None:
    far = Stranger(fediverse, "far.example")
    lille.add_person("claire")
    for follower in ("claire", "lille"):
        lille.follow_actor(far.uri, follower)
    with lille.context(), write():
        db.session.query(ActorKey).filter(ActorKey.uri.contains("claire")).delete()
    fediverse.settle()
    assert sorted(far.states(lille)) == ["gave_up", "sent"]
