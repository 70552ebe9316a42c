"""The documents of the test kit: each has the shape that its software sends, and our schemas read it."""

from __future__ import annotations

from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from coffee_node.activitypub.schemas import ActorSchema
from coffee_node.activitypub.vocabulary import host_of, id_of, is_public
from coffee_node.features.articles.schemas import NoteSchema
from coffee_node.features.events.schemas import EventSchema
from coffee_node.testing_documents import document_names, load_document

NAMES = document_names()
EVENTS = [name for name in NAMES if name.endswith("/event")]
NOTES = [name for name in NAMES if name.endswith("/note")]
ACTORS = [name for name in NAMES if name.endswith("/actor")]


def test_the_four_servers_are_there() -> None:
    assert {name.partition("/")[0] for name in NAMES} == {"gancio", "gotosocial", "mastodon", "mobilizon"}
    assert [*ACTORS, *EVENTS, *NOTES] and len(ACTORS) == 4


def test_a_document_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(FileNotFoundError, match="mobilizon/event"):
        load_document("mobilizon/../mobilizon/event")


def test_every_test_gets_a_copy_of_its_own() -> None:
    load_document("mobilizon/event")["name"] = "changed"
    assert load_document("mobilizon/event")["name"] != "changed"


@pytest.mark.parametrize("name", ACTORS)
def test_an_actor_is_read_with_its_key(name: str) -> None:
    document = load_document(name)
    actor = ActorSchema().parse(document)
    [key] = actor["public_keys"]
    assert key["owner"] == document["id"] and actor["inbox"]
    assert isinstance(load_pem_public_key(key["pem"].encode()), RSAPublicKey)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_read_with_its_time_and_place(name: str) -> None:
    document = load_document(name)
    event = EventSchema().parse(document)
    assert event["name"] == document["name"]
    assert event["start_time"] == datetime.fromisoformat(document["startTime"])
    assert event["latitude"] == document["location"]["latitude"]
    assert event["tags"] and event["attachments"]


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_read_in_its_language(name: str) -> None:
    note = NoteSchema().parse(load_document(name))
    assert note["content"].startswith("<p>")
    assert note["language"] == {"mastodon/note": "fr", "gotosocial/note": "nl"}[name]


@pytest.mark.parametrize("name", [*EVENTS, *NOTES])
def test_objects_are_public_and_on_the_host_of_their_author(name: str) -> None:
    document = load_document(name)
    assert host_of(document["id"]) == host_of(id_of(document["attributedTo"]))
    audience = document["to"] if isinstance(document["to"], list) else [document["to"]]
    assert any(is_public(one) for one in audience)


def test_the_quirks_that_make_them_worth_having() -> None:
    assert load_document("gotosocial/actor")["publicKey"]["id"].endswith("/main-key")
    assert isinstance(load_document("gotosocial/note")["to"], str)
    assert isinstance(load_document("gancio/event")["location"]["address"], str)
    assert load_document("mobilizon/event")["actor"] != load_document("mobilizon/event")["attributedTo"]
    assert load_document("mastodon/note")["summary"] is None
