"""The agenda as a page, as documents, as a table and as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import ColumnElement, and_, or_, select

from coffee_node.activitypub.vocabulary import AS_NAMESPACE
from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import pages
from coffee_node.features.events.calendar import calendar
from coffee_node.features.events.models import CATEGORIES, Event
from coffee_node.federation import objects
from coffee_node.federation.audience import visible
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.federation_views import visibilities
from coffee_node.web.list_facets import (
    badges_for,
    country_facet,
    facet,
    facet_counts,
    language_facet,
    scope_choices,
    skill_counts,
)
from coffee_node.web.list_forms import COLUMNS, CSV_LIMIT, feed_choices, list_csv, list_json
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage, run_list
from coffee_node.web.negotiation import document_response
from coffee_node.web.site_frame import site_name
from coffee_node.web.whereabouts import home_place, where_of

blueprint = Blueprint(
    "events", __name__, template_folder="templates", static_folder="static", static_url_path="/events/static"
)

EXTRA = ("online", "category", "cancelled")
CANCELLED_KEPT = timedelta(days=30)
DISTANCES = (25, 50, 100)
CSV_COLUMNS = {
    **COLUMNS,
    "start": lambda row: row.starts.isoformat(timespec="seconds"),
    "end": lambda row: row.ends.isoformat(timespec="seconds") if row.ends else "",
    "timezone": lambda row: row.zone_name,
    "status": lambda row: row.status,
    "capacity": lambda row: row.capacity,
}


@blueprint.get("/events")
def agenda() -> str:
    """What comes next, here and across the border."""
    query = _query()
    hide_cancelled = [] if query.extra.get("cancelled") else [Event.event_status != "EventCancelled"]
    where = [*_chosen(query), *_span(query), *hide_cancelled]
    page = run_list(Event, query, "start_time", where)
    banks: dict[str, list[Event]] = {"here": [], "across": []}
    for row in page.rows:
        banks["across" if where_of(row).is_across else "here"].append(row)
    return render_template(
        "events/list.html",
        page=page,
        heading=_("Agenda"),
        lead=_("What comes next, here and across the border."),
        placeholder=_("a word in the title"),
        empty_title=_("No event fits this") if query.is_filtered else _("No event is announced"),
        empty_text=_("Nothing is announced for these filters and days.") if query.is_filtered else "",
        new_href="/events/new" if current_account() is not None else "",
        new_label=_("New event"),
        banks=banks,
        badges=badges_for("event", page.rows),
        facets=_facets(query, [*_span(query), *hide_cancelled]),
        scopes=scope_choices(query),
        home=home_place(),
        feeds=[_subscription(query), *feed_choices(page, (".ics", ".json", ".csv"))],
    )


def _subscription(query: ListQuery) -> dict[str, str]:
    """The same list as an address that calendars ask again and again."""
    return {"label": _("Subscribe"), "href": f"webcal://{current_node.config.host}{query.href('.ics')}"}


@blueprint.get("/events.json")
def agenda_json() -> Response:
    """The agenda for programs, cancelled events included."""
    return list_json(_whole_page(_query()))


@blueprint.get("/events.csv")
def agenda_csv() -> Response:
    """The agenda as a table, times on the clocks of each place."""
    return list_csv(_whole_page(_query(), CSV_LIMIT), CSV_COLUMNS)


@blueprint.get("/events.ics")
def agenda_ics() -> Response:
    """The agenda for calendars; what was cancelled or ended stays a month, so that calendars hear of it."""
    page = _whole_page(_query(), CSV_LIMIT, clock.utcnow() - CANCELLED_KEPT)
    return _ics(page.rows, _("Agenda of %(name)s", name=site_name()))


@blueprint.get("/events/<uuid>.ics")
def event_ics(uuid: str) -> Response:
    """One event of ours for a calendar."""
    return _one_ics(objects.object_uri(uuid))


@blueprint.get("/events/copy.ics")
def copy_ics() -> Response:
    """One event of another node for a calendar."""
    return _one_ics(request.args.get("uri", ""))


@blueprint.get("/objects/<uuid>/attendees")
def attendees(uuid: str) -> Response:
    """How many take part; who they are is the organiser's business."""
    row = _published(uuid)
    return _collection(f"{row.uri}/attendees", "OrderedCollection", row.participant_count or 0)


@blueprint.get("/objects/<uuid>/organizers")
def organizers(uuid: str) -> Response:
    """The actors that organise an event."""
    row = _published(uuid)
    items = row.organizers or [row.actor_uri]
    return _collection(f"{row.uri}/organizers", "Collection", len(items), items=items)


def _published(uuid: str) -> Event:
    """An event of ours that this program may read, by its signature."""
    found = Event.uri == objects.object_uri(uuid)
    row = db.session.scalar(select(Event).where(found, Event.deleted_at.is_(None)))
    if row is None or row.visibility not in visibilities():
        raise NotFound(_("There is nothing at this address."))
    return row


def _collection(uri: str, type_: str, total: int, **more: Any) -> Response:
    document = {"id": uri, "type": type_, "totalItems": total, **more}
    return document_response(document, AS_NAMESPACE)


def _one_ics(uri: str) -> Response:
    row = db.session.scalar(select(Event).where(Event.uri == uri, *visible(Event, current_account())))
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    return _ics([row], row.name)


def _ics(rows: Sequence[Event], title: str) -> Response:
    return Response(calendar(rows, title), content_type="text/calendar; charset=utf-8")


def _query() -> ListQuery:
    return ListQuery.from_args(request.args, extra=EXTRA)


def _whole_page(query: ListQuery, limit: int = 20, since: Any = None) -> ListPage:
    return run_list(Event, query, "start_time", [*_chosen(query), *_span(query, since)], limit)


def _chosen(query: ListQuery, without: str = "") -> list[ColumnElement[bool]]:
    """The filters of our own."""
    clauses: list[ColumnElement[bool]] = []
    online = query.extra.get("online", "")
    if online and without != "online":
        clauses.append(Event.is_online.is_(online == "yes"))
    if query.extra.get("category") and without != "category":
        clauses.append(Event.category == query.extra["category"])
    return clauses


def _span(query: ListQuery, since: Any = None) -> list[ColumnElement[bool]]:
    """Upcoming events, unless the reader asks for days."""
    if query.since is not None or query.until is not None:
        return []
    if since is None:
        return [pages.upcoming()]
    return [or_(Event.end_time >= since, and_(Event.end_time.is_(None), Event.start_time >= since))]


def _facets(query: ListQuery, where: list[ColumnElement[bool]]) -> list[dict[str, Any]]:
    chosen = [*where, *_chosen(query)]
    categories = facet_counts(Event, "category", query, "category", [*where, *_chosen(query, "category")])
    online = facet_counts(Event, "is_online", query, "online", [*where, *_chosen(query, "online")])
    by_word = {"yes" if value else "no": count for value, count in online.items()}
    words = {"yes": _("online"), "no": _("on site")}
    facets = [
        country_facet(Event, query, chosen),
        _distances(query),
        language_facet(Event, query, chosen),
        facet(_("Kind"), "category", categories, query, lambda value: str(CATEGORIES.get(value, value))),
        facet(_("Way to take part"), "online", by_word, query, lambda value: words.get(value, value)),
        facet(_("Keyword"), "skill", skill_counts(Event, query, chosen), query),
    ]
    return facets


def _distances(query: ListQuery) -> dict[str, Any]:
    near = home_place().near
    items = []
    for radius in DISTANCES if near else ():
        point = f"{near[0]:.4f},{near[1]:.4f}" if near else ""
        active = query.given.get("near") == point and query.given.get("radius") == str(radius)
        href = query.href(near="", radius="") if active else query.href(near=point, radius=str(radius))
        label = _("within %(km)d km", km=radius)
        items.append({"label": label, "count": None, "href": href, "is_active": active})
    return {"title": _("Distance from here"), "items": items}
