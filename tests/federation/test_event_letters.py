"""An organiser writes to the participants, and everybody hears what changes: here, elsewhere, by mail."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from coffee_node.base.database import db, write
from coffee_node.features.events import event_news, letter_schemas, letters, service
from coffee_node.features.events.models import Event
from coffee_node.features.events.registration_models import ParticipantLetter
from coffee_node.federation import accounts, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Delivery, InboxItem
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join, people, states
from tests.web.event_visits import Visit, mails_to, register_visitor


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    with lille.context(), write():
        db.session.execute(
            update(Account).where(Account.handle == "admin").values(email="desk@lille.example")
        )
    return lille, tournai


def titles(node: TestNode, kind: str) -> list[str]:
    return [row.title for row in node.rows(Notification, kind=kind)]


def test_a_letter_reaches_everybody_in_the_way_each_can_read(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    with lille.context():
        accounts.create_account("claire", "Claire", email="claire@lille.example")
    event = announce(fediverse, lille)
    people(tournai, 2)
    join(lille, "claire", event)
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    register_visitor(lille, event, "Zoe")
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/participants/write")
    assert "desk@lille.example" in desk.text, "the organiser knows that the address is shown"
    assert desk.post(desk.page, {"audience": "accepted", "subject": "Rooms", "text": ""}).status_code == 422
    desk.press(desk.page, audience="accepted", subject="Rooms", text="Second floor.\nBring cups.")
    fediverse.settle()
    for address in ("claire@lille.example", "zoe@visitors.example"):
        mail = mails_to(lille, address)[-1]
        assert (mail.subject, mail.reply_to) == ("Rooms", "desk@lille.example")
        assert "Bring cups." in mail.text
    assert titles(lille, "event_letter") == ["Breakfast on both banks: Rooms"]
    assert titles(tournai, "event_letter") == ["Breakfast on both banks"]
    assert "Bring cups." in tournai.rows(Notification, kind="event_letter")[0].text
    [note] = [row for row in lille.rows(Activity, type="Create") if row.visibility == "private"]
    assert note.document["object"]["to"] == [f"{tournai.url}/actors/guest0-tournai"]
    assert len(lille.rows(Delivery, activity_id=note.id)) == 1
    assert [row.recipients for row in lille.rows(ParticipantLetter)] == [3]
    assert "Bring cups." in Visit(lille, "admin", f"/events/{event[-36:]}/participants").text


def test_five_letters_a_day_and_none_twice(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille)
    people(tournai, 1)
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/participants/write")
    nobody = desk.post(desk.page, {"audience": "accepted", "text": "Hello."})
    assert nobody.status_code == 422 and "Nobody would get this letter." in nobody.text
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    for number in range(letters.A_DAY):
        desk.press(desk.page, audience="all", text=f"Letter {number}")
    assert "sent already" in desk.post(desk.page, {"audience": "all", "text": "Letter 0"}).text
    assert "Five letters a day" in desk.post(desk.page, {"audience": "all", "text": "Another"}).text
    assert len(lille.rows(ParticipantLetter)) == letters.A_DAY


def test_a_letter_of_a_stranger_is_shown_to_nobody(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    mons = fediverse.node("mons")
    event = announce(fediverse, lille)
    people(tournai, 1)
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    guest = f"{tournai.url}/actors/guest0-tournai"
    with mons.context(), write():
        space = find_local_actor("mons")
        assert space is not None
        forged = letter_schemas.write_letter(
            f"{mons.url}/objects/1", space.uri, event, guest, "<p>Pay here.</p>", "2026-11-24T09:00:00Z", "@x"
        )
        outbox.publish(space, "Create", forged, to=[guest], visibility="private")
    fediverse.settle()
    assert titles(tournai, "event_letter") == []
    assert [row.state for row in tournai.rows(InboxItem, type="Create")][-1] == "ignored"


def test_people_hear_the_answer_a_new_date_and_the_end_of_an_event_of_another_node(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, join_mode="restricted")
    people(tournai, 1)
    asked = join(tournai, "guest0-tournai", event)
    fediverse.settle()
    assert titles(lille, "event_request") == ["A request waits for your answer: Breakfast on both banks"]
    lille.post({"type": "Accept", "object": asked})
    fediverse.settle()
    assert titles(tournai, "event_answer") == ["You are in: Breakfast on both banks"]
    lille.post({"type": "Update", "object": {"id": event, "content": "<p>With jam.</p>"}})
    fediverse.settle()
    assert titles(tournai, "event_change") == [], "a new text is no reason to disturb anybody"
    lille.post({"type": "Update", "object": {"id": event, "startTime": "2026-12-10T08:30:00+01:00"}})
    fediverse.settle()
    fediverse.clock.advance(minutes=1)
    with lille.context():
        service.cancel_event(db.session.query(Event).one())
    fediverse.settle()
    fediverse.clock.advance(minutes=1)
    lille.post({"type": "Delete", "object": event})
    fediverse.settle()
    assert titles(tournai, "event_change") == [
        "New date: Breakfast on both banks",
        "Cancelled: Breakfast on both banks",
        "Withdrawn: Breakfast on both banks",
    ]


def test_everybody_is_reminded_once_the_day_before(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille)
    people(tournai, 2)
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    register_visitor(lille, event, "Zoe")
    start = lille.rows(Event)[0].start_time
    fediverse.clock.now = start.replace(day=start.day - 2)
    for node in pair:
        with node.context():
            assert event_news.remind() == "0 people reminded of an event."
    fediverse.clock.advance(hours=30)
    join(tournai, "guest1-tournai", event)  # who registers now knows
    fediverse.settle()
    for node in pair:
        with node.context():
            assert event_news.remind() == "1 people reminded of an event."
            assert event_news.remind() == "0 people reminded of an event."
    assert titles(tournai, "event_reminder") == ["Soon: Breakfast on both banks"]
    assert mails_to(lille, "zoe@visitors.example")[-1].subject == "Soon: Breakfast on both banks"


def test_who_got_no_answer_asks_again_and_is_heard_once(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, join_mode="restricted")
    people(tournai, 1)
    jan = Visit(tournai, "guest0-tournai", f"/at/{event.removeprefix('https://')}")
    jan.press("/events/join", uri=event, note="I bring cake.")
    fediverse.settle()
    assert "Ask again" not in jan.text
    fediverse.clock.advance(days=4)
    jan = Visit(tournai, "guest0-tournai", jan.page)
    assert "Ask again" in jan.text and "Write to the organiser" in jan.text
    jan.press("/events/ask-again", uri=event)
    fediverse.settle()
    assert "Ask again" not in jan.text
    assert len(titles(lille, "event_request")) == 2
    assert list(states(lille, event).values()) == ["asked"]
    assert "I bring cake." in Visit(lille, "admin", f"/events/{event[-36:]}/participants").text
