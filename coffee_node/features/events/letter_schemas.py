"""Letters of an organiser on the wire: a private Note in reply to the event, as every server can show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.activitypub.schemas import Html, OneOrMany, Reference
from coffee_node.activitypub.vocabulary import as_list, id_of, is_public


class LetterSchema(DocumentSchema):
    """A letter: its words, the event it is about, and who gets it."""

    type_name = "Note"

    uri = Reference(data_key="id", required=True)
    event_uri = Reference(data_key="inReplyTo", required=True)
    content = Html()
    to = OneOrMany(Reference(), limit=20)


def accepts_letter(document: Mapping[str, Any]) -> bool:
    """Whether a Note is a word to few people about something: it answers it and has no other purpose."""
    recipients = [id_of(one) for name in ("to", "cc") for one in as_list(document.get(name))]
    is_private = bool(recipients) and not any(map(is_public, recipients))
    is_plain = not any(document.get(name) for name in ("name", "purpose", "publishes"))
    is_about_something = bool(document.get("content")) and bool(id_of(document.get("inReplyTo")))
    return is_private and is_plain and is_about_something


def write_letter(
    uri: str, author_uri: str, event_uri: str, to: str, content: str, when: str, address: str
) -> dict[str, Any]:
    """A letter to one actor, who is mentioned so that every server tells that person."""
    return {
        "id": uri,
        "type": "Note",
        "attributedTo": author_uri,
        "inReplyTo": event_uri,
        "content": content,
        "published": when,
        "to": [to],
        "tag": [{"type": "Mention", "href": to, "name": address}],
    }
