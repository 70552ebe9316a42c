"""What happens when and where: events that cross the border, and the calendars they go into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, ObjectType, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import (
    form_views,
    pages,
    registration,
    registration_handlers,
    registration_views,
    service,
    views,
)
from coffee_node.features.events.models import Event
from coffee_node.features.events.schemas import EventSchema


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Events as FEP-8a8e, Mobilizon and Gancio write them."""
    register(
        ObjectType(
            name="Event",
            schema=EventSchema(),
            model=Event,
            create=service.announce_event,
            update=service.change_event,
            delete=service.withdraw_event,
            page=pages.event_page,
            list_path="/events",
        )
    )


@hookimpl
def register_activity_handlers(register: Callable[..., None]) -> None:
    """Registrations and their answers."""
    registration_handlers.register_handlers(register)


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """Partners hear once a minute how many seats are left."""
    register(Task("seats of events", timedelta(minutes=1), service.tell_seats))


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The agenda in its forms, the collections of an event, and the pages on which events are written."""
    register(views.blueprint)
    register(form_views.blueprint)
    register(registration_views.blueprint)


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The agenda, and the reader's own registrations."""
    return [
        Link(label=_("Agenda"), url="/events", order=10),
        Link(label=_("My registrations"), url="/me/events", order=210),
    ]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """The two banks of the home page, and what an actor announces on its page."""
    return pages.blocks(page, document)


@hookimpl
def activity_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """Who deleted itself elsewhere gives its seats back."""
    registration.forget_departed(activity, actor)


@hookimpl
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """What somebody registered for; nothing where there is nothing."""
    found = registration.of_person(actor.uri)
    return {"registrations": found} if found else {}


@hookimpl
def erase_personal_data(actor: ActorRef) -> None:
    """The registrations, given back where they still stand."""
    registration.forget_person(actor.uri)
