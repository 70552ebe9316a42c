"""Hosts that stay away: after 30 days nothing waits for them any more, and none is remembered for ever.

A paused host gets nothing new until it is heard of again; then it catches up by reading our outbox
(federation.md, sections 9 and 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, write
from coffee_node.federation import compaction
from coffee_node.federation.delivery_claims import is_free
from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.federation.peer_models import Peer

WORKER_PATIENCE = 30.0
ABSENCE = timedelta(days=30)
SILENCE = timedelta(days=90)
MOST_PEERS = 50_000
STEP = 200
GAVE_UP = "the server did not answer for 30 days"


def absence_task() -> Task:
    """The hourly task of the worker."""
    return Task("absences", timedelta(hours=1), look_after_absent_hosts)


def look_after_absent_hosts() -> str:
    """Compact what waits, give up what waited too long, forget who was silent; the sentence that is shown."""
    compacted = _compact_waiting()
    paused = pause_long_absent()
    forgotten = forget_silent()
    return f"{compacted} deliveries superseded, {paused} servers paused, {forgotten} forgotten."


def _compact_waiting() -> int:
    query = select(Peer.host).where(
        Peer.away_since.is_not(None), exists().where(Delivery.host == Peer.host, Delivery.state == "waiting")
    )
    hosts = db.session.scalars(query).all()
    compacted = 0
    for start in range(0, len(hosts), STEP):
        with write(patience=WORKER_PATIENCE):
            compacted += compaction.compact(hosts[start : start + STEP])
    return compacted


def pause_long_absent() -> int:
    """End what waits for hosts that were away for 30 days, and pause them; how many were paused now."""
    now = clock.utcnow()
    absent = and_(Peer.away_since.is_not(None), Peer.away_since <= now - ABSENCE)
    with write(patience=WORKER_PATIENCE):
        hosts = db.session.scalars(select(Peer.host).where(absent, Peer.state != "paused")).all()
        _give_up(select(Peer.host).where(absent, Peer.state != "paused"), now)
        # What somebody had tried again by hand is kept as long once more.
        _give_up(select(Peer.host).where(absent), now, Delivery.next_try_at <= now - ABSENCE)
        paused = update(Peer).where(Peer.host.in_(hosts))
        db.session.execute(paused.values(state="paused", paused_at=now))
    return len(hosts)


def _give_up(hosts: Any, now: datetime, *where: Any) -> None:
    waiting = update(Delivery).where(
        Delivery.state == "waiting", Delivery.host.in_(hosts), is_free(now), *where
    )
    db.session.execute(
        waiting.values(state="gave_up", last_error=GAVE_UP, lease_until=None),
        execution_options={"synchronize_session": False},
    )


def forget_silent() -> int:
    """Drop what is remembered of hosts that nothing ties to us and that were silent for 90 days.

    Beyond 50,000 hosts the longest silent ones go sooner.
    """
    now = clock.utcnow()
    heard = func.coalesce(Peer.last_received_at, Peer.last_delivered_at, Peer.created_at)
    silent = select(Peer.id).where(*_is_tied_by_nothing(), heard < now - SILENCE)
    surplus = (db.session.scalar(select(func.count(Peer.id))) or 0) - MOST_PEERS
    found = list(db.session.scalars(silent))
    if surplus > len(found):
        oldest = select(Peer.id).where(*_is_tied_by_nothing()).order_by(heard).limit(surplus)
        found = list(db.session.scalars(oldest))
    for start in range(0, len(found), STEP):
        _forget(found[start : start + STEP])
    return len(found)


def _is_tied_by_nothing() -> list[Any]:
    """That the host never was a partner, nobody follows across, and nothing waits for it."""
    theirs = or_(Follow.follower_id == Actor.id, Follow.target_id == Actor.id)
    related = exists().where(Actor.host == Peer.host, theirs, Follow.state.in_(("accepted", "requested")))
    waiting = exists().where(Delivery.host == Peer.host, Delivery.state == "waiting")
    return [Peer.complete_until.is_(None), ~related, ~waiting]


def _forget(ids: Sequence[int]) -> None:
    with write(patience=WORKER_PATIENCE):
        db.session.execute(delete(Peer).where(Peer.id.in_(ids)))
