"""Copies of what others made: kept, changed and erased only as their owner may.

Ownership is decided here and nowhere else (federation.md, section 13; FEP-fe34).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db, insert_ignore
from coffee_node.federation import audience
from coffee_node.federation.actors import save_remote_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor, ObjectTag
from coffee_node.federation.objects import find_object, index, set_columns
from coffee_node.federation.peer_models import Tombstone
from coffee_node.node import current_node

TOMBSTONE_LIFE = timedelta(days=30)


def save_object(
    object_type: ObjectType, document: dict[str, Any], author: Actor, *, is_new: bool, is_post: bool = True
) -> Any:
    """Keep a copy of somebody else's object; raises Ignored when it must not change what we hold.

    `is_new` for a Create (a known id stays as it is), `is_post` for a delivery (an equal `updated` counts).
    """
    values = object_type.schema.parse(document)
    uri = values["uri"]
    if author.is_local or not vocabulary.same_host(uri, author.uri):
        raise Ignored("the object is not on its author's host")
    if is_tombstoned(uri):
        raise Ignored("the object was deleted before")
    visibility = audience.visibility_of(document, author)
    row = db.session.scalar(select(object_type.model).where(object_type.model.uri == uri))
    if row is None and find_object(uri) is not None:
        raise Ignored("we hold an object of another type with this id")
    if row is None:
        row = object_type.model(uri=uri, actor=author, origin=author.host)
        db.session.add(row)
    else:
        _check_change(row, author, values, is_new=is_new, is_post=is_post)
    set_columns(row, values, complete=True)
    row.type = vocabulary.short_type(document.get("type")) or object_type.name
    row.visibility = visibility
    row.document = {name: value for name, value in document.items() if name != "@context"}
    row.published = values.get("published") or row.published or clock.utcnow()
    row.updated = values.get("updated")
    db.session.flush()
    index(row)
    return row


def _check_change(row: Any, author: Actor, values: dict[str, Any], *, is_new: bool, is_post: bool) -> None:
    if row.is_local or row.actor_id != author.id:
        raise Ignored("only the owner may change an object")
    if is_new and is_post:
        raise Ignored("a second Create of a known object")
    ours, theirs = row.updated or row.published, values.get("updated") or values.get("published")
    if theirs is None or ours is None:
        return
    if theirs < ours or (theirs == ours and not is_post):
        raise Ignored("we hold a version that is not older")


def save_actor(document: dict[str, Any], *, is_relevant: bool) -> Actor:
    """Keep a remote actor; with `is_relevant` (partner, followed) also the profile or space it describes."""
    actor = save_remote_actor(document)
    if not is_relevant:
        return actor
    object_type = current_node.registry.type_for(document)
    if object_type is None or not object_type.is_actor or not document.get("name"):
        return actor
    values = object_type.schema.parse(document)
    row = db.session.scalar(select(object_type.model).where(object_type.model.uri == actor.uri))
    if row is None:
        row = object_type.model(uri=actor.uri, actor=actor, origin=actor.host)
        db.session.add(row)
    set_columns(row, values, complete=True)
    row.type = actor.type
    row.document = actor.document
    row.published = actor.published or clock.utcnow()
    row.updated = actor.updated
    row.deleted_at = None
    row.visibility = "public"
    db.session.flush()
    index(row)
    return actor


def forget_object(uri: str, owner: Actor) -> None:
    """A Delete from its owner: erase our copy and remember that the id is gone (30 days)."""
    if owner.is_local or not vocabulary.same_host(uri, owner.uri):
        raise Ignored("only the owner may delete an object")
    found = find_object(uri)
    if found is not None:
        row = found[1]
        if row.is_local or row.actor_id != owner.id:
            raise Ignored("only the owner may delete an object")
        db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == uri))
        db.session.delete(row)
    bury(uri)


def forget_actor(actor: Actor) -> None:
    """A Delete of an actor by itself: its objects and its profile go, the row stays as gone."""
    for object_type in current_node.registry.types():
        rows: Sequence[Any] = db.session.scalars(
            select(object_type.model).where(object_type.model.actor_id == actor.id)
        ).all()
        for row in rows:
            db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == row.uri))
            db.session.delete(row)
    actor.gone_at = clock.utcnow()
    actor.name = actor.summary = ""
    actor.document = {"id": actor.uri, "type": "Tombstone", "formerType": actor.type}
    bury(actor.uri)


def bury(uri: str) -> None:
    """Remember for 30 days that an id was deleted."""
    hashed = hashlib.sha256(uri.encode()).hexdigest()
    values = {"uri_hash": hashed, "expires_at": clock.utcnow() + TOMBSTONE_LIFE}
    db.session.execute(insert_ignore(Tombstone), [values])


def is_tombstoned(uri: str) -> bool:
    """Whether the id was deleted within the last 30 days."""
    hashed = hashlib.sha256(uri.encode()).hexdigest()
    found = db.session.scalar(select(Tombstone.expires_at).where(Tombstone.uri_hash == hashed))
    return found is not None and found > clock.utcnow()
