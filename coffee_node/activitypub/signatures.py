"""Signatures of requests after draft-cavage-http-signatures-12, the scheme every peer knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from coffee_node.activitypub.body_digest import body_digest, check_digest
from coffee_node.activitypub.signed_request import (
    HEADER_LIMIT,
    IncomingRequest,
    RequestSignature,
    SignatureError,
    Signer,
    authority_of,
    check_covered,
    check_expiry,
    check_host,
    check_key_id,
    check_window,
    decode_signature,
    http_date,
    moment_of,
    parse_http_date,
    target_of,
    verify_rsa,
)
from coffee_node.base import clock

__all__ = ["Signer", "read_cavage", "sign_cavage"]

CAVAGE: Final = "cavage"
_ALSO_SIGNED: Final = ("content-type", "collection-synchronization")
_ALGORITHMS: Final = frozenset({"rsa-sha256", "hs2019", ""})
_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"([^"\\]*)"|(\d{1,20})(?:\.\d{1,9})?)\s*(?:,|$)')
_OTHER_SCHEME: Final = re.compile(r"\s*[a-z*][a-z0-9_.*-]*=:[A-Za-z0-9+/=]*:\s*(?:,|$)")
_COVERED_LIMIT: Final = 30


def sign_cavage(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    signer: Signer,
    digest: str | None = None,
) -> dict[str, str]:
    """Give the headers that sign a request: Host, Date, Digest for a body, and Signature.

    `digest` is the Digest of a body that was computed before.
    """
    added = {"Host": authority_of(url), "Date": http_date(clock.utcnow())}
    if body is not None:
        added["Digest"] = digest or body_digest(body)
    present = {name.lower(): value for name, value in {**headers, **added}.items()}
    covered = ["host", "date", *(["digest"] if body is not None else [])]
    covered += [name for name in _ALSO_SIGNED if name in present]
    lines = [f"(request-target): {method.lower()} {target_of(url)}"]
    lines += [f"{name}: {present[name]}" for name in covered]
    names = " ".join(["(request-target)", *covered])
    added["Signature"] = (
        f'keyId="{signer.key_id}",algorithm="{"rsa-sha256" if signer.is_rsa else "hs2019"}",'
        f'headers="{names}",signature="{signer.sign(chr(10).join(lines))}"'
    )
    return added


def read_cavage(request: IncomingRequest, *, now: datetime, hosts: Collection[str]) -> RequestSignature:
    """Check everything of a Signature header that needs no key; SignatureError names the failed check."""
    parameters = _parse(request.header("signature") or "")
    key_id = check_key_id(parameters.get("keyid"))
    if parameters.get("algorithm", "").lower() not in _ALGORITHMS:
        raise SignatureError("algorithm", "Only RSA with SHA-256 is read.")
    covered = parameters.get("headers", "").lower().split()
    _check_coverage(request, covered)
    check_host(request, hosts)
    _check_time(request, covered, parameters, now)
    if request.needs_body:
        check_digest(request.header("digest") or "", request.body)
    signature = decode_signature(parameters.get("signature", ""))
    text = "\n".join(f"{name}: {_value(request, name, parameters)}" for name in covered)
    return RequestSignature(key_id, CAVAGE, tuple(covered), lambda key: verify_rsa(key, signature, text))


def _parse(header: str) -> dict[str, str]:
    """Read the parameters of the header by lower-case name, members of RFC 9421 beside them left out."""
    if len(header) > HEADER_LIMIT:
        raise SignatureError("format", "The Signature header is too long.")
    parameters: dict[str, str] = {}
    position = 0
    while position < len(header):
        other = _OTHER_SCHEME.match(header, position)
        found = other or _PARAMETER.match(header, position)
        if found is None:
            raise SignatureError("format", "The Signature header is malformed.")
        position = found.end()
        if other is None:
            name = found[1].lower()
            if name in parameters:
                raise SignatureError("format", f"{name} stands twice in the Signature header.")
            parameters[name] = found[2] if found[2] is not None else found[3]
    return parameters


def _check_coverage(request: IncomingRequest, covered: list[str]) -> None:
    if len(covered) > _COVERED_LIMIT or len(set(covered)) != len(covered):
        raise SignatureError("format", "The list of signed headers is too long or repeats itself.")
    wanted = ["(request-target)", "host"]
    if request.needs_body:
        wanted.append("digest")
    if "(created)" not in covered:
        wanted.append("date")
    check_covered(covered, wanted)


def _check_time(
    request: IncomingRequest, covered: list[str], parameters: Mapping[str, str], now: datetime
) -> None:
    if "date" in covered:
        check_window(parse_http_date(request.header("date") or ""), now, "Date")
    if "(created)" in covered:
        check_window(moment_of(parameters.get("created"), "created"), now, "created")
    check_expiry(moment_of(parameters.get("expires"), "expires"), now)


def _value(request: IncomingRequest, name: str, parameters: Mapping[str, str]) -> str:
    if name == "(request-target)":
        return f"{request.method.lower()} {request.target}"
    value = parameters.get(name[1:-1]) if name in ("(created)", "(expires)") else request.header(name)
    if value is None:
        raise SignatureError("coverage", f"The signature covers {name}, which is not there.")
    return value
