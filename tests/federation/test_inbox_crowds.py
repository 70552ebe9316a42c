"""Deliveries that arrive together: what is plainly good is kept at once, all else is judged by the door."""

from __future__ import annotations

import io
import sqlite3
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.base import database
from coffee_node.base.database import db
from coffee_node.federation import inbox
from coffee_node.federation.models import InboxItem
from coffee_node.federation.social_models import FollowerCheck
from coffee_node.testing import Fediverse, TestNode
from coffee_node.web.inbox_crowd import InboxCrowd
from tests.house import modes
from tests.house.foreign_host import ForeignHost

OURS = "https://lille.example/x"
TYPE = "application/activity+json"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def evil(fediverse: Fediverse) -> ForeignHost:
    return ForeignHost(fediverse)


@pytest.fixture
def space(lille: TestNode, evil: ForeignHost) -> str:
    """An actor the node knows already."""
    space = evil.actor()
    assert evil.send(lille, evil.activity("Like", space, OURS)).status_code == 202
    return space


def environ(node: TestNode, signed: tuple[dict[str, str], bytes], path: str = "/inbox") -> dict[str, Any]:
    """A request as the server hands it out."""
    headers, body = signed
    built = EnvironBuilder(path, node.url, method="POST", headers=Headers(headers)).get_environ()
    built |= {"REMOTE_ADDR": "127.0.0.1"}
    return built | {"RAW_URI": path, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def take(node: TestNode, *environs: dict[str, Any], hops: int = 0) -> list[bool]:
    return InboxCrowd(node.app, hops).take(environs)


def answer(node: TestNode, environ: dict[str, Any]) -> str:
    """What the application answers to a request that was left to it."""
    _, status, _ = run_wsgi_app(node.app.wsgi_app, environ)
    return status[:3]


def kept(node: TestNode) -> list[str]:
    return [row.activity_uri for row in node.rows(InboxItem)]


def test_good_ones_are_kept_and_the_others_left_to_the_door(
    lille: TestNode, evil: ForeignHost, space: str
) -> None:
    good = [evil.activity("Like", space, OURS) for _ in range(3)]
    stranger = evil.activity("Like", evil.actor("stranger"), OURS)
    forged = evil.activity("Like", space, OURS)
    crowd = [environ(lille, evil.signed(lille, one)) for one in (good[0], stranger, good[1])]
    crowd += [environ(lille, evil.signed(lille, forged, evil.actor("forger")))]
    crowd += [environ(lille, (evil.signed(lille, good[0])[0], b'{"not": "what was signed"}'))]
    crowd += [environ(lille, evil.signed(lille, good[2]))]
    assert take(lille, *crowd) == [True, False, True, False, False, True]
    assert set(kept(lille)[1:]) == {one["id"] for one in good}
    assert [answer(lille, crowd[number]) for number in (1, 3, 4)] == ["202", "401", "401"]
    assert kept(lille)[-1] == stranger["id"]


def test_a_repeated_one_is_accepted_and_kept_once(lille: TestNode, evil: ForeignHost, space: str) -> None:
    one = evil.signed(lille, evil.activity("Like", space, OURS))
    assert take(lille, environ(lille, one), environ(lille, one)) == [True, True]
    assert take(lille, environ(lille, one)) == [True]
    assert len(kept(lille)) == 2


@pytest.mark.parametrize("path", ["/actors/nobody/inbox", "/actors/lille/inbox"])
def test_an_inbox_must_be_somebodys(lille: TestNode, evil: ForeignHost, space: str, path: str) -> None:
    body = evil.signed(lille, evil.activity("Like", space, OURS))
    crowd = environ(lille, body, path)
    assert take(lille, crowd) == [False]
    assert answer(lille, crowd) in ("404", "401"), "signed for another path, or nobody's inbox"
    assert len(kept(lille)) == 1


def test_bodies_of_other_kinds_are_left_to_the_door(lille: TestNode, evil: ForeignHost, space: str) -> None:
    headers, body = evil.signed(lille, evil.activity("Like", space, OURS))
    text = environ(lille, (headers | {"Content-Type": "text/plain"}, body))
    packed = environ(lille, (headers | {"Content-Encoding": "gzip"}, body))
    assert take(lille, text, packed) == [False, False]
    assert answer(lille, text) == answer(lille, packed) == "415"


def test_a_departure_is_left_to_the_door(lille: TestNode, evil: ForeignHost, space: str) -> None:
    leaving = environ(lille, evil.signed(lille, evil.activity("Delete", space, space)))
    assert take(lille, leaving) == [False]
    assert answer(lille, leaving) == "202"


@pytest.mark.skipif(modes.is_mode_b(), reason="PostgreSQL locks rows")
def test_a_locked_database_is_waited_for_once_and_told_as_503(
    lille: TestNode, evil: ForeignHost, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "REQUEST_PATIENCE", 0.01)
    with lille.context():
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    crowd = [environ(lille, evil.signed(lille, evil.activity("Like", space, OURS))) for _ in range(2)]
    other.execute("BEGIN IMMEDIATE")
    assert take(lille, *crowd) == [False, False]
    other.execute("ROLLBACK")
    other.close()
    assert [answer(lille, one) for one in crowd] == ["503", "503"], "also when the lock is gone by then"
    assert len(kept(lille)) == 1


def test_rows_that_cannot_be_written_together_are_taken_one_by_one(
    lille: TestNode, evil: ForeignHost, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(rows: list[dict[str, Any]]) -> None:
        raise ValueError("no table takes this")

    crowd = [environ(lille, evil.signed(lille, evil.activity("Like", space, OURS))) for _ in range(2)]
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "_write_all", refuse)
        assert take(lille, *crowd) == [False, False]
    assert [answer(lille, one) for one in crowd] == ["202", "202"]


def test_proxies_say_who_asked_for_which_host(fediverse: Fediverse, evil: ForeignHost) -> None:
    node = fediverse.node("lille", http={"trusted_proxies": "1"})
    space = evil.actor()
    assert evil.send(node, evil.activity("Like", space, OURS)).status_code == 202
    passed = environ(node, evil.signed(node, evil.activity("Like", space, OURS)))
    passed |= {"HTTP_HOST": "127.0.0.1:8000", "HTTP_X_FORWARDED_HOST": "lille.example"}
    passed |= {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}
    assert take(node, passed, hops=0) == [False]
    assert take(node, passed, hops=1) == [True]


def test_the_header_of_follower_synchronisation_is_heard(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, space: str
) -> None:
    activity = evil.activity("Like", space, OURS)
    header = f'collectionId="{space}/followers", url="{space}/followers_synchronization", digest="{"a" * 64}"'
    _, body = evil.signed(lille, activity)
    headers = {"Content-Type": TYPE, "Collection-Synchronization": header}
    headers |= sign_request("cavage", "POST", f"{lille.url}/inbox", headers, body, evil.signers[space])
    assert take(lille, environ(lille, (headers, body))) == [True]
    assert len(lille.rows(FollowerCheck)) == 1
