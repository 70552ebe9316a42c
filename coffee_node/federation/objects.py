"""Objects of this node: made, changed and deleted, each with its activity in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, insert, inspect, select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.federation import audience, object_proofs, outbox, search
from coffee_node.federation.actors import actor_document
from coffee_node.federation.models import Actor, FederatedObject, ObjectTag
from coffee_node.federation.reaction_rows import forget_about, forget_by
from coffee_node.node import current_node

WIDTH = {"private": 0, "space": 1, "network": 2, "public": 3}
ENGINE_COLUMNS = frozenset(
    (
        "id",
        "created_at",
        "updated_at",
        "uri",
        "type",
        "actor_id",
        "visibility",
        "origin",
        "document",
        "folded",
        "published",
        "updated",
        "deleted_at",
    )
)


def object_uri(uuid: str) -> str:
    """The id of an object of ours."""
    return f"{current_node.config.base_url}/objects/{uuid}"


def uuid_of(row: FederatedObject) -> str:
    """The last part of an object's id."""
    return row.uri.rsplit("/", 1)[-1]


def find_object(uri: str) -> tuple[ObjectType, Any] | None:
    """The object with this id, whatever its type, with its type; deleted ones too."""
    for object_type in current_node.registry.types():
        row = db.session.scalar(select(object_type.model).where(object_type.model.uri == uri))
        if row is not None:
            return object_type, row
    return None


def create_object(
    object_type: ObjectType, actor: Actor, values: dict[str, Any], visibility: str = "public"
) -> Any:
    """Make an object of ours and publish its Create, inside the caller's write()."""
    if visibility not in WIDTH:
        raise Unprocessable(
            f"Visibility {visibility!r} is not known.", f"Use one of: {', '.join(audience.VISIBILITIES)}."
        )
    now = clock.utcnow().replace(microsecond=0)
    row = object_type.model(
        uri=object_uri(new_uuid()),
        type=object_type.schema.type_name,
        actor=actor,
        visibility=visibility,
        origin="",
        published=now,
        updated=now,
    )
    row.url = row.uri
    set_columns(row, values)
    db.session.add(row)
    _publish(object_type, row, "Create")
    return row


def update_object(
    object_type: ObjectType,
    row: Any,
    values: dict[str, Any],
    visibility: str | None = None,
    *,
    also_to: Iterable[audience.Target] = (),
) -> Any:
    """Change an object of ours and publish its Update, inside the caller's write().

    The audience can only be widened: what has left the node cannot be called back, only deleted.
    `also_to` are inboxes of people who have to do with it and are named to nobody.
    """
    if row.deleted_at is not None:
        raise Unprocessable(_("This was deleted and cannot be changed."), _("Write a new one."))
    if visibility is not None and WIDTH[visibility] < WIDTH[row.visibility]:
        raise Unprocessable(
            _("What was already sent to others cannot be shown to fewer people."),
            _("Delete it and write a new one."),
        )
    row.visibility = visibility or row.visibility
    set_columns(row, values)
    row.updated = next_version(row.updated)
    _publish(object_type, row, "Update", also_to)
    return row


def delete_object(object_type: ObjectType, row: Any, *, also_to: Iterable[audience.Target] = ()) -> None:
    """Delete an object of ours everywhere it went, inside the caller's write(); its texts are erased."""
    if row.deleted_at is not None:
        return
    now = clock.utcnow().replace(microsecond=0)
    tombstone = {
        "id": row.uri,
        "type": "Tombstone",
        "formerType": row.type,
        "deleted": clock.rfc3339(now),
    }
    to, cc = audience.address(row.actor, row.visibility)
    received = [*audience.inboxes_that_received(row.uri), *also_to]
    _erase(row, tombstone)
    outbox.hide_activities_about(row.uri)
    outbox.publish(row.actor, "Delete", tombstone, to=to, cc=cc, visibility=row.visibility, also_to=received)


def _erase(row: Any, tombstone: dict[str, Any]) -> None:
    row.deleted_at = clock.utcnow()
    set_columns(row, {}, complete=True)
    row.document = tombstone
    row.folded = ""
    db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == row.uri))
    forget_about(row.uri)


def delete_actor(actor: Actor) -> None:
    """Delete an actor of ours with all it published, everywhere it went, inside the caller's write().

    Every inbox that ever got anything from it is told, also an answer, an offer or a message for one reader.
    Its keys stay, because its last messages still have to be signed; its slug is never given again.
    """
    reached = [*audience.inboxes_that_received(actor.uri), *audience.inboxes_reached_by(actor)]
    for object_type in current_node.registry.types():
        model = object_type.model
        query = select(model).where(model.actor_id == actor.id, model.deleted_at.is_(None))
        for row in db.session.scalars(query).all():
            if object_type.is_actor:
                _erase(row, {"id": actor.uri, "type": "Tombstone", "formerType": actor.type})
                if object_type.derive is not None:
                    object_type.derive(row)
            else:
                delete_object(object_type, row)
    outbox.hide_activities_about(actor.uri)
    to, cc = audience.address(actor, "public")
    uri = f"{actor.uri}#delete"
    outbox.publish(actor, "Delete", actor.uri, to=to, cc=cc, uri=uri, also_to=reached)
    forget_by(actor)
    actor.gone_at = clock.utcnow()
    actor.name = actor.summary = ""
    actor.document = {"id": actor.uri, "type": "Tombstone", "formerType": actor.type}


def next_version(updated: datetime | None) -> datetime:
    """The `updated` of a change: now, and later than the one before, at the second's precision of the wire.

    Without that, two changes within a second could not be told apart by who reads them out of order.
    """
    now = clock.utcnow().replace(microsecond=0)
    return now if updated is None else max(now, updated.replace(microsecond=0) + timedelta(seconds=1))


def actor_row(object_type: ObjectType, actor: Actor) -> Any:
    """The row that describes an actor of ours, made empty at first use; inside the caller's write()."""
    row = db.session.scalar(select(object_type.model).where(object_type.model.uri == actor.uri))
    if row is None:
        now = clock.utcnow().replace(microsecond=0)
        row = object_type.model(
            uri=actor.uri,
            type=actor.type,
            actor=actor,
            origin="",
            name=actor.name,
            published=now,
            updated=now,
        )
        db.session.add(row)
        db.session.flush()
    return row


def _publish(object_type: ObjectType, row: Any, type_: str, also_to: Iterable[audience.Target] = ()) -> None:
    db.session.flush()
    index(row)
    if object_type.is_actor:
        row.actor.name = row.name or row.actor.name
        row.document = publish_actor(row.actor)
        return
    document = object_document(object_type, row)
    row.document = document
    to, cc = audience.address(row.actor, row.visibility)
    outbox.publish(
        row.actor,
        type_,
        document,
        to=to,
        cc=cc,
        visibility=row.visibility,
        context=object_type.schema.context,
        also_to=also_to,
    )


def publish_actor(actor: Actor) -> dict[str, Any]:
    """Announce a changed actor of ours by Update, whole (federation.md, section 5); gives its document.

    An actor that has not published its profile changes in silence.
    """
    actor.updated = next_version(actor.updated)
    db.session.flush()
    document = actor_document(actor)
    actor.document = document
    if actor.is_published:
        to, cc = audience.address(actor, "public")
        outbox.hide_activities_about(actor.uri)
        outbox.publish(actor, "Update", document, to=to, cc=cc, context=vocabulary.ACTOR_CONTEXT)
    return document


def object_document(object_type: ObjectType, row: Any) -> dict[str, Any]:
    """An object of ours as on the wire, without `@context`, proven where it is for all; flush before."""
    if object_type.is_actor:
        return actor_document(row.actor)
    document: dict[str, Any] = object_type.schema.render(row)
    to, cc = audience.address(row.actor, row.visibility)
    document |= {"url": row.uri, "to": to, "cc": cc}
    if not cc:
        del document["cc"]
    if row.visibility == "public":
        proof = object_proofs.proof_for(row.actor, document, object_type.schema.context)
        document |= {"proof": proof} if proof else {}
    return document


def set_columns(row: Any, values: dict[str, Any], *, complete: bool = False) -> None:
    """Put values into their columns; `complete` resets the columns that are not named."""
    for name, value in column_values(type(row), values).items():
        if complete or name in values:
            setattr(row, name, value)


def column_values(model: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """A value for every column that a feature fills; what is absent or empty gets the column's default."""
    found = {}
    for name, default in _feature_columns(model):  # type: ignore[arg-type]
        value = values.get(name)
        found[name] = _empty(default) if value is None else value
    return found


@lru_cache(maxsize=256)
def _feature_columns(model: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The columns that a feature fills, with the default of each."""
    columns = inspect(model).columns
    return tuple((column.key, column.default) for column in columns if column.key not in ENGINE_COLUMNS)


def _empty(default: Any) -> Any:
    """What an empty value is in a column with this default."""
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def index(row: Any) -> None:
    """Keep the folded text and the tag table in step with the row."""
    row.folded = search.search_text({"name": row.name, "name_map": row.name_map, "tags": row.tags}).head
    db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri == row.uri))
    tags = search.tag_rows(row.uri, row.tags or [])
    if tags:
        db.session.execute(insert(ObjectTag), tags)
