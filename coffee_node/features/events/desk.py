"""Which event somebody may work on: its organiser, and the hosts of its space at the door."""

from __future__ import annotations

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import door
from coffee_node.features.events.models import Event
from coffee_node.federation import accounts, objects
from coffee_node.web.auth import current_account


def organised_event(uuid: str) -> Event:
    """The event of ours for its organiser; who is none gets the 404 of an unknown one."""
    event, account = _event(uuid), current_account()
    if event is None or account is None or not accounts.may_act_as(account, event.actor):
        raise NotFound(_("There is nothing at this address."))
    return event


def event_at_the_door(uuid: str) -> Event:
    """The event of ours for its organiser and the hosts of its space; the same 404 for everybody else."""
    event = _event(uuid)
    if event is None or not door.may_keep(event, current_account()):
        raise NotFound(_("There is nothing at this address."))
    return event


def is_organiser(event: Event) -> bool:
    """Whether the reader decides about registrations, not only keeps the door."""
    account = current_account()
    return account is not None and accounts.may_act_as(account, event.actor)


def _event(uuid: str) -> Event | None:
    query = select(Event).where(Event.uri == objects.object_uri(uuid), Event.origin == "")
    return db.session.scalar(query.where(Event.deleted_at.is_(None)))
