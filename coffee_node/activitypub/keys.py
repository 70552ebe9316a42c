"""Keys: RSA for signatures of requests, Ed25519 for proofs, as PEM and as Multikey (FEP-521a)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from coffee_node.base.errors import CoffeeError, Unauthorized

PublicKey = RSAPublicKey | Ed25519PublicKey
PrivateKey = RSAPrivateKey | Ed25519PrivateKey
_Key = TypeVar("_Key")

RSA_BITS: Final = 2048
RSA_BITS_MAX: Final = 8192
TEXT_LIMIT: Final = 8_192

_ED25519: Final = b"\xed\x01"
_ED25519_SECRET: Final = b"\x80\x26"
_RSA: Final = b"\x85\x24"
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {character: value for value, character in enumerate(_ALPHABET)}


class UnusableKey(Unauthorized):
    """A public key that cannot be read, is too weak or of a kind we do not check."""


def generate_rsa() -> tuple[str, str]:
    """Make a key pair for signing requests: private and public part as PEM."""
    key = generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    return _private_pem(key), public_pem(key.public_key())


def generate_ed25519() -> tuple[str, str]:
    """Make a key pair for proofs: private part as PEM, public part as Multikey."""
    key = Ed25519PrivateKey.generate()
    return _private_pem(key), multikey_encode(key.public_key())


def _private_pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def public_pem(key: PublicKey) -> str:
    """Give a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def load_private(pem: str) -> PrivateKey:
    """Read a private key of our own; CoffeeError when it is none of ours.

    The arithmetic checks of an RSA key take 30 ms and are left out: we made the key ourselves.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CoffeeError("A private key of this node is broken.", "Restore it from a backup.") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise CoffeeError("A private key of this node is of an unknown kind.", "Restore it from a backup.")
    return key


def load_private_rsa(pem: str) -> RSAPrivateKey:
    """Read a private RSA key of our own; CoffeeError when it is none."""
    key = load_private(pem)
    if not isinstance(key, RSAPrivateKey):
        raise CoffeeError("This key of the node is not an RSA key.", "Restore it from a backup.")
    return key


def load_public(text: str) -> PublicKey:
    """Read a public key, PEM or Multikey; UnusableKey when it is malformed, weak or of another kind."""
    if len(text) > TEXT_LIMIT:
        raise UnusableKey("The public key is too long.")
    if text.startswith("z"):
        return multikey_decode(text)
    try:
        key = load_pem_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKey("The public key cannot be read.") from error
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise UnusableKey("The public key is neither RSA nor Ed25519.")
    return _strong(key)


def _strong(key: PublicKey) -> PublicKey:
    if isinstance(key, RSAPublicKey) and not RSA_BITS <= key.key_size <= RSA_BITS_MAX:
        raise UnusableKey(f"An RSA key has {RSA_BITS} to {RSA_BITS_MAX} bits, this one has {key.key_size}.")
    return key


def base58_encode(raw: bytes) -> str:
    """Write bytes in base58btc, without a prefix."""
    number = int.from_bytes(raw, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def base58_decode(text: str) -> bytes:
    """Read base58btc without its prefix; ValueError for other characters or more than 8 192 of them."""
    if len(text) > TEXT_LIMIT:
        raise ValueError("too long")
    number = 0
    for character in text:
        if character not in _DIGITS:
            raise ValueError("not base58btc")
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey_encode(key: PublicKey) -> str:
    """Write a public key as `publicKeyMultibase`."""
    if isinstance(key, RSAPublicKey):
        return "z" + base58_encode(_RSA + key.public_bytes(Encoding.DER, PublicFormat.PKCS1))
    return "z" + base58_encode(_ED25519 + key.public_bytes_raw())


def multikey_decode(text: str) -> PublicKey:
    """Read a `publicKeyMultibase`; UnusableKey when it is malformed or of another kind."""
    try:
        raw = _multibase(text)
        if raw.startswith(_ED25519):
            return Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519))
        key = load_der_public_key(raw.removeprefix(_RSA)) if raw.startswith(_RSA) else None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKey("The Multikey cannot be read.") from error
    if not isinstance(key, RSAPublicKey):
        raise UnusableKey("The Multikey is neither Ed25519 nor RSA.")
    return _strong(key)


def multikey_decode_private(text: str) -> Ed25519PrivateKey:
    """Read a secret Ed25519 key in Multikey form; ValueError when it is none."""
    raw = _multibase(text)
    if not raw.startswith(_ED25519_SECRET):
        raise ValueError("not a secret Ed25519 key")
    return Ed25519PrivateKey.from_private_bytes(raw.removeprefix(_ED25519_SECRET))


def _multibase(text: str) -> bytes:
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    return base58_decode(text[1:])


class KeyCache:
    """Parsed keys of one process, the most recently used ones; every key is parsed once."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._private: OrderedDict[str, PrivateKey] = OrderedDict()
        self._public: OrderedDict[str, PublicKey] = OrderedDict()

    def private(self, pem: str) -> PrivateKey:
        """Give the parsed form of a private key of ours; CoffeeError when it cannot be read."""
        return self._get(self._private, pem, load_private)

    def public(self, text: str) -> PublicKey:
        """Give the parsed form of a public key, PEM or Multikey; UnusableKey when it cannot be used."""
        return self._get(self._public, text, load_public)

    def forget(self, text: str) -> None:
        """Drop a key that was changed or destroyed."""
        with self._lock:
            self._private.pop(text, None)
            self._public.pop(text, None)

    def _get(self, held: OrderedDict[str, _Key], text: str, load: Callable[[str], _Key]) -> _Key:
        with self._lock:
            key = held.get(text)
            if key is None:
                key = held[text] = load(text)
            held.move_to_end(text)
            while len(held) > self._size:
                held.popitem(last=False)
            return key
