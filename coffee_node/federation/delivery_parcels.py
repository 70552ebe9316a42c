"""Packing what was claimed: bodies, keys and headers are read once for a batch, not once for a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coffee_node.activitypub.signed_request import Signer
from coffee_node.base.database import db
from coffee_node.federation import follower_sync
from coffee_node.federation.audience import recipients_of
from coffee_node.federation.delivery_claims import Claimed
from coffee_node.federation.delivery_lane import Lane, Parcel
from coffee_node.federation.models import Activity, Actor, ActorKey
from coffee_node.node import current_node


@dataclass(frozen=True)
class _Body:
    """What every inbox gets of one activity."""

    body: bytes
    digest: str
    is_for_followers: bool


def pack(claimed: Sequence[Claimed]) -> list[Lane]:
    """The lanes as they can be sent without asking the database again."""
    if not claimed:
        return []
    actors = {lane.actor_id for lane in claimed}
    bodies = _bodies({row.activity_id for lane in claimed for row in lane.rows})
    signers = _signers(actors)
    headers = _headers(claimed, bodies)
    return [_packed(lane, bodies, signers.get(lane.actor_id), headers) for lane in claimed]


def _packed(
    lane: Claimed,
    bodies: Mapping[int, _Body],
    signer: Signer | None,
    headers: Mapping[tuple[int, str], str],
) -> Lane:
    value = headers.get((lane.actor_id, lane.host))
    sync = {follower_sync.HEADER: value} if value else {}
    parcels = []
    for row in lane.rows:
        body = bodies[row.activity_id]
        extra = sync if body.is_for_followers else {}
        parcels.append(
            Parcel(row.id, row.inbox, row.recipient_uri, row.attempts, body.body, body.digest, signer, extra)
        )
    return Lane(lane.host, lane.actor_id, parcels, lane.scheme, lane.is_host_known)


def _bodies(activity_ids: Iterable[int]) -> dict[int, _Body]:
    query = (
        select(Activity.id, Activity.body, Activity.digest, Activity.document, Actor.followers)
        .join(Actor, Actor.id == Activity.actor_id)
        .where(Activity.id.in_(activity_ids))
    )
    return {
        row.id: _Body(row.body, row.digest, row.followers in recipients_of(row.document))
        for row in db.session.execute(query)
    }


def _signers(actor_ids: Iterable[int]) -> dict[int, Signer]:
    """The RSA key of each sender, parsed once per process; none for an actor whose keys were destroyed."""
    query = select(ActorKey.actor_id, ActorKey.uri, ActorKey.private_key).where(
        ActorKey.actor_id.in_(actor_ids), ActorKey.algorithm == "rsa", ActorKey.private_key.is_not(None)
    )
    return {
        row.actor_id: Signer(row.uri, current_node.keys.private(row.private_key))
        for row in db.session.execute(query)
    }


def _headers(claimed: Sequence[Claimed], bodies: Mapping[int, _Body]) -> dict[tuple[int, str], str]:
    """The header of follower synchronisation for each lane that carries something to followers."""
    lanes = [
        (lane.actor_id, lane.host)
        for lane in claimed
        if any(bodies[row.activity_id].is_for_followers for row in lane.rows)
    ]
    return follower_sync.headers_for(lanes) if lanes else {}
