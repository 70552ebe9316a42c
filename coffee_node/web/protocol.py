"""What the protocol's own views share: marking them, their request as it was signed, and bounded bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from coffee_node.activitypub.signed_request import IncomingRequest
from coffee_node.base.errors import TooLarge, UnsupportedMedia
from coffee_node.node import current_node

MAX_BODY = 1024 * 1024
BODY_TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})
View = TypeVar("View", bound=Callable[..., Any])


def is_protocol(view: View) -> View:
    """Mark a view that programs call: no cookie, no form token, no page around its errors."""
    view.is_protocol = True  # type: ignore[attr-defined]
    return view


def incoming_request(body: bytes = b"") -> IncomingRequest:
    """This request as its signature describes it; the target is the request line's, not the decoded one."""
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    if not request.query_string:
        target = str(target).rstrip("?")
    scheme = "https" if current_node.config.is_https else "http"
    return IncomingRequest(
        request.method, str(target), dict(request.headers), body, request.headers.get("Host", ""), scheme
    )


def read_body() -> bytes:
    """The bytes of a POSTed document; UnsupportedMedia or TooLarge before anything is parsed."""
    if request.mimetype not in BODY_TYPES:
        raise UnsupportedMedia(
            f"The type {request.mimetype or '(none)'} is not read here.", "Send application/activity+json."
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("Compressed bodies are not read here.", "Send the document uncompressed.")
    request.max_content_length = MAX_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLarge("A document has at most 1 MiB.", "Send less at once.") from error
