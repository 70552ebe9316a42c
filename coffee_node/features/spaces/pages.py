"""What people see of spaces: cards with their opening state now, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_day_names
from flask import render_template
from markupsafe import Markup

from coffee_node.base import clock
from coffee_node.base.html import sanitise, to_text
from coffee_node.base.i18n import current_language, first_upper, format_date, format_time, reader_locale
from coffee_node.base.i18n import gettext as _
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.opening_hours import format_intervals, state_at, week_of
from coffee_node.features.spaces.schemas import plan_label, price_label, service_label
from coffee_node.features.spaces.service import ZONE_OF_COUNTRY
from coffee_node.federation import accounts
from coffee_node.web.auth import current_account
from coffee_node.web.object_views import actor_url

HOUSE_ZONE = "Europe/Brussels"


def space_page(row: Space) -> str:
    """The page of a space: desks, hours, prices, services, and what the features show of it."""
    account = current_account()
    text, language = _in_readers_language(row)
    return render_template(
        "spaces/space.html",
        row=row,
        card=card(row),
        # Sanitised here, whoever wrote it.
        text=Markup(sanitise(text)),  # noqa: S704
        text_language=language,
        hours=hours(row),
        special=special_hours(row),
        prices=prices(row),
        address=address_lines(row),
        may_edit=account is not None and accounts.may_act_as(account, row.actor),
    )


def card(row: Space) -> dict[str, Any]:
    """A space as the card macro shows it."""
    names = (
        "uri",
        "name",
        "actor",
        "place",
        "country",
        "latitude",
        "longitude",
        "desks",
        "website",
        "document",
    )
    text, language = _in_readers_language(row)
    is_open, note = opening(row)
    day = next((price for price in row.prices or () if price.get("plan") == "day"), None)
    return {
        **{name: getattr(row, name) for name in names},
        "summary": to_text(text),
        "language": language,
        "href": actor_url(row.actor),
        "open_now": is_open,
        "open_note": note,
        "services": [service_label(service) for service in row.services or ()],
        "price_label": _("one day: %(price)s", price=price_label(day)) if day else "",
    }


def zone_of(row: Space) -> tzinfo:
    """The time zone of a space: its own, else that of its country."""
    try:
        return ZoneInfo(row.timezone or ZONE_OF_COUNTRY.get(row.country or "", HOUSE_ZONE))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(HOUSE_ZONE)


def opening(row: Space, now: datetime | None = None) -> tuple[bool | None, str]:
    """Whether a space is open now, and until or from when in words; None when its hours are not known."""
    moment = (now or clock.utcnow()).astimezone(zone_of(row))
    state = state_at(row.opening_hours or [], moment, row.special_hours or [])
    if state is None:
        return None, ""
    if state.changes_at is None:
        return state.is_open, ""
    time = format_time(state.changes_at)
    if state.is_open:
        return True, _("until %(time)s", time=time)
    if state.changes_at.date() == moment.date():
        return False, _("opens at %(time)s", time=time)
    return False, _opens_later(state.changes_at.date(), moment.date(), time)


def _opens_later(day: date, today: date, time: str) -> str:
    if day - today < timedelta(days=7):
        return _("opens on %(weekday)s at %(time)s", weekday=_day_name(day.weekday()), time=time)
    return _("opens on %(date)s at %(time)s", date=format_date(day, style="medium"), time=time)


def _day_name(weekday: int) -> str:
    return str(get_day_names("wide", locale=reader_locale())[weekday])


def hours(row: Space) -> list[tuple[str, str]]:
    """The seven days with their hours in words; empty when nobody has given any."""
    week = week_of(row.opening_hours or [])
    if not any(week):
        return []
    return [
        (first_upper(_day_name(day)), format_intervals(intervals).replace("-", "–") or _("closed"))
        for day, intervals in enumerate(week)
    ]


def special_hours(row: Space, today: date | None = None) -> list[tuple[str, str]]:
    """The days to come that are not like others, with their hours in words."""
    today = today or clock.utcnow().astimezone(zone_of(row)).date()
    found = []
    for entry in sorted(row.special_hours or [], key=lambda one: one.get("from", "")):
        try:
            first = date.fromisoformat(entry["from"])
            last = date.fromisoformat(entry.get("through") or entry["from"])
        except (KeyError, ValueError):
            continue
        if last >= today:
            said = (entry.get("hours") or "").replace("-", "–") or _("closed")
            found.append((_days(first, last), f"{said} · {entry['note']}" if entry.get("note") else said))
    return found


def _days(first: date, last: date) -> str:
    if first == last:
        return format_date(first, style="medium")
    ends = (format_date(first, style="medium"), format_date(last, style="medium"))
    return _("%(first)s to %(last)s", first=ends[0], last=ends[1])


def prices(row: Space) -> list[dict[str, str]]:
    """The harmonised offer, line by line in words."""
    return [
        {
            "plan": first_upper(plan_label(price["plan"])),
            "price": price_label(price),
            "conditions": price.get("conditions", ""),
        }
        for price in row.prices or ()
    ]


def address_lines(row: Space) -> Sequence[str]:
    """The address as it stands on a letter."""
    address = (row.place or {}).get("address") or {}
    town = " ".join(part for part in (address.get("postal_code"), address.get("locality")) if part)
    return [line for line in (address.get("street_address"), town) if line]


def _in_readers_language(row: Space) -> tuple[str, str]:
    reader = current_language.get()
    texts = row.summary_map or {}
    if texts.get(reader):
        return texts[reader], ""
    own = row.language or ""
    return row.summary or "", "" if own == reader else own
