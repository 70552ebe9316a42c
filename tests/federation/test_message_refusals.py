"""Messages to a person of another node that are not taken, and who hears of it in which words."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.features.profiles.service import change_profile, profile_of
from coffee_node.federation import blocks, follows
from coffee_node.federation.actors import find_actor, find_local_actor
from coffee_node.federation.moderation_models import Report
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.federation.message_people import (
    PAGE,
    REPLY,
    WORDS,
    Pair,
    first,
    last_state,
    make_pair,
    path_at,
    share,
    shown,
    texts,
)
from tests.federation.moderators import decide
from tests.web.people_visits import read, send


@pytest.fixture
def pair(fediverse: Fediverse) -> Pair:
    return make_pair(fediverse)


def profile(node: TestNode, handle: str, **values: Any) -> None:
    with node.context():
        person = find_local_actor(handle)
        assert person is not None
        change_profile(profile_of(person), values)


def test_a_conversation_that_ended_takes_nothing_and_hides_the_address(
    fediverse: Fediverse, pair: Pair
) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    send(kortrijk.signed_in("dries"), kortrijk, path_at(kortrijk), text=REPLY)
    fediverse.settle()
    share(fediverse, lille, "claire")
    share(fediverse, kortrijk, "dries")
    path = path_at(kortrijk)
    send(kortrijk.signed_in("dries"), kortrijk, f"{path}/end", page=path)
    fediverse.settle()
    assert shown(lille, "claire") == []
    send(lille.signed_in("claire"), lille, path_at(lille), text="Nog iets")
    fediverse.settle()
    assert texts(kortrijk) == [WORDS, REPLY]
    page = read(lille.signed_in("claire"), lille, path_at(lille))
    assert "not taken: This conversation has ended." in page


def test_who_takes_no_messages_says_so_in_words(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    profile(kortrijk, "dries", takes_messages=False)
    path = first(fediverse, lille)
    assert texts(kortrijk) == [] and kortrijk.rows(Notification) == []
    assert "not taken: This person takes no messages." in read(lille.signed_in("claire"), lille, path)
    [told] = lille.rows(Notification)
    assert told.title == "Dries De Ontwerper did not get your message"


def test_who_hides_answers_nothing(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    with kortrijk.context(), write():
        person = find_local_actor("dries")
        assert person is not None
        person.is_published = False
        profile_of(person).takes_messages = False
    first(fediverse, lille)
    assert last_state(kortrijk) == "ignored: This person takes no messages."
    assert lille.rows(Notification) == []


@pytest.mark.parametrize("blocker", ["claire", "dries"])
def test_people_who_blocked_each_other_do_not_write(fediverse: Fediverse, pair: Pair, blocker: str) -> None:
    lille, kortrijk = pair
    path = first(fediverse, lille)
    node, other = (lille, "dries") if blocker == "claire" else (kortrijk, "claire")
    uris = {"claire": f"{lille.url}/actors/claire", "dries": f"{kortrijk.url}/actors/dries"}
    with node.context():
        one, two = find_local_actor(blocker), find_actor(uris[other])
        assert one is not None and two is not None
        blocks.block(one, two)
    fediverse.settle()
    status = 403 if blocker == "claire" else 303
    send(lille.signed_in("claire"), lille, path, status, page="/me/profile", text=REPLY)
    fediverse.settle()
    assert texts(kortrijk) == [WORDS]
    assert "not taken" not in read(lille.signed_in("claire"), lille, path), "who is blocked is not told"


@pytest.mark.parametrize(
    ("at", "level"), [("lille", "suspend"), ("kortrijk", "suspend"), ("kortrijk", "silence")]
)
def test_suspended_and_silenced_hosts_do_not_write(
    fediverse: Fediverse, pair: Pair, at: str, level: str
) -> None:
    lille, kortrijk = pair
    node, other = (lille, kortrijk) if at == "lille" else (kortrijk, lille)
    decide(node, other.host, level)
    if at == "lille":
        read(lille.signed_in("claire"), lille, PAGE, 404)
        return
    first(fediverse, lille)
    assert texts(kortrijk) == [] and kortrijk.rows(Notification) == []


def test_of_a_silenced_host_who_is_followed_may_write(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    kortrijk.follow_actor(f"{lille.url}/actors/claire", "dries")
    fediverse.settle()
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        for asked in follows.requests_to(claire):
            follows.answer_follow(asked, accept=True)
    fediverse.settle()
    decide(kortrijk, lille.host, "silence")
    first(fediverse, lille)
    assert texts(kortrijk) == [WORDS]


def test_nobody_floods_a_person_of_another_node(fediverse: Fediverse, pair: Pair) -> None:
    """The limits hold where it arrives, whatever the other node allows."""
    lille, kortrijk = pair
    path = first(fediverse, lille)
    with kortrijk.context():
        sender = find_actor(f"{lille.url}/actors/claire")
        assert sender is not None
        for _ in range(30):
            kortrijk.node.rate_limits.hit(f"message {sender.id}", 3600)
    send(lille.signed_in("claire"), lille, path, text="One too many")
    fediverse.settle()
    assert texts(kortrijk) == [WORDS]
    assert "many messages within an hour" in read(lille.signed_in("claire"), lille, path)


def test_a_host_has_a_limit_of_its_own(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    with kortrijk.context():
        for _ in range(300):
            kortrijk.node.rate_limits.hit("messages of lille.example", 3600)
    first(fediverse, lille)
    assert texts(kortrijk) == []


def test_a_report_about_the_writer_reaches_both_managers(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    page = read(kortrijk.signed_in("dries"), kortrijk, path_at(kortrijk))
    claire = f"{lille.url}/actors/claire"
    assert "/report?uri=" in page
    path = f"/report?uri={claire}"
    send(kortrijk.signed_in("dries"), kortrijk, "/report", page=path, uri=claire, content="Rude", forward="y")
    fediverse.settle()
    assert [row.content for row in kortrijk.rows(Report)] == ["Rude"]
    assert [row.host for row in lille.rows(Report)] == ["kortrijk.example"]
