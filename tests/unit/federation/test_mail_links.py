"""Secrets in mails: stored as hashes, limited in time where they must be, and exact about what they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coffee_node.base.database import write
from coffee_node.federation import mail_links, notice_choices, unsubscribing
from coffee_node.federation.accounts import account_named
from coffee_node.federation.notice_models import MailLink, NoticeChoice
from coffee_node.testing import Fediverse, TestNode


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("claire")
    with node.context(), write():
        account_named("claire").email = "claire@mail.example"
    return node


def secret_for(node: TestNode, **about: object) -> str:
    """The secret of an address that unsubscribes Claire."""
    with node.context(), write():
        return unsubscribing.address_for(account_named("claire"), **about).rsplit("/", 1)[-1]  # type: ignore[arg-type]


def rhythms(node: TestNode) -> dict[str, str]:
    """By kind: how often Claire gets mail."""
    with node.context():
        claire = account_named("claire")
        return {
            name: notice_choices.choice_of(claire, kind)[1] for name, kind in node.node.notice_kinds.items()
        }


def test_a_secret_is_not_stored_and_ends_with_its_time(fediverse: Fediverse, lille: TestNode) -> None:
    with lille.context(), write():
        secret = mail_links.make_link("confirm", "jan@mail.example", {}, life=timedelta(hours=48))
    [row] = lille.rows(MailLink)
    assert secret not in row.secret_hash
    with lille.context():
        assert mail_links.find_link("other", secret) is None
        assert mail_links.find_link("confirm", secret) is not None
        fediverse.clock.advance(hours=49)
        assert mail_links.find_link("confirm", secret) is None


def test_a_spent_link_works_no_more(lille: TestNode) -> None:
    with lille.context():
        with write():
            secret = mail_links.make_link("confirm", "jan@mail.example", {})
        with write():
            link = mail_links.find_link("confirm", secret)
            assert link is not None
            mail_links.spend(link)
        assert mail_links.find_link("confirm", secret) is None


def test_opening_the_way_out_of_a_mail_changes_nothing(lille: TestNode) -> None:
    secret = secret_for(lille, kinds=["follow_request"])
    page = lille.page(f"/unsubscribe/{secret}")
    assert "Somebody asks to follow you" in page and 'method="post"' in page
    assert lille.rows(NoticeChoice) == []


def test_one_click_of_a_mail_program_ends_exactly_these_kinds(lille: TestNode) -> None:
    before = rhythms(lille)
    secret = secret_for(lille, kinds=["follow_request"])
    form = {"List-Unsubscribe": "One-Click"}
    for _again in range(2):
        answer = lille.client.post(f"/unsubscribe/{secret}", data=form, base_url=lille.url)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert rhythms(lille) == before | {"follow_request": "never"}


def test_one_click_ends_exactly_this_digest(lille: TestNode) -> None:
    with lille.context(), write():
        notice_choices.choose(
            account_named("claire"), {"report": (False, "weekly"), "follow": (True, "daily")}
        )
    before = rhythms(lille)
    weekly = {name: "never" for name, rhythm in before.items() if rhythm == "weekly"}
    secret = secret_for(lille, digest="weekly")
    lille.client.post(f"/unsubscribe/{secret}", base_url=lille.url)
    assert rhythms(lille) == before | weekly and rhythms(lille)["follow"] == "daily"
    [report] = lille.rows(NoticeChoice, kind="report")
    assert report.on_page is False


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_secret_is_told_in_words(lille: TestNode, method: str) -> None:
    answer = getattr(lille.client, method)("/unsubscribe/nothing", base_url=lille.url)
    assert answer.status_code == 404
    with lille.context(), write():
        other = mail_links.make_link("unsubscribe", "jan@mail.example", {"something": "else"}, life=None)
    answer = getattr(lille.client, method)(f"/unsubscribe/{other}", base_url=lille.url)
    assert answer.status_code == 404


def test_the_way_out_of_an_account_that_has_gone_still_answers(lille: TestNode) -> None:
    from coffee_node.base.database import db

    secret = secret_for(lille, digest="daily")
    with lille.context(), write():
        db.session.delete(account_named("claire"))
    assert lille.client.post(f"/unsubscribe/{secret}", base_url=lille.url).status_code == 200
