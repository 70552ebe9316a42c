"""Reading the web feeds of others (RSS 2.0, RSS 1.0, Atom): what is new there, as text and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import html
from coffee_node.base.errors import InvalidDocument

FEED_TYPES: Final = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
)  # fmt: skip
ENTRIES: Final = 100
TEXT_LIMIT: Final = 2_000

_ITEMS: Final = frozenset({"item", "entry"})
_TEXTS: Final = ("description", "summary", "encoded", "content")
_DATES: Final = ("pubDate", "published", "updated", "date")


@dataclass(frozen=True)
class Entry:
    """One thing a feed tells; `guid` is how the feed itself names it."""

    guid: str
    title: str
    url: str
    text: str
    published: datetime | None


@dataclass(frozen=True)
class Feed:
    """A feed with its newest entries."""

    title: str
    entries: tuple[Entry, ...]


def read_feed(body: bytes, address: str) -> Feed:
    """The feed in a body; InvalidDocument when it is none. Entries without an address are left out."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InvalidDocument(f"{address} is no feed that can be read here.") from error
    if _name(root) not in ("rss", "RDF", "feed"):
        raise InvalidDocument(f"{address} is XML, but no RSS or Atom feed.")
    found = [entry for item in _items(root) if (entry := _entry(item, address)) is not None]
    channel = next((one for one in root if _name(one) == "channel"), root)
    return Feed(_text(channel, "title")[:300] or address, tuple(found))


def _items(root: Element) -> Iterator[Element]:
    number = 0
    for element in root.iter():
        if _name(element) in _ITEMS:
            number += 1
            if number > ENTRIES:
                return
            yield element


def _entry(item: Element, address: str) -> Entry | None:
    link = _link(item)
    url = urljoin(address, link)
    title = _text(item, "title")[:300]
    if not title or not link or not is_web_url(url):
        return None
    guid = (_text(item, "guid") or _text(item, "id") or url)[:500]
    text = next((found for name in _TEXTS if (found := _text(item, name))), "")
    return Entry(guid, title, url, text[:TEXT_LIMIT], _date(item))


def _link(item: Element) -> str:
    """The text of an RSS link, or the address of Atom's link to the page itself."""
    links = [one for one in item if _name(one) == "link"]
    for link in links:
        if link.get("href") and link.get("rel", "alternate") == "alternate":
            return str(link.get("href")).strip()
    return next(((one.text or "").strip() for one in links if (one.text or "").strip()), "")


def _text(parent: Element, name: str) -> str:
    """The plain text of a child; markup inside is read as text."""
    for child in parent:
        if _name(child) == name:
            return html.to_text("".join(child.itertext())).strip()
    return ""


def _date(item: Element) -> datetime | None:
    for name in _DATES:
        text = _text(item, name)
        if text:
            return _moment(text)
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC) if aware.year > 1 else None


def _name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
