"""A list as its issuer signs it (section 7), and the copy that a host holds: never an older one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass import status_list
from coffee_pass.keys import PassKey, read_time, time_text
from coffee_pass.proof import (
    CREDENTIAL_CONTEXT,
    LIST_CONTEXT,
    Document,
    NotProven,
    check_proof,
    with_proof,
)

Kind = Literal["revocation", "usage"]

VALID_FOR: Final = 7 * 86_400
TIME_TO_LIVE: Final = 900_000
CREDENTIAL: Final = "VerifiableCredential"

_SIZES: Final[Mapping[Kind, int]] = {
    "revocation": status_list.REVOCATION_BYTES,
    "usage": status_list.USAGE_BYTES,
}
_TYPES: Final[Mapping[Kind, str]] = {"revocation": "BitstringStatusList", "usage": "PassUsageList"}
_FOLDERS: Final[Mapping[Kind, str]] = {"revocation": "status", "usage": "usage"}


class Rollback(ValueError):
    """A list older than the one held, or another one of the same time: refused and logged."""


@dataclass(frozen=True)
class HeldList:
    """A list of an issuer as this node or device holds it; `day` is what `seen` speaks of, for usage only."""

    kind: Kind
    url: str
    valid_from: int
    bits: bytes
    day: date | None = None

    def is_revoked(self, index: int) -> bool:
        """Whether the pass with this index is revoked."""
        return status_list.is_set(self.bits, index)

    def usage(self, index: int) -> status_list.Usage:
        """What the issuer knew of the pass with this index."""
        return status_list.usage_at(self.bits, index)


def list_url(kind: Kind, issuer: str, number: int) -> str:
    """The address of a list."""
    return f"{issuer}/{_FOLDERS[kind]}/{number}"


def next_valid_from(last: int, now: int) -> int:
    """The time of a new edition: now, but later than the last one even if the clock was set back."""
    return max(now, last + 1)


def make_list(held: HeldList, issuer: str, key: Ed25519PrivateKey, method: str) -> Document:
    """Sign an edition of a list."""
    subject: Document = {
        "id": f"{held.url}#list",
        "type": _TYPES[held.kind],
        "ttl": TIME_TO_LIVE,
        "encodedList": status_list.pack(held.bits),
    }
    if held.kind == "revocation":
        subject["statusPurpose"] = "revocation"
    elif held.day is not None:
        subject["day"] = held.day.isoformat()
    document = {
        "@context": list(LIST_CONTEXT if held.kind == "revocation" else CREDENTIAL_CONTEXT),
        "id": held.url,
        "type": [CREDENTIAL, f"{_TYPES[held.kind]}Credential"],
        "issuer": issuer,
        "validFrom": time_text(held.valid_from),
        "validUntil": time_text(held.valid_from + VALID_FOR),
        "credentialSubject": subject,
    }
    return with_proof(document, key, method, held.valid_from)


def read_list(
    kind: Kind, url: str, document: Mapping[str, Any], issuer: str, keys: Mapping[str, PassKey]
) -> HeldList:
    """Verify an edition that was fetched from `url`; ListError when anything about it is off."""
    try:
        check_proof(document, issuer, keys, [LIST_CONTEXT, CREDENTIAL_CONTEXT])
        subject = document["credentialSubject"]
        if document["id"] != url or document["issuer"] != issuer:
            raise status_list.ListError("another list or issuer")
        if document["type"] != [CREDENTIAL, f"{_TYPES[kind]}Credential"] or subject["type"] != _TYPES[kind]:
            raise status_list.ListError("another kind of list")
        if kind == "revocation" and subject["statusPurpose"] != "revocation":
            raise status_list.ListError("a list for another purpose")
        bits = status_list.unpack(subject["encodedList"], _SIZES[kind])
        day = date.fromisoformat(subject["day"]) if kind == "usage" else None
        return HeldList(kind, url, read_time(document["validFrom"]), bits, day)
    except (NotProven, KeyError, TypeError, AttributeError, ValueError) as error:
        raise status_list.ListError(str(error)) from error


def newer(held: HeldList | None, fetched: HeldList) -> HeldList:
    """Give the list to hold from now on; Rollback for an older one, or another one of the same time."""
    if held is None or fetched.valid_from > held.valid_from:
        return fetched
    if fetched == held:
        return held
    raise Rollback(
        f"{fetched.url} is of {time_text(fetched.valid_from)}, ours of {time_text(held.valid_from)}"
    )
