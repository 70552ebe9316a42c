"""Registering for events of ours and of others: asking, giving back, and what the organiser answered.

The organiser's node decides and counts (organiser_answers.py); here is the participant's side, which keeps
what it was told. An actor of ours that joins an event of ours takes the same way, through the inbox ledger.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import invitations, organiser_answers, seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    NOTE_LIMIT,
    Participation,
    ask,
    find_participation,
    locked_event,
)
from coffee_node.features.events.schemas import MESSAGE
from coffee_node.federation import domain_policy, outbox
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor

ONE_NUMBER = re.compile(r"\D*(\d{1,6})\D*")


def join_event(actor: Actor, event_uri: str, note: str = "") -> Participation:
    """Ask for a seat in the name of an actor of ours; the answer comes from the organiser's node.

    Raises Unprocessable when nobody can register (any more), Conflict when a registration stands already,
    NotFound for an event that this actor does not know.
    """
    with write():
        event = locked_event(event_uri)
        if event is None or not invitations.may_know(event, actor):
            raise NotFound(f"No event with the id {event_uri} is known here.", "Look it up first.")
        _check_open(event, actor)
        more: dict[str, Any] = {MESSAGE: note[:NOTE_LIMIT]} if note else {}
        activity = outbox.publish(
            actor, "Join", event.uri, to=[event.actor.uri], visibility="private", **more
        )
        return ask(event, actor, activity.uri, note)


def _check_open(event: Event, actor: Actor) -> None:
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


def of_person(actor_uri: str) -> list[dict[str, Any]]:
    """What an actor is registered for, for the file with everything that is kept about somebody."""
    query = select(Participation).join(Actor).where(Actor.uri == actor_uri).order_by(Participation.asked_at)
    return [
        {
            "event": row.event_uri,
            "name": row.event_name,
            "state": row.state,
            "message": row.note,
            "asked": clock.rfc3339(row.asked_at),
            "changed": clock.rfc3339(row.changed_at),
        }
        for row in db.session.scalars(query)
    ]


def forget_person(actor_uri: str) -> None:
    """Erase the registrations of somebody who is gone; seats are given back, here and elsewhere."""
    actor = find_actor(actor_uri)
    if actor is None:
        return
    with write():
        query = select(Participation).where(Participation.actor_id == actor.id)
        for row in db.session.scalars(query.order_by(Participation.event_uri)).all():
            event = locked_event(row.event_uri)
            if event is not None and not event.is_local and actor.is_local and row.is_standing:
                outbox.publish(actor, "Leave", event.uri, to=[event.actor.uri], visibility="private")
            db.session.delete(row)
            if event is not None and event.is_local:
                organiser_answers.give_free_seats(event)


def forget_departed(activity: dict[str, Any], actor: ActorRef) -> None:
    """Let go of whoever deleted itself elsewhere."""
    if activity.get("type") == "Delete" and activity.get("object") == actor.uri:
        forget_person(actor.uri)
