"""Text as it is searched: folded, so that accents and case do not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any


def fold(text: str) -> str:
    """Lower case without accents, one space between words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def searchable_text(row: Any) -> str:
    """Names in every language and tag names of an object, folded; the content is left out on purpose."""
    parts: Iterable[str] = (row.name or "", *(row.name_map or {}).values(), *tag_names(row.tags or []))
    return fold(" ".join(dict.fromkeys(parts)))


def tag_names(tags: Iterable[dict[str, Any]]) -> list[str]:
    """The names of tags without the `#` of hashtags."""
    return [str(tag["name"]).lstrip("#") for tag in tags if tag.get("name")]
