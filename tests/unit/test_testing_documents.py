"""The documents of the test kit: each has the shape that its software sends, and our schemas read it."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from coffee_node.activitypub.limits import activity_shape, parse_json
from coffee_node.activitypub.schemas import ActorSchema
from coffee_node.activitypub.vocabulary import ACTIVITY_TYPES, host_of, id_of, is_public
from coffee_node.features.articles.schemas import ArticleSchema, NoteSchema
from coffee_node.features.events.schemas import EventSchema
from coffee_node.features.proposals.schemas import ProposalSchema, accepts_proposal
from coffee_node.testing_documents import document_names, load_document

NAMES = document_names()
EVENTS = [name for name in NAMES if name.endswith("/event")]
NOTES = [name for name in NAMES if name.endswith("/note")]
ACTORS = [name for name in NAMES if name.endswith("/actor")]
ACTIVITIES = [name for name in NAMES if load_document(name)["type"] in ACTIVITY_TYPES]


def test_the_eight_servers_are_there_each_with_an_actor_and_its_follow() -> None:
    software = {name.partition("/")[0] for name in NAMES}
    assert software == {
        "bookwyrm",
        "epicyon",
        "gancio",
        "gotosocial",
        "mastodon",
        "mobilizon",
        "takahe",
        "wordpress",
    }
    assert {f"{one}/actor" for one in software} | {f"{one}/follow" for one in software} < set(NAMES)


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
    assert event["place"]["name"] == document["location"]["name"]
    assert event["latitude"] == document["location"].get("latitude")
    assert event["tags"] and event["attachments"]


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_read_in_its_language(name: str) -> None:
    note = NoteSchema().parse(load_document(name))
    assert note["content"].startswith("<p>")
    assert note["language"] == {"gotosocial/note": "nl", "bookwyrm/note": ""}.get(name, "fr")


@pytest.mark.parametrize("name", ACTIVITIES)
def test_an_activity_is_read_with_its_actor_on_its_own_host(name: str) -> None:
    document = load_document(name)
    shape = activity_shape(parse_json(json.dumps(document).encode()))
    assert host_of(shape.uri) == host_of(shape.actor_uri)
    assert shape.actor_uri == document["actor"]
    assert document["object"]


def test_an_article_and_a_proposal_are_read_with_what_they_say() -> None:
    article = ArticleSchema().parse(load_document("bookwyrm/article"))
    assert article["name"].startswith("Recensie") and article["content"]
    document = load_document("epicyon/proposal")
    assert accepts_proposal(document)
    proposal = ProposalSchema().parse(document)
    assert (proposal["purpose"], proposal["name"]) == ("offer", "Perceuse à percussion")


@pytest.mark.parametrize("name", [*EVENTS, *NOTES, "bookwyrm/article", "epicyon/proposal"])
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
    assert load_document("bookwyrm/actor")["publicKey"]["id"].endswith("/#main-key")
    assert isinstance(load_document("takahe/note")["tag"], dict)
    assert "?" in load_document("wordpress/actor")["id"]
    assert load_document("wordpress/late-create")["published"] < "2026-11-11"
    assert load_document("epicyon/proposal")["type"] == "Proposal"
    assert isinstance(load_document("mobilizon/announce")["object"], dict)
    assert "signature" in load_document("mastodon/delete")
