"""Where activities arrive: each is verified, remembered in the inbox ledger and answered with 202.

What becomes of them is the worker's (inbox_work.py). Nothing here loads a row of the sender: who signed is
remembered for some seconds, and requests that arrive together share one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.limits import BOM, activity_shape, parse_json
from coffee_node.activitypub.request_signatures import (
    IncomingRequest,
    RequestSignature,
    SignatureError,
    read_signature,
)
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore, write, write_rows
from coffee_node.base.errors import Forbidden
from coffee_node.federation import arrival_limits, audience, domain_policy, follower_sync, sender_keys
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.federation.sender_keys import Sender
from coffee_node.node import current_node, this_node


@dataclass(frozen=True)
class Arrived:
    """The parts of an activity that are judged before anything is stored."""

    uri: str
    type: str
    actor_uri: str
    document: dict[str, Any]

    @property
    def is_departure(self) -> bool:
        """Whether an actor says that it is gone."""
        return self.type == "Delete" and vocabulary.id_of(self.document.get("object")) == self.actor_uri


def accept(request: IncomingRequest) -> None:
    """Verify a POST to an inbox and remember it; returning means 202 (federation.md, section 13).

    Raises InvalidDocument (400), SignatureError (401), Forbidden (403), TooManyRequests (429),
    Unavailable (503).
    """
    signature, arrived = _read(request)
    if arrived.is_departure and _is_unknown(arrived.actor_uri):
        return
    sender = _sender(signature, arrived)
    _check_sender(sender, arrived)
    current_node.arrivals.add(_row(arrived, request.body.removeprefix(BOM), "post"), _write_all)
    _note_followers(Judged({}, request, signature, sender))


@dataclass(frozen=True)
class Judged:
    """A request that may be accepted, with the row that remembers it."""

    row: dict[str, Any]
    request: IncomingRequest
    signature: RequestSignature
    sender: Sender


def judged_at_once(request: IncomingRequest) -> Judged | None:
    """Verify a POST to an inbox by what this process knows; None, or what accept() raises, for all others."""
    signature, arrived = _read(request)
    sender = None if arrived.is_departure else sender_keys.remembered_sender(signature)
    if sender is None:
        return None
    _check_sender(sender, arrived)
    return Judged(_row(arrived, request.body.removeprefix(BOM), "post"), request, signature, sender)


def keep(crowd: Sequence[Judged]) -> None:
    """Remember what was judged in one transaction; Unavailable when the database is busy, full or away."""
    if crowd:
        _write_all([one.row for one in crowd])
    for one in crowd:
        _note_followers(one)


def _read(request: IncomingRequest) -> tuple[RequestSignature, Arrived]:
    """Everything that can be refused before a key is looked for."""
    signature = read_signature(request, now=clock.utcnow(), hosts={current_node.config.host})
    arrived = read_activity(request.body)
    domain_policy.refuse_suspended(vocabulary.host_of(arrived.actor_uri))
    domain_policy.refuse_suspended(vocabulary.host_of(signature.key_id))
    return signature, arrived


def _check_sender(sender: Sender, arrived: Arrived) -> None:
    """Whether the one that signed may say this here."""
    arrival_limits.count_verified(sender.host)
    if sender.uri != arrived.actor_uri:
        raise SignatureError("owner", "The activity names another actor than the one that signed.")
    domain_policy.refuse_blocked(sender.id)
    _refuse_strangers(sender, arrived)


def _is_unknown(actor_uri: str) -> bool:
    """Whether we never met somebody, or know that it is gone: nothing to do, nobody to ask for a key."""
    actor = find_actor(actor_uri)
    return actor is None or actor.gone_at is not None


def _sender(signature: RequestSignature, arrived: Arrived) -> Sender:
    try:
        return sender_keys.known_sender(signature)
    except SignatureError as error:
        if not arrived.is_departure:
            raise
        return sender_keys.departed(arrived.actor_uri, error)


def _refuse_strangers(sender: Sender, arrived: Arrived) -> None:
    """In the mode `partners only` nobody else is heard, but for nodes that ask to become partners."""
    if not audience.is_closed() or sender.host in audience.served_hosts(sender.host):
        return
    if sender.type == "Application" and arrived.type in ("Follow", "Accept", "Reject", "Undo"):
        return
    raise Forbidden("This node talks with its partners only.", "Let your node ask to become a partner.")


def _note_followers(judged: Judged) -> None:
    value = judged.request.header(follower_sync.HEADER)
    actor = db.session.get(Actor, judged.sender.id) if value else None
    if value and actor is not None:
        follower_sync.note_header(actor, value, judged.signature.covered)


def read_activity(body: bytes) -> Arrived:
    """Parse and check the shape of an activity; InvalidDocument says what is missing."""
    document = parse_json(body)
    shape = activity_shape(document)
    return Arrived(shape.uri, shape.type[:30], shape.actor_uri, document)


def remember(arrived: Arrived, body: bytes, source: str = "post") -> None:
    """Write an activity to the ledger; one that is known already changes nothing."""
    node = this_node()
    with write():
        db.session.execute(_insert(), [_row(arrived, body, source)])
        after_commit(lambda: node.wake("inbox"))


def _row(arrived: Arrived, body: bytes, source: str) -> dict[str, Any]:
    now = clock.utcnow()
    return {
        "activity_uri": arrived.uri,
        "type": arrived.type,
        "actor_uri": arrived.actor_uri,
        "host": vocabulary.host_of(arrived.actor_uri),
        "body": body,
        "source": source,
        "state": "received",
        "attempts": 0,
        "next_try_at": now,
        "last_error": "",
        "created_at": now,
        "updated_at": now,
    }


def _write_all(rows: list[dict[str, Any]]) -> None:
    write_rows(_insert(), rows)
    current_node.wake("inbox")


def _insert() -> Insert:
    return insert_ignore(InboxItem.__table__)  # type: ignore[arg-type]
