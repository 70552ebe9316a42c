"""Two nodes become partners and keep each other's objects in step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.features.articles.models import Note
from coffee_node.features.events.models import Event
from coffee_node.federation.actors import node_actor, signer_for
from coffee_node.federation.delivery import deliver_due
from coffee_node.testing import (
    Fediverse,
    TestNode,
    article_document,
    event_document,
    need_document,
    note_document,
)

LISTS = {"Event": "/events.json", "need": "/offers.json", "Article": "/articles.json"}
DOCUMENTS = {"Event": event_document, "need": need_document, "Article": article_document}


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    return lille, tournai


def items(node: TestNode, path: str) -> list[dict[str, Any]]:
    return list(node.get_json(path)["items"])


def test_accepting_a_node_makes_both_sides_partners(pair: tuple[TestNode, TestNode]) -> None:
    from coffee_node.federation import peer_status

    for node, other in (pair, pair[::-1]):
        with node.context():
            found = [status for status in peer_status.statuses() if status.is_partner]
        assert [status.host for status in found] == [other.host]


@pytest.mark.parametrize("kind", LISTS)
def test_what_one_node_publishes_is_created_changed_and_deleted_on_the_other(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], kind: str
) -> None:
    lille, tournai = pair
    created = lille.object_of(lille.post(DOCUMENTS[kind]()))
    fediverse.settle()
    assert [item["id"] for item in items(tournai, LISTS[kind])] == [created["id"]]

    fediverse.clock.advance(seconds=5)
    lille.post(
        {"type": "Update", "object": {"id": created["id"], "type": created["type"], "name": "Another name"}}
    )
    fediverse.settle()
    [copy] = items(tournai, LISTS[kind])
    assert copy["name"] == "Another name"
    assert copy == items(lille, LISTS[kind])[0]

    lille.post({"type": "Delete", "object": created["id"]})
    fediverse.settle()
    assert items(tournai, LISTS[kind]) == []
    assert items(lille, LISTS[kind]) == []


def test_a_published_profile_reaches_the_partner_and_its_changes_follow(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    person = lille.add_person("claire", "Claire Dubois")
    lille.post(
        {
            "type": "Update",
            "object": {
                "id": person.uri,
                "type": "Person",
                "name": "Claire Dubois",
                "knowsLanguage": ["fr", "nl"],
            },
        },
        actor="claire",
    )
    fediverse.settle()
    assert [item["name"] for item in items(tournai, "/people.json")] == ["Claire Dubois"]
    assert "Claire Dubois" in tournai.page("/people")


def test_a_new_partner_reads_the_history(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    kept = [lille.object_of(lille.post(event_document(name=f"Event {number}")))["id"] for number in range(45)]
    gone = kept.pop(3)
    lille.post({"type": "Delete", "object": gone})
    fediverse.connect(tournai, lille)
    for _ in range(4):
        fediverse.clock.advance(seconds=1)
        fediverse.settle()
    total = tournai.get_json("/events.json")["total"]
    assert total == len(kept) == 44


def test_a_stranger_stores_nothing(fediverse: Fediverse) -> None:
    lille, mons = fediverse.node("lille"), fediverse.node("mons")
    lille.follow_actor(f"{mons.url}/actors/mons")
    fediverse.settle()
    mons.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    namur = fediverse.node("namur")
    namur.post(note_document())
    fediverse.settle()
    assert lille.rows(Note) == []


def test_network_objects_reach_partners_only_and_members_only(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    stranger = fediverse.node("namur")
    stranger.follow_actor(f"{lille.url}/actors/lille")
    fediverse.settle()
    network = [f"{lille.url}/actor/followers"]
    created = lille.post({"type": "Create", "to": network, "object": event_document(name="For partners")})
    fediverse.settle()
    for node in (lille, tournai, stranger):
        assert node.get_json("/events.json")["total"] == 0
    assert [row.visibility for row in tournai.rows(Event)] == ["network"]
    assert stranger.rows(Event) == []
    path = created.removeprefix(lille.url)
    assert lille.client.get(path, headers={"Accept": "application/activity+json"}).status_code == 404


def test_an_object_for_single_actors_is_refused_with_what_to_do(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    answer = lille.client.post(
        "/actors/lille/outbox",
        json={**note_document(), "to": [f"{tournai.url}/actors/tournai"]},
        headers={"Authorization": f"Bearer {lille.token}", "Content-Type": "application/activity+json"},
        base_url=lille.url,
    )
    assert answer.status_code == 422
    assert "/actor/followers" in json.loads(answer.data)["detail"]


def test_fields_for_the_network_reach_the_members_of_a_partner_and_nobody_else(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    from coffee_node.features.profiles.service import change_profile, profile_of, publish_profile
    from coffee_node.federation.actors import find_local_actor

    lille, tournai = pair
    lille.add_person("claire", "Claire Dubois")
    with lille.context():
        person = find_local_actor("claire")
        assert person is not None
        values = {
            "name": "Claire Dubois",
            "headline": "Illustrator of maps",
            "summary": "<p>At home only</p>",
        }
        change_profile(profile_of(person), values, {"headline": "network", "summary": "space"})
        publish_profile(profile_of(person), is_listed=True)
    fediverse.settle()
    path = f"/@claire@{lille.host}"
    assert "Illustrator of maps" not in tournai.page(path)

    tournai.add_person("jan", "Jan Peeters")
    browser = tournai.signed_in("jan")
    page = browser.get(path, base_url=tournai.url, headers={"Accept": "text/html"}).text
    assert "Illustrator of maps" in page
    assert "At home" not in page


def test_a_new_partner_reads_the_history_for_the_network_too(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    network = [f"{lille.url}/actor/followers"]
    lille.post({"type": "Create", "to": network, "object": event_document(name="For partners")})
    tournai.follow(lille)
    fediverse.settle()
    lille.accept(tournai)
    with lille.context():
        deliver_due()
    while tournai.work():
        continue
    for _ in range(3):
        fediverse.settle()
        fediverse.clock.advance(seconds=1)
    assert [row.name for row in tournai.rows(Event)] == ["For partners"]


def test_a_signature_of_a_partner_that_does_not_hold_is_401(pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    with tournai.context():
        signer = signer_for(node_actor())
    headers = {"Accept": "application/activity+json"}
    headers |= sign_request("cavage", "GET", f"{lille.url}/actor/outbox", headers, None, signer)
    good = lille.client.get("/actor/outbox", headers=headers, base_url=lille.url)
    bad = lille.client.get("/actors/lille/outbox", headers=headers, base_url=lille.url)
    assert (good.status_code, bad.status_code) == (200, 401)
