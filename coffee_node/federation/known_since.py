"""Since when this node knows what somebody elsewhere publishes: what was read at a first follow, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.federation.models import Actor
from coffee_node.federation.peer_models import Backfill


@dataclass(frozen=True)
class KnownSince:
    """The reading of a history; `is_reading` while it goes on, `back_to` how far it goes back."""

    since: datetime
    back_to: datetime
    is_reading: bool


def known_since(actors: Collection[Actor]) -> dict[int, KnownSince]:
    """By actor: since when it is known, by a walk through its own outbox or its node's; two queries.

    Actors of this node, and those whose history nobody here has asked for, are left out.
    """
    remote = [actor for actor in actors if actor.host]
    if not remote:
        return {}
    own = select(Backfill).where(Backfill.actor_id.in_([actor.id for actor in remote]))
    by_actor = {walk.actor_id: walk for walk in db.session.scalars(own)}
    hosts = {actor.host for actor in remote if actor.id not in by_actor}
    nodes = (
        select(Actor.host, Backfill)
        .join(Backfill, Backfill.actor_id == Actor.id)
        .where(Actor.host.in_(hosts), Actor.type == "Application")
    )
    by_host = {host: walk for host, walk in db.session.execute(nodes)} if hosts else {}
    found = {actor.id: by_actor.get(actor.id) or by_host.get(actor.host) for actor in remote}
    return {
        actor_id: KnownSince(walk.started_at, walk.back_to, walk.state == "waiting")
        for actor_id, walk in found.items()
        if walk is not None
    }
