"""What software the servers of our followers run: read from their NodeInfo, once and then every week.

Some software must not be sent everything (federation.md, section 17), also where only they follow us.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, or_, select, update

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, end_reading, write
from coffee_node.federation import peers
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
AT_ONCE = 20
FRESH = timedelta(days=7)


def software_task() -> Task:
    """The task of the worker, every minute."""
    return Task("software", timedelta(minutes=1), learn_some)


def learn_some() -> str:
    """Ask a few servers that were not asked lately; the sentence that is shown."""
    now = clock.utcnow()
    follows_us = exists().where(
        Actor.host == Peer.host, Follow.follower_id == Actor.id, Follow.state == "accepted"
    )
    due = or_(Peer.software_at.is_(None), Peer.software_at < now - FRESH)
    query = select(Peer.host).where(follows_us, due, Peer.away_until.is_(None)).limit(AT_ONCE)
    hosts = db.session.scalars(query).all()
    for host in hosts:
        if current_node.is_stopping:
            break
        with write(patience=WORKER_PATIENCE):
            db.session.execute(update(Peer).where(Peer.host == host).values(software_at=now))
        actor = db.session.scalar(select(Actor).where(Actor.host == host).order_by(Actor.id).limit(1))
        end_reading()
        if actor is not None:
            peers.learn_software(actor)
    return f"{len(hosts)} servers were asked what they run."
