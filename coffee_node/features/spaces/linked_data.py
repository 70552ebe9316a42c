"""A coworking space as search engines read it (schema.org LocalBusiness)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coffee_node.activitypub import schema_org
from coffee_node.activitypub.vocabulary import as_list


def describe(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org LocalBusiness of a space: where it is and when it is open."""
    where = schema_org.place(document.get("location"))
    hours = [line for line in as_list(document.get("openingHours")) if isinstance(line, str)]
    return schema_org.described(
        "LocalBusiness",
        document,
        address=where.get("address"),
        geo=where.get("geo"),
        openingHours=hours,
    )
