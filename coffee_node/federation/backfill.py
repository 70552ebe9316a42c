"""Reading the history of a partner: its outbox page by page, newest first, resumable after a crash.

What is found goes through the inbox ledger like a delivery, so the same checks hold (federation.md, 9).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument
from coffee_node.federation import audience, inbox, peers
from coffee_node.federation.actors import node_signer
from coffee_node.federation.models import Actor
from coffee_node.federation.peer_models import Backfill, Peer
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
MAX_PAGES = 50
PAUSE = timedelta(seconds=1)
RETRY_MINUTES = (1, 5, 30, 120, 720)
LEASE = timedelta(seconds=60)
MARGIN = timedelta(hours=1)


def catch_up() -> None:
    """Read each partner's outbox back to where we were complete: at every start, for what we missed.

    The signed GET is also the sign of life that lets what waits for us at the partner leave at once.
    """
    hosts = audience.partner_hosts()
    query = select(Actor).where(Actor.host.in_(hosts), Actor.type == "Application", Actor.outbox != "")
    if not hosts:
        return
    with write(patience=WORKER_PATIENCE):
        known = {peer.host: peer for peer in db.session.scalars(select(Peer).where(Peer.host.in_(hosts)))}
        for actor in db.session.scalars(query):
            peer = known.get(actor.host)
            _restart(actor, peer.complete_until if peer is not None else None)


def _restart(actor: Actor, complete_until: datetime | None) -> None:
    walk = db.session.scalar(select(Backfill).where(Backfill.actor_id == actor.id))
    if walk is None or walk.state == "waiting":
        return
    back_to = complete_until - MARGIN if complete_until is not None else walk.back_to
    walk.begin_again(back_to, clock.utcnow())


def read_next_page() -> bool:
    """Read one page of the outbox that is due first; False when none is."""
    walk = _claim()
    if walk is None:
        return False
    if walk.pages == 0:
        peers.learn_software(walk.actor)
    try:
        page = _fetch(walk.next_url)
        items = _activities(page, walk.actor.host)
        following = _next_url(page, walk)
    except FetchError as error:
        _note_failure(walk.id, error, may_retry=error.temporary)
    except CoffeeError as error:
        _note_failure(walk.id, error, may_retry=False)
    else:
        _note_page(walk.id, items, following)
    return True


def _claim() -> Backfill | None:
    now = clock.utcnow()
    due = (
        select(Backfill)
        .where(Backfill.state == "waiting", Backfill.next_try_at <= now)
        .where((Backfill.lease_until.is_(None)) | (Backfill.lease_until < now))
        .order_by(Backfill.next_try_at)
        .limit(1)
    )
    if db.session.scalar(due) is None:
        return None
    with write(patience=WORKER_PATIENCE):
        walk = db.session.scalar(due.with_for_update(skip_locked=True))
        if walk is not None:
            walk.lease_until = now + LEASE
    return walk


def _fetch(url: str) -> dict[str, Any]:
    document: dict[str, Any] = current_node.http.fetch_document(url, signer=node_signer()).document
    return document


def _activities(page: dict[str, Any], host: str) -> list[dict[str, Any]]:
    """The activities of a page that are on the outbox's own host; others are left out."""
    if vocabulary.host_of(page.get("id")) != host:
        raise InvalidDocument("The page is not on the outbox's host.")
    items = vocabulary.as_list(page.get("orderedItems") or page.get("items"))
    return [
        item
        for item in items
        if isinstance(item, dict)
        and vocabulary.host_of(item.get("id")) == host
        and vocabulary.host_of(vocabulary.id_of(item.get("actor"))) == host
    ]


def _next_url(page: dict[str, Any], walk: Backfill) -> str:
    """The next page on the same host, or nothing when the walk is over."""
    embedded = page.get("first")
    following = vocabulary.id_of(page.get("next") or embedded)
    if not following or following == walk.next_url or vocabulary.host_of(following) != walk.actor.host:
        return ""
    return following


def _note_page(walk_id: int, items: list[dict[str, Any]], following: str) -> None:
    """Put a page into the inbox ledger, oldest first, and remember where to go on - in one commit."""
    with write(patience=WORKER_PATIENCE):
        walk = db.session.get_one(Backfill, walk_id)
        for item in reversed(items):
            _remember(item)
        walk.pages += 1
        walk.items += len(items)
        walk.attempts = 0
        walk.lease_until = None
        limit = current_node.config.federation.backfill_objects
        is_old = bool(items) and _time_of(items[-1]) < walk.back_to
        walk.next_url = following or walk.next_url
        is_complete = not following or is_old
        if is_complete or walk.pages >= MAX_PAGES or walk.items >= limit:
            walk.state = "done"
            if is_complete and walk.actor.type == "Application":
                peers.peer_for(walk.actor.host).complete_until = walk.started_at
            return
        walk.next_try_at = clock.utcnow() + _pause()


def _pause() -> timedelta:
    """One request per second and host; a development network on one machine need not wait."""
    return timedelta(0) if current_node.config.federation.development else PAUSE


def _remember(item: dict[str, Any]) -> None:
    body = orjson.dumps(item)
    try:
        arrived = inbox.read_activity(body)
    except InvalidDocument:
        return
    inbox.remember(arrived, body, source="outbox")


def _time_of(item: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(str(item.get("published")))
    except ValueError:
        return clock.utcnow()
    return moment if moment.tzinfo else clock.utcnow()


def _note_failure(walk_id: int, error: CoffeeError, *, may_retry: bool) -> None:
    with write(patience=WORKER_PATIENCE):
        walk = db.session.get_one(Backfill, walk_id)
        walk.lease_until = None
        walk.last_error = str(error)[:2000]
        walk.attempts += 1
        if not may_retry or walk.attempts > len(RETRY_MINUTES):
            walk.state = "stopped"
            return
        walk.next_try_at = clock.utcnow() + timedelta(minutes=RETRY_MINUTES[walk.attempts - 1])
