"""The organiser's side of registrations: who gets a seat, who waits, and who is next when one becomes free.

Every decision is taken while the row of the event is locked (`locked_event`), so that several workers of one
PostgreSQL node never give the same seat away twice. An answer goes to an actor as an activity, to a person
of ours as a notice too, and to a visitor without account as a mail.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from markupsafe import escape
from sqlalchemy import delete, select

from coffee_node.base import clock, i18n
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import registration_notices, seats, visitor_details, visitor_mails
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    ask,
    count_participants,
    find_participation,
    locked_event,
    participants,
    place_in_line,
    seats_taken,
)
from coffee_node.features.events.questions import from_message, read_questions
from coffee_node.federation import domain_policy, outbox
from coffee_node.federation.audience import Target
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

ACTIVITY_OF = {
    "accepted": "Accept",
    "waiting": "TentativeAccept",
    "offered": "TentativeAccept",
    "refused": "Reject",
    "ignored": "Ignore",
}


def unwanted() -> str:
    """Why somebody who is blocked gets no seat, without a word about the block."""
    return _("The organiser does not take this registration.")


def receive_join(event: Event, actor: Actor, join_uri: str, note: str) -> None:
    """Somebody asks for a seat of an event of ours: answered at once unless a person decides.

    A second Join gets the earlier answer again; who was refused by the rules may try again, since a seat may
    have become free, but not who was refused by a person.
    """
    row = find_participation(event.uri, actor.id)
    is_settled = row is not None and (row.is_standing or row.is_final)
    if row is not None and is_settled and row.join_uri != join_uri:
        row.join_uri = join_uri
        if row.state == "asked":
            registration_notices.tell_organisers(event, row)
        _tell(event, row)
        return
    answers, rest = from_message(read_questions(event.questions), note)
    answer_new(event, ask(event, actor, join_uri, rest, answers))


def answer_new(event: Event, row: Participation) -> None:
    """Answer somebody who has just asked, or tell the organiser where a person decides."""
    with speaking_its_language(event):
        answer = _answer_to(event, row)
    if answer.state == "asked":
        registration_notices.tell_organisers(event, row)
        visitor_mails.tell_state(event, row)
    else:
        decide(event, row, answer)


def _answer_to(event: Event, row: Participation) -> seats.Answer:
    if is_unwanted(event, row):
        return seats.Answer("refused", unwanted())
    who = "" if row.is_visitor else row.actor.uri
    return seats.answer_for(event, who, seats_taken(event.uri), clock.utcnow())


def is_unwanted(event: Event, row: Participation) -> bool:
    """Whether organiser and participant have blocked each other; nobody blocks a visitor."""
    return not row.is_visitor and domain_policy.is_blocked_between(event.actor.uri, row.actor.uri)


def receive_leave(event: Event, actor: Actor) -> bool:
    """An attendee gives the seat back; False for somebody who had asked for none."""
    row = find_participation(event.uri, actor.id)
    if row is None or row.state in ("refused", "ignored"):
        return False
    if row.state != "left":
        row.move("left")
    give_free_seats(event)
    return True


def answer_request(event_uri: str, row: Participation, *, accept: bool, reason: str = "") -> str:
    """The organiser decides about a registration, also once more; the id of the answer.

    Raises Conflict when nothing would change, Unprocessable when it is full, NotFound without the event.
    """
    with write():
        event = locked_event(event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."))
        db.session.refresh(row)
        is_same = row.state == ("accepted" if accept else "refused")
        if is_same or row.state in ("left", "ignored"):
            raise Conflict(_("This registration was already answered."), _("Look at the list again."))
        answer = _seat(event, row) if accept else seats.Answer("refused", reason)
        row.is_final = not accept
        uri = decide(event, row, answer)
        give_free_seats(event)
        return uri


def _seat(event: Event, row: Participation) -> seats.Answer:
    """The seat or the place in line that a person grants."""
    held = 1 if row.state == "offered" else 0
    answer = seats.seat_for(event, seats_taken(event.uri) - held)
    if answer.state == "refused" or answer.state == row.state:
        raise Unprocessable(_("The event is full."), _("Add seats, or refuse."))
    return answer


def give_free_seats(event: Event) -> None:
    """Whoever is first in line gets the seat that became free, or is asked; inside the caller's write().

    The closing date is for those who still have to ask: who waits moves up until the event is over.
    """
    db.session.flush()
    is_on = not event.is_cancelled and not event.is_past
    for row in participants(event.uri, "waiting") if is_on else ():
        if seats.seat_for(event, seats_taken(event.uri)).state != "accepted":
            break
        if not is_unwanted(event, row):
            until = _asked_until(event, row)
            decide(event, row, seats.Answer("offered" if until else "accepted"), until)
    count(event)


def _asked_until(event: Event, row: Participation) -> datetime | None:
    """Until when the first in line is asked; people of other nodes are not: their seat comes by Accept."""
    can_answer = row.is_visitor or row.actor.is_local
    return seats.offer_until(event, clock.utcnow()) if can_answer else None


def decide(event: Event, row: Participation, answer: seats.Answer, until: datetime | None = None) -> str:
    """Let an answer stand and tell it, inside the caller's write(); the id of the activity, if any."""
    row.reason = answer.reason
    row.move(answer.state)
    row.answered_at, row.offered_until = row.changed_at, until
    row.place_in_line = place_in_line(row) if answer.state == "waiting" else None
    count(event)
    registration_notices.tell_answer(row)
    return _tell(event, row)


def count(event: Event) -> None:
    """Keep the hints of the event in step; the partners hear of them with its next Update."""
    taken = count_participants(event.uri, "accepted")
    if event.participant_count != taken:
        event.participant_count = taken
        event.seats_changed_at = clock.utcnow()
    left = None if event.capacity is None else max(0, event.capacity - seats_taken(event.uri))
    if event.remaining_capacity != left:
        event.remaining_capacity, event.seats_changed_at = left, clock.utcnow()


def _tell(event: Event, row: Participation) -> str:
    """Answer the Join as the row stands; an unanswered one stays unanswered.

    It goes to the inbox itself: also who is blocked is told that there is no seat, and nothing more.
    """
    if row.is_visitor:
        visitor_mails.tell_state(event, row)
        return ""
    type_ = ACTIVITY_OF.get(row.state)
    if type_ is None:
        return ""
    actor = row.actor
    about = row.join_uri if type_ == "Ignore" else row.join_document
    more: dict[str, Any] = {"content": f"<p>{escape(words)}</p>"} if (words := _words(event, row)) else {}
    also_to = [Target(actor.host or current_node.config.host, actor.inbox)] if actor.inbox else []
    return outbox.publish(
        event.actor, type_, about, to=[actor.uri], visibility="private", also_to=also_to, **more
    ).uri


def _words(event: Event, row: Participation) -> str:
    if row.state == "waiting":
        with speaking_its_language(event):
            return _("Waiting list, place %(number)d.", number=place_in_line(row))
    if row.state == "offered" and row.offered_until is not None:
        with speaking_its_language(event):
            until = f"{i18n.format_datetime(row.offered_until, event.zone_name)} ({event.zone_name})"
            return _("A seat is free until %(when)s: confirm it on the page of the event.", when=until)
    return row.reason if row.state == "refused" else ""


def speaking_its_language(event: Event) -> AbstractContextManager[None]:
    """Speak the language of the event: what its organiser answers is written in it."""
    language = str(event.language or current_node.config.node.language).split("-")[0]
    return i18n.speaking(current_node.catalogues, language)


def forget_guests(event_uri: str) -> None:
    """Erase who had registered from other nodes, or without account, for a withdrawn event.

    Visitors are told before; inside the caller's write().
    """
    for row in participants(event_uri):
        visitor = row.visitor
        if visitor is not None:
            standing, address, language = row.is_standing, visitor.address, visitor.language
            visitor_details.erase(row)
            if standing and address is not None:
                visitor_mails.say_goodbye(event_uri, row.event_name, address, language)
    nobody = Participation.actor_id.is_(None)
    db.session.execute(delete(Participation).where(Participation.event_uri == event_uri, nobody))
    guests = select(Actor.id).where(Actor.host != "")
    db.session.execute(
        delete(Participation).where(Participation.event_uri == event_uri, Participation.actor_id.in_(guests))
    )
