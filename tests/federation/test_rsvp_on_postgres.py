"""Two workers of one PostgreSQL node give seats away at the same moment: no seat is given twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from coffee_node.base.database import db
from coffee_node.features.events.participations import Participation
from coffee_node.federation import inbox_work
from coffee_node.federation.models import InboxItem
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.neighbour_events import announce, join, states
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def work_on_inbox(node: TestNode, batch: int = 1) -> None:
    """What one worker process does, with a database session of its own."""
    with node.context():
        try:
            while inbox_work.process_next(batch):
                db.session.remove()
        finally:
            db.session.remove()


def test_two_workers_never_give_one_seat_twice(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    made = lille.object_of(lille.post(event_document(maximumAttendeeCapacity=3)))
    fediverse.settle()
    for number in range(12):
        tournai.add_person(f"guest{number}")
        tournai.post({"type": "Join", "object": made["id"]}, f"guest{number}")
    while tournai.work():
        pass
    assert len(lille.rows(InboxItem, type="Join", state="received")) == 12
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work_on_inbox, [lille, lille]))
    fediverse.settle()
    states = [row.state for row in lille.rows(Participation)]
    assert (states.count("accepted"), states.count("refused")) == (3, 9)


def test_two_workers_fill_events_and_their_waiting_lists_together(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    events = [announce(fediverse, lille, capacity=3, has_waiting_list=True) for _ in range(2)]
    for number in range(12):
        tournai.add_person(f"guest{number}")
        join(tournai, f"guest{number}", events[number % 2])
    while tournai.work():
        pass
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda node: work_on_inbox(node, 3), [lille, lille]))
    fediverse.clock.advance(hours=1)  # who waited for a lock too long is tried again
    fediverse.settle()
    for event in events:
        assert sorted(states(lille, event).values()) == ["accepted"] * 3 + ["waiting"] * 3
        assert states(tournai, event) == states(lille, event)
    leaver = next(uri for uri, state in states(tournai, events[0]).items() if state == "accepted")
    tournai.post({"type": "Leave", "object": events[0]}, leaver.rsplit("/", 1)[-1])
    fediverse.settle()
    assert sorted(states(lille, events[0]).values()) == ["accepted"] * 3 + ["left"] + ["waiting"] * 2
    assert states(tournai, events[0]) == states(lille, events[0])
