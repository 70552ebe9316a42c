"""Asked two weeks before the end, ended without an answer, opened again: and what the neighbours are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from coffee_node.base.database import db, write
from coffee_node.base.mail import Mail
from coffee_node.features.proposals import essentials, service, validity
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import notice_choices
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Actor
from coffee_node.federation.notice_models import MailLink, Notification
from coffee_node.testing import Fediverse, TestNode


@pytest.fixture
def lille(fediverse: Fediverse) -> Iterator[TestNode]:
    node = fediverse.node("lille")
    with node.context():
        with write():
            account_named("admin").email = "manager@mail.example"
        yield node


@pytest.fixture
def space(lille: TestNode) -> Actor:
    found = find_local_actor("lille")
    assert found is not None
    return found


def desk(space: Actor, **changes: Any) -> Proposal:
    """A desk that holds 60 days, 20 of them."""
    values = {"purpose": "offer", "kind": "desk", "name": "A desk", "unit": "day", "available_quantity": "20"}
    return service.offer(space, values | changes)


def ask_after(test_clock: Any, **span: float) -> str:
    test_clock.advance(**span)
    return validity.ask_authors()


def asked_mails(lille: TestNode) -> list[Mail]:
    return lille.rows(Mail)


def secret_of(mail: Mail) -> str:
    found = re.search(rf"{validity.PATH}/([^\s?]+)\n", mail.text)
    assert found is not None
    return found[1]


def test_the_author_is_asked_once_two_weeks_before_the_end(
    lille: TestNode, space: Actor, test_clock: Any
) -> None:
    row = desk(space)
    assert ask_after(test_clock, days=45).startswith("0 ")
    assert ask_after(test_clock, days=2).startswith("1 ")
    assert ask_after(test_clock, days=1).startswith("0 ")
    [mail] = asked_mails(lille)
    assert mail.recipient == "manager@mail.example" and "A desk" not in mail.subject
    assert f"{validity.PATH}/{secret_of(mail)}?answer=no" in mail.text
    assert mail.unsubscribe.startswith(f"{lille.url}/unsubscribe/")
    [notice] = lille.rows(Notification)
    assert (notice.kind, notice.url, notice.mail) == ("ending", row.uri.removeprefix(lille.url), "none")
    assert lille.rows(Activity)[-1].type == "Create"


def test_nobody_is_asked_about_what_was_made_for_a_few_days_or_has_gone(
    lille: TestNode, space: Actor, test_clock: Any
) -> None:
    desk(space, end_time=test_clock.now + timedelta(days=10))
    desk(space, available_quantity="0")
    service.withdraw(desk(space))
    ask_after(test_clock, days=50)
    assert asked_mails(lille) == [] and lille.rows(Notification) == []


def test_who_wants_no_such_mail_gets_none(lille: TestNode, space: Actor, test_clock: Any) -> None:
    desk(space)
    with write():
        notice_choices.end_kinds(account_named("admin"), ["ending"])
    ask_after(test_clock, days=47)
    assert asked_mails(lille) == [] and len(lille.rows(Notification)) == 1


def test_yes_gives_sixty_days_more_and_is_asked_again_before_their_end(
    lille: TestNode, space: Actor, test_clock: Any
) -> None:
    row = desk(space)
    ask_after(test_clock, days=47)
    found = validity.asked_by(secret_of(asked_mails(lille)[0]))
    assert found is not None
    validity.answer(*found, is_valid=True)
    db.session.refresh(row)
    assert row.end_time == test_clock.now + timedelta(days=60)
    assert (row.available_quantity, row.reminded_at) == ("20", None)
    assert lille.rows(Activity)[-1].type == "Update"
    assert validity.asked_by(secret_of(asked_mails(lille)[0])) is None
    assert ask_after(test_clock, days=47).startswith("1 ")


def test_no_closes_it_and_the_author_opens_it_again_as_it_was(
    lille: TestNode, space: Actor, test_clock: Any
) -> None:
    row = desk(space)
    ask_after(test_clock, days=47)
    found = validity.asked_by(secret_of(asked_mails(lille)[0]))
    assert found is not None
    validity.answer(*found, is_valid=False)
    db.session.refresh(row)
    assert not essentials.is_open(row)
    told = lille.rows(Activity)[-1].document["object"]["publishes"]["availableQuantity"]
    assert told["hasNumericalValue"] == "0"
    validity.renew(row)
    db.session.refresh(row)
    assert essentials.is_open(row)
    assert (row.available_quantity, row.quantity_before_end) == ("20", "")


def test_without_an_answer_it_ends_and_can_still_be_opened_by_the_mail(
    lille: TestNode, space: Actor, test_clock: Any
) -> None:
    row = desk(space)
    ask_after(test_clock, days=47)
    test_clock.advance(days=20)
    assert service.expire_proposals().startswith("1 proposals have ended")
    found = validity.asked_by(secret_of(asked_mails(lille)[0]))
    assert found is not None
    validity.answer(*found, is_valid=True)
    db.session.refresh(row)
    assert essentials.is_open(row) and row.available_quantity == "20"


def test_a_link_about_what_was_deleted_leads_nowhere(lille: TestNode, space: Actor, test_clock: Any) -> None:
    row = desk(space)
    ask_after(test_clock, days=47)
    service.withdraw(row)
    assert validity.asked_by(secret_of(asked_mails(lille)[0])) is None
    assert [link.used_at for link in lille.rows(MailLink, purpose=validity.PURPOSE)] == [None]
