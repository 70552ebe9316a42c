"""The two ledgers when somebody leaves: what they said is emptied, what still waits of it is not sent.

The bodies that name them are looked for before the write lock is taken: on a large node that takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import Base, db
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


@dataclass(frozen=True)
class Named:
    """The rows of both ledgers that name somebody, as far as they were looked at."""

    until: Moment = Moment(0, 0)
    answers: tuple[int, ...] = ()
    items: tuple[int, ...] = ()


def look_for(uri: str) -> Named:
    """Find what names somebody, outside write(); what comes later is looked at inside."""
    until = moment()
    found = [
        db.session.scalars(select(model.id).where(contains(model.__table__.c.body, uri))).all()
        for model in (Activity, InboxItem)
    ]
    return Named(until, tuple(found[0]), tuple(found[1]))


def _names(model: type[Any], uri: str, known: Sequence[int], until: int) -> ColumnElement[bool]:
    """Whether a row was found to name somebody, or is newer and does."""
    newer = and_(model.id > until, contains(model.__table__.c.body, uri))
    return or_(model.id.in_(known), newer)


def moment() -> Moment:
    """The present end of both ledgers."""
    last_activity = db.session.scalar(select(func.max(Activity.id))) or 0
    return Moment(last_activity, db.session.scalar(select(func.max(InboxItem.id))) or 0)


def empty(actor: Actor, before: Moment, named: Named) -> None:
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
    empty_answers(actor.uri, named)
    empty_items(actor.uri, named, before.item)


def empty_answers(uri: str, named: Named) -> None:
    """Empty what other actors of ours answered or wrote to somebody, once nothing of it waits any more."""
    waits = select(Delivery.id).where(Delivery.activity_id == Activity.id, Delivery.state == "waiting")
    about = _names(Activity, uri, named.answers, named.until.activity)
    answered = select(Activity).where(about, ~waits.exists())
    is_answer = Activity.type.not_in((*OWN_WORDS, "Delete")) | (
        Activity.type.in_(OWN_WORDS) & (Activity.visibility == "private")
    )
    for activity in db.session.scalars(answered.where(is_answer)).all():
        _hollow(activity)


def empty_items(uri: str, named: Named, last: int | None = None) -> None:
    """Empty the raw bodies that somebody sent or that name somebody; what was not handled is not any more."""
    about = _names(InboxItem, uri, named.items, named.until.item)
    query = update(InboxItem).where(or_(InboxItem.actor_uri == uri, about))
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
