"""What an actor shows first: its newest public objects (`featured`) and what is to come (`upcoming`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

FEATURED = 20
UPCOMING = 100


def featured(actor: Actor, visibilities: Sequence[str]) -> list[tuple[ObjectType, Any]]:
    """The newest objects of an actor of ours of all types, at most twenty, newest first."""
    found: list[tuple[ObjectType, Any]] = []
    for object_type in current_node.registry.types():
        if object_type.is_actor or object_type.receive is not None:
            continue
        model = object_type.model
        query = _of(model, actor, visibilities).order_by(model.published.desc(), model.id.desc())
        found += [(object_type, row) for row in db.session.scalars(query.limit(FEATURED))]
    return sorted(found, key=lambda entry: entry[1].published, reverse=True)[:FEATURED]


def upcoming(actor: Actor, visibilities: Sequence[str]) -> list[tuple[ObjectType, Any]]:
    """The current and future events of an actor of ours, the next one first (FEP-8a8e)."""
    object_type = current_node.registry.type_for({"type": "Event"})
    if object_type is None:
        return []
    model = object_type.model
    ends = func.coalesce(model.end_time, model.start_time)
    query = _of(model, actor, visibilities).where(ends >= clock.utcnow())
    rows = db.session.scalars(query.order_by(model.start_time, model.id).limit(UPCOMING))
    return [(object_type, row) for row in rows]


def _of(model: Any, actor: Actor, visibilities: Sequence[str]) -> Any:
    return select(model).where(
        model.actor_id == actor.id, model.visibility.in_(visibilities), model.deleted_at.is_(None)
    )
