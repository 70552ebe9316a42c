"""Agreements between two pass actors (section 2.2): their terms, their digest, and when they are in force."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from coffee_node.activitypub import proofs

Mode = Literal["free", "balanced", "priced"]
State = Literal[
    "draft", "offered", "active", "suspended", "replaced", "ended", "refused", "withdrawn", "expired"
]

DIGEST_LENGTH: Final = 32
RECORD_DIGEST_LENGTH: Final = 16
OFFER_DAYS: Final = 30

_MOVES: Final[Mapping[State, frozenset[State]]] = {
    "draft": frozenset({"offered", "withdrawn"}),
    "offered": frozenset({"active", "refused", "withdrawn", "expired"}),
    "active": frozenset({"suspended", "replaced", "ended"}),
    "suspended": frozenset({"active", "ended"}),
}


@dataclass(frozen=True)
class Terms:
    """What one of the two hosts asks for a day, and when its doors are open."""

    host: str
    price: int
    opening: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """The terms that both parties signed; `digest` names exactly this text."""

    id: str
    digest: bytes
    parties: tuple[str, str]
    zone: str
    time_zone: str
    currency: str
    valid_from: date
    valid_until: date
    quota_days: int
    host_cap_days: int
    mode: Mode
    free_balance_days: int
    pass_cap: int
    amber_payable: bool
    terms: tuple[Terms, Terms]
    dispute_days: int
    offline_max_hours: int
    notice_days: int
    replaces: str | None = None

    @property
    def short_digest(self) -> bytes:
        """The part of the digest that records carry."""
        return self.digest[:RECORD_DIGEST_LENGTH]

    def terms_of(self, host: str) -> Terms:
        """The terms of one party; KeyError for anybody else."""
        for terms in self.terms:
            if terms.host == host:
                return terms
        raise KeyError(host)

    def covers(self, day: date) -> bool:
        """Whether a day lies within its dates."""
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True)
class Standing:
    """An agreement with where it stands: `last_day` is set once a notice or a successor ends it earlier.

    Visits of the day on which it was suspended still count: nobody knows what came first.
    """

    agreement: Agreement
    state: State
    last_day: date | None = None
    suspended_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether visits of a day count under it, apart from a suspension."""
        if self.state not in ("active", "suspended", "replaced", "ended") or not self.agreement.covers(day):
            return False
        ended = self.state in ("replaced", "ended") and self.last_day is None
        return not ended and (self.last_day is None or day <= self.last_day)

    def counts_visits_of(self, day: date) -> bool:
        """Whether the issuer pays for visits of a day."""
        suspended = self.state == "suspended" and (self.suspended_on is None or day > self.suspended_on)
        return self.is_in_force(day) and not suspended


def may_become(state: State, following: State) -> bool:
    """Whether an agreement may go from one state to another."""
    return following in _MOVES.get(state, frozenset())


def digest_of(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of the JCS form of an agreement without its proof and context; ValueError for what has none."""
    terms = {name: value for name, value in document.items() if name not in ("proof", "@context")}
    return hashlib.sha256(proofs.canonical(terms)).digest()
