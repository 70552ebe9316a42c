"""What can be done with articles and notes: publish, change and withdraw them, each in one transaction."""

from __future__ import annotations

from typing import Any

from coffee_node.base import html
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles import pictures, revisions
from coffee_node.features.articles.models import Article, Note
from coffee_node.federation import objects
from coffee_node.federation.models import Actor
from coffee_node.node import current_node


def publish_article(actor: Actor, values: dict[str, Any], visibility: str = "public") -> Article:
    """Publish a new article; a legal card needs the countries it is about."""
    values = _written(values, headings=True)
    _check_article(values)
    with write():
        values = pictures.with_pictures(values)
        article: Article = objects.create_object(type_named("Article"), actor, values, visibility)
        pictures.settle(article)
    return article


def change_article(
    row: Article, values: dict[str, Any], visibility: str | None = None, *, author_id: int | None = None
) -> Article:
    """Publish what is new in an article; what it said before is kept, with who changed it."""
    values = _written(values, headings=True)
    with write():
        now = {name: getattr(row, name) for name in ("name", "content", "kind", "countries")}
        _check_article(now | values)
        if any(name in values and values[name] != getattr(row, name) for name in revisions.TEXTS):
            revisions.keep(row, author_id)
        values = pictures.with_pictures(values, row)
        article: Article = objects.update_object(type_named("Article"), row, values, visibility)
        pictures.settle(article)
    return article


def withdraw_article(row: Article) -> None:
    """Take the article away from everywhere it went."""
    with write():
        objects.delete_object(type_named("Article"), row)
        pictures.forget(row)


def post_note(actor: Actor, values: dict[str, Any], visibility: str = "public") -> Note:
    """Publish a short note."""
    values = _written(values)
    _check_note(values)
    with write():
        note: Note = objects.create_object(type_named("Note"), actor, values, visibility)
    return note


def change_note(row: Note, values: dict[str, Any], visibility: str | None = None) -> Note:
    """Publish what is new in a note."""
    values = _written(values)
    with write():
        _check_note({"content": row.content} | values)
        note: Note = objects.update_object(type_named("Note"), row, values, visibility)
    return note


def withdraw_note(row: Note) -> None:
    """Take the note away from everywhere it went."""
    with write():
        objects.delete_object(type_named("Note"), row)


def type_named(name: str) -> ObjectType:
    """The type as this node registered it; NotFound when articles are switched off."""
    found: ObjectType | None = current_node.registry.type_for({"type": name})
    if found is None:
        raise NotFound(f"This node has no objects of type {name}.", "Enable the feature `articles`.")
    return found


def _written(values: dict[str, Any], headings: bool = False) -> dict[str, Any]:
    """Keep text and Markdown in step: new Markdown makes the text, a new text alone has no Markdown."""
    values = dict(values)
    made = pictures.as_html if headings else html.markdown
    if values.get("source") and not values.get("content"):
        values["content"] = made(values["source"])
    elif "content" in values and "source" not in values:
        values["source"] = ""
    if "source_map" in values and "content_map" not in values:
        texts = {code: made(text) for code, text in values["source_map"].items()}
        values["content_map"] = texts
    elif "content_map" in values and "source_map" not in values:
        values["source_map"] = {}
    return values


def _check_article(values: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if not values.get("name"):
        problems["name"] = [_("Give the article a title.")]
    if not values.get("content"):
        problems["content"] = [_("Write the text.")]
    if values.get("kind") == "legal" and not values.get("countries"):
        problems["countries"] = [_("Choose the countries this is about.")]
    if problems:
        raise Unprocessable(_("The article is not complete."), fields=problems)


def _check_note(values: dict[str, Any]) -> None:
    if not values.get("content"):
        raise Unprocessable(_("The note is empty."), fields={"content": [_("Write the text.")]})
