"""Asking a home space, from the worker: guarded posts, signed by this node, with JSON for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from coffee_node.activitypub.answers import JRD_JSON, PLAIN_JSON, Answer
from coffee_node.activitypub.body_digest import body_digest
from coffee_node.activitypub.http_client import DeliveryRequest
from coffee_node.base.errors import FetchError
from coffee_node.federation.actors import node_signer
from coffee_node.node import current_node

FORM = "application/x-www-form-urlencoded"
KEY_SET = "application/jwk-set+json"


def post(url: str, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Post a body, signed by the node actor; FetchError when nobody answers."""
    more = {"Content-Type": content_type, "Accept": PLAIN_JSON, **(headers or {})}
    request = DeliveryRequest(url, body, body_digest(body), node_signer(), extra_headers=more)
    answer: Answer = current_node.http.post(request)
    return answer


def get(url: str) -> dict[str, Any]:
    """The JSON object at an address; FetchError."""
    found: dict[str, Any] = current_node.http.fetch_json(url, (PLAIN_JSON, JRD_JSON, KEY_SET))
    return found


def read(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; FetchError for anything else."""
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        is_passing = answer.status >= 500 or answer.status == 429
        raise FetchError(
            f"{answer.url} answers HTTP {answer.status} and no JSON object.",
            temporary=is_passing,
            http_status=answer.status,
        )
    return found


def taken(answer: Answer, status: int) -> dict[str, Any]:
    """The JSON object of an answer with the status that is wanted; FetchError with the reason otherwise."""
    if answer.status == status:
        return read(answer)
    said = ""
    if answer.status < 500:
        found = read(answer)
        said = str(found.get("error_description") or found.get("detail") or found.get("error") or "")[:500]
    raise FetchError(
        f"{answer.url} answers HTTP {answer.status}. {said}".strip(),
        temporary=answer.status >= 500 or answer.status == 429,
        http_status=answer.status,
    )
