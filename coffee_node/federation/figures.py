"""Counts that a node tells about itself (NodeInfo); published profiles only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.node import current_node


@dataclass(frozen=True)
class Usage:
    """People with a published profile, how many of them were active lately, and public objects made here."""

    people: int
    active_month: int
    active_halfyear: int
    objects: int


def usage() -> Usage:
    """Count now."""
    people = select(func.count(Actor.id)).where(
        Actor.host == "", Actor.type == "Person", Actor.is_published.is_(True), Actor.gone_at.is_(None)
    )
    return Usage(
        people=db.session.scalar(people) or 0,
        active_month=_active(30),
        active_halfyear=_active(182),
        objects=sum(_objects()),
    )


def _active(days: int) -> int:
    since = clock.utcnow() - timedelta(days=days)
    query = (
        select(func.count(Account.id))
        .join(Actor, Actor.id == Account.actor_id)
        .where(Account.last_seen_at > since, Actor.is_published.is_(True))
    )
    return db.session.scalar(query) or 0


def _objects() -> list[int]:
    counts = []
    for object_type in current_node.registry.types():
        if object_type.is_actor:
            continue
        model = object_type.model
        query = select(func.count(model.id)).where(
            model.origin == "", model.visibility == "public", model.deleted_at.is_(None)
        )
        counts.append(db.session.scalar(query) or 0)
    return counts
