"""Rows 59 to 61: the write interface, forms and the sign-in, used by somebody who may not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from tests.hostile.remote import Sender
from tests.hostile.target import Target
from tests.hostile.wire import ACTIVITY, exchange


def post_note(target: Target, headers: dict[str, str], query: str = "", **changes: Any) -> requests.Response:
    note = {"type": "Note", "content": "<p>Not mine.</p>"} | changes
    address = f"{target.actor}/outbox{query}"
    return target.node.session.post(
        address, data=json.dumps(note), headers={"Content-Type": ACTIVITY, **headers}, timeout=5
    )


TOKENS = [
    "Bearer wrong",
    "Bearer ",
    "Bearer",
    "Basic YWRtaW46YWRtaW4=",
    "bearer null",
    "Bearer {token}x",
    "Bearer \u00e9",
    "Token {token}",
    "Bearer {token},{token}",
    "Bearer " + "a" * 9000,
]


@pytest.mark.parametrize("header", TOKENS)
def test_h59_tokens_that_are_none(target: Target, header: str) -> None:
    before = target.snapshot()
    value = header.replace("{token}", target.node.token).encode("latin-1")
    answer = post_note(target, {"Authorization": value})  # type: ignore[dict-item]
    assert answer.status_code == 401, answer.text
    assert target.snapshot() == before


def test_h59_a_token_in_the_query_is_not_one(target: Target) -> None:
    assert post_note(target, {}, f"?access_token={target.node.token}").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "http://127.1.1.1/objects/1"},
        {"attributedTo": "http://127.1.1.1/actors/x"},
        {"attributedTo": ["x", 7]},
        {"to": 7},
        {"type": ["Note"] * 1000},
        {"tag": [None] * 5000},
        {"content": {"a": 1}},
    ],
)
def test_h59_a_client_that_claims_or_breaks(target: Target, changes: dict[str, Any]) -> None:
    """A valid token does not make another host's id or author ours, and broken values are a 4xx."""
    answer = post_note(target, {"Authorization": f"Bearer {target.node.token}"}, **changes)
    assert answer.status_code in (201, 400, 403, 422), answer.text
    assert target.rows("SELECT 1 FROM note WHERE uri LIKE 'http://127.1.1.1/%' AND origin = ''") == []


@pytest.mark.parametrize(
    "path",
    [
        "/sign-out",
        "/sign-in",
        "/setup",
        "/follow",
        "/network/follow",
        "/language",
        "/articles/new",
        "/events/new",
    ],
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_h60_forms_of_another_site(target: Target, path: str, origin: str) -> None:
    """A POST without the token of our own page changes nothing, whatever cookie comes with it."""
    before = target.snapshot()
    headers = {
        "Origin": origin,
        "Referer": f"{origin}/x",
        "Cookie": f"coffee_session_{target.node.port}=guess; session=x",
        "Accept": "text/html",
    }
    answer = target.node.session.post(
        f"{target.node.url}{path}",
        data={"who": "admin", "password": "x"},
        headers=headers,
        timeout=5,
        allow_redirects=False,
    )
    assert answer.status_code in (303, 400, 401, 403, 404, 405, 410, 422), answer.status_code
    assert "location" not in answer.headers or not answer.headers["location"].startswith("https://evil")
    assert target.snapshot() == before


def test_h60_a_cookie_is_no_authority_for_documents(target: Target) -> None:
    """A JSON POST, which any site can send as text/plain, is not signed in by a cookie."""
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ACTIVITY):
        data = b'{"type": "Note", "content": "x"}'
        head = f"POST /actors/{target.node.slug}/outbox HTTP/1.1\r\nhost: {target.host}\r\n"
        head += (
            f"content-type: {media_type}\r\ncookie: coffee_session=x\r\ncontent-length: {len(data)}\r\n\r\n"
        )
        assert exchange(target.address, head.encode() + data).status in (400, 401, 415)


def test_h61_guessing_passwords(target: Target) -> None:
    """Ten tries for one account from one address, then 429 with the time to wait; others may go on."""

    def attempt(who: str) -> requests.Response:
        with requests.Session() as browser:
            browser.trust_env = False
            page = browser.get(f"{target.node.url}/sign-in", timeout=5)
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            assert token is not None
            data = {"csrf_token": token[1], "who": who, "password": "wrong guess", "back": "/"}
            return browser.post(f"{target.node.url}/sign-in", data=data, timeout=5, allow_redirects=False)

    answers = [attempt("admin") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert attempt("somebody-else").status_code == 422


def test_h52_a_header_with_an_underscore_is_not_another_one(target: Target, evil: Sender) -> None:
    """`content_type` may not stand in for `content-type`, nor `x_forwarded_for` for what a proxy sets."""
    activity = evil.activity()
    post = target.post(evil, activity, content_type="text/plain").cavage()
    data = post.raw(extra=[("content_type", ACTIVITY), ("x_forwarded_for", "1.2.3.4")])
    target.send_raw(data, evil, activity).refused(415)
