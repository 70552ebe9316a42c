"""The other software of the fediverse, by the documents it sends: we read them, and keep its rules.

A neighbour here is a host with the actor, the key and the activities of that software (testing_documents).
"""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.activitypub import keys
from coffee_node.features.articles.models import Article, Note
from coffee_node.features.events.models import Event
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.models import Follow, InboxItem
from coffee_node.testing import (
    Fediverse,
    TestNode,
    article_document,
    event_document,
    load_document,
    need_document,
    note_document,
)
from coffee_node.testing_documents import document_names
from tests.federation.neighbour_rules import RULES, complaints
from tests.federation.neighbours import Neighbour, acting

NAMES = document_names()
SOFTWARE = sorted({name.partition("/")[0] for name in NAMES})
TABLES = {"event": Event, "note": Note, "article": Article, "proposal": Proposal}
NO_ACTIVITIES = {*TABLES, "actor", "key"}
OBJECTS = [name for name in NAMES if name.partition("/")[2] in TABLES]


def of_kind(kind: str) -> list[str]:
    return [name.partition("/")[0] for name in NAMES if name.endswith(f"/{kind}")]


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def meet(fediverse: Fediverse, software: str) -> Neighbour:
    return Neighbour(fediverse, software, keys.generate_rsa())


def followed(fediverse: Fediverse, lille: TestNode, software: str) -> Neighbour:
    """A neighbour whose actor (and an Event's author, where it is another one) our space follows."""
    neighbour = meet(fediverse, software)
    lille.follow_actor(neighbour.uri)
    fediverse.settle()
    return neighbour


@pytest.mark.parametrize("software", SOFTWARE)
def test_their_follow_is_accepted_with_the_whole_follow_inside(
    fediverse: Fediverse, lille: TestNode, software: str
) -> None:
    follow = load_document(f"{software}/follow")
    neighbour = acting(meet(fediverse, software), follow["actor"])
    neighbour.send(lille, follow)
    fediverse.settle()
    [row] = lille.rows(Follow)
    assert row.state == "accepted"
    [accept] = neighbour.received
    assert accept["type"] == "Accept"
    assert accept["object"]["id"] == follow["id"]
    assert complaints(software, accept) == []


@pytest.mark.parametrize("software", of_kind("undo"))
def test_their_undo_ends_the_follow(fediverse: Fediverse, lille: TestNode, software: str) -> None:
    neighbour = meet(fediverse, software)
    neighbour.send(lille, load_document(f"{software}/follow"))
    fediverse.settle()
    neighbour.send(lille, load_document(f"{software}/undo"))
    fediverse.settle()
    assert [row.state for row in lille.rows(Follow)] == ["undone"]


@pytest.mark.parametrize("software", [name for name in of_kind("accept") if name != "mobilizon"])
def test_their_accept_answers_our_follow(fediverse: Fediverse, lille: TestNode, software: str) -> None:
    accept = load_document(f"{software}/accept")
    neighbour = followed(fediverse, lille, software)
    [sent] = neighbour.received
    assert complaints(software, sent) == []
    accept["object"]["id"] = sent["id"]
    neighbour.send(lille, accept)
    fediverse.settle()
    assert [row.state for row in lille.rows(Follow)] == ["accepted"]


def test_an_accept_of_a_follow_we_never_sent_changes_nothing(fediverse: Fediverse, lille: TestNode) -> None:
    neighbour = followed(fediverse, lille, "mastodon")
    neighbour.send(lille, load_document("mastodon/accept"))
    fediverse.settle()
    assert [row.state for row in lille.rows(Follow)] == ["requested"]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_followed_actor_publishes_is_kept(fediverse: Fediverse, lille: TestNode, name: str) -> None:
    software, _, kind = name.partition("/")
    document = load_document(name)
    neighbour = followed(fediverse, lille, software)
    author = acting(neighbour, document["attributedTo"])
    lille.follow_actor(author.uri)
    fediverse.settle()
    author.send(lille, author.creates(document))
    fediverse.settle()
    [row] = lille.rows(TABLES[kind])
    assert row.uri == document["id"]
    assert row.content.startswith("<p>") or kind == "proposal"
    assert row.name == (document.get("name") or "")
    assert row.actor_uri == document["attributedTo"]


def test_an_activity_that_arrives_two_weeks_late_is_read_with_its_own_date(
    fediverse: Fediverse, lille: TestNode
) -> None:
    neighbour = followed(fediverse, lille, "wordpress")
    neighbour.send(lille, load_document("wordpress/late-create"))
    fediverse.settle()
    [event] = lille.rows(Event)
    assert event.published.date().isoformat() == "2026-11-10"
    assert event.timezone == "Europe/Brussels"


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("/delete")])
def test_their_delete_erases_our_copy(fediverse: Fediverse, lille: TestNode, name: str) -> None:
    software = name.partition("/")[0]
    neighbour = followed(fediverse, lille, software)
    neighbour.send(lille, neighbour.creates(load_document(f"{software}/note")))
    fediverse.settle()
    assert len(lille.rows(Note)) == 1
    neighbour.send(lille, load_document(name))
    fediverse.settle()
    assert lille.rows(Note) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.partition("/")[2] not in NO_ACTIVITIES])
def test_no_activity_of_theirs_breaks_the_inbox(fediverse: Fediverse, lille: TestNode, name: str) -> None:
    document = load_document(name)
    neighbour = meet(fediverse, name.partition("/")[0])
    acting(neighbour, document["actor"]).send(lille, document)
    fediverse.settle()
    [item] = lille.rows(InboxItem)
    assert item.state in ("handled", "ignored", "received"), item.last_error
    assert item.attempts <= 1
    assert "Error" not in item.last_error, item.last_error


def everything_we_publish(node: TestNode, fediverse: Fediverse) -> None:
    """One of each: made, changed, deleted."""
    place = {"type": "Place", "name": "Mutualab", "latitude": 50, "longitude": 3}
    tags = [
        {"type": "Hashtag", "name": "#python"},
        {"type": "Link", "rel": "skill", "href": "http://data.europa.eu/esco/skill/1", "name": "Python"},
    ]
    link = {"type": "Link", "href": "https://mutualab.example/apero", "name": "Website"}
    event = node.post(event_document(location=place, tag=tags, attachment=[link], summary=""))
    node.post(event_document(location=None, isOnline=True))
    for document in (
        need_document(tag=tags, location=place),
        need_document(purpose="offer"),
        note_document(tag=tags),
    ):
        node.post(document)
    article = node.object_of(node.post(article_document(tag=tags)))
    fediverse.clock.advance(minutes=1)
    uri = node.object_of(event)["id"]
    node.post(
        {
            "type": "Update",
            "object": {"id": uri, "type": "Event", "name": "Moved", "startTime": "2026-12-04T08:30:00+01:00"},
        }
    )
    node.post({"type": "Delete", "object": article["id"]})


@pytest.mark.parametrize("software", SOFTWARE)
def test_what_we_send_keeps_their_rules(fediverse: Fediverse, lille: TestNode, software: str) -> None:
    neighbour = meet(fediverse, software)
    follow = load_document("mastodon/follow") | {
        "actor": neighbour.uri,
        "id": f"{neighbour.uri.rstrip('/')}#follow",
    }
    neighbour.send(lille, follow)
    fediverse.settle()
    everything_we_publish(lille, fediverse)
    fediverse.settle()
    sent = neighbour.received
    kinds = {
        (one["type"], (one["object"] if isinstance(one["object"], dict) else {}).get("type")) for one in sent
    }
    assert {("Accept", "Follow"), ("Create", "Event"), ("Update", "Event")} <= kinds
    assert len({one["id"] for one in sent}) == len(sent)
    assert {
        f"{one['type']} {one['id']}": complaints(software, one) for one in sent if complaints(software, one)
    } == {}


def test_every_software_with_documents_has_its_rules() -> None:
    assert sorted(RULES) == SOFTWARE


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("epicyon", {"type": ["Create"]}, "type is not one text"),
    ("mobilizon", {"object": {"location": {"latitude": 50}}}, "/object/location/latitude is no float"),
    ("mastodon", {"object": {"type": "Note", "summary": "x"}}, "a Note has a summary"),
    ("gancio", {"object": {"tag": [{"name": "x"}]}}, "a tag of an Event is no Hashtag with its sign"),
    ("gancio", {"object": {"attachment": [{"type": "Link"}]}}, "the first attachment is no picture"),
    ("mobilizon", {"type": "Undo", "object": "x"}, "the answered or undone activity is not embedded whole"),
    ("takahe", {"object": {"type": "Article"}}, "an Article has no attributedTo"),
    ("gotosocial", {"object": {"type": "Proposal"}}, "a Proposal is answered with 500"),
    ("wordpress", {"@context": None}, "there is no @context"),
    ("bookwyrm", {"@context": ["https://x.example/ns"]}, "https://x.example/ns would have to be fetched"),
    ("bookwyrm", {"object": {"type": "Note", "@context": "x"}}, "/object has a @context of its own"),
    ("mastodon", {"object": {"type": "Note", "name": None}}, "/object/name is empty"),
]


@pytest.mark.parametrize(("software", "changes", "complaint"), BAD)
def test_the_rules_notice_what_breaks_them(software: str, changes: dict[str, Any], complaint: str) -> None:
    good = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://lille.example/activities/1",
        "type": "Create",
        "actor": "https://lille.example/actors/lille",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": {},
    }
    event = {
        "type": "Event",
        "startTime": "2026-12-03T08:30:00+01:00",
        "timezone": "Europe/Paris",
        "id": "https://lille.example/objects/1",
    }
    changed = good | changes
    if isinstance(changed["object"], dict):
        changed["object"] = event | changed["object"]
    assert complaint in complaints(software, changed)
