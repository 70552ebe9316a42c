"""What managers may do for the members of their space, and what nobody may do to those of another."""

from __future__ import annotations

import pytest

from coffee_node.base.database import write
from coffee_node.federation import accounts, second_factor
from coffee_node.federation.account_models import Account, BrowserSession, Membership
from coffee_node.federation.actors import create_local_actor, local_spaces
from coffee_node.federation.audit import AuditEvent
from coffee_node.testing import Fediverse, TestNode
from tests.house.mailbox import mails_to
from tests.house.web_forms import FormBrowser


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    """Manon manages the first space, where Claire is a member; Tom manages the annex, where Ann is."""
    node = fediverse.node("lille")
    with node.context(), write():
        annex = create_local_actor("Organization", "annex", "Annex", kind="space")
        first = local_spaces()[0]
        people = {"manon": (first, "manager"), "claire": (first, "member"), "tom": (annex, "manager")}
        for handle, (space, role) in (people | {"ann": (annex, "member")}).items():
            account = accounts.create_account(handle, handle.title(), email=f"{handle}@lille.example")
            accounts.join_space(account, space, role)
    return node


@pytest.fixture
def manon(lille: TestNode) -> FormBrowser:
    return FormBrowser(lille, lille.signed_in("manon"))


def role_of(lille: TestNode, handle: str) -> str:
    (account,) = lille.rows(Account, handle=handle)
    return ", ".join(row.role for row in lille.rows(Membership, account_id=account.id))


def test_a_manager_sees_the_members_of_the_own_space_only(lille: TestNode, manon: FormBrowser) -> None:
    text = manon.open("/members")
    assert "Claire" in text and "Manon" in text
    assert "Ann" not in text.replace("Annex", "") and "Tom" not in text
    assert "Members" in manon.open("/") and "Members</a>" not in FormBrowser(
        lille, lille.signed_in("claire")
    ).open("/")


@pytest.mark.parametrize("path", ["/members/ann", "/members/nobody", "/members?space=annex", "/members/tom"])
def test_hidden_and_absent_get_the_same_answer(lille: TestNode, manon: FormBrowser, path: str) -> None:
    manon.open(path)
    assert manon.status == 404
    hidden = manon.page.replace(path, "")
    manon.open("/members/really-nobody")
    assert "There is nothing at this address" in hidden and "There is nothing at this address" in manon.page


@pytest.mark.parametrize("action", ["role", "representative", "leave", "disable", "enable", "second-step"])
def test_nothing_can_be_done_to_members_of_another_space(
    lille: TestNode, manon: FormBrowser, action: str
) -> None:
    manon.open("/members/claire")
    for space in ("", "annex", "lille"):
        manon.post(f"/members/ann/{action}", space=space, role="host", reason="x")
        assert manon.status == 404
        manon.open("/members/claire")
    assert role_of(lille, "ann") == "member"
    assert lille.rows(Account, handle="ann")[0].disabled_at is None


def test_a_role_is_changed_and_recorded(lille: TestNode, manon: FormBrowser) -> None:
    manon.open("/members/claire")
    assert "Claire is now: host" in manon.send("/role", role="host")
    assert role_of(lille, "claire") == "host"
    (event,) = lille.rows(AuditEvent, kind="role")
    assert event.detail == "host" and event.by_id == lille.rows(Account, handle="manon")[0].id


def test_a_role_that_does_not_exist_is_refused(lille: TestNode, manon: FormBrowser) -> None:
    manon.open("/members/claire")
    manon.send("/role", role="emperor")
    assert manon.status == 422
    assert role_of(lille, "claire") == "member"


@pytest.mark.parametrize("action", ["role", "leave"])
def test_nobody_removes_the_last_manager(lille: TestNode, action: str) -> None:
    tom = FormBrowser(lille, lille.signed_in("tom"))
    tom.open("/members/tom")
    assert "has no other manager" in tom.send(f"/{action}", role="member")
    assert role_of(lille, "tom") == "manager"


def test_an_administrator_does_not_close_the_last_manager_either(lille: TestNode) -> None:
    admin = FormBrowser(lille, lille.signed_in("admin"))
    admin.open("/members/tom?space=annex")
    assert "has no other manager" in admin.send("/disable")
    assert lille.rows(Account, handle="tom")[0].disabled_at is None


def test_a_representative_has_a_mark_and_no_right(lille: TestNode, manon: FormBrowser) -> None:
    manon.open("/members/claire")
    manon.send("/representative")
    assert "representative" in manon.open("/members")
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/members")
    assert claire.status == 403
    with lille.context():
        account = accounts.account_named("claire")
        assert not accounts.manages(account, local_spaces()[0])
        assert not accounts.keeps_desk(account, local_spaces()[0])


def test_a_closed_account_is_signed_out_and_can_be_opened_again(lille: TestNode, manon: FormBrowser) -> None:
    claire = FormBrowser(lille, lille.signed_in("claire"))
    manon.open("/members/claire")
    assert "The account is closed" in manon.send("/disable")
    assert "Sign out" not in claire.open("/")
    (account,) = lille.rows(Account, handle="claire")
    assert lille.rows(BrowserSession, account_id=account.id) == []
    manon.send("/enable")
    assert lille.rows(Account, handle="claire")[0].disabled_at is None


def test_a_manager_closes_no_account_that_belongs_elsewhere_too(lille: TestNode, manon: FormBrowser) -> None:
    with lille.context(), write():
        accounts.join_space(accounts.account_named("claire"), local_spaces()[1])
    manon.open("/members/claire")
    assert "Close the account" not in manon.page
    manon.post("/members/claire/disable", space="lille")
    assert manon.status == 403
    assert "End" in manon.page or "end its membership" in manon.page
    manon.open("/members/claire")
    manon.send("/leave")
    assert role_of(lille, "claire") == "member", "that of the annex"


def test_a_lost_telephone_is_helped_with_a_reason_a_record_and_a_mail(
    lille: TestNode, manon: FormBrowser
) -> None:
    with lille.context(), write():
        account = accounts.account_named("claire")
        second_factor.prepare(account)
        account.totp_since = account.created_at
    manon.open("/members/claire")
    assert "Please fill this in" in manon.send("/second-step")
    assert manon.status == 422
    manon.send("/second-step", reason="Came to the desk.")
    (event,) = lille.rows(AuditEvent, kind="totp-reset")
    assert event.note == "Came to the desk."
    assert "Manon has switched off the code" in mails_to(lille, "claire@lille.example")[-1].text
    with lille.context():
        assert not second_factor.is_asked(accounts.account_named("claire"))
    claire = FormBrowser(lille, lille.signed_in("claire"))
    assert "Came to the desk." in claire.open("/me/security")


def test_a_manager_does_not_reset_the_second_step_of_an_administrator(
    lille: TestNode, manon: FormBrowser
) -> None:
    with lille.context(), write():
        second_factor.prepare(accounts.account_named("admin"))
        accounts.account_named("admin").totp_since = accounts.account_named("admin").created_at
    manon.open("/members/claire")
    manon.post("/members/admin/second-step", space="lille", reason="x")
    assert manon.status == 403
    with lille.context():
        assert second_factor.is_asked(accounts.account_named("admin"))


def test_managers_do_not_read_how_their_members_sign_in(lille: TestNode, manon: FormBrowser) -> None:
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/me/security/password")
    claire.send("", password="trois mots en file")
    assert "another password" in claire.open("/me/security")
    assert "another password" not in manon.open("/members/claire")
