"""Claiming deliveries: the head of each lane that is due, with what follows it, under one lease.

A lane is free when its first waiting row is due and not leased and its host is not away. A host that was
away is asked by one lane with one row first: the probe. All functions run inside the caller's write().
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from coffee_node.base import clock
from coffee_node.base.database import db, is_postgres
from coffee_node.federation.models import Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node

LANES_PER_HOST = 8
ROWS_AT_ONCE = 750
ROWS_PER_LANE = 50
DELIVERIES = cast(Table, Delivery.__table__)
_AtHost = tuple[str, int]


@dataclass(frozen=True)
class Claimed:
    """The rows of one lane under our lease, oldest first, and the signature its host understood last."""

    host: str
    actor_id: int
    rows: Sequence[Any]
    scheme: str
    is_host_known: bool


def has_due(busy: Mapping[str, int]) -> bool:
    """Whether any lane is free; asked before the write lock is taken."""
    return db.session.execute(_heads(clock.utcnow(), busy).limit(1)).first() is not None


def claim(lanes: int, busy: Mapping[str, int]) -> list[Claimed]:
    """Lease up to this many lanes; `busy` counts by host the lanes that are on their way already."""
    now = clock.utcnow()
    heads = _heads(now, busy).limit(lanes)
    found = [(host, actor_id) for host, actor_id in db.session.execute(_locking(heads))]
    if not found:
        return []
    peers = _peers({host for host, _ in found})
    probed = {host for host, peer in peers.items() if peer.failures}
    chosen = _chosen(found, busy, probed - _away_and_taken(probed, now), probed)
    rows = _leased(_rows_of(chosen, probed, now), now)
    return [
        Claimed(host, actor_id, list(lane), _scheme(peers.get(host), now), host in peers)
        for (host, actor_id), lane in groupby(rows, key=lambda row: (row.host, row.actor_id))
    ]


def _heads(now: datetime, busy: Mapping[str, int]) -> Select[str, int]:
    """Host and actor of each free lane."""
    earlier = aliased(Delivery)
    has_earlier = exists().where(
        earlier.state == "waiting",
        earlier.host == Delivery.host,
        earlier.actor_id == Delivery.actor_id,
        earlier.id < Delivery.id,
    )
    away = select(Peer.host).where(Peer.away_until > now)
    query = (
        select(Delivery.host, Delivery.actor_id)
        .where(Delivery.state == "waiting", Delivery.next_try_at <= now, is_free(now))
        .where(Delivery.host.not_in(away), ~has_earlier)
        .order_by(Delivery.next_try_at)
    )
    if not busy:
        return query
    full = [host for host, number in busy.items() if number >= LANES_PER_HOST]
    probed = select(Peer.host).where(Peer.failures > 0, Peer.host.in_(list(busy)))
    return query.where(Delivery.host.not_in(full), Delivery.host.not_in(probed))


def is_free(now: datetime) -> ColumnElement[bool]:
    """That nobody holds a lease on a delivery."""
    return or_(Delivery.lease_until.is_(None), Delivery.lease_until < now)


def _locking(query: Select[str, int]) -> Select[str, int]:
    return query.with_for_update(skip_locked=True, of=Delivery) if is_postgres() else query


def _peers(hosts: Collection[str]) -> dict[str, Any]:
    """What signature each host understands and how often it was found away."""
    query = select(Peer.host, Peer.failures, Peer.signature_scheme, Peer.scheme_until)
    return {row.host: row for row in db.session.execute(query.where(Peer.host.in_(hosts)))}


def _away_and_taken(probed: Collection[str], now: datetime) -> set[str]:
    """The hosts among these that somebody asks already; the others' rows are locked until the commit."""
    if not probed:
        return set()
    free = select(Peer.host).where(Peer.host.in_(probed))
    if is_postgres():
        free = free.with_for_update(skip_locked=True)
    locked = set(db.session.scalars(free))
    leased = select(Delivery.host).where(
        Delivery.host.in_(probed), Delivery.state == "waiting", Delivery.lease_until >= now
    )
    return (set(probed) - locked) | set(db.session.scalars(leased.distinct()))


def _chosen(
    found: Iterable[_AtHost], busy: Mapping[str, int], to_probe: Collection[str], probed: Collection[str]
) -> list[_AtHost]:
    """At most eight lanes of a host, and one of a host that has to be probed."""
    chosen: list[_AtHost] = []
    number = Counter(busy)
    for host, actor_id in found:
        is_refused = host in probed and (host not in to_probe or number[host] > 0)
        if is_refused or number[host] >= LANES_PER_HOST:
            continue
        number[host] += 1
        chosen.append((host, actor_id))
    return chosen


def _rows_of(lanes: Sequence[_AtHost], probed: Collection[str], now: datetime) -> list[int]:
    """The rows of these lanes up to the first that is not due; only the first where a host is probed."""
    if not lanes:
        return []
    share = max(1, min(ROWS_PER_LANE, ROWS_AT_ONCE // len(lanes)))
    place = func.row_number().over(partition_by=(Delivery.host, Delivery.actor_id), order_by=Delivery.id)
    ranked = (
        select(Delivery.id, Delivery.host, Delivery.actor_id, Delivery.next_try_at, place.label("place"))
        .where(Delivery.state == "waiting", Delivery.host.in_({host for host, _ in lanes}))
        .where(Delivery.actor_id.in_({actor_id for _, actor_id in lanes}))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= share)
    query = query.order_by(ranked.c.host, ranked.c.actor_id, ranked.c.place)
    chosen = set(lanes)
    wanted: list[int] = []
    for key, lane in groupby(db.session.execute(query), key=lambda row: (row.host, row.actor_id)):
        for row in lane if key in chosen else ():
            if row.next_try_at > now or (row.host in probed and row.place > 1):
                break
            wanted.append(row.id)
    return wanted


def _leased(wanted: Sequence[int], now: datetime) -> list[Any]:
    if not wanted:
        return []
    claimed = (
        update(DELIVERIES)
        .where(Delivery.id.in_(wanted), Delivery.state == "waiting", is_free(now))
        .values(lease_until=now + lease_time())
        .returning(
            Delivery.id,
            Delivery.host,
            Delivery.actor_id,
            Delivery.activity_id,
            Delivery.inbox,
            Delivery.recipient_uri,
            Delivery.attempts,
        )
    )
    return sorted(db.session.execute(claimed), key=lambda row: (row.host, row.actor_id, row.id))


def lease_time() -> timedelta:
    """How long a claimed delivery is ours."""
    return timedelta(seconds=current_node.config.queue.lease_seconds)


def renew(ids: Collection[int]) -> None:
    """Keep what is still on its way, so that nobody else sends it a second time."""
    until = clock.utcnow() + lease_time()
    ours = update(DELIVERIES).where(Delivery.id.in_(ids), Delivery.state == "waiting")
    db.session.execute(ours.values(lease_until=until))


def release(ids: Collection[int]) -> None:
    """Give back what was not tried."""
    ours = update(DELIVERIES).where(Delivery.id.in_(ids), Delivery.state == "waiting")
    db.session.execute(ours.values(lease_until=None))


def _scheme(peer: Any, now: datetime) -> str:
    """What the host understood within the last 30 days, else what everybody does."""
    if peer is None or peer.scheme_until is None or peer.scheme_until < now:
        return "cavage"
    return str(peer.signature_scheme)
