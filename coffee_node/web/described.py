"""What the head of a page tells machines: its one address, a card for who shares it, schema.org data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context, render_template
from markupsafe import Markup

from coffee_node.activitypub import schema_org
from coffee_node.base.contracts import ObjectType

OPEN_GRAPH = {"Event": "event", "Person": "profile", "Article": "article"}


def describe_page(object_type: ObjectType, row: Any, document: Mapping[str, Any]) -> None:
    """Remember what the page of this request is about; only what everybody may see is told to machines."""
    if object_type.describe is None or row.visibility != "public" or row.deleted_at is not None:
        return
    g.described = object_type.describe(document)


def is_described() -> bool:
    """Whether this page is about something that machines are told of."""
    return has_request_context() and bool(g.get("described"))


def page_description() -> Markup:
    """The elements for the head of this page; nothing for a page that is about no public thing."""
    data: dict[str, Any] = g.get("described", {}) if has_request_context() else {}
    if not data:
        return Markup("")
    kind = OPEN_GRAPH.get(str(data.get("@type")), "website")
    return Markup(  # noqa: S704
        render_template(
            "described.html",
            data=data,
            kind=kind,
            title=data.get("name") or data.get("title") or "",
            excerpt=schema_org.excerpt(str(data.get("description") or "")),
        )
    )
