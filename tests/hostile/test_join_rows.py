"""Row 40, registrations: twenty for one seat at once, too late, for others, and answers by strangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import Target
from tests.hostile.wire import all_at_once
from tests.house.real_nodes import wait_for

CROWD = 20


@pytest.fixture(autouse=True)
def told(target: Target) -> Iterator[None]:
    """The Update that tells how many seats are left comes once a minute, into whatever row is looked at."""
    yield
    tell_nobody(target)


def tell_nobody(target: Target) -> None:
    """Let no Update of the seats be due."""
    target.change("UPDATE event SET seats_changed_at = NULL")


def event(**changes: Any) -> dict[str, Any]:
    """An Event in a month, with one seat."""
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    made = {
        "type": "Event",
        "name": "Breakfast",
        "content": "<p>Coffee and bread.</p>",
        "startTime": starts.isoformat(),
        "endTime": (starts + timedelta(hours=2)).isoformat(),
        "timezone": "Europe/Paris",
        "inLanguage": "en",
        "joinMode": "free",
        "maximumAttendeeCapacity": 1,
    }
    return made | changes


def announced(target: Target, *, has_waiting_list: bool = False, **changes: Any) -> str:
    """An Event of the node's space; its id."""
    uri = target.node.publish(event(**changes))
    if has_waiting_list:
        target.change("UPDATE event SET has_waiting_list = 1 WHERE uri = ?", uri)
    return uri


def guests(target: Target, number: int) -> list[Sender]:
    """So many people on hosts of their own that nobody has met."""
    return [Sender(target.network, target.keys[1]) for _ in range(number)]


def join(target: Target, guest: Sender, uri: str, **changes: Any) -> dict[str, Any]:
    return guest.activity("Join", uri, to=[target.actor], **changes)


def answers(target: Target, guest: Sender, number: int = 1) -> list[dict[str, Any]]:
    """The answers that reached a guest, so many."""
    wait_for(lambda: len(target.network.posted(f"{guest.uri}/inbox")) >= number, 10)
    target.quiet()
    return [one.document for one in target.network.posted(f"{guest.uri}/inbox")]


def states(target: Target, uri: str) -> Counter[str]:
    """How many registrations for an event are in which state."""
    query = "SELECT state, count(*) FROM event_participation WHERE event_uri = ? GROUP BY state"
    return Counter(dict(target.rows(query, uri)))


@pytest.mark.parametrize("has_waiting_list", [False, True], ids=["full", "waiting-list"])
def test_h40c_twenty_ask_for_one_seat_at_once(target: Target, evil: Sender, has_waiting_list: bool) -> None:
    """One Accept and nineteen refusals, or places in line; each of the twenty hears one answer."""
    uri, crowd = announced(target, has_waiting_list=has_waiting_list), guests(target, CROWD)
    joins = [join(target, guest, uri) for guest in crowd]
    posts = [target.post(guest, one).cavage().raw() for guest, one in zip(crowd, joins, strict=True)]
    sent = all_at_once(target.address, posts)
    assert [answer.status for answer in sent] == [202] * CROWD
    heard = [answers(target, guest) for guest in crowd]
    assert [[answer["object"]["id"] for answer in one] for one in heard] == [[one["id"]] for one in joins]
    other, state = ("TentativeAccept", "waiting") if has_waiting_list else ("Reject", "refused")
    assert Counter(one[0]["type"] for one in heard) == {"Accept": 1, other: CROWD - 1}
    assert states(target, uri) == {"accepted": 1, state: CROWD - 1}
    seats = "SELECT participant_count, remaining_capacity FROM event WHERE uri = ?"
    assert target.rows(seats, uri) == [(1, 0)]
    places = "SELECT place_in_line FROM event_participation WHERE event_uri = ? AND state = 'waiting'"
    assert sorted(place for (place,) in target.rows(places, uri)) == (
        list(range(1, CROWD)) if has_waiting_list else []
    )
    target.send(evil, evil.activity("Create", evil.note())).stored()


def test_h40c_one_asks_twenty_times_at_once(target: Target) -> None:
    """Twenty Joins of one actor are one registration, and each gets the same answer."""
    uri, (guest,) = announced(target, maximumAttendeeCapacity=2), guests(target, 1)
    posts = [target.post(guest, join(target, guest, uri)).cavage().raw() for _ in range(CROWD)]
    assert [answer.status for answer in all_at_once(target.address, posts)] == [202] * CROWD
    assert {answer["type"] for answer in answers(target, guest, CROWD)} == {"Accept"}
    assert states(target, uri) == {"accepted": 1}
    assert target.rows("SELECT remaining_capacity FROM event WHERE uri = ?", uri) == [(1,)]


def test_h40c_twenty_leave_and_twenty_ask_at_once(target: Target) -> None:
    """However the two crowds meet, no seat is given away twice and none is lost."""
    uri = announced(target, has_waiting_list=True, maximumAttendeeCapacity=5)
    first, second = guests(target, CROWD // 2), guests(target, CROWD // 2)
    for guest in first:
        target.send(guest, join(target, guest, uri)).stored()
    leaves = [guest.activity("Leave", uri, to=[target.actor]) for guest in first]
    sent = [*zip(first, leaves, strict=True), *((guest, join(target, guest, uri)) for guest in second)]
    all_at_once(target.address, [target.post(guest, one).cavage().raw() for guest, one in sent])
    for _, one in sent:
        target.settle(one["id"])
    assert states(target, uri) == {"left": CROWD // 2, "accepted": 5, "waiting": CROWD // 2 - 5}


LATE = {"over": -1, "long over": -400}


@pytest.mark.parametrize("name", LATE)
def test_h40d_a_join_after_the_end(target: Target, name: str) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=LATE[name])
    ends = (moment + timedelta(hours=1)).isoformat()
    uri = announced(target, startTime=moment.isoformat(), endTime=ends)
    refused(target, uri, "over")


def test_h40d_a_join_for_a_cancelled_event(target: Target) -> None:
    uri = announced(target)
    cancelled = {"id": uri, "type": "Event", "eventStatus": "EventCancelled"}
    answer = target.node.post({"type": "Update", "object": cancelled})
    assert answer.status_code == 201, answer.text
    refused(target, uri, "cancelled")


def refused(target: Target, uri: str, why: str) -> None:
    """A Join is answered by a Reject that says why, and gets no seat."""
    (guest,) = guests(target, 1)
    asked = join(target, guest, uri)
    outcome = target.send(guest, asked)
    outcome.stored()
    (answer,) = answers(target, guest)
    assert (answer["type"], answer["object"]["id"]) == ("Reject", asked["id"])
    assert why in answer["content"]
    assert states(target, uri) == {"refused": 1}
    outcome.works()


@pytest.fixture(scope="module")
def asked(target: Target) -> tuple[str, str]:
    """An event of the followed actor that our space has asked to join: the ids of event and Join."""
    evil = target.space
    theirs = event(id=evil.new_id(), attributedTo=evil.uri, to=evil.known["to"])
    target.send(evil, evil.activity("Create", theirs)).stored()
    answer = target.node.post({"type": "Join", "object": theirs["id"]})
    assert answer.status_code == 201, answer.text
    assert states(target, theirs["id"]) == {"asked": 1}
    return theirs["id"], answer.headers["Location"]


@pytest.mark.parametrize("type_", ["Accept", "Reject", "TentativeAccept", "Ignore"])
@pytest.mark.parametrize("who", ["stranger", "followed", "same-host"])
def test_h40e_a_stranger_answers_a_join_of_ours(
    target: Target, evil: Sender, asked: tuple[str, str], who: str, type_: str
) -> None:
    """Nothing changes, and the ledger shows what came and why it did not count."""
    uri, join_uri = asked
    host = evil.host if who == "same-host" else ""
    sender = target.followed() if who == "followed" else Sender(target.network, target.keys[2], host, "m")
    target.send(sender, sender.activity())
    whole = {"id": join_uri, "type": "Join", "actor": target.actor, "object": uri}
    without_id = {name: value for name, value in whole.items() if name != "id"}
    for object_ in (join_uri, whole, without_id):
        outcome = target.send(sender, sender.activity(type_, object_, to=[target.actor]))
        outcome.dropped("answers nothing", fetches=0)
    assert states(target, uri) == {"asked": 1}


def test_h40e_the_organiser_answers_a_join_of_ours(
    target: Target, evil: Sender, asked: tuple[str, str]
) -> None:
    """The rows above can fail; an answer to a Join that was never sent is dropped from the organiser too."""
    uri, join_uri = asked
    target.send(evil, evil.activity("Accept", f"{join_uri}0")).dropped("answers nothing", fetches=0)
    target.send(evil, evil.activity("Accept", join_uri)).stored(fetches=0)
    assert states(target, uri) == {"accepted": 1}


@pytest.mark.parametrize("is_same_host", [True, False], ids=["same-host", "other-host"])
@pytest.mark.parametrize("victim", ["guest", "ours"])
def test_h40g_a_join_for_another(target: Target, evil: Sender, victim: str, is_same_host: bool) -> None:
    uri, (guest,) = announced(target), guests(target, 1)
    assert target.send(guest, guest.activity()).answer.status == 202
    mallory = Sender(target.network, target.keys[2], guest.host if is_same_host else "", "mallory")
    actor = guest.uri if victim == "guest" else target.actor
    for scheme in ("cavage", "rfc9421"):
        outcome = target.send(mallory, join(target, mallory, uri, actor=actor), scheme)
        outcome.sender = evil
        outcome.refused(401, "owner", fetches=1)
    assert states(target, uri) == {}


def test_h40h_a_leave_of_somebody_who_had_no_seat(target: Target, evil: Sender) -> None:
    uri, (attendee, other) = announced(target), guests(target, 2)
    held = join(target, attendee, uri)
    target.send(attendee, held).stored()
    tell_nobody(target)
    target.send(other, other.activity())
    for activity in (
        other.activity("Leave", uri, to=[target.actor]),
        other.activity("Undo", held, to=[target.actor]),
        other.activity("Undo", held["id"], to=[target.actor]),
        other.activity("Leave", held["id"], to=[target.actor]),
        other.activity("Leave", {"id": uri, "type": "Event", "actor": attendee.uri}, to=[target.actor]),
    ):
        target.send(other, activity).dropped(fetches=0)
    assert states(target, uri) == {"accepted": 1}
    target.send(attendee, attendee.activity("Leave", uri, to=[target.actor])).stored()
    assert states(target, uri) == {"left": 1}


def test_h40h_a_leave_by_who_was_refused(target: Target) -> None:
    uri, (attendee, late) = announced(target), guests(target, 2)
    target.send(attendee, join(target, attendee, uri)).stored()
    target.send(late, join(target, late, uri)).stored()
    tell_nobody(target)
    target.send(late, late.activity("Leave", uri, to=[target.actor])).dropped("had no seat", fetches=0)
    assert states(target, uri) == {"accepted": 1, "refused": 1}
