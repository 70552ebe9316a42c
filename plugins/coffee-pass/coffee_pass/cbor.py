"""A strict subset of CBOR (RFC 8949, core deterministic encoding of 4.2.1): one value has one form of bytes.

Integers of 64 bits, byte strings, texts, arrays, maps with unique keys in bytewise order and tag 18. No
floats, no simple values, no indefinite lengths: general decoders are lenient, and a pass must not be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

DEPTH_LIMIT: Final = 4
TAG: Final = 18
LARGEST: Final = 2**64 - 1

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_INLINE: Final = 24
# By the number of bytes that follow: the first value that needs them.
_SHORTEST: Final = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}


@dataclass(frozen=True)
class Tagged:
    """A value under tag 18, COSE_Sign1."""

    value: Value


Key: TypeAlias = int | str
Value: TypeAlias = int | bytes | str | list["Value"] | dict[Key, "Value"] | Tagged


class NotCanonical(ValueError):
    """Bytes outside the subset, or values that it cannot write."""


def encode(value: Value) -> bytes:
    """Write a value in its one form; NotCanonical for what the subset does not have."""
    if isinstance(value, bool):
        raise NotCanonical("no booleans")
    if isinstance(value, int):
        return head(_UNSIGNED, value) if value >= 0 else head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return head(_BYTES, len(value)) + value
    if isinstance(value, str):
        raw = value.encode("utf-8")
        return head(_TEXT, len(raw)) + raw
    if isinstance(value, list):
        return head(_ARRAY, len(value)) + b"".join(encode(inner) for inner in value)
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(inner)) for key, inner in value.items())
        return head(_MAP, len(pairs)) + b"".join(key + inner for key, inner in pairs)
    return head(_TAG, TAG) + encode(value.value)


def head(major: int, number: int) -> bytes:
    """Write a major type with its argument in the shortest form (RFC 8949, section 3)."""
    if number > LARGEST:
        raise NotCanonical("more than 64 bits")
    if number < _INLINE:
        return bytes([major << 5 | number])
    size = next(size for size in _SHORTEST if number < 1 << 8 * size)
    code = _INLINE + size.bit_length() - 1
    return bytes([major << 5 | code]) + number.to_bytes(size, "big")


def decode(raw: bytes) -> Value:
    """Read one value that fills all bytes; NotCanonical for every other form of them."""
    value, end = _read(raw, 0, 0)
    if end != len(raw):
        raise NotCanonical("bytes behind the value")
    return value


def read_head(raw: bytes, at: int) -> tuple[int, int, int]:
    """Read a major type and its argument, which must be as short as can be: (major, argument, next)."""
    if at >= len(raw):
        raise NotCanonical("ends too early")
    major, code = raw[at] >> 5, raw[at] & 31
    if code < _INLINE:
        return major, code, at + 1
    size = 1 << code - _INLINE
    end = at + 1 + size
    if size not in _SHORTEST or end > len(raw):
        raise NotCanonical("an indefinite, reserved or broken length")
    number = int.from_bytes(raw[at + 1 : end], "big")
    if number < _SHORTEST[size]:
        raise NotCanonical("not the shortest form")
    return major, number, end


def _read(raw: bytes, at: int, depth: int) -> tuple[Value, int]:
    major, number, at = read_head(raw, at)
    if major == _UNSIGNED:
        return number, at
    if major == _NEGATIVE:
        return -1 - number, at
    if major in (_BYTES, _TEXT):
        return _read_string(raw, at, number, major)
    if depth >= DEPTH_LIMIT:
        raise NotCanonical("nested too deep")
    if major == _ARRAY:
        return _read_array(raw, at, number, depth)
    if major == _MAP:
        return _read_map(raw, at, number, depth)
    if major == _TAG and number == TAG:
        inner, end = _read(raw, at, depth + 1)
        return Tagged(inner), end
    raise NotCanonical("a tag, float or simple value")


def _read_string(raw: bytes, at: int, length: int, major: int) -> tuple[bytes | str, int]:
    end = at + length
    if end > len(raw):
        raise NotCanonical("ends too early")
    if major == _BYTES:
        return raw[at:end], end
    try:
        return raw[at:end].decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise NotCanonical("not UTF-8") from error


def _read_array(raw: bytes, at: int, length: int, depth: int) -> tuple[Value, int]:
    # Every entry takes a byte: a longer announcement is refused before it costs anything.
    if length > len(raw) - at:
        raise NotCanonical("ends too early")
    entries: list[Value] = []
    for _ in range(length):
        entry, at = _read(raw, at, depth + 1)
        entries.append(entry)
    return entries, at


def _read_map(raw: bytes, at: int, length: int, depth: int) -> tuple[Value, int]:
    if 2 * length > len(raw) - at:
        raise NotCanonical("ends too early")
    entries: dict[Key, Value] = {}
    last = b""
    for _ in range(length):
        key, end = _read(raw, at, depth + 1)
        if not isinstance(key, int | str):
            raise NotCanonical("a key that is neither an integer nor a text")
        if raw[at:end] <= last:
            raise NotCanonical("keys that are repeated or not in order")
        last = raw[at:end]
        entries[key], at = _read(raw, end, depth + 1)
    return entries, at
