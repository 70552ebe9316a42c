"""Other nodes from the command line: asked, answered, listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.federation import peers
from coffee_node.federation.actors import node_actor
from coffee_node.federation.models import Activity, Actor, Follow
from coffee_node.federation.peer_models import Peer
from tests.unit.cli.conftest import CommandLine

OpenNode = Callable[[], AbstractContextManager[Flask]]
ESCO = "esco.example"


def node_of(host: str) -> Actor:
    base = f"https://{host}"
    return Actor(
        uri=f"{base}/actor",
        type="Application",
        slug=host,
        host=host,
        name="Esco",
        inbox=f"{base}/actor/inbox",
        shared_inbox=f"{base}/inbox",
    )


@pytest.fixture
def request_of_esco(node: OpenNode) -> None:
    """The node of Esco asks to become a partner."""
    with node(), write() as session:
        esco = node_of(ESCO)
        session.add_all(
            [
                esco,
                Follow(follower=esco, target=node_actor(), activity_uri=f"https://{ESCO}/activities/1"),
                Peer(host=ESCO, name="Esco", node_actor=esco),
            ]
        )


def follows(node: OpenNode) -> dict[str, str]:
    """The state of the follow from and to Esco."""
    with node():
        ours = node_actor().id
        return {
            "they": db.session.scalar(select(Follow.state).where(Follow.target_id == ours)) or "",
            "we": db.session.scalar(select(Follow.state).where(Follow.follower_id == ours)) or "",
        }


def sent(node: OpenNode) -> list[str]:
    with node():
        return list(
            db.session.scalars(select(Activity.type).where(Activity.type.in_(("Accept", "Reject", "Follow"))))
        )


@pytest.mark.usefixtures("request_of_esco")
def test_a_node_that_asks_is_listed(cli: CommandLine) -> None:
    (row,) = cli.listing("peer", "list")
    assert (row["host"], row["state"], row["is_partner"]) == (ESCO, "asks", False)
    assert "wants to be a partner" in cli("peer", "list").stdout


@pytest.mark.usefixtures("request_of_esco")
@pytest.mark.parametrize("name", [ESCO, f"https://{ESCO}", f"https://{ESCO}/actor"])
def test_a_request_is_accepted_by_host_or_address_and_followed_back(
    cli: CommandLine, node: OpenNode, name: str
) -> None:
    cli("peer", "accept", name)
    assert follows(node) == {"they": "accepted", "we": "requested"}
    assert sent(node) == ["Accept", "Follow"]
    assert "already" in cli("peer", "accept", name).stderr
    assert sent(node) == ["Accept", "Follow"]


@pytest.mark.usefixtures("request_of_esco")
def test_a_request_is_refused(cli: CommandLine, node: OpenNode) -> None:
    cli("peer", "reject", ESCO)
    assert follows(node) == {"they": "rejected", "we": ""}
    assert sent(node) == ["Reject"]


def test_follow_asks_the_node_behind_an_address(
    cli: CommandLine, node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow_node(address: str) -> Follow:
        with write() as session:
            follow = Follow(follower=node_actor(), target=node_of(ESCO))
            session.add(follow)
            return follow

    monkeypatch.setattr(peers, "follow_node", follow_node)
    assert "Esco is asked" in cli("peer", "follow", f"https://{ESCO}").stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["follow", "http://127.0.0.1:1"], "127.0.0.1:1"),
        (["accept", ESCO], f"No request from {ESCO}"),
        (["reject", ESCO], f"No request from {ESCO}"),
        (["show", ESCO], f"{ESCO} is not known here"),
        (["try-now", ESCO], f"{ESCO} is not known here"),
    ],
)
@pytest.mark.enable_socket
def test_what_cannot_be_is_refused(cli: CommandLine, words: list[str], told: str) -> None:
    assert told in cli.refusal("peer", *words)


@pytest.mark.usefixtures("request_of_esco")
def test_one_peer_is_shown_with_all_that_is_known(cli: CommandLine) -> None:
    shown = cli("peer", "show", f"https://{ESCO}").stdout
    assert re.search(r"^THEY FOLLOW +requested$", shown, re.MULTILINE)
    assert "0 deliveries are tried now" in cli("peer", "try-now", ESCO).stderr
