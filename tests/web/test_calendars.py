"""The secret calendar address of a person: made, used, renewed, closed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from coffee_node.features.events.series_models import EventReader
from coffee_node.federation import accounts
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_pages import get, send


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("claire")
    return node


@pytest.fixture
def claire(lille: TestNode) -> FlaskClient:
    return lille.signed_in("claire")


def make(lille: TestNode, claire: FlaskClient) -> str:
    page = send(lille, claire, "/me/calendars", "/me/calendars/renew").text
    return str(re.findall(r"<code[^>]*>https://lille\.example([^<]+)</code>", page)[0])


def names(node: TestNode, path: str) -> list[str]:
    return sorted(str(one["summary"]) for one in feed(node, path).walk("VEVENT"))


def feed(node: TestNode, path: str) -> Any:
    return icalendar.Calendar.from_ical(node.page(path))


def test_the_calendar_holds_what_one_goes_to_and_what_followed_spaces_announce(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    going = lille.object_of(lille.post(event_document(name="Going")))["id"]
    lille.post(event_document(name="Elsewhere"))
    lille.post({"type": "Join", "object": going}, "claire")
    lille.follow_actor("https://tournai.example/actors/tournai", "claire")
    tournai.post(event_document(name="Followed"))
    fediverse.settle()
    address = make(lille, claire)
    assert names(lille, address) == ["Followed", "Going"]
    send(lille, claire, "/me/calendars", timezone="")
    assert names(lille, address) == ["Going"]


def test_entries_have_what_calendars_need_and_cancelled_ones_stay_a_month(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    event = lille.object_of(lille.post(event_document(name="Going")))["id"]
    lille.post({"type": "Join", "object": event}, "claire")
    fediverse.settle()
    address = make(lille, claire)
    (before,) = feed(lille, address).walk("VEVENT")
    fediverse.clock.advance(hours=1)
    lille.post({"type": "Update", "object": {"id": event, "type": "Event", "eventStatus": "EventCancelled"}})
    (after,) = feed(lille, address).walk("VEVENT")
    assert before["uid"] == after["uid"] == event
    assert (before["status"], after["status"]) == ("CONFIRMED", "CANCELLED")
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt - before["last-modified"].dt >= timedelta(hours=1)
    assert str(after["dtstart"].params["TZID"]) == "Europe/Paris"
    assert [str(zone["tzid"]) for zone in feed(lille, address).walk("VTIMEZONE")] == ["Europe/Paris"]
    fediverse.clock.advance(days=29)
    assert names(lille, address) == ["Going"]
    fediverse.clock.advance(days=20)
    assert names(lille, address) == []


def test_a_renewed_address_ends_the_old_one_and_the_page_shows_the_last_use(
    lille: TestNode, claire: FlaskClient
) -> None:
    first = make(lille, claire)
    assert "not used yet" in get(lille, claire, "/me/calendars").text
    lille.page(first)
    (row,) = lille.rows(EventReader)
    assert row.used_at is not None and row.secret_hash
    assert row.secret_hash not in first
    assert "not used yet" not in get(lille, claire, "/me/calendars").text
    second = make(lille, claire)
    assert second != first
    assert lille.client.get(first, base_url=lille.url).status_code == 404
    assert lille.client.get(second, base_url=lille.url).headers["Cache-Control"].startswith("private")
    send(lille, claire, "/me/calendars", "/me/calendars/close")
    assert lille.client.get(second, base_url=lille.url).status_code == 404


def test_the_address_of_a_closed_account_and_an_unknown_one_are_the_same_404(
    lille: TestNode, claire: FlaskClient
) -> None:
    address = make(lille, claire)
    with lille.context():
        accounts.disable(accounts.account_named("claire"))
    closed = lille.client.get(address, base_url=lille.url)
    unknown = lille.client.get("/calendar/nothing.ics", base_url=lille.url)
    assert (closed.status_code, closed.data) == (404, unknown.data)


def test_the_time_zone_of_the_account_is_kept_when_it_exists(lille: TestNode, claire: FlaskClient) -> None:
    send(lille, claire, "/me/calendars", timezone="Europe/London", with_followed="yes")
    assert [(row.timezone, row.with_followed) for row in lille.rows(EventReader)] == [("Europe/London", True)]
    send(lille, claire, "/me/calendars", timezone="../../etc/passwd")
    assert [(row.timezone, row.with_followed) for row in lille.rows(EventReader)] == [("", False)]


def test_nobody_sees_the_page_without_an_account(lille: TestNode) -> None:
    assert lille.client.get("/me/calendars", base_url=lille.url).status_code == 303
