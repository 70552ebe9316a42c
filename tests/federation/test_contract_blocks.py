"""Every literal document of the federation contract: our schemas read it and write the same again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coffee_node.activitypub import contexts
from coffee_node.activitypub.limits import activity_shape, parse_json
from coffee_node.activitypub.vocabulary import ACTIVITY_TYPES, ACTOR_TYPES
from coffee_node.federation.models import Activity, Actor
from coffee_node.node import current_node
from coffee_node.testing import Fediverse, TestNode, event_document

CONTRACT = Path(__file__).parents[3] / "shared" / "federation.md"
BLOCK = re.compile(r"^```json (\S+)\n(.*?)^```", re.S | re.M)
ACTIVITY = "application/activity+json"
CONTEXTS = {
    "ACTOR_CONTEXT": contexts.ACTOR_CONTEXT,
    "EVENT_CONTEXT": contexts.EVENT_CONTEXT,
    "OFFER_CONTEXT": contexts.OFFER_CONTEXT,
    "ARTICLE_CONTEXT": contexts.ARTICLE_CONTEXT,
}
BY_ENGINE = {"to", "cc", "url", "@context", "proof"}
FREE_TEXTS = {
    "create-offer": {"content"},
    "create-need": {"content"},
    "create-job": {"content"},
    "update-event": {"summary", "attachment", "tag"},
    "create-event": {"summary"},
    "actor-person": {"attachment", "tag"},
    "actor-space": {"attachment", "icon", "image"},
}
"""What our pages word themselves (each schema's tests check these), and pictures (no upload yet)."""


def blocks() -> dict[str, Any]:
    text = CONTRACT.read_text("utf-8") if CONTRACT.exists() else ""
    found = {name: json.loads(body) for name, body in BLOCK.findall(text)}
    return {name: spelled_out(block) for name, block in found.items()}


def spelled_out(block: Any) -> Any:
    named = block.get("@context") if isinstance(block, dict) else None
    return block | {"@context": CONTEXTS[named]} if isinstance(named, str) and named in CONTEXTS else block


BLOCKS = blocks()
ACTIVITIES = [
    name for name, block in BLOCKS.items() if isinstance(block, dict) and block.get("type") in ACTIVITY_TYPES
]


@pytest.fixture(autouse=True)
def contract() -> None:
    if not BLOCKS:
        pytest.skip("the folder shared/ with the federation contract is not beside this project")


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def test_the_contexts_are_those_of_the_contract() -> None:
    assert {name: BLOCKS[name] for name in CONTEXTS} == CONTEXTS


@pytest.mark.parametrize("name", ACTIVITIES)
def test_an_activity_of_the_contract_passes_our_inbox_parser(name: str) -> None:
    document = parse_json(json.dumps(BLOCKS[name]).encode())
    shape = activity_shape(document)
    assert (shape.uri, shape.type, shape.actor_uri) == (document["id"], document["type"], document["actor"])


def described(name: str) -> dict[str, Any]:
    """The object of an activity, or the actor, that a block describes."""
    block = BLOCKS[name]
    found: dict[str, Any] = block["object"] if block["type"] in ("Create", "Update") else block
    return found


PUBLISHED = [
    name
    for name in BLOCKS
    if name.startswith(("create-event", "create-offer", "create-need", "create-job", "create-article"))
    or name in ("update-event", "actor-space", "actor-person")
]


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_the_contract_publishes_is_read_and_written_the_same(name: str, lille: TestNode) -> None:
    document = described(name)
    left_out = BY_ENGINE | FREE_TEXTS.get(name, set())
    with lille.context():
        object_type = current_node.registry.type_for(document)
        assert object_type is not None
        values = object_type.schema.parse(document)
        columns = {column.key for column in object_type.model.__table__.columns}
        author = Actor(uri=values.get("actor_uri") or document["id"], type="Organization", host="")
        row = object_type.model(
            actor=author, **{key: value for key, value in values.items() if key in columns}
        )
        row.timezone = "Europe/Paris"
        row.origin = "lille.example" if object_type.is_actor else ""
        written = object_type.schema.render(row)
    core = {"id", "type", "kind", "preferredUsername", "inbox", "outbox", "followers", "following"}
    core |= {"endpoints", "manuallyApprovesFollowers", "publicKey", "assertionMethod", "generator"}
    core |= {"discoverable", "indexable", "published", "updated", "featured", "upcomingEvents", "alsoKnownAs"}
    if document["type"] in ACTOR_TYPES:
        left_out |= core
    expected = {key: value for key, value in document.items() if key not in left_out}
    assert {key: written.get(key) for key in expected} == expected
    assert object_type.schema.context == (BLOCKS[name]["@context"])


def is_about_an_object(activity: dict[str, Any]) -> bool:
    """Nodes describe their actors anew by Update too."""
    return activity["type"] != "Update" or "inbox" not in activity["object"]


def story(fediverse: Fediverse, lille: TestNode) -> dict[str, dict[str, Any]]:
    """Real activities of two nodes, by the name of the block they must look like."""
    tournai = fediverse.node("tournai")
    tournai.follow_actor("https://lille.example/actors/lille")
    fediverse.settle()
    created = lille.post(event_document())
    uri = lille.object_of(created)["id"]
    fediverse.clock.advance(minutes=1)
    lille.post({"type": "Update", "object": {"id": uri, "type": "Event", "name": "Moved"}})
    lille.post({"type": "Delete", "object": uri})
    fediverse.settle()
    sent = [row.document for node in (lille, tournai) for row in node.rows(Activity)]
    of_type = {one["type"]: one for one in sent if is_about_an_object(one)}
    return {
        "follow": of_type["Follow"],
        "accept-follow": of_type["Accept"],
        "create-event": of_type["Create"],
        "update-event": of_type["Update"],
        "delete-event": of_type["Delete"],
    }


def test_what_we_really_send_has_the_shape_of_the_contract(fediverse: Fediverse, lille: TestNode) -> None:
    optional = {"published"}
    for name, ours in story(fediverse, lille).items():
        block = BLOCKS[name]
        assert set(block) - optional <= set(ours), name
        assert set(ours) - optional <= set(block) - optional, name
        assert {key: type(value) for key, value in ours.items() if key in block} == {
            key: type(value) for key, value in block.items() if key in ours
        }, name
        inner, wanted = ours["object"], block["object"]
        if isinstance(wanted, dict) and name in ("accept-follow", "delete-event"):
            assert set(wanted) <= set(inner), name
        assert ours["@context"] == block["@context"], name


def test_the_node_actor_has_the_members_of_the_contract(lille: TestNode) -> None:
    ours, block = lille.get_json("/actor", ACTIVITY), BLOCKS["actor-application"]
    assert ours["implements"] == block["implements"]
    assert ours["@context"] == block["@context"]
    assert set(block) - {"summary"} <= set(ours)
    assert {key: type(ours[key]) for key in ours if key in block} == {
        key: type(block[key]) for key in ours if key in block
    }
    for one in ("publicKey", "endpoints"):
        assert set(ours[one]) == set(block[one])
    assert set(ours["assertionMethod"][0]) == set(block["assertionMethod"][0])


def test_nodeinfo_and_webfinger_have_the_members_of_the_contract(lille: TestNode) -> None:
    ours, block = lille.get_json("/nodeinfo/2.1"), BLOCKS["nodeinfo-2.1"]
    assert set(ours) == set(block)
    assert set(ours["software"]) <= set(block["software"])
    assert set(ours["usage"]) == set(block["usage"])
    assert lille.get_json("/.well-known/nodeinfo") == BLOCKS["nodeinfo-links"]
    found = lille.get_json("/.well-known/webfinger?resource=acct:lille@lille.example")
    wanted = json.loads(json.dumps(BLOCKS["webfinger-space"]).replace("mutualab", "lille"))
    assert found["subject"] == wanted["subject"]
    assert found["aliases"] == wanted["aliases"]
    known = {link["rel"]: link for link in wanted["links"]}
    assert [link for link in found["links"] if link["rel"] in known and link != known[link["rel"]]] == []
    node = lille.get_json("/.well-known/webfinger?resource=acct:lille.example@lille.example")
    # Beside the contract: who signs in elsewhere with this home space is told where (OpenID Connect).
    issuer = {"rel": "http://openid.net/specs/connect/1.0/issuer", "href": lille.url}
    node["links"].remove(issuer)
    assert node == BLOCKS["webfinger-node"]


def test_our_proofs_have_the_members_of_the_contract(lille: TestNode) -> None:
    published = lille.object_of(lille.post(event_document()))
    assert set(published["proof"]) == set(BLOCKS["proof"]["proof"])
    assert published["proof"]["proofPurpose"] == BLOCKS["proof"]["proof"]["proofPurpose"]
