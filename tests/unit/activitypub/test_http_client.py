"""Fetching from other servers: what is accepted, what is refused, and which addresses are followed."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signed_request import Signer
from coffee_node.base.errors import AddressNotAllowed, FetchError
from tests.unit.activitypub.web_in_memory import ACTOR, AP, Page, check_signed, client


def test_a_document_is_fetched_from_its_own_address() -> None:
    http, web = client({ACTOR: Page({"id": ACTOR, "type": "Person"})})
    fetched = http.fetch_document(ACTOR)
    assert fetched.url == ACTOR
    assert fetched.document["type"] == "Person"
    sent = web.requests[0]
    assert sent.headers["User-Agent"] == "coffee-node/0"
    assert AP in sent.headers["Accept"]
    assert "Signature" not in sent.headers


def test_a_fragment_is_not_sent() -> None:
    http, web = client({ACTOR: Page({"id": ACTOR, "type": "Person"})})
    assert http.fetch_document(ACTOR + "#main-key").url == ACTOR
    assert web.requests[0].url == ACTOR


def test_h24_a_signed_get_is_signed_again_at_every_step(signer: Signer, public_key: PublicKey) -> None:
    pages = {
        "https://tournai.example/0": Page(status=301, Location="/1"),
        "https://tournai.example/1": Page(status=302, Location="//tournai.example/2?a=b"),
        "https://tournai.example/2?a=b": Page(status=307, Location="https://tournai.example/0#x"),
    }
    pages["https://tournai.example/2?a=b"] = Page(status=307, Location=ACTOR)
    http, web = client({**pages, ACTOR: Page({"id": "https://tournai.example/0"})})
    assert http.fetch_document("https://tournai.example/0", signer).url == "https://tournai.example/0"
    assert len(web.requests) == 4
    for request in web.requests:
        check_signed(request, public_key)


def redirecting(location: str) -> dict[str, Any]:
    return {ACTOR: Page(status=302, Location=location)}


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("https://127.0.0.1/", id="a private"),
        pytest.param("http://tournai.example/x", id="b http"),
        pytest.param("file:///etc/passwd", id="c file"),
        pytest.param("data:application/activity+json,{}", id="c data"),
        pytest.param("gopher://tournai.example/", id="c gopher"),
        pytest.param(ACTOR, id="d loop"),
        pytest.param("https://user@tournai.example/", id="g user info"),
        pytest.param("https://victim.example/actors/a", id="h15c another host"),
        pytest.param("//victim.example/", id="g protocol-relative to another host"),
        pytest.param("https://[::1", id="broken"),
        pytest.param("", id="empty"),
    ],
)
def test_h24_a_redirect_that_leads_astray_is_refused(location: str) -> None:
    http, web = client(redirecting(location))
    with pytest.raises(FetchError) as caught:
        http.fetch_document(ACTOR)
    assert not caught.value.temporary
    assert {request.url for request in web.requests} == {ACTOR}
    assert len(web.requests) <= 4


def test_h24e_more_than_three_redirects_are_not_followed() -> None:
    pages = {f"https://tournai.example/{n}": Page(status=302, Location=f"/{n + 1}") for n in range(50)}
    http, web = client(pages)
    with pytest.raises(FetchError, match="more than 3"):
        http.fetch_document("https://tournai.example/0")
    assert len(web.requests) == 4


OTHER = "https://tournai.example/actors/other"


def test_h15a_a_document_of_another_id_on_the_host_is_asked_for_itself() -> None:
    http, web = client({ACTOR: Page({"id": OTHER}), OTHER: Page({"id": OTHER, "name": "own"})})
    fetched = http.fetch_document(ACTOR)
    assert fetched.url == OTHER
    assert fetched.document["name"] == "own"
    assert len(web.requests) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("https://victim.example/a", {}, id="b another host"),
        pytest.param(
            "https://tournai.example.evil.example/a", {}, id="b another host with the name in front"
        ),
        pytest.param(OTHER, {"id": ACTOR}, id="d chasing each other"),
        pytest.param(OTHER, {"id": OTHER + "2"}, id="d a third one"),
        pytest.param(None, {}, id="no id"),
        pytest.param(5, {}, id="id is a number"),
        pytest.param({"id": ACTOR}, {}, id="id is an object"),
    ],
)
def test_h15_a_document_that_is_not_that_of_its_address_is_refused(
    first: Any, second: dict[str, Any]
) -> None:
    http, web = client({ACTOR: Page({"id": first}), OTHER: Page(second)})
    with pytest.raises(FetchError):
        http.fetch_document(ACTOR)
    assert all("victim" not in str(request.url) for request in web.requests)


@pytest.mark.parametrize(
    ("letter", "media_type"),
    [
        ("a", "text/plain"),
        ("b", "application/json"),
        ("c", "image/png"),
        ("d", "application/ld+json"),
        ("d", 'application/ld+json; profile="https://example.org/profile"'),
        ("d", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams-fake"'),
        ("e", "text/html; charset=utf-8"),
        ("", "application/activity+jsonx"),
        ("", "x" * 5_000),
        ("", ""),
    ],
)
def test_h16_a_document_of_another_media_type_is_refused(letter: str, media_type: str) -> None:
    http, _ = client({ACTOR: Page({"id": ACTOR}, Content_Type=media_type)})
    with pytest.raises(FetchError) as caught:
        http.fetch_document(ACTOR)
    assert not caught.value.temporary


@pytest.mark.parametrize(
    "media_type",
    [
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8;profile="https://x.example https://www.w3.org/ns/activitystreams"',
        "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
    ],
)
def test_the_two_media_types_of_activitypub_are_read(media_type: str) -> None:
    http, _ = client({ACTOR: Page({"id": ACTOR}, Content_Type=media_type)})
    assert http.fetch_document(ACTOR).url == ACTOR


@pytest.mark.parametrize(
    ("status", "temporary"),
    [(404, False), (410, False), (401, False), (204, False), (429, True), (500, True), (503, True)],
)
def test_another_status_is_told_with_whether_it_passes(status: int, temporary: bool) -> None:
    http, _ = client({ACTOR: Page(b"" if status == 204 else {"id": ACTOR}, status=status)})
    with pytest.raises(FetchError) as caught:
        http.fetch_document(ACTOR)
    assert caught.value.http_status == status
    assert caught.value.temporary is temporary


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"id":1,"id":2}',
        b'{"a":' + b"[" * 100,
        b"\xff",
        b'{"a":"' + b"x" * 2_000_000 + b'"}',
    ],
)
def test_h26_h27_a_body_outside_the_limits_is_refused(body: bytes) -> None:
    http, _ = client({ACTOR: Page(body)})
    with pytest.raises(FetchError) as caught:
        http.fetch_document(ACTOR)
    assert not caught.value.temporary


def test_h26c_a_compressed_body_counts_unpacked() -> None:
    bomb = gzip.compress(b'{"a":"' + b"x" * 20_000_000 + b'"}')
    good = gzip.compress(json.dumps({"id": ACTOR}).encode())
    http, _ = client({ACTOR: Page(bomb, Content_Encoding="gzip")})
    with pytest.raises(FetchError, match="more than"):
        http.fetch_document(ACTOR)
    http, _ = client({ACTOR: Page(good, Content_Encoding="gzip")})
    assert http.fetch_document(ACTOR).url == ACTOR
    http, _ = client({ACTOR: Page(b"no gzip", Content_Encoding="gzip")})
    with pytest.raises(FetchError):
        http.fetch_document(ACTOR)


def test_a_server_that_is_down_is_a_temporary_failure() -> None:
    http, web = client({})
    with pytest.raises(FetchError) as caught:
        http.fetch_document(ACTOR)
    assert caught.value.temporary
    assert len(web.requests) == 1


def test_h22_the_guard_checks_before_any_transport() -> None:
    http, web = client({})
    for url in (
        "https://127.0.0.1/",
        "http://tournai.example/",
        "https://user@tournai.example/",
        "file:///x",
    ):
        with pytest.raises(AddressNotAllowed):
            http.fetch_document(url)
        with pytest.raises(AddressNotAllowed):
            http.fetch_json(url)
    http, web = client({}, resolver=lambda host, port, **kw: [(2, 1, 6, "", ("10.0.0.1", port))])
    with pytest.raises(AddressNotAllowed):
        http.fetch_document(ACTOR)
    assert web.requests == []


JRD = "https://tournai.example/.well-known/webfinger?resource=acct:a@tournai.example"


def test_other_json_is_read_by_its_own_types_and_over_hosts() -> None:
    moved = "https://social.example/.well-known/webfinger"
    http, _ = client(
        {
            JRD: Page(status=302, Location=moved),
            moved: Page({"subject": "x"}, Content_Type="application/jrd+json"),
        }
    )
    assert http.fetch_json(JRD) == {"subject": "x"}
    http, _ = client({JRD: Page({"subject": "x"}, Content_Type="text/html")})
    with pytest.raises(FetchError):
        http.fetch_json(JRD)
