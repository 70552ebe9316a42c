"""Two workers of one PostgreSQL node look for news at the same moment: nobody is told twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, need_document
from tests.house.postgres import temporary_database
from tests.web.alert_readers import Reader, look_at

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def test_two_workers_tell_once(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    for handle in ("jan", "eva"):
        lille.add_person(handle)
        Reader(lille, handle).save()
    lille.post(need_document())
    fediverse.clock.advance(minutes=6)
    with ThreadPoolExecutor(2) as workers:
        told = list(workers.map(look_at, [lille, lille]))
    assert sorted("2 had news" in line for line in told) == [False, True]
    assert len(lille.rows(Notification, kind="search")) == 2
