"""A month as a table of weeks: every event on each of its days, on the clocks of its own place."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from coffee_node.base.database import db
from coffee_node.features.events.models import ZONE_OF_COUNTRY, Event
from coffee_node.features.events.wire_fields import zone_or_none

SHOWN_A_DAY = 4
FIRST_YEAR, LAST_YEAR = 1970, 2200
A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)


@dataclass
class Day:
    """One day of the table: the events that are shown, and how many there are in all."""

    day: date
    is_outside: bool
    is_today: bool
    ids: list[int] = field(default_factory=list)
    total: int = 0
    rows: list[Event] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many events of this day are not shown."""
        return self.total - len(self.rows)

    def add(self, event_id: int) -> None:
        """Count an event; the first ones are shown."""
        self.total += 1
        if len(self.ids) < SHOWN_A_DAY:
            self.ids.append(event_id)


@dataclass(frozen=True)
class Month:
    """A month with its weeks; the months beside it are empty at the ends of the calendar."""

    first: date
    weeks: list[list[Day]]
    total: int

    @property
    def before(self) -> str:
        """The month before, as the address writes it."""
        return written(self.first - A_DAY) if self.first.year > FIRST_YEAR else ""

    @property
    def after(self) -> str:
        """The month after, as the address writes it."""
        return written(self.first + timedelta(days=31)) if self.first.year < LAST_YEAR else ""


def written(day: date) -> str:
    """A month as the address writes it."""
    return f"{day:%Y-%m}"


def read_month(text: str, today: date) -> date:
    """The first day of the month in an address; of this month when it cannot be read."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today.replace(day=1)


def within_month(first: date) -> list[ColumnElement[bool]]:
    """The where-clauses of what takes place in a month, whatever the zone."""
    start, end = _midnight(first), _midnight(_first_after(first))
    open_end = and_(Event.end_time.is_(None), Event.start_time >= start - A_DAY)
    return [Event.start_time < end + A_DAY, or_(Event.end_time >= start - A_DAY, open_end)]


def month_of(first: date, today: date, where: Iterable[ColumnElement[bool]]) -> Month:
    """The table of a month with the events that fit; three queries, whatever their number."""
    weeks = [
        [Day(day, day.month != first.month, day == today) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = {day.day: day for week in weeks for day in week if not day.is_outside}
    columns = (Event.id, Event.start_time, Event.end_time, Event.timezone, Event.country)
    query = select(*columns).where(*within_month(first), *where).order_by(Event.start_time, Event.id)
    # Past the session and with each zone looked up once: a month can have ten thousand events.
    rows_of_month = db.session.connection().execute(query)
    zones: dict[tuple[str, str], ZoneInfo] = {}
    total = 0
    for event_id, start, end, *where_it_is in rows_of_month:
        named = (where_it_is[0], where_it_is[1])
        zone = zones.get(named) or zones.setdefault(named, _zone_of(*named))
        total += _place(days, event_id, start.astimezone(zone), end.astimezone(zone) if end else None)
    wanted = {event_id for day in days.values() for event_id in day.ids}
    rows = {row.id: row for row in db.session.scalars(select(Event).where(Event.id.in_(wanted)))}
    for day in days.values():
        day.rows = [rows[event_id] for event_id in day.ids if event_id in rows]
    return Month(first, weeks, total)


def _zone_of(timezone: str, country: str) -> ZoneInfo:
    return zone_or_none(timezone) or ZoneInfo(ZONE_OF_COUNTRY.get(country or "", "UTC"))


def _place(days: dict[date, Day], event_id: int, start: datetime, end: datetime | None) -> bool:
    """Put an event on its days, given its times there; whether it has one in this month."""
    first = last = start.date()
    # What ends at midnight is not on the next day.
    if end is not None and end.date() != first:
        last = max(first, (end - A_SECOND).date())
    if first == last:
        if first not in days:
            return False
        days[first].add(event_id)
        return True
    day, last = max(first, min(days)), min(last, max(days))
    is_within = day <= last
    while day <= last:
        days[day].add(event_id)
        day += A_DAY
    return is_within


def _first_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> Any:
    return datetime.combine(day, time(), UTC)
