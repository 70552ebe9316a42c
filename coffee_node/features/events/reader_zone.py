"""The clocks of the reader: as chosen in the account, else those of the reader's space."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, get_day_names
from flask import g
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.i18n import format_date, format_time, reader_locale
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import ZONE_OF_COUNTRY, Event
from coffee_node.features.events.series_models import EventReader
from coffee_node.features.events.wire_fields import zone_or_none
from coffee_node.federation import actors
from coffee_node.federation.account_models import Account
from coffee_node.web.auth import current_account
from coffee_node.web.whereabouts import town_of


def choices_of(account: Account) -> EventReader | None:
    """What an account chose for reading events."""
    return db.session.scalar(select(EventReader).where(EventReader.account_id == account.id))


def reader_zone() -> ZoneInfo | None:
    """The zone of the person who reads, looked up once per request; None when nobody knows it."""
    if "event_reader_zone" not in g:
        account = current_account()
        g.event_reader_zone = zone_of(account) if account is not None else None
    zone: ZoneInfo | None = g.event_reader_zone
    return zone


def zone_of(account: Account) -> ZoneInfo | None:
    """The zone an account chose, else that of its first space."""
    chosen = choices_of(account)
    zone = zone_or_none(chosen.timezone) if chosen is not None else None
    for membership in account.memberships if zone is None else ():
        zone = _zone_of_space(membership.space)
        if zone is not None:
            return zone
    return zone


def _zone_of_space(space: Any) -> ZoneInfo | None:
    described = actors.described_row(space)
    if described is None:
        return None
    row = described[1]
    return zone_or_none(getattr(row, "timezone", "") or ZONE_OF_COUNTRY.get(row.country or "", ""))


def hours_for_reader(event: Event) -> str:
    """The start on the reader's clocks ("09:00 for you"), empty when they show the same or are not known."""
    zone = reader_zone()
    if zone is None:
        return ""
    here = event.start_time.astimezone(zone)
    if here.utcoffset() == event.starts.utcoffset():
        return ""
    day = "" if here.date() == event.starts.date() else f"{format_date(here, style='medium')}, "
    return _("%(time)s for you", time=f"{day}{format_time(here)}")


def place_hours(event: Event, line: str) -> str:
    """The hours with their place ("10:00 in Lille") for who reads other clocks, else with their zone."""
    town = town_of(event)
    if hours_for_reader(event) and town:
        return _("%(time)s in %(town)s", time=line, town=town)
    return f"{line} ({event.zone_name})"


def weekday_names(width: str = "wide") -> list[str]:
    """The days of the week from Monday on, in the reader's language."""
    names = get_day_names(width, locale=reader_locale())  # type: ignore[arg-type]
    return [str(names[day]) for day in range(7)]


def month_name(day: date) -> str:
    """The month of a day with its year, in the reader's language."""
    return str(format_skeleton("yMMMM", day, locale=reader_locale()))
