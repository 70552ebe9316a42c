"""Somebody leaves: the file they took along held everything, and no node of five knows them any more."""

from __future__ import annotations

import sqlite3

import pytest

from coffee_node.base.database import db
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.testing import Fediverse, TestNode
from tests.federation.erasure_story import (
    leave,
    leave_no_trace,
    live,
    marks,
    network,
    settle,
    where,
    work_hourly,
)
from tests.federation.erasure_traces import ADDRESS, HANDLE, NAME, WORDS
from tests.house import modes


@pytest.fixture
def nodes(fediverse: Fediverse) -> list[TestNode]:
    return network(fediverse)


def test_nothing_of_who_left_is_anywhere_and_their_file_held_all_of_it(
    fediverse: Fediverse, nodes: list[TestNode]
) -> None:
    leave_no_trace(fediverse, nodes)


def test_who_stays_away_is_named_and_everything_else_ends_after_thirty_days(
    fediverse: Fediverse, nodes: list[TestNode]
) -> None:
    uri = live(fediverse, nodes)
    lille, gent = nodes[0], nodes[2]
    fediverse.down.add(gent.host)
    goodbye = leave(lille)
    settle(fediverse, nodes[:2])
    work_hourly(nodes)
    assert "erased at 3 of 4 partners" in lille.page(goodbye)
    assert lille.rows(Actor, uri=uri), "its Delete still has to be signed"
    fediverse.clock.advance(days=31)
    work_hourly(nodes)
    left_over = where([node for node in nodes if node is not gent], marks(uri))
    assert not left_over, "\n".join(left_over)
    assert where([gent], marks(uri)), "nobody could tell it"
    assert "erased at 3 of 4 partners" in lille.page(goodbye)
    page = lille.signed_in("admin").get("/network", base_url=lille.url).text
    assert "missing: gent.example" in page and "urn:sha256:" in page


@pytest.mark.skipif(modes.is_mode_b(), reason="the copy is made by SQLite itself")
def test_a_backup_that_is_put_back_brings_nobody_back(fediverse: Fediverse, nodes: list[TestNode]) -> None:
    uri = live(fediverse, nodes)
    lille = nodes[0]
    with lille.context():
        db.session.remove()
        before = db.engine.raw_connection()
        kept = sqlite3.connect(":memory:")
        assert before.driver_connection is not None
        before.driver_connection.backup(kept)
        before.close()
    leave(lille)
    settle(fediverse, nodes)
    work_hourly(nodes)
    with lille.context():
        db.session.remove()
        after = db.engine.raw_connection()
        assert after.driver_connection is not None
        kept.backup(after.driver_connection)
        after.close()
    assert lille.rows(Account, handle=HANDLE), "the backup is back"
    fediverse.clock.advance(hours=2)
    work_hourly(nodes)
    settle(fediverse, nodes)
    fediverse.clock.advance(days=31)
    work_hourly(nodes)
    assert lille.rows(Account, handle=HANDLE) == []
    left_over = where(nodes, [HANDLE, NAME, ADDRESS, uri, WORDS["event"]])
    assert not left_over, "\n".join(left_over)
