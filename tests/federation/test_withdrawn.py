"""What was deleted, withdrawn or never published is told to nobody, at none of its addresses."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from coffee_node.base.database import write
from coffee_node.features.profiles.companies import open_company
from coffee_node.features.profiles.service import change_profile, profile_of, publish_profile
from coffee_node.features.spaces.service import open_space
from coffee_node.federation.actors import create_local_actor, find_local_actor
from coffee_node.federation.objects import delete_actor
from coffee_node.testing import Fediverse, TestNode, event_document

ACTIVITY = "application/activity+json"


def status_of(node: TestNode, path: str) -> int:
    return int(node.client.get(path, headers={"Accept": ACTIVITY}, base_url=node.url).status_code)


def say(node: TestNode, handle: str, summary: str, level: str) -> None:
    """Let a person of the node publish a text about themselves for an audience."""
    with node.context():
        actor = find_local_actor(handle)
        assert actor is not None
        row = profile_of(actor)
        change_profile(row, {"name": handle.title(), "summary": summary}, {"summary": level})
        if not actor.is_published:
            publish_profile(row)


def test_the_text_of_a_deleted_object_is_in_no_outbox_and_at_no_activity(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    create = lille.post(event_document(content="<p>Of yesterday</p>"))
    event = lille.object_of(create)
    assert "Of yesterday" in json.dumps(lille.get_json("/actor/outbox?page=1", ACTIVITY))

    delete = lille.post({"type": "Delete", "object": event["id"]})
    for path in ("/actor/outbox?page=1", "/actors/lille/outbox?page=1"):
        page = lille.get_json(path, ACTIVITY)
        assert "Of yesterday" not in json.dumps(page)
        assert delete in [item["id"] for item in page["orderedItems"]]
    assert status_of(lille, urlsplit(create).path) == 404


def test_what_a_person_takes_back_is_not_in_older_updates(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire")
    say(lille, "claire", "<p>Once for everybody</p>", "public")
    assert "Once for everybody" in json.dumps(lille.get_json("/actors/claire/outbox?page=1", ACTIVITY))
    say(lille, "claire", "<p>Once for everybody</p>", "private")
    page = lille.get_json("/actors/claire/outbox?page=1", ACTIVITY)
    assert [item["type"] for item in page["orderedItems"]] == ["Update"]
    assert "Once for everybody" not in json.dumps(page)


def test_a_person_who_published_and_signed_nothing_is_not_there(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    lille.add_person("claire")
    paths = (
        "/actors/claire",
        "/@claire",
        "/.well-known/webfinger?resource=acct:claire@lille.example",
    )
    assert [status_of(lille, path) for path in paths] == [404] * 3
    lille.follow_actor(f"{tournai.url}/actors/tournai", "claire")
    fediverse.settle()
    stub = lille.get_json("/actors/claire", ACTIVITY)
    assert stub["publicKey"] and "name" not in stub
    assert [status_of(lille, path) for path in paths] == [200] * 3


def test_a_space_is_not_half_deleted_by_the_write_interface(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    answered = lille.client.post(
        "/actors/lille/outbox",
        data=json.dumps({"type": "Delete", "object": f"{lille.url}/actors/lille"}),
        headers={"Authorization": f"Bearer {lille.token}", "Content-Type": ACTIVITY},
        base_url=lille.url,
    )
    assert answered.status_code == 422
    assert [item["id"] for item in lille.get_json("/spaces.json")["items"]] == [f"{lille.url}/actors/lille"]


def test_a_deleted_space_takes_what_it_published_with_it_everywhere(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    with lille.context(), write():
        open_space(create_local_actor("Organization", "annex", "Annex", kind="space"), {"name": "Annex"})
    fediverse.connect(lille, tournai)
    fediverse.clock.advance(seconds=2)
    fediverse.settle()
    lille.post(event_document(name="Farewell"), actor="annex")
    fediverse.settle()
    uri = f"{lille.url}/actors/annex"
    assert uri in [item["id"] for item in tournai.get_json("/spaces.json")["items"]]
    assert tournai.get_json("/events.json")["total"] == 1

    lille.post({"type": "Delete", "object": uri}, actor="annex")
    fediverse.settle()
    for node in (lille, tournai):
        assert uri not in [item["id"] for item in node.get_json("/spaces.json")["items"]]
        assert node.get_json("/events.json")["total"] == 0
    assert status_of(lille, "/actors/annex") == 410
    assert status_of(lille, "/@annex") == 410


def test_a_deleted_company_is_gone_on_both_sides(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    with lille.context():
        company = open_company("atelier-nord", {"name": "Atelier Nord"})
    fediverse.settle()
    assert "Atelier Nord" in tournai.page("/companies")
    with lille.context(), write():
        delete_actor(company.actor)
    fediverse.settle()
    for node in (lille, tournai):
        assert "Atelier Nord" not in node.page("/companies")
