"""Questions and votes on the wire (federation.md, 8.5): a vote is a Note with a name and no content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields

from coffee_node.activitypub.schemas import DocumentSchema, ObjectSchema, OffsetDateTime, PlainText, Reference
from coffee_node.activitypub.vocabulary import as_list, id_of, strip_nulls
from coffee_node.base import clock
from coffee_node.base.html import plain_text, to_text

MOST_OPTIONS: Final = 20
OPTION_LENGTH: Final = 100
TITLE_LENGTH: Final = 200
MANY: Final = "anyOf"
ONE: Final = "oneOf"


class QuestionSchema(ObjectSchema):
    """A question; the options are read from `oneOf` or `anyOf`, whichever is there."""

    type_name = "Question"

    end_time = OffsetDateTime(data_key="endTime")
    closed_at = fields.Method(deserialize="read_closed", data_key="closed", load_default=None, load_only=True)

    def read_closed(self, value: Any) -> Any:
        """The moment it was closed; a bare yes means that it is over, whenever that was."""
        if isinstance(value, str):
            return OffsetDateTime().deserialize(value)
        return clock.utcnow() if value is True else None

    def parse(self, document: Any) -> dict[str, Any]:
        """Give a value for every column, the options with their counts among them."""
        values = super().parse(document)
        many = as_list(document.get(MANY))
        options = [_option(one) for one in (many or as_list(document.get(ONE)))[:MOST_OPTIONS]]
        found = {"is_multiple": bool(many), "options": [one for one in options if one["name"]]}
        return with_titles(values) | found

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the question as plain readers of the Fediverse expect it."""
        document = super().render(row, audience)
        for name in ("name", "nameMap", "summary", "summaryMap", "updated"):
            document.pop(name, None)
        document |= {
            MANY if row.is_multiple else ONE: [_rendered(option) for option in row.options],
            "closed": row.closed_at.isoformat() if row.closed_at else None,
            "updated": document_time(row.updated) if row.updated != row.published else None,
        }
        rendered: dict[str, Any] = strip_nulls(document)
        return rendered


def with_titles(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the question as a title in each language, for search; titles never leave the node."""
    texts = values.get("content_map") or {}
    name_map = values.get("name_map") or {code: _title(text) for code, text in texts.items()}
    return {**values, "name": values.get("name") or _title(values.get("content")), "name_map": name_map}


def _title(content: str | None) -> str:
    return " ".join(to_text(content or "").split())[:TITLE_LENGTH]


def document_time(moment: Any) -> str | None:
    """A moment of ours as on the wire."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _option(one: Any) -> dict[str, Any]:
    option = one if isinstance(one, Mapping) else {}
    replies = option.get("replies")
    count = replies.get("totalItems") if isinstance(replies, Mapping) else 0
    is_number = isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 10**9
    return {
        "name": plain_text(str(option.get("name") or ""))[:OPTION_LENGTH],
        "count": count if is_number else 0,
    }


def name_on_the_wire(document: Mapping[str, Any], option: str) -> str:
    """An option as its author wrote it, who counts only that: ours may be cut."""
    for one in [*as_list(document.get(MANY)), *as_list(document.get(ONE))]:
        name = one.get("name") if isinstance(one, Mapping) else None
        if isinstance(name, str) and _option(one)["name"] == option:
            return name
    return option


def _rendered(option: Mapping[str, Any]) -> dict[str, Any]:
    replies = {"type": "Collection", "totalItems": int(option.get("count") or 0)}
    return {"type": "Note", "name": option["name"], "replies": replies}


class VoteSchema(DocumentSchema):
    """A vote: the name of an option, in reply to the question."""

    type_name = "Note"

    uri = Reference(data_key="id", required=True)
    option = PlainText(OPTION_LENGTH, data_key="name")
    poll_uri = Reference(data_key="inReplyTo")


def accepts_vote(document: Mapping[str, Any]) -> bool:
    """Whether a Note is a vote: it names an option, answers something, and says nothing else."""
    others = ("content", "contentMap", "source", "summary", "attachment", "purpose", "publishes")
    is_named = isinstance(document.get("name"), str) and bool(document["name"])
    is_more = any(document.get(name) for name in others)
    return is_named and bool(id_of(document.get("inReplyTo"))) and not is_more


def write_vote(uri: str, actor_uri: str, poll_uri: str, option: str, to: str, when: str) -> dict[str, Any]:
    """A vote, addressed to the author of the question alone."""
    return {
        "id": uri,
        "type": "Note",
        "attributedTo": actor_uri,
        "name": option,
        "inReplyTo": poll_uri,
        "published": when,
        "to": [to],
    }
