"""People and companies as search engines read them, from what is public of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coffee_node.activitypub import schema_org
from coffee_node.activitypub.vocabulary import as_list


def describe_person(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org Person of a public profile; nothing of one that wants to be in no index."""
    if not document.get("indexable", document.get("discoverable", False)):
        return {}
    return schema_org.described("Person", document, knowsAbout=_skills(document))


def describe_company(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org Organization of a company."""
    where = schema_org.place(document.get("location"))
    return schema_org.described(
        "Organization", document, address=where.get("address"), knowsAbout=_skills(document)
    )


def _skills(document: Mapping[str, Any]) -> list[str]:
    tags = [tag for tag in as_list(document.get("tag")) if isinstance(tag, Mapping)]
    return [str(tag["name"]).lstrip("#") for tag in tags if tag.get("name") and tag.get("type") != "Mention"]
