"""The same list for programs: `.json` with the documents as on the wire, `.csv` for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.node import current_node
from coffee_node.web import web_feeds
from coffee_node.web.listing import ListPage
from coffee_node.web.negotiation import json_response
from coffee_node.web.site_frame import site_name
from coffee_node.web.web_feeds import FeedEntry, WebFeed
from coffee_node.web.whereabouts import place_name

CSV_LIMIT = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Reader = Callable[[Any], Any]
FEED_LIMIT = web_feeds.ENTRIES
COLUMNS: Mapping[str, Reader] = {
    "id": lambda row: row.uri,
    "name": lambda row: row.name,
    "author": lambda row: row.actor.name or row.actor.uri,
    "language": lambda row: row.language,
    "country": lambda row: getattr(row, "country", ""),
    "place": place_name,
    "published": lambda row: row.published,
    "updated": lambda row: row.updated,
}


def document_of(row: Any) -> dict[str, Any]:
    """The document of a row as on the wire."""
    document: dict[str, Any] = row.document
    return document


def list_json(page: ListPage, document: Callable[[Any], dict[str, Any]] = document_of) -> Response:
    """`{"items", "total", "next"}`; `next` is a whole address or null."""
    base = current_node.config.node.base_url
    following = f"{base}{page.query.href('.json', page=page.next_cursor)}" if page.next_cursor else None
    items = [document(row) for row in page.rows]
    return json_response({"items": items, "total": page.total, "next": following})


def list_feed(
    page: ListPage, form: str, title: str, entry: Callable[[Any], FeedEntry] = web_feeds.entry_of
) -> Response:
    """A list as a web feed, `rss` or `atom`; its title says which list it is and of which site."""
    entries = {row.uri: entry(row) for row in page.rows}
    whole = f"{title} · {site_name()}"
    return web_feeds.web_feed(form, WebFeed(whole, page.query.href(), list(entries.values())))


def list_csv(page: ListPage, columns: Mapping[str, Reader] = COLUMNS) -> Response:
    """A list as a table, named after its address."""
    name = page.query.path.strip("/").replace("/", "-") or "list"
    return csv_response(page.rows, columns, f"{name}.csv")


def csv_response(rows: Iterable[Any], columns: Mapping[str, Reader], name: str) -> Response:
    """A table with one line per row, in UTF-8 with a mark that spreadsheets recognise."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(read(row)) for read in columns.values()])
    return Response(
        "\ufeff" + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def cell(value: Any) -> str:
    """A value as a cell; what a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = clock.rfc3339(value) if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def feed_choices(
    page: ListPage, suffixes: Sequence[str] = (".rss", ".atom", ".json", ".csv")
) -> list[dict[str, str]]:
    """The links to the other forms of this list, for the macro feed_links; its web feeds go into the head."""
    labels = {".json": "JSON", ".csv": "CSV", ".ics": _("Calendar"), ".rss": "RSS", ".atom": "Atom"}
    web_feeds.offer_feeds([(suffix[1:], page.query.href(suffix)) for suffix in suffixes])
    return [{"label": labels[suffix], "href": page.query.href(suffix)} for suffix in suffixes]
