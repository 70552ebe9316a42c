"""Copies of what others made: kept, changed and erased only as their owner may (federation.md, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import after_commit, db, insert_ignore
from coffee_node.federation import erasure_words, remote_pictures
from coffee_node.federation.actors import save_remote_actor
from coffee_node.federation.guest_models import GuestSession
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor, ObjectTag
from coffee_node.federation.object_copies import Facts, judged, keep, tombstone_hash
from coffee_node.federation.objects import find_object, index, set_columns
from coffee_node.federation.peer_models import Tombstone
from coffee_node.federation.reaction_rows import forget_about, forget_by
from coffee_node.node import current_node, this_node

TOMBSTONE_LIFE = timedelta(days=30)


def save_object(
    object_type: ObjectType, document: dict[str, Any], author: Actor, *, is_new: bool, is_post: bool = True
) -> None:
    """Keep a copy of somebody else's object; raises Ignored when it must not change what we hold.

    `is_new` for a Create (a known id stays as it is), `is_post` for a delivery (an equal `updated` counts).
    """
    keep([judged(object_type, document, author, Facts(), is_new=is_new, is_post=is_post)])


def save_actor(document: dict[str, Any], *, is_relevant: bool) -> Actor:
    """Keep a remote actor; with `is_relevant` (partner, followed) also the profile or space it describes."""
    actor = save_remote_actor(document)
    if not is_relevant:
        return actor
    remote_pictures.note_actor(actor)
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
    if object_type.derive is not None:
        object_type.derive(row)
    return actor


def forget_object(uri: str, owner: Actor, *, is_moderated: bool = False) -> None:
    """A Delete from its owner: erase our copy and remember that the id is gone (30 days).

    With `is_moderated` it comes from somebody the owner has named as its moderator.
    """
    if owner.is_local or not vocabulary.same_host(uri, owner.uri):
        raise Ignored("only the owner may delete an object")
    found = find_object(uri)
    if found is None:
        # Nobody here knows whose it is: only a Create of the same actor is kept away.
        bury(uri, owner.uri)
        return
    row = found[1]
    if row.is_local or not (row.actor_id == owner.id or is_moderated):
        raise Ignored("only the owner may delete an object")
    db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == uri))
    forget_about(uri)
    remote_pictures.forget_about([uri])
    erasure_words.forget_notices_of([uri])
    db.session.delete(row)
    bury(uri)


def forget_actor(actor: Actor) -> None:
    """A Delete of an actor by itself: its objects and its profile go, the row stays as gone.

    The row goes when our confirmation is on its way (erasure_end.py).
    """
    erasure_words.forget_all_of(actor)
    for object_type in current_node.registry.types():
        rows: Sequence[Any] = db.session.scalars(
            select(object_type.model).where(object_type.model.actor_id == actor.id)
        ).all()
        for row in rows:
            db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == row.uri))
            forget_about(row.uri)
            db.session.delete(row)
    forget_by(actor)
    remote_pictures.forget_of(actor)
    db.session.execute(delete(GuestSession).where(GuestSession.actor_id == actor.id))
    actor.gone_at = clock.utcnow()
    after_commit(this_node().senders.clear)
    actor.name = actor.summary = ""
    actor.document = {"id": actor.uri, "type": "Tombstone", "formerType": actor.type}
    bury(actor.uri)


def bury(uri: str, author_uri: str = "") -> None:
    """Remember for 30 days that an id was deleted; one that was unknown here, by this author only."""
    hashed = tombstone_hash(uri, author_uri)
    until = {"expires_at": clock.utcnow() + TOMBSTONE_LIFE}
    db.session.execute(insert_ignore(Tombstone), [{"uri_hash": hashed, **until}])
    db.session.execute(update(Tombstone).where(Tombstone.uri_hash == hashed).values(until))
