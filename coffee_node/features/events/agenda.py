"""What a reader asks of the agenda: its filters, its days, its facets with true counts, and its views."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, and_, case, or_, select

from coffee_node.base.database import db
from coffee_node.base.i18n import country_name, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import pages
from coffee_node.features.events.models import CATEGORIES, Event
from coffee_node.federation.models import Actor
from coffee_node.web.list_counts import CountedList
from coffee_node.web.list_facets import MOST_VALUES, facet
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage, run_list
from coffee_node.web.near import choose_near

VIEWS = ("list", "month", "map")
SHOWN_AS = ("view", "month")
EXTRA = ("online", "category", "join", "cancelled", "place", *SHOWN_AS)
COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,9})?)", re.ASCII)
WAY = case((Event.is_online.is_(False), "no"), (Event.place.is_not(None), "both"), else_="yes")
COUNTED = MappingProxyType(
    {
        "country": "country",
        "lang": "language",
        "category": "category",
        "online": WAY,
        "join": "join_mode",
        "space": "actor_id",
    }
)
JOIN_MODES = ("free", "restricted", "external", "invite", "none")


def read_query(args: Mapping[str, str] | None = None, path: str = "") -> ListQuery:
    """The filters of the address; a place typed in words or numbers becomes a point."""
    query = ListQuery.from_args(request.args if args is None else args, extra=EXTRA, path=path)
    point = _coordinates(query.extra.get("place", ""))
    return choose_near(query if point is None or query.near is not None else replace(query, near=point))


def _coordinates(text: str) -> tuple[float, float] | None:
    read = COORDINATES.fullmatch(text)
    if read is None or abs(float(read[1])) > 90 or abs(float(read[2])) > 180:
        return None
    return float(read[1]), float(read[2])


def is_narrowed(query: ListQuery) -> bool:
    """Whether the reader chose more than a way to look at the list."""
    return any(name not in SHOWN_AS for name in query.given)


def whole_page(query: ListQuery, limit: int = 20, since: datetime | None = None) -> ListPage:
    """One page for programs, cancelled events included; with `since`, also what was over after it."""
    return run_list(Event, query, "start_time", [*chosen(query), *span(query, since)], limit)


def not_cancelled(query: ListQuery) -> list[ColumnElement[bool]]:
    """Cancelled events are hidden, unless the reader wants to see them."""
    return [] if query.extra.get("cancelled") else [Event.event_status != "EventCancelled"]


def chosen(query: ListQuery) -> list[ColumnElement[bool]]:
    """The filters that only events have."""
    return [clause for clauses in _chosen(query).values() for clause in clauses]


def _chosen(query: ListQuery) -> dict[str, list[ColumnElement[bool]]]:
    return {
        "online": _way(query.extra.get("online", "")),
        "category": _equal(Event.category, query.extra.get("category", "")),
        "join": _equal(Event.join_mode, query.extra.get("join", "")),
    }


def counted(query: ListQuery, where: Sequence[ColumnElement[bool]]) -> CountedList:
    """The list with what its filters count; `where` is what no filter takes back."""
    return CountedList(Event, query, COUNTED, where, _chosen(query))


def _equal(column: Any, value: str) -> list[ColumnElement[bool]]:
    return [column == value] if value else []


def _way(way: str) -> list[ColumnElement[bool]]:
    if way == "both":
        return [Event.is_online.is_(True), Event.place.is_not(None)]
    return [Event.is_online.is_(way == "yes")] if way else []


def span(query: ListQuery, since: datetime | None = None) -> list[ColumnElement[bool]]:
    """Upcoming events, unless the reader asks for days."""
    if query.since is not None or query.until is not None:
        return []
    if since is None:
        return [pages.upcoming()]
    return [or_(Event.end_time >= since, and_(Event.end_time.is_(None), Event.start_time >= since))]


def view_of(query: ListQuery) -> str:
    """How the reader looks at the agenda: list, month or map."""
    view = query.extra.get("view", "list")
    return view if view in VIEWS else "list"


def view_choices(query: ListQuery) -> list[dict[str, Any]]:
    """The three views for the macro choice_switch."""
    labels = {"list": _("List"), "month": _("Month"), "map": _("Map")}
    return [
        {
            "label": labels[view],
            "href": query.href(view="" if view == "list" else view, month=""),
            "is_active": view_of(query) == view,
        }
        for view in VIEWS
    ]


def facets(query: ListQuery, where: Sequence[ColumnElement[bool]]) -> list[dict[str, Any]]:
    """What can be chosen, each value with the number of events that it leaves."""
    counts = counted(query, where).counts()
    return [
        facet(_("Country"), "country", counts["country"], query, country_name),
        facet(_("Language"), "lang", counts["lang"], query, language_name),
        facet(_("Kind"), "category", counts["category"], query, _category_label),
        facet(_("Way to take part"), "online", _ways(counts["online"]), query, _way_label),
        facet(_("Registration"), "join", counts["join"], query, _join_label),
        _hosts(query, counts["space"]),
        facet(_("Skill or keyword"), "skill", counts["skill"], query),
    ]


def _ways(counts: Mapping[str, int]) -> dict[str, int]:
    """How many events are online, on site, and both; who is at both is online too."""
    both = counts.get("both", 0)
    found = {"no": counts.get("no", 0), "yes": counts.get("yes", 0) + both, "both": both}
    return {way: count for way, count in found.items() if count}


def _hosts(query: ListQuery, counts: Mapping[int, int]) -> dict[str, Any]:
    """Who announces them, by the id of the actor."""
    most = list(counts)[:MOST_VALUES]
    actors = db.session.scalars(select(Actor).where(Actor.id.in_(most))).all()
    names = {actor.uri: actor.name or actor.slug for actor in actors}
    uris = {actor.id: actor.uri for actor in actors}
    by_uri = {uris[key]: counts[key] for key in most if key in uris}
    return facet(_("Announced by"), "space", by_uri, query, lambda uri: names.get(uri, uri))


def _category_label(value: str) -> str:
    return str(CATEGORIES.get(value, value))


def _way_label(value: str) -> str:
    return {"yes": _("online"), "no": _("on site"), "both": _("on site and online")}.get(value, value)


def _join_label(value: str) -> str:
    return {
        "free": _("open to everybody"),
        "restricted": _("the organiser confirms"),
        "external": _("at another address"),
        "invite": _("by invitation"),
        "none": _("not needed"),
    }.get(value, value)
