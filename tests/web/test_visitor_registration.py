"""People without an account register by a confirmed address: same seats, same line, forgotten after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import update

from coffee_node.base.database import db, write
from coffee_node.base.mail import Mail
from coffee_node.features.events import seat_offers, visitor_details
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.features.events.registration_models import Visitor
from coffee_node.federation.notice_models import MailLink
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_visits import Visit, link_in, mails_to, register_visitor


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def announce(node: TestNode, columns: Mapping[str, object] | None = None, **document: object) -> str:
    uri: str = node.object_of(node.post(event_document(**document)))["id"]
    if columns:
        with node.context(), write():
            db.session.execute(update(Event).where(Event.uri == uri).values(**columns))
    return uri


def path_of(node: TestNode, event: str) -> str:
    return event.removeprefix(node.url)


def test_a_form_with_gaps_keeps_what_was_typed_and_writes_to_nobody(lille: TestNode) -> None:
    event = announce(lille)
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    answer = form.post(form.page, {"name": "Zoé", "email": "no address", "note": "I come by train."})
    assert answer.status_code == 422
    assert "Write an address like name@example.org." in answer.text
    assert "Without this the organiser cannot keep a seat for you." in answer.text
    assert 'value="Zoé"' in answer.text and "I come by train." in answer.text
    assert lille.rows(Mail) == [] and lille.rows(MailLink) == []


def test_only_the_button_behind_the_link_in_the_mail_registers(lille: TestNode) -> None:
    event = announce(lille, name="Breakfast")
    assert "Register without an account" in lille.page(path_of(lille, event))
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    sent = form.send(form.page, name="Zoé", email="Zoe@Visitors.Example", consent="y")
    assert "Follow the link in that mail within 48 hours" in sent
    [mail] = mails_to(lille, "zoe@visitors.example")
    assert "Zoé" not in mail.subject
    confirm = link_in(lille, mail)
    page = Visit(lille, "", confirm)
    assert "one more press" in page.text
    assert lille.rows(Participation) == [], "opening the link is not enough"
    own = page.press(confirm)
    [row] = lille.rows(Participation)
    assert (row.state, row.actor_id, row.display_name) == ("accepted", None, "Zoé")
    [visitor] = lille.rows(Visitor)
    assert (visitor.consent_version, visitor.consent_at is not None) == (1, True)
    assert "Confirmed: there is a seat." in Visit(lille, "", own).text
    told = mails_to(lille, "zoe@visitors.example")[-1]
    assert told.subject == "You are in: Breakfast" and "BEGIN:VEVENT" in told.calendar
    used = lille.client.get(confirm, base_url=lille.url)
    assert used.status_code == 410 and "This link was used already" in used.text


def test_the_link_works_for_48_hours(fediverse: Fediverse, lille: TestNode) -> None:
    event = announce(lille)
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    form.send(form.page, name="Zoé", email="zoe@visitors.example", consent="y")
    confirm = link_in(lille, mails_to(lille, "zoe@visitors.example")[0])
    fediverse.clock.advance(hours=49)
    assert lille.client.get(confirm, base_url=lille.url).status_code == 410
    with lille.context():
        visitor_details.forget_old()
    assert lille.rows(MailLink) == [], "who never confirmed is forgotten"


def test_visitors_and_members_share_one_row_of_seats_and_one_line(
    fediverse: Fediverse, lille: TestNode
) -> None:
    event = announce(lille, {"has_waiting_list": True}, maximumAttendeeCapacity=2)
    lille.add_person("claire")
    own = register_visitor(lille, event, "Zoe")
    Visit(lille, "claire", path_of(lille, event)).press("/events/join", uri=event)
    fediverse.settle()
    fediverse.clock.advance(minutes=1)
    waiting = register_visitor(lille, event, "Anna")
    assert "On the waiting list, place 1." in Visit(lille, "", waiting).text
    assert "it is yours by itself" in Visit(lille, "", waiting).text
    Visit(lille, "", own).press(own, do="leave")
    assert "Confirmed: there is a seat." in Visit(lille, "", waiting).text
    assert mails_to(lille, "anna@visitors.example")[-1].subject.startswith("You are in")
    assert [row.participant_count for row in lille.rows(Event)] == [2]


def test_a_seat_is_offered_to_the_first_in_line_and_then_to_the_next(
    fediverse: Fediverse, lille: TestNode
) -> None:
    columns = {"has_waiting_list": True, "offer_hours": 24}
    event = announce(lille, columns, maximumAttendeeCapacity=1)
    lille.add_person("claire")
    zoe = register_visitor(lille, event, "Zoe")
    fediverse.clock.advance(minutes=1)
    anna = register_visitor(lille, event, "Anna")
    fediverse.clock.advance(minutes=1)
    claire = Visit(lille, "claire", path_of(lille, event))
    claire.press("/events/join", uri=event)
    fediverse.settle()
    Visit(lille, "", zoe).press(zoe, do="leave")
    assert "A seat is free for you: please confirm it." in Visit(lille, "", anna).text
    assert mails_to(lille, "anna@visitors.example")[-1].subject.startswith("A seat is free")
    assert "On the waiting list, place 1." in claire.text
    assert [row.remaining_capacity for row in lille.rows(Event)] == [0], "the seat is held"
    fediverse.clock.advance(hours=25)
    with lille.context():
        assert seat_offers.end_offers() == "1 offers of seats ran out."
    assert "Refused: The offer of a seat ran out" in Visit(lille, "", anna).text
    assert "A seat is free for you: please confirm it." in claire.text
    late = Visit(lille, "", anna)
    late.press(anna, do="take")
    assert "This offer has run out." in late.text
    claire.press("/events/take", uri=event)
    assert "Confirmed: there is a seat." in claire.text


def test_who_refuses_an_offer_lets_the_next_one_be_asked(fediverse: Fediverse, lille: TestNode) -> None:
    columns = {"has_waiting_list": True, "offer_hours": 24}
    event = announce(lille, columns, maximumAttendeeCapacity=1)
    pages = []
    for name in ("Zoe", "Anna", "Berta"):
        pages.append(register_visitor(lille, event, name))
        fediverse.clock.advance(minutes=1)
    Visit(lille, "", pages[0]).press(pages[0], do="leave")
    Visit(lille, "", pages[1]).press(pages[1], do="leave")
    Visit(lille, "", pages[2]).press(pages[2], do="take")
    assert [row.state for row in lille.rows(Participation)] == ["left", "left", "accepted"]


def test_the_organiser_confirms_a_visitor_and_the_answer_comes_by_mail(lille: TestNode) -> None:
    event = announce(lille, joinMode="restricted")
    own = register_visitor(lille, event, "Zoe")
    assert "The organiser decides." in Visit(lille, "", own).text
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/participants")
    assert "zoe@visitors.example" in desk.text
    [row] = lille.rows(Participation)
    desk.press(f"{desk.page}/{row.id}", answer="accept")
    assert mails_to(lille, "zoe@visitors.example")[-1].subject.startswith("You are in")


def test_a_second_registration_with_the_same_address_makes_no_second_seat(lille: TestNode) -> None:
    event = announce(lille)
    register_visitor(lille, event, "Zoe")
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    again = form.send(form.page, name="Zoe", email="zoe@visitors.example", consent="y")
    assert "Follow the link in that mail" in again, "the page does not tell who is registered"
    assert len(lille.rows(Participation)) == 1
    assert "Confirmed" in Visit(lille, "", link_in(lille, mails_to(lille, "zoe@visitors.example")[-1])).text


@pytest.mark.parametrize(
    ("columns", "document"),
    [
        ({"takes_visitors": False}, {}),
        ({}, {"joinMode": "invite"}),
        ({"visibility": "network"}, {}),
    ],
)
def test_an_event_that_takes_no_visitors_shows_no_form(
    lille: TestNode, columns: Mapping[str, object], document: dict[str, str]
) -> None:
    event = announce(lille, columns, **document)
    answer = lille.client.get(f"/events/{event[-36:]}/register", base_url=lille.url)
    assert answer.status_code == (404 if columns.get("visibility") else 422)


def test_details_are_erased_30_days_after_the_event_and_the_figures_stay(
    fediverse: Fediverse, lille: TestNode
) -> None:
    event = announce(lille)
    own = register_visitor(lille, event, "Zoe", note="I am vegetarian.")
    fediverse.clock.advance(days=38)  # the event is on the ninth day
    with lille.context():
        assert visitor_details.forget_old().startswith("The details of 0 visitors")
    fediverse.clock.advance(days=2)
    with lille.context():
        assert visitor_details.forget_old().startswith("The details of 1 visitors")
    [row] = lille.rows(Participation)
    assert (row.state, row.note, row.visitor_id) == ("accepted", "", None)
    assert [len(lille.rows(model)) for model in (Visitor, MailLink, Mail)] == [0, 0, 0]
    assert lille.client.get(own, base_url=lille.url).status_code == 404
    assert "details erased" in Visit(lille, "admin", f"/events/{event[-36:]}/participants").text


def test_a_visitor_has_the_details_deleted_at_once(lille: TestNode) -> None:
    event = announce(lille, maximumAttendeeCapacity=1)
    own = register_visitor(lille, event, "Zoe")
    Visit(lille, "", own).press(own, do="erase")
    assert lille.rows(Visitor) == [] and mails_to(lille, "zoe@visitors.example") == []
    register_visitor(lille, event, "Anna")
    assert [row.state for row in lille.rows(Participation)] == ["left", "accepted"]


def test_many_mails_to_one_address_are_refused(lille: TestNode) -> None:
    event = announce(lille)
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    said = {"name": "Zoe", "email": "zoe@visitors.example", "consent": "y"}
    statuses = [form.post(form.page, said).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert len(lille.rows(MailLink)) == 1, "only the newest link works"


def test_visitors_hear_of_a_new_date_the_day_before_and_of_the_end(
    fediverse: Fediverse, lille: TestNode
) -> None:
    event = announce(lille, name="Breakfast")
    register_visitor(lille, event, "Zoe")
    lille.post({"type": "Update", "object": {"id": event, "startTime": "2026-12-10T08:30:00+01:00"}})
    moved = mails_to(lille, "zoe@visitors.example")[-1]
    assert moved.subject == "New date: Breakfast" and "10 December" in moved.text
    lille.post({"type": "Delete", "object": event})
    assert mails_to(lille, "zoe@visitors.example")[-1].subject == "Withdrawn: Breakfast"
    assert lille.rows(Visitor) == [] and lille.rows(Participation) == []


def test_an_offer_is_shorter_when_the_event_is_near(fediverse: Fediverse, lille: TestNode) -> None:
    columns = {"has_waiting_list": True, "offer_hours": 24}
    event = announce(lille, columns, maximumAttendeeCapacity=1)
    zoe = register_visitor(lille, event, "Zoe")
    fediverse.clock.advance(minutes=1)
    register_visitor(lille, event, "Anna")
    start = lille.rows(Event)[0].start_time
    fediverse.clock.now = start - timedelta(hours=8)
    Visit(lille, "", zoe).press(zoe, do="leave")
    [offered] = lille.rows(Participation, state="offered")
    assert offered.offered_until == fediverse.clock.now + timedelta(hours=2)
