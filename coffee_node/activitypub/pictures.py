"""The pictures that documents of other servers show: where they stand and the words that stand for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.activitypub.actor_schema import Picture
from coffee_node.activitypub.schema_fields import web_url
from coffee_node.activitypub.vocabulary import as_list, is_web_url, short_type
from coffee_node.base import html

# What can be made anew here; an SVG is a program and is never asked for.
PICTURE_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
PICTURES_LIMIT: Final = 4
# What a node of ours attaches to an event without a picture of its own.
BANNER: Final = "Banner"
_FILES: Final = frozenset({"Document", "Image", "Video", "Audio"})

_picture = Picture()


@dataclass(frozen=True)
class PictureAddress:
    """A picture on another server, and its words."""

    url: str
    name: str = ""


@dataclass(frozen=True)
class AttachedFile:
    """A file that is shown as a link: its address, its words and its media type."""

    url: str
    name: str
    media_type: str


def icon_of(document: Mapping[str, Any] | None) -> PictureAddress | None:
    """The picture of an actor; None without one, or where it is of a type that is not shown."""
    return _read((document or {}).get("icon"))


def pictures_of(document: Mapping[str, Any]) -> list[PictureAddress]:
    """The pictures of an object, attachments before its `image`, at most four."""
    found: dict[str, PictureAddress] = {}
    for one in (*as_list(document.get("attachment"))[:32], document.get("image")):
        picture = _read(one) if _is_picture(one) or one is document.get("image") else None
        if picture is not None and picture.name != BANNER:
            found.setdefault(picture.url, picture)
    return list(found.values())[:PICTURES_LIMIT]


def files_of(attachments: Any) -> list[AttachedFile]:
    """The attached files that are no pictures, such as a PDF or a video."""
    return list(_files(attachments))


def _files(attachments: Any) -> Iterator[AttachedFile]:
    for one in as_list(attachments):
        if not isinstance(one, Mapping) or short_type(one.get("type")) not in _FILES or _is_picture(one):
            continue
        address = next((web_url(url) for url in as_list(one.get("url")) if isinstance(url, str)), "")
        if address:
            words = one.get("name")
            kind = str(one.get("mediaType") or "")
            yield AttachedFile(address, words if isinstance(words, str) else "", kind[:100])


def _is_picture(entry: Any) -> bool:
    if not isinstance(entry, Mapping):
        return False
    kind = str(entry.get("mediaType") or "")
    return kind.startswith("image/") or (not kind and short_type(entry.get("type")) == "Image")


def _read(value: Any) -> PictureAddress | None:
    first = next(iter(as_list(value)), None)
    if isinstance(first, Mapping) and first.get("href") and not first.get("url"):
        first = {**first, "url": first["href"]}
    kind = str(first.get("mediaType") or "") if isinstance(first, Mapping) else ""
    if first is None or (kind and kind.lower() not in PICTURE_TYPES):
        return None
    read = _picture.deserialize(dict(first) if isinstance(first, Mapping) else first)
    if not read or not is_web_url(read["url"]):
        return None
    return PictureAddress(read["url"], html.plain_text(read["name"])[:500])
