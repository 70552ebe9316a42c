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
PAGE_TYPES = ("text/html", "application/xhtml+xml")
FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
PROGRAM_SUFFIXES = (".json", ".csv", ".ics", ".rss", ".atom")


def wants_document(request: Request) -> bool:
    """Whether the caller names ActivityPub (or JSON alone) rather than a page."""
    named: dict[str, float] = {}
    for kind, quality in request.accept_mimetypes:
        bare = kind.partition(";")[0].strip().lower()
        named[bare] = max(quality, named.get(bare, 0))
    document = max(named.get(kind, 0) for kind in DOCUMENT_TYPES)
    page = max(named.get(kind, 0) for kind in PAGE_TYPES)
    if document:
        return document >= page
    return not page and named.get(JSON, 0) > 0


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
