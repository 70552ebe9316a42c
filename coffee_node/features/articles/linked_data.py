"""An article as search engines read it (schema.org Article)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coffee_node.activitypub import schema_org
from coffee_node.activitypub.vocabulary import id_of


def describe(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org Article of a public article."""
    author = id_of(document.get("attributedTo"))
    return schema_org.described(
        "Article",
        document,
        headline=document.get("name"),
        datePublished=document.get("published"),
        dateModified=document.get("updated"),
        author={"@type": "Organization", "@id": author} if author else None,
    )
