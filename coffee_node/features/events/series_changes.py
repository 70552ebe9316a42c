"""Changing a series: one date, this and the following ones or all that are to come; and ending it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import service
from coffee_node.features.events.models import Event
from coffee_node.features.events.recurrence import (
    Rhythm,
    count_before,
    dates_of,
    moment_of,
    on_clocks,
    read_rule,
    until_before,
)
from coffee_node.features.events.series import (
    AHEAD,
    MOST_AHEAD,
    describe,
    first_of,
    is_to_come,
    occurrence_of,
    occurrences,
    publish_date,
    values_on,
    written,
)
from coffee_node.features.events.series_models import EventOccurrence, EventSeries

Reach = Literal["this", "following", "all"]
NEAR = timedelta(days=3)


def rhythm_from(occurrence: EventOccurrence) -> Rhythm:
    """How a series goes on from one of its dates: what is left of a number of times is counted from there."""
    series = occurrence.series
    rhythm = read_rule(series.rule)
    if rhythm.count is None:
        return rhythm
    planned = datetime.fromisoformat(occurrence.planned)
    return replace(rhythm, count=max(1, rhythm.count - count_before(series.rule, first_of(series), planned)))


def change_one(event: Event, values: dict[str, Any], visibility: str | None) -> Event:
    """Change one date alone; later changes of all dates leave it as it is."""
    with write():
        occurrence = occurrence_of(event)
        if occurrence is not None:
            occurrence.is_special = True
        return service.change_event(event, values, visibility)


def change_dates(
    event: Event, reach: Reach, values: dict[str, Any], rhythm: Rhythm, visibility: str | None = None
) -> Event:
    """Change this date and what follows (`following`), or every date to come (`all`), in one transaction.

    Events keep their id and their participants where the new rule has a date close by; the others are
    cancelled. Raises NotFound when the event belongs to no series.
    """
    with write():
        occurrence = occurrence_of(event)
        if occurrence is None:
            raise NotFound(_("This event belongs to no series."))
        old = occurrence.series
        dates = [one for one in occurrences(old) if is_to_come(old, one.planned)]
        if reach == "following":
            dates = [one for one in dates if one.planned >= occurrence.planned]
        if occurrence not in dates:
            raise Unprocessable(_("What is over cannot be changed with the dates that follow."))
        wanted = _wanted_start(event, values)
        first = _first_date(dates[0], occurrence, wanted)
        rhythm = _on_new_days(rhythm, occurrence, wanted)
        if dates[0] is not occurrence:
            rhythm = _counted_from(rhythm, dates, occurrence)
        row = _series_for(old, dates[0], visibility)
        moved = _moved_to(values, first)
        # Said to be the same as all: what was special about this date is so no more.
        occurrence.is_special = False
        describe(row, moved, rhythm)
        _replan(row, dates, visibility)
        return event


def end_series(event: Event, *, cancels_rest: bool) -> None:
    """Publish no more dates; those that are published are cancelled or stay, as wished."""
    with write():
        occurrence = occurrence_of(event)
        if occurrence is None:
            raise NotFound(_("This event belongs to no series."))
        series = occurrence.series
        series.ended_at = clock.utcnow()
        for one in occurrences(series) if cancels_rest else ():
            if is_to_come(series, one.planned):
                _cancel(one)


def _wanted_start(event: Event, values: Mapping[str, Any]) -> datetime:
    """The start that this date is to have, on the clocks of its place."""
    return on_clocks(values["start_time"], ZoneInfo(values.get("timezone") or event.zone_name))


def _first_date(first: EventOccurrence, here: EventOccurrence, wanted: datetime) -> datetime:
    """The first date of the changed part: moved by as many days as this one, at its new time."""
    by = wanted.date() - datetime.fromisoformat(here.planned).date()
    return datetime.combine(datetime.fromisoformat(first.planned).date() + by, wanted.time())


def _counted_from(rhythm: Rhythm, dates: list[EventOccurrence], here: EventOccurrence) -> Rhythm:
    """A number of times said from this date on, counted from the first of all dates."""
    if rhythm.count is None:
        return rhythm
    return replace(rhythm, count=rhythm.count + dates.index(here))


def _on_new_days(rhythm: Rhythm, here: EventOccurrence, wanted: datetime) -> Rhythm:
    """A weekly rhythm follows a date that was moved to another day of the week."""
    new, old = wanted.weekday(), datetime.fromisoformat(here.planned).weekday()
    if new == old or old not in rhythm.weekdays:
        return rhythm
    return replace(rhythm, weekdays=tuple(sorted({*rhythm.weekdays, new} - {old})))


def _moved_to(values: dict[str, Any], first: datetime) -> dict[str, Any]:
    """The values with all their moments moved so that the start is on the first date."""
    zone = ZoneInfo(values.get("timezone") or "UTC")
    by = first - on_clocks(values["start_time"], zone)
    return {
        name: moment_of(on_clocks(value, zone) + by, zone) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _series_for(old: EventSeries, first: EventOccurrence, visibility: str | None) -> EventSeries:
    """The series of the changed dates: the same when it begins with them, else a new one behind its end."""
    has_earlier = any(one.planned < first.planned for one in occurrences(old))
    if not has_earlier:
        old.visibility = visibility or old.visibility
        return old
    old.rule = until_before(old.rule, first_of(old), datetime.fromisoformat(first.planned))
    old.ended_at = clock.utcnow()
    row = EventSeries(actor=old.actor, visibility=visibility or old.visibility)
    db.session.add(row)
    return row


def _replan(row: EventSeries, old: list[EventOccurrence], visibility: str | None) -> None:
    """Bring what is published in step with the rule."""
    db.session.flush()
    wanted = _wanted_dates(row)
    pairs = matched(wanted, old)
    kept = {one.id for one in pairs.values()}
    held = {shown: (one.event_uri, one.is_special) for shown, one in pairs.items()}
    for one in old:
        if one.id not in kept:
            _cancel(one)
    db.session.execute(delete(EventOccurrence).where(EventOccurrence.id.in_([one.id for one in old])))
    db.session.expire_all()
    for shown in wanted:
        if shown not in held:
            publish_date(row, shown)
            continue
        uri, is_special = held[shown]
        db.session.add(
            EventOccurrence(series=row, planned=written(shown), event_uri=uri, is_special=is_special)
        )
        event = _live_event(uri)
        if event is not None and not is_special:
            service.change_event(event, values_on(row, shown), visibility)
    db.session.flush()


def _wanted_dates(row: EventSeries) -> list[datetime]:
    now, zone = clock.utcnow(), ZoneInfo(row.timezone)
    within = takewhile(lambda shown: moment_of(shown, zone) <= now + AHEAD, dates_of(row.rule, first_of(row)))
    return [shown for shown in within if moment_of(shown, zone) >= now][:MOST_AHEAD]


def matched(wanted: list[datetime], old: list[EventOccurrence]) -> dict[datetime, EventOccurrence]:
    """Which published date becomes which: the same day first, then the next one within three days."""
    free = {datetime.fromisoformat(one.planned).date(): one for one in reversed(old)}
    pairs = {shown: free.pop(shown.date()) for shown in wanted if shown.date() in free}
    for shown in wanted:
        near = [day for day in free if abs(day - shown.date()) <= NEAR]
        if shown not in pairs and near:
            pairs[shown] = free.pop(min(near, key=lambda day: (abs(day - shown.date()), day)))
    return pairs


def _live_event(uri: str) -> Event | None:
    query = select(Event).where(Event.uri == uri, Event.deleted_at.is_(None))
    event = db.session.scalar(query) if uri else None
    return None if event is None or event.is_cancelled else event


def _cancel(occurrence: EventOccurrence) -> None:
    event = _live_event(occurrence.event_uri)
    if event is not None:
        service.cancel_event(event)
