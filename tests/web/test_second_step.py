"""The second step of signing in: switched on with a telephone, asked at every door, ended by its owner."""

from __future__ import annotations

import re

import pyotp
import pytest

from coffee_node.base.database import write
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.testing import Fediverse, TestNode
from tests.house.mailbox import link_in, mails_to
from tests.house.web_forms import FormBrowser

PASSWORD = "trois mots en file"
OTHER = "quatre autres mots ici"
CLAIRE = "claire@lille.example"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("claire", "Claire Dubois")
    with node.context(), write():
        account = accounts.account_named("claire")
        account.email = CLAIRE
        accounts.set_password(account, PASSWORD)
    return node


def signed_in(lille: TestNode, password: str = PASSWORD) -> FormBrowser:
    browser = FormBrowser(lille)
    browser.open("/sign-in")
    browser.send("/sign-in", who="claire", password=password)
    return browser


def is_signed_in(browser: FormBrowser) -> bool:
    return "Sign out" in browser.open("/")


def key_of(lille: TestNode) -> pyotp.TOTP:
    (account,) = lille.rows(Account, handle="claire")
    return pyotp.TOTP(account.totp_secret or "")


def code_of(fediverse: Fediverse, lille: TestNode) -> str:
    return key_of(lille).at(fediverse.clock.now)


def switched_on(fediverse: Fediverse, lille: TestNode) -> tuple[FormBrowser, list[str]]:
    claire = signed_in(lille)
    claire.open("/me/security")
    claire.send("/second-step/begin")
    text = claire.send("/second-step", code=code_of(fediverse, lille))
    fediverse.clock.advance(seconds=30)
    return claire, re.findall(r"<code>([a-z0-9-]{14})</code>", text)


def test_the_second_step_shows_a_picture_and_a_key_and_begins_with_a_right_code(
    fediverse: Fediverse, lille: TestNode
) -> None:
    claire = signed_in(lille)
    claire.open("/me/security")
    text = claire.send("/second-step/begin")
    shown = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', text)
    assert shown is not None and shown[1].replace(" ", "") == key_of(lille).secret
    assert "<svg" in text and "style=" not in text
    assert "does not fit" in claire.send("/second-step", code="000000")
    assert is_signed_in(signed_in(lille)), "not asked for before it works"
    text = claire.send("/second-step", code=code_of(fediverse, lille))
    assert len(set(re.findall(r"<code>([a-z0-9-]{14})</code>", text))) == 10
    assert "asks for a code" in mails_to(lille, CLAIRE)[-1].text


def test_signing_in_asks_for_a_code_that_works_once(fediverse: Fediverse, lille: TestNode) -> None:
    switched_on(fediverse, lille)
    visitor = signed_in(lille)
    assert visitor.path == "/sign-in/code"
    assert not is_signed_in(visitor)
    code = code_of(fediverse, lille)
    visitor.open("/sign-in/code")
    assert "not right" in visitor.send("", code="123456")
    visitor.send("", code=f"{code[:3]} {code[3:]}")
    assert is_signed_in(visitor)
    again = signed_in(lille)
    assert "was used" in again.send("", code=code), "a code that was overheard is worth nothing"


def test_the_first_step_is_worth_nothing_after_ten_minutes(fediverse: Fediverse, lille: TestNode) -> None:
    switched_on(fediverse, lille)
    visitor = signed_in(lille)
    fediverse.clock.advance(minutes=11)
    assert "begin once more" in visitor.send("", code=code_of(fediverse, lille))
    assert not is_signed_in(visitor)


def test_a_recovery_code_signs_in_once_and_is_kept_as_a_hash(fediverse: Fediverse, lille: TestNode) -> None:
    _claire, codes = switched_on(fediverse, lille)
    visitor = signed_in(lille)
    visitor.send("", code=codes[0].upper())
    assert is_signed_in(visitor)
    assert "9 recovery codes are left" in visitor.open("/me/security")
    again = signed_in(lille)
    assert "was used" in again.send("", code=codes[0])


def test_a_link_and_a_reset_do_not_go_around_the_second_step(fediverse: Fediverse, lille: TestNode) -> None:
    switched_on(fediverse, lille)
    with lille.context():
        secret = accounts.sign_in_link(accounts.account_named("claire"))
    visitor = FormBrowser(lille)
    visitor.open(f"/sign-in/{secret}")
    assert visitor.path == "/sign-in/code"
    visitor.open("/password/reset")
    visitor.send("/password/reset", email=CLAIRE)
    visitor.open(link_in(mails_to(lille, CLAIRE)[-1], "/password/reset/"))
    visitor.send("", password=OTHER)
    assert visitor.path == "/sign-in/code"


def test_codes_are_guessed_ten_times_and_then_not(fediverse: Fediverse, lille: TestNode) -> None:
    switched_on(fediverse, lille)
    visitor = signed_in(lille)
    for _ in range(10):
        visitor.send("", code="123456")
    visitor.send("", code=code_of(fediverse, lille))
    assert visitor.status == 429
    assert not is_signed_in(visitor)


def test_the_second_step_ends_and_codes_are_renewed_with_the_password_only(
    fediverse: Fediverse, lille: TestNode
) -> None:
    claire, codes = switched_on(fediverse, lille)
    claire.open("/me/security/recovery-codes")
    assert "not your present password" in claire.send("", current="wrong one here")
    text = claire.send("", current=PASSWORD)
    assert codes[0] not in text and len(re.findall(r"<code>", text)) == 10
    claire.open("/me/security/second-step/end")
    claire.send("", current=PASSWORD)
    assert is_signed_in(signed_in(lille))
    assert lille.rows(Account, handle="claire")[0].totp_secret is None
