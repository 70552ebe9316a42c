"""Base45 (RFC 9285): bytes in the 45 characters that a QR code packs best; only its exact form is read."""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_PAIR_LIMIT: Final = 0xFFFF
_SINGLE_LIMIT: Final = 0xFF


class NotBase45(ValueError):
    """A text that RFC 9285 cannot have written: another character, a lone symbol, a group too large."""


def encode(raw: bytes) -> str:
    """Write bytes: two in three symbols, a last single one in two (RFC 9285, section 4)."""
    symbols = []
    for start in range(0, len(raw) - 1, 2):
        third, rest = divmod(raw[start] << 8 | raw[start + 1], 45 * 45)
        second, first = divmod(rest, 45)
        symbols += [ALPHABET[first], ALPHABET[second], ALPHABET[third]]
    if len(raw) % 2:
        second, first = divmod(raw[-1], 45)
        symbols += [ALPHABET[first], ALPHABET[second]]
    return "".join(symbols)


def decode(text: str) -> bytes:
    """Read what `encode` writes and nothing else; NotBase45 for the rest (RFC 9285, section 6)."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError as error:
        raise NotBase45("a character outside the alphabet") from error
    if len(values) % 3 == 1:
        raise NotBase45("a lone symbol at the end")
    raw = bytearray()
    whole = len(values) - len(values) % 3
    for start in range(0, whole, 3):
        number = values[start] + 45 * values[start + 1] + 2025 * values[start + 2]
        if number > _PAIR_LIMIT:
            raise NotBase45("a group of three above 65535")
        raw += number.to_bytes(2, "big")
    if whole < len(values):
        number = values[whole] + 45 * values[whole + 1]
        if number > _SINGLE_LIMIT:
            raise NotBase45("a group of two above 255")
        raw.append(number)
    return bytes(raw)
