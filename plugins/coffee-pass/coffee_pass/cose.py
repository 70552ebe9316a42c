"""COSE_Sign1 (RFC 9052) with Ed25519, in exactly the bytes of the pass's layout: passes and visits use it.

The key says which algorithm it is for; the `alg` of the header never selects another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from coffee_pass import cbor

KID_LENGTH: Final = 8
SIGNATURE_LENGTH: Final = 64

# Tag 18, an array of four, a byte string of 13: the protected header.
_OPENING: Final = b"\xd2\x84\x4d"
_PROTECTED_LENGTH: Final = 13
# {1: -19, 4: kid of 8 bytes}; -19 is Ed25519 of RFC 9864, and -8 (EdDSA) is read but never written.
_WRITTEN: Final = b"\xa2\x01\x32\x04\x48"
_READ: Final = (_WRITTEN, b"\xa2\x01\x27\x04\x48")
_NO_UNPROTECTED: Final = b"\xa0"
_SIGNATURE_HEAD: Final = b"\x58\x40"
_BYTES_TYPE: Final = 2


class NotSign1(ValueError):
    """Bytes that are not the envelope of section 4.2."""


@dataclass(frozen=True)
class Sign1:
    """A signed envelope taken apart; nothing of it is checked yet but its form."""

    protected: bytes
    payload: bytes
    signature: bytes

    @property
    def kid(self) -> bytes:
        """The first 8 bytes of the hash of the key that is said to have signed."""
        return self.protected[-KID_LENGTH:]

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers: `["Signature1", protected, h'', payload]` (RFC 9052, section 4.4)."""
        return _signed_bytes(self.protected, self.payload)

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature holds under this key."""
        try:
            key.verify(self.signature, self.signed_bytes)
        except InvalidSignature:
            return False
        return True


def key_id(key: Ed25519PublicKey) -> bytes:
    """Give the kid of a key: the first 8 bytes of SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:KID_LENGTH]


def sign(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Put a payload into a signed envelope."""
    protected = _WRITTEN + key_id(key.public_key())
    signature = key.sign(_signed_bytes(protected, payload))
    return _OPENING + protected + _NO_UNPROTECTED + cbor.encode(payload) + _SIGNATURE_HEAD + signature


def read(raw: bytes) -> Sign1:
    """Take an envelope apart; NotSign1 unless every byte outside the payload is as in section 4.2."""
    start = len(_OPENING)
    protected = raw[start : start + _PROTECTED_LENGTH]
    at = start + _PROTECTED_LENGTH
    if raw[:start] != _OPENING or not protected.startswith(_READ) or raw[at : at + 1] != _NO_UNPROTECTED:
        raise NotSign1("another opening or header")
    try:
        major, length, at = cbor.read_head(raw, at + 1)
    except cbor.NotCanonical as error:
        raise NotSign1(str(error)) from error
    end = at + length
    if major != _BYTES_TYPE or raw[end : end + 2] != _SIGNATURE_HEAD:
        raise NotSign1("another payload or signature")
    signature = raw[end + 2 :]
    if len(signature) != SIGNATURE_LENGTH:
        raise NotSign1("a signature of another length, or bytes behind it")
    return Sign1(protected, raw[at:end], signature)


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, b"", payload])
