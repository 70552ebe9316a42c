"""/metrics: figures for monitoring, from this machine or with an administrator's token."""

from __future__ import annotations

import re

import pytest

from coffee_node.federation import accounts, worker_runs
from coffee_node.testing import Fediverse, TestNode, event_document

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    lille = fediverse.node("lille")
    fediverse.node("tournai", partners=[lille])
    fediverse.down.add("tournai.example")
    lille.post(event_document())
    fediverse.settle()
    return lille


def figures(node: TestNode) -> dict[str, float]:
    answer = node.client.get("/metrics", base_url=LOCAL)
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-0-9.e+]+', line) for line in lines
    )
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_what_waits_and_how_peers_are_is_counted(fediverse: Fediverse, lille: TestNode) -> None:
    fediverse.clock.advance(minutes=10)
    with lille.context():
        worker_runs.note_run()
    found = figures(lille)
    assert found['coffee_deliveries{state="waiting"}'] == 1
    assert found['coffee_deliveries{state="gave_up"}'] == 0
    assert found['coffee_inbox_items{state="handled"}'] >= 1
    assert found['coffee_mails{state="waiting"}'] == 0
    assert found['coffee_peers{state="away",partner="yes"}'] == 1
    assert found['coffee_oldest_waiting_seconds{queue="deliveries"}'] == 600
    assert found['coffee_oldest_waiting_seconds{queue="mails"}'] == 0
    assert found["coffee_worker_last_run_timestamp_seconds"] == fediverse.clock.now.timestamp()


def test_every_metric_says_what_it_is(lille: TestNode) -> None:
    text = lille.client.get("/metrics", base_url=LOCAL).text
    for name in set(re.findall(r"^(coffee_\w+)", text, re.M)):
        assert f"# HELP {name} " in text and f"# TYPE {name} gauge" in text


@pytest.mark.parametrize(
    ("base_url", "headers", "address"),
    [
        ("https://lille.example", {}, "127.0.0.1"),
        (LOCAL, {"X-Forwarded-For": "203.0.113.7"}, "127.0.0.1"),
        (LOCAL, {"Via": "1.1 proxy"}, "127.0.0.1"),
        (LOCAL, {}, "203.0.113.7"),
        (LOCAL, {"Authorization": "Bearer wrong"}, "203.0.113.7"),
    ],
)
def test_from_elsewhere_a_token_is_needed(
    lille: TestNode, base_url: str, headers: dict[str, str], address: str
) -> None:
    answer = lille.client.get(
        "/metrics", base_url=base_url, headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert answer.status_code == 401
    assert "coffee_" not in answer.text


def test_the_token_of_an_administrator_opens_them_and_that_of_a_member_does_not(lille: TestNode) -> None:
    lille.add_person("claire")
    with lille.context():
        member = accounts.create_token(accounts.account_named("claire"))
    for token, status in ((lille.token, 200), (member, 403)):
        headers = {"Authorization": f"Bearer {token}"}
        assert lille.client.get("/metrics", base_url=lille.url, headers=headers).status_code == status
