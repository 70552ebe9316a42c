"""The QR form `CF1:` (sections 3 and 4): claims, bounds, writing with a label that fits, strict reading.

Reading raises TokenError and nothing else; its code is the answer of steps 1 to 6 of the check.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import _ as lazy_

from coffee_pass import base45, cbor, cose

PREFIX: Final = "CF1:"
LONGEST_TEXT: Final = 1024
SERIAL_LENGTH: Final = 16
ISSUER_BYTES: Final = 100
SHORT_ISSUER_BYTES: Final = 40
# A QR code of version 10 at level M holds a token of this many bytes, one of version 12 the other.
VERSION_10_BYTES: Final = 204
VERSION_12_BYTES: Final = 276
EARLIEST: Final = 1_735_689_600  # 2025-01-01
LATEST: Final = 4_102_444_800  # 2100-01-01
LONGEST_LIFE: Final = 35 * 86_400
QUOTA_LIMIT: Final = 15
LIST_LIMIT: Final = 65_535
INDEX_LIMIT: Final = 131_071
ZONE_BYTES: Final = 8
LABEL_BYTES: Final = 16

_ISSUER, _EXPIRES, _NOT_BEFORE, _ISSUED_AT, _SERIAL = 1, 4, 5, 6, 7
_QUOTA, _STATUS, _ZONE, _LABEL = -65537, -65538, -65539, -65540
_REQUIRED: Final = frozenset({_ISSUER, _EXPIRES, _ISSUED_AT, _SERIAL, _QUOTA, _STATUS, _ZONE})
_ALLOWED: Final = _REQUIRED | {_NOT_BEFORE, _LABEL}

_SCHEME: Final = re.compile(r"CF([0-9]):")
_DEVELOPMENT: Final = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}/pass", re.ASCII)
_ZONE_NAME: Final = re.compile(r"[a-z0-9-]{1,8}", re.ASCII)
_SPACE: Final = " \t\r\n"
_NOT_IN_LABELS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Joiners and variation selectors belong to the character before them, as combining marks do.
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")


class TokenError(ValueError):
    """A text that is no pass; `code` says at which step of the check it failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CannotIssue(Unprocessable):
    """Claims out of bounds, or an issuer whose address is too long for a QR code."""


@dataclass(frozen=True)
class Claims:
    """What a pass says (section 3): times in whole seconds, no label as an empty text."""

    issuer: str
    issued_at: int
    expires: int
    serial: bytes
    quota: int
    list_number: int
    index: int
    zone: str
    label: str = ""
    not_before: int | None = None

    @property
    def start(self) -> int:
        """The first second on which the pass counts."""
        return self.issued_at if self.not_before is None else self.not_before


@dataclass(frozen=True)
class Token:
    """A pass as it was read: its claims, and the envelope whose signature is still to be checked."""

    claims: Claims
    envelope: cose.Sign1


def issue(claims: Claims, key: Ed25519PrivateKey, *, development: bool = False) -> str:
    """Sign claims and write them for a QR code, with as much of the label as fits; CannotIssue otherwise."""
    fields = _reasons_against(claims, development)
    if fields:
        raise CannotIssue(str(lazy_("This pass cannot be made.")), fields=fields)
    limit = VERSION_10_BYTES if _size(claims.issuer) <= SHORT_ISSUER_BYTES else VERSION_12_BYTES
    raw = cose.sign(payload_of(claims), key)
    while len(raw) > limit and claims.label:
        claims = replace(claims, label=_shorter(claims.label))
        raw = cose.sign(payload_of(claims), key)
    if len(raw) > limit:
        raise CannotIssue(str(lazy_("The address of this node is too long for a QR code.")))
    return PREFIX + base45.encode(raw)


def payload_of(claims: Claims) -> bytes:
    """Write claims as the map of section 4.2; what equals a default is left out."""
    values: dict[cbor.Key, cbor.Value] = {
        _ISSUER: claims.issuer,
        _EXPIRES: claims.expires,
        _ISSUED_AT: claims.issued_at,
        _SERIAL: claims.serial,
        _QUOTA: claims.quota,
        _STATUS: [claims.list_number, claims.index],
        _ZONE: claims.zone,
    }
    if claims.not_before not in (None, claims.issued_at):
        values[_NOT_BEFORE] = claims.start
    if claims.label:
        values[_LABEL] = claims.label
    return cbor.encode(values)


def read(text: str, *, development: bool = False) -> Token:
    """Read the text of a QR code (steps 1 to 6 of section 8); TokenError with the first code."""
    text = text.strip(_SPACE)
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise TokenError("NOT_A_PASS")
    if len(text) > LONGEST_TEXT:
        raise TokenError("TOO_LONG")
    if scheme[1] != "1":
        raise TokenError("NEWER_FORMAT")
    try:
        raw = base45.decode(text[len(PREFIX) :])
    except base45.NotBase45 as error:
        raise TokenError("BAD_ENCODING") from error
    try:
        envelope = cose.read(raw)
    except cose.NotSign1 as error:
        raise TokenError("BAD_FORMAT") from error
    return Token(read_payload(envelope.payload, development=development), envelope)


def read_payload(payload: bytes, *, development: bool = False) -> Claims:
    """Read the map of claims; TokenError `BAD_CLAIMS` unless it is exactly as sections 3 and 4.2 want it."""
    try:
        values = cbor.decode(payload)
    except cbor.NotCanonical as error:
        raise TokenError("BAD_CLAIMS") from error
    if not isinstance(values, dict) or not _REQUIRED <= values.keys() <= _ALLOWED:
        raise TokenError("BAD_CLAIMS")
    claims = _claims(values)
    if claims is None or not is_within_bounds(claims, development):
        raise TokenError("BAD_CLAIMS")
    return claims


def _claims(values: dict[cbor.Key, Any]) -> Claims | None:
    """The claims when each has its type; an empty label or an idle `not before` has another form."""
    status = values[_STATUS]
    numbers = [values[_EXPIRES], values[_ISSUED_AT], values[_QUOTA], values.get(_NOT_BEFORE, 0)]
    texts = [values[_ISSUER], values[_ZONE], values.get(_LABEL, "-")]
    if not isinstance(status, list) or len(status) != 2 or not isinstance(values[_SERIAL], bytes):
        return None
    if not all(isinstance(number, int) for number in [*numbers, *status]):
        return None
    if not all(isinstance(text, str) and text for text in texts):
        return None
    if values.get(_NOT_BEFORE) == values[_ISSUED_AT]:
        return None
    return Claims(
        issuer=values[_ISSUER],
        issued_at=values[_ISSUED_AT],
        expires=values[_EXPIRES],
        serial=values[_SERIAL],
        quota=values[_QUOTA],
        list_number=status[0],
        index=status[1],
        zone=values[_ZONE],
        label=values.get(_LABEL, ""),
        not_before=values.get(_NOT_BEFORE),
    )


def is_within_bounds(claims: Claims, development: bool = False) -> bool:
    """Whether every claim lies within the bounds of section 3."""
    return (
        is_issuer(claims.issuer, development)
        and all(EARLIEST <= time <= LATEST for time in (claims.issued_at, claims.start, claims.expires))
        and claims.expires <= claims.start + LONGEST_LIFE
        and len(claims.serial) == SERIAL_LENGTH
        and 1 <= claims.quota <= QUOTA_LIMIT
        and 1 <= claims.list_number <= LIST_LIMIT
        and 0 <= claims.index <= INDEX_LIMIT
        and 1 <= _size(claims.zone) <= ZONE_BYTES
        and _size(claims.label) <= LABEL_BYTES
    )


def is_issuer(url: str, development: bool = False) -> bool:
    """Whether this can be the address of a pass actor; one on this machine only for a node in development."""
    is_web = url.startswith("https://") or (development and _DEVELOPMENT.fullmatch(url) is not None)
    return is_web and _size(url) <= ISSUER_BYTES


def _reasons_against(claims: Claims, development: bool) -> dict[str, list[str]]:
    """What stands against issuing, by claim; stricter than reading, where other issuers are concerned."""
    found: dict[str, list[str]] = {}
    if any(unicodedata.category(character) in _NOT_IN_LABELS for character in claims.label):
        found["label"] = [str(lazy_("Write the label in one line, without control characters."))]
    elif _size(claims.label) > LABEL_BYTES:
        found["label"] = [str(lazy_("Write a shorter label, such as the initials."))]
    if _ZONE_NAME.fullmatch(claims.zone) is None:
        found["zone"] = [str(lazy_("A zone has one to eight small letters, digits or hyphens."))]
    if claims.expires <= claims.start:
        found["expires"] = [str(lazy_("A pass ends after it begins."))]
    if not found and not is_within_bounds(claims, development):
        found["claims"] = [str(lazy_("A value of this pass is out of its bounds."))]
    return found


def _shorter(label: str) -> str:
    """The label without its last character, nor the marks and joiners that belong to it."""
    while label and (unicodedata.combining(label[-1]) or label[-1] in _JOINERS):
        label = label[:-1]
    label = label[:-1].rstrip()
    return label.rstrip("\u200d")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
