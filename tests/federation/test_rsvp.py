"""Registering across nodes: seats are counted once, both ends know the state, the first in line moves up."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from coffee_node.base.database import db, write
from coffee_node.features.events import service
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.federation import outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Delivery, InboxItem
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join, people, states


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    return lille, tournai


def test_thirty_seats_forty_people_from_two_sides_and_a_waiting_list(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, capacity=30, has_waiting_list=True)
    guests = [(node, slug) for node in pair for slug in people(node, 20)]
    for node, slug in guests:
        join(node, slug, event)
    fediverse.settle()
    at_lille = states(lille, event)
    assert sorted(at_lille.values()) == ["accepted"] * 30 + ["waiting"] * 10
    at_tournai = states(tournai, event)
    assert len(at_tournai) == 20
    assert {uri: at_lille[uri] for uri in at_tournai} == at_tournai
    answers = [row.type for row in lille.rows(Activity) if row.type in ("Accept", "TentativeAccept")]
    assert answers.count("TentativeAccept") == 10

    first_in_line = min(
        (row for row in lille.rows(Participation, state="waiting")), key=lambda row: (row.asked_at, row.id)
    )
    leaver = next(uri for uri, state in at_tournai.items() if state == "accepted")
    tournai.post({"type": "Leave", "object": event}, leaver.rsplit("/", 1)[-1])
    fediverse.settle()
    at_lille, at_tournai = states(lille, event), states(tournai, event)
    assert sorted(at_lille.values()) == ["accepted"] * 30 + ["left"] + ["waiting"] * 9
    with lille.context():
        assert at_lille[first_in_line.actor.uri] == "accepted"
    assert {uri: at_lille[uri] for uri in at_tournai} == at_tournai


def answers_to(node: TestNode, event: str) -> list[tuple[str, str]]:
    """Type and words of every answer that the organiser's node sent about an event."""
    kinds = ("Accept", "TentativeAccept", "Reject", "Ignore")
    sent = [row for row in node.rows(Activity) if row.type in kinds and event in str(row.document["object"])]
    return [(row.type, row.document.get("content", "")) for row in sent]


def test_h40c_one_seat_left_and_twenty_at_once_without_a_waiting_list(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, capacity=1, language="fr")
    for slug in people(tournai, 20):
        join(tournai, slug, event)
    fediverse.settle()
    assert sorted(states(lille, event).values()) == ["accepted"] + ["refused"] * 19
    assert states(tournai, event) == states(lille, event)
    assert all(row.reason for row in tournai.rows(Participation, state="refused"))


def test_h40c_one_seat_left_and_twenty_at_once_with_a_waiting_list(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, capacity=1, has_waiting_list=True)
    for slug in people(tournai, 20):
        join(tournai, slug, event)
    fediverse.settle()
    kinds = [kind for kind, _ in answers_to(lille, event)]
    assert kinds == ["Accept"] + ["TentativeAccept"] * 19
    assert answers_to(lille, event)[3][1] == "<p>Waiting list, place 3.</p>"


@pytest.mark.parametrize("why", ["over", "cancelled", "closed"])
def test_h40d_a_join_that_comes_too_late_is_refused(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], why: str
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    closes = fediverse.clock.now + timedelta(hours=1)
    event = announce(fediverse, lille, join_until=closes if why == "closed" else None)
    join(tournai, guest, event)  # on its way while the door closes
    if why == "cancelled":
        with lille.context():
            service.cancel_event(db.session.query(Event).one())
    else:
        fediverse.clock.advance(days=2 if why == "closed" else 4000)
    fediverse.settle()
    assert list(states(lille, event).values()) == ["refused"]
    assert list(states(tournai, event).values()) == ["refused"]


def test_h40e_an_accept_of_a_join_by_a_stranger_changes_nothing(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    mons = fediverse.node("mons")
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille, join_mode="restricted")
    asked = join(tournai, guest, event)
    fediverse.settle()
    with mons.context(), write():
        space = find_local_actor("mons")
        assert space is not None
        participant = f"{tournai.url}/actors/{guest}"
        stolen = {"id": asked, "type": "Join", "actor": participant, "object": event}
        outbox.publish(space, "Accept", stolen, to=[participant], visibility="private")
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["asked"]
    assert [row.state for row in tournai.rows(InboxItem, type="Accept")][-1] == "ignored"


def test_h40g_nobody_joins_for_another(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    people(tournai, 2)
    event = announce(fediverse, lille)
    with tournai.context():
        first, second = (find_local_actor(f"guest{number}-tournai") for number in range(2))
        assert first is not None and second is not None
        with write():
            activity = outbox.publish(
                first, "Join", event, to=[f"{lille.url}/actors/lille"], visibility="private"
            )
            forged = {**activity.document, "actor": second.uri}
            activity.body = orjson.dumps(forged)
            digest = base64.b64encode(hashlib.sha256(activity.body).digest()).decode()
            activity.digest = f"SHA-256={digest}"
    fediverse.settle()
    assert states(lille, event) == {}
    assert [row.last_status for row in tournai.rows(Delivery, state="refused")] == [401]


def test_h40h_a_leave_of_somebody_without_a_seat_changes_nothing(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    people(tournai, 2)
    event = announce(fediverse, lille, capacity=5)
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    with tournai.context(), write():
        other = find_local_actor("guest1-tournai")
        assert other is not None
        outbox.publish(other, "Leave", event, to=[f"{lille.url}/actors/lille"], visibility="private")
    fediverse.settle()
    assert list(states(lille, event).values()) == ["accepted"]
    assert [row.state for row in lille.rows(InboxItem, type="Leave")] == ["ignored"]


def test_a_second_join_gets_the_earlier_answer_again(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille, capacity=1)
    join(tournai, guest, event)
    fediverse.settle()
    with tournai.context(), write():
        actor = find_local_actor(guest)
        assert actor is not None
        outbox.publish(actor, "Join", event, to=[f"{lille.url}/actors/lille"], visibility="private")
    fediverse.settle()
    assert [kind for kind, _ in answers_to(lille, event)] == ["Accept", "Accept"]
    assert list(states(lille, event).values()) == ["accepted"]


def test_the_organiser_decides_where_registration_is_restricted(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    people(tournai, 2)
    event = announce(fediverse, lille, join_mode="restricted")
    joins = [join(tournai, f"guest{number}-tournai", event) for number in range(2)]
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["asked", "asked"]
    lille.post({"type": "Accept", "object": joins[0]})
    lille.post({"type": "Reject", "object": joins[1], "content": "<p>Too many from one firm.</p>"})
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["accepted", "refused"]
    assert tournai.rows(Participation)[1].reason == "Too many from one firm."


def test_an_event_without_registration_answers_ignore(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille, join_mode="free")
    joined = join(tournai, guest, event)
    with lille.context(), write():
        db.session.execute(update(Event).values(join_mode="none"))
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["ignored"]
    [ignore] = [row for row in lille.rows(Activity) if row.type == "Ignore"]
    assert ignore.document["object"] == joined


def test_more_seats_let_the_line_move_up_and_the_partners_hear_the_number_left(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    people(tournai, 3)
    event = announce(fediverse, lille, capacity=1, has_waiting_list=True)
    for number in range(3):
        join(tournai, f"guest{number}-tournai", event)
    fediverse.settle()
    lille.post({"type": "Update", "object": {"id": event, "maximumAttendeeCapacity": 4}})
    fediverse.settle()
    assert set(states(tournai, event).values()) == {"accepted"}
    fediverse.clock.advance(minutes=2)
    with lille.context():
        service.tell_seats()
    fediverse.settle()
    [copy] = tournai.get_json("/events.json")["items"]
    assert (copy["participantCount"], copy["remainingAttendeeCapacity"]) == (3, 1)


def test_an_undo_of_the_join_gives_the_seat_back(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille)
    joined = join(tournai, guest, event, participationMessage="I bring cake.")
    fediverse.settle()
    assert lille.rows(Participation)[0].note == "I bring cake."
    tournai.post({"type": "Undo", "object": joined}, guest)
    fediverse.settle()
    assert states(lille, event) == states(tournai, event)
    assert list(states(lille, event).values()) == ["left"]
