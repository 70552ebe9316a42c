"""How it goes with each other server: for the network page, the command line and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.federation import actors
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Delivery, Follow
from coffee_node.federation.peer_models import Backfill, Peer

DONE = ("sent", "superseded")
FAILED = ("refused", "gone", "gave_up")


@dataclass(frozen=True)
class PeerStatus:
    """One peer for the network page, the command line and metrics; counts are deliveries.

    State: asks, asked, paused, away, refuses or ok. `reason` is the last error as a sentence.
    """

    host: str
    name: str
    software: str
    version: str
    we_follow: str
    they_follow: str
    is_partner: bool
    state: str
    last_received_at: datetime | None
    last_delivered_at: datetime | None
    done: int
    waiting: int
    failed: int
    oldest_waiting_at: datetime | None
    failing_since: datetime | None
    paused_at: datetime | None
    next_try_at: datetime | None
    last_error: str
    reason: str
    backfill: str
    known_since: datetime | None
    signature_scheme: str


@dataclass(frozen=True)
class Counted:
    """The deliveries to one host."""

    done: int
    waiting: int
    failed: int
    next_try_at: datetime | None
    oldest_waiting_at: datetime | None


NONE = Counted(0, 0, 0, None, None)


def statuses() -> list[PeerStatus]:
    """Every peer with the state of both follows and its deliveries, partners first."""
    ours = actors.node_actor()
    we_follow = _states(Follow.follower_id == ours.id, Follow.target_id)
    they_follow = _states(Follow.target_id == ours.id, Follow.follower_id)
    walks = {walk.actor_id: walk for walk in db.session.scalars(select(Backfill))}
    deliveries = _count_deliveries()
    found = []
    for peer in db.session.scalars(select(Peer)):
        node = peer.node_actor_id or -1
        counted = deliveries.get(peer.host, NONE)
        out, back = we_follow.get(node, ""), they_follow.get(node, "")
        found.append(_status(peer, out, back, counted, walks.get(node)))
    return sorted(found, key=lambda status: (not status.is_partner, status.host))


def status_of(host: str) -> PeerStatus:
    """One peer; NotFound when nothing was ever exchanged with this host."""
    wanted = vocabulary.normalise_netloc(host) or host
    for status in statuses():
        if status.host == wanted:
            return status
    raise NotFound(f"{host} is not known here.", "See the peers: coffee-node peer list")


def _status(peer: Peer, out: str, back: str, counted: Counted, walk: Backfill | None) -> PeerStatus:
    return PeerStatus(
        host=peer.host,
        name=peer.name or peer.host,
        software=peer.software,
        version=peer.version,
        we_follow=out,
        they_follow=back,
        is_partner=out == back == "accepted",
        state=_state(peer, out, back),
        last_received_at=peer.last_received_at,
        last_delivered_at=peer.last_delivered_at,
        done=counted.done,
        waiting=counted.waiting,
        failed=counted.failed,
        oldest_waiting_at=counted.oldest_waiting_at,
        failing_since=peer.failing_since,
        paused_at=peer.paused_at,
        next_try_at=peer.away_until or counted.next_try_at,
        last_error=peer.last_error,
        reason=in_words(peer.last_error),
        backfill=walk.state if walk else "",
        known_since=walk.started_at if walk else None,
        signature_scheme=peer.signature_scheme,
    )


def _count_deliveries() -> dict[str, Counted]:
    """What was delivered, waits and failed, by host, in one query."""

    def number(*states: str) -> ColumnElement[int]:
        return func.sum(case((Delivery.state.in_(states), 1), else_=0))

    next_try = func.min(case((Delivery.state == "waiting", Delivery.next_try_at)))
    oldest = func.min(case((Delivery.state == "waiting", Delivery.created_at)))
    query = select(Delivery.host, number(*DONE), number("waiting"), number(*FAILED), next_try, oldest)
    return {
        host: Counted(int(done), int(waiting), int(failed), moment, since)
        for host, done, waiting, failed, moment, since in db.session.execute(query.group_by(Delivery.host))
    }


def _states(where: ColumnElement[bool], key: InstrumentedAttribute[int]) -> dict[int, str]:
    return {actor_id: state for actor_id, state in db.session.execute(select(key, Follow.state).where(where))}


def _state(peer: Peer, out: str, back: str) -> str:
    """One word for the pill: asked, asks, paused, away, refuses or ok."""
    if back == "requested":
        return "asks"
    if out == "requested":
        return "asked"
    if peer.state == "paused":
        return "paused"
    if peer.failing_since is not None:
        return "refuses" if peer.state == "refuses" and peer.away_until is None else "away"
    return "ok"
