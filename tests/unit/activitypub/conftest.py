"""Keys made once, and a clock that stands still, for the tests of the protocol."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coffee_node.activitypub import keys
from coffee_node.activitypub.signed_request import Signer
from coffee_node.base import clock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def rsa_pair() -> tuple[str, str]:
    """A private and a public PEM."""
    return keys.generate_rsa()


@pytest.fixture
def signer(rsa_pair: tuple[str, str]) -> Signer:
    """The key of a space on another host."""
    return Signer("https://evil.example/actors/space#main-key", keys.load_private(rsa_pair[0]))


@pytest.fixture
def public_key(rsa_pair: tuple[str, str]) -> keys.PublicKey:
    """The public part of the signer's key."""
    return keys.load_public(rsa_pair[1])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The moment at which every signature of these tests is made."""
    monkeypatch.setattr(clock, "utcnow", lambda: NOW)
    return NOW
