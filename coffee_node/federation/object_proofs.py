"""Proofs of authors on objects: made on what we publish for all, judged on what others bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from marshmallow import ValidationError

from coffee_node.activitypub import proofs, vocabulary
from coffee_node.activitypub.actor_schema import AssertionMethods
from coffee_node.activitypub.keys import UnusableKey
from coffee_node.base import clock
from coffee_node.federation.actors import document_of, find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

_methods = AssertionMethods()


def proof_for(actor: Actor, document: dict[str, Any], context: Any) -> dict[str, Any] | None:
    """The proof of an actor of ours for a document; None where its context knows no proofs or no key is left.

    Signed is the document as it is served, with its `@context`; embedded in an activity, the proof names it.
    """
    if proofs.CONTEXT not in vocabulary.as_list(context):
        return None
    for key in actor.keys:
        if key.algorithm == "ed25519" and key.private_key:
            private = cast(Ed25519PrivateKey, current_node.keys.private(key.private_key))
            served = {"@context": context, **document}
            return proofs.sign(served, private, key.uri, clock.utcnow())
    return None


def verdict(
    document: dict[str, Any], fetch: Callable[[str], dict[str, Any]], known: Actor | None = None
) -> proofs.Verdict:
    """Whether a document carries the proof of its author: `none`, `valid` or `invalid`.

    `fetch(uri)` gives the author's document where we hold none (in the worker: it raises NeedsDocument);
    `known` is an actor at hand, who need not be looked up.
    """
    if not document.get("proof"):
        return "none"

    def resolve(method: str) -> proofs.ProofKey | None:
        author = proofs.author_of(document)
        held = known if known is not None and known.uri == author else find_actor(author)
        return _listed_key(_document_of(held) or fetch(author), method)

    return proofs.verify(document, resolve, clock.utcnow())


def _document_of(held: Actor | None) -> dict[str, Any] | None:
    """The document of an actor we have met and that is still there."""
    if held is None or held.gone_at is not None or not (held.is_local or held.document):
        return None
    return document_of(held)


def _listed_key(actor_document: dict[str, Any], method: str) -> proofs.ProofKey | None:
    """The key with this id among those the actor lists for its statements."""
    try:
        listed = _methods.deserialize(actor_document.get("assertionMethod"))
        found = next((key for key in listed or () if key["id"] == method), None)
        if found is None or found["controller"] != vocabulary.id_of(actor_document):
            return None
        return proofs.ProofKey(current_node.keys.public(found["publicKeyMultibase"]), found["controller"])
    except (ValidationError, UnusableKey):
        return None
