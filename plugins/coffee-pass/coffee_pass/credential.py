"""The portable form of a pass (section 5): a W3C Verifiable Credential 2.0 with an `eddsa-jcs-2022` proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass.keys import PassKey, read_time, time_text
from coffee_pass.proof import CREDENTIAL_CONTEXT, Document, NotProven, check_proof, with_proof
from coffee_pass.token import Claims, is_within_bounds

TYPES: Final = ("VerifiableCredential", "CoworkingPassCredential")
SUBJECT_TYPE: Final = "CoworkingPass"
STATUS_TYPE: Final = "BitstringStatusListEntry"
REVOCATION: Final = "revocation"

_SERIAL: Final = "urn:uuid:"


class CredentialError(ValueError):
    """A document that is no credential of a pass, or not its issuer's."""


def status_url(issuer: str, number: int) -> str:
    """The address of a revocation list."""
    return f"{issuer}/status/{number}"


def make_credential(claims: Claims, key: Ed25519PrivateKey, method: str, created: int) -> Document:
    """Write a pass as a signed credential; the label stays in the QR form."""
    status = status_url(claims.issuer, claims.list_number)
    document = {
        "@context": list(CREDENTIAL_CONTEXT),
        "id": f"{_SERIAL}{UUID(bytes=claims.serial)}",
        "type": list(TYPES),
        "issuer": claims.issuer,
        "validFrom": time_text(claims.start),
        "validUntil": time_text(claims.expires),
        "credentialSubject": {"type": SUBJECT_TYPE, "zone": claims.zone, "days": claims.quota},
        "credentialStatus": {
            "id": f"{status}#{claims.index}",
            "type": STATUS_TYPE,
            "statusPurpose": REVOCATION,
            "statusListIndex": str(claims.index),
            "statusListCredential": status,
        },
    }
    return with_proof(document, key, method, created)


def read_credential(
    document: Mapping[str, Any], keys: Mapping[str, PassKey], *, development: bool = False
) -> Claims:
    """Verify a credential and give its claims, with the start as time of issue; CredentialError otherwise."""
    try:
        claims = _claims(document)
        key = check_proof(document, claims.issuer, keys, [CREDENTIAL_CONTEXT])
    except (NotProven, AttributeError, KeyError, TypeError, ValueError) as error:
        raise CredentialError(str(error)) from error
    if not is_within_bounds(claims, development):
        raise CredentialError("a value out of its bounds")
    if not key.vouches_for(claims.expires):
        raise CredentialError("the key does not vouch for so long a time")
    return claims


def _claims(document: Mapping[str, Any]) -> Claims:
    if document["type"] != list(TYPES) or document["credentialSubject"]["type"] != SUBJECT_TYPE:
        raise ValueError("another kind of credential")
    issuer, subject = document["issuer"], document["credentialSubject"]
    if (
        not isinstance(issuer, str)
        or not isinstance(subject["zone"], str)
        or type(subject["days"]) is not int
    ):
        raise ValueError("a value of another type")
    number, index = _status(document["credentialStatus"], issuer)
    return Claims(
        issuer=issuer,
        issued_at=read_time(document["validFrom"]),
        expires=read_time(document["validUntil"]),
        serial=_serial(document["id"]),
        quota=subject["days"],
        list_number=number,
        index=index,
        zone=subject["zone"],
    )


def _serial(text: Any) -> bytes:
    serial = UUID(text.removeprefix(_SERIAL)) if isinstance(text, str) else None
    if serial is None or text != f"{_SERIAL}{serial}":
        raise ValueError("another id")
    return serial.bytes


def _status(status: Mapping[str, Any], issuer: str) -> tuple[int, int]:
    """The number of the list and the index in it; both must be written in the one way we write them."""
    listed, index = status["statusListCredential"], status["statusListIndex"]
    number = int(listed.removeprefix(f"{issuer}/status/"))
    if status["type"] != STATUS_TYPE or status["statusPurpose"] != REVOCATION:
        raise ValueError("another kind of status")
    if (
        listed != status_url(issuer, number)
        or index != str(int(index))
        or status["id"] != f"{listed}#{index}"
    ):
        raise ValueError("another status list")
    return number, int(index)
