"""Asking for an account: open, approved, or not at all; never a word about who is here already."""

from __future__ import annotations

import re

import pytest

from coffee_node.base.database import write
from coffee_node.base.mail import Mail
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import create_local_actor
from coffee_node.federation.joining_models import SignUp
from coffee_node.federation.notice_models import Notification
from coffee_node.federation.retention import prune
from coffee_node.testing import Fediverse, TestNode
from tests.house.mailbox import link_in, mails_to
from tests.house.web_forms import FormBrowser

PASSWORD = "trois mots en file"
CLAIRE = "claire@lille.example"
FIELDS = {"name": "Claire Dubois", "email": "Claire@lille.example", "password": PASSWORD}


def node(fediverse: Fediverse, mode: str) -> TestNode:
    return fediverse.node("lille", web={"registration": mode})


def asked(lille: TestNode, **changes: str) -> FormBrowser:
    claire = FormBrowser(lille)
    claire.open("/sign-up")
    claire.send("/sign-up", **FIELDS | changes)
    return claire


def test_an_open_site_makes_the_account_when_the_address_is_confirmed(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    claire = asked(lille)
    assert "Look into your mailbox" in claire.page
    assert lille.rows(Account, email=CLAIRE) == []
    link = link_in(mails_to(lille, CLAIRE)[0], "/sign-up/")
    assert "asks for an account here" in claire.open(link)
    assert lille.rows(Account, email=CLAIRE) == [], "mail programs open links by themselves"
    claire.send("")
    assert claire.path.startswith("/me/profile")
    (account,) = lille.rows(Account, email=CLAIRE)
    assert account.handle == "claire-dubois"
    with lille.context():
        again = accounts.account_named("claire-dubois")
        assert [entry.role for entry in again.memberships] == ["member"]
        assert accounts.check_password(again, PASSWORD)
    assert "no longer works" in FormBrowser(lille).open(link)
    assert lille.rows(SignUp) == []


def test_an_approved_site_asks_a_manager_and_the_person_gets_a_mail_either_way(fediverse: Fediverse) -> None:
    lille = node(fediverse, "approved")
    for name, email in (("Claire Dubois", CLAIRE), ("Tom Peeters", "tom@lille.example")):
        browser = asked(lille, name=name, email=email, message="I work upstairs.")
        browser.open(link_in(mails_to(lille, email)[0], "/sign-up/"))
        assert "looks at your request" in browser.send("")
    assert lille.rows(Account, email=CLAIRE) == []
    assert len(lille.rows(Notification, kind="account-request")) == 2

    manager = FormBrowser(lille, lille.signed_in("admin"))
    text = manager.open("/members/requests")
    assert "I work upstairs." in text and "Tom Peeters" in text
    assert "has an account now" in manager.send("/approve")
    assert "Your account is ready" in mails_to(lille, CLAIRE)[-1].subject
    (tom,) = lille.rows(SignUp)
    manager.open(f"/members/requests/{tom.id}/refuse")
    manager.send("/refuse", reason="We are full until spring.")
    assert "We are full until spring." in mails_to(lille, "tom@lille.example")[-1].text
    assert lille.rows(SignUp) == []
    assert lille.rows(Account, email="tom@lille.example") == []


def test_a_site_by_invitation_says_so_and_takes_nothing(fediverse: Fediverse) -> None:
    lille = node(fediverse, "invitation")
    claire = FormBrowser(lille)
    assert "by invitation" in claire.open("/sign-up")
    assert "<form" not in claire.page.partition("<main")[2].partition("</main>")[0]
    assert "/sign-up" not in claire.open("/sign-in")
    claire.post("/sign-up", **FIELDS)
    assert claire.status == 403
    assert lille.rows(SignUp) == []


def test_a_program_that_fills_in_the_trap_is_answered_alike_and_kept_nowhere(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    assert "Look into your mailbox" in asked(lille, website="https://casino.example").page
    assert lille.rows(SignUp) == [] and lille.rows(Mail) == []


def test_an_address_that_is_known_gets_the_same_answer_and_another_mail(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    unknown = asked(lille, name="Ann Maes", email="ann@lille.example").page
    with lille.context():
        accounts.create_account("claire", "Claire", email=CLAIRE)
    known = asked(lille).page
    assert without_tokens(known) == without_tokens(unknown)
    (mail,) = mails_to(lille, CLAIRE)
    assert "has one. Sign in here" in mail.text
    assert lille.rows(SignUp, email=CLAIRE) == []


def annex_with_manager(handle: str) -> None:
    """A second space of the node, and somebody who manages it alone."""
    with write():
        annex = create_local_actor("Organization", "annex", "Annex", kind="space")
        accounts.join_space(accounts.create_account(handle, handle.title()), annex, "manager")


def without_tokens(page: str) -> str:
    return re.sub(r'value="[^"]{20,}"', "", page)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "claire"}, "Write an address like"),
        ({"name": " "}, "Please fill this in"),
        ({"password": "azertyuiop"}, "guessed first"),
        ({"handle": "lille"}, "is taken"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    fediverse: Fediverse, changes: dict[str, str], message: str
) -> None:
    lille = node(fediverse, "open")
    claire = asked(lille, **changes)
    assert claire.status == 422 and message in claire.page
    assert lille.rows(SignUp) == []


def test_a_request_that_nobody_confirms_is_forgotten(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    asked(lille)
    link = link_in(mails_to(lille, CLAIRE)[0], "/sign-up/")
    fediverse.clock.advance(hours=49)
    assert "no longer works" in FormBrowser(lille).open(link)
    with lille.context():
        prune()
    assert lille.rows(SignUp) == []


def test_a_short_name_that_was_taken_meanwhile_is_replaced_by_the_next_one(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    claire = asked(lille)
    with lille.context():
        accounts.create_account("claire-dubois", "Another Claire")
    claire.open(link_in(mails_to(lille, CLAIRE)[0], "/sign-up/"))
    claire.send("")
    assert [row.handle for row in lille.rows(Account, email=CLAIRE)] == ["claire-dubois-2"]


def test_too_many_requests_from_one_address_have_to_wait(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    claire = FormBrowser(lille)
    claire.open("/sign-up")
    for _ in range(20):
        claire.send("/sign-up", website="x", **FIELDS)
        claire.open("/sign-up")
    claire.send("/sign-up", **FIELDS)
    assert claire.status == 429
    assert lille.rows(SignUp) == []


def test_a_manager_of_another_space_can_neither_see_nor_decide_a_request(fediverse: Fediverse) -> None:
    lille = node(fediverse, "approved")
    claire = asked(lille)
    claire.open(link_in(mails_to(lille, CLAIRE)[0], "/sign-up/"))
    claire.send("")
    with lille.context():
        annex_with_manager("tom")
    tom_here = FormBrowser(lille, lille.signed_in("tom"))
    assert "Claire" not in tom_here.open("/members/requests")
    (row,) = lille.rows(SignUp)
    tom_here.open(f"/members/requests/{row.id}/refuse")
    assert tom_here.status == 404


def test_links_are_guessed_sixty_times_and_then_not(fediverse: Fediverse) -> None:
    lille = node(fediverse, "open")
    visitor = FormBrowser(lille)
    for number in range(60):
        visitor.open(f"/{('sign-up', 'password/reset', 'invitations')[number % 3]}/guess{number}")
        assert visitor.status == 410
    visitor.open("/me/security/address/guess")
    assert visitor.status == 429
