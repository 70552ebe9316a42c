"""What the publishing side of events adds to the node: series, second organisers and personal calendars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint

from coffee_node.base.contracts import ActorRef, Badge, NoticeKind, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import (
    calendar_addresses,
    calendar_views,
    co_organiser_handlers,
    co_organiser_views,
    co_organisers,
    drafts,
    form_views,
    series,
    series_views,
    views,
)


def register_handlers(register: Callable[..., None]) -> None:
    """Invites to organise together, and their answers."""
    co_organiser_handlers.register_handlers(register)


def register_tasks(register: Callable[[Task], None]) -> None:
    """The next dates of series are published once a day."""
    register(Task("next dates of recurring events", timedelta(days=1), series.publish_all_next))


def register_pages(register: Callable[[Blueprint], None]) -> None:
    """The agenda, the forms, and the pages around them."""
    for module in (views, form_views, series_views, co_organiser_views, calendar_views):
        register(module.blueprint)


def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """What managers of spaces are told."""
    register(co_organisers.NOTICE)


def badges(kind: str, documents: Sequence[dict[str, Any]]) -> dict[str, list[Badge]]:
    """With whom the events of a list are organised, by the id of the event."""
    if kind != "event":
        return {}
    return {
        uri: [Badge(_("with %(names)s", names=names))] for uri, names in co_organisers.partners_in(documents)
    }


def hear_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """A second space that deleted itself organises nothing any more."""
    co_organisers.forget_departed(activity, actor.uri)


def kept_of(actor: ActorRef) -> dict[str, Any]:
    """The series, drafts and choices of somebody; nothing where there is nothing."""
    found = {
        "event_series": series.of_person(actor.uri),
        "event_drafts": drafts.of_person(actor.uri),
        "event_calendar": calendar_addresses.of_person(actor.uri),
        "calendar.ics": calendar_addresses.calendar_of(actor.uri),
    }
    return {name: kept for name, kept in found.items() if kept}


def forget(actor: ActorRef) -> None:
    """Erase series, drafts and choices of somebody who is gone."""
    series.forget_person(actor.uri)
    drafts.forget_person(actor.uri)
    calendar_addresses.forget_person(actor.uri)
    co_organisers.forget(actor.uri)
