"""Batches on PostgreSQL leave what single items leave."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse
from tests.federation.test_inbox_batches import Story, held, listening, put, work
from tests.house.foreign_host import ForeignHost
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def test_batches_leave_what_single_items_leave_on_postgresql(fediverse: Fediverse) -> None:
    evil = ForeignHost(fediverse)
    for slug in ("ann", "ben", "cleo", "stranger"):
        evil.actor(slug)
    one, many = listening(fediverse, "one", evil), listening(fediverse, "many", evil)
    activities = Story(evil, 7).activities(80)
    for node, limit in ((one, 1), (many, 100)):
        put(node, *activities)
        work(node, limit)
    ours, theirs = held(one), held(many)
    assert ours["objects"]
    assert theirs == ours
