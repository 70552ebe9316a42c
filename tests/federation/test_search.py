"""The search on SQLite: folded words, errors, order, and an index that is never behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from coffee_node.base.database import db
from coffee_node.federation.search_upkeep import forget_deleted
from coffee_node.testing import Fediverse, event_document
from tests.federation.search_stories import STORIES
from tests.house import modes


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.__name__))
def test_search(fediverse: Fediverse, story: Callable[[Fediverse], None]) -> None:
    story(fediverse)


@pytest.mark.skipif(modes.is_mode_b(), reason="PostgreSQL keeps words with their row")
def test_the_words_of_what_was_deleted_leave_the_index_for_good(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    for name in ("Hippopotame", "Autre", "Encore"):
        made = lille.object_of(lille.post(event_document(name=name, content="<p>Rhododendron</p>")))
        if name == "Hippopotame":
            gone = made["id"]
    lille.post({"type": "Delete", "object": gone})
    with lille.context():
        forget_deleted()
        blocks = db.session.scalars(text("SELECT block FROM search_text_data")).all()
        assert not any(b"ippopotame" in block for block in blocks)
        assert any(b"hododendron" in block for block in blocks)
        forget_deleted()
