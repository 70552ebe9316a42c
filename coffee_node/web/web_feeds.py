"""Web feeds: any list as RSS 2.0 or Atom, with what the list itself shows and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, g, request
from markupsafe import Markup

from coffee_node.base import clock
from coffee_node.base.html import to_text
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import format_datetime as format_moment
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.page_addresses import page_url
from coffee_node.federation.search import tag_names
from coffee_node.node import current_node
from coffee_node.web.language import HOUSE_ZONE, localized
from coffee_node.web.whereabouts import place_name

ENTRIES = 50
TEXT_LIMIT = 1000
ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a web feed; `uri` is the object's id, `path` its page here."""

    uri: str
    path: str
    title: str
    published: datetime
    updated: datetime | None = None
    text: str = ""
    author: str = ""
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class WebFeed:
    """A whole feed: its title and the path and query of the list it belongs to."""

    title: str
    page: str
    entries: Sequence[FeedEntry]
    subtitle: str = ""


def entry_of(row: Any, at: datetime | None = None) -> FeedEntry:
    """The entry of a row as lists show it: title, place and time, summary, author, keywords."""
    start = getattr(row, "start_time", None)
    zone = getattr(row, "timezone", "") or HOUSE_ZONE
    where_when = [format_moment(start, zone, "full") if start else "", place_name(row)]
    summary = to_text(_plain(localized(row, "summary")))[:TEXT_LIMIT]
    return FeedEntry(
        uri=row.uri,
        path=page_url(row),
        title=_plain(localized(row, "name")) or summary[:80] or _("Without a title"),
        published=at or row.published,
        updated=row.updated,
        text="\n".join(part for part in (", ".join(filter(None, where_when)), summary) if part),
        author=row.actor.name or row.actor.slug or "",
        categories=tuple(dict.fromkeys(tag_names(row.tags or []))),
    )


def _plain(text: str) -> str:
    return Markup(text).striptags()  # noqa: S704 - to take the marks out, not to show them


def web_feed(form: str, feed: WebFeed) -> Response:
    """The answer `rss` or `atom`; a reader that has this version already is told so."""
    written = _rss(feed) if form == "rss" else _atom(feed)
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(written, encoding="utf-8")
    response = Response(body, content_type=f"{TYPES[form]}; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    response.last_modified = _newest(feed)
    response.add_etag()
    response.make_conditional(request)
    return response


def feed_of(rows: Iterable[Any], title: str, page: str, subtitle: str = "") -> WebFeed:
    """The feed of a list of rows; an entry that comes twice is shown once."""
    entries = {row.uri: entry_of(row) for row in rows}
    return WebFeed(title, page, list(entries.values()), subtitle)


def offer_feeds(links: Sequence[tuple[str, str]], title: str = "") -> None:
    """Name the web feeds of this page as (form, address) in its head, for the reader's programs."""
    g.web_feeds = [
        {"type": TYPES[form], "href": href, "title": f"{title} ({form.upper()})" if title else form.upper()}
        for form, href in links
        if form in TYPES
    ]


def offered_feeds() -> list[dict[str, str]]:
    """The web feeds of this page, for the template around it."""
    found: list[dict[str, str]] = g.get("web_feeds", [])
    return found


def _absolute(path: str) -> str:
    return f"{current_node.config.base_url}{path}" if path.startswith("/") else path


def _here() -> str:
    """The address of the feed itself, on the public name of this node."""
    query = request.query_string.decode("utf-8", "replace")
    return _absolute(request.path) + (f"?{query}" if query else "")


def _newest(feed: WebFeed) -> datetime:
    moments = [entry.updated or entry.published for entry in feed.entries]
    newest = max(moments) if moments else clock.utcnow().replace(hour=0, minute=0, second=0)
    return newest.replace(microsecond=0)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    element = SubElement(parent, name, attributes)
    element.text = _NOT_IN_XML.sub("", text)


def _rss(feed: WebFeed) -> Element:
    root = Element("rss", {"version": "2.0", "xmlns:atom": ATOM, "xmlns:dc": DUBLIN_CORE})
    channel = SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", _absolute(feed.page))
    _add(channel, "description", feed.subtitle or feed.title)
    _add(channel, "language", current_language.get())
    _add(channel, "lastBuildDate", format_datetime(_newest(feed)))
    SubElement(channel, "atom:link", {"rel": "self", "type": TYPES["rss"], "href": _here()})
    for entry in feed.entries:
        item = SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", _absolute(entry.path))
        _add(item, "guid", entry.uri, isPermaLink="false")
        _add(item, "pubDate", format_datetime(entry.published))
        if entry.author:
            _add(item, "dc:creator", entry.author)
        for category in entry.categories:
            _add(item, "category", category)
        _add(item, "description", entry.text)
    return root


def _atom(feed: WebFeed) -> Element:
    root = Element("feed", {"xmlns": ATOM, "xml:lang": current_language.get()})
    _add(root, "id", _here())
    _add(root, "title", feed.title)
    if feed.subtitle:
        _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", clock.rfc3339(_newest(feed)))
    SubElement(root, "link", {"rel": "self", "type": TYPES["atom"], "href": _here()})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": _absolute(feed.page)})
    _author(root, current_node.config.node.name)
    for entry in feed.entries:
        item = SubElement(root, "entry")
        _add(item, "id", entry.uri)
        _add(item, "title", entry.title)
        _add(item, "published", clock.rfc3339(entry.published))
        _add(item, "updated", clock.rfc3339(entry.updated or entry.published))
        href = _absolute(entry.path)
        SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": href})
        if entry.author:
            _author(item, entry.author)
        for category in entry.categories:
            SubElement(item, "category", {"term": _NOT_IN_XML.sub("", category)})
        _add(item, "summary", entry.text)
    return root


def _author(parent: Element, name: str) -> None:
    _add(SubElement(parent, "author"), "name", name)
