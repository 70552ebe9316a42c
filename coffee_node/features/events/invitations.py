"""Who is invited to an event, and who may know of one that is not for everybody."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.federation import audience, lookup
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

MAX_INVITED = 500


def read_invited(written: Iterable[str]) -> tuple[list[str], list[str]]:
    """The ids of the people written down by address or id, and what nobody here knows."""
    found, unknown = [], []
    for text in list(written)[:MAX_INVITED]:
        actor = lookup.known_actor(text)
        if actor is None:
            unknown.append(text)
        else:
            found.append(actor.uri)
    return list(dict.fromkeys(found)), unknown


def shown(invited: Iterable[str]) -> list[str]:
    """The people as one writes them down: the address where it is known, else the id."""
    return [_address(uri) for uri in invited]


def _address(uri: str) -> str:
    actor = find_actor(uri)
    if actor is None or not actor.slug:
        return uri
    return f"@{actor.slug}@{actor.host or current_node.config.host}"


def may_know(event: Event, actor: Actor) -> bool:
    """Whether an actor may have heard of an event; nobody registers for what they were not told of."""
    if event.visibility == "public" or actor.uri in event.invited or actor.id == event.actor_id:
        return True
    if not actor.is_local:
        return event.visibility == "network" and actor.host in audience.admitted_hosts()
    if event.visibility == "network":
        return True
    account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
    query = select(Event.id).where(Event.uri == event.uri, audience.readable(Event, account))
    return db.session.scalar(query) is not None
