"""The delivery ledger at work: claim a batch with a lease, send it in order, note how it ended.

A lane is what one actor sends to one host: its deliveries leave in order, lanes do not wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, takewhile

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import aliased, joinedload

from coffee_node.activitypub.http_client import DeliveryRequest, DeliveryResult
from coffee_node.activitypub.signed_request import Signer
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, insert_ignore, is_postgres, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.federation.actors import resolve_actor, signer_for
from coffee_node.federation.delivery_outcomes import Outcome, needs_second_knock, outcome_of, pause_after
from coffee_node.federation.models import Actor, Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
LANES_AT_ONCE = 16
BATCH = 50


@dataclass(frozen=True)
class Parcel:
    """What sending one delivery needs, read once: nothing is looked up while the network is asked."""

    id: int
    host: str
    actor_id: int
    inbox: str
    recipient_uri: str
    attempts: int
    body: bytes
    digest: str
    signer: Signer


@dataclass
class Batch:
    """What came of a claimed batch, to be written in one commit."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    inboxes: dict[int, str] = field(default_factory=dict)
    away: dict[str, Outcome] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    refusing: dict[str, str] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)


def deliver_due() -> int:
    """Send one batch of what is due; the number of deliveries taken (0: nothing to do)."""
    claimed = _claim()
    if not claimed:
        return 0
    parcels = _read(claimed)
    schemes = _schemes({parcel.host for parcel in parcels})
    end_reading()
    batch = Batch()
    lease = _Lease(claimed)
    for (host, _), lane in groupby(parcels, key=lambda parcel: (parcel.host, parcel.actor_id)):
        _send_lane(list(lane), batch, schemes.get(host, "cavage"), lease)
    with write(patience=WORKER_PATIENCE):
        _note(claimed, batch)
    return len(claimed)


def _read(claimed: Sequence[int]) -> list[Parcel]:
    """The claimed deliveries lane by lane, in the order they must leave."""
    deliveries = db.session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(claimed))
        .options(joinedload(Delivery.activity), joinedload(Delivery.actor).selectinload(Actor.keys))
        .order_by(Delivery.host, Delivery.actor_id, Delivery.id)
    )
    return [
        Parcel(
            id=row.id,
            host=row.host,
            actor_id=row.actor_id,
            inbox=row.inbox,
            recipient_uri=row.recipient_uri,
            attempts=row.attempts,
            body=row.activity.body,
            digest=row.activity.digest,
            signer=signer_for(row.actor),
        )
        for row in deliveries
    ]


def _schemes(hosts: set[str]) -> dict[str, str]:
    """The signature scheme that worked last, by host."""
    query = select(Peer.host, Peer.signature_scheme).where(Peer.host.in_(hosts))
    return {host: scheme for host, scheme in db.session.execute(query)}


def _claim() -> Sequence[int]:
    """Lease the head rows of the lanes that are due, all in one statement."""
    now = clock.utcnow()
    heads = _due_lanes(now)
    if db.session.execute(heads.limit(1)).first() is None:
        return []
    lease = now + timedelta(seconds=current_node.config.queue.lease_seconds)
    with write(patience=WORKER_PATIENCE):
        lanes = db.session.execute(heads.limit(LANES_AT_ONCE)).all()
        wanted: list[int] = []
        share = max(1, BATCH // max(1, len(lanes)))
        for host, actor_id in lanes:
            rows = (
                select(Delivery.id, Delivery.next_try_at)
                .where(Delivery.host == host, Delivery.actor_id == actor_id, Delivery.state == "waiting")
                .order_by(Delivery.id)
                .limit(share)
            )
            due = takewhile(lambda row: row.next_try_at <= now, db.session.execute(rows))
            wanted += [row.id for row in due]
        claim = (
            update(Delivery)
            .where(Delivery.id.in_(wanted), Delivery.state == "waiting")
            .where((Delivery.lease_until.is_(None)) | (Delivery.lease_until < now))
            .values(lease_until=lease)
            .returning(Delivery.id)
        )
        return sorted(db.session.scalars(claim))


def _due_lanes(now: datetime) -> Select[str, int]:
    """Host and actor of each lane whose first waiting row is due and free, and whose host is not away."""
    earlier = aliased(Delivery)
    has_earlier = exists().where(
        earlier.state == "waiting",
        earlier.host == Delivery.host,
        earlier.actor_id == Delivery.actor_id,
        earlier.id < Delivery.id,
    )
    away = exists().where(Peer.host == Delivery.host, Peer.away_until > now)
    query = (
        select(Delivery.host, Delivery.actor_id)
        .where(Delivery.state == "waiting", Delivery.next_try_at <= now, ~has_earlier, ~away)
        .where((Delivery.lease_until.is_(None)) | (Delivery.lease_until < now))
        .order_by(Delivery.next_try_at)
    )
    return query.with_for_update(skip_locked=True) if is_postgres() else query


class _Lease:
    """Keeps the lease of a batch alive while it runs, so that nobody sends it a second time."""

    def __init__(self, claimed: Sequence[int]) -> None:
        self._claimed = claimed
        self._renewed = time.monotonic()

    def renew(self) -> None:
        """Extend the lease when a third of it has passed."""
        seconds = current_node.config.queue.lease_seconds
        if time.monotonic() - self._renewed < seconds / 3:
            return
        self._renewed = time.monotonic()
        until = clock.utcnow() + timedelta(seconds=seconds)
        with write(patience=WORKER_PATIENCE):
            db.session.execute(
                update(Delivery).where(Delivery.id.in_(self._claimed)).values(lease_until=until)
            )


def _send_lane(lane: Sequence[Parcel], batch: Batch, scheme: str, lease: _Lease) -> None:
    """Send one lane in order; stop at the first that must be tried again."""
    for parcel in lane:
        if parcel.host in batch.away or current_node.is_stopping:
            return
        lease.renew()
        result, scheme = _send(parcel, batch, batch.schemes.get(parcel.host, scheme))
        outcome = outcome_of(result, parcel.attempts, clock.utcnow())
        batch.outcomes[parcel.id] = outcome
        if outcome.is_host_away:
            batch.away[parcel.host] = outcome
        else:
            batch.reached.add(parcel.host)
        if outcome.state in ("refused", "gave_up") and result.status in (400, 401):
            batch.refusing[parcel.host] = outcome.error
        if outcome.state == "waiting":
            return


def _send(parcel: Parcel, batch: Batch, scheme: str) -> tuple[DeliveryResult, str]:
    inbox = parcel.inbox
    if parcel.recipient_uri:
        try:
            inbox = resolve_actor(parcel.recipient_uri).inbox
        except FetchError as error:
            status = None if error.temporary else error.http_status or 404
            return DeliveryResult(status=status, retry_after=None, error=error.message), scheme
        except CoffeeError as error:
            return DeliveryResult(status=404, retry_after=None, error=error.message), scheme
        batch.inboxes[parcel.id] = inbox
    result = _knock(parcel, inbox, scheme)
    if needs_second_knock(result, scheme):
        other = "rfc9421" if scheme == "cavage" else "cavage"
        second = _knock(parcel, inbox, other)
        if second.status is not None and 200 <= second.status < 300:
            batch.schemes[parcel.host] = other
            return second, other
    return result, scheme


def _knock(parcel: Parcel, inbox: str, scheme: str) -> DeliveryResult:
    request = DeliveryRequest(
        url=inbox,
        body=parcel.body,
        digest=parcel.digest,
        signer=parcel.signer,
        scheme=scheme,
    )
    return current_node.http.deliver(request)


def _note(claimed: Sequence[int], batch: Batch) -> None:
    """Write the outcomes of a batch; what was not tried is released for the next one."""
    now = clock.utcnow()
    for delivery_id, outcome in batch.outcomes.items():
        values = {
            "state": outcome.state,
            "attempts": outcome.attempts,
            "lease_until": None,
            "last_error": outcome.error[:2000],
            "last_status": outcome.status,
            "next_try_at": outcome.next_try_at or now,
        }
        if outcome.state == "sent":
            values["sent_at"] = now
        if delivery_id in batch.inboxes:
            values |= {"recipient_uri": ""}
        still_ours = (Delivery.id == delivery_id) & (Delivery.state == "waiting")
        db.session.execute(update(Delivery).where(still_ours).values(**values))
    untried = [delivery_id for delivery_id in claimed if delivery_id not in batch.outcomes]
    if untried:
        db.session.execute(update(Delivery).where(Delivery.id.in_(untried)).values(lease_until=None))
    _note_peers(batch, now)


def _note_peers(batch: Batch, now: datetime) -> None:
    hosts = sorted(batch.reached | set(batch.away))
    if not hosts:
        return
    db.session.execute(insert_ignore(Peer), [{"host": host} for host in hosts])
    for peer in db.session.scalars(select(Peer).where(Peer.host.in_(hosts))):
        if peer.host in batch.away:
            _note_away(peer, batch.away[peer.host], now)
            continue
        peer.failures = 0
        peer.away_until = None
        peer.last_delivered_at = now
        refusal = batch.refusing.get(peer.host, "")
        peer.state = "refuses" if refusal else "ok"
        peer.last_error = refusal
        peer.failing_since = (peer.failing_since or now) if refusal else None
        peer.signature_scheme = batch.schemes.get(peer.host, peer.signature_scheme)


def _note_away(peer: Peer, outcome: Outcome, now: datetime) -> None:
    """The host does not answer: leave it alone for a while, longer each time."""
    peer.failures += 1
    peer.failing_since = peer.failing_since or now
    peer.last_error = outcome.error
    peer.away_until = outcome.next_try_at or now + pause_after(peer.failures)
