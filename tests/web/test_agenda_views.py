"""The agenda as a month and as a map, near a place, with facets whose counts are true."""

from __future__ import annotations

import re
from typing import Any

import icalendar
import pytest

from coffee_node.base.database import write
from coffee_node.federation.actors import described_row, find_local_actor
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_pages import get

LILLE = {
    "type": "Place",
    "name": "Mutualab",
    "latitude": 50.633,
    "longitude": 3.0586,
    "address": {"addressLocality": "Lille", "addressCountry": "FR"},
}
TOURNAI = {
    "type": "Place",
    "name": "ESCO",
    "latitude": 50.606,
    "longitude": 3.388,
    "address": {"addressLocality": "Tournai", "addressCountry": "BE"},
}
ONLINE = {"type": "VirtualLocation", "url": "https://meet.example/a"}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def announce(node: TestNode, name: str, day: str = "2026-12-03", **changes: Any) -> str:
    times = {"startTime": f"{day}T18:00:00+01:00", "endTime": f"{day}T20:00:00+01:00"}
    uri: str = node.object_of(node.post(event_document(name=name, **times, **changes)))["id"]
    return uri


def cells(page: str) -> dict[str, str]:
    """What stands on each day of the month, by its full name."""
    found = re.findall(r'<td class="[^"]*"[^>]*>(.*?)</td>', page, re.S)
    days = [(re.search(r'month-day">([^<]+)<', cell), cell) for cell in found]
    return {day[1]: cell for day, cell in days if day is not None}


def test_the_month_holds_each_event_on_its_day_and_leads_to_the_months_beside(lille: TestNode) -> None:
    announce(lille, "Aaa", "2026-12-03", location=LILLE)
    announce(lille, "Bbb", "2027-01-05", location=TOURNAI)
    page = lille.page("/events?view=month&month=2026-12")
    days = cells(page)
    assert len(days) == 31
    assert "Aaa" in days["Thursday, 3 December 2026"] or "Aaa" in days["Thursday 3 December 2026"]
    assert sum("Aaa" in cell for cell in days.values()) == 1
    assert "Bbb" not in page
    assert "month=2026-11" in page and "month=2027-01" in page
    assert "Bbb" in lille.page("/events?view=month&month=2027-01")
    assert "<caption" in page and page.count('<th scope="col">') == 7


def test_the_month_is_this_one_where_the_address_names_none_and_shows_today(lille: TestNode) -> None:
    announce(lille, "Soon", "2026-11-26")
    for address in (
        "/events?view=month",
        "/events?view=month&month=soon",
        "/events?view=month&month=9999-01",
    ):
        page = lille.page(address)
        assert "November 2026" in page and "Soon" in page
    assert page.count('aria-current="date"') == 1


def test_an_event_of_several_days_stands_on_each_and_one_until_midnight_on_one(lille: TestNode) -> None:
    lille.post(
        event_document(
            name="Fair", startTime="2026-12-10T09:00:00+01:00", endTime="2026-12-12T12:00:00+01:00"
        )
    )
    lille.post(
        event_document(
            name="Party", startTime="2026-12-20T20:00:00+01:00", endTime="2026-12-21T00:00:00+01:00"
        )
    )
    days = cells(lille.page("/events?view=month&month=2026-12")).values()
    assert [sum("Fair" in day for day in days), sum("Party" in day for day in days)] == [3, 1]


def test_a_full_day_shows_the_first_events_and_how_many_more_there_are(lille: TestNode) -> None:
    for number in range(6):
        announce(lille, f"Event {number}")
    page = lille.page("/events?view=month&month=2026-12")
    assert "2 more" in page
    assert "6 events" in page
    assert lille.page("/events?from=2026-12-03&to=2026-12-03").count("Event ") >= 6


def test_the_filters_hold_in_every_view(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE, inLanguage="fr")
    announce(lille, "Bbb", location=TOURNAI, inLanguage="nl")
    for view in ("list", "month&month=2026-12", "map"):
        page = lille.page(f"/events?view={view}&country=BE")
        assert "1 event" in page
        assert "Mutualab" not in page and "Aaa" not in page


def test_the_map_has_one_dot_for_each_place_and_the_list_the_same_links(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE)
    announce(lille, "Ccc", "2026-12-05", location=LILLE)
    announce(lille, "Bbb", location=TOURNAI)
    announce(lille, "Ddd", location=ONLINE, isOnline=True)
    page = lille.page("/events?view=map")
    drawn = re.findall(r'<svg class="dot-map".*?</svg>', page, re.S)
    dots = set(re.findall(r'<a href="([^"]+)" aria-label', drawn[0]))
    listed = set(re.findall(r'<h3 class="row-title"><a href="([^"]+)"', page))
    assert len(listed) == 2 and dots == listed
    (mutualab,) = [href for href in listed if "50.633" in href]
    assert lille.get_json(mutualab.replace("&amp;", "&").replace("/events?", "/events.json?"))["total"] == 2


def test_a_map_without_places_says_so(lille: TestNode) -> None:
    announce(lille, "Ddd", location=ONLINE, isOnline=True)
    assert "No event has a place on the map." in lille.page("/events?view=map")


@pytest.mark.parametrize(
    ("place", "names"), [("Tournai", ["Bbb"]), ("Doornik", ["Bbb"]), ("50.633, 3.0586", ["Aaa"])]
)
def test_near_a_town_or_a_point(lille: TestNode, place: str, names: list[str]) -> None:
    announce(lille, "Aaa", location=LILLE)
    announce(lille, "Bbb", location=TOURNAI)
    items = lille.get_json(f"/events.json?place={place}&radius=10")["items"]
    assert [item["name"] for item in items] == names


def test_a_place_that_nobody_knows_is_left_out_with_a_note(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE)
    page = lille.page("/events?place=Atlantis")
    assert "Atlantis" in page and "Aaa" in page


def test_near_my_place_is_one_click(lille: TestNode) -> None:
    with lille.context(), write():
        space = find_local_actor("lille")
        described = described_row(space) if space is not None else None
        assert described is not None
        described[1].country, described[1].latitude, described[1].longitude = "FR", 50.63, 3.06
    announce(lille, "Aaa", location=LILLE)
    announce(lille, "Bbb", location=TOURNAI)
    assert "place=here" in lille.page("/events")
    assert [one["name"] for one in lille.get_json("/events.json?place=here&radius=10")["items"]] == ["Aaa"]


def facet(page: str, title: str) -> dict[str, int]:
    """The values of a facet with their counts."""
    found = re.search(rf"<h3>{title}</h3>(.*?)</ul>", page, re.S)
    pairs = re.findall(r'<span>([^<]+)</span><span class="count">(\d+)', found[1]) if found else []
    return {label: int(count) for label, count in pairs}


def test_every_count_of_a_facet_is_what_its_link_shows(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE, inLanguage="fr", category="LEARNING", joinMode="restricted")
    announce(lille, "Bbb", location=TOURNAI, inLanguage="nl", category="LEARNING")
    announce(lille, "Ccc", location=ONLINE, isOnline=True, inLanguage="nl")
    announce(lille, "Hhh", location=[LILLE, ONLINE], inLanguage="fr")
    gone = announce(lille, "Off", location=LILLE, inLanguage="fr")
    lille.post({"type": "Update", "object": {"id": gone, "type": "Event", "eventStatus": "EventCancelled"}})
    page = lille.page("/events")
    assert facet(page, "Country") == {"France": 2, "Belgium": 1}
    assert facet(page, "Language") == {"French": 2, "Dutch": 2}
    assert facet(page, "Kind") == {"training": 2}
    assert facet(page, "Way to take part") == {"on site": 2, "online": 2, "on site and online": 1}
    assert facet(page, "Registration") == {"open to everybody": 3, "the organiser confirms": 1}
    assert facet(page, "Announced by") == {"Lille": 4}
    links = re.findall(
        r'<a href="(/events\?[^"]+)" rel="nofollow"><span>[^<]+</span><span class="count">(\d+)', page
    )
    assert len(links) >= 10
    for href, count in links:
        shown = lille.page(href.replace("&amp;", "&"))
        assert f"{count} event" in shown, href
    assert facet(lille.page("/events?cancelled=yes"), "Country") == {"France": 3, "Belgium": 1}


def test_a_chosen_filter_narrows_the_other_facets_and_not_its_own(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE, inLanguage="fr")
    announce(lille, "Bbb", location=TOURNAI, inLanguage="nl", joinMode="none")
    page = lille.page("/events?join=none")
    assert facet(page, "Registration") == {"open to everybody": 1, "not needed": 1}
    assert facet(page, "Language") == {"Dutch": 1}


def test_the_list_is_a_calendar_of_its_filters_and_views_are_no_filter(lille: TestNode) -> None:
    announce(lille, "Aaa", location=LILLE, inLanguage="fr")
    announce(lille, "Bbb", location=TOURNAI, inLanguage="nl")
    page = lille.page("/events?view=month&month=2026-12&lang=nl")
    (webcal,) = re.findall(r'href="webcal://lille\.example(/events\.ics[^"]*)"', page)
    assert webcal == "/events.ics?lang=nl"
    feed = icalendar.Calendar.from_ical(lille.page(webcal))
    assert [str(event["summary"]) for event in feed.walk("VEVENT")] == ["Bbb"]


def test_who_reads_other_clocks_sees_both_times_and_a_visitor_those_of_the_place(
    fediverse: Fediverse, lille: TestNode
) -> None:
    london = {**LILLE, "name": "Hub", "address": {"addressLocality": "London", "addressCountry": "GB"}}
    uri = announce(lille, "Tea", location=london, timezone="Europe/London")
    path = uri.removeprefix(lille.url)
    lille.add_person("claire")
    with lille.context(), write():
        space = find_local_actor("lille")
        described = described_row(space) if space is not None else None
        assert described is not None
        described[1].timezone = "Europe/Paris"
    reader = lille.signed_in("claire")
    page = get(lille, reader, path).text
    assert "17:00–19:00 in London" in page
    assert "18:00 for you" in page
    assert "18:00 for you" in get(lille, reader, "/events").text
    anonymous = lille.page(path)
    assert "for you" not in anonymous and "Europe/London" in anonymous
