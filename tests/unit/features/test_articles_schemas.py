"""Articles and notes on the wire: the document of federation.md 8.4 out, everything peers send in."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from coffee_node.base.errors import InvalidDocument
from coffee_node.features.articles.models import Article, Note
from coffee_node.features.articles.schemas import ArticleSchema, NoteSchema, is_plain_note
from coffee_node.federation.models import Actor

URI = "https://lille.example/objects/0192f46f"
ACTOR = "https://lille.example/actors/mutualab"
FRENCH = "<h2>Sécurité sociale</h2><p>Le formulaire A1 se demande avant le départ.</p>"
SOURCE = {"type": "Link", "mediaType": "text/html", "href": "https://www.cleiss.fr/", "name": "CLEISS"}
DOCUMENT: dict[str, Any] = {
    "id": URI,
    "type": "Article",
    "attributedTo": ACTOR,
    "name": "Travailler trois jours à Tournai : ce qu'il faut déclarer",
    "summary": "<p>Sécurité sociale, télétravail et impôt des travailleurs frontaliers, en une page.</p>",
    "content": FRENCH,
    "mediaType": "text/html",
    "inLanguage": "fr",
    "kind": "legal",
    "countries": ["FR", "BE"],
    "reviewBy": "2027-11-23",
    "contentMap": {"fr": FRENCH, "nl": "<h2>Sociale zekerheid</h2><p>Vraag het A1-formulier aan.</p>"},
    "tag": [{"type": "Hashtag", "name": "#frontalier", "href": "https://lille.example/tags/frontalier"}],
    "attachment": [SOURCE],
    "url": URI,
    "published": "2026-11-23T09:40:00Z",
}
NOTE: dict[str, Any] = {
    "id": "https://mastodon.example/notes/1",
    "type": "Note",
    "attributedTo": "https://mastodon.example/users/alice",
    "content": "<p>Merci !</p>",
    "inReplyTo": URI,
    "published": "2026-11-23T10:00:00Z",
}
articles = ArticleSchema()
notes = NoteSchema()


def read(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT) | changes
    return articles.parse({name: value for name, value in document.items() if value is not ...})


def row_of(**changes: Any) -> Article:
    columns = {column.key for column in Article.__table__.columns}
    values = {name: value for name, value in (read() | changes).items() if name in columns}
    return Article(**values, actor=Actor(uri=ACTOR))


def test_an_article_read_and_written_again_is_the_same_document() -> None:
    assert articles.render(row_of()) == DOCUMENT


def test_what_only_the_author_needs_never_leaves_the_node() -> None:
    written = articles.render(
        row_of(source="# secret", source_map={"nl": "geheim"}, responsible="coordinator")
    )
    assert written == DOCUMENT


def test_headings_are_kept_in_articles_and_nowhere_else() -> None:
    markup = "<h2>a</h2><p>b</p>"
    assert read(content=markup)["content"] == markup
    assert notes.parse(NOTE | {"content": markup})["content"] == "a<p>b</p>"


def test_scripts_are_taken_out_on_the_way_in_and_out() -> None:
    markup = '<p onclick="x()">a</p><script>b</script><img src="https://a.example/x.png" onerror="x()">'
    kept = '<p>a</p><img src="https://a.example/x.png">'
    assert read(content=markup)["content"] == kept
    assert articles.render(row_of(content=markup))["content"] == kept


@pytest.mark.parametrize(
    ("wire", "value", "column", "kept"),
    [
        ("kind", "poem", "kind", ""),
        ("kind", ["legal"], "kind", ""),
        ("kind", ..., "kind", ""),
        ("kind", "good-practice", "kind", "good-practice"),
        ("countries", "fr", "countries", ["FR"]),
        ("countries", ["France", "Belgien", "Atlantis", 5], "countries", ["FR", "BE"]),
        ("countries", None, "countries", []),
        ("reviewBy", "2027-11-23T09:00:00Z", "review_by", date(2027, 11, 23)),
        ("reviewBy", "next year", "review_by", None),
        ("reviewBy", 5, "review_by", None),
        ("name", None, "name", ""),
        ("source", "# a", "source", ""),
        ("source", {"content": "# a", "mediaType": "text/html"}, "source", ""),
        ("source", {"content": "# a", "mediaType": "text/markdown"}, "source", "# a"),
    ],
)
def test_odd_properties_are_read_or_dropped_and_never_refuse_the_article(
    wire: str, value: Any, column: str, kept: Any
) -> None:
    assert read(**{wire: value})[column] == kept


def test_markdown_alone_becomes_the_text() -> None:
    source = {"content": "## Titre\n\n<b>x</b> [a](javascript:b)", "mediaType": "text/markdown"}
    written = read(content=..., contentMap=..., source=source)["content"]
    assert "<h2>Titre</h2>" in written
    assert "<b>" not in written
    assert "href" not in written


def test_a_text_beside_the_markdown_stays_as_it_is() -> None:
    source = {"content": "other", "mediaType": "text/markdown"}
    assert read(source=source)["content"] == FRENCH


def test_an_article_without_author_address_is_refused_by_name() -> None:
    with pytest.raises(InvalidDocument) as refused:
        read(attributedTo={"name": "nobody"})
    assert "attributedTo" in refused.value.fields


def test_a_note_read_and_written_again_is_the_same_document() -> None:
    values = notes.parse(NOTE)
    columns = {column.key for column in Note.__table__.columns}
    author = Actor(uri=NOTE["attributedTo"])
    row = Note(**{name: value for name, value in values.items() if name in columns}, actor=author)
    assert notes.render(row) == NOTE | {"mediaType": "text/html"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [(URI, URI), ({"id": URI, "type": "Article"}, URI), ([URI], URI), (None, ""), ([URI, URI], ""), (5, "")],
)
def test_what_a_note_answers_is_an_id_or_nothing(given: Any, kept: str) -> None:
    assert notes.parse(NOTE | {"inReplyTo": given})["in_reply_to"] == kept


@pytest.mark.parametrize(
    ("document", "plain"),
    [(NOTE, True), (NOTE | {"purpose": "offer"}, False), (NOTE | {"publishes": {"type": "Intent"}}, False)],
)
def test_a_note_that_offers_something_is_left_to_proposals(document: dict[str, Any], plain: bool) -> None:
    assert is_plain_note(document) is plain


def test_the_sources_of_an_article_are_its_attached_links() -> None:
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://a.example/x.png"}
    assert row_of(attachments=[picture, SOURCE, {"type": "Link"}]).sources == [SOURCE]
