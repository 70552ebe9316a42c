"""Likes: counted once per actor on objects of ours, shown to their author; sent for people here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import announcements, objects, origin, outbox
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Actor
from coffee_node.federation.social_models import Like


def receive_like(incoming: Incoming) -> None:
    """Somebody likes an object of ours; of anything else it is of no use here."""
    uri = vocabulary.id_of(incoming.object)
    found = objects.find_object(uri) if uri else None
    if found is None or not found[1].is_local or found[1].deleted_at or found[1].visibility != "public":
        raise Ignored("nothing of ours that is public has this id")
    _note(incoming.sender, uri, incoming.activity["id"])


def receive_undo_like(incoming: Incoming) -> None:
    """The sender takes its Like back."""
    uri = vocabulary.id_of(incoming.object)
    subject = origin.undone_activity(incoming) or {}
    about = vocabulary.id_of(subject.get("object"))
    mine = delete(Like).where(Like.actor_id == incoming.sender.id)
    removed = db.session.execute(mine.where(Like.activity_uri == uri).returning(Like.id))
    if removed.first() is None and about:
        db.session.execute(mine.where(Like.object_uri == about))


def _note(actor: Actor, object_uri: str, activity_uri: str) -> None:
    values = {"actor_id": actor.id, "object_uri": object_uri, "activity_uri": activity_uri}
    db.session.execute(insert_ignore(Like), [values])


def count_likes(object_uri: str) -> int:
    """How many actors like an object."""
    return db.session.scalar(select(func.count()).select_from(Like).where(Like.object_uri == object_uri)) or 0


def find_like(actor: Actor, object_uri: str) -> Like | None:
    """That an actor likes an object, if it does."""
    return db.session.scalar(select(Like).where(Like.actor_id == actor.id, Like.object_uri == object_uri))


def like(actor: Actor, object_uri: str) -> str:
    """Tell the author of an object that an actor of ours likes it; the id of the activity."""
    with write():
        found = objects.find_object(object_uri)
        if found is None or found[1].deleted_at is not None or found[1].visibility != "public":
            raise NotFound(_("There is nothing at this address."))
        known = find_like(actor, object_uri)
        if known is not None:
            return known.activity_uri
        author = found[1].actor.uri
        activity = outbox.publish(actor, "Like", object_uri, to=[author], visibility="private")
        _note(actor, object_uri, activity.uri)
        return activity.uri


def unlike(actor: Actor, object_uri: str) -> str:
    """Take a Like of ours back; the id of the Undo."""
    with write():
        known = find_like(actor, object_uri)
        if known is None:
            raise NotFound(_("There is nothing at this address."))
        liked = {"id": known.activity_uri, "type": "Like", "actor": actor.uri, "object": object_uri}
        first = outbox.find_activity(known.activity_uri)
        to = first.document["to"] if first is not None else []
        db.session.delete(known)
        return outbox.publish(actor, "Undo", liked, to=to, visibility="private").uri


def client_like(actor: Actor, activity: dict[str, Any]) -> str:
    """A Like posted by a client of ours."""
    return like(actor, vocabulary.id_of(activity.get("object")))


def client_unlike(actor: Actor, activity: dict[str, Any]) -> str:
    """An Undo of a Like posted by a client of ours."""
    return unlike(actor, announcements.own_activity(actor, activity).object_uri)
