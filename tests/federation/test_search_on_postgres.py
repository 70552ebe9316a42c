"""The same stories of the search on PostgreSQL, whose index is another one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse
from tests.federation.search_stories import STORIES
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_search_on_postgresql(fediverse: Fediverse, story: Callable[[Fediverse], None]) -> None:
    story(fediverse)
