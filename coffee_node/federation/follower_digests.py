"""The digests of who follows an actor of ours from each host, kept so that a publication asks for none anew.

A digest is made when the first delivery needs it and forgotten when a follow of that host changes; none is
older than a day, so that one that was missed heals by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, exists, select

from coffee_node.base import clock
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.social_models import FollowerDigest

LIFE = timedelta(hours=24)
WORKER_PATIENCE = 30.0
Lane = tuple[int, str]


def digest_of(uris: Iterable[str]) -> str:
    """The XOR of the SHA-256 of every id, as 64 hex digits; zeros for nobody (FEP-8fcf)."""
    folded = 0
    for uri in uris:
        folded ^= int.from_bytes(hashlib.sha256(uri.encode()).digest(), "big")
    return f"{folded:064x}"


def digests_for(lanes: Sequence[Lane]) -> dict[Lane, str]:
    """The digest by lane (the id of an actor of ours, a host); those that are missing are made and kept."""
    found = _kept(lanes)
    missing = [lane for lane in dict.fromkeys(lanes) if lane not in found]
    if missing:
        with write(patience=WORKER_PATIENCE):
            made = {
                lane: digest
                for actor_id in {actor_id for actor_id, _ in missing}
                for lane, digest in _made(actor_id, [host for one, host in missing if one == actor_id])
            }
            _forget_old(made)
            rows = [{"actor_id": lane[0], "host": lane[1], "digest": made[lane]} for lane in made]
            db.session.execute(insert_ignore(FollowerDigest), rows)
        found |= made
    return found


def _kept(lanes: Sequence[Lane]) -> dict[Lane, str]:
    wanted = set(lanes)
    query = select(FollowerDigest.actor_id, FollowerDigest.host, FollowerDigest.digest).where(
        FollowerDigest.actor_id.in_({actor_id for actor_id, _ in lanes}),
        FollowerDigest.host.in_({host for _, host in lanes}),
        FollowerDigest.created_at > clock.utcnow() - LIFE,
    )
    rows = db.session.execute(query)
    return {(row.actor_id, row.host): row.digest for row in rows if (row.actor_id, row.host) in wanted}


def _made(actor_id: int, hosts: Collection[str]) -> list[tuple[Lane, str]]:
    follows = exists().where(
        Follow.follower_id == Actor.id, Follow.target_id == actor_id, Follow.state == "accepted"
    )
    followers: dict[str, list[str]] = {host: [] for host in hosts}
    for host, uri in db.session.execute(select(Actor.host, Actor.uri).where(Actor.host.in_(hosts), follows)):
        followers[host].append(uri)
    return [((actor_id, host), digest_of(uris)) for host, uris in followers.items()]


def _forget_old(lanes: Iterable[Lane]) -> None:
    for actor_id in {actor_id for actor_id, _ in lanes}:
        hosts = [host for one, host in lanes if one == actor_id]
        forget_hosts(hosts, actor_id)


def forget(follow: Follow) -> None:
    """A follow begins to count or ends, inside the caller's write(): its host's digest is made anew."""
    if follow.target.is_local:
        forget_hosts([follow.follower.host], follow.target_id)


def forget_hosts(hosts: Collection[str], actor_id: int | None = None) -> None:
    """Have the digests of these hosts made anew, of one actor of ours or of all."""
    old = delete(FollowerDigest).where(FollowerDigest.host.in_(hosts))
    db.session.execute(old if actor_id is None else old.where(FollowerDigest.actor_id == actor_id))
