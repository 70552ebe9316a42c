"""Proofs inside documents (section 5): one for each, over a known context, by a key that its author lists.

The suite is the core's (`eddsa-jcs-2022`); what is refused here beyond it: floats, foreign contexts, more
than one proof, and a `signature` member, which the suite leaves out of what is signed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_node.activitypub import proofs

from coffee_pass.keys import PassKey, read_time

Document = dict[str, Any]
Context = tuple[Any, ...]

CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
UNDEFINED_TERMS: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
PASS_NS: Final = "urn:coffee:ns:pass:"
LIST_CONTEXT: Final[Context] = (CREDENTIALS_V2,)
# VC Data Model 2.0, section 5.2: the last one where a term has no context of its own.
CREDENTIAL_CONTEXT: Final[Context] = (CREDENTIALS_V2, UNDEFINED_TERMS)
WIRE_CONTEXT: Final[Context] = (
    "https://www.w3.org/ns/activitystreams",
    proofs.CONTEXT,
    {"@vocab": PASS_NS},
)

_DEPTH_LIMIT: Final = 12


class NotProven(ValueError):
    """A document whose proof is missing, of another form, or not its author's."""


def with_proof(document: Mapping[str, Any], key: Ed25519PrivateKey, method: str, created: int) -> Document:
    """Give a document that has its `@context` together with its proof; NotProven if it holds a float."""
    refuse_floats(document)
    return {**document, "proof": proofs.sign(document, key, method, datetime.fromtimestamp(created, UTC))}


def check_proof(
    document: Mapping[str, Any],
    author: str,
    keys: Mapping[str, PassKey],
    contexts: Collection[Context],
) -> PassKey:
    """Give the key with which the author signed this document; NotProven otherwise.

    `keys` are by the id of their verification method. An object inside an activity has no context of its
    own: its proof names it.
    """
    proof = document.get("proof")
    if not isinstance(proof, Mapping) or "signature" in document:
        raise NotProven("not exactly one proof")
    check_options(document, proof, contexts)
    key = keys.get(proof["verificationMethod"])
    if key is None or key.controller != author:
        raise NotProven("a key that the author does not list")
    if key.revoked is not None:
        raise NotProven("a key that was revoked")
    if not proofs.is_signed_by(document, proof, key.public):
        raise NotProven("another signature")
    return key


def check_options(
    document: Mapping[str, Any], proof: Mapping[str, Any], contexts: Collection[Context]
) -> None:
    """Check the form of a proof and its context before any key is looked for; NotProven says why."""
    fixed = {
        "type": proofs.PROOF_TYPE,
        "cryptosuite": proofs.CRYPTOSUITE,
        "proofPurpose": proofs.PURPOSE,
    }
    if any(proof.get(name) != value for name, value in fixed.items()):
        raise NotProven("another kind of proof")
    if not isinstance(proof.get("verificationMethod"), str):
        raise NotProven("no key is named")
    named = proof.get("@context")
    if not isinstance(named, list) or document.get("@context", named) != named:
        raise NotProven("the proof has another context than the document")
    if tuple(named) not in [tuple(known) for known in contexts]:
        raise NotProven("an unknown context")
    try:
        read_time(proof.get("created"))
    except ValueError as error:
        raise NotProven("no time of signing") from error
    refuse_floats(document)


def refuse_floats(value: Any, depth: int = 0) -> None:
    """NotProven unless a value holds integers, texts, booleans, lists and objects only."""
    if depth > _DEPTH_LIMIT:
        raise NotProven("nested too deep")
    if isinstance(value, Mapping):
        for inner in value.values():
            refuse_floats(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            refuse_floats(inner, depth + 1)
    elif value is not None and not isinstance(value, str | int):
        raise NotProven("a number that is not whole")
