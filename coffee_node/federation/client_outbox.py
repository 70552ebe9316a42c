"""The write interface: ActivityPub client to server, routed to the same services as the forms.

The body is an activity, or a bare object that is wrapped in a Create (ActivityPub, section 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.limits import parse_json
from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.base.errors import (
    Conflict,
    Forbidden,
    InvalidDocument,
    NotFound,
    Unprocessable,
)
from coffee_node.federation import (
    actors,
    announcements,
    audience,
    blocks,
    follows,
    objects,
    origin,
    outbox,
    reactions,
    reports,
)
from coffee_node.federation.account_models import Account, IdempotencyKey
from coffee_node.federation.models import Activity, Actor, Follow, InboxItem
from coffee_node.node import current_node

KEY_LIFE = timedelta(hours=24)


def post(account: Account, actor: Actor, body: bytes, idempotency_key: str = "") -> str:
    """Do what a client asks in the name of an actor, in one commit; the activity's id, for `Location`."""
    document = parse_json(body)
    activity = _as_activity(document)
    hashed = hashlib.sha256(body).hexdigest()
    with write():
        if idempotency_key and not _claim_key(account, idempotency_key[:255], hashed):
            return _first_answer(account, idempotency_key[:255], hashed)
        uri = _route(actor, activity)
        if idempotency_key:
            _key(account, idempotency_key[:255]).location = uri
        db.session.flush()
        return uri


def _route(actor: Actor, activity: dict[str, Any]) -> str:
    """Hand the activity to the core's own routes, or to the feature that sends its type."""
    type_ = activity["type"]
    of = _subject_type(activity) if type_ in (*origin.ANSWERS, "Undo") else None
    route = ROUTES.get((type_, of))
    if route is not None:
        return route(actor, activity)
    sends = current_node.registry.sender_for(type_, of)
    if sends is None:
        raise NotFound("Nothing known here can be answered or undone by that id.", "Check the object's id.")
    sent: str = sends(actors.ref(actor), activity)
    return sent


def _subject_type(activity: dict[str, Any]) -> str:
    """The type of what is answered or undone: an activity of ours, or one that arrived here."""
    uri = vocabulary.id_of(activity.get("object"))
    ours = outbox.find_activity(uri)
    if ours is not None:
        return ours.type
    return db.session.scalar(select(InboxItem.type).where(InboxItem.activity_uri == uri)) or ""


def _accepted_types() -> list[str]:
    """Every type of activity that may be posted."""
    return sorted({type_ for type_, _ in ROUTES} | set(current_node.registry.sent_types()))


def _as_activity(document: dict[str, Any]) -> dict[str, Any]:
    type_ = vocabulary.short_type(document.get("type"))
    if not document.get("type"):
        raise InvalidDocument("The body needs a type.", "Send an activity, or an object such as an Event.")
    if type_ in _accepted_types():
        return {**document, "type": type_}
    if type_ in vocabulary.ACTIVITY_TYPES and current_node.registry.type_for(document) is None:
        raise Unprocessable(
            f"The outbox does not take {type_}.",
            f"It takes: {', '.join(_accepted_types())}, or a bare object.",
        )
    addressing: dict[str, Any] = {name: document[name] for name in ("to", "cc") if name in document}
    return {"type": "Create", "object": document, **addressing}


def _claim_key(account: Account, key: str, hashed: str) -> bool:
    """Take a key for this POST; False when an earlier one holds it, also one running beside this."""
    old = clock.utcnow() - KEY_LIFE
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < old))
    values = {"account_id": account.id, "key": key, "body_hash": hashed, "location": ""}
    taken = db.session.execute(insert_ignore(IdempotencyKey).returning(IdempotencyKey.id), [values])
    return taken.first() is not None


def _first_answer(account: Account, key: str, hashed: str) -> str:
    known = _key(account, key)
    if known.body_hash != hashed:
        raise Conflict("This Idempotency-Key was used for another body.", "Send a new key.")
    return known.location


def _key(account: Account, key: str) -> IdempotencyKey:
    query = select(IdempotencyKey).where(IdempotencyKey.account_id == account.id, IdempotencyKey.key == key)
    return db.session.scalars(query).one()


def _object_of(activity: dict[str, Any]) -> dict[str, Any]:
    document = activity.get("object")
    if not isinstance(document, dict):
        raise InvalidDocument("The object must be embedded in the activity.")
    return document


def _create(actor: Actor, activity: dict[str, Any]) -> str:
    document = _object_of(activity)
    object_type = current_node.registry.type_for(document)
    if object_type is None or object_type.is_actor:
        known = ", ".join(sorted(entry.name for entry in current_node.registry.types() if not entry.is_actor))
        raise Unprocessable(
            f"Objects of type {document.get('type')} cannot be made here.", f"Known: {known}."
        )
    claimed = vocabulary.id_of(document.get("attributedTo"))
    if claimed and claimed != actor.uri:
        raise Forbidden(
            "The object names another author than this outbox's actor.", "Leave attributedTo out."
        )
    values = _values(object_type, {**document, "id": objects.object_uri("new")}, document)
    visibility = "private"
    if object_type.receive is None:
        visibility = _level(activity if "to" in activity or "cc" in activity else document)
    create = object_type.create
    if create is not None:
        row = create(actor, values, visibility)
    else:
        row = objects.create_object(object_type, actor, values, visibility)
    return _activity_about(row.uri).uri


def _level(addressed: dict[str, Any]) -> str:
    """The visibility that `to` and `cc` say; single recipients are not among the four levels."""
    level = audience.visibility_of(addressed)
    if level == "private" and audience.recipients_of(addressed):
        raise Unprocessable(
            "Objects are published for everybody, for the network or for nobody; not for single actors.",
            f"Address as:Public, or {actors.node_uri()}/followers for the network.",
        )
    return level


def _values(object_type: ObjectType, readable: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What the client said, by column; what belongs to the engine is left out."""
    values: dict[str, Any] = object_type.schema.parse(readable)
    return {
        name: value for name, value in values.items() if name not in objects.ENGINE_COLUMNS and name != "url"
    }


def _activity_about(uri: str) -> Activity:
    activity = outbox.last_activity_about(uri)
    if activity is None:
        raise NotFound("Nothing was published.", "Publish the profile before it can be sent.")
    return activity


def _owned(actor: Actor, uri: str) -> tuple[ObjectType, Any]:
    own_type = actors.actor_type(actor) if uri == actor.uri else None
    if own_type is not None:
        return own_type, objects.actor_row(own_type, actor)
    found = objects.find_object(uri)
    if found is None or not found[1].is_local:
        raise NotFound(f"No object of this node has the id {uri}.", "Check the id.")
    if found[1].actor_id != actor.id:
        raise Forbidden("This object belongs to another actor.", "Use the outbox of its author.")
    return found


def _update(actor: Actor, activity: dict[str, Any]) -> str:
    document = _object_of(activity)
    uri = vocabulary.id_of(document)
    object_type, row = _owned(actor, uri)
    readable = {**row.document, **document, "id": uri}
    parsed = _values(object_type, readable, document)
    asked = _values_named(object_type, document, parsed)
    visibility = _level(activity) if "to" in activity or "cc" in activity else None
    if object_type.update is not None:
        object_type.update(row, asked, visibility)
    else:
        objects.update_object(object_type, row, asked, visibility)
    return _activity_about(uri).uri


def _values_named(
    object_type: ObjectType, document: dict[str, Any], parsed: dict[str, Any]
) -> dict[str, Any]:
    """Only the columns whose properties the client sent: the rest of the object stays (ActivityPub, 6.3)."""
    named = {
        field.attribute or name
        for name, field in object_type.schema.load_fields.items()
        if (field.data_key or name) in document
    }
    derived = set(parsed) - {
        field.attribute or name for name, field in object_type.schema.load_fields.items()
    }
    return {name: value for name, value in parsed.items() if name in named or name in derived}


def _delete(actor: Actor, activity: dict[str, Any]) -> str:
    uri = vocabulary.id_of(activity.get("object"))
    object_type, row = _owned(actor, uri)
    if object_type.delete is not None:
        object_type.delete(row)
    elif object_type.is_actor:
        _refuse_last_space(actor)
        objects.delete_actor(actor)
    else:
        objects.delete_object(object_type, row)
    return _activity_about(uri).uri


def _refuse_last_space(actor: Actor) -> None:
    if [space.id for space in actors.local_spaces()] == [actor.id]:
        raise Unprocessable(
            "The only space of a node is not deleted by this interface.", "Open another space first."
        )


def _follow(actor: Actor, activity: dict[str, Any]) -> str:
    uri = vocabulary.id_of(activity.get("object"))
    if not vocabulary.is_web_url(uri):
        raise InvalidDocument("A Follow needs the id of an actor as its object.")
    return follows.request_follow(actor, actors.actor_or_stub(uri)).activity_uri


def _follow_of(activity: dict[str, Any]) -> Follow:
    uri = vocabulary.id_of(activity.get("object"))
    follow = db.session.scalar(select(Follow).where(Follow.activity_uri == uri)) if uri else None
    if follow is None:
        raise NotFound("No Follow with this id is known here.", "Give the id of the Follow as the object.")
    return follow


def _undo(actor: Actor, activity: dict[str, Any]) -> str:
    follow = _follow_of(activity)
    if follow.follower_id != actor.id:
        raise Forbidden("This Follow belongs to another actor.", "Use the outbox of who sent it.")
    follows.undo_follow(follow)
    return _activity_about(follow.activity_uri).uri


def _answer(actor: Actor, activity: dict[str, Any]) -> str:
    follow = _follow_of(activity)
    if follow.target_id != actor.id:
        raise Forbidden("This Follow is addressed to another actor.", "Use the outbox of who is followed.")
    follows.answer_follow(follow, accept=activity["type"] == "Accept")
    return _activity_about(follow.activity_uri).uri


ROUTES: dict[tuple[str, str | None], Callable[[Actor, dict[str, Any]], str]] = {
    ("Create", None): _create,
    ("Update", None): _update,
    ("Delete", None): _delete,
    ("Follow", None): _follow,
    ("Undo", "Follow"): _undo,
    ("Announce", None): announcements.client_share,
    ("Undo", "Announce"): announcements.client_unshare,
    ("Block", None): blocks.client_block,
    ("Undo", "Block"): blocks.client_unblock,
    ("Flag", None): reports.client_flag,
    ("Like", None): reactions.client_like,
    ("Undo", "Like"): reactions.client_unlike,
    ("Accept", "Follow"): _answer,
    ("Reject", "Follow"): _answer,
}
