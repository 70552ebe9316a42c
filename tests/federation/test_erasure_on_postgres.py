"""The same story of who leaves on PostgreSQL, whose texts are looked through in another way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse
from tests.federation.erasure_story import leave_no_trace, network
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def test_nothing_of_who_left_is_anywhere_on_postgresql(fediverse: Fediverse) -> None:
    leave_no_trace(fediverse, network(fediverse))
