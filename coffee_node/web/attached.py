"""Files attached to what other nodes publish: named with their type and host, and never loaded by a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from coffee_node.activitypub.pictures import files_of
from coffee_node.activitypub.vocabulary import host_of
from coffee_node.base.i18n import gettext as _

SHOWN = 10


def files_with(attachments: Any) -> list[dict[str, str]]:
    """Words, address, host and kind of each attached file that is no picture, at most ten."""
    return [
        {
            "url": one.url,
            "name": one.name or unquote(urlsplit(one.url).path.rsplit("/", 1)[-1]) or one.url,
            "kind": _kind(one.media_type),
            "host": host_of(one.url),
        }
        for one in files_of(attachments)[:SHOWN]
    ]


def _kind(media_type: str) -> str:
    family = media_type.partition("/")[0].lower()
    if media_type.lower() == "application/pdf":
        return "PDF"
    words = {"video": _("video"), "audio": _("sound"), "text": _("text")}
    return words.get(family) or media_type or _("file")
