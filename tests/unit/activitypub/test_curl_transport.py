"""Posting by curl: the same requests, the same guard and the same answers as the default transport gives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("pycurl")

from coffee_node.activitypub.curl_transport import CurlTransport
from coffee_node.activitypub.delivery_request import DeliveryRequest, DeliveryResult, Knocks
from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.activitypub.signed_request import IncomingRequest, Signer
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base import clock
from tests.unit.activitypub.servers import http_answer, send, serving
from tests.unit.activitypub.web_in_memory import BODY, delivery

pytestmark = pytest.mark.enable_socket
ACCEPTED = http_answer(b"", "202 Accepted")


@pytest.fixture
def curl() -> Iterator[CurlTransport]:
    made = CurlTransport(UrlGuard(development=True), "coffee-node/0")
    yield made
    made.close()


def lane(requests: list[DeliveryRequest], results: list[DeliveryResult]) -> Knocks:
    for request in requests:
        results.append((yield request))


def post(curl: CurlTransport, *requests: DeliveryRequest) -> list[DeliveryResult]:
    """One lane with these requests; what came of each."""
    results: list[DeliveryResult] = []
    ended: list[Knocks] = []
    curl.drive([lane(list(requests), results)], ended.append)
    assert len(ended) == 1
    return results


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_a_post_by_curl_is_signed_and_its_answer_told(
    curl: CurlTransport, signer: Signer, public_key: PublicKey, scheme: str
) -> None:
    with serving(send(http_answer(b"no", "429 Later", Retry_After="60"))) as server:
        [result] = post(curl, delivery(signer, url=f"{server.url}/inbox", scheme=scheme))
    assert (result.status, result.retry_after, result.error) == (429, 60.0, "no")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = dict(each.split(": ", 1) for each in rest)
    host = server.url.removeprefix("http://")
    assert (line, body, headers["Host"]) == ("POST /inbox HTTP/1.1", BODY, host)
    assert "Expect" not in headers
    request = IncomingRequest("POST", "/inbox", headers, body, host, "http")
    assert read_signature(request, now=clock.utcnow(), hosts={host}).verify(public_key)


def test_a_lane_goes_on_over_its_connection_and_the_next_drive_keeps_it(
    curl: CurlTransport, signer: Signer
) -> None:
    with serving(send(ACCEPTED)) as server:
        for _ in range(2):
            wanted = [delivery(signer, url=f"{server.url}/inbox") for _ in range(3)]
            assert [result.status for result in post(curl, *wanted)] == [202] * 3
        assert server.connections == 1


def test_h23c_curl_connects_to_the_checked_addresses_only(signer: Signer) -> None:
    def resolver(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in ("127.9.9.9", "127.0.0.1")]

    curl = CurlTransport(UrlGuard(True, resolver), "coffee-node/0")
    with serving(send(ACCEPTED)) as server:
        port = server.url.rpartition(":")[2]
        url = f"http://node.example:{port}/inbox"
        assert not curl.is_known(url)
        assert curl.find(url) and curl.is_known(url)
        assert [result.status for result in post(curl, delivery(signer, url=url))] == [202]
        assert f"Host: node.example:{port}\r\n".encode() in server.requests[0]
    curl.close()


def test_h25_an_address_that_is_not_allowed_is_refused_without_a_connection(
    curl: CurlTransport, signer: Signer
) -> None:
    [result] = post(curl, delivery(signer, url="http://10.0.0.1/inbox"))
    assert result.status == 403
    assert "not allowed" in result.error


def test_neither_redirects_nor_proxies_are_followed(
    curl: CurlTransport, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(send(http_answer(b"", "302 Found", Location="/elsewhere"))) as server:
        [result] = post(curl, delivery(signer, url=f"{server.url}/inbox"))
    assert (result.status, len(server.requests)) == (302, 1)


def test_a_closed_port_is_a_host_that_does_not_answer(curl: CurlTransport, signer: Signer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    [result] = post(curl, delivery(signer, url=f"http://127.0.0.1:{port}/inbox"))
    assert result.status is None
    assert "cannot be reached" in result.error


def test_the_body_of_an_answer_is_read_up_to_a_limit(curl: CurlTransport, signer: Signer) -> None:
    with serving(send(http_answer(b"x" * 1_000_000, "500 Error"))) as server:
        [result] = post(curl, delivery(signer, url=f"{server.url}/inbox"))
    assert (result.status, len(result.body_excerpt)) == (500, 500)


def test_h42i_a_dripping_answer_ends_at_the_time_limit_and_delays_no_other_lane(signer: Signer) -> None:
    curl = CurlTransport(UrlGuard(development=True), "coffee-node/0", total_timeout=0.5)

    def drip(connection: socket.socket, request: bytes) -> None:
        pause = threading.Event()
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000\r\n\r\n")
        while not pause.wait(0.02):
            connection.sendall(b"x")

    slow: list[DeliveryResult] = []
    fast: list[DeliveryResult] = []
    times: dict[int, float] = {}
    with serving(drip) as dripping, serving(send(ACCEPTED)) as other:
        lanes = [
            lane([delivery(signer, url=f"{dripping.url}/inbox")], slow),
            lane([delivery(signer, url=f"{other.url}/inbox")], fast),
        ]
        started = time.monotonic()
        curl.drive(lanes, lambda one: times.update({lanes.index(one): time.monotonic() - started}))
    curl.close()
    assert [result.status for result in (*slow, *fast)] == [None, 202]
    assert times[1] < 0.4 < times[0] < 3


def test_a_header_with_a_line_break_is_not_sent(curl: CurlTransport, signer: Signer) -> None:
    with serving(send(ACCEPTED)) as server:
        bad = delivery(
            signer, url=f"{server.url}/inbox", extra_headers={"Collection-Synchronization": "a\r\nb"}
        )
        with pytest.raises(ValueError, match="line break"):
            post(curl, bad)
        assert server.requests == []
