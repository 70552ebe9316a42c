"""Two nodes started as the README says, over real HTTP: what one publishes is with the other in seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from coffee_node.testing_factories import article_document, event_document, need_document
from tests.house.real_nodes import ACTIVITY, RealNode, wait_for

pytestmark = pytest.mark.enable_socket
SECONDS = 5.0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealNode, RealNode]]:
    folder = tmp_path_factory.mktemp("pair")
    lille, tournai = (RealNode(folder / name, name).init().start() for name in ("lille", "tournai"))
    lille.befriend(tournai)
    wait_for(lambda: lille.partners() == tournai.partners() == 1, 15, 0.2)
    yield lille, tournai
    lille.stop()
    tournai.stop()


def names(node: RealNode, path: str) -> list[str]:
    return [item["name"] for item in node.all_items(path)]


@pytest.mark.parametrize(
    ("document", "path", "page"),
    [
        (event_document(name="Breakfast A"), "/events.json?scope=network", "/events"),
        (need_document(name="Designer B"), "/offers.json?scope=network", "/offers"),
        (article_document(name="Legal card C"), "/articles.json?scope=network", "/articles"),
    ],
)
def test_create_update_and_delete_arrive_within_seconds(
    pair: tuple[RealNode, RealNode], document: dict[str, object], path: str, page: str
) -> None:
    lille, tournai = pair
    name = str(document["name"])
    uri = lille.publish(document)
    wait_for(lambda: name in names(tournai, path), SECONDS)
    assert name in tournai.session.get(f"{tournai.url}{page}", timeout=5).text

    change = {"type": "Update", "object": {"id": uri, "type": document["type"], "name": f"{name}, changed"}}
    assert lille.post(change).status_code == 201
    wait_for(lambda: f"{name}, changed" in names(tournai, path), SECONDS)

    assert lille.post({"type": "Delete", "object": uri}).status_code == 201
    wait_for(lambda: f"{name}, changed" not in names(tournai, path), SECONDS)


def test_a_profile_arrives_within_seconds(pair: tuple[RealNode, RealNode]) -> None:
    lille, tournai = pair
    lille.run("user", "add", "claire", "--name", "Claire Dubois", "--email", "claire@example.org")
    token = lille.run("token", "create", "claire")
    uri = f"{lille.url}/actors/claire"
    profile = {"type": "Update", "object": {"id": uri, "type": "Person", "name": "Claire Dubois"}}
    answer = lille.post(profile, "claire", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    wait_for(lambda: "Claire Dubois" in names(tournai, "/people.json?scope=network"), SECONDS)
    profile["object"] = {"id": uri, "type": "Person", "name": "Claire Dubois-Maes"}
    assert lille.post(profile, "claire", headers={"Authorization": f"Bearer {token}"}).status_code == 201
    wait_for(lambda: "Claire Dubois-Maes" in names(tournai, "/people.json?scope=network"), SECONDS)


def test_a_wrong_token_is_401_and_another_outbox_403(pair: tuple[RealNode, RealNode]) -> None:
    lille, _ = pair
    assert lille.post(event_document(), headers={"Authorization": "Bearer wrong"}).status_code == 401
    lille.run("user", "add", "jan", "--name", "Jan Peeters", "--email", "jan@example.org")
    token = lille.run("token", "create", "jan")
    assert lille.post(event_document(), headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_one_idempotency_key_makes_one_event(pair: tuple[RealNode, RealNode]) -> None:
    lille, _ = pair
    document = event_document(name="Only once")
    first, second = (lille.post(document, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.headers["Location"] == second.headers["Location"]
    assert names(lille, "/events.json").count("Only once") == 1


def test_what_happens_while_a_node_is_stopped_reaches_it_in_order(pair: tuple[RealNode, RealNode]) -> None:
    lille, tournai = pair
    tournai.stop()
    events = [lille.publish(event_document(name=f"Outage {number}")) for number in range(10)]
    for number, uri in enumerate(events):
        update = {"type": "Update", "object": {"id": uri, "type": "Event", "name": f"Outage {number}, moved"}}
        assert lille.post(update).status_code == 201
    for uri in events[:5]:
        assert lille.post({"type": "Delete", "object": uri}).status_code == 201
    tournai.start()
    wanted = sorted(f"Outage {number}, moved" for number in range(5, 10))

    def held() -> list[str]:
        return sorted(name for name in names(tournai, "/events.json") if name.startswith("Outage"))

    wait_for(lambda: held() == wanted, 20)
    copies = {item["id"]: item for item in tournai.all_items("/events.json")}
    ours = {item["id"]: item for item in lille.all_items("/events.json")}
    for uri in events[5:]:
        assert copies[uri] == ours[uri]
    assert json.loads(lille.run("peer", "list", "--json"))[0]["waiting"] == 0


def test_documents_and_pages_share_one_address(pair: tuple[RealNode, RealNode]) -> None:
    lille, _ = pair
    uri = lille.publish(event_document(name="Two faces"))
    assert lille.get_json(uri, ACTIVITY)["name"] == "Two faces"
    page = lille.session.get(uri, headers={"Accept": "text/html"}, timeout=5)
    assert page.headers["Content-Type"].startswith("text/html") and "Two faces" in page.text
