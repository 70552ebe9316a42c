"""Rows 28 and 41: collections that never end, and WebFinger, asked of us and by us."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from coffee_node.activitypub.webfinger import lookup, parse_handle
from coffee_node.base.errors import CoffeeError
from coffee_node.testing import Fediverse, TestNode, make_response
from tests.hostile.target import Target
from tests.hostile.wire import exchange

HOST = "evil.example"
JRD = {"Content-Type": "application/jrd+json"}
ACTIVITY = {"Content-Type": "application/activity+json"}


@pytest.mark.parametrize(
    "resource",
    [
        "acct:../../etc/passwd@{host}",
        "acct:a@b@c",
        "",
        "acct:",
        "acct:@{host}",
        "a" * 10_000,
        "acct:%00@{host}",
        "http://{host}/../../x",
        "javascript:alert(1)",
        "acct:mutualab@other.example",
        "acct:MUTUALAB@@{host}",
        "https://[",
        "acct:caf\u00e9@{host}",
    ],
)
def test_h41_webfinger_asked_for_nonsense(target: Target, resource: str) -> None:
    query = requests.compat.quote(resource.replace("{host}", target.host), safe="")
    data = f"GET /.well-known/webfinger?resource={query} HTTP/1.1\r\nhost: {target.host}\r\n\r\n".encode()
    answer = exchange(target.address, data)
    assert answer.status in (400, 404) and answer.seconds < 2, answer
    assert b"passwd" not in answer.body and b"Traceback" not in answer.body


def test_h41_webfinger_without_a_resource(target: Target) -> None:
    data = f"GET /.well-known/webfinger HTTP/1.1\r\nhost: {target.host}\r\n\r\n".encode()
    assert exchange(target.address, data).status == 400


def actor_document(host: str = HOST) -> dict[str, Any]:
    uri = f"https://{host}/actors/alice"
    return {
        "id": uri,
        "type": "Person",
        "preferredUsername": "alice",
        "name": "Alice",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
    }


def jrd(
    subject: str = f"acct:alice@{HOST}",
    self_: str = f"https://{HOST}/actors/alice",
    type_: str = "application/activity+json",
) -> dict[str, Any]:
    return {"subject": subject, "links": [{"rel": "self", "type": type_, "href": self_}]}


Answers = dict[str, Callable[[requests.PreparedRequest], requests.Response]]


def serve(fediverse: Fediverse, webfinger: Any, *, host: str = HOST) -> None:
    """A host that answers WebFinger with this, and its actor plainly."""

    def answer(request: requests.PreparedRequest) -> requests.Response:
        if "/.well-known/webfinger" in str(request.url):
            if callable(webfinger):
                return webfinger(request)  # type: ignore[no-any-return]
            return make_response(request, 200, json.dumps(webfinger).encode(), JRD)
        return make_response(request, 200, json.dumps(actor_document(host)).encode(), ACTIVITY)

    fediverse.hostile[host] = answer


def look_up(node: TestNode, handle: str = f"@alice@{HOST}") -> str:
    """The id of the actor behind a handle, as the lookup box finds it."""
    return lookup(node.node.http, parse_handle(handle))


def test_h41_a_good_answer_is_taken(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    serve(fediverse, jrd())
    assert look_up(lille) == f"https://{HOST}/actors/alice"


BAD: dict[str, Any] = {
    "a-subject-elsewhere": jrd("acct:alice@victim.example"),
    "b-self-elsewhere": jrd(self_="https://other.example/actors/alice"),
    "d-two-megabytes": lambda request: make_response(request, 200, b" " * 2_000_000 + b"{}", JRD),
    "e-redirect-inside": lambda request: make_response(request, 302, b"", {"Location": "https://10.0.0.1/x"}),
    "f-type": jrd(type_="text/html"),
    "f-no-links": {"subject": f"acct:alice@{HOST}"},
    "f-links-number": {"subject": f"acct:alice@{HOST}", "links": 7},
    "html": lambda request: make_response(request, 200, b"<html>", {"Content-Type": "text/html"}),
    "self-inside": jrd(self_="https://127.0.0.1/actors/alice"),
    "self-javascript": jrd(self_="javascript:alert(1)"),
}


@pytest.mark.parametrize("name", BAD)
def test_h41_answers_that_are_refused(fediverse: Fediverse, name: str) -> None:
    lille = fediverse.node("lille")
    serve(fediverse, BAD[name])
    fediverse.hostile["other.example"] = lambda request: make_response(request, 404, b"", {})
    with pytest.raises(CoffeeError):
        look_up(lille)
    hosts = {requests.compat.urlsplit(url).hostname for _, url in fediverse.requests}
    assert hosts <= {HOST, "other.example"}


def page(uri: str, items: list[Any], following: str = "", **more: Any) -> dict[str, Any]:
    made = {"id": uri, "type": "OrderedCollectionPage", "orderedItems": items, **more}
    return made | ({"next": following} if following else {})


def outbox(kind: str, url: str) -> dict[str, Any]:
    """What an outbox address of this kind of collection answers."""
    base = url.partition("?")[0]
    number = int(url.partition("page=")[2] or 0)
    if "page" not in url:
        totals = {"d-minus": -1, "d-text": "5", "d-huge": 1e300}
        return {
            "id": base,
            "type": "OrderedCollection",
            "first": f"{base}?page=1",
            "totalItems": totals.get(kind, 10**9),
        }
    activity = {
        "id": f"https://tournai.example/x/{number}",
        "type": "Like",
        "actor": "https://tournai.example/actors/tournai",
    }
    following = {
        "a": f"{base}?page={number + 1}",
        "b": f"{base}?page={3 - number}",
        "f": "https://flood.example/outbox?page=2",
    }
    items: list[Any] = [activity] * (20_000 if kind == "c" else 1)
    if kind == "e":
        items = [f"https://flood.example/objects/{one}" for one in range(500)]
    return page(url, items, following.get(kind, ""))


@pytest.mark.parametrize("kind", ["a", "b", "c", "d-minus", "d-text", "d-huge", "e", "f"])
def test_h28_collections_without_end(fediverse: Fediverse, kind: str) -> None:
    """The walk of a new partner's past stops by itself, asks nobody else, and the node goes on."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    asked: list[str] = []

    def answer(request: requests.PreparedRequest) -> requests.Response:
        url = str(request.url)
        if "outbox" in url and request.method == "GET":
            asked.append(url)
            return make_response(request, 200, json.dumps(outbox(kind, url)).encode(), ACTIVITY)
        client = tournai.app.test_client()
        body = request.body
        answered = client.open(
            url.removeprefix(tournai.url),
            method=str(request.method),
            headers=dict(request.headers),
            data=body,
            base_url=tournai.url,
        )
        return make_response(request, answered.status_code, answered.data, dict(answered.headers))

    fediverse.hostile[tournai.host] = answer
    fediverse.hostile["flood.example"] = lambda request: make_response(request, 404, b"", {})
    fediverse.connect(lille, tournai)
    for _ in range(4):
        fediverse.clock.advance(hours=3)
        fediverse.settle(2_000)
    assert 0 < len(asked) <= 60, len(asked)
    flooded = [url for _, url in fediverse.requests if "flood.example" in url]
    assert len(flooded) <= 100
    assert lille.get_json("/livez") == {"status": "ok"}
