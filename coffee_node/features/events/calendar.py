"""Events as iCalendar, for the calendars people already use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from coffee_node.base import clock, html
from coffee_node.base.i18n import current_language
from coffee_node.base.keyed_memory import KeyedMemory
from coffee_node.features.events import models

PRODUCT = "-//COFFEE//Agenda//EN"
REFRESH = timedelta(hours=1)
END = b"END:VCALENDAR\r\n"


def calendar(events: Sequence[models.Event], title: str, texts: KeyedMemory[bytes] | None = None) -> bytes:
    """Give the events as one calendar, with the rules of every zone they use.

    `texts` keeps entries that were written: the same events stand in many calendars.
    """
    feed = Calendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", title)
    feed.add("x-wr-calname", title)
    feed.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for zone in _zones(events):
        feed.add_component(zone)
    written: bytes = feed.to_ical()
    return written.removesuffix(END) + b"".join(_written(event, texts) for event in events) + END


def _written(event: models.Event, texts: KeyedMemory[bytes] | None) -> bytes:
    """The entry of an event as text, written once for all calendars in which it stands."""
    if texts is None:
        return bytes(entry(event).to_ical())
    key = f"ics {event.uri} {event.updated_at} {event.updated} {event.event_status} {current_language.get()}"
    known = texts.get(key)
    if known is None:
        known = entry(event).to_ical()
        texts.put(key, known)
    return known


def entry(event: models.Event) -> Event:
    """Give one event; its UID is its id, so that copies from several nodes are one entry."""
    made = Event()
    made.add("uid", event.uri)
    made.add("dtstamp", event.updated or event.published or clock.utcnow())
    made.add("dtstart", _local(event, event.start_time))
    if event.end_time is not None:
        made.add("dtend", _local(event, event.end_time))
    made.add("summary", title_of(event))
    made.add("status", event.status)
    made.add("sequence", sequence(event))
    made.add("url", event.url or event.uri)
    made.add("created", event.published)
    made.add("last-modified", event.updated or event.published)
    if event.content:
        made.add("description", html.to_text(event.content))
    place = event.place_line or event.online_url
    if place:
        made.add("location", place)
    if event.latitude is not None and event.longitude is not None:
        made.add("geo", (event.latitude, event.longitude))
    if event.category:
        made.add("categories", [event.category])
    return made


def title_of(event: models.Event) -> str:
    """Give the title in the reader's language where it is translated."""
    return (event.name_map or {}).get(current_language.get()) or event.name


def sequence(event: models.Event) -> int:
    """Give a number that grows with every change, on every node the same: seconds since it was published."""
    if event.updated is None or event.published is None:
        return 0
    return max(0, int((event.updated - event.published).total_seconds()))


def _local(event: models.Event, moment: datetime) -> datetime:
    return moment.astimezone(event.zone)


def _zones(events: Iterable[models.Event]) -> list[Timezone]:
    """The rules of each zone, for the years of its events and the two after them."""
    years: dict[str, list[int]] = {}
    for event in events:
        years.setdefault(event.zone_name, []).extend((event.starts.year, event.last_moment.year))
    return [
        Timezone.from_tzinfo(ZoneInfo(name), name, date(min(found) - 1, 1, 1), date(max(found) + 2, 1, 1))
        for name, found in sorted(years.items())
        if name != "UTC"
    ]
