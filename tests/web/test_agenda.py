"""The agenda and the pages on which events are written, as people and programs meet them."""

from __future__ import annotations

import re
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from coffee_node.testing import Fediverse, TestNode, event_document

LILLE = {"type": "Place", "name": "Mutualab", "address": {"addressLocality": "Lille", "addressCountry": "FR"}}
TOURNAI = {
    "type": "Place",
    "name": "ESCO",
    "latitude": 50.606,
    "longitude": 3.388,
    "address": {"addressLocality": "Tournai", "addressCountry": "BE"},
}
FORM = {
    "name": "Apéro Python",
    "language": "fr",
    "start_day": "2026-12-12",
    "start_clock": "18h30",
    "end_clock": "20:00",
    "timezone": "Europe/Paris",
    "place_name": "Mutualab",
    "locality": "Lille",
    "country": "FR",
    "content": "Trois *présentations*.",
    "tags": "python, apéro",
    "capacity": "40",
    "join_mode": "free",
    "visibility": "public",
    "name_map-nl": "Pythonborrel",
    "category": "NETWORKING",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def get(node: TestNode, client: FlaskClient, path: str) -> Any:
    return client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})


def send(node: TestNode, client: FlaskClient, path: str, **fields: str) -> Any:
    """Fill in the form of a page and send it."""
    page = get(node, client, path).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": node.url}
    return client.post(path, data={"csrf_token": token[1], **fields}, base_url=node.url, headers=headers)


def uuid_of(node: TestNode) -> str:
    items = node.get_json("/events.json?to=2030-01-01")["items"]
    return str(items[0]["id"]).rsplit("/", 1)[-1]


def test_the_agenda_shows_what_comes_next_and_nothing_that_is_over(lille: TestNode) -> None:
    lille.post(event_document(name="Next"))
    lille.post(event_document(name="Over", startTime="2026-11-01T09:00:00Z", endTime="2026-11-01T10:00:00Z"))
    page = lille.page("/events")
    assert "Next" in page
    assert "Over" not in page
    assert "Over" in lille.page("/events?to=2026-11-23")
    assert lille.get_json("/events.json")["total"] == 1


def test_the_agenda_filters_by_country_language_category_and_way_to_take_part(lille: TestNode) -> None:
    lille.post(event_document(name="Aaa", location=LILLE, category="LEARNING", inLanguage="fr"))
    lille.post(event_document(name="Bbb", location=TOURNAI, inLanguage="nl"))
    online = {"type": "VirtualLocation", "url": "https://meet.example/a"}
    lille.post(event_document(name="Ccc", location=online, isOnline=True))
    for query, names in (
        ("country=FR", ["Aaa"]),
        ("lang=nl", ["Bbb"]),
        ("category=LEARNING", ["Aaa"]),
        ("online=yes", ["Ccc"]),
        ("online=no", ["Aaa", "Bbb"]),
        ("near=50.6,3.4&radius=10", ["Bbb"]),
        ("q=bbb", ["Bbb"]),
    ):
        items = lille.get_json(f"/events.json?{query}")["items"]
        assert sorted(item["name"] for item in items) == names, query
        assert all(name in lille.page(f"/events?{query}") for name in names), query


def test_a_filter_that_makes_no_sense_is_left_out_with_a_note(lille: TestNode) -> None:
    assert "from=soon" in lille.page("/events?from=soon")


def test_the_page_of_an_event_says_when_where_and_from_which_node(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(tournai, lille)
    uri = lille.object_of(
        lille.post(event_document(location=LILLE, timezone="Europe/London", startTime="2026-12-03T08:30:00Z"))
    )["id"]
    fediverse.settle()
    page = tournai.page(f"/at/{uri.removeprefix('https://')}")
    assert "Published at lille.example" in page
    assert "08:30" in page
    assert "Europe/London" in page
    assert "for you" not in page
    assert "Mutualab" in page
    assert "/edit" not in page


def test_a_cancelled_event_is_hidden_from_the_page_and_marked_in_calendars(lille: TestNode) -> None:
    uri = lille.object_of(lille.post(event_document()))["id"]
    update = {"id": uri, "type": "Event", "eventStatus": "EventCancelled"}
    lille.post({"type": "Update", "object": update})
    assert "Breakfast" not in lille.page("/events")
    assert "Breakfast" in lille.page("/events?cancelled=yes")
    feed = icalendar.Calendar.from_ical(lille.page("/events.ics"))
    assert str(feed.walk("VEVENT")[0]["STATUS"]) == "CANCELLED"


def test_one_event_can_be_put_into_a_calendar(lille: TestNode) -> None:
    lille.post(event_document())
    response = get(lille, lille.client, f"/events/{uuid_of(lille)}.ics")
    assert response.content_type == "text/calendar; charset=utf-8"
    assert "UID:https://lille.example/objects/" in response.text


def test_the_collections_that_an_event_names_can_be_read(lille: TestNode) -> None:
    event = lille.object_of(lille.post(event_document()))
    attendees = lille.get_json(event["attendees"].removeprefix(lille.url))
    assert (attendees["type"], attendees["totalItems"]) == ("OrderedCollection", 0)
    assert set(attendees) == {"@context", "id", "type", "totalItems"}
    assert lille.get_json(event["organizers"]["id"].removeprefix(lille.url))["items"] == [
        event["attributedTo"]
    ]


def test_a_table_of_the_agenda_has_the_times_of_each_place(lille: TestNode) -> None:
    lille.post(event_document(name="=cmd()"))
    text = lille.page("/events.csv")
    assert "2026-12-03T08:30:00+01:00" in text
    assert "'=cmd()" in text


def test_an_event_written_in_the_form_is_published(lille: TestNode) -> None:
    client = lille.signed_in()
    response = send(lille, client, "/events/new", **FORM)
    assert response.status_code == 303, response.text
    assert "Apéro Python" in get(lille, client, response.headers["Location"]).text
    event = lille.get_json("/events.json")["items"][0]
    assert event["startTime"] == "2026-12-12T18:30:00+01:00"
    assert event["nameMap"] == {"fr": "Apéro Python", "nl": "Pythonborrel"}
    assert event["content"] == "<p>Trois <em>présentations</em>.</p>\n"
    assert [tag["name"] for tag in event["tag"]] == ["#python", "#apéro"]
    assert event["maximumAttendeeCapacity"] == 40


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Give the event a title."),
        ({"start_day": ""}, "Say when it starts."),
        ({"start_clock": "later"}, "This is not a time."),
        ({"start_clock": ""}, "Say at what time it starts."),
        ({"start_day": "soon"}, "Write a day like"),
        ({"end_clock": "17:00"}, "The end must be after the start (18h30)."),
        ({"capacity": "many"}, "Write a number of seats"),
        ({"join_mode": "external"}, "Give the address where people register."),
        ({"online_url": "my room"}, "Write an address like"),
    ],
)
def test_a_form_with_an_error_comes_back_filled_in_with_the_message_at_the_field(
    lille: TestNode, changes: dict[str, str], message: str
) -> None:
    response = send(lille, lille.signed_in(), "/events/new", **FORM | changes)
    assert response.status_code == 422
    assert message in response.text
    assert "Trois *présentations*." in response.text
    assert "Pythonborrel" in response.text
    assert 'aria-invalid="true"' in response.text
    assert lille.get_json("/events.json")["total"] == 0


def test_an_event_is_changed_cancelled_and_deleted_through_its_pages(lille: TestNode) -> None:
    client = lille.signed_in()
    send(lille, client, "/events/new", **FORM)
    uuid = uuid_of(lille)
    form = get(lille, client, f"/events/{uuid}/edit").text
    assert "Trois *présentations*." in form
    assert 'value="18:30"' in form
    assert 'value="python, apéro"' in form
    moved = send(lille, client, f"/events/{uuid}/edit", **FORM | {"start_day": "2026-12-13"})
    assert moved.status_code == 303
    assert "It was planned for" in get(lille, client, moved.headers["Location"]).text
    assert "Cancel this event?" in get(lille, client, f"/events/{uuid}/cancel").text
    assert send(lille, client, f"/events/{uuid}/cancel").status_code == 303
    assert "This event is cancelled." in get(lille, client, f"/objects/{uuid}").text
    assert "cannot be undone" in get(lille, client, f"/events/{uuid}/delete").text
    assert send(lille, client, f"/events/{uuid}/delete").status_code == 303
    assert get(lille, client, f"/objects/{uuid}").status_code == 410
    assert lille.get_json("/events.json")["total"] == 0


def test_html_that_came_without_markdown_survives_a_change_of_the_title(lille: TestNode) -> None:
    lille.post(event_document(content="<p>one</p><blockquote>two</blockquote>"))
    client, uuid = lille.signed_in(), uuid_of(lille)
    shown = {**FORM, "content": "one\ntwo", "name_map-nl": "", "language": "en"}
    assert send(lille, client, f"/events/{uuid}/edit", **shown).status_code == 303
    event = lille.get_json("/events.json")["items"][0]
    assert event["name"] == "Apéro Python"
    assert event["content"] == "<p>one</p><blockquote>two</blockquote>"


def test_nobody_writes_without_an_account_or_changes_the_events_of_others(lille: TestNode) -> None:
    lille.post(event_document())
    uuid = uuid_of(lille)
    assert get(lille, lille.client, "/events/new").status_code == 303
    lille.add_person("jan")
    jan = lille.signed_in("jan")
    for path in ("edit", "cancel", "delete"):
        assert get(lille, jan, f"/events/{uuid}/{path}").status_code == 403
    assert get(lille, jan, "/events/nothing/edit").status_code == 404
    assert "/edit" not in get(lille, jan, f"/objects/{uuid}").text


def test_home_and_actor_pages_show_what_comes_next(lille: TestNode) -> None:
    lille.post(event_document(name="Breakfast"))
    assert "Breakfast" in lille.page("/")
    assert "Breakfast" in lille.page("/@lille")
