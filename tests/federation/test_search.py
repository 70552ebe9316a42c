"""The search on SQLite: folded words, errors, order, and an index that is never behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coffee_node.testing import Fediverse
from tests.federation.search_stories import STORIES


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_search(fediverse: Fediverse, story: Callable[[Fediverse], None]) -> None:
    story(fediverse)
