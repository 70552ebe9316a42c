"""One page of what a search found: its rows as the reader may see them, their marks, and true counts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.base.html import to_text
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.long_tables import MANY
from coffee_node.federation.models import Actor
from coffee_node.federation.search_models import SearchBacklog, SearchEntry
from coffee_node.federation.search_query import Hit, Sought, best, may_find, resolve, tally
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.list_filters import days_between, space_actors, within
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import PER_PAGE, ListPage
from coffee_node.web.object_views import page_url
from coffee_node.web.remembered_counts import is_many, remembered
from coffee_node.web.search_facets import Counts, Side, counts_of, radius_of, sides, where_of_sides
from coffee_node.web.search_kinds import kind_labels
from coffee_node.web.search_marks import Marker

ENTRY: Any = SearchEntry.__table__
EXTRA = ("type", "source", "when")
TEXTS = ("headline", "summary", "content")


@dataclass(frozen=True)
class Found:
    """One result: the row, what may be shown of it, and its texts with the words marked."""

    row: Any
    shown: Mapping[str, Any]
    label: str
    title: Markup
    text: Markup
    language: str
    text_language: str

    @property
    def href(self) -> str:
        """The page of the object here."""
        return page_url(self.row)


@dataclass(frozen=True)
class Results(ListPage):
    """A page of a search; `counts` are what its filters show, `sought` is what was looked for in the end."""

    found: Sequence[Found] = ()
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    sought: Sought | None = None
    is_reading: bool = False


def run_search(query: ListQuery, limit: int = PER_PAGE, *, is_counted: bool = True) -> Results:
    """Look for the words and the tag of a query among all that this reader may find.

    Who shows neither the number nor the filters need not have them counted.
    """
    where = [*may_find(current_account()), *plain_filters(query)]
    all_sides = sides(query)
    chosen = [*where, *where_of_sides(all_sides)]
    sought = resolve(query.q, where, query.skill)
    is_reading = _is_reading()
    if sought is None:
        return Results([], 0, "", query, query.notes, is_reading=is_reading)
    after, notes = _after(query)
    hits = best(sought, chosen, limit + 1, after)
    total, counts = _counts(query, sought, where, all_sides) if is_counted else (0, {})
    found = _found(hits[:limit], sought)
    cursor = _write_cursor(hits[limit - 1]) if len(hits) > limit else ""
    return Results([one.row for one in found], total, cursor, query, notes, found, counts, sought, is_reading)


def _counts(
    query: ListQuery, sought: Sought, where: Sequence[ColumnElement[bool]], all_sides: Sequence[Side]
) -> Counts:
    """What the filters show; the numbers of a very broad question may be some seconds old."""
    what = f"{sought.way} {sought.words}"
    by = [side.value for side in all_sides]
    own = {"type", "lang", "country", "source", "when", "page"}
    own |= {"near", "radius"} if radius_of(query) else set()
    return remembered(
        f"choices of {what}",
        query,
        lambda: counts_of(
            remembered(f"groups of {what}", query, lambda: tally(sought, where, by), is_many, own), all_sides
        ),
        lambda counts: sum(counts[1]["type"].values()) > MANY,
        ("page",),
    )


def plain_filters(query: ListQuery) -> list[ColumnElement[bool]]:
    """The filters that are no facet: this site, a space, days, and the distance from another point."""
    clauses: list[ColumnElement[bool]] = []
    if query.scope == "local":
        clauses.append(ENTRY.c.origin == "")
    if query.space:
        # Written so that no index is tried before the words.
        clauses.append((ENTRY.c.actor_id + 0).in_(select(Actor.id).where(space_actors(query.space))))
    clauses += days_between(ENTRY.c.moment, query)
    if query.near and not radius_of(query):
        clauses += within(SearchEntry, query.near, query.radius)
    return clauses


def _is_reading() -> bool:
    known = [str(one.model.__tablename__) for one in current_node.registry.types()]
    query = select(SearchBacklog.kind).where(SearchBacklog.kind.in_(known)).limit(1)
    return db.session.scalar(query) is not None


def _after(query: ListQuery) -> tuple[tuple[float, int] | None, tuple[str, ...]]:
    if not query.page:
        return None, query.notes
    cursor = _read_cursor(query.page)
    if cursor is None:
        return None, (*query.notes, _("This page of the list is not known; here is the first one."))
    return cursor, query.notes


def _write_cursor(hit: Hit) -> str:
    text = f"{hit.rank!r}|{hit.entry_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(page: str) -> tuple[float, int] | None:
    try:
        text = base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode()
        value, _bar, number = text.partition("|")
        cursor = float(value), int(number)
    except (ValueError, OverflowError, binascii.Error):
        return None
    return cursor if cursor[0] == cursor[0] and abs(cursor[1]) < 2**31 else None


def _found(hits: Sequence[Hit], sought: Sought) -> list[Found]:
    """The rows of these hits in their order, one question for each type; asked once more who may see them."""
    labels, marker = kind_labels(), Marker(sought.terms)
    by_key: dict[tuple[str, int], tuple[ObjectType, Any]] = {}
    for object_type in current_node.registry.types():
        kind = str(object_type.model.__tablename__)
        keys = [hit.object_id for hit in hits if hit.kind == kind]
        if keys:
            model = object_type.model
            seen = select(model).where(model.id.in_(keys), *visible(model, current_account()))
            by_key |= {(kind, row.id): (object_type, row) for row in db.session.scalars(seen)}
    return [
        _marked(*by_key[(hit.kind, hit.object_id)], labels[hit.kind][1], marker)
        for hit in hits
        if (hit.kind, hit.object_id) in by_key
    ]


def _marked(object_type: ObjectType, row: Any, label: str, marker: Marker) -> Found:
    shown: dict[str, Any] = {name: getattr(row, name, None) for name in _SHOWN}
    if object_type.searched is not None:
        allowed = object_type.searched(row)
        shown = {name: value if name in _ALWAYS else allowed.get(name) for name, value in shown.items()}
    title, language = _in_readers_language(shown, "name")
    text, text_language = _best_text(shown, marker)
    marked = marker.highlight(marker.excerpt(text))
    name = marker.highlight(title or _("Without a title"))
    return Found(row, shown, label, name, marked, _foreign(language), _foreign(text_language))


_ALWAYS = ("name", "uri", "actor", "origin", "published", "is_local")
_SHOWN = (
    *_ALWAYS, "name_map", "language", "place", "country", "latitude", "longitude", "start_time", "zone_name",
    "is_online", *TEXTS, "summary_map", "content_map",
)  # fmt: skip


def _in_readers_language(shown: Mapping[str, Any], name: str) -> tuple[str, str]:
    reader = current_language.get()
    translated = (shown.get(f"{name}_map") or {}).get(reader)
    return (translated, reader) if translated else (shown.get(name) or "", shown.get("language") or "")


def _best_text(shown: Mapping[str, Any], marker: Marker) -> tuple[str, str]:
    """The text in which a word stands, in the reader's language if it can be; else the first there is."""
    candidates = [_in_readers_language(shown, name) for name in TEXTS]
    for name in TEXTS:
        candidates += [(text, code) for code, text in (shown.get(f"{name}_map") or {}).items()]
        candidates.append((shown.get(name) or "", shown.get("language") or ""))
    first = ("", "")
    for text, code in dict.fromkeys(candidates):
        plain = to_text(text) if "<" in text else text
        if marker.has_one(plain):
            return plain, code
        first = first if first[0] else (plain, code)
    return first


def _foreign(language: str) -> str:
    """The language to name where it is not the reader's."""
    return "" if language.split("-")[0] == current_language.get() else language
