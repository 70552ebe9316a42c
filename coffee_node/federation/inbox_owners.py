"""Asking whose inbox it is when an inbox says that it is gone (410) or has moved (3xx).

An inbox alone proves nothing: only an actor whose own document answers 410 or a Tombstone is gone, and only
its document says where its inbox is now (federation.md, section 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import aliased

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation import follower_digests
from coffee_node.federation.actors import node_signer, save_remote_actor
from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
OWNERS_AT_ONCE = 20
FRESH = timedelta(hours=1)
GONE = "its owner is gone"


def look_again(delivery_id: int, inbox: str, status: int) -> None:
    """Ask the owners of this inbox, outside any transaction; each answer is one commit."""
    for actor in _owners(inbox, is_gone=status == 410):
        uri = actor.uri
        signer = node_signer()
        end_reading()
        try:
            document = current_node.http.fetch_document(uri, signer=signer).document
        except FetchError as error:
            if error.http_status == 410 and status == 410:
                _forget(uri, inbox, delivery_id)
            continue
        except CoffeeError:
            continue
        if vocabulary.short_type(document.get("type")) == "Tombstone":
            _forget(uri, inbox, delivery_id)
        else:
            _note_document(document, inbox)


def _owners(inbox: str, *, is_gone: bool) -> Sequence[Actor]:
    """Whose inbox this is; of a shared one those who follow somebody here, or whom somebody here follows.

    A redirect is asked about once an hour at most: an actor that was read just now says the same again.
    """
    query = select(Actor).where(Actor.host == vocabulary.host_of(inbox), Actor.gone_at.is_(None))
    related = exists().where(
        or_(Follow.follower_id == Actor.id, Follow.target_id == Actor.id), Follow.state == "accepted"
    )
    query = query.where(or_(Actor.inbox == inbox, (Actor.shared_inbox == inbox) & related))
    if not is_gone:
        old = clock.utcnow() - FRESH
        query = query.where(or_(Actor.fetched_at.is_(None), Actor.fetched_at < old))
    order = func.coalesce(Actor.fetched_at, Actor.created_at)
    return db.session.scalars(query.order_by(order).limit(OWNERS_AT_ONCE)).all()


def _forget(uri: str, inbox: str, delivery_id: int) -> None:
    """The actor is gone: its follows end, and what waits for nobody else is dropped."""
    now = clock.utcnow()
    with write(patience=WORKER_PATIENCE):
        actor = db.session.scalars(select(Actor).where(Actor.uri == uri)).one()
        actor.gone_at = now
        ended = update(Follow).where(or_(Follow.follower_id == actor.id, Follow.target_id == actor.id))
        db.session.execute(ended.where(Follow.state != "rejected").values(state="undone"))
        _count_followers()
        follower_digests.forget_hosts([actor.host])
        if not _is_used(inbox):
            mine = update(Delivery).where(Delivery.inbox == inbox, Delivery.host == actor.host)
            mine = mine.where(or_(Delivery.state == "waiting", Delivery.id == delivery_id))
            db.session.execute(mine.values(state="gone", lease_until=None, last_error=GONE))
        own = update(Delivery).where(Delivery.inbox.in_((actor.inbox, uri)), Delivery.host == actor.host)
        own = own.where(Delivery.state == "waiting")
        db.session.execute(own.values(state="gone", lease_until=None, last_error=GONE))


def _is_used(inbox: str) -> bool:
    """Whether a living actor still gets its messages there."""
    living = select(Actor.id).where(
        Actor.host == vocabulary.host_of(inbox),
        Actor.gone_at.is_(None),
        or_(Actor.inbox == inbox, Actor.shared_inbox == inbox),
        exists().where(Follow.follower_id == Actor.id, Follow.state == "accepted"),
    )
    return db.session.scalar(living.limit(1)) is not None


def _count_followers() -> None:
    """Count the followers of our actors anew."""
    number = (
        select(func.count(Follow.id))
        .where(Follow.target_id == Actor.id, Follow.state == "accepted")
        .scalar_subquery()
    )
    db.session.execute(update(Actor).where(Actor.host == "").values(followers_count=number))


def _note_document(document: dict[str, object], inbox: str) -> None:
    """The actor lives: keep where its inbox is now, and send there what waits for the old one."""
    with write(patience=WORKER_PATIENCE):
        try:
            actor = save_remote_actor(document)
        except CoffeeError:
            return
        if inbox in (actor.inbox, actor.shared_inbox):
            return
        other = aliased(Delivery)
        is_there = exists().where(
            other.activity_id == Delivery.activity_id, other.inbox == actor.delivery_inbox
        )
        waiting = update(Delivery).where(Delivery.inbox == inbox, Delivery.state == "waiting", ~is_there)
        db.session.execute(waiting.values(inbox=actor.delivery_inbox))
