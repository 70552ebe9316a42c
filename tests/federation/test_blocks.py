"""Blocking single actors, by a person or for the whole node, and being blocked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.features.events.models import Event
from coffee_node.federation import audience, blocks, follows, outbox
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_actor, find_local_actor, node_actor, resolve_actor
from coffee_node.federation.models import Activity, Delivery, Follow, InboxItem
from coffee_node.federation.moderation_models import ActorBlock
from coffee_node.federation.social_models import FollowNotice, Like
from coffee_node.testing import Fediverse, TestNode, event_document

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def uri_of(node: TestNode, slug: str = "") -> str:
    return f"{node.url}/actors/{slug or node.slug}"


def say(node: TestNode, type_: str, object_: Any, *to: str) -> str:
    """Let the space of a node say anything to somebody; the id of what it said."""
    with node.context(), write():
        space = find_local_actor(node.slug)
        assert space is not None
        return outbox.publish(space, type_, object_, to=list(to), visibility="private").uri


def befriended(fediverse: Fediverse, **settings: Any) -> tuple[TestNode, TestNode]:
    """Claire of Lille and the space of Tournai follow each other."""
    lille, tournai = fediverse.node("lille", **settings), fediverse.node("tournai")
    lille.add_person("claire")
    lille.follow_actor(uri_of(tournai), follower="claire")
    tournai.follow_actor(uri_of(lille, "claire"))
    fediverse.settle()
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        for request in follows.requests_to(claire):
            follows.answer_follow(request, accept=True)
    fediverse.settle()
    assert states(lille) == states(tournai) == ["accepted", "accepted"]
    return lille, tournai


def states(node: TestNode) -> list[str]:
    return sorted(follow.state for follow in node.rows(Follow))


def test_being_blocked_ends_both_follows_and_nothing_more_goes_there(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse)
    say(tournai, "Block", uri_of(lille, "claire"), uri_of(lille, "claire"))
    fediverse.settle()
    assert states(lille) == ["rejected", "undone"]
    assert lille.rows(FollowNotice) == []
    [block] = lille.rows(ActorBlock)
    written = len(lille.rows(Delivery))
    with lille.context(), write():
        claire = find_local_actor("claire")
        assert claire is not None
        outbox.publish(
            claire, "Like", "https://tournai.example/x", to=[uri_of(tournai)], visibility="private"
        )
    assert len(lille.rows(Delivery)) == written
    undone = {
        "id": block.activity_uri,
        "type": "Block",
        "actor": uri_of(tournai),
        "object": uri_of(lille, "claire"),
    }
    say(tournai, "Undo", undone, uri_of(lille, "claire"))
    fediverse.settle()
    assert lille.rows(ActorBlock) == []
    assert states(lille) == ["rejected", "undone"]


def test_a_block_of_somebody_else_changes_nothing(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse)
    say(tournai, "Block", "https://namur.example/actors/namur", uri_of(lille, "claire"))
    fediverse.settle()
    assert [row.last_error for row in lille.rows(InboxItem, type="Block")] == [
        "the blocked actor is not ours"
    ]
    assert states(lille) == ["accepted", "accepted"]


def test_a_person_blocks_by_the_write_interface_and_nobody_is_told(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse)
    tournai.post(event_document(name="Fair"))
    fediverse.settle()
    block = lille.post({"type": "Block", "object": uri_of(tournai)}, actor="claire")
    fediverse.settle()
    assert states(lille) == ["rejected", "undone"] == states(tournai)
    assert [*tournai.rows(ActorBlock), *tournai.rows(InboxItem, type="Block")] == []
    with lille.context():
        for handle, seen in (("claire", []), ("admin", ["Fair"])):
            shown = select(Event.name).where(*audience.visible(Event, account_named(handle)))
            assert list(db.session.scalars(shown)) == seen
    lille.post({"type": "Undo", "object": block}, actor="claire")
    assert lille.rows(ActorBlock) == []


def test_send_blocks_tells_the_other_server(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse, federation={"send_blocks": "yes"})
    block = lille.post({"type": "Block", "object": uri_of(tournai)}, actor="claire")
    fediverse.settle()
    [activity] = lille.rows(Activity, uri=block)
    document = {name: activity.document[name] for name in ("type", "actor", "object", "to")}
    assert document == {
        "type": "Block",
        "actor": uri_of(lille, "claire"),
        "object": uri_of(tournai),
        "to": [uri_of(tournai)],
    }
    assert len(tournai.rows(ActorBlock)) == 1
    lille.post({"type": "Undo", "object": block}, actor="claire")
    fediverse.settle()
    assert tournai.rows(ActorBlock) == []


def test_what_a_blocked_actor_sends_to_who_blocks_it_is_dropped(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse)
    lille.post({"type": "Block", "object": uri_of(tournai)}, actor="claire")
    fediverse.settle()
    tournai.follow_actor(uri_of(lille, "claire"))
    tournai.follow_actor(uri_of(lille))
    event = lille.object_of(lille.post(event_document()))["id"]
    say(tournai, "Like", event, uri_of(lille))
    fediverse.settle()
    told = [row.last_error for row in lille.rows(InboxItem, type="Follow", host=tournai.host)]
    assert "its sender is blocked by who would receive it" in told
    assert len(lille.rows(Like)) == 1
    assert [f.target.slug for f in _accepted(lille)] == ["lille"]


def _accepted(node: TestNode) -> list[Follow]:
    with node.context():
        query = select(Follow).where(Follow.state == "accepted").execution_options(populate_existing=True)
        found = list(db.session.scalars(query))
        assert all(follow.target.slug for follow in found)
        return found


def test_an_actor_blocked_for_the_whole_node_gets_403_and_is_hidden(fediverse: Fediverse) -> None:
    lille, tournai = befriended(fediverse)
    tournai.post(event_document(name="Fair"))
    fediverse.settle()
    with lille.context():
        blocks.block(node_actor(), resolve_actor(uri_of(tournai)))
    fediverse.settle()
    assert states(lille) == ["rejected", "undone"]
    say(tournai, "Like", uri_of(lille), uri_of(lille))
    fediverse.settle()
    refused = tournai.rows(Delivery, state="refused")
    assert [row.last_status for row in refused] == [403]
    assert lille.get_json("/events.json")["items"] == []
    assert lille.client.get("/@tournai@tournai.example", base_url=lille.url).status_code == 404
    with lille.context():
        found = find_actor(uri_of(tournai))
        assert found is not None
        blocks.unblock(node_actor(), found)
    assert [item["name"] for item in lille.get_json("/events.json")["items"]] == ["Fair"]


def test_ourselves_and_strange_ids_cannot_be_blocked(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        space = find_local_actor("lille")
        assert space is not None
        with pytest.raises(Exception, match="cannot be blocked"):
            blocks.block(space, space)
        with pytest.raises(Exception, match="needs the id"):
            blocks.client_block(space, {"type": "Block"})
        with pytest.raises(Exception, match="No Block"):
            blocks.client_unblock(space, {"type": "Undo", "object": "https://lille.example/activities/1"})
