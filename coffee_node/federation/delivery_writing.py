"""Writing deliveries when something is published: one statement for all followers, however many they are.

Paused hosts get nothing new (federation.md, section 14), and a host gets no kind of activity its software
is known to choke on. Everything happens in the transaction of the activity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore
from coffee_node.federation import audience, compaction, domain_policy
from coffee_node.federation.models import Activity, Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node, this_node

EVENTS_ONLY = "gancio"
_COPIED = (
    "host", "inbox", "activity_id", "actor_id", "recipient_uri", "state", "attempts", "next_try_at",
    "last_error", "created_at", "updated_at",
)  # fmt: skip


def write_deliveries(activity: Activity, also_to: Iterable[audience.Target]) -> bool:
    """One row per inbox of the audience and of `also_to`; whether an actor of ours gets it, too."""
    document, visibility = activity.document, activity.visibility
    refused = _refused_hosts(document)
    followers = audience.follower_inboxes(document, visibility)
    written = sum(_write_followers(activity, query, refused) for query in followers)
    targets = {target.inbox: target for target in [*audience.targets(document, visibility), *also_to]}
    own_host = current_node.config.host
    others = [
        target
        for target in targets.values()
        if target.host != own_host and not domain_policy.is_suspended(target.host)
    ]
    written += _write_targets(activity, others, refused)
    if written:
        compaction.replace_waiting(activity)
        node = this_node()
        after_commit(lambda: node.wake("deliver"))
    return any(target.host == own_host for target in targets.values())


def _refused_hosts(document: dict[str, Any]) -> Select[str]:
    is_refused: ColumnElement[bool] = Peer.state == "paused"
    if not _is_event_or_follow(document):
        is_refused = or_(is_refused, Peer.software == EVENTS_ONLY)
    return select(Peer.host).where(is_refused)


def _is_event_or_follow(document: dict[str, Any]) -> bool:
    """Whether a calendar understands this: Gancio hangs on Notes and answers 404 to the rest."""
    type_, object_ = document["type"], document["object"]
    if type_ == "Follow":
        return True
    if not isinstance(object_, dict):
        return type_ == "Announce" and _is_event(vocabulary.id_of(object_))
    about = object_.get("formerType") or object_.get("type")
    return bool(about == ("Follow" if type_ in ("Accept", "Reject", "Undo") else "Event"))


def _is_event(uri: str) -> bool:
    object_type = current_node.registry.type_for({"type": "Event"})
    if object_type is None:
        return False
    return db.session.scalar(select(object_type.model.id).where(object_type.model.uri == uri)) is not None


def _columns(activity: Activity) -> dict[str, Any]:
    now = clock.utcnow()
    return {
        "activity_id": activity.id,
        "actor_id": activity.actor_id,
        "recipient_uri": "",
        "state": "waiting",
        "attempts": 0,
        "next_try_at": now,
        "last_error": "",
        "created_at": now,
        "updated_at": now,
    }


def _write_followers(activity: Activity, followers: Select[str, str], refused: Select[str]) -> int:
    """Copy the inboxes of all followers into the ledger within the database; how many there are."""
    found = followers.subquery()
    columns = Delivery.__table__.c
    values = [literal(value, columns[name].type).label(name) for name, value in _columns(activity).items()]
    rows = select(found.c.host, found.c.inbox, *values).where(found.c.host.not_in(refused))
    copied: Any = db.session.execute(
        insert_ignore(Delivery).from_select(_COPIED, rows, include_defaults=False)
    )
    return int(copied.rowcount)


def _write_targets(activity: Activity, targets: list[audience.Target], refused: Select[str]) -> int:
    if not targets:
        return 0
    hosts = {target.host for target in targets}
    left_out = set(db.session.scalars(refused.where(Peer.host.in_(hosts))))
    columns = _columns(activity)
    rows = [
        {**columns, "host": target.host, "inbox": target.inbox, "recipient_uri": target.recipient_uri}
        for target in targets
        if target.host not in left_out
    ]
    if rows:
        db.session.execute(insert_ignore(Delivery), rows)
    return len(rows)
