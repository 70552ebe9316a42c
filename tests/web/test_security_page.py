"""The security page: passwords, browsers, programs, and another e-mail address."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher

from coffee_node.base.database import write
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account, BrowserSession, Token
from coffee_node.federation.audit import AuditEvent
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


# --- passwords


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once_within_an_hour(
    fediverse: Fediverse, lille: TestNode
) -> None:
    old = signed_in(lille)
    visitor = FormBrowser(lille)
    visitor.open("/password/reset")
    visitor.send("/password/reset", email="Claire@lille.example")
    link = link_in(mails_to(lille, CLAIRE)[0], "/password/reset/")
    visitor.open(link)
    assert "guessed first" in visitor.send("", password="qwertyuiop1")
    visitor.send("", password=OTHER)
    assert is_signed_in(visitor)
    assert not is_signed_in(old), "other browsers are signed out"
    assert "no longer works" in FormBrowser(lille).open(link)
    assert is_signed_in(signed_in(lille, OTHER)) and not is_signed_in(signed_in(lille))

    visitor.open("/password/reset")
    visitor.send("/password/reset", email=CLAIRE)
    late = [
        link_in(mail, "/password/reset/") for mail in mails_to(lille, CLAIRE) if "within an hour" in mail.text
    ]
    fediverse.clock.advance(minutes=61)
    assert "no longer works" in FormBrowser(lille).open(late[-1])


def test_who_asks_for_a_reset_learns_nothing_about_who_is_here(lille: TestNode) -> None:
    pages = []
    for address in (CLAIRE, "nobody@lille.example"):
        visitor = FormBrowser(lille)
        visitor.open("/password/reset")
        pages.append(visitor.send("/password/reset", email=address))
        assert visitor.status == 200
    assert pages[0] == pages[1]
    assert mails_to(lille, "nobody@lille.example") == []


def test_a_reset_is_asked_for_five_times_and_then_not(lille: TestNode) -> None:
    visitor = FormBrowser(lille)
    for _ in range(5):
        visitor.open("/password/reset")
        visitor.send("/password/reset", email=CLAIRE)
    visitor.open("/password/reset")
    visitor.send("/password/reset", email=CLAIRE)
    assert visitor.status == 429
    assert len(mails_to(lille, CLAIRE)) == 5


def test_a_password_is_changed_with_the_old_one_and_other_browsers_are_signed_out(lille: TestNode) -> None:
    here, there = signed_in(lille), signed_in(lille)
    here.open("/me/security/password")
    assert "not your present password" in here.send("/password", current="wrong one here", password=OTHER)
    assert here.status == 422 and is_signed_in(there)
    here.open("/me/security/password")
    assert "Your new password is set" in here.send("/password", current=PASSWORD, password=OTHER)
    assert is_signed_in(here) and not is_signed_in(there)
    assert "A new password was chosen" in mails_to(lille, CLAIRE)[-1].text
    assert not is_signed_in(signed_in(lille))


def test_a_hash_with_other_parameters_is_made_anew_at_the_next_sign_in(lille: TestNode) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with lille.context(), write():
        accounts.account_named("claire").password_hash = weak
    assert is_signed_in(signed_in(lille))
    (account,) = lille.rows(Account, handle="claire")
    assert account.password_hash != weak
    assert is_signed_in(signed_in(lille))


# --- browsers and programs


def test_browsers_are_listed_and_ended_one_by_one_and_all_at_once(lille: TestNode) -> None:
    here, there, elsewhere = (signed_in(lille) for _ in range(3))
    with lille.context(), write() as session:
        for row in session.query(BrowserSession):
            row.browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    text = here.open("/me/security")
    assert text.count("Firefox on Linux") == 3 and text.count("this browser") == 1
    here.send("/end")
    assert [is_signed_in(one) for one in (there, elsewhere)].count(True) == 1
    here.open("/me/security")
    here.send("/sessions/end-others")
    assert [is_signed_in(one) for one in (here, there, elsewhere)] == [True, False, False]


def test_nobody_ends_the_sessions_or_programs_of_others(lille: TestNode) -> None:
    claire = signed_in(lille)
    with lille.context():
        accounts.create_token(accounts.account_named("claire"))
    admin = FormBrowser(lille, lille.signed_in("admin"))
    admin.open("/me/security")
    (mine,) = [row for row in lille.rows(BrowserSession) if row.account_id == account_id(lille)]
    for path in (f"sessions/{mine.id}/end", f"tokens/{lille.rows(Token)[0].id}/revoke", "sessions/999/end"):
        admin.post(f"/me/security/{path}")
        assert admin.status == 404
        admin.open("/me/security")
    assert is_signed_in(claire) and lille.rows(Token)[0].revoked_at is None


def account_id(lille: TestNode) -> int:
    return lille.rows(Account, handle="claire")[0].id


def test_the_last_use_of_a_browser_is_noted_once_an_hour(fediverse: Fediverse, lille: TestNode) -> None:
    claire = signed_in(lille)
    (before,) = lille.rows(BrowserSession)
    fediverse.clock.advance(minutes=30)
    claire.open("/")
    assert lille.rows(BrowserSession)[0].last_seen_at == before.last_seen_at
    fediverse.clock.advance(minutes=40)
    claire.open("/")
    assert lille.rows(BrowserSession)[0].last_seen_at == fediverse.clock.now
    assert lille.rows(Account, handle="claire")[0].last_seen_at == fediverse.clock.now


def test_a_program_gets_a_secret_that_is_shown_once_and_can_be_ended(lille: TestNode) -> None:
    claire = signed_in(lille)
    claire.open("/me/security/tokens/new")
    assert "Please fill this in" in claire.send("/tokens/new")
    text = claire.send("/tokens/new", name="Agenda of our site", scope="read")
    shown = re.search(r'<code class="key">([\w-]+)</code>', text)
    assert shown is not None
    assert claire.headers["Cache-Control"] == "no-store"
    with lille.context():
        token = accounts.token_for(shown[1])
        assert token is not None and (token.account.handle, token.scope) == ("claire", "read")
    text = claire.open("/me/security")
    assert "Agenda of our site" in text and shown[1] not in text
    claire.send("/revoke")
    with lille.context():
        assert accounts.token_for(shown[1]) is None


# --- another address


def test_an_address_changes_when_the_new_one_confirms_and_the_old_one_is_told(lille: TestNode) -> None:
    claire = signed_in(lille)
    claire.open("/me/security/address")
    assert "not your present password" in claire.send("", email="c@tournai.example", current="wrong one here")
    assert "A link is on its way to c@tournai.example" in claire.send(
        "", email="C@tournai.example", current=PASSWORD
    )
    assert lille.rows(Account, email=CLAIRE)
    visitor = FormBrowser(lille)
    link = link_in(mails_to(lille, "c@tournai.example")[0], "/address/")
    visitor.open(link)
    assert lille.rows(Account, email=CLAIRE), "mail programs open links by themselves"
    visitor.send("")
    assert [row.handle for row in lille.rows(Account, email="c@tournai.example")] == ["claire"]
    assert "another e-mail address" in mails_to(lille, CLAIRE)[-1].text
    assert "no longer works" in FormBrowser(lille).open(link)
    assert "address" in [event.kind for event in lille.rows(AuditEvent)]


def test_an_address_of_somebody_else_is_not_given_and_not_betrayed(lille: TestNode) -> None:
    with lille.context():
        accounts.create_account("tom", "Tom", email="tom@lille.example")
    claire = signed_in(lille)
    claire.open("/me/security/address")
    text = claire.send("", email="tom@lille.example", current=PASSWORD)
    assert "A link is on its way to tom@lille.example" in text
    (mail,) = mails_to(lille, "tom@lille.example")
    assert "/address/" not in mail.text
    assert [row.handle for row in lille.rows(Account, email="tom@lille.example")] == ["tom"]


def test_a_visitor_is_sent_to_the_sign_in_page_and_comes_back(lille: TestNode) -> None:
    for path in ("", "/password", "/address", "/tokens/new", "/second-step", "/recovery-codes"):
        visitor = FormBrowser(lille)
        visitor.open(f"/me/security{path}")
        assert visitor.path.startswith("/sign-in?back=%2Fme%2Fsecurity"), path
