"""A partner that fails for a day is told to the manager by mail, once, in words, in the node's language."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.mail import Mail, send_next
from coffee_node.federation import peer_notices
from coffee_node.federation.peer_models import Peer
from coffee_node.testing import Fediverse, TestNode, event_document

NODE = {
    "name": "COFFEE Lille",
    "base_url": "https://lille.example",
    "language": "en",
    "admin_email": "claire@lille.example",
}
MAIL = {"url": "file:mail"}


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille = fediverse.node("lille", node=NODE, mail=MAIL)
    tournai = fediverse.node("tournai", partners=[lille])
    return lille, tournai


def look(node: TestNode) -> list[Mail]:
    """Run the task; every mail that was ever written."""
    with node.context():
        peer_notices.tell_about_peers()
    return node.rows(Mail)


def fail(fediverse: Fediverse, lille: TestNode, **span: float) -> None:
    """The partner goes away, something is published, time passes."""
    fediverse.down.add("tournai.example")
    lille.post(event_document())
    fediverse.settle()
    fediverse.clock.advance(**span)
    fediverse.settle()


def test_a_partner_that_fails_for_a_day_is_told_once(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    fail(fediverse, lille, hours=23)
    assert look(lille) == []
    fediverse.clock.advance(hours=2)
    fediverse.settle()
    [mail] = look(lille)
    assert mail.recipient == "claire@lille.example"
    assert mail.subject == "COFFEE Tournai has not answered for a day"
    assert "COFFEE Tournai (tournai.example) has not answered COFFEE Lille since" in mail.text
    assert "The connection broke off." in mail.text or "takes no connections" in mail.text
    assert "One message waits for it. It is not lost" in mail.text
    assert "Open https://tournai.example/ in a browser." in mail.text
    assert "https://lille.example/network/tournai.example" in mail.text
    fediverse.clock.advance(days=2)
    fediverse.settle()
    assert len(look(lille)) == 1


def test_the_next_outage_is_told_again(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    for outage in (1, 2):
        fail(fediverse, lille, hours=25)
        assert len(look(lille)) == outage
        fediverse.down.clear()
        for _ in range(4):
            fediverse.clock.advance(hours=2)
            fediverse.settle()
        assert len(look(lille)) == outage


def test_a_partner_that_refuses_us_is_told_as_such(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    set_peer(lille, state="refuses", failing_since=fediverse.clock.now, last_error="HTTP 401: digest")
    fediverse.clock.advance(hours=25)
    [mail] = look(lille)
    assert mail.subject == "COFFEE Tournai has been refusing our messages for a day"
    assert "It does not accept our signature." in mail.text
    assert "401" not in mail.text


def set_peer(node: TestNode, host: str = "tournai.example", **values: Any) -> None:
    from coffee_node.base.database import write
    from coffee_node.federation import peers

    with node.context(), write():
        peer = peers.peer_for(host)
        for name, value in values.items():
            setattr(peer, name, value)


def test_the_mail_speaks_the_language_of_the_node(fediverse: Fediverse) -> None:
    from coffee_node.base.i18n import speaking

    lille = fediverse.node("lille", node=NODE | {"language": "nl"}, mail=MAIL)
    fediverse.node("tournai", partners=[lille])
    fail(fediverse, lille, hours=25)
    [mail] = look(lille)
    with lille.context(), speaking(lille.node.catalogues, "nl"):
        from coffee_node.base.i18n import gettext

        assert mail.subject == gettext("%(name)s has not answered for a day", name="COFFEE Tournai")
    assert "november 2026" in mail.text


def test_a_host_that_is_no_partner_makes_no_mail(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    set_peer(lille, "social.example", failing_since=fediverse.clock.now, last_error="down")
    fediverse.clock.advance(days=3)
    assert look(lille) == []


def test_without_an_address_or_a_server_nothing_is_written(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", node=NODE)
    fediverse.node("tournai", partners=[lille])
    fail(fediverse, lille, hours=25)
    assert look(lille) == []
    with lille.context():
        assert "[mail] url" in peer_notices.tell_about_peers()


def test_a_partner_that_is_paused_after_thirty_days_is_told(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    set_peer(lille, state="paused", paused_at=fediverse.clock.now)
    subjects = [mail.subject for mail in look(lille)]
    assert subjects == ["COFFEE Tournai has been away for 30 days and is paused"]
    assert "it reads by itself what it missed" in lille.rows(Mail)[0].text
    assert len(look(lille)) == 1


def test_other_hosts_that_were_paused_are_told_together_on_the_next_day(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    for host in ("one.example", "two.example"):
        set_peer(lille, host, state="paused", paused_at=fediverse.clock.now)
    assert look(lille) == []
    fediverse.clock.advance(days=1)
    [mail] = look(lille)
    assert mail.subject == "2 servers have been away for 30 days and are paused"
    assert "one.example\ntwo.example" in mail.text
    fediverse.clock.advance(days=1)
    assert len(look(lille)) == 1


def test_the_mail_leaves_by_the_worker(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    fail(fediverse, lille, hours=25)
    look(lille)
    with lille.context():
        assert send_next(lille.node.config) == 1
        assert send_next(lille.node.config) == 0
    assert [row.state for row in lille.rows(Mail)] == ["sent"]
    assert len(list((lille.node.config.home / "mail").glob("*.eml"))) == 1


def test_the_node_knows_the_task_and_the_job(pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    assert "peer notices" in {task.name for task in lille.node.tasks}
    assert {"mail", "alive"} <= set(lille.node.wakers)
    assert len(lille.rows(Peer)) == 1


def test_sent_mails_are_forgotten_after_thirty_days_and_failed_ones_stay(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    from coffee_node.base.database import db, write
    from coffee_node.base.mail import queue_mail
    from coffee_node.federation.retention import prune

    lille, _ = pair
    with lille.context():
        with write():
            queue_mail("a@lille.example", "one", "text", message_id="1@lille.example")
            queue_mail("a@lille.example", "two", "text", message_id="2@lille.example")
        with write():
            for mail, state in zip(db.session.query(Mail).order_by(Mail.id), ("sent", "failed"), strict=True):
                mail.state = state
        fediverse.clock.advance(days=31)
        prune()
    assert [row.state for row in lille.rows(Mail)] == ["failed"]
