"""Erasing shares and likes together with the object or the actor they name."""

from __future__ import annotations

from sqlalchemy import delete

from coffee_node.base.database import db
from coffee_node.federation.models import Actor
from coffee_node.federation.social_models import Announcement, Like


def forget_about(object_uri: str) -> None:
    """Erase that anybody shared or liked an object; inside the caller's write()."""
    for model in (Announcement, Like):
        db.session.execute(delete(model).where(model.object_uri == object_uri))


def forget_by(actor: Actor) -> None:
    """Erase what an actor shared and liked; inside the caller's write()."""
    for model in (Announcement, Like):
        db.session.execute(delete(model).where(model.actor_id == actor.id))
