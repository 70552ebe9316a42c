"""What happens when and where: events that cross the border, and the calendars they go into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Badge, Link, NoticeKind, ObjectType, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import (
    linked_data,
    pages,
    publishing_hooks,
    registration_handlers,
    registration_hooks,
    service,
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
            describe=linked_data.describe,
        )
    )
    registration_hooks.register_types(register)


@hookimpl
def register_activity_handlers(register: Callable[..., None]) -> None:
    """Registrations and their answers."""
    registration_handlers.register_handlers(register)
    publishing_hooks.register_handlers(register)


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """Partners hear once a minute how many seats are left."""
    register(Task("seats of events", timedelta(minutes=1), service.tell_seats))
    registration_hooks.register_tasks(register)
    publishing_hooks.register_tasks(register)


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The agenda in its forms, the collections of an event, and the pages on which events are written."""
    publishing_hooks.register_pages(register)
    registration_hooks.register_pages(register)


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
def row_badges(
    kind: str, documents: Sequence[dict[str, Any]], viewer: ActorRef | None
) -> dict[str, list[Badge]]:
    """With whom an event is organised."""
    return publishing_hooks.badges(kind, documents)


@hookimpl
def activity_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """Who deleted itself elsewhere gives its seats back; who goes to an event hears what changes."""
    registration_hooks.hear_received(activity, actor)
    publishing_hooks.hear_received(activity, actor)


@hookimpl
def activity_published(activity: dict[str, Any], actor: ActorRef) -> None:
    """Who goes to an event of ours hears what changes."""
    registration_hooks.hear_published(activity, actor)


@hookimpl
def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """What people are told of the events they go to, and of those they organise."""
    registration_hooks.register_notices(register)
    publishing_hooks.register_notices(register)


@hookimpl
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """What somebody registered for; nothing where there is nothing."""
    return {**registration_hooks.kept_of(actor), **publishing_hooks.kept_of(actor)}


@hookimpl
def erase_personal_data(actor: ActorRef) -> None:
    """The registrations, given back where they still stand, and the series, drafts and choices."""
    registration_hooks.forget(actor)
    publishing_hooks.forget(actor)
