"""Events in the calendars people already use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from coffee_node.base import i18n
from coffee_node.features.events.calendar import calendar, sequence
from coffee_node.features.events.models import Event
from coffee_node.federation.models import Actor

URI = "https://lille.example/objects/0192f40f"
PUBLISHED = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "uri": URI,
        "url": URI,
        "actor": Actor(uri="https://lille.example/actors/mutualab"),
        "name": "Apéro; Python, et plus",
        "name_map": {"en": "Python drinks"},
        "content": "<p>Trois présentations.</p><p>Un verre.</p>",
        "start_time": datetime(2026, 12, 12, 17, tzinfo=UTC),
        "end_time": datetime(2026, 12, 12, 19, tzinfo=UTC),
        "timezone": "Europe/Paris",
        "event_status": "EventScheduled",
        "place": {
            "name": "Mutualab",
            "address": {"street_address": "19 rue Nicolas Leblanc", "locality": "Lille"},
        },
        "latitude": 50.63297,
        "longitude": 3.05858,
        "category": "NETWORKING",
        "published": PUBLISHED,
        "updated": PUBLISHED,
    }
    return Event(**values | changes)


def read(*events: Event) -> Any:
    return icalendar.Calendar.from_ical(calendar(events, "Agenda"))


def entry(**changes: Any) -> Any:
    return read(event(**changes)).walk("VEVENT")[0]


def test_an_entry_carries_what_calendars_need() -> None:
    made = entry()
    assert str(made["UID"]) == URI
    assert str(made["URL"]) == URI
    assert str(made["STATUS"]) == "CONFIRMED"
    assert made["SEQUENCE"] == 0
    assert made.decoded("LAST-MODIFIED") == PUBLISHED
    assert str(made["LOCATION"]) == "Mutualab, 19 rue Nicolas Leblanc, Lille"
    assert str(made["DESCRIPTION"]).splitlines() == ["Trois présentations.", "Un verre."]
    assert made["GEO"].to_ical() == "50.63297;3.05858"


def test_times_stand_in_the_zone_of_the_event_with_its_rules() -> None:
    feed = read(event())
    made = feed.walk("VEVENT")[0]
    assert made["DTSTART"].params["TZID"] == "Europe/Paris"
    assert made.decoded("DTSTART").isoformat() == "2026-12-12T18:00:00+01:00"
    assert made.decoded("DTEND").isoformat() == "2026-12-12T20:00:00+01:00"
    assert [str(zone["TZID"]) for zone in feed.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert feed.walk("VTIMEZONE")[0].walk("DAYLIGHT")


def test_the_rules_of_each_zone_stand_once_and_utc_needs_none() -> None:
    feed = read(
        event(),
        event(uri=f"{URI}2"),
        event(timezone="Europe/London"),
        event(timezone="", country="", place=None),
    )
    assert [str(zone["TZID"]) for zone in feed.walk("VTIMEZONE")] == ["Europe/London", "Europe/Paris"]
    assert calendar([event(timezone="UTC")], "x").count(b"DTSTART:20261212T170000Z") == 1


def test_the_rules_give_the_right_offset_in_summer() -> None:
    start = datetime(2027, 7, 1, 16, tzinfo=UTC)
    rules = read(event(start_time=start, end_time=None)).walk("VTIMEZONE")[0].to_tz()
    assert (
        datetime(2027, 7, 1, 18, tzinfo=rules).utcoffset()
        == datetime(2027, 7, 1, 18, tzinfo=ZoneInfo("Europe/Paris")).utcoffset()
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("EventCancelled", "CANCELLED"),
        ("EventTentative", "TENTATIVE"),
        ("EventPostponed", "TENTATIVE"),
        ("EventRescheduled", "CONFIRMED"),
        ("EventMovedOnline", "CONFIRMED"),
    ],
)
def test_a_state_becomes_the_word_of_calendars(status: str, word: str) -> None:
    assert str(entry(event_status=status)["STATUS"]) == word


def test_the_sequence_grows_with_every_change_and_is_the_same_on_every_node() -> None:
    first = event(updated=datetime(2026, 11, 24, 9, 10, tzinfo=UTC))
    second = event(updated=datetime(2026, 11, 24, 9, 11, tzinfo=UTC), origin="lille.example")
    assert 0 < sequence(first) < sequence(second)
    assert sequence(event(updated=None)) == 0
    assert sequence(event(updated=datetime(2020, 1, 1, tzinfo=UTC))) == 0


def test_the_title_stands_in_the_readers_language() -> None:
    token = i18n.current_language.set("en")
    assert str(entry()["SUMMARY"]) == "Python drinks"
    i18n.current_language.set("de")
    assert str(entry()["SUMMARY"]) == "Apéro; Python, et plus"
    i18n.current_language.reset(token)


def test_an_open_end_is_left_out() -> None:
    assert "DTEND" not in entry(end_time=None)


def test_an_online_event_shows_its_address_as_place() -> None:
    made = entry(place=None, latitude=None, longitude=None, online_url="https://meet.example/a")
    assert str(made["LOCATION"]) == "https://meet.example/a"
    assert "GEO" not in made


def test_line_breaks_in_a_title_cannot_add_properties() -> None:
    feed = calendar([event(name="a\r\nATTACH:https://evil.example/", name_map={})], "x")
    assert b"\r\nATTACH" not in feed
    assert b"\nATTACH" not in feed
