"""Visitors and members take the last seats of one PostgreSQL node at the same moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import Conflict
from coffee_node.features.events import visitor_mails, visitors
from coffee_node.features.events.participations import Participation
from coffee_node.federation import inbox_work
from coffee_node.federation.notice_models import MailLink
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def press(node: TestNode, address: str) -> int:
    """What a visitor's press of the button does, in a thread of the server; how often it registered."""
    with node.context():
        try:
            link = db.session.scalar(
                select(MailLink).where(MailLink.address == address, MailLink.purpose == visitor_mails.CONFIRM)
            )
            if link is None:
                return 0
            visitors.confirm(link)
            return 1
        except Conflict:
            return 0
        finally:
            db.session.remove()


def work(node: TestNode, _: str) -> int:
    with node.context():
        try:
            while inbox_work.process_next(1):
                db.session.remove()
            return 0
        finally:
            db.session.remove()


def test_no_seat_is_given_twice_and_no_link_works_twice(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    event = announce(fediverse, lille, capacity=4)
    addresses = [f"visitor{number}@visitors.example" for number in range(6)]
    with lille.context():
        for address in addresses:
            visitors.ask_to_confirm(event, visitors.Wish("Visitor", address, "en", "", []))
        assert len(lille.rows(MailLink, purpose=visitor_mails.CONFIRM)) == 6
    for number in range(4):
        lille.add_person(f"member{number}")
        join(lille, f"member{number}", event)
    steps = [(work, "")] + [(press, address) for address in addresses for _ in range(2)]
    with ThreadPoolExecutor(4) as workers:
        pressed = list(workers.map(lambda step: step[0](lille, step[1]), steps))
    fediverse.clock.advance(hours=1)
    fediverse.settle()
    assert sum(pressed) == 6
    states = [row.state for row in lille.rows(Participation)]
    assert (len(states), states.count("accepted"), states.count("refused")) == (10, 4, 6)
