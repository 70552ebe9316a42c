"""What Join, Leave and their answers do when they arrive, and when a client of ours posts them (FEP-8a8e)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub.vocabulary import id_of, short_type
from coffee_node.base import html
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden, NotFound
from coffee_node.features.events import invitations, organiser_answers, registration
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import find_join, find_participation, locked_event
from coffee_node.features.events.schemas import participation_message
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor

STATE_OF = {
    "Accept": "accepted",
    "TentativeAccept": "waiting",
    "Reject": "refused",
    "TentativeReject": "refused",
    "Ignore": "ignored",
}

NO_EVENT = "it is about no event of ours"


def register_handlers(register: Callable[..., None]) -> None:
    """Tell the core who acts on which activity, and who sends it."""
    register("Join", receive_join, sends=send_join)
    register("Leave", receive_leave, sends=send_leave)
    register("Undo", receive_undo, of="Join", sends=send_undo)
    for type_ in STATE_OF:
        sends = send_answer if type_ in ("Accept", "Reject") else None
        register(type_, receive_answer, of="Join", sends=sends)


def receive_join(activity: dict[str, Any], actor: ActorRef) -> None:
    """Somebody asks for a seat of an event of ours."""
    event, asker = _own_event(activity), _actor(actor)
    if not invitations.may_know(event, asker):
        raise Ignored(NO_EVENT)
    organiser_answers.receive_join(event, asker, id_of(activity), participation_message(activity))


def receive_leave(activity: dict[str, Any], actor: ActorRef) -> None:
    """An attendee of an event of ours gives the seat back."""
    event = _own_event(activity)
    if not organiser_answers.receive_leave(event, _actor(actor)):
        raise Ignored("who leaves had no seat")


def receive_undo(activity: dict[str, Any], actor: ActorRef) -> None:
    """An attendee takes the Join back, as some servers say it."""
    receive_leave({"object": id_of(activity["object"].get("object"))}, actor)


def receive_answer(activity: dict[str, Any], actor: ActorRef) -> None:
    """The organiser answers a Join of an actor of ours; the core has checked that we asked exactly it."""
    row = find_join(id_of(activity["object"]))
    if row is None:
        raise Ignored("the registration is not known any more")
    event = locked_event(row.event_uri)
    if event is not None and event.actor.uri != actor.uri:
        raise Ignored("only the organiser answers")
    db.session.refresh(row)
    if row.state == "left":
        raise Ignored("the participant has left meanwhile")
    if event is None or not event.is_local:
        registration.note_answer(row, STATE_OF[short_type(activity.get("type"))], _words(activity))


def send_join(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours asks for a seat."""
    uri = id_of(activity.get("object"))
    return registration.join_event(_actor(actor), uri, participation_message(activity)).join_uri


def send_leave(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours gives the seat back."""
    row = find_participation(id_of(activity.get("object")), _actor(actor).id)
    if row is None:
        raise NotFound("There is no such registration.", "Give the id of the event as the object.")
    return registration.leave_event(row)


def send_undo(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours takes its Join back."""
    row = find_join(id_of(activity.get("object")))
    if row is None:
        raise NotFound("There is no such registration.", "Give the id of the Join as the object.")
    if row.actor.uri != actor.uri:
        raise Forbidden("This Join belongs to another actor.", "Use the outbox of who sent it.")
    return registration.take_back(row)


def send_answer(actor: ActorRef, activity: dict[str, Any]) -> str:
    """An organiser of ours answers a Join that waits for a person."""
    row = find_join(id_of(activity.get("object")))
    event = _held(row.event_uri) if row is not None else None
    if row is None or event is None or not event.is_local or event.actor.uri != actor.uri:
        raise NotFound("No registration for an event of this actor has this id.", "Give the id of the Join.")
    is_accept = short_type(activity.get("type")) == "Accept"
    return organiser_answers.answer_request(event.uri, row, accept=is_accept, reason=_words(activity))


def _words(activity: dict[str, Any]) -> str:
    return html.to_text(html.sanitise(str(activity.get("content") or "")))[:500]


def _own_event(activity: dict[str, Any]) -> Event:
    event = locked_event(id_of(activity.get("object")))
    if event is None or not event.is_local:
        raise Ignored(NO_EVENT)
    return event


def _held(uri: str) -> Event | None:
    return db.session.scalar(select(Event).where(Event.uri == uri, Event.deleted_at.is_(None)))


def _actor(actor: ActorRef) -> Actor:
    found = find_actor(actor.uri)
    if found is None:
        raise Ignored("the sender is not known any more")
    return found
