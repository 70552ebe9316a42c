"""What both signature schemes share: the signing key, the request that arrives, checks of time and host."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from coffee_node.activitypub.keys import PrivateKey, PublicKey
from coffee_node.activitypub.vocabulary import is_web_url, normalise_netloc
from coffee_node.base.errors import Unauthorized

HEADER_LIMIT: Final = 8_192
WINDOW: Final = timedelta(hours=1)

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC1123: Final = re.compile(
    r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|\+0000)", re.ASCII
)
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD"})


class SignatureError(Unauthorized):
    """A request whose signature does not hold; `check` names what failed."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(f"Signature check {check!r} failed: {message}")
        self.check = check


@dataclass(frozen=True)
class Signer:
    """A private key of ours with the address of its public part."""

    key_id: str
    private_key: PrivateKey

    @property
    def is_rsa(self) -> bool:
        """Tell whether this is an RSA key, the only kind every peer checks."""
        return isinstance(self.private_key, RSAPrivateKey)

    def sign(self, text: str) -> str:
        """Give the signature of a text in base64."""
        if isinstance(self.private_key, RSAPrivateKey):
            raw = self.private_key.sign(text.encode(), PKCS1v15(), SHA256())
        else:
            raw = self.private_key.sign(text.encode())
        return base64.b64encode(raw).decode("ascii")


@dataclass(frozen=True)
class IncomingRequest:
    """A request as it arrived: `target` is path and query, `authority` the host the client asked for."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    authority: str
    scheme: str = "https"
    _folded: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folded = {name.lower(): value.strip() for name, value in self.headers.items()}
        object.__setattr__(self, "_folded", folded | {"host": self.authority})

    def header(self, name: str) -> str | None:
        """Give a header by its name in any case; `host` is always the authority."""
        return self._folded.get(name.lower())

    @property
    def needs_body(self) -> bool:
        """Tell whether the signature must cover the body."""
        return self.method.upper() not in _WITHOUT_BODY


@dataclass(frozen=True)
class RequestSignature:
    """A signature whose outer checks passed; what is left is to verify it with the key it names."""

    key_id: str
    scheme: str
    covered: tuple[str, ...]
    _verify: Callable[[PublicKey], bool] = field(repr=False)

    def verify(self, public_key: PublicKey) -> bool:
        """Tell whether this key made the signature."""
        return self._verify(public_key)


def authority_of(url: str) -> str:
    """Give host and port of an address as they stand in the Host header."""
    parts = urlsplit(url)
    return normalise_netloc(parts.netloc, parts.scheme)


def target_of(url: str) -> str:
    """Give path and query of an address as they stand in the request line."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def http_date(moment: datetime) -> str:
    """Give a moment in the form of the Date header."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parse_http_date(text: str) -> datetime:
    """Read a Date header of RFC 1123; SignatureError for any other form."""
    parts = _RFC1123.fullmatch(text)
    if parts is None or parts[2] not in _MONTHS:
        raise SignatureError("date", "The Date header is not in the form of RFC 1123.")
    day, year, hour, minute, second = (int(parts[number]) for number in (1, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS.index(parts[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("date", "The Date header is no date.") from error


def moment_of(seconds: str | int | None, name: str) -> datetime | None:
    """Read a number of seconds since 1970, as `created` and `expires` have it."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(int(str(seconds)[:20]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureError("date", f"{name} is no moment.") from error


def check_window(moment: datetime | None, now: datetime, name: str) -> None:
    """Refuse what was signed more than an hour before or after now."""
    if moment is None:
        raise SignatureError("date", f"{name} is missing.")
    if abs(now - moment) > WINDOW:
        raise SignatureError("date", f"{name} is more than an hour from now.")


def check_expiry(moment: datetime | None, now: datetime) -> None:
    """Refuse what has expired."""
    if moment is not None and moment < now:
        raise SignatureError("date", "The signature has expired.")


def check_host(request: IncomingRequest, hosts: Collection[str]) -> None:
    """Refuse a request for a host that is not ours."""
    if normalise_netloc(request.authority, request.scheme) not in hosts:
        raise SignatureError("host", "The request is for another host.")


def check_covered(covered: Iterable[str], wanted: Iterable[str]) -> None:
    """Refuse a signature that leaves out a part it must cover."""
    missing = sorted(set(wanted) - set(covered))
    if missing:
        raise SignatureError("coverage", f"The signature does not cover {', '.join(missing)}.")


def check_key_id(key_id: str | None) -> str:
    """Refuse a signature that names no key by a web address."""
    if key_id is None or not is_web_url(key_id):
        raise SignatureError("key", "keyId is not a web address.")
    return key_id


def decode_signature(text: str) -> bytes:
    """Read the signature itself; SignatureError when it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("format", "The signature is not base64.") from error


def verify_rsa(key: PublicKey, signature: bytes, text: str) -> bool:
    """Tell whether an RSA key made a PKCS#1 v1.5 SHA-256 signature; false for keys of other kinds."""
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def verify_ed25519(key: PublicKey, signature: bytes, text: str) -> bool:
    """Tell whether an Ed25519 key made a signature; false for keys of other kinds."""
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
