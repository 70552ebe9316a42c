"""Row 21: what is not for everybody looks exactly like what does not exist."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import Target
from tests.hostile.wire import ACTIVITY, Answer, exchange

SIGNED = "(request-target) host date"


@pytest.fixture(scope="module")
def private(target: Target) -> str:
    """The id of a note for the network only."""
    note = {"type": "Note", "content": "<p>For partners.</p>", "name": "Hidden title"}
    answer = target.node.post(note | {"to": [f"{target.node.url}/actor/followers"]})
    assert answer.status_code == 201, answer.text
    ((uri,),) = target.rows("SELECT object_uri FROM activity WHERE uri = ?", answer.headers["Location"])
    return str(uri)


def get(target: Target, path: str, accept: str = ACTIVITY, sender: Sender | None = None) -> Answer:
    """A GET, signed by somebody or not."""
    if sender is None:
        data = f"GET {path} HTTP/1.1\r\nhost: {target.host}\r\naccept: {accept}\r\n\r\n".encode()
    else:
        post = target.post(sender, b"", method="GET", path=path).cavage(SIGNED, digest=None, accept=accept)
        data = post.raw(length=False)
    return exchange(target.address, data, target.source())


def comparable(answer: Answer) -> Any:
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("date", "content-length")
    }
    return answer.status, headers


@pytest.mark.parametrize("accept", [ACTIVITY, "application/json", "text/html"])
@pytest.mark.parametrize("suffix", ["", ".json", "/replies", "/attendees"])
def test_h21_unsigned(target: Target, private: str, accept: str, suffix: str) -> None:
    """The same status, headers and body as for an id that was never given."""
    path = private.removeprefix(target.node.url)
    nowhere = f"/objects/{_like(path)}"
    hidden, missing = get(target, path + suffix, accept), get(target, nowhere + suffix, accept)
    assert hidden.status == 404 and comparable(hidden) == comparable(missing)
    assert hidden.body.replace(_last(path), b"") == missing.body.replace(_last(nowhere), b"")
    assert hidden.seconds < 2


def _last(path: str) -> bytes:
    return path.rsplit("/", 1)[1].encode()


def _like(path: str) -> str:
    last = path.rsplit("/", 1)[1]
    return "".join(
        secrets.choice("0123456789abcdef") if sign in "0123456789abcdef" else sign for sign in last
    )


def test_h21_signed_by_somebody_who_is_no_partner(target: Target, private: str) -> None:
    stranger = Sender(target.network, target.keys[1])
    path = private.removeprefix(target.node.url)
    hidden, missing = (
        get(target, path, sender=stranger),
        get(target, f"/objects/{_like(path)}", sender=stranger),
    )
    assert hidden.status == 404 and comparable(hidden) == comparable(missing)
    assert hidden.body == missing.body


def test_h21_collections_do_not_count_it(target: Target, private: str) -> None:
    outbox = get(target, f"/actors/{target.node.slug}/outbox?page=1")
    assert outbox.status == 200 and private.encode() not in outbox.body
    for path in ("/articles.json", "/events.json", "/search?q=Hidden", "/"):
        assert b"Hidden title" not in get(target, path, "text/html, application/json").body


def test_h21_its_activity_is_hidden_as_well(target: Target, private: str) -> None:
    ((uri,),) = target.rows("SELECT uri FROM activity WHERE object_uri = ?", private)
    assert get(target, uri.removeprefix(target.node.url)).status == 404
