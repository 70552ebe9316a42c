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
from coffee_node.federation import inbox, peers
from coffee_node.federation.actors import node_signer
from coffee_node.federation.peer_models import Backfill
from coffee_node.node import current_node

WORKER_PATIENCE = 30.0
MAX_PAGES = 50
MAX_ITEMS = 1000
PAUSE = timedelta(seconds=1)
RETRY_MINUTES = (1, 5, 30, 120, 720)
LEASE = timedelta(seconds=60)
RUN_PAUSE = timedelta(minutes=1)


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
        peer = peers.peer_for(walk.actor.host)
        peers.resume(peer)
        is_old = bool(items) and _time_of(items[-1]) < walk.back_to
        walk.next_url = following or walk.next_url
        is_first = peer.complete_until is None
        limit = current_node.config.federation.backfill_objects if is_first else MAX_ITEMS
        is_full = walk.pages >= MAX_PAGES or walk.items >= limit
        if not following or is_old or (is_full and is_first):
            walk.state = "done"
            if walk.actor.type == "Application":
                peer.complete_until = walk.started_at
            return
        _go_on(walk, is_full=is_full)


def _go_on(walk: Backfill, *, is_full: bool) -> None:
    """Read the next page soon; a run that is full rests a minute first.

    Who was complete once must be complete again, however long it was away.
    """
    walk.next_try_at = clock.utcnow() + (RUN_PAUSE if is_full else _pause())
    if is_full:
        walk.pages = walk.items = 0


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
