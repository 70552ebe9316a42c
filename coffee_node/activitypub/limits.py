"""What we are willing to read: JSON within fixed limits, and the shape an activity must have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from coffee_node.activitypub.vocabulary import id_of, is_web_url, short_type
from coffee_node.base.errors import InvalidDocument, TooLarge

BODY_LIMIT: Final = 1024 * 1024
DEPTH_LIMIT: Final = 32
KEYS_LIMIT: Final = 1_000
ITEMS_LIMIT: Final = 10_000
VALUES_LIMIT: Final = 100_000
DIGITS_LIMIT: Final = 20
BOM: Final = b"\xef\xbb\xbf"

_CONTAINERS: Final = frozenset({dict, list})
_LONG_NUMBER: Final = re.compile(rb"\d{%d}" % (DIGITS_LIMIT + 1))
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_ONE_BRACKET: Final = bytes.maketrans(b"{}", b"[]")


def parse_json(body: bytes) -> dict[str, Any]:
    """Give the one JSON object of a body; TooLarge over 1 MiB, InvalidDocument for everything else.

    What costs time or memory is refused on the bytes, before a parser sees them.
    """
    if len(body) > BODY_LIMIT:
        raise TooLarge(f"A document may have {BODY_LIMIT} bytes.", "Send less at once.")
    body = body.removeprefix(BOM)
    pairs = _check_outline(body)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidDocument(f"This is not JSON in UTF-8: {error}.") from error
    if not isinstance(document, dict):
        raise InvalidDocument("This is not one JSON object.")
    if _check_containers(document) != pairs:
        raise InvalidDocument("A key stands twice in one object.")
    return document


def _check_outline(body: bytes) -> int:
    """Check depth, numbers and the count of values on the text outside strings; give its key-value pairs."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if body.count(b'"') > 4 * VALUES_LIMIT:
        raise InvalidDocument("The document has too many values.")
    outside = b"".join(body.split(b'"')[::2])
    if outside.count(b",") + outside.count(b"[") + outside.count(b"{") > VALUES_LIMIT:
        raise InvalidDocument("The document has too many values.")
    if _LONG_NUMBER.search(outside):
        raise InvalidDocument(f"A number has more than {DIGITS_LIMIT} digits.")
    brackets = outside.translate(_ONE_BRACKET, _NOT_BRACKETS)
    for _ in range(DEPTH_LIMIT):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise InvalidDocument(f"The document is nested deeper than {DEPTH_LIMIT}, or a bracket is missing.")
    return outside.count(b":")


def _check_containers(document: dict[str, Any]) -> int:
    """Check the size of every object and list; give the number of keys in all."""
    keys = 0
    waiting: list[Any] = [document]
    while waiting:
        container = waiting.pop()
        if type(container) is dict:
            if len(container) > KEYS_LIMIT:
                raise InvalidDocument(f"An object has more than {KEYS_LIMIT} keys.")
            keys += len(container)
            waiting += [value for value in container.values() if type(value) in _CONTAINERS]
        else:
            if len(container) > ITEMS_LIMIT:
                raise InvalidDocument(f"A list has more than {ITEMS_LIMIT} items.")
            waiting += [value for value in container if type(value) in _CONTAINERS]
    return keys


@dataclass(frozen=True)
class ActivityShape:
    """The three facts every activity states: its id, its type and who did it."""

    uri: str
    type: str
    actor_uri: str


def activity_shape(document: dict[str, Any]) -> ActivityShape:
    """Give id, type and actor of an activity; InvalidDocument when one is missing or of a wrong kind."""
    if "@graph" in document:
        raise InvalidDocument("A document with @graph is not read.", "Send one activity.")
    uri, declared, actor_uri = document.get("id"), document.get("type"), id_of(document.get("actor"))
    if not is_web_url(uri):
        raise _wrong("id", "a web address")
    names = declared if isinstance(declared, list) else [declared]
    if not all(isinstance(name, str) for name in names) or not short_type(declared):
        raise _wrong("type", "a text or a list of texts")
    if not is_web_url(actor_uri):
        raise _wrong("actor", "one web address")
    return ActivityShape(str(uri), short_type(declared), actor_uri)


def _wrong(name: str, wanted: str) -> InvalidDocument:
    message = f"The {name} of an activity is {wanted}."
    return InvalidDocument(message, fields={name: [f"Must be {wanted}."]})
