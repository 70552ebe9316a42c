"""Digests of bodies: the headers `Digest` and `Content-Digest`, made and checked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import Any, Final

from coffee_node.activitypub.signed_request import HEADER_LIMIT, SignatureError

_COMPUTED: Final[dict[str, Callable[[bytes], Any]]] = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_ENTRIES_LIMIT: Final = 10


def body_digest(body: bytes) -> str:
    """Give the value of the `Digest` header of a body."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def content_digest(digest: str) -> str:
    """Give the value of the `Content-Digest` header that says the same as a `Digest` header of ours."""
    return f"sha-256=:{digest.partition('=')[2]}:"


def check_digest(header: str, body: bytes) -> None:
    """Check a `Digest` header: one SHA-256, and everything we can compute right; SignatureError else."""
    _check(_entries(header), body)


def check_content_digest(header: str, body: bytes) -> None:
    """Check a `Content-Digest` header in the same way; SignatureError when it does not hold."""
    entries = []
    for name, value in _entries(header):
        if len(value) < 2 or not (value.startswith(":") and value.endswith(":")):
            raise SignatureError("digest", "Content-Digest is malformed.")
        entries.append((name, value[1:-1]))
    _check(entries, body)


def _entries(header: str) -> list[tuple[str, str]]:
    parts = header.split(",") if len(header) <= HEADER_LIMIT else []
    if not 0 < len(parts) <= _ENTRIES_LIMIT:
        raise SignatureError("digest", "The digest header is malformed.")
    return list(_split(parts))


def _split(parts: list[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        name, _, value = part.strip().partition("=")
        yield name.strip().lower(), value.strip()


def _check(entries: list[tuple[str, str]], body: bytes) -> None:
    if sum(name == "sha-256" for name, _ in entries) != 1:
        raise SignatureError("digest", "The digest header needs exactly one SHA-256.")
    for name, value in entries:
        compute = _COMPUTED.get(name)
        if compute is not None and not hmac.compare_digest(_decoded(value), compute(body).digest()):
            raise SignatureError("digest", f"The {name} digest is not that of the body.")


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("digest", "The digest is not base64.") from error
