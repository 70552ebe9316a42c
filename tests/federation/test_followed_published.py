"""Followers here are told what those they follow publish: each thing once, many as one, in few statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert, select

from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation import followed_news
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document


def walk(fediverse: Fediverse, node: TestNode) -> list[str]:
    """Let a minute pass and the task run; the title of every notice about something published."""
    fediverse.settle()
    fediverse.clock.advance(minutes=1)
    with node.context():
        followed_news.tell_followers()
    return [row.title for row in node.rows(Notification) if row.kind.startswith("followed")]


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    """Lille with a coworker who follows the space of Tournai."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire", "Claire")
    tournai.post(event_document(name="Before the follow"))
    fediverse.clock.advance(minutes=5)
    fediverse.settle()
    lille.follow_actor(f"{tournai.url}/actors/tournai", "claire")
    fediverse.settle()
    assert walk(fediverse, lille) == []
    return lille, tournai


def test_each_kind_is_told_once_and_history_is_not(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    tournai.post(event_document(name="Breakfast"))
    tournai.post(need_document(name="A designer"))
    tournai.post(article_document(name="A1 form"))
    told = ["Tournai: Breakfast", "Tournai: A designer", "Tournai: A1 form"]
    assert sorted(walk(fediverse, lille)) == sorted(told)
    assert {row.kind for row in lille.rows(Notification)} >= {
        "followed_event",
        "followed_offer",
        "followed_article",
    }
    assert len(walk(fediverse, lille)) == 3
    [row] = lille.rows(Notification, kind="followed_event")
    assert row.url.startswith("/at/tournai.example/") and row.mail == "weekly"


def test_the_dates_of_a_new_series_are_told_once(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    for day in range(4, 10):
        tournai.post(event_document(name="Breakfast", startTime=f"2026-12-{day:02}T09:00:00+01:00"))
    tournai.post(event_document(name="Open day"))
    assert sorted(walk(fediverse, lille)) == ["Tournai: Breakfast", "Tournai: Open day"]
    [told] = [row for row in lille.rows(Notification) if row.title == "Tournai: Breakfast"]
    assert told.text.endswith("and 5 more dates") and "4 December" in told.text


def test_many_things_of_one_author_become_one_notice(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    for number in range(5):
        tournai.post(event_document(name=f"Date {number}"))
    assert walk(fediverse, lille) == ["Tournai: 5 new events"]


def test_what_was_published_here_is_told_too_but_not_what_is_private(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire", "Claire")
    lille.follow_actor(f"{lille.url}/actors/lille", "claire")
    walk(fediverse, lille)
    lille.post(event_document(name="For everybody"))
    lille.post(
        {"type": "Create", "to": [], "cc": [], "object": event_document(name="For nobody", to=[], cc=[])}
    )
    assert walk(fediverse, lille) == ["Lille: For everybody"]


def test_who_no_longer_follows_is_told_nothing(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    with lille.context(), write():
        for follow in db.session.scalars(select(Follow)):
            if not follow.follower.host and follow.follower.type == "Person":
                follow.state = "undone"
    tournai.post(event_document(name="Breakfast"))
    assert walk(fediverse, lille) == []


def test_a_thousand_arrivals_for_a_hundred_followers_cost_a_few_statements(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    now = fediverse.clock.now
    before = now - timedelta(hours=1)
    with lille.context(), write():
        space = find_actor("https://tournai.example/actors/tournai")
        assert space is not None
        for number in range(100):
            follower = Actor(uri=f"{lille.url}/actors/m{number}", type="Person", slug=f"m{number}", inbox="x")
            db.session.add(Account(handle=f"m{number}", actor=follower))
            db.session.add(Follow(follower=follower, target=space, state="accepted", answered_at=before))
        rows = [
            {
                "uri": f"https://tournai.example/objects/{number}", "type": "Event", "actor_id": space.id,
                "origin": "tournai.example", "name": f"Date {number}", "start_time": now, "published": now,
            }
            for number in range(1000)
        ]  # fmt: skip
        db.session.execute(insert(Event), rows)
    with lille.context():
        asked: list[str] = []
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    told = walk(fediverse, lille)
    statements = [text for text in asked if "notification" in text or "event" in text or "follow" in text]
    assert told == ["Tournai: 1000 new events"] * 101
    assert len(statements) <= 15, statements
