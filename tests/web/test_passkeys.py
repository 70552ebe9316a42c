"""Passkeys where they cannot be used, and answers that no key ever gave; the browser tests do the rest."""

from __future__ import annotations

import importlib.util
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from coffee_node.base.database import db, write
from coffee_node.federation import accounts, passkeys
from coffee_node.federation.account_models import BrowserSession
from coffee_node.federation.retention import prune
from coffee_node.federation.sign_in_models import Passkey, PasskeyChallenge
from coffee_node.testing import Fediverse, TestNode
from tests.house.web_forms import FormBrowser


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("claire", "Claire Dubois")
    return node


def signed(challenge: str, kind: str = "webauthn.get", origin: str = "https://lille.example") -> str:
    client = json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False})
    data = urlsafe_b64encode(client.encode()).decode().rstrip("=")
    response = {"clientDataJSON": data, "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": None}
    return json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response})


def options(browser: FormBrowser, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.post(path))
    return found


def test_without_the_library_the_page_says_so_and_nothing_breaks(
    lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(passkeys, "find_spec", lambda name: None if name == "webauthn" else find(name))
    claire = FormBrowser(lille, lille.signed_in("claire"))
    assert "Its administrator can install it" in claire.open("/me/security")
    assert "passkeys.js" not in claire.page
    assert "passkey" not in FormBrowser(lille).open("/sign-in")
    claire.post("/me/security/passkeys/options")
    assert claire.status == 404


def test_an_address_that_is_a_number_has_no_passkeys(
    lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lille.context():
        assert passkeys.host_name() == "lille.example"
        for base in ("http://127.0.0.1:8801", "http://[::1]:8801"):
            monkeypatch.setattr(type(lille.node.config), "base_url", base)
            assert not passkeys.are_offered()
        monkeypatch.setattr(type(lille.node.config), "base_url", "http://localhost:8801")
        assert passkeys.are_offered()


def test_a_key_must_live_on_the_device_and_know_its_owner(lille: TestNode) -> None:
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/me/security")
    asked = options(claire, "/me/security/passkeys/options")
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["rp"]["id"] == "lille.example"
    assert "claire" not in asked["user"]["id"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 5}',
        "[" * 5000,
        '{"response": {"clientDataJSON": "AAAA"}}',
        "x" * 30000,
    ],
)
def test_answers_that_are_none_are_refused_in_words(lille: TestNode, answer: str) -> None:
    visitor = FormBrowser(lille)
    visitor.open("/sign-in")
    text = visitor.post("/sign-in/passkey", credential=answer)
    assert "The passkey was not accepted" in text and visitor.path == "/sign-in"
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/me/security")
    assert "The passkey was not accepted" in claire.post("/me/security/passkeys", credential=answer)
    assert lille.rows(Passkey) == []


def test_a_signature_of_nobody_signs_nobody_in(lille: TestNode) -> None:
    visitor = FormBrowser(lille)
    visitor.open("/sign-in")
    challenge = options(visitor, "/sign-in/passkey/options")["challenge"]
    visitor.open("/sign-in")
    for answer in (signed(challenge), signed("AAAA"), signed(challenge, origin="https://evil.example")):
        assert "was not accepted" in visitor.post("/sign-in/passkey", credential=answer)
    assert lille.rows(BrowserSession) == []


def test_a_challenge_for_one_account_is_none_for_another_and_runs_out(
    fediverse: Fediverse, lille: TestNode
) -> None:
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/me/security")
    options(claire, "/me/security/passkeys/options")
    assert len(lille.rows(PasskeyChallenge)) == 1
    fediverse.clock.advance(minutes=6)
    with lille.context():
        prune()
    assert lille.rows(PasskeyChallenge) == []


def test_nobody_removes_the_key_of_somebody_else(lille: TestNode) -> None:
    with lille.context(), write():
        account = accounts.account_named("claire")
        db.session.add(Passkey(account=account, credential_id="AAAA", public_key="AAAA", name="Phone"))
    admin = FormBrowser(lille, lille.signed_in("admin"))
    admin.open("/me/security")
    admin.post("/me/security/passkeys/1/remove")
    assert admin.status == 404
    claire = FormBrowser(lille, lille.signed_in("claire"))
    assert "Phone" in claire.open("/me/security")
    assert "Phone" not in claire.send("/passkeys/1/remove")
    assert lille.rows(Passkey) == []


def test_options_are_asked_for_sixty_times_and_then_not(lille: TestNode) -> None:
    visitor = FormBrowser(lille)
    visitor.open("/sign-in")
    page = visitor.page
    for _ in range(60):
        visitor.page = page
        visitor.post("/sign-in/passkey/options")
    visitor.page = page
    visitor.post("/sign-in/passkey/options")
    assert visitor.status == 429
