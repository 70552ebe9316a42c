"""Signatures of requests after RFC 9421, for peers that want the standard."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from coffee_node.activitypub.body_digest import body_digest, check_content_digest, content_digest
from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signed_request import (
    HEADER_LIMIT,
    IncomingRequest,
    RequestSignature,
    SignatureError,
    Signer,
    check_covered,
    check_expiry,
    check_host,
    check_key_id,
    check_window,
    decode_signature,
    moment_of,
    verify_ed25519,
    verify_rsa,
)
from coffee_node.base import clock

RFC9421: Final = "rfc9421"
_ALSO_SIGNED: Final = ("content-type", "collection-synchronization")
_RSA: Final = "rsa-v1_5-sha256"
_ED25519: Final = "ed25519"
_LABEL: Final = re.compile(r"\s*([a-z*][a-z0-9_.*-]{0,100})=\(")
_COMPONENT: Final = re.compile(r' *"([^"\\]{1,200})"(;)?')
_PARAMETER: Final = re.compile(
    r';\s*([a-z*][a-z0-9_.*-]{0,100})=(?:"([^"\\]*)"|(-?\d{1,15})|[?:A-Za-z*][\w:/.*+=-]*)', re.ASCII
)
_SIGNATURE: Final = re.compile(r"(?:^|,)\s*([a-z*][a-z0-9_.*-]{0,100})=:([A-Za-z0-9+/=]*):")
_LABELS_LIMIT: Final = 5
_COMPONENTS_LIMIT: Final = 30


@dataclass(frozen=True)
class _Input:
    """One member of Signature-Input; `text` is the part after the label as it was sent."""

    label: str
    components: tuple[str, ...]
    parameters: Mapping[str, str]
    text: str


def sign_rfc9421(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    signer: Signer,
    digest: str | None = None,
) -> dict[str, str]:
    """Give the headers that sign a request: Content-Digest for a body, Signature-Input and Signature."""
    added: dict[str, str] = {}
    if body is not None:
        added["Content-Digest"] = content_digest(digest or body_digest(body))
    present = {name.lower(): value for name, value in {**headers, **added}.items()}
    values = {"@method": method.upper(), "@target-uri": url}
    names = [*(["content-digest"] if body is not None else []), *_ALSO_SIGNED]
    values |= {name: present[name] for name in names if name in present}
    listed = " ".join(f'"{name}"' for name in values)
    created = int(clock.utcnow().timestamp())
    algorithm = _RSA if signer.is_rsa else _ED25519
    parameters = f'({listed});created={created};keyid="{signer.key_id}";alg="{algorithm}"'
    lines = [f'"{name}": {value}' for name, value in values.items()]
    signature = signer.sign("\n".join([*lines, f'"@signature-params": {parameters}']))
    return added | {"Signature-Input": f"sig1={parameters}", "Signature": f"sig1=:{signature}:"}


def read_rfc9421(request: IncomingRequest, *, now: datetime, hosts: Collection[str]) -> RequestSignature:
    """Check everything of the first usable signature that needs no key; SignatureError names what failed."""
    signatures = _parse_signatures(request.header("signature") or "")
    failed: SignatureError | None = None
    for one in _parse_inputs(request.header("signature-input") or ""):
        try:
            return _read_one(request, one, signatures, now, hosts)
        except SignatureError as error:
            failed = failed or error
    raise failed or SignatureError("format", "Signature-Input is empty.")


def _read_one(
    request: IncomingRequest,
    one: _Input,
    signatures: Mapping[str, str],
    now: datetime,
    hosts: Collection[str],
) -> RequestSignature:
    if one.label not in signatures:
        raise SignatureError("format", f"There is no signature {one.label}.")
    key_id = check_key_id(one.parameters.get("keyid"))
    algorithm = one.parameters.get("alg", "")
    if algorithm not in (_RSA, _ED25519, ""):
        raise SignatureError("algorithm", f"{algorithm} is not read.")
    _check_coverage(request, one.components)
    check_host(request, hosts)
    check_window(moment_of(one.parameters.get("created"), "created"), now, "created")
    check_expiry(moment_of(one.parameters.get("expires"), "expires"), now)
    if request.needs_body:
        check_content_digest(request.header("content-digest") or "", request.body)
    signature = decode_signature(signatures[one.label])
    lines = [f'"{name}": {_value(request, name)}' for name in one.components]
    text = "\n".join([*lines, f'"@signature-params": {one.text}'])
    verify = functools.partial(_verify, algorithm, signature, text)
    return RequestSignature(key_id, RFC9421, one.components, verify)


def _verify(algorithm: str, signature: bytes, text: str, key: PublicKey) -> bool:
    """Verify by the declared algorithm, or by the kind of the key where none is declared."""
    by_rsa = algorithm != _ED25519 and verify_rsa(key, signature, text)
    return by_rsa or (algorithm != _RSA and verify_ed25519(key, signature, text))


def _check_coverage(request: IncomingRequest, covered: tuple[str, ...]) -> None:
    if len(set(covered)) != len(covered):
        raise SignatureError("format", "A component stands twice in Signature-Input.")
    wanted = ["@method"]
    wanted += ["@target-uri"] if "@target-uri" in covered else ["@authority", "@path"]
    if "@target-uri" not in covered and "?" in request.target:
        wanted.append("@query")
    if request.needs_body:
        wanted.append("content-digest")
    check_covered(covered, wanted)


def _value(request: IncomingRequest, name: str) -> str:
    path, _, query = request.target.partition("?")
    authority = request.authority.lower()
    derived = {
        "@method": request.method.upper(),
        "@target-uri": f"{request.scheme}://{authority}{request.target}",
        "@authority": authority,
        "@scheme": request.scheme,
        "@request-target": request.target,
        "@path": path,
        "@query": "?" + query,
    }
    value = derived.get(name) if name.startswith("@") else request.header(name)
    if value is None:
        raise SignatureError("coverage", f"The signature covers {name}, which is not there.")
    return value


def _parse_signatures(header: str) -> dict[str, str]:
    if len(header) > HEADER_LIMIT:
        raise SignatureError("format", "The Signature header is too long.")
    return {found[1]: found[2] for found in _SIGNATURE.finditer(header)}


def _parse_inputs(header: str) -> list[_Input]:
    if len(header) > HEADER_LIMIT:
        raise SignatureError("format", "Signature-Input is too long.")
    inputs: list[_Input] = []
    position = 0
    while position < len(header) and len(inputs) < _LABELS_LIMIT:
        one, position = _parse_input(header, position)
        inputs.append(one)
        if position < len(header) and header[position] != ",":
            raise SignatureError("format", "Signature-Input is malformed.")
        position += 1
    return inputs


def _parse_input(header: str, position: int) -> tuple[_Input, int]:
    label = _LABEL.match(header, position)
    if label is None:
        raise SignatureError("format", "Signature-Input is malformed.")
    start = label.end() - 1
    components, position = _parse_components(header, label.end())
    parameters: dict[str, str] = {}
    while found := _PARAMETER.match(header, position):
        position = found.end()
        if found[1] in parameters:
            raise SignatureError("format", f"{found[1]} stands twice in Signature-Input.")
        parameters[found[1]] = found[2] if found[2] is not None else found[3] or ""
    text = header[start:position]
    while position < len(header) and header[position] in " \t":
        position += 1
    return _Input(label[1], components, parameters, text), position


def _parse_components(header: str, position: int) -> tuple[tuple[str, ...], int]:
    components: list[str] = []
    while found := _COMPONENT.match(header, position):
        if found[2]:
            raise SignatureError("coverage", f"Parameters of the component {found[1]} are not read.")
        components.append(found[1].lower())
        position = found.end()
        if len(components) > _COMPONENTS_LIMIT:
            raise SignatureError("format", "Signature-Input lists too many components.")
    while position < len(header) and header[position] == " ":
        position += 1
    if position >= len(header) or header[position] != ")":
        raise SignatureError("format", "Signature-Input is malformed.")
    return tuple(components), position + 1
