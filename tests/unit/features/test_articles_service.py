"""Writing, changing and withdrawing articles and notes on one node."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import Unprocessable
from coffee_node.features.articles import service
from coffee_node.features.articles.models import Article, Note
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Actor
from coffee_node.testing import Fediverse, TestNode, article_document, need_document, note_document


@pytest.fixture
def lille(fediverse: Fediverse) -> Any:
    node = fediverse.node("lille")
    with node.context():
        yield node


def space() -> Actor:
    found = find_local_actor("lille")
    assert found is not None
    return found


def last_object() -> dict[str, Any]:
    activity = db.session.scalar(select(Activity).order_by(Activity.id.desc()).limit(1))
    assert activity is not None
    document: dict[str, Any] = activity.document["object"]
    return document


def test_markdown_becomes_the_text_and_stays_with_its_author(lille: TestNode) -> None:
    source = "## Avant\n\nLe **A1** d'abord."
    row = service.publish_article(space(), {"name": "A1", "source": source, "source_map": {"nl": "*eerst*"}})
    assert row.content == "<h2>Avant</h2>\n<p>Le <strong>A1</strong> d'abord.</p>\n"
    assert row.content_map == {"nl": "<p><em>eerst</em></p>\n"}
    assert row.source == source
    assert "source" not in last_object()


def test_new_markdown_replaces_the_text(lille: TestNode) -> None:
    row = service.publish_article(space(), {"name": "A1", "source": "one"})
    service.change_article(row, {"source": "two"})
    assert row.content == "<p>two</p>\n"


def test_a_text_without_markdown_takes_the_old_markdown_away(lille: TestNode) -> None:
    row = service.publish_article(space(), {"name": "A1", "source": "one"})
    service.change_article(row, {"content": "<p>two</p>"})
    assert (row.content, row.source) == ("<p>two</p>", "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "", "content": "<p>a</p>"}, "name"),
        ({"name": "a", "content": ""}, "content"),
    ],
)
def test_an_article_that_is_not_complete_is_refused_by_property(
    lille: TestNode, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        service.publish_article(space(), values)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(Article)) is None


def test_an_article_cannot_be_emptied_by_a_change(lille: TestNode) -> None:
    row = service.publish_article(space(), {"name": "A1", "content": "<p>a</p>"})
    with pytest.raises(Unprocessable):
        service.change_article(row, {"name": ""})


def test_a_withdrawn_article_leaves_a_tombstone_without_its_texts(lille: TestNode) -> None:
    row = service.publish_article(space(), {"name": "A1", "source": "one", "responsible": "Claire"})
    service.withdraw_article(row)
    assert last_object()["type"] == "Tombstone"
    assert (row.name, row.content, row.source, row.responsible) == ("", "", "", "")


def test_a_note_is_published_changed_and_withdrawn(lille: TestNode) -> None:
    row = service.post_note(space(), {"source": "Closed on *Friday*"})
    assert last_object()["content"] == "<p>Closed on <em>Friday</em></p>\n"
    service.change_note(row, {"source": "Open on Friday"})
    assert last_object()["content"] == "<p>Open on Friday</p>\n"
    service.withdraw_note(row)
    assert last_object()["type"] == "Tombstone"


def test_an_empty_note_is_refused(lille: TestNode) -> None:
    with pytest.raises(Unprocessable):
        service.post_note(space(), {"content": ""})


def test_a_client_posts_an_article_and_changes_its_review_date_alone(lille: TestNode) -> None:
    created = lille.object_of(lille.post(article_document()))
    assert (created["kind"], created["countries"], created["reviewBy"]) == (
        "legal",
        ["FR", "BE"],
        "2027-11-23",
    )
    update = {"id": created["id"], "type": "Article", "reviewBy": "2028-11-23"}
    changed = lille.object_of(lille.post({"type": "Update", "object": update}))
    assert changed["reviewBy"] == "2028-11-23"
    assert changed["content"] == created["content"]


def test_a_client_may_send_markdown_as_the_source(lille: TestNode) -> None:
    source = {"content": "Ask for the **A1** form.", "mediaType": "text/markdown"}
    created = lille.object_of(lille.post({"type": "Article", "name": "A1", "source": source}))
    assert created["content"] == "<p>Ask for the <strong>A1</strong> form.</p>\n"
    row = db.session.scalar(select(Article))
    assert row is not None
    assert row.source == source["content"]


def test_a_note_with_a_purpose_is_no_plain_note(lille: TestNode) -> None:
    lille.post(note_document())
    lille.post(need_document())
    assert len(db.session.scalars(select(Note)).all()) == 1
