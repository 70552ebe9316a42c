"""When a partner's outbox is read again: at every start, once a day, and when it is heard of after a silence.

The walk goes back to the moment up to which we were complete, kept per partner, less an hour of margin
(federation.md, section 9); the walking itself is backfill.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import after_commit, db, write
from coffee_node.federation import audience
from coffee_node.federation.models import Actor
from coffee_node.federation.peer_models import Backfill, Peer
from coffee_node.node import this_node

WORKER_PATIENCE = 30.0
MARGIN = timedelta(hours=1)
SILENCE = timedelta(hours=1)
DAILY = timedelta(hours=24)


def catch_up() -> int:
    """Read what every partner did while we were not running; the number of walks begun.

    The signed GET is also the sign of life that lets what waits for us at the partner leave at once.
    """
    with write(patience=WORKER_PATIENCE):
        return _begin(audience.partner_hosts(), not_since=clock.utcnow())


def catch_up_task() -> Task:
    """Ask each partner once a day: the only way out for two that have given each other up."""
    return Task("catch up", timedelta(hours=1), _ask_the_silent)


def _ask_the_silent() -> str:
    with write(patience=WORKER_PATIENCE):
        begun = _begin(audience.partner_hosts(), not_since=clock.utcnow() - DAILY)
    return f"{begun} partners are read again."


def hear_of(peers: Sequence[Peer]) -> None:
    """These hosts have just spoken to us: what they did while they were silent is read from their outboxes.

    Runs inside the caller's write(), before the moment of this contact is noted.
    """
    now = clock.utcnow()
    silent = [peer.host for peer in peers if peer.last_received_at is None or _is_silence(peer, now)]
    if silent:
        partners = set(audience.partner_hosts())
        _begin([host for host in silent if host in partners], not_since=now - SILENCE)


def _is_silence(peer: Peer, now: datetime) -> bool:
    was_away = peer.failing_since is not None
    return was_away or (peer.last_received_at is not None and now - peer.last_received_at > SILENCE)


def _begin(hosts: Iterable[str], not_since: datetime) -> int:
    """Begin a walk for each of these hosts that was not begun since then; a walk under way goes on."""
    query = (
        select(Backfill, Peer)
        .join(Actor, Actor.id == Backfill.actor_id)
        .join(Peer, Peer.host == Actor.host)
        .where(Actor.host.in_(list(hosts)), Actor.type == "Application", Actor.outbox != "")
        .where(Backfill.state != "waiting", Backfill.started_at <= not_since)
    )
    begun = 0
    for walk, peer in db.session.execute(query).all():
        back_to = peer.complete_until - MARGIN if peer.complete_until is not None else walk.back_to
        walk.begin_again(back_to, clock.utcnow())
        begun += 1
    if begun:
        node = this_node()
        after_commit(lambda: node.wake("backfill"))
    return begun
