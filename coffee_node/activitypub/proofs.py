"""Integrity proofs (FEP-8b32, `eddsa-jcs-2022`): what an author signed stays provable whoever passes it on.

Linked Data Signatures are neither made nor checked; a `signature` is left out of what is hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from coffee_node.activitypub.keys import PublicKey, base58_decode, base58_encode
from coffee_node.activitypub.vocabulary import ACTOR_TYPES, as_list, id_of, same_host, short_type

CONTEXT: Final = "https://w3id.org/security/data-integrity/v2"
CRYPTOSUITE: Final = "eddsa-jcs-2022"
PROOF_TYPE: Final = "DataIntegrityProof"
PURPOSE: Final = "assertionMethod"
PROOF_LIMIT: Final = 10

_LARGEST_INTEGER: Final = 2**53 - 1
_PLAIN_FLOATS: Final = (1e-4, 1e15)
_SIGNATURE_LENGTH: Final = 64
_NOT_HASHED: Final = frozenset({"proof", "signature"})

Verdict = Literal["none", "valid", "invalid"]


@dataclass(frozen=True)
class ProofKey:
    """A key that an actor lists for its statements, with the actor it belongs to."""

    key: PublicKey
    controller: str


def canonical(value: Any) -> bytes:
    """Write JSON in its one form (JCS, RFC 8785); ValueError for what has none.

    Most documents come out the same from the fast serialiser with sorted keys; the rest takes the long way.
    """
    try:
        return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)
    except (_NotPlain, orjson.JSONEncodeError):
        return rfc8785.dumps(value)


class _NotPlain(Exception):
    """The fast serialiser sorts or writes this otherwise than RFC 8785 wants it."""


def _plain(value: Any) -> Any:
    """Give the value with whole floats as integers; _NotPlain where keys or numbers need the long way."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is dict:
        if not "".join(value).isascii():
            raise _NotPlain
        return {key: _plain(inner) for key, inner in value.items()}
    if kind is list:
        return [_plain(inner) for inner in value]
    if kind is int and -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        return value
    if kind is float and value.is_integer() and abs(value) < _PLAIN_FLOATS[1]:
        return int(value)
    if kind is float and _PLAIN_FLOATS[0] < abs(value) < _PLAIN_FLOATS[1]:
        return value
    raise _NotPlain


def sign(
    document: Mapping[str, Any], key: Ed25519PrivateKey, verification_method: str, created: datetime
) -> dict[str, Any]:
    """Give the proof of a document that has its `@context`; to be embedded as its `proof`."""
    proof = {
        "@context": document["@context"],
        "type": PROOF_TYPE,
        "cryptosuite": CRYPTOSUITE,
        "verificationMethod": verification_method,
        "proofPurpose": PURPOSE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    signature = key.sign(hash_data(document, proof))
    return {**proof, "proofValue": "z" + base58_encode(signature)}


def hash_data(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """Give the 64 bytes that are signed: hash of the proof's options, then hash of the document."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    secured = {name: value for name, value in document.items() if name not in _NOT_HASHED}
    return hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(secured)).digest()


def is_signed_by(document: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey) -> bool:
    """Tell whether this proof holds for the document under this key; nobody's right to it is judged here."""
    signature = _signature_of(proof)
    if not isinstance(key, Ed25519PublicKey) or not signature:
        return False
    return any(_holds(key, signature, *pair) for pair in _readings(document, proof))


def _signature_of(proof: Mapping[str, Any]) -> bytes:
    text = proof.get("proofValue")
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 2 * _SIGNATURE_LENGTH:
        return b""
    try:
        raw = base58_decode(text[1:])
    except ValueError:
        return b""
    return raw if len(raw) == _SIGNATURE_LENGTH else b""


def _readings(
    document: Mapping[str, Any], proof: Mapping[str, Any]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The pairs of document and options that may have been signed.

    An embedded object stands under its activity's context and names its own in the proof only; some peers
    leave it out of the proof although they hash it there.
    """
    own, named = document.get("@context"), proof.get("@context")
    if named is None:
        as_peers_do = [] if own is None else [(document, {**proof, "@context": own})]
        return [*as_peers_do, (document, proof)]
    if own is not None and as_list(own)[: len(as_list(named))] != as_list(named):
        return []
    return [({**document, "@context": named}, proof)]


def _holds(
    key: Ed25519PublicKey, signature: bytes, document: Mapping[str, Any], proof: Mapping[str, Any]
) -> bool:
    try:
        key.verify(signature, hash_data(document, proof))
    except (InvalidSignature, ValueError):
        return False
    return True


def verify(
    document: Mapping[str, Any], resolve_key: Callable[[str], ProofKey | None], now: datetime
) -> Verdict:
    """Judge the proofs of an object: every one must be its author's (federation.md, section 12).

    `resolve_key(verification_method)` gives a key that its actor lists in `assertionMethod`, or None. Proofs
    of other suites count as none.
    """
    proofs = as_list(document.get("proof"))
    if len(proofs) > PROOF_LIMIT or not all(isinstance(proof, dict) for proof in proofs):
        return "invalid"
    known = [proof for proof in proofs if _is_ours(proof)]
    if not known:
        return "none"
    return "valid" if all(_is_valid(document, proof, resolve_key, now) for proof in known) else "invalid"


def _is_ours(proof: Mapping[str, Any]) -> bool:
    return proof.get("type") == PROOF_TYPE and proof.get("cryptosuite") == CRYPTOSUITE


def _is_valid(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    resolve_key: Callable[[str], ProofKey | None],
    now: datetime,
) -> bool:
    method, author = id_of(proof.get("verificationMethod")), author_of(document)
    if proof.get("proofPurpose") != PURPOSE or not _is_in_time(proof, now):
        return False
    if not author or not same_host(method, document.get("id")) or not same_host(method, author):
        return False
    listed = resolve_key(method)
    return listed is not None and listed.controller == author and is_signed_by(document, proof, listed.key)


def author_of(document: Mapping[str, Any]) -> str:
    """The one actor that states a document: `attributedTo`, else `actor`; empty when there is not just one.

    An actor states its own description, whoever else it names.
    """
    if short_type(document.get("type")) in ACTOR_TYPES:
        return id_of(document.get("id"))
    return id_of(document.get("attributedTo") or document.get("actor"))


def _is_in_time(proof: Mapping[str, Any], now: datetime) -> bool:
    """Whether the proof's dates can be read and its end has not passed."""
    try:
        moments = {name: _moment(proof[name]) for name in ("created", "expires") if name in proof}
    except (TypeError, ValueError):
        return False
    return "expires" not in moments or moments["expires"] > now


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
