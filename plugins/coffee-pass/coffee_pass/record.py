"""Records of visits (section 10.1): signed by the host, chained for each pair, never edited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass import cbor, cose

VISIT, CANCELLATION, ADJUSTMENT = range(3)
ACCEPTED_GREEN, ACCEPTED_AMBER, OVERRIDE = range(3)
NO_LIST: Final = -1
NO_PREVIOUS: Final = bytes(32)

_DOMAIN: Final = b"coffee-pass-v1"
_PSEUDONYM_LENGTH: Final = 16
_URL_BYTES: Final = 100
_KEYS: Final = (
    "host", "issuer", "pseudonym", "day", "price", "agreement", "decision",
    "list_age", "uuid", "previous", "sequence", "time", "kind", "refers",
)  # fmt: skip
_LENGTHS: Final = {"pseudonym": 16, "agreement": 16, "uuid": 16, "previous": 32, "refers": 16}
_BOUNDS: Final = {
    "day": (0, 100_000),
    "price": (-(10**9), 10**9),
    "decision": (0, 2),
    "list_age": (NO_LIST, 10**8),
    "sequence": (1, 2**53),
    "time": (0, 4_102_444_800),
    "kind": (0, 2),
}
_REFERS: Final = 14


class RecordError(ValueError):
    """Bytes that are no record of section 10.1."""


@dataclass(frozen=True)
class Record:
    """One entry of the ledger: days since 1970-01-01, prices in cents, the list's age in minutes."""

    host: str
    issuer: str
    pseudonym: bytes
    day: int
    price: int
    agreement: bytes
    decision: int
    list_age: int
    uuid: bytes
    previous: bytes
    sequence: int
    time: int
    kind: int = VISIT
    refers: bytes | None = None


@dataclass(frozen=True)
class SealedRecord:
    """A record with the bytes that its host signed; nobody has checked the signature yet."""

    record: Record
    envelope: cose.Sign1
    raw: bytes

    @property
    def digest(self) -> bytes:
        """What the next record of the pair names as its predecessor."""
        return digest_of(self.raw)


@dataclass(frozen=True)
class Head:
    """The end of a chain: the last sequence number, and the hash of its record."""

    sequence: int = 0
    digest: bytes = NO_PREVIOUS

    @property
    def next(self) -> int:
        """The sequence number that follows."""
        return self.sequence + 1


EMPTY: Final = Head()


def pseudonym_of(serial: bytes, issuer: str, host: str) -> bytes:
    """What one host calls a pass: two hosts cannot join their records by it."""
    parts = (_DOMAIN, serial, issuer.encode(), host.encode())
    return hashlib.sha256(b"\n".join(parts)).digest()[:_PSEUDONYM_LENGTH]


def digest_of(raw: bytes) -> bytes:
    """The hash of a whole record."""
    return hashlib.sha256(raw).digest()


def payload_of(record: Record) -> bytes:
    """Write a record as the map of section 10.1."""
    values: dict[cbor.Key, Any] = {number: getattr(record, name) for number, name in enumerate(_KEYS, 1)}
    if record.refers is None:
        del values[_REFERS]
    return cbor.encode(values)


def seal(record: Record, key: Ed25519PrivateKey) -> bytes:
    """Sign a record with the host's key; RecordError when it breaks a rule of its own form."""
    payload = payload_of(record)
    read_payload(payload)
    return cose.sign(payload, key)


def read(raw: bytes) -> SealedRecord:
    """Read a record; RecordError unless it is in exactly the form of section 10.1."""
    try:
        envelope = cose.read(raw)
    except cose.NotSign1 as error:
        raise RecordError(str(error)) from error
    return SealedRecord(read_payload(envelope.payload), envelope, raw)


def read_payload(payload: bytes) -> Record:
    """Read the map of a record; RecordError for a key too many or too few, or a value out of bounds."""
    try:
        values = cbor.decode(payload)
    except cbor.NotCanonical as error:
        raise RecordError(str(error)) from error
    required = set(range(1, _REFERS))
    if not isinstance(values, dict) or not required <= values.keys() <= required | {_REFERS}:
        raise RecordError("other keys")
    named: dict[str, Any] = {_KEYS[key - 1]: value for key, value in values.items() if isinstance(key, int)}
    if not all(_fits(name, value) for name, value in named.items()):
        raise RecordError("a value of another type or out of bounds")
    record = Record(**named)
    if (record.kind == VISIT) != (record.refers is None):
        raise RecordError("a visit refers to nothing, the other kinds to a visit")
    if record.uuid[6] >> 4 != 4 or record.uuid[8] >> 6 != 2:
        raise RecordError("the uuid is not of version 4")
    return record


def _fits(name: str, value: Any) -> bool:
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        return isinstance(value, int) and least <= value <= most
    if name in _LENGTHS:
        return isinstance(value, bytes) and len(value) == _LENGTHS[name]
    return isinstance(value, str) and 0 < len(value.encode()) <= _URL_BYTES
