"""Text as it is searched: folded, so that accents and case do not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any


def fold(text: str) -> str:
    """Lower case without accents, one space between words."""
    text = text.casefold()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.split())


def searchable_text(row: Any) -> str:
    """The folded text of a row."""
    return folded_text(row.name, row.name_map, row.tags)


def folded_text(
    name: str | None, name_map: Mapping[str, str] | None, tags: Iterable[dict[str, Any]] | None
) -> str:
    """Names in every language and tag names of an object, folded; the content is left out on purpose."""
    parts: Iterable[str] = (name or "", *(name_map or {}).values(), *tag_names(tags or []))
    return fold(" ".join(dict.fromkeys(parts)))


def tag_names(tags: Iterable[dict[str, Any]]) -> list[str]:
    """The names of tags without the `#` of hashtags."""
    return [str(tag["name"]).lstrip("#") for tag in tags if tag.get("name")]


def tag_rows(uri: str, tags: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The rows of the tag table for an object, so that lists can be filtered by its tags."""
    return [
        {
            "object_uri": uri,
            "rel": str(tag.get("rel") or ""),
            "href": str(tag.get("href") or "")[:2048],
            "name": name[:300],
            "folded": fold(name)[:300],
        }
        for tag in tags
        for name in tag_names([tag])
    ]
