"""Lists of an issuer (section 7): one bit for each pass that is revoked, five for the days it was used.

Bits count from the left (W3C Bitstring Status List v1.0, section 3.2); gzip without time or name, base64url.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

ENTRIES: Final = 131_072
REVOCATION_BITS: Final = 1
USAGE_BITS: Final = 5
MOST_DAYS: Final = 15
REVOCATION_BYTES: Final = ENTRIES * REVOCATION_BITS // 8
USAGE_BYTES: Final = ENTRIES * USAGE_BITS // 8
# Above half, drawing a free index takes longer and tells more: a new list is opened.
FULL_AT: Final = ENTRIES // 2

_PREFIX: Final = "u"
# Deflate, no flags, no time, slowest method, Unix: the same bytes wherever they are made.
_GZIP_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03"
_RAW_DEFLATE: Final = -15
_GZIP: Final = 31
_LEVEL: Final = 9
# Noise does not shrink: an honest list is never longer than its own size in base64 and some bytes.
_LONGEST_TEXT: Final = {size: size * 4 // 3 + 256 for size in (REVOCATION_BYTES, USAGE_BYTES)}


class ListError(ValueError):
    """A list that cannot be read: another encoding, another size, or more than that size when unpacked."""


class Usage(NamedTuple):
    """What a list tells of one pass: days used (15 = 15 or more), and whether it was seen on its day."""

    days: int
    seen: bool


def revocation_bits(indexes: Iterable[int]) -> bytes:
    """Set the bits of these passes."""
    bits = bytearray(REVOCATION_BYTES)
    for index in indexes:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def usage_bits(entries: Mapping[int, Usage]) -> bytes:
    """Write what is known of these passes; more days than fifteen count as fifteen."""
    bits = bytearray(USAGE_BYTES)
    for index, entry in entries.items():
        at, shift = _place(index)
        pair = (min(entry.days, MOST_DAYS) << 1 | entry.seen) << shift
        bits[at] |= pair >> 8
        if pair & 0xFF:
            bits[at + 1] |= pair & 0xFF
    return bytes(bits)


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit of a pass is set."""
    return bool(bits[index >> 3] & 0x80 >> (index & 7))


def usage_at(bits: bytes, index: int) -> Usage:
    """What a usage list tells of a pass."""
    at, shift = _place(index)
    pair = int.from_bytes(bits[at : at + 2].ljust(2, b"\0"), "big")
    entry = pair >> shift & 0x1F
    return Usage(entry >> 1, bool(entry & 1))


def _place(index: int) -> tuple[int, int]:
    """The first of the two bytes with the five bits of an index, and how far they stand from their end."""
    at, offset = divmod(index * USAGE_BITS, 8)
    return at, 16 - USAGE_BITS - offset


def pack(bits: bytes) -> str:
    """Write a list for its document (`encodedList`)."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)
    body = packer.compress(bits) + packer.flush()
    tail = zlib.crc32(bits).to_bytes(4, "little") + len(bits).to_bytes(4, "little")
    return _PREFIX + base64.urlsafe_b64encode(_GZIP_HEAD + body + tail).decode("ascii").rstrip("=")


def unpack(text: str, size: int) -> bytes:
    """Read a list of exactly this many bytes; ListError otherwise, after at most one byte more."""
    if not text.startswith(_PREFIX) or len(text) > _LONGEST_TEXT[size]:
        raise ListError("another encoding, or too long")
    body = text[len(_PREFIX) :]
    if not body.isascii() or set("+/=") & set(body):
        raise ListError("not base64url")
    unpacker = zlib.decompressobj(_GZIP)
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        bits = unpacker.decompress(packed, size + 1)
    except (binascii.Error, zlib.error) as error:
        raise ListError("neither base64url nor gzip") from error
    if len(bits) != size or not unpacker.eof or unpacker.unused_data:
        raise ListError("another size")
    return bits


def draw_index(taken: Collection[int], draw: Callable[[int], int]) -> int:
    """Draw an index that no pass has; `draw(n)` gives a number below n (`secrets.randbelow`).

    ListError where the list should have been closed already.
    """
    if len(taken) >= ENTRIES:
        raise ListError("no index is free")
    while (index := draw(ENTRIES)) in taken:
        pass
    return index


def needs_successor(taken: Collection[int]) -> bool:
    """Whether half of a list is in use, so that new passes go to a new one."""
    return len(taken) >= FULL_AT
