"""The rows of the inbox ledger: claimed with a lease, in their sender's order, and marked when done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, exists, select, update
from sqlalchemy.orm import aliased

from coffee_node.base import clock
from coffee_node.base.database import UtcDateTime, db, one_at_a_time, write
from coffee_node.federation.models import InboxItem
from coffee_node.node import current_node

MAX_ATTEMPTS = 5
WORKER_PATIENCE = 30.0
RETRY_AFTER = (60, 300, 1800, 7200, 7200)
WHY_LIMIT = 2000


@dataclass(frozen=True)
class Item:
    """One claimed activity as it arrived."""

    id: int
    activity_uri: str
    actor_uri: str
    host: str
    body: bytes
    source: str
    attempts: int

    @property
    def is_post(self) -> bool:
        """Whether its sender delivered it; else we read it in an outbox."""
        return self.source == "post"


_COLUMNS = (
    InboxItem.id,
    InboxItem.activity_uri,
    InboxItem.actor_uri,
    InboxItem.host,
    InboxItem.body,
    InboxItem.source,
    InboxItem.attempts,
)


def claim(limit: int) -> Sequence[Item]:
    """Take what is due under a lease, oldest first; nobody's later activity before an earlier one."""
    if not _due(1):
        return []
    with write(patience=WORKER_PATIENCE):
        one_at_a_time("inbox claim")
        due = _due(limit)
        ids = [item.id for item in due]
        db.session.execute(update(InboxItem).where(InboxItem.id.in_(ids)).values(lease_until=lease_end()))
    return due


def _due(limit: int) -> list[Item]:
    rows = db.session.execute(_DUE, {"now": clock.utcnow(), "most": limit})
    return [Item(*row) for row in rows]


def _due_query() -> Select[int, str, str, str, bytes, str, int]:
    now = bindparam("now", type_=UtcDateTime())
    earlier = aliased(InboxItem)
    waits_behind = exists().where(
        earlier.actor_uri == InboxItem.actor_uri,
        earlier.id < InboxItem.id,
        earlier.state == "received",
        (earlier.lease_until > now) | (earlier.next_try_at > now),
    )
    return (
        select(*_COLUMNS)
        .where(InboxItem.state == "received", InboxItem.next_try_at <= now, ~waits_behind)
        .where((InboxItem.lease_until.is_(None)) | (InboxItem.lease_until < now))
        .order_by(InboxItem.id)
        .limit(bindparam("most"))
    )


# Built once: that costs more than to ask it.
_DUE = _due_query()


def lease_end() -> datetime:
    """When a lease taken now runs out."""
    return clock.utcnow() + timedelta(seconds=current_node.config.queue.lease_seconds)


def still_waiting(items: Sequence[Item]) -> list[Item]:
    """Those that nobody has dropped since they were claimed; inside the write() that handles them."""
    query = select(InboxItem.id).where(
        InboxItem.id.in_([item.id for item in items]), InboxItem.state == "received"
    )
    waiting = set(db.session.scalars(query))
    return [item for item in items if item.id in waiting]


def finish(ids: Collection[int], state: str, why: str = "") -> None:
    """Note how these ended, in one statement."""
    values = {
        "state": state,
        "last_error": why[:WHY_LIMIT],
        "lease_until": None,
        "handled_at": clock.utcnow(),
    }
    db.session.execute(update(InboxItem).where(InboxItem.id.in_(ids)).values(values))


def release(ids: Collection[int]) -> None:
    """Give these back untouched."""
    db.session.execute(update(InboxItem).where(InboxItem.id.in_(ids)).values(lease_until=None))


def prolong(item: Item) -> None:
    """Keep this one for another lease."""
    db.session.execute(update(InboxItem).where(InboxItem.id == item.id).values(lease_until=lease_end()))


def count_attempt(item: Item, why: str) -> bool:
    """Count a failure; True when it was the last one, and the item has failed for good."""
    attempts = item.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        finish([item.id], "failed", why)
        db.session.execute(update(InboxItem).where(InboxItem.id == item.id).values(attempts=attempts))
        return True
    values = {
        "attempts": attempts,
        "lease_until": None,
        "last_error": why[:WHY_LIMIT],
        "next_try_at": clock.utcnow() + timedelta(seconds=RETRY_AFTER[attempts - 1]),
    }
    db.session.execute(update(InboxItem).where(InboxItem.id == item.id).values(values))
    return False


def is_waiting(item: Item) -> bool:
    """Whether this one is still to be handled; inside the write() that handles it."""
    return bool(still_waiting([item]))


def hosts_of(items: Iterable[Item]) -> set[str]:
    """The other servers that delivered these."""
    return {item.host for item in items if item.is_post and item.host != current_node.config.host}
