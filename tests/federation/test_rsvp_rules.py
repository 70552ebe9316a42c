"""Registering, case by case: who is heard again, who is told of what, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coffee_node.base.database import db, write
from coffee_node.features.events import service
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.federation import accounts, blocks, objects, outbox
from coffee_node.federation.actors import actor_or_stub, find_local_actor, ref
from coffee_node.federation.models import Activity, Actor, Delivery, InboxItem
from coffee_node.node import current_node
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join, people, states


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    return lille, tournai


def local(slug: str) -> Actor:
    found = find_local_actor(slug)
    assert found is not None
    return found


def ask_again(fediverse: Fediverse, node: TestNode, slug: str, event: str, owner: str) -> None:
    """A second Join, as a server sends it that keeps no book of what was asked."""
    with node.context(), write():
        outbox.publish(local(slug), "Join", event, to=[owner], visibility="private")
    fediverse.settle()


def answers(node: TestNode) -> list[str]:
    asked = {row.activity_uri for row in node.rows(InboxItem, type="Join")}
    return [row.type for row in node.rows(Activity) if row.object_uri in asked]


def test_who_was_refused_by_a_person_gets_the_same_answer_again(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille, join_mode="restricted")
    asked = join(tournai, guest, event)
    fediverse.settle()
    lille.post({"type": "Reject", "object": asked, "content": "For members."})
    fediverse.settle()
    ask_again(fediverse, tournai, guest, event, f"{lille.url}/actors/lille")
    assert answers(lille) == ["Reject", "Reject"]
    [row] = lille.rows(Participation)
    assert (row.state, row.reason) == ("refused", "For members.")
    lille.post({"type": "Accept", "object": row.join_uri})
    fediverse.settle()
    assert list(states(lille, event).values()) == ["accepted"]


def test_who_was_refused_for_want_of_seats_may_ask_again_when_one_is_free(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    first, second = people(tournai, 2)
    event = announce(fediverse, lille, capacity=1)
    for guest in (first, second):
        join(tournai, guest, event)
        fediverse.settle()
    assert list(states(tournai, event).values()) == ["accepted", "refused"]
    tournai.post({"type": "Leave", "object": event}, first)
    fediverse.settle()
    join(tournai, second, event)
    fediverse.settle()
    assert list(states(lille, event).values()) == ["left", "accepted"]
    assert states(tournai, event) == states(lille, event)


def test_both_ends_know_the_place_in_line_and_when_it_was_given(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    guests = people(tournai, 3)
    event = announce(fediverse, lille, capacity=1, has_waiting_list=True, language="nl")
    for guest in guests:
        join(tournai, guest, event)
        fediverse.settle()
    for node in pair:
        rows = node.rows(Participation, state="waiting")
        assert [row.place_in_line for row in rows] == [1, 2]
        assert all(row.answered_at == row.changed_at for row in rows)
        assert all(row.changed_at >= row.asked_at for row in rows)


def test_the_line_moves_up_after_the_closing_date_but_not_after_the_event(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    guests = people(tournai, 3)
    closes = fediverse.clock.now + timedelta(hours=1)
    event = announce(fediverse, lille, capacity=1, has_waiting_list=True, join_until=closes)
    for guest in guests:
        join(tournai, guest, event)
        fediverse.settle()
    fediverse.clock.advance(hours=2)
    tournai.post({"type": "Leave", "object": event}, guests[0])
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["left", "accepted", "waiting"]
    fediverse.clock.advance(days=4000)
    tournai.post({"type": "Leave", "object": event}, guests[1])
    fediverse.settle()
    assert list(states(lille, event).values()) == ["left", "left", "waiting"]


def test_a_blocked_actor_is_refused_without_a_word_about_the_block(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille)
    join(tournai, guest, event)
    with lille.context(), write():
        blocks.block(local("lille"), actor_or_stub(f"{tournai.url}/actors/{guest}"))
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["refused"]
    assert tournai.rows(Participation)[0].reason == "The organiser does not take this registration."


def test_only_who_was_invited_gets_in(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    first, second = people(tournai, 2)
    invited = [f"{tournai.url}/actors/{first}"]
    event = announce(fediverse, lille, join_mode="invite", invited=invited, language="fr")
    for guest in (first, second):
        join(tournai, guest, event)
    fediverse.settle()
    assert list(states(tournai, event).values()) == ["accepted", "refused"]
    assert "invit" in tournai.rows(Participation, state="refused")[0].reason
    assert "invited" not in lille.get_json(event.removeprefix(lille.url), "application/activity+json")


def test_nobody_registers_for_an_event_that_was_kept_from_them(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    people(tournai, 1)
    lille.add_person("claire")
    with lille.context():
        accounts.create_account("nora", "Nora")
    event = announce(fediverse, lille, visibility="space")
    ask_again(fediverse, tournai, "guest0-tournai", event, f"{lille.url}/actors/lille")
    assert states(lille, event) == {}
    assert [row.last_error for row in lille.rows(InboxItem, type="Join")] == ["it is about no event of ours"]
    with pytest.raises(AssertionError, match="404"):
        join(lille, "nora", event)
    join(lille, "claire", event)  # a member of the space
    fediverse.settle()
    assert list(states(lille, event)) == [f"{lille.url}/actors/claire"]


def shared_with_mons(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> tuple[TestNode, str]:
    """An event of Lille in Mons, which knows only Tournai, and a guest there who has a seat."""
    lille, tournai = pair
    mons = fediverse.node("mons")
    fediverse.connect(tournai, mons)
    event = announce(fediverse, lille, capacity=2)
    tournai.post({"type": "Announce", "object": event})
    fediverse.settle()
    [guest] = people(mons, 1)
    join(mons, guest, event)
    fediverse.settle()
    assert list(states(mons, event).values()) == ["accepted"]
    return mons, event


def test_a_participant_who_follows_nobody_hears_once_that_it_is_cancelled(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    mons, event = shared_with_mons(fediverse, pair)
    people(tournai, 1)
    join(tournai, "guest0-tournai", event)
    fediverse.settle()
    with lille.context():
        service.cancel_event(db.session.query(Event).one())
        [update] = [row for row in lille.rows(Activity, type="Update") if row.object_uri == event]
    fediverse.settle()
    told = sorted(row.host for row in lille.rows(Delivery, activity_id=update.id))
    assert told == ["mons.example", "tournai.example"]
    assert [row.is_cancelled for row in mons.rows(Event)] == [True]
    assert "guest0" not in str(update.document)
    assert list(states(mons, event).values()) == ["accepted"]


def test_a_withdrawn_event_is_gone_at_its_participants_and_their_names_are_forgotten(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    mons, event = shared_with_mons(fediverse, pair)
    with lille.context():
        service.withdraw_event(db.session.query(Event).one())
    fediverse.settle()
    assert [row for row in mons.rows(Event) if row.deleted_at is None] == []
    assert states(lille, event) == {}
    [kept] = mons.rows(Participation)
    assert kept.event_name == "Breakfast on both banks"


def test_who_deletes_the_account_gives_the_seat_to_the_first_in_line(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    first, second = people(tournai, 2)
    event = announce(fediverse, lille, capacity=1, has_waiting_list=True)
    for guest in (first, second):
        join(tournai, guest, event)
        fediverse.settle()
    with tournai.context():
        gone = local(first)
        with write():
            organiser = f"{lille.url}/actors/lille"
            outbox.publish(gone, "Delete", gone.uri, to=[organiser], uri=f"{gone.uri}#delete")
    fediverse.settle()
    assert list(states(lille, event)) == [f"{tournai.url}/actors/{second}"]
    assert list(states(lille, event).values()) == ["accepted"]


def test_erasing_somebody_here_gives_seats_back_elsewhere(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille)
    join(tournai, guest, event, participationMessage="I am late.")
    fediverse.settle()
    with tournai.context():
        who = ref(local(guest))
        assert "I am late." in str(current_node.plugins.ask_all("export_personal_data", actor=who))
        current_node.plugins.ask_all("erase_personal_data", actor=who)
    fediverse.settle()
    assert tournai.rows(Participation) == []
    assert list(states(lille, event).values()) == ["left"]


def test_a_leave_that_comes_late_is_no_leave_from_the_second_registration(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    lille.add_person("claire")
    event = announce(fediverse, lille, capacity=1)
    join(lille, "claire", event)
    lille.post({"type": "Leave", "object": event}, "claire")
    join(lille, "claire", event)
    fediverse.settle()
    assert list(states(lille, event).values()) == ["accepted"]


def test_deleted_events_take_no_registration(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    people(tournai, 1)
    event = announce(fediverse, lille)
    with lille.context():
        row = db.session.query(Event).one()
        with write():
            objects.delete_object(service.event_type(), row)
    ask_again(fediverse, tournai, "guest0-tournai", event, f"{lille.url}/actors/lille")
    assert states(lille, event) == {}
