"""The agenda as a page, as documents, as a table and as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from sqlalchemy import ColumnElement, select

from coffee_node.activitypub.vocabulary import AS_NAMESPACE
from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import agenda, agenda_map, month, pages
from coffee_node.features.events.calendar import calendar
from coffee_node.features.events.models import CATEGORIES, Event
from coffee_node.features.events.reader_zone import month_name, reader_zone, weekday_names
from coffee_node.federation import objects
from coffee_node.federation.audience import visible
from coffee_node.node import current_node
from coffee_node.web.alert_lists import WatchedList, can_be_watched
from coffee_node.web.auth import current_account
from coffee_node.web.federation_views import visibilities
from coffee_node.web.language import HOUSE_ZONE
from coffee_node.web.list_facets import scope_choices
from coffee_node.web.list_filters import filters
from coffee_node.web.list_forms import (
    COLUMNS,
    CSV_LIMIT,
    FEED_LIMIT,
    feed_choices,
    list_csv,
    list_feed,
    list_json,
)
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage, run_list
from coffee_node.web.near import near_choices
from coffee_node.web.negotiation import document_response
from coffee_node.web.site_frame import site_name
from coffee_node.web.whereabouts import home_place, where_of

blueprint = Blueprint(
    "events", __name__, template_folder="templates", static_folder="static", static_url_path="/events/static"
)

CANCELLED_KEPT = timedelta(days=30)
# A calendar application shows no more at once, and asks for the next ones again and again.
CALENDAR_LIMIT = 500
CSV_COLUMNS = {
    **COLUMNS,
    "start": lambda row: row.starts.isoformat(timespec="seconds"),
    "end": lambda row: row.ends.isoformat(timespec="seconds") if row.ends else "",
    "timezone": lambda row: row.zone_name,
    "status": lambda row: row.status,
    "capacity": lambda row: row.capacity,
}


WATCHED = WatchedList(
    {"/events": lazy_("Agenda")},
    Event,
    agenda.EXTRA,
    where=lambda query: [*agenda.chosen(query), *agenda.span(query), *agenda.not_cancelled(query)],
    shared=lambda query: agenda.read_query(query.given, query.path),
    words={
        "category": lambda value: str(CATEGORIES.get(value, value)),
        "online": lambda value: _("on site") if value == "no" else _("online"),
        "cancelled": lambda value: "",
    },
)


@blueprint.get("/events")
@can_be_watched(WATCHED)
def show_agenda() -> str:
    """What comes next, here and across the border: as a list, a month or a map."""
    query = agenda.read_query()
    views = {"list": _list, "month": _month, "map": _map}
    return views[agenda.view_of(query)](query)


def _list(query: ListQuery) -> str:
    days = [*agenda.span(query), *agenda.not_cancelled(query)]
    counted = agenda.counted(query, days)
    page = run_list(Event, query, "start_time", counted.where(), total=counted.total)
    banks: dict[str, list[Event]] = {"here": [], "across": []}
    for row in page.rows:
        banks["across" if where_of(row).is_across else "here"].append(row)
    return _show("events/list.html", query, page, days, banks=banks, home=home_place())


def _month(query: ListQuery) -> str:
    today = clock.utcnow().astimezone(reader_zone() or ZoneInfo(HOUSE_ZONE)).date()
    first = month.read_month(query.extra.get("month", ""), today)
    query = replace(query, since=None, until=None)
    hidden = agenda.not_cancelled(query)
    clauses = [*visible(Event, current_account()), *filters(Event, query), *agenda.chosen(query), *hidden]
    table = month.month_of(first, today, clauses)
    page = ListPage([], table.total, "", query, query.notes)
    days = [*month.within_month(first), *hidden]
    return _show(
        "events/month.html",
        query,
        page,
        days,
        month=table,
        month_title=month_name(first),
        day_names=weekday_names("abbreviated"),
    )


def _map(query: ListQuery) -> str:
    days = [*agenda.span(query), *agenda.not_cancelled(query)]
    counted = agenda.counted(query, days)
    page = ListPage([], counted.total(), "", query, query.notes)
    return _show("events/map.html", query, page, days, **agenda_map.shown(query, counted.where()))


def _show(
    template: str, query: ListQuery, page: ListPage, where: list[ColumnElement[bool]], **more: Any
) -> str:
    is_narrowed = agenda.is_narrowed(query)
    return render_template(
        template,
        page=page,
        heading=_("Agenda"),
        lead=_("What comes next, here and across the border."),
        placeholder=_("a word in the title"),
        empty_title=_("No event fits this") if is_narrowed else _("No event is announced"),
        empty_text=_("Nothing is announced for these filters and days.") if is_narrowed else "",
        new_href="/events/new" if current_account() is not None else "",
        new_label=_("New event"),
        badges=pages.badges_of(page.rows),
        facets=agenda.facets(query, where),
        scopes=scope_choices(query),
        views=agenda.view_choices(query),
        near=near_choices(query),
        feeds=[_subscription(query), *feed_choices(page, (".ics", ".rss", ".atom", ".json", ".csv"))],
        **more,
    )


def _subscription(query: ListQuery) -> dict[str, str]:
    """The same list as an address that calendars ask again and again."""
    address = query.href(".ics", view="", month="")
    return {"label": _("Subscribe"), "href": f"webcal://{current_node.config.host}{address}"}


@blueprint.get("/events.json")
def agenda_json() -> Response:
    """The agenda for programs, cancelled events included."""
    return list_json(agenda.whole_page(agenda.read_query()))


@blueprint.get("/events.<any(rss, atom):form>")
def agenda_feed(form: str) -> Response:
    """The agenda for feed readers: what is still to come, the latest announced first."""
    query = agenda.read_query()
    where = [*agenda.chosen(query), *agenda.span(query), *agenda.not_cancelled(query)]
    return list_feed(run_list(Event, query, where=where, limit=FEED_LIMIT), form, _("Agenda"))


@blueprint.get("/events.csv")
def agenda_csv() -> Response:
    """The agenda as a table, times on the clocks of each place."""
    return list_csv(agenda.whole_page(agenda.read_query(), CSV_LIMIT), CSV_COLUMNS)


@blueprint.get("/events.ics")
def agenda_ics() -> Response:
    """The agenda for calendars; what was cancelled or ended stays a month, so that calendars hear of it."""
    page = agenda.whole_page(agenda.read_query(), CALENDAR_LIMIT, clock.utcnow() - CANCELLED_KEPT)
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
    return Response(calendar(rows, title, current_node.texts), content_type="text/calendar; charset=utf-8")
