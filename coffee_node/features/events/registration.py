"""Registering for events of ours and of others: asking, giving back, and what the organiser answered.

The organiser's node decides and counts (organiser_answers.py); here is the participant's side, which keeps
what it was told. An actor of ours that joins an event of ours takes the same way, through the inbox ledger.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import invitations, organiser_answers, registration_notices, seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    NOTE_LIMIT,
    Participation,
    ask,
    find_participation,
    locked_event,
)
from coffee_node.features.events.questions import Answers, as_message, from_message, read_questions
from coffee_node.features.events.schemas import MESSAGE
from coffee_node.federation import domain_policy, outbox
from coffee_node.federation.models import Actor

PATIENCE = timedelta(days=3)
ONE_NUMBER = re.compile(r"\D*(\d{1,6})\D*")


def join_event(actor: Actor, event_uri: str, note: str = "", answers: Answers | None = None) -> Participation:
    """Ask for a seat in the name of an actor of ours; the answer comes from the organiser's node.

    `note` may hold the answers to the organiser's questions, as a client writes them. Raises Unprocessable
    when nobody can register (any more), Conflict when a registration stands already, NotFound for an event
    that this actor does not know.
    """
    with write():
        event = locked_event(event_uri)
        if event is None or not invitations.may_know(event, actor):
            raise NotFound(f"No event with the id {event_uri} is known here.", "Look it up first.")
        check_open(event, actor)
        if answers is None:
            answers, note = from_message(read_questions(event.questions), note)
        message = as_message(answers, note[:NOTE_LIMIT])
        more: dict[str, Any] = {MESSAGE: message} if message else {}
        activity = outbox.publish(
            actor, "Join", event.uri, to=[event.actor.uri], visibility="private", **more
        )
        return ask(event, actor, activity.uri, note, answers)


def ask_again(row: Participation) -> None:
    """Send a Join that nobody has answered once more; Conflict when it was answered, or asked just now."""
    with write():
        event = locked_event(row.event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."), _("Tell the organiser directly."))
        db.session.refresh(row)
        if not is_overdue(row):
            raise Conflict(_("There is nothing to ask again yet."), _("Look at the page of the event."))
        message = as_message(row.answers, row.note)
        more: dict[str, Any] = {MESSAGE: message} if message else {}
        activity = outbox.publish(
            row.actor, "Join", event.uri, to=[event.actor.uri], visibility="private", **more
        )
        row.join_uri, row.reminded_at = activity.uri, clock.utcnow()


def is_overdue(row: Participation) -> bool:
    """Whether nobody has answered for three days since the person asked, or asked again."""
    last = row.reminded_at or row.asked_at
    return row.state == "asked" and clock.utcnow() - last > PATIENCE


def check_open(event: Event, actor: Actor) -> None:
    """Unprocessable when this actor cannot register (any more), Conflict when it is registered already."""
    if event.join_mode in ("none", "external"):
        raise Unprocessable(
            _("Nobody registers for this event here."), _("Follow the organiser's directions.")
        )
    closed = seats.why_closed(event, clock.utcnow())
    if closed:
        raise Unprocessable(closed, _("Ask the organiser."))
    if domain_policy.is_blocked_between(actor.uri, event.actor.uri):
        raise Unprocessable(organiser_answers.unwanted(), _("Look for another event."))
    held = find_participation(event.uri, actor.id)
    if held is not None and held.is_standing:
        raise Conflict(_("You are registered for this event already."), _("Look at its page."))
    if held is not None and held.state == "refused" and held.is_final:
        raise Conflict(_("The organiser has refused this registration."), _("Ask the organiser."))


def leave_event(row: Participation) -> str:
    """Give the seat back; the id of the Leave.

    Raises Conflict when there is none to give back, NotFound when the event is not known any more.
    """
    return _give_back(row, "Leave")


def take_back(row: Participation) -> str:
    """Undo the Join, for clients that speak so; the id of the Undo, and the same errors."""
    return _give_back(row, "Undo")


def _give_back(row: Participation, type_: str) -> str:
    with write():
        event = locked_event(row.event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."), _("Tell the organiser directly."))
        db.session.refresh(row)
        if not row.is_standing:
            raise Conflict(_("There is no seat to give back."), _("Look at the page of the event."))
        about = row.join_document if type_ == "Undo" else row.event_uri
        activity = outbox.publish(row.actor, type_, about, to=[event.actor.uri], visibility="private")
        row.move("left")
        return activity.uri


def note_answer(row: Participation, state: str, words: str) -> None:
    """Keep what the organiser of another node answered, and when; inside the caller's write()."""
    row.move(state)
    row.reason, row.answered_at = words, row.changed_at
    number = ONE_NUMBER.fullmatch(words) if state == "waiting" else None
    row.place_in_line = int(number[1]) if number else None
    registration_notices.tell_answer(row)
