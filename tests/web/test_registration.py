"""Registering for an event in the browser, here and at another node, and deciding about who comes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_visits import Visit


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan", "Jan Peeters")
    return lille, tournai


def copy_page(uri: str) -> str:
    return f"/at/{uri.removeprefix('https://')}"


def test_a_coworker_registers_for_an_event_of_another_node_and_gives_the_seat_back(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document(name="Drinks for Python people")))["id"]
    fediverse.settle()
    jan = Visit(tournai, "jan", copy_page(event))
    jan.press("/events/join", uri=event, note="I come by train.")
    assert "has not answered yet" in jan.text
    fediverse.settle()
    assert "Confirmed: there is a seat." in jan.text
    assert "Drinks for Python people" in Visit(tournai, "jan", "/me/events").text

    organiser = Visit(lille, "admin", event.removeprefix(lille.url))
    assert "Participants" in organiser.text
    listed = Visit(lille, "admin", f"/events/{event[-36:]}/participants").text
    assert "I come by train." in listed and "Confirmed" in listed
    assert "I come by train." not in lille.page(event.removeprefix(lille.url))

    jan.press("/events/leave", uri=event)
    fediverse.settle()
    assert [row.state for row in lille.rows(Participation)] == ["left"]
    assert "You gave your seat back." in jan.text
    assert 'action="/events/join"' in jan.text


def test_the_organiser_confirms_one_and_refuses_another_with_a_reason(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    tournai.add_person("mia", "Mia")
    event = lille.object_of(lille.post(event_document(joinMode="restricted")))["id"]
    fediverse.settle()
    for handle in ("jan", "mia"):
        Visit(tournai, handle, copy_page(event)).press("/events/join", uri=event)
    fediverse.settle()
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/participants")
    with lille.context():
        by_name = {row.actor.slug: row for row in lille.rows(Participation)}
    first, second = by_name["jan"], by_name["mia"]
    desk.press(f"{desk.page}/{first.id}", answer="accept")
    desk.press(f"{desk.page}/{second.id}", answer="reject", reason="For members of the region.")
    fediverse.settle()
    assert "Confirmed: there is a seat." in Visit(tournai, "jan", copy_page(event)).text
    assert "Refused: For members of the region." in Visit(tournai, "mia", copy_page(event)).text
    table = desk.browser.get(f"{desk.page}.csv", base_url=lille.url).text
    assert f"jan,{tournai.url}/actors/jan,accepted" in table  # who published no profile is known by handle


def test_nobody_but_the_organiser_sees_who_comes(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    lille.add_person("claire")
    event = lille.object_of(lille.post(event_document()))["id"]
    stranger = lille.signed_in("claire")
    for suffix in ("", ".csv"):
        answer = stranger.get(f"/events/{event[-36:]}/participants{suffix}", base_url=lille.url)
        assert answer.status_code == 404
    unsigned = lille.client.get(f"/events/{event[-36:]}/participants", base_url=lille.url)
    assert unsigned.status_code == 303


def test_an_event_that_is_full_says_why_nobody_gets_in(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document(maximumAttendeeCapacity=1)))["id"]
    lille.add_person("claire")
    Visit(lille, "claire", event.removeprefix(lille.url)).press("/events/join", uri=event)
    fediverse.settle()
    jan = Visit(tournai, "jan", copy_page(event))
    jan.press("/events/join", uri=event)
    fediverse.settle()
    [refused] = tournai.rows(Participation)
    assert refused.reason and refused.reason in jan.text


def test_who_waits_reads_the_place_in_line_here_and_there(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document(maximumAttendeeCapacity=1)))["id"]
    with lille.context(), write():
        db.session.execute(update(Event).values(has_waiting_list=True))
    for handle in ("claire", "omar"):
        lille.add_person(handle)
    page = event.removeprefix(lille.url)
    Visit(lille, "claire", page).press("/events/join", uri=event)
    fediverse.settle()
    assert "It is full: you get a place on the waiting list." in Visit(lille, "omar", page).text
    for visit in (Visit(tournai, "jan", copy_page(event)), Visit(lille, "omar", page)):
        visit.press("/events/join", uri=event)
        fediverse.settle()
    assert "On the waiting list, place 1." in Visit(tournai, "jan", copy_page(event)).text
    assert "On the waiting list, place 2." in Visit(lille, "omar", page).text
    Visit(lille, "claire", page).press("/events/leave", uri=event)
    fediverse.settle()
    assert "Confirmed: there is a seat." in Visit(tournai, "jan", copy_page(event)).text
    assert "On the waiting list, place 1." in Visit(lille, "omar", page).text


def test_the_page_says_how_far_a_request_came(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document(joinMode="restricted")))["id"]
    fediverse.settle()
    fediverse.down.add(lille.host)
    jan = Visit(tournai, "jan", copy_page(event))
    jan.press("/events/join", uri=event)
    fediverse.settle()
    assert "lille.example does not answer; your registration leaves by itself." in jan.text
    fediverse.down.clear()
    fediverse.clock.advance(hours=2)
    fediverse.settle()
    assert "It has arrived at lille.example." in jan.text
    fediverse.clock.advance(days=4)
    assert "No answer for three days." in Visit(tournai, "jan", copy_page(event)).text


def test_an_organiser_invites_by_address(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire")
    event = lille.object_of(lille.post(event_document(joinMode="invite")))["id"]
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/edit")
    said = {
        "name": "Dinner",
        "language": "fr",
        "start_day": "2027-01-08",
        "start_clock": "18:00",
        "end_clock": "20:00",
    }
    said |= {"timezone": "Europe/Paris", "join_mode": "invite", "visibility": "public"}
    assert "Nobody here knows @eve@x.example." in desk.send(desk.page, **said, invited="@eve@x.example")
    desk.press(desk.page, **said, invited="@claire@lille.example")
    with lille.context():
        assert db.session.scalars(select(Event.invited)).all() == [[f"{lille.url}/actors/claire"]]
    assert "@claire@lille.example" in desk.text


def test_a_withdrawn_event_says_so_in_the_list_of_registrations(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = lille.object_of(lille.post(event_document(name="Drinks")))["id"]
    fediverse.settle()
    Visit(tournai, "jan", copy_page(event)).press("/events/join", uri=event)
    fediverse.settle()
    lille.post({"type": "Delete", "object": event})
    fediverse.settle()
    mine = Visit(tournai, "jan", "/me/events").text
    assert "The organiser has withdrawn this event." in mine
    assert "Confirmed" not in mine
