"""Invitations: from a manager's page to a published profile, and every way a link may be worth nothing."""

from __future__ import annotations

import pytest

from coffee_node.federation import accounts, invitations
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.actors import local_spaces
from coffee_node.federation.audit import AuditEvent
from coffee_node.federation.joining_models import Invitation
from coffee_node.testing import Fediverse, TestNode
from tests.house.mailbox import link_in, mails_to
from tests.house.web_forms import FormBrowser

PASSWORD = "trois mots en file"
CLAIRE = "claire@lille.example"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille", mail={"url": "file:mails"})


@pytest.fixture
def manager(lille: TestNode) -> FormBrowser:
    return FormBrowser(lille, lille.signed_in("admin"))


def invited(lille: TestNode, manager: FormBrowser, address: str = CLAIRE, **more: str) -> str:
    manager.open("/members/invite")
    manager.send("/members/invite", addresses=address, **more)
    return link_in(mails_to(lille, address.lower())[-1], "/invitations/")


def test_a_manager_invites_many_and_each_gets_a_mail_in_the_chosen_language(
    lille: TestNode, manager: FormBrowser
) -> None:
    manager.open("/members/invite")
    text = manager.send(
        "/members/invite", addresses="Claire@lille.example, tom@lille.example\n<tom@lille.example>",
        language="nl", note="Tot snel!", role="host",
    )  # fmt: skip
    assert "2 invitations are on their way" in text
    assert CLAIRE in text and "tom@lille.example" in text
    (mail,) = mails_to(lille, "tom@lille.example")
    assert "Tot snel!" in mail.text
    assert "tom" not in mail.subject.lower()
    assert [row.role for row in lille.rows(Invitation)] == ["host", "host"]


def test_three_screens_lead_from_the_invitation_to_a_published_profile(
    lille: TestNode, manager: FormBrowser
) -> None:
    link = invited(lille, manager)
    claire = FormBrowser(lille)
    assert "Welcome to Lille" in claire.open(link)
    claire.send("/invitations/" + link.rpartition("/")[2], name="Claire Dubois", password=PASSWORD)
    assert claire.path.startswith("/me/profile"), claire.page
    claire.send("/me/profile", headline="Graphic designer", skills_offered="graphic design")
    assert (claire.screens, claire.status) == (3, 200)
    assert claire.path == "/@claire-dubois"
    member = FormBrowser(lille, lille.signed_in("claire-dubois"))
    assert "Claire Dubois" in member.open("/people")
    assert "Claire Dubois" not in lille.page("/people"), "the directory of the space is not for everybody"


def test_the_new_account_belongs_to_the_space_with_its_role_and_address(
    lille: TestNode, manager: FormBrowser
) -> None:
    claire = FormBrowser(lille)
    claire.open(invited(lille, manager, role="manager"))
    claire.send("", name="Claire Dubois", password=PASSWORD, language="fr")
    (account,) = lille.rows(Account, handle="claire-dubois")
    assert (account.email, account.language) == (CLAIRE, "fr")
    assert [row.role for row in lille.rows(Membership, account_id=account.id)] == ["manager"]
    with lille.context():
        assert accounts.check_password(accounts.account_named("claire-dubois"), PASSWORD)
    assert "joined" in [event.kind for event in lille.rows(AuditEvent)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Please fill this in"),
        ({"password": "short"}, "At least 10 characters"),
        ({"password": "password2026"}, "guessed first"),
        ({"password": "ClaireDubois1"}, "guessed first"),
        ({"handle": "Claire Dubois!"}, "Only letters a-z"),
        ({"handle": "lille"}, "The handle lille is taken"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(
    lille: TestNode, manager: FormBrowser, changes: dict[str, str], message: str
) -> None:
    claire = FormBrowser(lille)
    claire.open(invited(lille, manager))
    fields = {"name": "Claire Dubois", "password": PASSWORD, "handle": "claire", "language": "nl"} | changes
    text = claire.send("", **fields)
    assert claire.status == 422
    assert message in text
    assert f'value="{fields["name"]}"' in text or not fields["name"]
    assert 'value="nl" selected' in text or 'selected value="nl"' in text
    assert lille.rows(Account, email=CLAIRE) == []


def test_a_link_works_once_and_not_after_two_weeks_and_not_when_it_was_taken_back(
    fediverse: Fediverse, lille: TestNode, manager: FormBrowser
) -> None:
    first = invited(lille, manager)
    second = invited(lille, manager)
    assert FormBrowser(lille).open(first) and "no longer works" in FormBrowser(lille).open(first)
    claire = FormBrowser(lille)
    claire.open(second)
    claire.send("", name="Claire Dubois", password=PASSWORD)
    assert "no longer works" in FormBrowser(lille).open(second)

    taken_back = invited(lille, manager, "tom@lille.example")
    manager.open("/members")
    assert "taken back" in manager.send("/revoke")
    assert "no longer works" in FormBrowser(lille).open(taken_back)

    late = invited(lille, manager, "ann@lille.example")
    fediverse.clock.advance(days=15)
    assert "no longer works" in FormBrowser(lille).open(late)


def test_an_invitation_is_sent_again_with_a_new_link_and_its_whole_time(
    fediverse: Fediverse, lille: TestNode, manager: FormBrowser
) -> None:
    old = invited(lille, manager)
    fediverse.clock.advance(days=13)
    manager.open("/members")
    manager.send("/again")
    new = link_in(mails_to(lille, CLAIRE)[-1], "/invitations/")
    fediverse.clock.advance(days=13)
    assert "Welcome to Lille" in FormBrowser(lille).open(new)
    assert "no longer works" in FormBrowser(lille).open(old)


def test_addresses_that_are_none_are_named_and_nobody_is_invited(
    lille: TestNode, manager: FormBrowser
) -> None:
    manager.open("/members/invite")
    text = manager.send("/members/invite", addresses=f"{CLAIRE}, tom at lille")
    assert manager.status == 422
    assert "These are no e-mail addresses: tom, at, lille" in text
    assert CLAIRE in text
    assert lille.rows(Invitation) == []


def test_who_belongs_already_is_not_invited(lille: TestNode, manager: FormBrowser) -> None:
    with lille.context():
        accounts.create_account("claire", "Claire", email=CLAIRE)
    joined = FormBrowser(lille, lille.signed_in("claire"))
    assert "You join as Claire" in joined.open(invited(lille, manager))
    assert "Welcome to Lille" in joined.send("")
    manager.open("/members/invite")
    assert f"not invited: {CLAIRE}" in manager.send("/members/invite", addresses=CLAIRE)
    assert len(mails_to(lille, CLAIRE)) == 1


def test_who_has_an_account_is_asked_to_sign_in_and_gets_no_second_one(
    lille: TestNode, manager: FormBrowser
) -> None:
    with lille.context():
        accounts.create_account("claire", "Claire", email=CLAIRE)
    text = FormBrowser(lille).open(invited(lille, manager))
    assert "You have an account already" in text
    assert 'name="password"' not in text.partition("<main")[2]


def test_without_a_mail_server_the_links_are_shown_once_to_be_passed_on(fediverse: Fediverse) -> None:
    tournai = fediverse.node("tournai")
    manager = FormBrowser(tournai, tournai.signed_in("admin"))
    manager.open("/members/invite")
    text = manager.send("/members/invite", addresses=CLAIRE)
    assert "pass these links on yourself" in text
    assert link_in(mails_to(tournai, CLAIRE)[0], "/invitations/") in text


def test_a_manager_of_another_space_sees_neither_invitations_nor_members(lille: TestNode) -> None:
    lille.add_person("claire")
    with lille.context():
        invitations.invite(invitations.Wish(local_spaces()[0]), ["tom@lille.example"], None)
    (row,) = lille.rows(Invitation)
    claire = FormBrowser(lille, lille.signed_in("claire"))
    claire.open("/members")
    assert claire.status == 403
    assert "tom@lille.example" not in claire.page
    claire.open("/me/security")
    claire.post(f"/members/invitations/{row.id}/revoke", space="lille")
    assert claire.status == 403
    assert lille.rows(Invitation)[0].revoked_at is None
