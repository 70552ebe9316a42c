"""What the protocol's own views share: marking them, their request as it was signed, and bounded bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from coffee_node.activitypub.signed_request import IncomingRequest
from coffee_node.base.errors import Gone, NotFound, TooLarge, UnsupportedMedia
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.erasure_end import is_departed
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

MAX_BODY = 1024 * 1024
BODY_TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})
View = TypeVar("View", bound=Callable[..., Any])


def is_protocol(view: View) -> View:
    """Mark a view that programs call: no cookie, no form token, no page around its errors."""
    view.is_protocol = True  # type: ignore[attr-defined]
    return view


def incoming_request(body: bytes = b"", asked: Request = request) -> IncomingRequest:
    """A request as its signature describes it; the target is the request line's, not the decoded one."""
    target = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI") or asked.full_path
    if not asked.query_string:
        target = str(target).rstrip("?")
    scheme = "https" if current_node.config.is_https else "http"
    return IncomingRequest(
        asked.method, str(target), dict(asked.headers), body, asked.headers.get("Host", ""), scheme
    )


def read_body(asked: Request = request, *, keep: bool = False) -> bytes:
    """The bytes of a POSTed document; UnsupportedMedia or TooLarge before anything is parsed.

    With `keep` the request can be read once more.
    """
    if asked.mimetype not in BODY_TYPES:
        raise UnsupportedMedia(
            f"The type {asked.mimetype or '(none)'} is not read here.", "Send application/activity+json."
        )
    if asked.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("Compressed bodies are not read here.", "Send the document uncompressed.")
    asked.max_content_length = MAX_BODY
    try:
        return asked.get_data(cache=keep)
    except RequestEntityTooLarge as error:
        raise TooLarge("A document has at most 1 MiB.", "Send less at once.") from error


def local_actor(slug: str) -> Actor:
    """Our actor with this slug; the same NotFound for one that never was, Gone for one that left."""
    actor = find_local_actor(slug)
    if actor is None and is_departed(f"{current_node.config.base_url}/actors/{slug}"):
        raise Gone("This actor has left.")
    if actor is None or actor.type == "Application":
        raise NotFound("There is no such actor here.")
    if actor.gone_at is not None:
        raise Gone("This actor has left.")
    return actor
