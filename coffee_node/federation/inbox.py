"""The inbox ledger: what arrives is verified and remembered, then handled once, in its sender's order."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import exists, select, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import aliased

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.limits import activity_shape, parse_json
from coffee_node.activitypub.request_signatures import IncomingRequest, SignatureError, read_signature
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore, one_at_a_time, savepoint, write
from coffee_node.base.errors import CoffeeError, FetchError, Forbidden, InvalidDocument
from coffee_node.federation import audience, handlers, members_view, origin, peers
from coffee_node.federation.actors import find_actor, ref
from coffee_node.federation.incoming import Ignored, NeedsDocument
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.federation.remote_objects import save_actor
from coffee_node.federation.sender_keys import verified_sender
from coffee_node.node import current_node, this_node

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
WORKER_PATIENCE = 30.0
RETRY_AFTER = (60, 300, 1800, 7200, 7200)


@dataclass(frozen=True)
class Arrived:
    """The parts of an activity that are judged before anything is stored."""

    uri: str
    type: str
    actor_uri: str
    document: dict[str, Any]


def accept(request: IncomingRequest) -> None:
    """Verify a POST to an inbox and remember it; returning means 202 (federation.md, section 13).

    Raises InvalidDocument (400), SignatureError (401), Forbidden (403), Unavailable (503).
    """
    signature = read_signature(request, now=clock.utcnow(), hosts={current_node.config.host})
    arrived = read_activity(request.body)
    if _is_unknown_departure(arrived):
        return
    sender = verified_sender(signature)
    if sender.uri != arrived.actor_uri:
        raise SignatureError("owner", "The activity names another actor than the one that signed.")
    _refuse_strangers(sender, arrived)
    remember(arrived, request.body)


def _refuse_strangers(sender: Actor, arrived: Arrived) -> None:
    """In the mode `partners only` nobody else is heard, but for nodes that ask to become partners."""
    if sender.host in audience.served_hosts(sender.host):
        return
    if sender.type == "Application" and arrived.type in ("Follow", "Accept", "Reject", "Undo"):
        return
    raise Forbidden("This node talks with its partners only.", "Let your node ask to become a partner.")


def read_activity(body: bytes) -> Arrived:
    """Parse and check the shape of an activity; InvalidDocument says what is missing."""
    document = parse_json(body)
    shape = activity_shape(document)
    return Arrived(shape.uri, shape.type[:30], shape.actor_uri, document)


def _is_unknown_departure(arrived: Arrived) -> bool:
    """Somebody we never met is gone: nothing to do, and no reason to ask for a key that is gone too."""
    if arrived.type != "Delete" or find_actor(arrived.actor_uri) is not None:
        return False
    return vocabulary.id_of(arrived.document.get("object")) == arrived.actor_uri


def remember(arrived: Arrived, body: bytes, source: str = "post") -> None:
    """Write an activity to the ledger; one that is known already changes nothing."""
    values = {
        "activity_uri": arrived.uri,
        "type": arrived.type,
        "actor_uri": arrived.actor_uri,
        "host": vocabulary.host_of(arrived.actor_uri),
        "body": body,
        "source": source,
        "state": "received",
        "next_try_at": clock.utcnow(),
    }
    node = this_node()
    with write():
        db.session.execute(insert_ignore(InboxItem), [values])
        after_commit(lambda: node.wake("inbox"))


def process_next(limit: int = 20) -> int:
    """Handle a batch of what arrived, in order per sender; the number of items taken.

    One that needs a document of another server is fetched for outside the transaction and tried again;
    others that need one are left to the next batch, so that no lease runs out while a slow server is asked.
    """
    claimed = _claim(limit)
    if not claimed:
        return 0
    waiting: tuple[int, NeedsDocument] | None = None
    with write(patience=WORKER_PATIENCE):
        items = db.session.scalars(
            select(InboxItem).where(InboxItem.id.in_(claimed)).order_by(InboxItem.id)
        ).all()
        blocked: set[str] = set()
        for item in items:
            if item.actor_uri in blocked:
                item.lease_until = None
                continue
            need = _handle(item, {})
            if need is not None and waiting is not None:
                item.lease_until = None
            elif need is not None:
                waiting = (item.id, need)
            if item.state == "received":
                blocked.add(item.actor_uri)
        peers.note_received(item.host for item in items if item.source == "post" and _is_remote(item.host))
    if waiting is not None:
        _handle_with_documents(*waiting)
    return len(claimed)


def _is_remote(host: str) -> bool:
    return bool(host != current_node.config.host)


def _claim(limit: int) -> Sequence[int]:
    now = clock.utcnow()
    earlier = aliased(InboxItem)
    is_first = ~exists().where(
        earlier.actor_uri == InboxItem.actor_uri,
        earlier.id < InboxItem.id,
        earlier.state == "received",
        (earlier.lease_until > now) | (earlier.next_try_at > now),
    )
    due = (
        select(InboxItem.id)
        .where(InboxItem.state == "received", InboxItem.next_try_at <= now, is_first)
        .where((InboxItem.lease_until.is_(None)) | (InboxItem.lease_until < now))
        .order_by(InboxItem.id)
        .limit(limit)
    )
    if db.session.scalar(due.limit(1)) is None:
        return []
    with write(patience=WORKER_PATIENCE):
        one_at_a_time("inbox claim")
        claim = (
            update(InboxItem)
            .where(InboxItem.id.in_(due.scalar_subquery()))
            .values(lease_until=_lease_end())
            .returning(InboxItem.id)
        )
        return sorted(db.session.scalars(claim))


def _lease_end() -> datetime:
    return clock.utcnow() + timedelta(seconds=current_node.config.queue.lease_seconds)


def _handle(item: InboxItem, fetched: dict[str, dict[str, Any]]) -> NeedsDocument | None:
    """Handle one item in its own savepoint and note how it ended."""
    try:
        with savepoint():
            state, why = _dispatch(item, fetched)
    except NeedsDocument as need:
        return need
    except (Ignored, InvalidDocument) as reason:
        _finish(item, "ignored", str(reason))
    except DataError as error:
        _finish(item, "ignored", f"a value does not fit its column: {error.orig}")
    except Exception as error:
        logger.exception("Handling %s failed", item.activity_uri)
        _count_attempt(item, f"{type(error).__name__}: {error}")
    else:
        _finish(item, state, why)
    return None


def _dispatch(item: InboxItem, fetched: dict[str, dict[str, Any]]) -> tuple[str, str]:
    activity: dict[str, Any] = orjson.loads(item.body)
    sender = _sender(item, fetched)
    if sender.gone_at is not None:
        return "ignored", "the sender is gone"
    if not vocabulary.same_host(item.activity_uri, item.actor_uri):
        return "ignored", "the activity is not on its actor's host"
    who = ref(sender)
    try:
        refused = current_node.plugins.first("refuse_activity", activity=activity, actor=who)
    except Exception as error:  # fails closed: style.md 5.2
        logger.exception("A plugin failed while judging an activity")
        refused = f"a plugin failed while judging it: {error}"
    if refused:
        return "refused", str(refused)
    handlers.handle(activity, sender, fetched=fetched, is_post=item.source == "post")
    plugins = current_node.plugins
    after_commit(lambda: plugins.notify("activity_received", activity=activity, actor=who))
    return "handled", ""


def _sender(item: InboxItem, fetched: dict[str, dict[str, Any]]) -> Actor:
    """Who did it; an actor first met in an outbox is fetched, one that delivered to us is known."""
    sender = find_actor(item.actor_uri)
    if sender is not None:
        return sender
    if item.source != "outbox":
        raise Ignored("the sender is not known any more")
    if item.actor_uri not in fetched:
        raise NeedsDocument(item.actor_uri)
    document = fetched[item.actor_uri]
    sender = save_actor(document, is_relevant=False)
    sender = save_actor(document, is_relevant=origin.is_relevant(sender))
    members_view.ask_again(sender)
    return sender


def _finish(item: InboxItem, state: str, why: str = "") -> None:
    item.state = state
    item.last_error = why[:2000]
    item.lease_until = None
    item.handled_at = clock.utcnow()


def _count_attempt(item: InboxItem, why: str) -> None:
    item.attempts += 1
    item.lease_until = None
    item.last_error = why[:2000]
    if item.attempts >= MAX_ATTEMPTS:
        _finish(item, "failed", why)
        return
    item.next_try_at = _later(item.attempts)


def _later(attempts: int) -> datetime:
    return clock.utcnow() + timedelta(seconds=RETRY_AFTER[attempts - 1])


def _handle_with_documents(item_id: int, need: NeedsDocument) -> None:
    """Fetch what a handler asked for, then handle the item again; at most three documents deep."""
    fetched: dict[str, dict[str, Any]] = {}
    problem = "it needs more documents than one activity may"
    for _ in range(3):
        try:
            fetched[need.uri] = handlers.fetch(need.uri)
        except FetchError as error:
            problem = f"{need.uri}: {error.message}"
            if error.temporary:
                _postpone(item_id, problem)
                return
            break
        except CoffeeError as error:
            problem = f"{need.uri}: {error.message}"
            break
        with write(patience=WORKER_PATIENCE):
            item = db.session.get_one(InboxItem, item_id)
            if item.state != "received":
                return
            again = _handle(item, fetched)
            if again is not None:
                item.lease_until = _lease_end()
        if again is None:
            return
        need = again
    with write(patience=WORKER_PATIENCE):
        _finish(db.session.get_one(InboxItem, item_id), "ignored", problem)


def _postpone(item_id: int, why: str) -> None:
    with write(patience=WORKER_PATIENCE):
        _count_attempt(db.session.get_one(InboxItem, item_id), why)
