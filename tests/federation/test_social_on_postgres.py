"""Sharing, erasing, moving and synchronising on PostgreSQL: the same stories, another engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse
from tests.federation import test_erasures, test_follower_sync, test_lookups, test_moves, test_sharing
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


@pytest.mark.parametrize(
    "story",
    [
        test_erasures.test_partners_confirm_an_erasure_and_who_is_away_is_missing,
        test_follower_sync.test_a_follow_that_is_not_known_here_is_taken_back,
        test_lookups.test_a_page_asks_waits_and_finds,
        test_moves.test_a_space_changes_its_domain_and_keeps_its_followers,
        test_sharing.test_a_shared_event_travels_to_the_partners_of_who_shares_it,
        test_sharing.test_a_like_is_counted_once_and_taken_back,
    ],
)
def test_the_story_is_the_same_on_postgresql(
    fediverse: Fediverse, story: Callable[[Fediverse], None]
) -> None:
    story(fediverse)
