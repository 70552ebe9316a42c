"""Actors on the wire: the five types, keys in every form peers use, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.actor_schema import public_keys_of
from coffee_node.activitypub.schemas import ActorSchema
from coffee_node.base.errors import CoffeeError, InvalidDocument

SPACE = "https://lille.example/actors/mutualab"
PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n"
MULTIKEY = {
    "id": f"{SPACE}#ed25519-key",
    "type": "Multikey",
    "controller": SPACE,
    "publicKeyMultibase": "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
}
DOCUMENT: dict[str, Any] = {
    "id": SPACE,
    "type": "Organization",
    "kind": "space",
    "preferredUsername": "mutualab",
    "name": "Mutualab",
    "summary": "<p>Espace de coworking.</p>",
    "url": "https://lille.example/@mutualab",
    "inbox": f"{SPACE}/inbox",
    "outbox": f"{SPACE}/outbox",
    "followers": f"{SPACE}/followers",
    "following": f"{SPACE}/following",
    "endpoints": {"sharedInbox": "https://lille.example/inbox"},
    "manuallyApprovesFollowers": False,
    "icon": {"type": "Image", "mediaType": "image/png", "url": "https://media.lille.example/m/7f3a.png"},
    "alsoKnownAs": ["https://mastodon.example/users/mutualab"],
    "publicKey": {"id": f"{SPACE}#main-key", "owner": SPACE, "publicKeyPem": PEM},
    "assertionMethod": [MULTIKEY],
    "published": "2026-11-23T08:10:00Z",
}


def parse(**changes: Any) -> dict[str, Any]:
    return ActorSchema().parse({**DOCUMENT, **changes})


def test_an_actor_is_read_into_columns() -> None:
    read = parse()
    assert read["uri"] == SPACE
    assert read["slug"] == "mutualab"
    assert read["shared_inbox"] == "https://lille.example/inbox"
    assert read["public_keys"] == [{"id": f"{SPACE}#main-key", "owner": SPACE, "pem": PEM}]
    assert read["assertion_methods"] == [MULTIKEY]
    assert read["icon_url"] == "https://media.lille.example/m/7f3a.png"
    assert read["published"] == datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    assert read["moved_to"] == ""
    assert read["manually_approves"] is False


def test_an_actor_is_written_as_it_was_read() -> None:
    assert ActorSchema().render(SimpleNamespace(**parse())) == DOCUMENT


@pytest.mark.parametrize("name", ["Application", "Group", "Organization", "Person", "Service"])
def test_all_five_types_are_actors(name: str) -> None:
    assert parse(type=name)["type"] == name
    assert parse(type=["Thing", name])["type"] == name


@pytest.mark.parametrize("declared", ["Note", "person", [], None, 5])
def test_anything_else_is_no_actor(declared: Any) -> None:
    with pytest.raises(InvalidDocument):
        parse(type=declared)


@pytest.mark.parametrize("name", ["id", "inbox"])
def test_an_actor_needs_an_id_and_an_inbox(name: str) -> None:
    for value in (None, "", "x", 5, "javascript:x"):
        with pytest.raises(InvalidDocument) as caught:
            parse(**{name: value})
        assert name in caught.value.fields


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        {},
        [],
        "x",
        {"sharedInbox": None},
        {"sharedInbox": "x"},
        {"sharedInbox": "https://victim.example/"},
    ],
)
def test_h25_a_shared_inbox_elsewhere_is_dropped(endpoints: Any) -> None:
    assert parse(endpoints=endpoints)["shared_inbox"] is None
    assert parse(endpoints=endpoints, sharedInbox="https://lille.example/x")["shared_inbox"] is None


KEY = DOCUMENT["publicKey"]


@pytest.mark.parametrize(
    ("declared", "ids"),
    [
        (KEY, [KEY["id"]]),
        ([KEY, {**KEY, "id": f"{SPACE}#second"}], [KEY["id"], f"{SPACE}#second"]),
        (f"{SPACE}/main-key", []),
        ([{**KEY, "id": "main-key"}], []),
        ([{**KEY, "publicKeyPem": None}], []),
        ([{**KEY, "publicKeyPem": "x" * 10_000}], []),
        (None, []),
        (5, []),
    ],
)
def test_keys_may_be_one_several_or_named_only(declared: Any, ids: list[str]) -> None:
    assert [key["id"] for key in parse(publicKey=declared)["public_keys"]] == ids


def test_h10c_the_owner_of_a_key_is_kept_as_declared() -> None:
    foreign = {**KEY, "owner": "https://victim.example/actors/a"}
    assert parse(publicKey=foreign)["public_keys"][0]["owner"] == "https://victim.example/actors/a"
    assert parse(publicKey={"id": KEY["id"], "publicKeyPem": PEM})["public_keys"][0]["owner"] == SPACE


def test_h10d_eleven_keys_are_refused() -> None:
    with pytest.raises(InvalidDocument):
        parse(publicKey=[{**KEY, "id": f"{SPACE}#{number}"} for number in range(11)])
    with pytest.raises(InvalidDocument):
        parse(assertionMethod=[MULTIKEY] * 11)


def test_a_key_document_and_a_stub_actor_give_their_key() -> None:
    document = {"@context": "https://w3id.org/security/v1", **KEY}
    assert public_keys_of(document) == [{"id": KEY["id"], "owner": SPACE, "pem": PEM}]
    stub = {"id": SPACE, "type": "Person", "publicKey": KEY}
    assert public_keys_of(stub) == [{"id": KEY["id"], "owner": SPACE, "pem": PEM}]


def test_keys_of_proofs_that_are_none_are_left_out() -> None:
    bad = [{}, "https://a.example/key", 5, {**MULTIKEY, "id": "x"}, {**MULTIKEY, "publicKeyMultibase": 5}]
    assert parse(assertionMethod=[*bad, MULTIKEY])["assertion_methods"] == [MULTIKEY]


@pytest.mark.parametrize(
    "icon", [["x", {"url": "https://a.example/a.png"}], {"url": {"href": "https://a.example/a.png"}}]
)
def test_a_picture_may_be_written_in_several_ways(icon: Any) -> None:
    assert ActorSchema().parse({**DOCUMENT, "icon": icon})["icon_url"] in ("https://a.example/a.png", "")


def test_h25_a_picture_in_the_document_itself_is_dropped() -> None:
    assert parse(icon={"type": "Image", "url": "data:image/svg+xml,<svg onload=alert(1)>"})["icon_url"] == ""


values = st.none() | st.booleans() | st.integers() | st.text() | st.just(SPACE) | st.just(KEY)
anything = (
    values
    | st.lists(values, max_size=3)
    | st.dictionaries(st.sampled_from([*DOCUMENT, *KEY]), values, max_size=4)
)


@given(st.dictionaries(st.sampled_from([*DOCUMENT]), anything, max_size=6))
def test_nothing_but_our_errors_comes_out_of_an_actor(changes: dict[str, Any]) -> None:
    try:
        read = parse(**changes)
    except CoffeeError:
        return
    assert ActorSchema().render(read)["id"] == read["uri"]
