"""Whose signature is this: finding the public key behind a keyId, asking its server at most when needed.

Federation.md, section 11 "Key lookup": at most two guarded fetches within 5 seconds, the owner must list the
key, all on one host. Nothing of a stranger is kept before its signature holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.request_signatures import RequestSignature, SignatureError
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument, Unauthorized, Unavailable
from coffee_node.federation import host_limits
from coffee_node.federation.actors import find_actor, save_remote_actor
from coffee_node.federation.key_documents import OfferedKey, fetch_key, is_gone
from coffee_node.federation.models import Actor, ActorKey
from coffee_node.node import current_node

REFETCH_AFTER = timedelta(minutes=5)
KEY_LIFE = timedelta(hours=24)
MISFIT = "The signature does not fit the key of its owner."


@dataclass(frozen=True)
class Sender:
    """An actor we know, with the key it signs with."""

    id: int
    uri: str
    host: str
    type: str
    public_key: str = ""
    fetched_at: datetime | None = None

    @property
    def is_local(self) -> bool:
        """Whether the actor lives on this node; our own keys never change under us."""
        return not self.host

    def is_older_than(self, age: timedelta) -> bool:
        """Whether its key was read longer ago; never for our own actors."""
        if self.is_local:
            return False
        return self.fetched_at is None or clock.utcnow() - self.fetched_at > age


def verified_sender(signature: RequestSignature) -> Actor:
    """The actor whose key made this signature.

    Raises SignatureError (401) when the key does not fit or is gone, Unavailable (503) when its server
    does not answer just now.
    """
    actor = db.session.get(Actor, known_sender(signature, renew=False).id)
    if actor is None:
        current_node.senders.clear()
        raise SignatureError("key", "The actor that signed is not known any more.")
    return actor


def known_sender(signature: RequestSignature, *, renew: bool = True) -> Sender:
    """The same without loading the actor; with `renew` a key read more than a day ago is asked for again."""
    sender = _stored(signature.key_id)
    if sender is not None and _verifies(signature, sender.public_key):
        return _renewed(signature, sender) if renew and sender.is_older_than(KEY_LIFE) else sender
    if sender is not None and not sender.is_older_than(REFETCH_AFTER):
        raise SignatureError("signature", MISFIT)
    return _fetched(signature, is_known=sender is not None)


def remembered_sender(signature: RequestSignature) -> Sender | None:
    """The same where it costs no request to another server; None where it would, or where the key misfits."""
    sender = _stored(signature.key_id)
    if sender is None or sender.is_older_than(KEY_LIFE) or not _verifies(signature, sender.public_key):
        return None
    return sender


def _stored(key_id: str) -> Sender | None:
    remembered: Sender | None = current_node.senders.get(key_id)
    if remembered is not None:
        return remembered
    query = (
        select(Actor.id, Actor.uri, Actor.host, Actor.type, ActorKey.public_key, ActorKey.fetched_at)
        .join(ActorKey, ActorKey.actor_id == Actor.id)
        .where(ActorKey.uri == key_id, ActorKey.algorithm == "rsa", Actor.gone_at.is_(None))
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    sender = Sender(*row)
    current_node.senders.put(key_id, sender)
    return sender


def _verifies(signature: RequestSignature, public_key: str) -> bool:
    try:
        return signature.verify(current_node.keys.public(public_key))
    except Unauthorized:
        return False


def _renewed(signature: RequestSignature, sender: Sender) -> Sender:
    """Read the key anew; the one we hold goes on counting while its server does not answer."""
    if current_node.rate_limits.hit(f"renew {signature.key_id}", int(REFETCH_AFTER.total_seconds())) > 1:
        return sender
    try:
        return _fetched(signature, is_known=True)
    except Unavailable:
        return sender


def _fetched(signature: RequestSignature, *, is_known: bool) -> Sender:
    offered = _offered(signature.key_id, is_known=is_known)
    if is_known:
        # Kept whatever comes of it: the moment of reading is what spares its server the next question.
        return _checked(signature, offered, _save(signature.key_id, offered))
    if not signature.verify(current_node.keys.public(offered.public_key)):
        raise SignatureError("signature", MISFIT)
    sender = _save(signature.key_id, offered)
    host_limits.count_new_actor(sender.host)
    return sender


def _checked(signature: RequestSignature, offered: OfferedKey, sender: Sender) -> Sender:
    if not _verifies(signature, offered.public_key):
        raise SignatureError("signature", MISFIT)
    return sender


def _offered(key_id: str, *, is_known: bool) -> OfferedKey:
    """The key as its server lists it; a stranger's is remembered for a while, good or not."""
    failed = current_node.key_failures.get(key_id)
    if failed is not None:
        raise failed
    remembered: OfferedKey | None = None if is_known else current_node.offered_keys.get(key_id)
    if remembered is not None:
        return remembered
    if not is_known:
        host_limits.refuse_flood(vocabulary.host_of(key_id))
    try:
        offered = fetch_key(key_id)
        current_node.keys.public(offered.public_key)
    except FetchError as error:
        if error.temporary:
            raise Unavailable(
                "The key of the sender cannot be fetched just now.", "Send it again later.", retry_after=60
            ) from error
        raise _remember(key_id, f"The key cannot be fetched: {error.message}") from error
    except CoffeeError as error:
        raise _remember(key_id, error.message) from error
    if not is_known:
        current_node.offered_keys.put(key_id, offered)
    return offered


def _remember(key_id: str, why: str) -> SignatureError:
    error = SignatureError("key", why)
    current_node.key_failures.put(key_id, error)
    return error


def _save(key_id: str, offered: OfferedKey) -> Sender:
    """Keep the owner with its keys; one that is listed by address only is kept under that."""
    try:
        with write():
            actor = save_remote_actor(offered.owner)
            _add_key(actor, key_id, offered.public_key)
    except InvalidDocument as error:
        raise _remember(key_id, error.message) from error
    sender = _stored(key_id)
    if sender is None or sender.id != actor.id:
        raise SignatureError("key", "The actor does not list the key that signed.")
    return sender


def _add_key(actor: Actor, key_id: str, public_key: str) -> None:
    if db.session.scalar(select(ActorKey.id).where(ActorKey.uri == key_id)) is None:
        now = clock.utcnow()
        actor.keys.append(ActorKey(uri=key_id, algorithm="rsa", public_key=public_key, fetched_at=now))
        db.session.flush()


def departed(actor_uri: str, error: SignatureError) -> Sender:
    """A known actor whose own document says that it is gone: a Delete of it is believed whoever signed.

    Raises the error of its signature when it is not gone, Unavailable when its server does not answer.
    """
    actor = find_actor(actor_uri)
    if actor is None or actor.is_local:
        raise error
    try:
        if not is_gone(actor_uri):
            raise error
    except FetchError as failure:
        raise Unavailable(
            "Whether this actor is gone cannot be asked just now.", "Send it again later.", retry_after=60
        ) from failure
    return Sender(actor.id, actor.uri, actor.host, actor.type)
