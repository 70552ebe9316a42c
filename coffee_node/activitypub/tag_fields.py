"""Tags and attachments: lists of small objects kept as on the wire, cleaned and cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from coffee_node.activitypub.schema_fields import NAME_LIMIT, DocumentField, clean_html, cut, web_url
from coffee_node.activitypub.vocabulary import as_list, is_web_url, strip_nulls
from coffee_node.base import html

TAG_LIMIT: Final = 100
ATTACHMENT_LIMIT: Final = 32
PROPERTY_LIMIT: Final = 20

_TEXT_LIMIT: Final = 2_000
_ADDRESSES: Final = frozenset({"href", "url", "id"})
_NAMES: Final = frozenset({"name", "nameMap", "summary"})


class SmallObjects(DocumentField[list[dict[str, Any]]]):
    """A list of small objects kept as on the wire: texts cleaned, addresses that are not http(s) dropped."""

    def __init__(self, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        kwargs.setdefault("load_default", list)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        found = [clean_small_object(one) for one in as_list(value)[: self.limit]]
        return [one for one in found if one]

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return list(value) if value else None


class Tags(SmallObjects):
    """The tags of an object (hashtags, skills, mentions), at most a hundred."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(TAG_LIMIT, **kwargs)


class Attachments(SmallObjects):
    """Pictures, links and named values attached to an object, at most 32, of these 20 named values."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ATTACHMENT_LIMIT, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        found = super()._deserialize(value, attr, data, **kwargs)
        values = [one for one in found if one.get("type") == "PropertyValue"]
        surplus = [id(one) for one in values[PROPERTY_LIMIT:]]
        return [one for one in found if id(one) not in surplus]


def clean_small_object(value: Any) -> dict[str, Any]:
    """Give one tag or attachment with clean texts and addresses; an address alone becomes a Link."""
    if isinstance(value, str):
        return {"type": "Link", "href": value} if is_web_url(value) else {}
    if not isinstance(value, dict):
        return {}
    cleaned: dict[str, Any] = strip_nulls(
        {html.plain_text(str(key))[:100]: _clean_property(key, one) for key, one in list(value.items())[:30]}
    )
    return cleaned


def _clean_property(key: str, value: Any) -> Any:
    if key in _ADDRESSES:
        return web_url(value)
    if key in _NAMES:
        return _each_text(value, _clean_name)
    if key == "value":
        return _each_text(value, _clean_value)
    return _each_text(value, _clean_text)


def _clean_name(text: str) -> str:
    return cut(html.plain_text(text[: 20 * NAME_LIMIT]).strip(), NAME_LIMIT)


def _clean_value(text: str) -> str:
    return clean_html(text, _TEXT_LIMIT)


def _clean_text(text: str) -> str:
    text = text[:_TEXT_LIMIT]
    if not text.isprintable():
        text = "".join(character for character in text if character >= " " or character in "\t\n")
    lowered = text.lstrip()[:11].lower()
    return "" if lowered.startswith(("javascript:", "data:", "vbscript:")) else text


def _each_text(value: Any, clean: Callable[[str], str], depth: int = 3) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict) and depth:
        pairs = list(value.items())[:30]
        return {_clean_text(key): _nested(key, one, clean, depth - 1) for key, one in pairs}
    if isinstance(value, list) and depth:
        return [_each_text(one, clean, depth - 1) for one in value[:30]]
    return value if isinstance(value, int | float) else None


def _nested(key: str, value: Any, clean: Callable[[str], str], depth: int) -> Any:
    return web_url(value) if key in _ADDRESSES else _each_text(value, clean, depth)
