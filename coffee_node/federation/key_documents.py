"""Reading a key from its owner's server: the actor itself, a key document or a stub that names its owner."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.actor_schema import KEY_LIMIT, public_keys_of
from coffee_node.base.errors import FetchError, InvalidDocument
from coffee_node.federation import fetch_budget
from coffee_node.federation.actors import node_signer
from coffee_node.node import current_node

KEY_SECONDS = 5.0
GONE = 410


@dataclass(frozen=True)
class OfferedKey:
    """A key as its server shows it, with the document of the actor that lists it."""

    owner: dict[str, Any]
    public_key: str


def fetch_key(key_id: str) -> OfferedKey:
    """Ask for a key and its owner, within 5 seconds in all; FetchError, or InvalidDocument if not proven.

    Key, owner and actor are on one host, and the owner lists a key with this id or with the same content.
    """
    end = time.monotonic() + KEY_SECONDS
    shown = _fetch(key_id.split("#", 1)[0], end)
    keys = _keys(shown)
    owner = shown
    if not shown.get("inbox"):
        owner_uri = vocabulary.id_of(shown.get("owner")) or next((key["owner"] for key in keys.values()), "")
        _same_host(owner_uri, key_id)
        owner = _fetch(owner_uri, end)
    uri = vocabulary.id_of(owner.get("id"))
    _same_host(uri, key_id)
    listed = {id_: key["pem"] for id_, key in _keys(owner).items() if key["owner"] == uri}
    shown_pem = keys.get(key_id, {}).get("pem", "")
    if key_id in listed:
        return OfferedKey(owner, listed[key_id])
    if shown_pem and (shown_pem in listed.values() or key_id in _bare_ids(owner)):
        return OfferedKey(owner, shown_pem)
    raise InvalidDocument("The actor does not list the key that signed.")


def _fetch(url: str, end: float) -> dict[str, Any]:
    fetch_budget.spend(url)
    left = end - time.monotonic()
    if left <= 0:
        raise FetchError(f"{url} was not asked: its server is slow.", temporary=True)
    document: dict[str, Any] = current_node.http.fetch_document(
        url, signer=node_signer(), timeout=left
    ).document
    return document


def _keys(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The keys of an actor or of a key document, by id."""
    if len(vocabulary.as_list(document.get("publicKey"))) > KEY_LIMIT:
        raise InvalidDocument(f"An actor has at most {KEY_LIMIT} keys.")
    return {key["id"]: key for key in public_keys_of(document)}


def _bare_ids(owner: dict[str, Any]) -> Iterator[str]:
    return (key for key in vocabulary.as_list(owner.get("publicKey")) if isinstance(key, str))


def _same_host(uri: str, key_id: str) -> None:
    if not vocabulary.same_host(uri, key_id):
        raise InvalidDocument("Key and owner are not on one host.")


def is_gone(actor_uri: str) -> bool:
    """Whether an actor's own server says that it is gone for good; FetchError when it does not say now."""
    try:
        document = _fetch(actor_uri, time.monotonic() + KEY_SECONDS)
    except FetchError as error:
        if error.temporary:
            raise
        return error.http_status == GONE
    return vocabulary.short_type(document.get("type")) == "Tombstone"
