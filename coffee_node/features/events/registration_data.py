"""What is kept of a person among the registrations: given to the person, and erased with the account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.features.events import organiser_answers, visitors
from coffee_node.features.events.participations import Participation, locked_event
from coffee_node.features.events.registration_models import ParticipantLetter
from coffee_node.federation import notices, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor


def of_person(actor_uri: str) -> dict[str, Any]:
    """What an actor registered for, also by e-mail without signing in, and what it wrote as organiser."""
    query = select(Participation).join(Actor).where(Actor.uri == actor_uri).order_by(Participation.asked_at)
    rows = list(db.session.scalars(query))
    accounts = notices.account_of(find_actor(actor_uri))
    for account in accounts:
        rows += visitors.of_address(account.email)
    mine = select(ParticipantLetter).where(ParticipantLetter.account_id.in_([one.id for one in accounts]))
    found = {"registrations": [_as_told(row) for row in rows], "letters": []}
    found["letters"] = [
        {
            "event": one.event_uri,
            "written": clock.rfc3339(one.created_at),
            "subject": one.subject,
            "text": one.text,
        }
        for one in db.session.scalars(mine.order_by(ParticipantLetter.id))
    ]
    return {name: entries for name, entries in found.items() if entries}


def _as_told(row: Participation) -> dict[str, Any]:
    visitor = row.visitor
    return {
        "event": row.event_uri,
        "name": row.event_name,
        "state": row.state,
        "reason": row.reason,
        "message": row.note,
        "answers": row.answers,
        "attendance": row.attendance,
        "asked": clock.rfc3339(row.asked_at),
        "changed": clock.rfc3339(row.changed_at),
        **({"visitor": visitor.name, "address": visitor.address} if visitor is not None else {}),
    }


def forget_person(actor_uri: str) -> None:
    """Erase the registrations of somebody who is gone; seats are given back, here and elsewhere."""
    actor = find_actor(actor_uri)
    if actor is None:
        return
    for account in notices.account_of(actor):
        _forget_account(account)
    with write():
        query = select(Participation).where(Participation.actor_id == actor.id)
        for row in db.session.scalars(query.order_by(Participation.event_uri)).all():
            event = locked_event(row.event_uri)
            if event is not None and not event.is_local and actor.is_local and row.is_standing:
                outbox.publish(actor, "Leave", event.uri, to=[event.actor.uri], visibility="private")
            db.session.delete(row)
            if event is not None and event.is_local:
                organiser_answers.give_free_seats(event)


def _forget_account(account: Account) -> None:
    """What was registered by the account's address, and what it wrote as organiser."""
    if account.email:
        visitors.forget_address(account.email)
    with write():
        db.session.execute(delete(ParticipantLetter).where(ParticipantLetter.account_id == account.id))


def forget_departed(activity: dict[str, Any], actor: ActorRef) -> None:
    """Let go of whoever deleted itself elsewhere."""
    if activity.get("type") == "Delete" and activity.get("object") == actor.uri:
        forget_person(actor.uri)
