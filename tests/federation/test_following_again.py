"""Follows that are asked twice, taken back, or answered late."""

from __future__ import annotations

import json

import pytest

from coffee_node.base.database import write
from coffee_node.base.errors import Unprocessable
from coffee_node.features.articles.models import Note
from coffee_node.federation import follows
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Follow
from coffee_node.testing import Fediverse, TestNode, note_document


def follow_of(follower: str, target: str) -> Follow:
    """The relation of two actors, inside the context of a node."""
    one, other = find_actor(follower), find_actor(target)
    assert one is not None and other is not None
    found = follows.find_follow(one, other)
    assert found is not None
    return found


def take_back(node: TestNode, follower: str, target: str) -> None:
    with node.context():
        follows.undo_follow(follow_of(follower, target))


def test_following_again_reads_the_history_again(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    us, them = f"{lille.url}/actors/lille", f"{tournai.url}/actors/tournai"
    lille.follow_actor(them)
    fediverse.settle()
    take_back(lille, us, them)
    fediverse.settle()
    missed = tournai.object_of(tournai.post(note_document()))["id"]
    fediverse.settle()
    assert lille.rows(Note) == []

    lille.follow_actor(them)
    for _ in range(4):
        fediverse.settle()
        fediverse.clock.advance(seconds=1)
    assert [note.uri for note in lille.rows(Note)] == [missed]


def test_the_answer_to_the_first_of_two_follows_counts(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    us, them = f"{lille.url}/actors/lille", f"{tournai.url}/actors/tournai"
    lille.follow_actor(them)
    [follow] = lille.rows(Follow)
    first = follow.activity_uri
    lille.follow_actor(them)
    accept = {
        "type": "Accept",
        "object": {"id": first, "type": "Follow", "actor": us, "object": them},
    }
    with lille.context(), write():
        answerer = find_actor(them)
        assert answerer is not None
        assert follow_of(us, them).activity_uri != first
        assert follows.receive_answer(accept, answerer)
        assert follow_of(us, them).state == "accepted"


@pytest.mark.parametrize("accept", [True, False])
def test_a_follow_that_was_taken_back_cannot_be_answered(fediverse: Fediverse, accept: bool) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    us, them = f"{lille.url}/actors/lille", f"{tournai.url}/actors/tournai"
    lille.follow_actor(them)
    fediverse.settle()
    take_back(lille, us, them)
    fediverse.settle()
    with tournai.context(), pytest.raises(Unprocessable):
        follows.answer_follow(follow_of(us, them), accept=accept)
    assert [follow.state for follow in tournai.rows(Follow)] == ["undone"]


@pytest.mark.parametrize("object_", ["a b", "a\x00b", "ftp://nobody.example/x", "https://a@nobody.example/x"])
def test_a_follow_of_nobody_is_told_and_makes_nothing(fediverse: Fediverse, object_: str) -> None:
    lille = fediverse.node("lille")
    answered = lille.client.post(
        "/actors/lille/outbox",
        data=json.dumps({"type": "Follow", "object": object_}),
        headers={"Authorization": f"Bearer {lille.token}", "Content-Type": "application/activity+json"},
        base_url=lille.url,
    )
    assert answered.status_code == 400
    assert lille.rows(Follow) == []
