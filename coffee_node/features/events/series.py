"""Events that recur: each date is an event of its own, published up to a year ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import service, taken_over
from coffee_node.features.events.models import Event
from coffee_node.features.events.recurrence import Rhythm, dates_of, end_of, moment_of, on_clocks
from coffee_node.features.events.series_models import EventOccurrence, EventSeries
from coffee_node.federation.models import Actor

AHEAD = timedelta(days=366)
MOST_AHEAD = 60
OWN_TIMES = frozenset({"start_time", "end_time", "previous_start_time", "event_status", "timezone"})


def begin_series(
    actor: Actor,
    values: Mapping[str, Any],
    rhythm: Rhythm,
    visibility: str = "public",
    left_out: Iterable[date] = (),
) -> Event:
    """Publish the dates of a new series; its first event.

    Raises Unprocessable when the rule gives no date to come, or when the values do not make an event.
    """
    with write():
        row = EventSeries(actor=actor, visibility=visibility)
        describe(row, values, rhythm)
        db.session.add(row)
        db.session.flush()
        leave_out(row, left_out)
        publish_next(row)
        first = _event_of(row, EventOccurrence.planned)
        if first is None:
            raise Unprocessable(
                _("No date of this series is still to come."),
                fields={"start_day": [_("Choose a first day that is to come, within a year.")]},
            )
        return first


def describe(row: EventSeries, values: Mapping[str, Any], rhythm: Rhythm) -> None:
    """Keep what is said of every date, with moments as minutes from the start on the clock."""
    zone = ZoneInfo(values.get("timezone") or "UTC")
    start = values.get("start_time")
    if start is None:
        raise Unprocessable(_("Say when it starts."), fields={"startTime": [_("Say when it starts.")]})
    first = on_clocks(start, zone)
    row.timezone, row.first = str(zone), written(first)
    row.rule = rhythm.rule(first)
    end = values.get("end_time")
    row.length = None if end is None else _minutes(on_clocks(end, zone) - first)
    said = {name: value for name, value in values.items() if name not in OWN_TIMES}
    moments = {name: value for name, value in said.items() if isinstance(value, datetime)}
    row.template = {
        "values": {name: value for name, value in said.items() if name not in moments},
        "moments": {name: _minutes(on_clocks(value, zone) - first) for name, value in moments.items()},
        "empty": [name for name, value in said.items() if value is None],
    }


def leave_out(row: EventSeries, days: Iterable[date]) -> None:
    """Note the dates of a series on which nothing takes place; days without a date mean nothing."""
    unwanted = set(days)
    for shown in _dates_ahead(row) if unwanted else ():
        if shown.date() in unwanted:
            db.session.add(EventOccurrence(series=row, planned=written(shown)))
    db.session.flush()


def publish_next(row: EventSeries) -> int:
    """Publish the dates that came within reach, inside the caller's write(); how many."""
    if row.ended_at is not None or row.actor.gone_at is not None:
        return 0
    known = {one.planned: one for one in occurrences(row)}
    ahead = sum(1 for one in known.values() if one.event_uri and is_to_come(row, one.planned))
    published = 0
    for shown in _dates_ahead(row):
        if ahead + published >= MOST_AHEAD:
            break
        if written(shown) not in known:
            publish_date(row, shown)
            published += 1
    return published


def publish_all_next() -> str:
    """The daily task: publish the dates that came within reach, one transaction for each series."""
    running = select(EventSeries.id).where(EventSeries.ended_at.is_(None)).order_by(EventSeries.id)
    published = 0
    for series_id in db.session.scalars(running).all():
        with write():
            row = db.session.get(EventSeries, series_id)
            published += publish_next(row) if row is not None else 0
    return f"{published} dates of recurring events published."


def publish_date(row: EventSeries, shown: datetime) -> Event:
    """Publish one date as an event of its own."""
    latest = _event_of(row, EventOccurrence.planned.desc())
    values = values_on(row, shown) | taken_over.settings_of(latest)
    event = service.announce_event(row.actor, values, row.visibility)
    db.session.add(EventOccurrence(series=row, planned=written(shown), event_uri=event.uri))
    db.session.flush()
    taken_over.ask_the_same(event, latest)
    return event


def values_on(row: EventSeries, shown: datetime) -> dict[str, Any]:
    """What the event of one date says."""
    zone = ZoneInfo(row.timezone)
    template = row.template or {}
    moments = {
        name: moment_of(shown + timedelta(minutes=minutes), zone)
        for name, minutes in (template.get("moments") or {}).items()
    }
    return {
        **dict.fromkeys(template.get("empty") or ()),
        **(template.get("values") or {}),
        **moments,
        "start_time": moment_of(shown, zone),
        "end_time": end_of(shown, row.length, zone),
        "timezone": row.timezone,
    }


def occurrences(row: EventSeries) -> list[EventOccurrence]:
    """The dates of a series that are published or left out, in their order."""
    query = select(EventOccurrence).where(EventOccurrence.series_id == row.id)
    return list(db.session.scalars(query.order_by(EventOccurrence.planned)))


def occurrence_of(event: Event) -> EventOccurrence | None:
    """The date of a series that an event of ours is, None for one that stands alone."""
    if not event.is_local:
        return None
    return db.session.scalar(select(EventOccurrence).where(EventOccurrence.event_uri == event.uri))


def is_to_come(row: EventSeries, planned: str) -> bool:
    """Whether a date has not begun."""
    return moment_of(datetime.fromisoformat(planned), ZoneInfo(row.timezone)) >= clock.utcnow()


def written(shown: datetime) -> str:
    """A date as the clocks of the place show it, as it is stored."""
    return shown.isoformat(timespec="minutes")


def first_of(row: EventSeries) -> datetime:
    """The first date of a series, as the clocks of the place show it."""
    return datetime.fromisoformat(row.first)


def of_person(actor_uri: str) -> list[dict[str, Any]]:
    """The series of an actor, for the file with everything that is kept about somebody."""
    query = select(EventSeries).join(Actor, Actor.id == EventSeries.actor_id).where(Actor.uri == actor_uri)
    return [
        {"rule": row.rule, "first": row.first, "timezone": row.timezone, "says": row.template}
        for row in db.session.scalars(query.order_by(EventSeries.id))
    ]


def forget_person(actor_uri: str) -> None:
    """Erase the series of somebody who is gone, with what they said of every date."""
    mine = select(EventSeries.id).join(Actor, Actor.id == EventSeries.actor_id).where(Actor.uri == actor_uri)
    with write():
        ids = list(db.session.scalars(mine))
        db.session.execute(delete(EventOccurrence).where(EventOccurrence.series_id.in_(ids)))
        db.session.execute(delete(EventSeries).where(EventSeries.id.in_(ids)))


def _dates_ahead(row: EventSeries) -> Iterable[datetime]:
    """The dates of the rule from now on, as far as they are published."""
    now, zone = clock.utcnow(), ZoneInfo(row.timezone)
    for shown in dates_of(row.rule, first_of(row)):
        moment = moment_of(shown, zone)
        if moment > now + AHEAD:
            return
        if moment >= now:
            yield shown


def _event_of(row: EventSeries, order: Any) -> Event | None:
    """The first event of a series in this order."""
    query = select(Event).join(EventOccurrence, EventOccurrence.event_uri == Event.uri)
    query = query.where(EventOccurrence.series_id == row.id, Event.deleted_at.is_(None))
    return db.session.scalar(query.order_by(order).limit(1))


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)
