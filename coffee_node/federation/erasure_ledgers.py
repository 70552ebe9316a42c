"""The two ledgers when somebody leaves: what they said is emptied, what still waits of it is not sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import Base, db
from coffee_node.federation.audience import Target
from coffee_node.federation.erasure_rows import contains
from coffee_node.federation.models import Activity, Actor, Delivery, FederatedObject, InboxItem

EMPTY = b"{}"
ERASED = "erased with its author"
KEPT = ("@context", "id", "type", "actor", "published", "to", "cc")
OWN_WORDS = ("Create", "Update")


@dataclass(frozen=True)
class Moment:
    """Where both ledgers stood before the erasure: what comes after it belongs to the erasure itself."""

    activity: int
    item: int


def moment() -> Moment:
    """The present end of both ledgers."""
    last_activity = db.session.scalar(select(func.max(Activity.id))) or 0
    return Moment(last_activity, db.session.scalar(select(func.max(InboxItem.id))) or 0)


def inboxes_reached_by(actor: Actor) -> list[Target]:
    """Every inbox that got anything from an actor of ours, also what was for one reader only."""
    query = select(Delivery.host, Delivery.inbox).where(Delivery.actor_id == actor.id).distinct()
    return [Target(host, inbox) for host, inbox in db.session.execute(query)]


def empty(actor: Actor, before: Moment) -> None:
    """Empty what an actor of ours said and what was said about it, inside write()."""
    waiting = update(Delivery).where(Delivery.actor_id == actor.id, Delivery.activity_id <= before.activity)
    db.session.execute(
        waiting.where(Delivery.state == "waiting").values(state="superseded", lease_until=None)
    )
    said = select(Activity).where(Activity.actor_id == actor.id, Activity.id <= before.activity)
    for activity in db.session.scalars(said).all():
        _hollow(activity)
        activity.visibility = "private"
    db.session.flush()
    empty_answers(actor.uri)
    empty_items(actor.uri, before.item)


def empty_answers(uri: str) -> None:
    """Empty what other actors of ours answered to somebody, once nothing of it waits any more."""
    waits = select(Delivery.id).where(Delivery.activity_id == Activity.id, Delivery.state == "waiting")
    answered = select(Activity).where(contains(Activity.__table__.c.body, uri), ~waits.exists())
    for activity in db.session.scalars(answered.where(Activity.type.not_in((*OWN_WORDS, "Delete")))).all():
        _hollow(activity)


def empty_items(uri: str, last: int | None = None) -> None:
    """Empty the raw bodies that somebody sent or that name somebody; what was not handled is not any more."""
    body = InboxItem.__table__.c.body
    query = update(InboxItem).where(or_(InboxItem.actor_uri == uri, contains(body, uri)))
    if last is not None:
        query = query.where(InboxItem.id <= last)
    is_open = InboxItem.state.in_(("received", "failed"))
    db.session.execute(query.where(is_open).values(state="ignored", last_error=ERASED, lease_until=None))
    db.session.execute(query.where(~is_open).values(body=EMPTY))


def _hollow(activity: Activity) -> None:
    """Leave of an activity what the ledger needs: ids, type and audience."""
    document: dict[str, Any] = {name: activity.document[name] for name in KEPT if name in activity.document}
    document["object"] = vocabulary.id_of(activity.document.get("object"))
    activity.document = document
    activity.body = EMPTY


def forget_children(actor: Actor) -> None:
    """Remove what hangs on the objects of an actor: versions of texts, words in a directory."""
    objects = {mapper.local_table.name for mapper in _object_mappers()}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            parent = key.column.table
            if parent.name in objects and key.ondelete == "CASCADE":
                mine = select(parent.c.id).where(parent.c.actor_id == actor.id)
                db.session.execute(delete(table).where(key.parent.in_(mine)))


def _object_mappers() -> list[Any]:
    return [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, FederatedObject)]
