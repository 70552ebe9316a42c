"""Who is asking: a person with a browser or a program, and the answers programs get."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, Response

from coffee_node.activitypub.vocabulary import ACTIVITY_JSON, LD_JSON, JsonContext
from coffee_node.base.errors import CoffeeError, problem

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
DOCUMENT_TYPES = (ACTIVITY_JSON, LD_JSON)
FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
PROGRAM_SUFFIXES = (".json", ".csv", ".ics", ".rss")


def wants_document(request: Request) -> bool:
    """Whether the caller asks for ActivityPub rather than for a page."""
    accept = request.accept_mimetypes
    best = max(accept[kind] for kind in DOCUMENT_TYPES)
    if best == 0 or not any(kind in request.headers.get("Accept", "") for kind in DOCUMENT_TYPES):
        return _names_json_only(request)
    return best >= accept["text/html"] or "text/html" not in request.headers.get("Accept", "")


def _names_json_only(request: Request) -> bool:
    named = request.headers.get("Accept", "")
    return JSON in named and "html" not in named


def is_program_post(request: Request) -> bool:
    """Whether this carries a document rather than a form: such a request has no cookie to protect."""
    return request.method not in ("GET", "HEAD", "OPTIONS") and (request.mimetype or "") not in FORM_TYPES


def wants_problem(request: Request) -> bool:
    """Whether an error goes to a program (RFC 9457) rather than to a person (a page)."""
    if is_program_post(request) or "Authorization" in request.headers or "Signature" in request.headers:
        return True
    if request.path.endswith(PROGRAM_SUFFIXES) or request.path.startswith(("/.well-known/", "/nodeinfo/")):
        return True
    return "html" not in request.headers.get("Accept", "*/*") and (
        wants_document(request) or "json" in request.headers.get("Accept", "")
    )


def json_response(value: Any, status: int = 200, content_type: str = JSON) -> Response:
    """A JSON answer of this content type."""
    return Response(orjson.dumps(value), status, content_type=content_type)


def document_response(
    document: dict[str, Any], context: JsonContext | str | None = None, status: int = 200
) -> Response:
    """A document as on the wire, with its `@context` in front when one is given."""
    whole = document if context is None else {"@context": context, **document}
    response = json_response(whole, status, ACTIVITY_JSON)
    response.vary.add("Accept")
    return response


def problem_response(error: CoffeeError) -> Response:
    """The RFC 9457 answer of an error, with Retry-After where waiting helps."""
    response = json_response(problem(error), error.status, PROBLEM_JSON)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
