"""Delivering to inboxes: signed, never raising, and telling what the other side said."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from requests import ConnectionError as RequestsConnectionError

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signed_request import Signer
from tests.unit.activitypub.web_in_memory import ACTOR, AP, BODY, INBOX, Page, check_signed, client, delivery


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_a_delivery_is_signed_and_its_answer_told(signer: Signer, public_key: PublicKey, scheme: str) -> None:
    http, web = client({INBOX: Page(b"thanks", status=202)})
    result = http.deliver(delivery(signer, scheme=scheme))
    assert (result.status, result.retry_after, result.error, result.body_excerpt) == (202, None, "", "thanks")
    sent = web.requests[0]
    assert sent.body == BODY
    assert sent.headers["Content-Type"] == AP
    assert ("Signature-Input" in sent.headers) is (scheme == "rfc9421")
    check_signed(sent, public_key)


def test_extra_headers_of_a_delivery_are_signed(signer: Signer, public_key: PublicKey) -> None:
    http, web = client({INBOX: Page(status=202)})
    http.deliver(delivery(signer, extra_headers={"Collection-Synchronization": "x"}))
    assert "collection-synchronization" in web.requests[0].headers["Signature"]
    check_signed(web.requests[0], public_key)


def test_a_redirect_of_a_delivery_is_not_followed(signer: Signer) -> None:
    http, web = client({INBOX: Page(status=302, Location=ACTOR)})
    assert http.deliver(delivery(signer)).status == 302
    assert len(web.requests) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3600", 3600.0),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 10:00:00 GMT", 3600.0),
        ("Sun, 22 Nov 2026 10:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("9" * 5_000, 999_999_999.0),
    ],
)
def test_h42h_the_wish_to_be_left_alone_is_told(
    signer: Signer, now: Any, text: str, seconds: float | None
) -> None:
    http, _ = client({INBOX: Page(b"no", status=429, Retry_After=text)})
    result = http.deliver(delivery(signer))
    assert (result.status, result.retry_after, result.error) == (429, seconds, "no")


def test_a_delivery_never_raises_for_trouble_of_the_network(signer: Signer) -> None:
    for trouble in (RequestsConnectionError("x"), OSError("x"), ValueError("x"), TimeoutError()):
        http, _ = client({INBOX: trouble})
        result = http.deliver(delivery(signer))
        assert result.status is None
        assert result.error

    def unknown(*args: Any, **kwargs: Any) -> list[Any]:
        raise socket.gaierror("unknown")

    http, _ = client({}, resolver=unknown)
    assert http.deliver(delivery(signer)).status is None


def test_h25_a_delivery_to_an_address_that_is_not_allowed_counts_as_refused(signer: Signer) -> None:
    http, web = client({})
    result = http.deliver(delivery(signer, url="https://127.0.0.1/inbox"))
    assert result.status == 403
    assert "not allowed" in result.error
    assert web.requests == []


def test_the_answer_of_a_delivery_is_read_up_to_a_limit(signer: Signer) -> None:
    http, _ = client({INBOX: Page(b"x" * 5_000_000, status=500)})
    result = http.deliver(delivery(signer))
    assert result.status == 500
    assert len(result.body_excerpt) == 500
