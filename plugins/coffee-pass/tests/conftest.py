"""Two nodes, a pass and a door for the tests of the pure core, and the folder with the test vectors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings

from coffee_pass import status_list, token
from coffee_pass.agreement import Agreement, Standing
from coffee_pass.agreement_document import read_agreement
from coffee_pass.bundle import Bundle, Ledger, Partner
from coffee_pass.check import Verdict, check
from coffee_pass.keys import PassKey, index_of, make_key
from coffee_pass.list_credential import HeldList, list_url
from coffee_pass.record import pseudonym_of

HOME = "https://lille.example.org/pass"
HOST = "https://tournai.example.net/pass"
# Monday, 2026-11-09, 9 o'clock in Brussels.
NOW = 1_794_211_200
TODAY = date(2026, 11, 9)
INDEX = 94_567

settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")


class World:
    """A home space in Lille, a host in Tournai, and a holder at its door; every part can be changed."""

    home, host, now, today, index = HOME, HOST, NOW, TODAY, INDEX
    day = 86_400

    def __init__(self) -> None:
        self.home_key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.host_key = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
        self.keys = [self.key(HOME, self.home_key), self.key(HOST, self.host_key)]

    @staticmethod
    def key(actor: str, private: Ed25519PrivateKey, **times: int | None) -> PassKey:
        return make_key(f"{actor}#key-2026-1", private.public_key(), **times)

    @staticmethod
    def claims(**changes: Any) -> token.Claims:
        claims = token.Claims(
            issuer=HOME,
            issued_at=NOW - 8 * 86_400,
            expires=NOW + 24 * 86_400,
            serial=bytes(range(16)),
            quota=5,
            list_number=1,
            index=INDEX,
            zone="fwvl",
            label="Z. V.",
        )
        return replace(claims, **changes)

    @staticmethod
    def document(**changes: Any) -> dict[str, Any]:
        return {
            "type": "PassAgreement",
            "id": f"{HOME}/agreements/1",
            "parties": [HOME, HOST],
            "zone": "fwvl",
            "timeZone": "Europe/Brussels",
            "currency": "EUR",
            "validFrom": "2026-11-01",
            "validUntil": "2027-10-31",
            "quotaDays": 5,
            "hostCapDays": 0,
            "mode": "priced",
            "freeBalanceDays": 0,
            "passCap": 0,
            "terms": [
                {"host": HOME, "price": 1500, "opening": ["Mo-Fr 08:30-18:30"]},
                {"host": HOST, "price": 1200, "opening": ["Mo-Fr 09:00-17:30"]},
            ],
            "dataClause": {
                "purpose": "clearing",
                "fields": ["day"],
                "retentionMonths": 13,
                "contact": "mailto:a@example.org",
            },
        } | changes

    def agreement(self, **changes: Any) -> Agreement:
        return read_agreement(self.document(**changes))

    def standing(self, state: Any = "active", last_day: date | None = None, **changes: Any) -> Standing:
        return Standing(self.agreement(**changes), state, last_day)

    def revocation(self, *revoked: int, age: int = 60) -> HeldList:
        bits = status_list.revocation_bits(revoked)
        return HeldList("revocation", list_url("revocation", HOME, 1), NOW - age, bits)

    def usage(self, days: int = 0, seen: bool = False, age: int = 60, day: date = TODAY) -> HeldList:
        bits = status_list.usage_bits({INDEX: status_list.Usage(days, seen)})
        return HeldList("usage", list_url("usage", HOME, 1), NOW - age, bits, day)

    def partner(self, **changes: Any) -> Partner:
        partner = Partner(HOME, "Lille", (self.standing(),), {1: self.revocation()}, {1: self.usage()})
        return replace(partner, **changes)

    def bundle(self, partner: Partner | None = None, **changes: Any) -> Bundle:
        known = {HOME: partner or self.partner()}
        return replace(Bundle(HOST, "Tournai", index_of(self.keys), known), **changes)

    def text(self, key: Ed25519PrivateKey | None = None, **changes: Any) -> str:
        return token.issue(self.claims(**changes), key or self.home_key)

    @property
    def pseudonym(self) -> bytes:
        return pseudonym_of(bytes(range(16)), HOME, HOST)

    def check(
        self,
        text: str | None = None,
        bundle: Bundle | None = None,
        now: int = NOW,
        ledger: Ledger | None = None,
    ) -> Verdict:
        return check(text or self.text(), bundle or self.bundle(), now, ledger or {})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def vector_folder() -> Path:
    folder = os.environ.get("COFFEE_TEST_PASS_VECTORS", "")
    if not folder or not Path(folder, "cf1.json").is_file():
        pytest.skip("COFFEE_TEST_PASS_VECTORS names no folder with the test vectors of the pass")
    return Path(folder)


@pytest.fixture(scope="session")
def vectors(vector_folder: Path) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        return json.loads((vector_folder / name).read_text("utf-8"))

    return load
