"""Articles and notes on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load

from coffee_node.activitypub.schemas import Html, LangMap, ObjectSchema, OneOrMany, Reference, country_code
from coffee_node.activitypub.vocabulary import ARTICLE_CONTEXT, NOTE_CONTEXT
from coffee_node.base import html

KINDS = ("watch", "good-practice", "case-study", "legal")
SOURCE_LIMIT = 100_000


class Kind(fields.Field[str]):
    """One of our kinds; an article of other software has none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return value if isinstance(value, str) and value in KINDS else ""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value or None


class Country(fields.Field[str]):
    """The ISO code of a country."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return country_code(value)


class Day(fields.Field[date]):
    """A day; of a moment only the day counts, what cannot be read is dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | None:  # type: ignore[override]
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            return None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if value else None


class Markdown(fields.Field[str]):
    """What the author typed: the `content` of an AS2 `source`, when that is Markdown."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, Mapping) or value.get("mediaType") != "text/markdown":
            return ""
        text = value.get("content")
        return text[:SOURCE_LIMIT] if isinstance(text, str) else ""


class ReplyTo(Reference):
    """What a note answers; a reference that cannot be read is dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return ""


class WrittenSchema(ObjectSchema):
    """What articles and notes share: Markdown may stand for the text, and never leaves the node."""

    headings: ClassVar[bool] = False

    source = Markdown(load_default="", load_only=True)

    @post_load
    def write_out_markdown(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Make the text from its Markdown where a client sends only that."""
        if values["source"] and not values["content"]:
            values["content"] = html.markdown(values["source"], self.headings)
        return values

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the text as on the wire, with its media type."""
        return super().render(row, audience) | {"mediaType": "text/html"}


class ArticleSchema(WrittenSchema):
    """An article; `Page` is read as well."""

    context = ARTICLE_CONTEXT
    type_name = "Article"
    headings = True

    content = Html(headings=True, pictures=True)
    content_map = LangMap(Html(headings=True, pictures=True), data_key="contentMap")
    kind = Kind(load_default="")
    countries = OneOrMany(Country(), limit=10)
    review_by = Day(data_key="reviewBy", load_default=None)

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the article with its first picture as `image`, where many servers look for one."""
        document = super().render(row, audience)
        pictures = [one for one in row.attachments or () if _is_picture(one)]
        return document | {"image": {**pictures[0], "type": "Image"}} if pictures else document


def _is_picture(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("mediaType") or "").startswith("image/")


class NoteSchema(WrittenSchema):
    """A short note or an answer."""

    context = NOTE_CONTEXT
    type_name = "Note"

    in_reply_to = ReplyTo(data_key="inReplyTo")


def is_plain_note(document: Mapping[str, Any]) -> bool:
    """Whether a Note is just a note: one that offers or asks for something is a proposal."""
    return "purpose" not in document and "publishes" not in document
