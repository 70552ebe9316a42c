"""The page of a peer: what it says about a server in trouble, and what its buttons do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.base.database import write
from coffee_node.federation import peers
from coffee_node.federation.models import Delivery
from coffee_node.testing import Fediverse, TestNode, event_document, make_response

HTML = {"Accept": "text/html", "Accept-Language": "en"}
HOST = "tournai.example"
PAGE = f"/network/{HOST}"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    lille = fediverse.node("lille")
    fediverse.node("tournai", partners=[lille])
    return lille


@pytest.fixture
def claire(lille: TestNode) -> FlaskClient:
    """The administrator's browser."""
    return lille.signed_in()


def read(lille: TestNode, claire: FlaskClient, path: str = PAGE) -> str:
    answer = claire.get(path, base_url=lille.url, headers=HTML)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def press(lille: TestNode, claire: FlaskClient, action: str, **fields: str) -> str:
    page = claire.get(PAGE, base_url=lille.url, headers=HTML).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], "back": PAGE, **fields}
    headers = {**HTML, "Referer": f"{lille.url}{PAGE}"}
    answer = claire.post(action, base_url=lille.url, data=data, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    return read(lille, claire)


def set_peer(node: TestNode, **values: Any) -> None:
    with node.context(), write():
        peer = peers.peer_for(HOST)
        for name, value in values.items():
            setattr(peer, name, value)


def test_a_peer_that_is_well_has_nothing_to_do(lille: TestNode, claire: FlaskClient) -> None:
    page = read(lille, claire)
    assert "COFFEE Tournai" in page and HOST in page
    assert "coffee-node" in page
    assert "partners: each receives what the other publishes" in page
    assert "everything that was published for it has arrived" in page
    assert "Failing since" not in page and "Try now" not in page


def test_an_outage_is_told_with_its_reason_and_what_waits(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    fediverse.down.add(HOST)
    lille.post(event_document(name="Breakfast of the lost letters"))
    fediverse.settle()
    fediverse.clock.advance(minutes=30)
    page = read(lille, claire)
    assert "does not answer" in page and "The connection broke off." in page
    assert "Nothing is lost" in page
    assert "one message, the oldest 30 minutes ago" in page
    assert "Breakfast of the lost letters" in page
    assert "Failing since" in page and "Technical details" in page


def test_try_now_closes_the_breaker_and_everything_leaves(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    fediverse.down.add(HOST)
    lille.post(event_document())
    fediverse.settle()
    fediverse.down.clear()
    assert "1 message leaves now." in press(lille, claire, f"/network/peers/{HOST}/try")
    fediverse.settle()
    assert {row.state for row in lille.rows(Delivery)} == {"sent"}
    assert "Failing since" not in read(lille, claire)


def test_try_now_without_anything_waiting_says_so(lille: TestNode, claire: FlaskClient) -> None:
    set_peer(lille, failures=3)
    assert "Nothing waits." in press(lille, claire, f"/network/peers/{HOST}/try")


def refuse(fediverse: Fediverse, status: int) -> None:
    fediverse.hostile[HOST] = lambda request: make_response(request, status, b"no", {})


def test_a_refused_message_stands_there_with_why_and_can_be_sent_again(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    refuse(fediverse, 403)
    lille.post(event_document(name="Unwanted breakfast"))
    fediverse.settle()
    page = read(lille, claire)
    assert "Unwanted breakfast" in page and "refused" in page
    assert "It does not want messages from this site. Only its administrator can change that." in page
    fediverse.hostile.clear()
    [row] = [row for row in lille.rows(Delivery) if row.state == "refused"]
    press(lille, claire, "/admin/deliveries/retry", id=str(row.id))
    fediverse.settle()
    assert "Unwanted breakfast" not in read(lille, claire)


def test_a_waiting_message_can_be_given_up(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient
) -> None:
    fediverse.down.add(HOST)
    lille.post(event_document())
    fediverse.settle()
    [row] = [row for row in lille.rows(Delivery) if row.state == "waiting"]
    page = press(lille, claire, "/admin/deliveries/drop", id=str(row.id))
    assert "given up after many tries" in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"state": "refuses", "last_error": "HTTP 401: date"}, "refuses our signature"),
        ({"state": "paused", "last_error": "down"}, "goes on by itself as soon as it is heard of"),
        ({"last_error": "[SSL] certificate has expired"}, "Its certificate is not valid"),
    ],
)
def test_each_kind_of_trouble_has_its_words(
    fediverse: Fediverse, lille: TestNode, claire: FlaskClient, values: dict[str, Any], told: str
) -> None:
    set_peer(lille, failing_since=fediverse.clock.now, **values)
    assert told in read(lille, claire)
    assert told in read(lille, claire, "/network")


def test_only_administrators_see_it_and_an_unknown_host_is_not_found(
    lille: TestNode, claire: FlaskClient
) -> None:
    assert lille.client.get(PAGE, base_url=lille.url, headers=HTML).status_code == 303
    assert claire.get("/network/nobody.example", base_url=lille.url, headers=HTML).status_code == 404
    public = lille.page("/network")
    assert f'href="{PAGE}"' not in public


def test_an_object_says_by_whom_it_was_received_and_who_is_missing_and_why(
    fediverse: Fediverse, lille: TestNode
) -> None:
    from coffee_node.web.receipts import receipts_of

    fediverse.node("mons", partners=[lille])
    refuse(fediverse, 403)
    uri = lille.object_of(lille.post(event_document()))["id"]
    fediverse.settle()
    with lille.context():
        found = receipts_of(uri)
    assert (found.received, found.total) == (1, 2)
    [missing] = [one for one in found.hosts if one.state != "sent"]
    assert missing.name == "COFFEE Tournai"
    assert (
        missing.reason == "It does not want messages from this site. Only its administrator can change that."
    )


def test_the_command_line_tells_the_same(fediverse: Fediverse, lille: TestNode) -> None:
    from dataclasses import asdict

    from coffee_node.cli.tables import _plain
    from coffee_node.federation import peer_status

    set_peer(lille, failing_since=fediverse.clock.now, last_error="HTTP 503")
    with lille.context():
        [status] = peer_status.statuses()
    row = json.loads(json.dumps(_plain(asdict(status))))
    assert row["state"] == "away" and row["last_error"] == "HTTP 503"
    assert row["reason"].startswith("It is being maintained")
    wanted = {"software", "version", "last_received_at", "last_delivered_at", "waiting", "failed"}
    assert wanted | {"failing_since", "paused_at", "oldest_waiting_at", "next_try_at"} <= set(row)
