"""What waits for a host that is away shrinks to what it still needs (federation.md, section 14).

Of one object the Create and the last Update stay, a Delete replaces both; the rest is `superseded`. Nothing
that is on its way is touched, and what stays keeps its place in the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import aliased

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.federation.models import Activity, Delivery
from coffee_node.federation.peer_models import Peer

REPLACED_BY = {"Update": ("Update",), "Delete": ("Create", "Update")}


def compact(hosts: Sequence[str]) -> int:
    """Compact everything that waits for these hosts, inside the caller's write(); the rows superseded."""
    about = (Delivery.host, Delivery.actor_id, Delivery.inbox, Activity.object_uri)
    last = {
        type_: func.max(case((Activity.type == type_, Delivery.id)))
        .over(partition_by=about)
        .label(type_.lower())
        for type_ in ("Update", "Delete")
    }
    waiting = (
        select(Delivery.id, Activity.type, *last.values())
        .join(Activity, Activity.id == Delivery.activity_id)
        .where(Delivery.state == "waiting", Delivery.host.in_(hosts), Activity.object_uri != "")
        .where(Activity.type.in_(("Create", "Update", "Delete")))
        .subquery()
    )
    is_old = or_(
        and_(waiting.c.type != "Delete", waiting.c.id < waiting.c.delete),
        and_(waiting.c.type == "Update", waiting.c.id < waiting.c.update),
    )
    return _supersede(Delivery.id.in_(select(waiting.c.id).where(is_old)))


def replace_waiting(activity: Activity) -> None:
    """Let a new Update or Delete take the place of what waits for away hosts; inside the caller's write()."""
    replaced = REPLACED_BY.get(activity.type)
    if replaced is None or not activity.object_uri:
        return
    earlier = select(Activity.id).where(
        Activity.object_uri == activity.object_uri,
        Activity.actor_id == activity.actor_id,
        Activity.type.in_(replaced),
        Activity.id < activity.id,
    )
    newer = aliased(Delivery)
    is_replaced = select(newer.id).where(newer.activity_id == activity.id, newer.inbox == Delivery.inbox)
    away = select(Peer.host).where(Peer.away_since.is_not(None))
    _supersede(Delivery.activity_id.in_(earlier), Delivery.host.in_(away), is_replaced.exists())


def _supersede(*where: Any) -> int:
    now = clock.utcnow()
    is_free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)
    old = update(Delivery).where(Delivery.state == "waiting", is_free, *where)
    result: Any = db.session.execute(old.values(state="superseded", lease_until=None))
    return int(result.rowcount)
