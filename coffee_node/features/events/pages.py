"""What is shown of events outside their list: the page of one, and the blocks of other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.i18n import format_date, format_time
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import ESTIMATED_LENGTH, Event
from coffee_node.features.events.registration_panel import panel_of
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.federation.search import tag_names
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
        reader_hours=reader_hours(row),
        tags=tag_names(row.tags or []),
        links=[one for one in row.attachments or [] if one.get("type") == "Link" and one.get("href")],
        join_text=_join_text(row),
        panel=panel_of(row, account, may_edit=may_edit),
        may_edit=may_edit,
        receipts=receipts_of(row.uri) if may_edit else None,
        edit_href=f"/events/{uuid}/edit",
        cancel_href=f"/events/{uuid}/cancel",
        delete_href=f"/events/{uuid}/delete",
        calendar_href=f"/events/{uuid}.ics"
        if row.is_local
        else f"/events/copy.ics?uri={quote(row.uri, safe='')}",
    )


def hours(row: Event) -> str:
    """From when to when on the clocks of the place, with their zone where they are not ours."""
    line = format_time(row.starts)
    if row.ends is not None and row.ends.date() == row.starts.date():
        line += f"–{format_time(row.ends)}"
    elif row.ends is not None:
        line += f" – {format_date(row.ends)}, {format_time(row.ends)}"
    return line if _on_our_clocks(row) else f"{line} ({row.zone_name})"


def _on_our_clocks(row: Event) -> bool:
    return row.start_time.astimezone(ZoneInfo(HOUSE_ZONE)).utcoffset() == row.starts.utcoffset()


def reader_hours(row: Event) -> str:
    """The start on the reader's clocks, empty when they show the same."""
    if _on_our_clocks(row):
        return ""
    here = row.start_time.astimezone(ZoneInfo(HOUSE_ZONE))
    day = "" if here.date() == row.starts.date() else f"{format_date(here)}, "
    return _("%(time)s for you (%(zone)s)", time=f"{day}{format_time(here)}", zone=HOUSE_ZONE)


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
    return or_(
        Event.end_time >= now, and_(Event.end_time.is_(None), Event.start_time >= now - ESTIMATED_LENGTH)
    )


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
        badges=badges_for("event", [*banks["here"], *banks["across"]]),
        here_note=home.town,
        across_note=", ".join(towns),
        here_href=f"/events?country={home.country}" if home.country else "/events?scope=local",
    )


def _actor_block(uri: str) -> list[Markup]:
    rows = _next_events(ROWS_OF_AN_ACTOR, Event.actor_id.in_(select(Actor.id).where(Actor.uri == uri)))
    if not rows:
        return []
    more = f"/events?space={quote(uri, safe='')}" if len(rows) == ROWS_OF_AN_ACTOR else ""
    return [_block("events/actor_block.html", rows=rows, badges=badges_for("event", rows), more_href=more)]


def _next_events(limit: int, *where: ColumnElement[bool]) -> Sequence[Event]:
    clauses = [*visible(Event, current_account()), upcoming(), Event.event_status != "EventCancelled", *where]
    query = select(Event).where(*clauses).order_by(Event.start_time, Event.id).limit(limit)
    return db.session.scalars(query).all()


def _block(template: str, **values: Any) -> Markup:
    # The template escapes what it shows.
    return Markup(render_template(template, **values))  # noqa: S704
