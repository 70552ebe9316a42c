"""A database that is locked or full while activities arrive: 503, nothing half stored, all taken later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from coffee_node.base import database
from coffee_node.base.database import db
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.testing import Fediverse, TestNode
from tests.house import modes
from tests.house.foreign_host import ForeignHost

pytestmark = pytest.mark.skipif(
    modes.is_mode_b(), reason="PostgreSQL locks rows, and its disk is not ours to fill"
)


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def evil(fediverse: Fediverse) -> ForeignHost:
    return ForeignHost(fediverse)


@pytest.fixture
def locked(lille: TestNode, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Somebody else holds the write lock of the node's database."""
    monkeypatch.setattr(database, "REQUEST_PATIENCE", 0.01)
    with lille.context():
        file = str(db.engine.url.database)
    other = sqlite3.connect(file, isolation_level=None)
    yield other
    other.close()


def limit_pages(node: TestNode, more: int) -> None:
    """Let the node's database grow by so many pages at most, on every connection."""
    with node.context():
        db.session.remove()
        db.engine.dispose()

        def set_limit(connection: sqlite3.Connection, record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + more if more >= 0 else 2**30}")

        event.listen(db.engine, "connect", set_limit)


def test_a_locked_database_is_503_and_the_next_try_is_taken(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, locked: sqlite3.Connection
) -> None:
    space = evil.actor()
    assert evil.send(lille, evil.activity("Like", space, "https://lille.example/x")).status_code == 202
    activity = evil.activity("Like", space, "https://lille.example/y")
    locked.execute("BEGIN IMMEDIATE")
    answer = evil.send(lille, activity)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert answer.content_type == "application/problem+json"
    stranger = evil.actor("stranger")
    assert evil.send(lille, evil.activity("Like", stranger, "https://lille.example/z")).status_code == 503
    locked.execute("ROLLBACK")
    assert len(lille.rows(InboxItem)) == 1 and len(lille.rows(Actor, uri=stranger)) == 0
    assert evil.send(lille, activity).status_code == 202
    assert [row.activity_uri for row in lille.rows(InboxItem)][1:] == [activity["id"]]


def test_a_full_disk_is_503_and_leaves_nothing_behind(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = evil.actor()
    assert evil.send(lille, evil.activity("Like", space, "https://lille.example/x")).status_code == 202
    limit_pages(lille, 0)
    large = evil.activity("Create", space, evil.note(space, content="x" * 200_000))
    answer = evil.send(lille, large)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert len(lille.rows(InboxItem)) == 1
    limit_pages(lille, -1)
    assert evil.send(lille, large).status_code == 202
    assert len(lille.rows(InboxItem)) == 2
