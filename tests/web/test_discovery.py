"""What programs find first: collections of a space, WebFinger with its forms, NodeInfo."""

from __future__ import annotations

from typing import Any

from coffee_node.features.spaces.service import change_space, space_of
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode, article_document, event_document

ACTIVITY = "application/activity+json"


def collection(node: TestNode, name: str) -> list[dict[str, Any]]:
    document = node.get_json(f"/actors/{node.slug}/{name}", ACTIVITY)
    assert document["type"] == "OrderedCollection"
    assert document["id"] == f"{node.url}/actors/{node.slug}/{name}"
    assert document["totalItems"] == len(document["orderedItems"])
    items: list[dict[str, Any]] = document["orderedItems"]
    return items


def test_the_events_to_come_are_told_the_next_one_first(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    assert collection(lille, "upcoming") == []
    for name, day in (("later", "2026-12-20"), ("next", "2026-11-25"), ("over", "2026-11-20")):
        times = {"startTime": f"{day}T18:00:00+01:00", "endTime": f"{day}T20:00:00+01:00"}
        lille.post(event_document(name=name, **times))
    running = {"startTime": "2026-11-24T08:00:00+01:00", "endTime": "2026-11-24T18:00:00+01:00"}
    lille.post(event_document(name="now", **running))
    lille.post(event_document(name="inner", to=[f"{lille.url}/actor/followers"]))
    assert [item["name"] for item in collection(lille, "upcoming")] == ["now", "next", "later"]
    document = lille.get_json("/actors/lille", ACTIVITY)
    assert document["upcomingEvents"] == f"{lille.url}/actors/lille/upcoming"
    assert document["featured"] == f"{lille.url}/actors/lille/featured"


def test_the_newest_twenty_objects_are_featured_whole(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    for number in range(21):
        fediverse.clock.advance(minutes=1)
        lille.post(event_document(name=f"event {number}"))
    fediverse.clock.advance(minutes=1)
    gone = lille.object_of(lille.post(article_document(name="a mistake")))["id"]
    lille.post({"type": "Delete", "object": gone})
    lille.post(article_document(name="the newest"))
    items = collection(lille, "featured")
    assert len(items) == 20
    assert [item["name"] for item in items[:2]] == ["the newest", "event 20"]
    assert items[0]["content"] and items[0]["type"] == "Article"


def test_nodeinfo_tells_where_the_node_is_and_with_whom(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    fediverse.node("tournai", partners=[lille])
    with lille.context():
        actor = find_local_actor("lille")
        assert actor is not None
        address = {"locality": "Lille", "region": "Hauts-de-France", "country": "FR"}
        change_space(space_of(actor), {"place": {"type": "Place", "address": address}})
    metadata = lille.get_json("/nodeinfo/2.1")["metadata"]
    assert metadata["nodeName"] == "COFFEE Lille"
    assert (metadata["region"], metadata["country"]) == ("Hauts-de-France", "FR")
    assert metadata["partners"] == 1
    assert metadata["nodeDescription"]
    assert {"events", "spaces"} <= set(metadata["features"])


def test_webfinger_names_the_forms_of_people_and_places_not_of_the_node(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    found = lille.get_json("/.well-known/webfinger?resource=acct:lille@lille.example", "application/jrd+json")
    templates = {link["rel"]: link["template"] for link in found["links"] if "template" in link}
    assert templates["http://ostatus.org/schema/1.0/subscribe"] == f"{lille.url}/intents/follow?uri={{uri}}"
    forms = {rel.rsplit("/", 1)[-1] for rel in templates if rel.startswith("https://w3id.org/fep/3b86/")}
    assert forms == {"Follow", "Join", "Announce", "Offer", "Object"}
    node = lille.get_json(
        "/.well-known/webfinger?resource=acct:lille.example@lille.example", "application/jrd+json"
    )
    assert not any("template" in link for link in node["links"])
