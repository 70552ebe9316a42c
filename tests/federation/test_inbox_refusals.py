"""What the inbox refuses: a problem document that says why, and nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.federation.actors import find_local_actor, signer_for
from coffee_node.federation.models import InboxItem
from coffee_node.testing import Fediverse, TestNode, note_document

ACTIVITY = "application/activity+json"


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    return lille, tournai


def note_of(node: TestNode, **changes: Any) -> dict[str, Any]:
    actor = f"{node.url}/actors/{node.slug}"
    note = note_document(id=f"{node.url}/objects/1", attributedTo=actor, to=["as:Public"])
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{node.url}/activities/1",
        "type": "Create",
        "actor": actor,
        "object": note,
        "to": ["as:Public"],
    } | changes


def deliver(
    sender: TestNode,
    target: TestNode,
    body: bytes,
    *,
    scheme: Any = "cavage",
    signed_body: bytes | None = None,
    headers: dict[str, str] | None = None,
    content_type: str = ACTIVITY,
) -> Any:
    with sender.context():
        actor = find_local_actor(sender.slug)
        assert actor is not None
        signer = signer_for(actor)
        wanted = {"Content-Type": content_type}
        url = f"{target.url}/inbox"
        wanted |= sign_request(scheme, "POST", url, wanted, signed_body or body, signer)
    wanted |= headers or {}
    wanted = {name: value for name, value in wanted.items() if value}
    return target.client.post("/inbox", data=body, headers=wanted, base_url=target.url)


def stored(node: TestNode) -> int:
    return sum(item.activity_uri.endswith("/activities/1") for item in node.rows(InboxItem))


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_a_good_activity_is_accepted(pair: tuple[TestNode, TestNode], scheme: str) -> None:
    lille, tournai = pair
    answer = deliver(lille, tournai, json.dumps(note_of(lille)).encode(), scheme=scheme)
    assert answer.status_code == 202, answer.text
    assert stored(tournai) == 1


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


@pytest.mark.parametrize("name", ["id", "type", "actor"])
def test_an_activity_without_its_essentials_is_400(pair: tuple[TestNode, TestNode], name: str) -> None:
    lille, tournai = pair
    refused(deliver(lille, tournai, json.dumps(without(note_of(lille), name)).encode()), 400, tournai)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b'{"id": 1, "id": 2}', b'{"a": NaN}', b"[" * 5000, b'{"a": "\xff"}', b'"text"'],
)
def test_what_is_no_json_object_is_400(pair: tuple[TestNode, TestNode], body: bytes) -> None:
    lille, tournai = pair
    refused(deliver(lille, tournai, body), 400, tournai)


def test_an_unsigned_activity_is_401(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    body = json.dumps(note_of(lille)).encode()
    refused(deliver(lille, tournai, body, headers={"Signature": ""}), 401, tournai)


def test_a_body_changed_after_signing_is_401(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    good = json.dumps(note_of(lille)).encode()
    refused(deliver(lille, tournai, good.replace(b"first", b"third"), signed_body=good), 401, tournai)


def test_somebody_elses_actor_is_401(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    body = json.dumps(note_of(lille, actor=f"{lille.url}/actor")).encode()
    refused(deliver(lille, tournai, body), 401, tournai)


def test_a_large_body_is_413_and_another_type_415(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    large = json.dumps(note_of(lille, content="x" * 1_100_000)).encode()
    refused(deliver(lille, tournai, large), 413, tournai)
    body = json.dumps(note_of(lille)).encode()
    refused(deliver(lille, tournai, body, content_type="text/plain"), 415, tournai)


def test_a_key_that_cannot_be_fetched_just_now_is_503(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    _, tournai = pair
    mons = fediverse.node("mons")
    fediverse.down.add(mons.host)
    answer = deliver(mons, tournai, json.dumps(note_of(mons)).encode())
    refused(answer, 503, tournai)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_departure_of_somebody_unknown_asks_nobody(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    _, tournai = pair
    mons = fediverse.node("mons")
    actor = f"{mons.url}/actors/mons"
    fediverse.requests.clear()
    answer = deliver(mons, tournai, json.dumps(note_of(mons, type="Delete", object=actor)).encode())
    assert answer.status_code == 202
    assert fediverse.requests == []
    assert stored(tournai) == 0


def refused(answer: Any, status: int, node: TestNode) -> None:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status and problem["detail"]
    assert stored(node) == 0
