"""The ledgers from the command line: what waits or failed, once more, or given up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.base.mail import queue_mail
from coffee_node.federation.actors import node_actor
from coffee_node.federation.models import Activity, Delivery, InboxItem
from tests.unit.cli.conftest import CommandLine

OpenNode = Callable[[], AbstractContextManager[Flask]]
THEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
ESCO, SWITCH = "esco.example", "switch.example"


def sending(number: int, host: str, state: str, error: str) -> Delivery:
    """One delivery of an activity of the node actor."""
    activity = Activity(
        uri=f"https://mutualab.example/activities/{number}",
        type="Create",
        actor=node_actor(),
        object_uri=f"https://mutualab.example/objects/{number}",
        document={},
        body=b"{}",
        digest="",
    )
    return Delivery(
        activity=activity,
        actor=activity.actor,
        host=host,
        inbox=f"https://{host}/inbox",
        state=state,
        attempts=number,
        next_try_at=THEN,
        last_error=error,
    )


@pytest.fixture
def ledger(node: OpenNode) -> None:
    """Two deliveries and one received activity that are not done, and one delivery that is."""
    failed = InboxItem(
        activity_uri="https://switch.example/activities/9",
        type="Update",
        actor_uri="https://switch.example/actors/switch",
        host=SWITCH,
        body=b"{}",
        state="failed",
        attempts=5,
        next_try_at=THEN,
        last_error="ValueError: no name",
    )
    with node(), write() as session:
        session.add(sending(1, ESCO, "waiting", "no answer"))
        session.add(sending(2, ESCO, "refused", "HTTP 403"))
        session.add(sending(3, SWITCH, "sent", ""))
        session.add(failed)


def states(node: OpenNode) -> list[tuple[str, int]]:
    with node():
        rows = [*db.session.scalars(select(Delivery)), *db.session.scalars(select(InboxItem))]
        return [(row.state, row.attempts) for row in rows]


def test_an_empty_queue_says_so(cli: CommandLine) -> None:
    assert cli("queue", "list").stdout == "Nothing waits and nothing failed.\n"
    assert cli.listing("queue", "list") == []


@pytest.mark.usefixtures("ledger")
def test_what_is_not_done_is_listed_with_its_error(cli: CommandLine) -> None:
    rows = cli.listing("queue", "list")
    assert [(row["id"], row["host"], row["state"], row["last_error"]) for row in rows] == [
        ("out-1", ESCO, "waiting", "no answer"),
        ("out-2", ESCO, "refused", "HTTP 403"),
        ("in-1", SWITCH, "failed", "ValueError: no name"),
    ]
    assert "could not be handled" in cli("queue", "list", "--host", SWITCH).stdout
    assert [row["id"] for row in cli.listing("queue", "list", "--host", SWITCH)] == ["in-1"]


@pytest.mark.usefixtures("ledger")
def test_a_retry_starts_from_the_beginning(cli: CommandLine, node: OpenNode) -> None:
    cli("queue", "retry", "out-2", "in-1")
    assert states(node) == [("waiting", 1), ("waiting", 0), ("sent", 3), ("received", 0)]


@pytest.mark.usefixtures("ledger")
def test_all_of_a_server_is_given_up(cli: CommandLine, node: OpenNode) -> None:
    cli("queue", "drop", "--host", ESCO)
    cli("queue", "drop", "in-1")
    assert [state for state, _ in states(node)] == ["gave_up", "gave_up", "sent", "ignored"]
    assert "dropped by an administrator; no answer" in cli("queue", "list").stdout


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("name", ["out-3", "out-99", "in-2", "up-1", "out-", "seven"])
def test_what_is_not_in_the_list_cannot_be_retried(cli: CommandLine, node: OpenNode, name: str) -> None:
    before = states(node)
    assert name in cli.refusal("queue", "retry", "out-1", name)
    assert states(node) == before


@pytest.mark.parametrize("words", [[], ["out-1", "--host", ESCO]])
def test_either_ids_or_a_server_are_needed(cli: CommandLine, words: list[str]) -> None:
    cli("queue", "drop", *words, exit_code=2)


@pytest.fixture
def letter(node: OpenNode) -> None:
    """One mail that waits, in a node without a mail server."""
    with node(), write():
        queue_mail("claire@mutualab.example", "ESCO does not answer", "Since a day.", message_id="1@x")


@pytest.mark.usefixtures("letter")
def test_a_mail_that_waits_is_listed_with_what_it_waits_for(cli: CommandLine) -> None:
    [row] = cli.listing("queue", "list")
    assert (row["id"], row["host"], row["type"]) == ("mail-1", "claire@mutualab.example", "Mail")
    assert (row["object"], row["state"]) == ("ESCO does not answer", "waiting")
    assert row["last_error"] == "no mail server is set: [mail] url"


@pytest.mark.usefixtures("letter")
def test_a_mail_can_be_given_up_and_tried_again(cli: CommandLine) -> None:
    cli("queue", "retry", "mail-1")
    cli("queue", "drop", "mail-1")
    assert cli.listing("queue", "list") == []
    assert "mail-1" in cli.refusal("queue", "retry", "mail-1")
