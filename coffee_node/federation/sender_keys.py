"""Whose signature is this: finding the public key behind a keyId, asking its server at most when needed.

Federation.md, section 11 "Key lookup": one guarded fetch, the owner must list the key, all on one host.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.actor_schema import public_keys_of
from coffee_node.activitypub.request_signatures import RequestSignature, SignatureError
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument, Unavailable
from coffee_node.federation.actors import node_signer, save_remote_actor
from coffee_node.federation.models import Actor, ActorKey
from coffee_node.node import current_node

REFETCH_AFTER = timedelta(minutes=5)
KEY_SECONDS = 5.0


def verified_sender(signature: RequestSignature) -> Actor:
    """The actor whose key made this signature.

    Raises SignatureError (401) when the key does not fit or is gone, Unavailable (503) when its server
    does not answer just now.
    """
    key = _stored_key(signature.key_id)
    if key is not None and _verifies(signature, key):
        return key.actor
    if key is not None and not _may_refetch(key):
        raise SignatureError("signature", "The signature does not fit the key of its owner.")
    actor = _fetch_owner(signature.key_id)
    fresh = _stored_key(signature.key_id)
    if fresh is None or fresh.actor_id != actor.id:
        raise SignatureError("key", "The actor does not list the key that signed.")
    if not _verifies(signature, fresh):
        raise SignatureError("signature", "The signature does not fit the key of its owner.")
    return fresh.actor


def _stored_key(key_id: str) -> ActorKey | None:
    query = select(ActorKey).join(Actor).where(ActorKey.uri == key_id, Actor.gone_at.is_(None))
    return db.session.scalar(query.where(ActorKey.algorithm == "rsa"))


def _verifies(signature: RequestSignature, key: ActorKey) -> bool:
    return bool(signature.verify(current_node.keys.public(key.public_key)))


def _may_refetch(key: ActorKey) -> bool:
    """Our own keys never change under us; another one is asked for again at most every five minutes."""
    if key.actor.is_local:
        return False
    return key.fetched_at is None or clock.utcnow() - key.fetched_at > REFETCH_AFTER


def _fetch_owner(key_id: str) -> Actor:
    failed = current_node.key_failures.get(key_id)
    if failed is not None:
        raise failed
    try:
        document = _owner_document(key_id)
    except FetchError as error:
        if error.temporary:
            raise Unavailable(
                "The key of the sender cannot be fetched just now.", "Send it again later.", retry_after=60
            ) from error
        raise _remember(key_id, f"The key cannot be fetched: {error.message}") from error
    except CoffeeError as error:
        raise _remember(key_id, error.message) from error
    try:
        with write():
            return save_remote_actor(document)
    except InvalidDocument as error:
        raise _remember(key_id, error.message) from error


def _remember(key_id: str, why: str) -> SignatureError:
    error = SignatureError("key", why)
    current_node.key_failures.put(key_id, error)
    return error


def _owner_document(key_id: str) -> dict[str, Any]:
    """The document of the actor that owns a key and lists it."""
    signer = node_signer()
    address = key_id.split("#", 1)[0]
    document = current_node.http.fetch_document(address, signer=signer, timeout=KEY_SECONDS).document
    owner = vocabulary.id_of(document.get("owner"))
    if owner and not document.get("inbox"):
        _same_host(owner, key_id)
        document = current_node.http.fetch_document(owner, signer=signer, timeout=KEY_SECONDS).document
    uri = vocabulary.id_of(document.get("id"))
    _same_host(uri, key_id)
    if len(vocabulary.as_list(document.get("publicKey"))) > 10:
        raise InvalidDocument("An actor has at most 10 keys.")
    listed = {key["id"] for key in public_keys_of(document) if key.get("owner", uri) == uri}
    if key_id not in listed:
        raise InvalidDocument("The actor does not list the key that signed.")
    return document


def _same_host(uri: str, key_id: str) -> None:
    if not vocabulary.same_host(uri, key_id):
        raise InvalidDocument("Key and owner are not on one host.")
