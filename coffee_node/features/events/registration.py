"""Registering for events, ours and others': asking, answering, leaving, and who is next in line.

The organiser's node decides and counts; the participant's node keeps what it was told. An actor of ours that
joins an event of ours takes the same way, through the inbox ledger.
"""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from coffee_node.base import clock, i18n
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, Forbidden, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    count_participants,
    find_participation,
    locked_event,
    participants,
)
from coffee_node.features.events.schemas import MESSAGE
from coffee_node.federation import outbox
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

ACTIVITY_OF = {
    "accepted": "Accept",
    "waiting": "TentativeAccept",
    "refused": "Reject",
    "ignored": "Ignore",
}


def join_event(actor: Actor, event: Event, note: str = "") -> Participation:
    """Ask for a seat in the name of an actor of ours; the answer comes from the organiser's node.

    Raises Unprocessable when the organiser takes no registrations here, Conflict when one is under way.
    """
    if event.join_mode in ("none", "external"):
        raise Unprocessable(
            _("Nobody registers for this event here."), _("Follow the organiser's directions.")
        )
    closed = seats.why_closed(event, clock.utcnow())
    if closed:
        raise Unprocessable(closed, _("Ask the organiser."))
    with write():
        held = find_participation(event.uri, actor.id)
        if held is not None and held.state in ("asked", "accepted", "waiting"):
            raise Conflict(_("You are registered for this event already."), _("Look at its page."))
        more: dict[str, Any] = {MESSAGE: note[:2000]} if note else {}
        activity = outbox.publish(
            actor, "Join", event.uri, to=[event.actor.uri], visibility="private", **more
        )
        return _note(event, actor, activity.uri, note)


def _note(event: Event, actor: Actor, join_uri: str, note: str) -> Participation:
    """The row of a registration just asked for, made or begun again."""
    row = find_participation(event.uri, actor.id)
    now = clock.utcnow()
    if row is None:
        row = Participation(event_uri=event.uri, actor=actor, actor_id=actor.id)
        db.session.add(row)
    row.event_name, row.join_uri, row.note = event.name, join_uri, note[:2000]
    row.state, row.reason, row.place_in_line = "asked", "", None
    row.asked_at = row.changed_at = now
    db.session.flush()
    return row


def leave_event(row: Participation, owner_uri: str) -> str:
    """Give the seat back; the id of the Leave."""
    with write():
        activity = outbox.publish(row.actor, "Leave", row.event_uri, to=[owner_uri], visibility="private")
        _move(row, "left")
        return activity.uri


def take_back(row: Participation, owner_uri: str) -> str:
    """Undo the Join, for clients that speak so; the id of the Undo."""
    with write():
        undo = outbox.publish(row.actor, "Undo", join_document(row), to=[owner_uri], visibility="private")
        _move(row, "left")
        return undo.uri


def receive_join(event: Event, actor: Actor, join_uri: str, note: str) -> None:
    """Somebody asks for a seat of an event of ours: answered at once unless a person decides.

    A second Join gets the earlier answer again; who was refused for want of seats may try again.
    """
    row = find_participation(event.uri, actor.id)
    is_first = row is None or row.state in ("left", "refused") or row.join_uri == join_uri
    if row is not None and not is_first:
        row.join_uri = join_uri
        _tell(event, row)
        return
    row = _note(event, actor, join_uri, note)
    taken = count_participants(event.uri, "accepted")
    with _speaking_its_language(event):
        answer = seats.answer_for(event, actor.uri, taken, clock.utcnow())
    if answer.state != "asked":
        _decide(event, row, answer)


def receive_leave(event: Event, actor: Actor) -> bool:
    """An attendee gives the seat back; False for somebody who had asked for none."""
    row = find_participation(event.uri, actor.id)
    if row is None or row.state in ("refused", "ignored"):
        return False
    _move(row, "left")
    give_free_seats(event)
    return True


def answer_request(event: Event, row: Participation, *, accept: bool, reason: str = "") -> str:
    """The organiser decides about a registration; the id of the answer.

    Raises Conflict when it was answered already and nothing would change, Unprocessable when it is full.
    """
    with write():
        locked = locked_event(event.uri) or event
        if row.state in ("left", "refused", "ignored") or (accept and row.state == "accepted"):
            raise Conflict(_("This registration was already answered."), _("Look at the list again."))
        if not accept:
            _decide(locked, row, seats.Answer("refused", reason))
            give_free_seats(locked)
        else:
            answer = seats.seat_for(locked, count_participants(locked.uri, "accepted"))
            if answer.state == "refused":
                raise Unprocessable(answer.reason, _("Add seats, or refuse."))
            _decide(locked, row, answer)
        last = outbox.last_activity_about(row.join_uri)
        if last is None:
            raise Forbidden(_("Nothing was sent."), _("Try again."))
        return last.uri


def give_free_seats(event: Event) -> None:
    """Whoever is first in line gets the seat that became free; inside the caller's write()."""
    db.session.flush()
    for row in participants(event.uri, "waiting"):
        if seats.why_closed(event, clock.utcnow()):
            break
        if seats.seat_for(event, count_participants(event.uri, "accepted")).state != "accepted":
            break
        _decide(event, row, seats.Answer("accepted"))
    _count(event)


def _decide(event: Event, row: Participation, answer: seats.Answer) -> None:
    row.reason = answer.reason
    _move(row, answer.state)
    row.place_in_line = count_participants(event.uri, "waiting") if answer.state == "waiting" else None
    _tell(event, row)
    _count(event)


def _move(row: Participation, state: str) -> None:
    row.state = state
    row.place_in_line = None
    row.changed_at = clock.utcnow()
    db.session.flush()


def _count(event: Event) -> None:
    """Keep the hints of the event in step; the partners hear of them with its next Update."""
    taken = count_participants(event.uri, "accepted")
    if event.participant_count != taken:
        event.participant_count = taken
        event.seats_changed_at = clock.utcnow()
    event.remaining_capacity = None if event.capacity is None else max(0, event.capacity - taken)


def _tell(event: Event, row: Participation) -> None:
    """Answer the Join as the row stands; an unanswered one stays unanswered."""
    type_ = ACTIVITY_OF.get(row.state)
    if type_ is None:
        return
    about = row.join_uri if type_ == "Ignore" else join_document(row)
    more: dict[str, Any] = {"content": f"<p>{escape(words)}</p>"} if (words := _words(event, row)) else {}
    outbox.publish(event.actor, type_, about, to=[row.actor.uri], visibility="private", **more)


def _words(event: Event, row: Participation) -> str:
    if row.state == "waiting":
        with _speaking_its_language(event):
            return _("Waiting list, place %(number)d.", number=row.place_in_line or 1)
    return row.reason if row.state == "refused" else ""


def _speaking_its_language(event: Event) -> Any:
    language = str(event.language or current_node.config.node.language).split("-")[0]
    return i18n.speaking(current_node.catalogues, language)


def join_document(row: Participation) -> dict[str, Any]:
    """The Join of a registration, whole, for answers and for taking it back."""
    return {"id": row.join_uri, "type": "Join", "actor": row.actor.uri, "object": row.event_uri}
