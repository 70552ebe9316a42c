"""Values that no table can hold are the caller's mistake, never an error of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse, TestNode, event_document
from tests.house.postgres import temporary_database

ACTIVITY = "application/activity+json"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def node_database_url(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield lambda name: ""
        else:
            server = os.environ["COFFEE_TEST_POSTGRES_URL"]
            yield lambda name: stack.enter_context(temporary_database(server))


@pytest.fixture
def node(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.mark.parametrize(
    "address",
    [
        "/events?q=a%00b",
        "/people.json?skill=%00",
        "/actor/outbox?before=99999999999999999999999",
        "/actors/lille/outbox?before=-99999999999999999999999",
        # 0001-01-01 and 9999-12-31 at offsets that lead out of the calendar, and an id of 2**62
        "/events.json?page=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwx",
        "/spaces.json?page=OTk5OS0xMi0zMVQyMzo1OTo1OS0xMjowMHwx",
        "/articles.json?page=MjAyNi0wMS0wMVQwMDowMDowMCswMDowMHw0NjExNjg2MDE4NDI3Mzg3OTAw",
    ],
)
def test_an_odd_value_in_an_address_is_no_error_of_ours(node: TestNode, address: str) -> None:
    assert node.client.get(address, base_url=node.url).status_code in (200, 400)


@pytest.mark.parametrize("kind", ["Delete", "Undo", "Accept", "Reject"])
def test_an_id_that_is_none_is_refused(node: TestNode, kind: str) -> None:
    answered = node.client.post(
        f"/actors/{node.slug}/outbox",
        data=json.dumps({"type": kind, "object": "a\x00b"}),
        headers={"Authorization": f"Bearer {node.token}", "Content-Type": ACTIVITY},
        base_url=node.url,
    )
    assert answered.status_code in (400, 404)


def test_a_language_that_no_column_holds_is_left_out(node: TestNode) -> None:
    long = "abcdefgh-abcdefgh-abcdefgh-abcdefgh"
    made = node.object_of(node.post(event_document(inLanguage=long, nameMap={long: "x", "fr": "Apéro"})))
    assert "inLanguage" not in made
    assert made["nameMap"] == {"fr": "Apéro"}
