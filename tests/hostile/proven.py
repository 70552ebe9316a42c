"""Integrity proofs made by hand (FEP-8b32, `eddsa-jcs-2022`), good and bad, by a remote actor."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.hostile.remote import AS2, Network, Sender
from tests.hostile.wire import Key

INTEGRITY = "https://w3id.org/security/data-integrity/v2"
CONTEXT = [AS2, INTEGRITY]
DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(raw: bytes) -> str:
    """Bytes in base58btc with the mark that says so."""
    number, text = int.from_bytes(raw), ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return "z" + DIGITS[0] * (len(raw) - len(raw.lstrip(b"\0"))) + text


def canonical(document: dict[str, Any]) -> bytes:
    """JCS of what tests write: plain texts and lists, names in ASCII, no numbers."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Author(Sender):
    """A remote actor that lists a key for its statements."""

    def __init__(self, network: Network, key: Key, host: str = "", name: str = "space") -> None:
        self.statements = Ed25519PrivateKey.generate()
        super().__init__(network, key, host, name)

    @property
    def method(self) -> str:
        """The id of its key for statements."""
        return f"{self.uri}#ed25519-key"

    def multikey(self, **changes: Any) -> dict[str, Any]:
        """That key as an entry of `assertionMethod`."""
        raw = self.statements.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key = {"id": self.method, "type": "Multikey", "controller": self.uri}
        return key | {"publicKeyMultibase": base58(b"\xed\x01" + raw)} | changes

    def document(self, **changes: Any) -> dict[str, Any]:
        """The actor's document, with the key."""
        return super().document(**({"assertionMethod": [self.multikey()]} | changes))

    def served(self, **changes: Any) -> dict[str, Any]:
        """A Note with a good proof, that its host serves too."""
        note = self.proven(self.note(**changes))
        self.network.put(note["id"], {"@context": CONTEXT, **note})
        return note

    def proven(self, document: dict[str, Any], **options: Any) -> dict[str, Any]:
        """A document with the proof of this actor; `options` replace those of the proof."""
        bare = {name: value for name, value in document.items() if name != "proof"}
        return {**bare, "proof": self.proof(bare, **options)}

    def proof(self, document: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The proof alone."""
        proof = {
            "@context": CONTEXT,
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
            "created": "2026-11-20T10:00:00Z",
        } | options
        signed = hashlib.sha256(canonical(proof)).digest()
        signed += hashlib.sha256(canonical({"@context": CONTEXT, **document})).digest()
        return {**proof, "proofValue": base58(self.statements.sign(signed))}
