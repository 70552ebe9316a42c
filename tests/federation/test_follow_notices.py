"""People are told that somebody follows them or asks to, and what was decided about their reports."""

from __future__ import annotations

from coffee_node.base.database import write
from coffee_node.federation import reports
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.moderation_models import Report
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.test_follow_pages import published


def told(node: TestNode) -> list[tuple[str, str, str]]:
    """Every notice as kind, title and address."""
    return [(row.kind, row.title, row.url) for row in node.rows(Notification)]


def approve_by_hand(node: TestNode, handle: str, wanted: bool) -> None:
    """Let a person decide who follows them, or let everybody."""
    with node.context(), write():
        actor = find_local_actor(handle)
        assert actor is not None
        actor.manually_approves = wanted


def test_a_follower_is_told_once_a_day(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    claire, _jan = published(lille, "claire", "Claire"), published(tournai, "jan", "Jan Peeters")
    approve_by_hand(lille, "claire", False)
    tournai.follow_actor(claire.uri, "jan")
    fediverse.settle()
    assert told(lille) == [("follow", "Jan Peeters follows you", "/@jan@tournai.example")]
    tournai.follow_actor(claire.uri, "jan")
    fediverse.settle()
    assert len(told(lille)) == 1
    assert told(tournai) == []


def test_a_request_says_where_it_is_answered(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    claire, _jan = published(lille, "claire", "Claire"), published(tournai, "jan", "Jan Peeters")
    approve_by_hand(lille, "claire", True)
    tournai.follow_actor(claire.uri, "jan")
    fediverse.settle()
    assert told(lille) == [("follow_request", "Jan Peeters asks to follow you", "/me/follows")]


def test_who_reported_hears_of_the_decision_but_not_the_remark_of_the_managers(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    published(lille, "claire", "Claire")
    with lille.context():
        reports.report(account_named("claire"), [f"{lille.url}/actors/lille"], "Please look.")
    [report] = lille.rows(Report)
    assert told(lille) == []
    with lille.context():
        reports.settle(report.id, "done", account_named("admin"), "between us")
    [row] = lille.rows(Notification)
    assert row.kind == "report" and "between us" not in row.title + row.text
    with lille.context():
        reports.settle(report.id, "open", account_named("admin"))
    assert len(lille.rows(Notification)) == 1
