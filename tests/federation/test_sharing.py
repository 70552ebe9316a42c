"""Sharing and liking between nodes: who says so is kept, what is shared comes from its own host only."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.base.database import write
from coffee_node.features.events.models import Event
from coffee_node.federation import outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import InboxItem
from coffee_node.federation.social_models import Announcement, Like
from coffee_node.testing import Fediverse, TestNode, event_document

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = "application/activity+json"


def actor_uri(node: TestNode) -> str:
    return f"{node.url}/actors/{node.slug}"


def say(node: TestNode, type_: str, object_: Any, *, to: TestNode, visibility: str = "public") -> None:
    """Let the space of a node say anything to another node's space."""
    with node.context(), write():
        space = find_local_actor(node.slug)
        assert space is not None
        outbox.publish(space, type_, object_, to=[PUBLIC, actor_uri(to)], visibility=visibility)


def why_ignored(node: TestNode, type_: str) -> list[str]:
    return [row.last_error for row in node.rows(InboxItem, type=type_) if row.state == "ignored"]


def three_nodes(fediverse: Fediverse) -> tuple[TestNode, TestNode, TestNode]:
    """Lille and Tournai are partners, so are Tournai and Gent; Lille knows nothing of Gent."""
    lille, tournai, gent = (fediverse.node(name) for name in ("lille", "tournai", "gent"))
    fediverse.connect(lille, tournai)
    fediverse.connect(tournai, gent)
    return lille, tournai, gent


def test_a_shared_event_travels_to_the_partners_of_who_shares_it(fediverse: Fediverse) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document(name="Fair in Gent")))
    fediverse.settle()
    assert lille.rows(Event) == []

    shared = tournai.post({"type": "Announce", "object": event["id"]})
    fediverse.settle()
    [copy] = lille.rows(Event)
    assert (copy.uri, copy.name, copy.origin) == (event["id"], "Fair in Gent", gent.host)
    assert [row.activity_uri for row in lille.rows(Announcement)] == [shared]
    assert "shared by" in lille.page(f"/at/{event['id'].split('://')[1]}")
    assert [row.activity_uri for row in gent.rows(Announcement)] == [shared]

    tournai.post({"type": "Undo", "object": shared})
    fediverse.settle()
    assert lille.rows(Announcement) == gent.rows(Announcement) == tournai.rows(Announcement) == []
    assert len(lille.rows(Event)) == 1
    assert tournai.client.get(shared.removeprefix(tournai.url), base_url=tournai.url).status_code == 404


def test_announce_and_undo_have_the_form_of_the_contract(fediverse: Fediverse) -> None:
    lille, tournai, _gent = three_nodes(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    shared = tournai.post({"type": "Announce", "object": event})
    announce = tournai.get_json(shared.removeprefix(tournai.url), ACTIVITY)
    me, node = actor_uri(tournai), f"{tournai.url}/actor"
    addressed = {
        "to": [PUBLIC],
        "cc": [f"{me}/followers", f"{node}/followers", actor_uri(lille)],
    }
    assert announce == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": shared,
        "type": "Announce",
        "actor": me,
        "published": "2026-11-24T09:00:00Z",
        "object": event,
        **addressed,
    }
    assert tournai.post({"type": "Announce", "object": event}) == shared

    undone = tournai.post({"type": "Undo", "object": shared})
    undo = tournai.get_json(undone.removeprefix(tournai.url), ACTIVITY)
    assert undo == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": undone,
        "type": "Undo",
        "actor": me,
        "published": "2026-11-24T09:00:00Z",
        "object": {"id": shared, "type": "Announce", "actor": me, "object": event},
        **addressed,
    }


def test_a_copy_inside_an_announce_is_not_believed(fediverse: Fediverse) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document(name="As Gent says")))
    forged = {**event, "name": "As Tournai says"}
    say(tournai, "Announce", forged, to=lille)
    fediverse.settle()
    assert [row.name for row in lille.rows(Event)] == ["As Gent says"]


def test_a_group_that_announces_creates_is_read_down_to_the_object(fediverse: Fediverse) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    created = gent.post(event_document(name="As Gent says"))
    event = gent.object_of(created)
    create = {"id": created, "type": "Create", "actor": actor_uri(gent), "object": {**event, "name": "Other"}}
    say(tournai, "Announce", create, to=lille)
    fediverse.settle()
    assert [row.name for row in lille.rows(Event)] == ["As Gent says"]
    assert [row.object_uri for row in lille.rows(Announcement)] == [event["id"]]

    gent.post({"type": "Update", "object": {"id": event["id"], "type": "Event", "name": "Later"}})
    update = {"id": f"{gent.url}/activities/1", "type": "Update", "object": event["id"]}
    say(tournai, "Announce", update, to=lille)
    fediverse.settle()
    assert [row.name for row in lille.rows(Event)] == ["Later"]


@pytest.mark.parametrize("inside", ["Announce", "Like", "Delete", "Follow"])
def test_other_activities_inside_an_announce_are_dropped(fediverse: Fediverse, inside: str) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document()))["id"]
    nested = {"id": f"{tournai.url}/activities/1", "type": inside, "object": event}
    say(tournai, "Announce", nested, to=lille)
    fediverse.settle()
    assert not lille.rows(Event) and not lille.rows(Announcement)
    assert why_ignored(lille, "Announce") == [f"a shared {inside} is not read"]


def test_an_announce_that_names_an_announce_is_dropped(fediverse: Fediverse) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document()))["id"]
    fediverse.settle()
    shared = tournai.post({"type": "Announce", "object": event})
    say(tournai, "Announce", shared, to=lille)
    fediverse.settle()
    assert len(lille.rows(Announcement)) == 1
    assert why_ignored(lille, "Announce") == ["no feature here keeps a shared Announce"]


def test_strangers_share_nothing_here_but_what_is_ours(fediverse: Fediverse) -> None:
    lille, gent = fediverse.node("lille"), fediverse.node("gent")
    ours = lille.object_of(lille.post(event_document()))["id"]
    theirs = gent.object_of(gent.post(event_document()))["id"]
    for uri in (ours, theirs):
        say(gent, "Announce", uri, to=lille)
    fediverse.settle()
    assert [row.object_uri for row in lille.rows(Announcement)] == [ours]
    assert why_ignored(lille, "Announce") == ["nobody here follows who shares it"]


def test_what_is_for_partners_cannot_be_shared(fediverse: Fediverse) -> None:
    lille, _tournai, _gent = three_nodes(fediverse)
    inner = event_document(to=[f"{lille.url}/actor/followers"])
    event = lille.object_of
    activity = lille.post(inner)
    with lille.context():
        found = outbox.find_activity(activity)
        assert found is not None
        uri = found.object_uri
    assert event is not None
    refused = lille.client.post(
        "/actors/lille/outbox",
        json={"type": "Announce", "object": uri},
        headers={"Authorization": f"Bearer {lille.token}", "Content-Type": ACTIVITY},
        base_url=lille.url,
    )
    assert refused.status_code == 422


def test_a_like_is_counted_once_and_taken_back(fediverse: Fediverse) -> None:
    lille, tournai, _gent = three_nodes(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    liked = tournai.post({"type": "Like", "object": event})
    say(tournai, "Like", event, to=lille, visibility="private")
    fediverse.settle()
    assert [row.activity_uri for row in lille.rows(Like)] == [liked]
    assert "liked" not in lille.page(event.removeprefix(lille.url))

    tournai.post({"type": "Undo", "object": liked})
    fediverse.settle()
    assert lille.rows(Like) == tournai.rows(Like) == []


def test_shares_and_likes_are_erased_with_what_they_name(fediverse: Fediverse) -> None:
    _lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document()))["id"]
    fediverse.settle()
    tournai.post({"type": "Announce", "object": event})
    tournai.post({"type": "Like", "object": event})
    fediverse.settle()
    assert len(gent.rows(Like)) == len(tournai.rows(Announcement)) == 1
    gent.post({"type": "Delete", "object": event})
    fediverse.settle()
    for node in (tournai, gent):
        assert not node.rows(Announcement) and not node.rows(Like)


def test_a_like_of_what_is_not_ours_changes_nothing(fediverse: Fediverse) -> None:
    lille, tournai, gent = three_nodes(fediverse)
    event = gent.object_of(gent.post(event_document()))["id"]
    fediverse.settle()
    say(tournai, "Like", event, to=lille, visibility="private")
    fediverse.settle()
    assert lille.rows(Like) == []


@pytest.mark.parametrize("type_", ["Add", "Remove", "View", "Dislike", "EmojiReact"])
def test_other_reactions_are_taken_without_effect(fediverse: Fediverse, type_: str) -> None:
    lille, tournai, _gent = three_nodes(fediverse)
    event = lille.object_of(lille.post(event_document()))["id"]
    say(tournai, type_, event, to=lille, visibility="private")
    fediverse.settle()
    assert why_ignored(lille, type_) == [f"nothing here handles {type_}"]
