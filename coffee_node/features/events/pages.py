"""What is shown of events outside their list: the page of one, and the blocks of other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, func, or_, select

from coffee_node.base import clock
from coffee_node.base.contracts import Badge
from coffee_node.base.database import db
from coffee_node.base.i18n import format_date, format_time
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import series, trainings
from coffee_node.features.events.co_organisers import organised_by, organisers_shown
from coffee_node.features.events.models import ESTIMATED_LENGTH, Event
from coffee_node.features.events.pictures import picture_of
from coffee_node.features.events.reader_zone import hours_for_reader, place_hours, reader_zone
from coffee_node.features.events.registration_panel import panel_of
from coffee_node.features.events.rhythm_words import rhythm_of
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.long_tables import is_long
from coffee_node.federation.search import tag_names
from coffee_node.node import current_node
from coffee_node.web.attached import files_with
from coffee_node.web.auth import current_account
from coffee_node.web.language import HOUSE_ZONE
from coffee_node.web.list_facets import badges_for
from coffee_node.web.list_filters import on_bank
from coffee_node.web.receipts import receipts_of
from coffee_node.web.whereabouts import home_place, town_of

ROWS_OF_A_BANK = 4
ROWS_OF_AN_ACTOR = 6


def event_page(row: Event) -> str:
    """The page of one event, ours or a copy."""
    uuid = objects.uuid_of(row)
    account = current_account()
    may_edit = account is not None and accounts.may_act_as(account, row.actor)
    return render_template(
        "events/detail.html",
        row=row,
        when=f"{format_date(row.starts)}, {hours(row)}",
        hours=hours(row),
        reader_hours=hours_for_reader(row),
        tags=_keywords(row),
        organisers=organisers_shown(row),
        training=trainings.facts_of(row.training or {}),
        picture=picture_of(row),
        series=_series_part(row),
        links=[one for one in row.attachments or [] if one.get("type") == "Link" and one.get("href")],
        files=files_with(row.attachments) if not row.is_local else [],
        join_text=_join_text(row),
        panel=panel_of(row, account, may_edit=may_edit),
        may_edit=may_edit,
        receipts=receipts_of(row.uri) if may_edit else None,
        edit_href=f"/events/{uuid}/edit",
        cancel_href=f"/events/{uuid}/cancel",
        delete_href=f"/events/{uuid}/delete",
        copy_href=f"/events/new?copy={uuid}",
        partners_href=f"/events/{uuid}/partners",
        calendar_href=f"/events/{uuid}.ics"
        if row.is_local
        else f"/events/copy.ics?uri={quote(row.uri, safe='')}",
    )


def _keywords(row: Event) -> list[str]:
    """The keywords without those that only repeat a skill."""
    taught = {tag["name"] for tag in trainings.skill_tags(row.skills or (), ())}
    return tag_names([tag for tag in row.tags or [] if tag.get("name") not in taught])


def _series_part(row: Event) -> dict[str, Any] | None:
    """How an event of ours recurs, and its next dates."""
    occurrence = series.occurrence_of(row)
    if occurrence is None:
        return None
    dates = [one.event_uri for one in series.occurrences(occurrence.series) if one.event_uri != row.uri]
    return {
        "rhythm": rhythm_of(occurrence.series),
        "next": _next_events(ROWS_OF_A_BANK, Event.uri.in_(dates)),
        "href": f"/events/{objects.uuid_of(row)}/series",
    }


def hours(row: Event) -> str:
    """From when to when on the clocks of the place, which are named where they are not the reader's."""
    line = format_time(row.starts)
    if row.ends is not None and row.ends.date() == row.starts.date():
        line += f"–{format_time(row.ends)}"
    elif row.ends is not None:
        line += f" – {format_date(row.ends)}, {format_time(row.ends)}"
    return line if _needs_no_zone(row) else place_hours(row, line)


def _needs_no_zone(row: Event) -> bool:
    zone = reader_zone() or ZoneInfo(HOUSE_ZONE)
    return row.start_time.astimezone(zone).utcoffset() == row.starts.utcoffset()


def badges_of(rows: Sequence[Event]) -> dict[str, list[Badge]]:
    """What stands beside each row of a list: marks of plugins, and the time for who reads other clocks."""
    found = badges_for("event", rows)
    for row in rows:
        here = hours_for_reader(row)
        if here:
            found.setdefault(row.uri, []).append(Badge(here, "plain"))
    return found


def _join_text(row: Event) -> str:
    return {
        "free": _("open to everybody"),
        "restricted": _("the organiser confirms"),
        "invite": _("by invitation"),
        "external": _("at another address"),
        "none": _("not needed"),
    }.get(row.join_mode or "", "")


def upcoming() -> ColumnElement[bool]:
    """Not over yet; an event without end counts as long as it has not begun."""
    now = clock.utcnow()
    is_on = or_(
        Event.end_time >= now, and_(Event.end_time.is_(None), Event.start_time >= now - ESTIMATED_LENGTH)
    )
    since = _running_since(is_on) if is_long(Event) else None
    # The first is said by the second; it spares reading all that began before.
    return is_on if since is None else and_(Event.start_time >= since, is_on)


def _running_since(is_on: ColumnElement[bool]) -> datetime | None:
    """When the longest of all events that are not over began; some seconds old."""
    key = "events running since"
    known: datetime | None = current_node.counts.get(key)
    if known is None:
        known = db.session.scalar(select(func.min(Event.start_time)).where(is_on, Event.deleted_at.is_(None)))
        current_node.counts.put(key, known)
    return known


def blocks(page: str, document: Mapping[str, Any]) -> list[Markup]:
    """What comes next on both banks for the home page, and what an actor announces for its page."""
    if page == "home":
        return [_home_block()]
    if page == "actor":
        return _actor_block(str(document.get("id") or ""))
    return []


def _home_block() -> Markup:
    banks = {bank: _next_events(ROWS_OF_A_BANK, on_bank(Event, bank)) for bank in ("here", "across")}
    home = home_place()
    towns = list(dict.fromkeys(filter(None, map(town_of, banks["across"]))))
    return _block(
        "events/home_block.html",
        banks=banks,
        badges=badges_of([*banks["here"], *banks["across"]]),
        here_note=home.town,
        across_note=", ".join(towns),
        here_href=f"/events?country={home.country}" if home.country else "/events?scope=local",
    )


def _actor_block(uri: str) -> list[Markup]:
    rows = _next_events(ROWS_OF_AN_ACTOR, organised_by(uri))
    if not rows:
        return []
    more = f"/events?space={quote(uri, safe='')}" if len(rows) == ROWS_OF_AN_ACTOR else ""
    return [_block("events/actor_block.html", rows=rows, badges=badges_of(rows), more_href=more)]


def _next_events(limit: int, *where: ColumnElement[bool]) -> Sequence[Event]:
    clauses = [*visible(Event, current_account()), upcoming(), Event.event_status != "EventCancelled", *where]
    query = select(Event).where(*clauses).order_by(Event.start_time, Event.id).limit(limit)
    return db.session.scalars(query).all()


def _block(template: str, **values: Any) -> Markup:
    # The template escapes what it shows.
    return Markup(render_template(template, **values))  # noqa: S704
