"""Messages on the wire: a private Note to one person, as every server can show it.

Between our nodes it can also say whether the author shows an address, and which, once both have agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields

from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.activitypub.schemas import Html, OneOrMany, PlainText, Reference
from coffee_node.activitypub.vocabulary import AS_NAMESPACE, JsonContext, as_list, id_of, is_public

MESSAGE_CONTEXT: Final[JsonContext] = [
    AS_NAMESPACE,
    {
        "coffee": "urn:coffee:ns:",
        "sharesAddress": "coffee:sharesAddress",
        "emailAddress": "coffee:emailAddress",
    },
]


class MessageSchema(DocumentSchema):
    """A message: its words, whom it is for, what it answers, and what the author says about an address."""

    uri = Reference(data_key="id", required=True)
    content = Html()
    to = OneOrMany(Reference(), limit=20)
    cc = OneOrMany(Reference(), limit=20)
    answered_uri = Reference(data_key="inReplyTo")
    shares_address = fields.Boolean(data_key="sharesAddress")
    address = PlainText(data_key="emailAddress")


def accepts_message(document: Mapping[str, Any]) -> bool:
    """Whether a Note that arrives is for few people and nothing but words."""
    recipients = [id_of(one) for name in ("to", "cc") for one in as_list(document.get(name))]
    is_private = bool(recipients) and not any(map(is_public, recipients))
    is_plain = not any(document.get(name) for name in ("name", "purpose", "publishes"))
    return is_private and is_plain and bool(document.get("id")) and bool(document.get("content"))


def message_document(
    uri: str, author_uri: str, reader: Mapping[str, str], content: str, when: str, answered_uri: str = ""
) -> dict[str, Any]:
    """A message to one person, who is mentioned so that every server tells them."""
    document: dict[str, Any] = {
        "id": uri,
        "type": "Note",
        "attributedTo": author_uri,
        "content": content,
        "published": when,
        "to": [reader["uri"]],
        "tag": [{"type": "Mention", "href": reader["uri"], "name": reader["handle"]}],
    }
    return document | ({"inReplyTo": answered_uri} if answered_uri else {})


def with_address(document: dict[str, Any], *, is_shared: bool, address: str) -> dict[str, Any]:
    """The same, saying whether the author shows an address and, once both have agreed, which."""
    told = {"emailAddress": address} if address else {}
    return document | {"sharesAddress": is_shared} | told


def refused_document(author_uri: str, uri: str) -> dict[str, Any]:
    """The Create that is refused, as far as its receiver knows it."""
    return {"type": "Create", "actor": author_uri, "object": uri}
