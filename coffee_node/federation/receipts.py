"""Receipts of erasures: partners confirm what a Delete asked for, and keys wait for the last receipt.

The node actor of a partner sends an Accept of the Delete in the transaction that erased (federation.md, 8.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.federation import actors, audience, outbox
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Activity, Actor, ActorKey, Delivery, Follow
from coffee_node.federation.peer_models import Peer
from coffee_node.federation.social_models import ErasureReceipt

PATIENCE = timedelta(days=30)
WORKER_PATIENCE = 30.0
# What the id of somebody who left begins with once only its hash is kept (erasure_rows.py).
HASHED = "urn:sha256:"


@dataclass(frozen=True)
class Erasure:
    """One Delete of ours: at which partners it is confirmed, and who has not confirmed it yet."""

    object_uri: str
    former_type: str
    deleted_at: datetime
    confirmed: tuple[str, ...]
    missing: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """How many partners it was sent to."""
        return len(self.confirmed) + len(self.missing)

    @property
    def is_overdue(self) -> bool:
        """Whether somebody should be asked by a person now."""
        return bool(self.missing) and clock.utcnow() - self.deleted_at >= PATIENCE


def confirm(incoming: Incoming) -> None:
    """Tell the node of the sender that its Delete was carried out; inside the erasing transaction."""
    node = _partner_node(incoming.sender.host)
    if node is None:
        return
    said = str(incoming.activity["id"])
    outbox.publish(actors.node_actor(), "Accept", said, to=[node.uri], visibility="private")


def _partner_node(host: str) -> Actor | None:
    """The node actor of a partner; None for any other host."""
    if not host or host not in audience.partner_hosts():
        return None
    ours = actors.node_actor()
    query = (
        select(Actor)
        .join(Follow, Follow.target_id == Actor.id)
        .where(Follow.follower_id == ours.id, Follow.state == "accepted")
        .where(Actor.host == host, Actor.type == "Application")
    )
    return db.session.scalar(query.order_by(Actor.id).limit(1))


def receive_receipt(incoming: Incoming) -> None:
    """A partner's node actor confirms a Delete that we sent to its host; nobody else's word counts."""
    sender = incoming.sender
    node = _partner_node(sender.host)
    if node is None or node.id != sender.id:
        raise Ignored("only the node actor of a partner confirms an erasure")
    sent = outbox.find_activity(vocabulary.id_of(incoming.object))
    delivered = select(Delivery.id).where(Delivery.host == sender.host).limit(1)
    if sent is None or db.session.scalar(delivered.where(Delivery.activity_id == sent.id)) is None:
        raise Ignored("this Delete was not sent to that host")
    values = {"activity_id": sent.id, "host": sender.host, "confirmed_at": clock.utcnow()}
    db.session.execute(insert_ignore(ErasureReceipt), [values])


def erasure_of(object_uri: str) -> Erasure | None:
    """How far the erasure of an object or actor of ours has come; None when nothing was deleted."""
    query = select(Activity).where(Activity.object_uri == object_uri, Activity.type == "Delete")
    deleted = db.session.scalar(
        query.where(Activity.direction == "out").order_by(Activity.id.desc()).limit(1)
    )
    return None if deleted is None else next(iter(_states([deleted])), None)


def unconfirmed(limit: int = 50) -> list[Erasure]:
    """The erasures that a partner has not confirmed yet, oldest first: for the manager."""
    partners = audience.partner_hosts()
    confirmed = select(ErasureReceipt.id).where(
        ErasureReceipt.activity_id == Delivery.activity_id, ErasureReceipt.host == Delivery.host
    )
    awaited = select(Delivery.id).where(
        Delivery.activity_id == Activity.id, Delivery.host.in_(partners), ~confirmed.exists()
    )
    query = select(Activity).where(Activity.type == "Delete", awaited.exists()).order_by(Activity.id)
    return [one for one in _states(db.session.scalars(query.limit(limit)).all()) if one.missing]


def _states(deleted: Sequence[Activity]) -> Iterable[Erasure]:
    ids = [activity.id for activity in deleted]
    partners = set(audience.partner_hosts())
    sent = _hosts(select(Delivery.activity_id, Delivery.host).where(Delivery.activity_id.in_(ids)))
    confirmed = _hosts(
        select(ErasureReceipt.activity_id, ErasureReceipt.host).where(ErasureReceipt.activity_id.in_(ids))
    )
    contacts = _contacts(partners)
    for activity in deleted:
        done = confirmed.get(activity.id, set())
        awaited = (sent.get(activity.id, set()) & partners) - done
        if _is_of_somebody_unseen(activity):
            awaited &= _hosts_reached_by(activity)
        yield Erasure(
            object_uri=activity.object_uri,
            former_type=_former_type(activity),
            deleted_at=activity.created_at,
            confirmed=tuple(sorted(done)),
            missing=tuple(sorted(awaited)),
            contacts=tuple((host, contacts.get(host, "")) for host in sorted(awaited)),
        )


def _hosts(query: Any) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for activity_id, host in db.session.execute(query):
        found.setdefault(activity_id, set()).add(host)
    return found


def _contacts(hosts: Iterable[str]) -> dict[str, str]:
    """The page of each partner's node, where its manager can be found."""
    query = select(Peer.host, Actor.url).join(Actor, Actor.id == Peer.node_actor_id)
    return {host: url for host, url in db.session.execute(query.where(Peer.host.in_(list(hosts))))}


def _former_type(activity: Activity) -> str:
    document = activity.document.get("object")
    if isinstance(document, dict):
        return str(document.get("formerType") or "")
    return activity.actor.type


def _is_of_somebody_unseen(activity: Activity) -> bool:
    """Whether an actor left that never published: who never heard of it has nothing to confirm."""
    if activity.object_uri != activity.actor.uri or activity.object_uri.startswith(HASHED):
        return False
    said = select(Activity.id).where(
        Activity.actor_id == activity.actor_id, Activity.type.in_(("Create", "Update", "Announce"))
    )
    return db.session.scalar(said.limit(1)) is None


def _hosts_reached_by(activity: Activity) -> set[str]:
    query = select(Delivery.host).where(
        Delivery.actor_id == activity.actor_id, Delivery.activity_id != activity.id
    )
    return set(db.session.scalars(query.distinct()))


def key_task() -> Task:
    """The task of the worker that destroys the keys of actors that have left."""
    return Task("keys of the departed", timedelta(hours=1), destroy_keys)


def destroy_keys() -> str:
    """Destroy the private keys of actors of ours that are gone, once all receipts are there or after 30 days.

    A key stays as long as something that it must sign still waits.
    """
    signing = select(ActorKey.actor_id).where(ActorKey.private_key.is_not(None))
    waiting = select(Delivery.id).where(Delivery.actor_id == Actor.id, Delivery.state == "waiting")
    query = select(Actor).where(Actor.host == "", Actor.gone_at.is_not(None), Actor.id.in_(signing))
    done = [actor.id for actor in db.session.scalars(query.where(~waiting.exists())) if _is_settled(actor)]
    if done:
        with write(patience=WORKER_PATIENCE):
            db.session.execute(update(ActorKey).where(ActorKey.actor_id.in_(done)).values(private_key=None))
    return f"The keys of {len(done)} actors were destroyed."


def _is_settled(actor: Actor) -> bool:
    erasure = erasure_of(actor.uri)
    is_old = actor.gone_at is not None and clock.utcnow() - actor.gone_at >= PATIENCE
    return is_old or erasure is None or not erasure.missing
