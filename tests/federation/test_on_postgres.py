"""The main story on PostgreSQL with Redis: the same code, other engines by configuration only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse, article_document, event_document, need_document
from tests.federation.test_concurrent_delivery import send_beside_each_other
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def test_objects_travel_change_and_go_between_nodes_on_postgresql(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    for document, path in (
        (event_document(), "/events.json"),
        (need_document(), "/offers.json"),
        (article_document(), "/articles.json"),
    ):
        made = lille.object_of(lille.post(document))
        fediverse.settle()
        assert [item["id"] for item in tournai.get_json(path)["items"]] == [made["id"]]
        changed = {"id": made["id"], "type": made["type"], "name": "Another name"}
        lille.post({"type": "Update", "object": changed})
        fediverse.settle()
        assert tournai.get_json(path)["items"] == lille.get_json(path)["items"]
        assert "Another name" in tournai.page(path.removesuffix(".json"))
        lille.post({"type": "Delete", "object": made["id"]})
        fediverse.settle()
        assert tournai.get_json(path)["total"] == 0


def test_an_outage_loses_nothing_on_postgresql(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    fediverse.down.add(tournai.host)
    for number in range(5):
        lille.post(event_document(name=f"Event {number}"), **{"Idempotency-Key": f"key-{number}"})
        fediverse.settle()
    fediverse.down.clear()
    fediverse.clock.advance(hours=2)
    fediverse.settle()
    assert tournai.get_json("/events.json")["total"] == 5


def test_two_workers_on_postgresql_send_everything_once(fediverse: Fediverse) -> None:
    send_beside_each_other(fediverse, fediverse.node("lille"))
