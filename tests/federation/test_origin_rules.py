"""Who may create, change and delete what: each rule of federation.md, section 13, 9 to 13 as a story."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.features.articles.models import Note
from coffee_node.federation.models import Actor, Follow, InboxItem
from coffee_node.federation.peer_models import Tombstone
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.house.foreign_host import ForeignHost


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def evil(fediverse: Fediverse, lille: TestNode) -> ForeignHost:
    """A host whose space is followed from here: nothing of it is dropped for being a stranger's."""
    host = ForeignHost(fediverse)
    lille.follow_actor(host.actor("space"))
    fediverse.settle()
    return host


def take(
    fediverse: Fediverse, node: TestNode, host: ForeignHost, activity: dict[str, Any], **how: Any
) -> None:
    answer = host.send(node, activity, **how)
    assert answer.status_code == 202, answer.text
    fediverse.settle()


def contents(node: TestNode) -> list[str]:
    return [row.content for row in node.rows(Note)]


def last_reason(node: TestNode) -> str:
    return node.rows(InboxItem)[-1].last_error


def test_the_good_one_is_stored(fediverse: Fediverse, lille: TestNode, evil: ForeignHost) -> None:
    space = f"{evil.url}/actors/space"
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space)))
    assert contents(lille) == ["<p>Note 1</p>"]


@pytest.mark.parametrize(
    "author",
    [
        "https://evil.example/actors/mallory",
        "https://victim.example/actors/victim",
        ["https://evil.example/actors/space", "https://evil.example/actors/mallory"],
        17,
        "1",
    ],
)
def test_an_object_of_another_author_is_dropped(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, author: Any
) -> None:
    space = f"{evil.url}/actors/space"
    evil.actor("mallory")
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space, attributedTo=author)))
    assert contents(lille) == []


def test_an_object_without_author_is_the_senders(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = f"{evil.url}/actors/space"
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space, attributedTo=None)))
    assert [row.actor_uri for row in lille.rows(Note)] == [space]


def test_an_embedded_object_of_another_host_counts_as_its_own_host_tells_it(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    victim = ForeignHost(fediverse, "victim.example")
    author = victim.actor("author")
    lille.follow_actor(author)
    victim.documents[f"{victim.url}/notes/1"] = victim.note(author, content="<p>True</p>")
    space = f"{evil.url}/actors/space"
    forged = victim.note(author, content="<p>Forged</p>")
    take(fediverse, lille, evil, evil.activity("Create", space, forged))
    assert contents(lille) == ["<p>True</p>"]
    forged = victim.note(author, 2, content="<p>Forged</p>")
    take(fediverse, lille, evil, evil.activity("Create", space, forged))
    assert contents(lille) == ["<p>True</p>"]


def test_an_activity_of_another_host_is_dropped(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = f"{evil.url}/actors/space"
    take(
        fediverse,
        lille,
        evil,
        evil.activity("Create", space, evil.note(space), id="https://victim.example/a/1"),
    )
    assert contents(lille) == []
    assert "host" in last_reason(lille)


def test_an_object_of_ours_is_described_by_us_alone(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    ours = lille.object_of(lille.post(event_document(name="Ours")))
    space = f"{evil.url}/actors/space"
    for type_ in ("Create", "Update", "Delete"):
        take(fediverse, lille, evil, evil.activity(type_, space, ours | {"name": "Forged"}))
    assert [item["name"] for item in lille.get_json("/events.json")["items"]] == ["Ours"]


def test_an_object_without_an_id_is_dropped(fediverse: Fediverse, lille: TestNode, evil: ForeignHost) -> None:
    space = f"{evil.url}/actors/space"
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space, id=None)))
    assert contents(lille) == []
    assert last_reason(lille) == "the object has no id"


def test_a_fragment_of_the_activity_is_a_part_of_it(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = f"{evil.url}/actors/space"
    note = evil.note(space, id=f"{evil.url}/activities/77#object")
    take(fediverse, lille, evil, evil.activity("Create", space, note, id=f"{evil.url}/activities/77"))
    assert len(contents(lille)) == 1


def test_another_actor_of_its_host_changes_and_deletes_nothing(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space, mallory = f"{evil.url}/actors/space", evil.actor("mallory")
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space)))
    for author in (space, mallory):
        forged = evil.note(author, content="<p>Forged</p>")
        take(fediverse, lille, evil, evil.activity("Update", mallory, forged))
    take(fediverse, lille, evil, evil.activity("Delete", mallory, f"{evil.url}/notes/1"))
    assert contents(lille) == ["<p>Note 1</p>"]
    assert lille.rows(Tombstone) == []


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_moderator_whom_the_owner_names_may_change_and_delete(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, is_listed: bool
) -> None:
    moderators = f"{evil.url}/moderators"
    ann = evil.actor("ann")
    evil.documents[moderators] = {"id": moderators, "type": "OrderedCollection", "orderedItems": [ann]}
    group = evil.actor("group", "Group", attributedTo=moderators if is_listed else [ann])
    lille.follow_actor(group)
    take(fediverse, lille, evil, evil.activity("Create", group, evil.note(group)))
    changed = evil.note(group, content="<p>Moderated</p>")
    take(fediverse, lille, evil, evil.activity("Update", ann, changed))
    assert contents(lille) == ["<p>Moderated</p>"]
    take(fediverse, lille, evil, evil.activity("Create", ann, evil.note(group, 2)))
    take(fediverse, lille, evil, evil.activity("Update", ann, evil.note(group, 3)))
    assert contents(lille) == ["<p>Moderated</p>"]
    take(fediverse, lille, evil, evil.activity("Delete", ann, f"{evil.url}/notes/1"))
    assert contents(lille) == []


def test_an_update_of_what_we_missed_is_a_create_and_an_older_one_changes_nothing(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = f"{evil.url}/actors/space"
    newer = evil.note(space, content="<p>New</p>", updated="2026-11-24T08:30:00Z")
    take(fediverse, lille, evil, evil.activity("Update", space, newer))
    assert contents(lille) == ["<p>New</p>"]
    older = evil.note(space, content="<p>Old</p>", updated="2026-11-24T08:20:00Z")
    take(fediverse, lille, evil, evil.activity("Update", space, older))
    assert contents(lille) == ["<p>New</p>"]
    again = evil.note(space, content="<p>Again</p>", updated="2026-11-24T08:40:00Z")
    take(fediverse, lille, evil, evil.activity("Create", space, again))
    assert contents(lille) == ["<p>New</p>"]


def test_a_delete_before_its_create_suppresses_it_for_thirty_days(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = f"{evil.url}/actors/space"
    take(fediverse, lille, evil, evil.activity("Delete", space, f"{evil.url}/notes/1"))
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space)))
    assert contents(lille) == []
    fediverse.clock.advance(days=31)
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space)))
    assert contents(lille) == ["<p>Note 1</p>"]


def test_a_delete_by_somebody_else_suppresses_no_create(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space, mallory = f"{evil.url}/actors/space", evil.actor("mallory")
    take(fediverse, lille, evil, evil.activity("Delete", mallory, f"{evil.url}/notes/1"))
    take(fediverse, lille, evil, evil.activity("Create", space, evil.note(space)))
    assert contents(lille) == ["<p>Note 1</p>"]


def test_a_strangers_note_is_not_kept_but_a_reply_to_ours_is(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    stranger = evil.actor("stranger")
    take(fediverse, lille, evil, evil.activity("Create", stranger, evil.note(stranger)))
    assert contents(lille) == []
    ours = lille.object_of(lille.post(event_document()))["id"]
    reply = evil.note(stranger, 2, inReplyTo=ours)
    take(fediverse, lille, evil, evil.activity("Create", stranger, reply))
    assert contents(lille) == ["<p>Note 2</p>"]


def test_an_accept_answers_only_what_was_asked_of_that_actor(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space, mallory = f"{evil.url}/actors/space", evil.actor("mallory")
    asked = lille.get_json(f"/actors/{lille.slug}/following", "application/activity+json")["totalItems"]
    assert asked == 0
    follow = next(item for item in _follows(lille) if item[1] == space)
    take(fediverse, lille, evil, evil.activity("Accept", mallory, follow[0]))
    take(fediverse, lille, evil, evil.activity("Accept", space, "https://lille.example/activities/none"))
    assert [state for _, _, state in _follows(lille)] == ["requested"]
    take(fediverse, lille, evil, evil.activity("Accept", space, follow[0]))
    take(fediverse, lille, evil, evil.activity("Reject", mallory, follow[0]))
    assert [state for _, _, state in _follows(lille)] == ["accepted"]


def _follows(node: TestNode) -> list[tuple[str, str, str]]:
    uris = {actor.id: actor.uri for actor in node.rows(Actor)}
    return [(row.activity_uri, uris[row.target_id], row.state) for row in node.rows(Follow)]
