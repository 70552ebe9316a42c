"""Questions and votes on the wire (federation.md, 8.5): a vote is a Note with a name and no content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields

from coffee_node.activitypub.schemas import DocumentSchema, ObjectSchema, OffsetDateTime, PlainText, Reference
from coffee_node.activitypub.vocabulary import as_list, id_of, strip_nulls
from coffee_node.base.html import plain_text

MOST_OPTIONS: Final = 20
OPTION_LENGTH: Final = 100
MANY: Final = "anyOf"
ONE: Final = "oneOf"


class QuestionSchema(ObjectSchema):
    """A question; the options are read from `oneOf` or `anyOf`, whichever is there."""

    type_name = "Question"

    end_time = OffsetDateTime(data_key="endTime")
    closed_at = fields.Method(deserialize="read_closed", data_key="closed", load_default=None, load_only=True)

    def read_closed(self, value: Any) -> Any:
        """The moment it was closed; a bare yes means that it is over, whenever that was."""
        return OffsetDateTime().deserialize(value) if isinstance(value, str) else None

    def parse(self, document: Any) -> dict[str, Any]:
        """Give a value for every column, the options with their counts among them."""
        values = super().parse(document)
        many = as_list(document.get(MANY))
        options = [_option(one) for one in (many or as_list(document.get(ONE)))[:MOST_OPTIONS]]
        return values | {"is_multiple": bool(many), "options": [one for one in options if one["name"]]}

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the question as plain readers of the Fediverse expect it."""
        document = super().render(row, audience)
        for name in ("inLanguage", "summary", "summaryMap", "updated"):
            document.pop(name, None)
        document |= {
            MANY if row.is_multiple else ONE: [_rendered(option) for option in row.options],
            "closed": row.closed_at.isoformat() if row.closed_at else None,
            "updated": document_time(row.updated) if row.updated != row.published else None,
        }
        rendered: dict[str, Any] = strip_nulls(document)
        return rendered


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
    has_text = document.get("content") or document.get("contentMap")
    return bool(document.get("name")) and bool(id_of(document.get("inReplyTo"))) and not has_text


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
