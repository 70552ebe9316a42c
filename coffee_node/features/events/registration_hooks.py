"""What the registrations bring into the node: pages, repeated work, notices, letters, duties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint

from coffee_node.base.contracts import ActorRef, NoticeKind, ObjectType, Task
from coffee_node.features.events import (
    door_views,
    event_news,
    guest_views,
    letter_schemas,
    letters,
    participants_views,
    registration_data,
    registration_notices,
    registration_views,
    seat_offers,
    visitor_details,
    visitor_views,
)
from coffee_node.features.events.registration_models import ParticipantLetter


def register_types(register: Callable[[ObjectType], None]) -> None:
    """Letters of organisers: Notes that are shown to who registered instead of being kept."""
    register(
        ObjectType(
            name="Note",
            schema=letter_schemas.LetterSchema(),
            model=ParticipantLetter,
            accepts=letter_schemas.accepts_letter,
            create=letters.refuse_client,
            receive=letters.receive_letter,
        )
    )


def register_tasks(register: Callable[[Task], None]) -> None:
    """Offers of seats run out, people are reminded, and visitors are forgotten."""
    register(Task("offers of seats", timedelta(minutes=1), seat_offers.end_offers))
    register(Task("reminders of events", timedelta(minutes=15), event_news.remind))
    register(Task("forget visitors of events", timedelta(days=1), visitor_details.forget_old))


def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """What people are told of registrations."""
    registration_notices.register(register)


def register_pages(register: Callable[[Blueprint], None]) -> None:
    """The pages of participants, visitors, organisers and the door."""
    for views in (registration_views, guest_views, visitor_views, participants_views, door_views):
        register(views.blueprint)


def hear_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """Who deleted itself elsewhere gives its seats back; what changes elsewhere is told here."""
    registration_data.forget_departed(activity, actor)
    event_news.hear(activity)


def hear_published(activity: dict[str, Any], actor: ActorRef) -> None:
    """What changes here is told to who goes to it, here and without account."""
    event_news.hear(activity)


def kept_of(actor: ActorRef) -> dict[str, Any]:
    """What is kept of somebody among the registrations."""
    return registration_data.of_person(actor.uri)


def forget(actor: ActorRef) -> None:
    """Erase somebody from the registrations."""
    registration_data.forget_person(actor.uri)
