"""Signing in with a home space on two PostgreSQL nodes; no step is done by two workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest

from coffee_node.base.database import db
from coffee_node.features.events.participations import Participation
from coffee_node.federation import guest_work
from coffee_node.federation.guest_models import GuestPost, GuestSession
from coffee_node.federation.oauth_models import OAuthGrant
from coffee_node.testing import Fediverse
from tests.federation.home_sign_in import Way, a_way
from tests.federation.neighbour_events import announce
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres
WORKERS = 4


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def work_at_once(way: Way) -> None:
    """Let several workers of the site look for work at the same moment."""
    begin = Barrier(WORKERS)

    def work(_number: int) -> bool:
        with way.site.context():
            begin.wait()
            try:
                return guest_work.work_next()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(WORKERS) as pool:
        assert any(pool.map(work, range(WORKERS)))


def test_a_code_is_taken_home_once_however_many_workers_there_are(way: Way) -> None:
    event = announce(way.fediverse, way.site)
    waiting, question = way.go_home()
    way.get(way.allow(question))
    work_at_once(way)
    way.fediverse.settle()
    assert way.get(waiting).status_code == 303
    assert [row.revoked_at for row in way.home.rows(OAuthGrant)] == [None]
    assert len(way.site.rows(GuestSession)) == 1

    way.post(f"{way.site.url}/events/guest/join", way.get(event).text, uri=event)
    work_at_once(way)
    way.fediverse.settle()
    assert [row.state for row in way.site.rows(GuestPost)] == ["sent"]
    assert [row.state for row in way.site.rows(Participation)] == ["accepted"]
