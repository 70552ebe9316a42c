"""The signature of a request, whichever scheme it uses: choosing on the way out, reading on the way in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.message_signatures import RFC9421, read_rfc9421, sign_rfc9421
from coffee_node.activitypub.signatures import read_cavage, sign_cavage
from coffee_node.activitypub.signed_request import (
    IncomingRequest,
    RequestSignature,
    SignatureError,
    Signer,
)

__all__ = [
    "IncomingRequest",
    "RequestSignature",
    "SignatureError",
    "Signer",
    "read_signature",
    "sign_request",
]

_CAVAGE_MARK: Final = "keyid="


def sign_request(
    scheme: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    signer: Signer,
    digest: str | None = None,
) -> dict[str, str]:
    """Give the headers that sign a request, by RFC 9421 if that is the scheme, else by draft-cavage."""
    sign = sign_rfc9421 if scheme == RFC9421 else sign_cavage
    return sign(method, url, headers, body, signer, digest)


def read_signature(request: IncomingRequest, *, now: datetime, hosts: Collection[str]) -> RequestSignature:
    """Check everything of a request's signature that needs no key; SignatureError names the failed check.

    Where both schemes are present RFC 9421 goes first, and either one suffices if it covers all it must.
    """
    header = request.header("signature")
    if not header:
        raise SignatureError("missing", "The request is not signed.")
    if request.header("signature-input") is None:
        return read_cavage(request, now=now, hosts=hosts)
    if _CAVAGE_MARK not in header.lower():
        return read_rfc9421(request, now=now, hosts=hosts)
    try:
        first = read_rfc9421(request, now=now, hosts=hosts)
    except SignatureError:
        return read_cavage(request, now=now, hosts=hosts)
    return _either(first, request, now, hosts)


def _either(
    first: RequestSignature, request: IncomingRequest, now: datetime, hosts: Collection[str]
) -> RequestSignature:
    try:
        second = read_cavage(request, now=now, hosts=hosts)
    except SignatureError:
        return first
    if second.key_id != first.key_id:
        return first

    def verify(key: PublicKey) -> bool:
        return first.verify(key) or second.verify(key)

    return RequestSignature(first.key_id, first.scheme, first.covered, verify)
