"""Notices wait for the mail their reader chose: at once, in a digest, or never - and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from coffee_node.base.database import write
from coffee_node.base.mail import Mail
from coffee_node.federation import notice_choices, notice_mails, notices, retention
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import account_named
from coffee_node.federation.notice_models import NoticeChoice, Notification
from coffee_node.testing import Fediverse, TestNode

MAIL = {"url": "file:mail"}


@pytest.fixture
def lille(fediverse: Fediverse) -> Iterator[TestNode]:
    node = fediverse.node("lille", mail=MAIL)
    node.add_person("claire", "Claire Dubois")
    with node.context(), write():
        claire = account_named("claire")
        claire.email, claire.language = "claire@mail.example", "fr"
    yield node


def tell(node: TestNode, kind: str, key: str, title: str = "Jan") -> int:
    """Tell Claire one thing."""
    with node.context(), write():
        told = notices.Told(title, url="/@jan")
        return notices.tell([account_named("claire")], kind, key, lambda: told)


def mails(node: TestNode) -> list[Mail]:
    """Let the tasks write what is due; every mail there is."""
    with node.context():
        notice_mails.write_waiting()
        notice_mails.write_digests()
    return node.rows(Mail)


def choose(node: TestNode, **rhythms: str) -> None:
    """Choose by mail; on the page everything stays."""
    with node.context(), write():
        choices = {kind: (True, rhythm) for kind, rhythm in rhythms.items()}
        notice_choices.choose(account_named("claire"), choices)


def test_one_occasion_is_told_once(lille: TestNode) -> None:
    assert [tell(lille, "follow", "a"), tell(lille, "follow", "a")] == [1, 0]
    assert len(lille.rows(Notification)) == 1


def test_what_is_wanted_nowhere_leaves_no_row(lille: TestNode) -> None:
    with lille.context(), write():
        notice_choices.choose(account_named("claire"), {"follow": (False, "never")})
    assert tell(lille, "follow", "a") == 0
    assert lille.rows(Notification) == []


def test_the_triggers_of_a_minute_become_one_mail(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "report", "a", "First")
    assert mails(lille) == []
    fediverse.clock.advance(seconds=30)
    tell(lille, "follow_request", "b", "Second")
    [mail] = mails(lille)
    assert "First" in mail.text and "Second" in mail.text
    assert mail.recipient == "claire@mail.example" and "Dubois" not in mail.subject
    assert mail.unsubscribe.startswith("https://lille.example/unsubscribe/")
    fediverse.clock.advance(minutes=5)
    assert len(mails(lille)) == 1


def test_a_mail_of_one_kind_is_named_after_it_without_names(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "follow_request", "a", "Jan Peeters asks to follow you")
    fediverse.clock.advance(seconds=30)
    [mail] = mails(lille)
    assert "Jan" not in mail.subject and mail.subject
    assert "https://lille.example/@jan" in mail.text


def test_a_digest_comes_at_seven_and_holds_each_notice_once(fediverse: Fediverse, lille: TestNode) -> None:
    choose(lille, follow="daily")
    tell(lille, "follow", "a")
    fediverse.clock.now = datetime(2026, 11, 25, 5, 59, tzinfo=UTC)
    assert mails(lille) == []
    fediverse.clock.now = datetime(2026, 11, 25, 6, 1, tzinfo=UTC)
    [mail] = mails(lille)
    assert "Jan" in mail.text
    fediverse.clock.advance(days=1)
    assert len(mails(lille)) == 1
    assert [row.mail for row in lille.rows(Notification)] == ["sent"]


def test_the_weekly_digest_comes_on_monday(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "follow", "a")
    fediverse.clock.now = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    assert mails(lille) == []
    fediverse.clock.now = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    assert len(mails(lille)) == 1


def test_a_digest_without_news_is_never_sent(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "follow", "a")
    browser = lille.signed_in("claire")
    [row] = lille.rows(Notification)
    browser.get(f"/me/notices/{row.id}", base_url=lille.url)
    fediverse.clock.advance(days=8)
    assert mails(lille) == []
    assert [one.mail for one in lille.rows(Notification)] == ["none"]


def test_what_waits_follows_a_new_choice_and_no_morning_has_two_digests(
    fediverse: Fediverse, lille: TestNode
) -> None:
    choose(lille, follow="daily")
    tell(lille, "follow", "a", "First")
    tell(lille, "followed_event", "b", "Second")
    fediverse.clock.advance(days=1)
    assert len(mails(lille)) == 1
    choose(lille, follow="daily", followed_event="daily")
    assert len(mails(lille)) == 1
    fediverse.clock.advance(days=1)
    first, second = mails(lille)
    assert "First" in first.text and "Second" in second.text and "First" not in second.text
    assert first.message_id != second.message_id


def test_who_has_no_address_or_is_disabled_gets_no_mail(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "report", "a")
    with lille.context(), write():
        account_named("claire").email = ""
    fediverse.clock.advance(minutes=1)
    assert mails(lille) == []
    with lille.context(), write():
        account_named("claire").disabled_at = fediverse.clock.now
    assert tell(lille, "report", "b") == 0


def test_without_a_mail_server_notices_wait(fediverse: Fediverse) -> None:
    node = fediverse.node("mons")
    node.add_person("claire")
    tell(node, "report", "a")
    fediverse.clock.advance(days=1)
    assert mails(node) == []
    assert [row.mail for row in node.rows(Notification)] == ["now"]


def test_a_mail_speaks_its_readers_language_and_groups_by_kind(fediverse: Fediverse, lille: TestNode) -> None:
    choose(lille, follow="now", report="now")
    for key in ("a", "c"):
        tell(lille, "report", key, f"Report {key}")
        tell(lille, "follow", f"f{key}", f"Follow {key}")
    fediverse.clock.advance(minutes=1)
    [mail] = mails(lille)
    positions = [mail.text.index(part) for part in ("Follow a", "Follow c", "Report a", "Report c")]
    assert positions == sorted(positions)
    assert "You receive this because" not in mail.text


def test_told_people_cost_a_few_statements_however_many_they_are(lille: TestNode) -> None:
    from sqlalchemy import event, select

    from coffee_node.base.database import db

    with lille.context(), write():
        db.session.add_all([Account(handle=f"member-{number}") for number in range(60)])
    with lille.context():
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        with write():
            everybody = db.session.scalars(select(Account)).all()
            asked.clear()
            assert notices.tell(everybody, "follow", "a", lambda: notices.Told("Jan")) == len(everybody)
    assert len(asked) <= 5, asked


def test_old_notices_are_forgotten(fediverse: Fediverse, lille: TestNode) -> None:
    tell(lille, "follow", "a")
    fediverse.clock.advance(days=89)
    with lille.context():
        retention.prune()
    assert len(lille.rows(Notification)) == 1
    fediverse.clock.advance(days=2)
    with lille.context():
        retention.prune()
    assert lille.rows(Notification) == []


def test_choices_of_nobody_are_the_defaults_and_an_ended_digest_stays_ended(lille: TestNode) -> None:
    with lille.context():
        claire = account_named("claire")
        kind = lille.node.notice_kinds["follow"]
        assert notice_choices.choice_of(claire, kind) == (True, "weekly")
        with write():
            notice_choices.end_digest(claire, "weekly")
        assert notice_choices.choice_of(claire, kind) == (True, "never")
        with write():
            notice_choices.choose(claire, {"follow": (True, "weekly")})
        assert notice_choices.choice_of(claire, kind) == (True, "weekly")
    assert [row.kind for row in lille.rows(NoticeChoice)] == ["follow"]
