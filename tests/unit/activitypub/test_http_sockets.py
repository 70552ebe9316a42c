"""The client over real sockets: kept connections, checked addresses, and answers that never end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.signed_request import Signer
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.errors import FetchError
from tests.unit.activitypub.servers import http_answer, send, serving
from tests.unit.activitypub.web_in_memory import AP, BODY, delivery

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def local() -> Iterator[Callable[..., HttpClient]]:
    clients: list[HttpClient] = []

    def make(**options: Any) -> HttpClient:
        clients.append(HttpClient(UrlGuard(development=True), "coffee-node/0", **options))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


Local = Callable[..., HttpClient]


def test_deliveries_to_one_host_keep_their_connection(local: Local, signer: Signer) -> None:
    http = local()
    with serving(send(http_answer(b"", "202 Accepted"))) as server:
        results = [http.deliver(delivery(signer, url=f"{server.url}/inbox")) for _ in range(3)]
        assert [result.status for result in results] == [202] * 3
        assert server.connections == 1
        assert server.requests[0].startswith(b"POST /inbox HTTP/1.1\r\n")
        assert f"Host: {server.url.removeprefix('http://')}\r\n".encode() in server.requests[0]
        assert server.requests[0].endswith(BODY)


def test_a_kept_connection_that_was_closed_meanwhile_is_made_anew(local: Local, signer: Signer) -> None:
    http = local()
    seen = []

    def answer(connection: socket.socket, request: bytes) -> None:
        seen.append(request)
        if len(seen) == 2:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(http_answer(b"", "202 Accepted"))

    with serving(answer) as server:
        url = f"{server.url}/inbox"
        assert [http.deliver(delivery(signer, url=url)).status for _ in range(2)] == [202, 202]
        assert server.connections == 2


def test_h23c_the_connection_goes_to_the_checked_address(signer: Signer) -> None:
    asked = []

    def resolver(host: str, port: int, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [
            (
                socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port),
            )
        ]

    http = HttpClient(UrlGuard(True, resolver), "coffee-node/0")
    with serving(send(http_answer(b"", "202 Accepted"))) as server:
        port = server.url.rpartition(":")[2]
        assert http.deliver(delivery(signer, url=f"http://node.example:{port}/inbox")).status == 202
        assert f"Host: node.example:{port}\r\n".encode() in server.requests[0]
    http.close()
    assert asked == ["node.example"]


def test_the_next_address_is_tried_when_the_first_does_not_answer(signer: Signer) -> None:
    with serving(send(http_answer(b"", "202 Accepted"))) as server:
        port = int(server.url.rpartition(":")[2])

        def resolver(host: str, port: int, **kwargs: Any) -> list[Any]:
            return [(socket.AF_INET, 1, 6, "", (address, port)) for address in ("127.9.9.9", "127.0.0.1")]

        http = HttpClient(UrlGuard(True, resolver), "coffee-node/0")
        assert http.deliver(delivery(signer, url=f"http://node.example:{port}/inbox")).status == 202
        http.close()


def test_a_closed_port_is_a_temporary_failure_tried_once(local: Local, signer: Signer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = local().deliver(delivery(signer, url=f"http://127.0.0.1:{port}/inbox"))
    assert result.status is None
    assert "cannot be reached" in result.error


def drip(connection: socket.socket, request: bytes, before: bytes, drop: bytes) -> None:
    """Send some bytes, then one at a time for as long as anybody listens."""
    pause = threading.Event()
    connection.sendall(before)
    while not pause.wait(0.02):
        connection.sendall(drop)


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        pytest.param(b"", b"H", id="status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"x", id="header"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="continue"),
        pytest.param(http_answer(b"", Content_Length="1000000"), b"x", id="body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: " + AP.encode() + b"\r\n\r\n", b"x", id="endless body"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: " + AP.encode() + b"\r\n\r\n",
            b"1\r\nx\r\n",
            id="chunks",
        ),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", b"x", id="body of a redirect"),
    ],
)
def test_h42i_a_dripping_answer_ends_at_the_time_limit(
    local: Local, signer: Signer, before: bytes, drop: bytes
) -> None:
    http = local(total_timeout=0.3)
    with serving(lambda connection, request: drip(connection, request, before, drop)) as server:
        started = time.monotonic()
        with pytest.raises(FetchError, match="too long") as caught:
            http.fetch_document(f"{server.url}/a")
        result = http.deliver(delivery(signer, url=f"{server.url}/inbox"))
        assert time.monotonic() - started < 3
        assert caught.value.temporary
        assert result.status is None


def test_h42a_a_server_that_accepts_and_never_answers_is_left(local: Local, signer: Signer) -> None:
    http = local(total_timeout=0.2)
    with serving(lambda connection, request: None) as server:
        started = time.monotonic()
        assert http.deliver(delivery(signer, url=f"{server.url}/inbox")).status is None
        assert time.monotonic() - started < 2


def test_h26_a_body_without_end_stops_at_the_limit(local: Local) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: " + AP.encode() + b"\r\n\r\n"
    sent = []

    def pour(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x" * 65_536)
            sent.append(65_536)

    with serving(pour) as server, pytest.raises(FetchError, match="more than"):
        local().fetch_document(f"{server.url}/a")
    assert sum(sent) < 20_000_000


def test_an_answer_shorter_than_announced_is_a_temporary_failure(local: Local) -> None:
    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(http_answer(b"{", Content_Length="100"))
        connection.shutdown(socket.SHUT_RDWR)

    with serving(answer) as server, pytest.raises(FetchError) as caught:
        local().fetch_document(f"{server.url}/a")
    assert caught.value.temporary


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"\0" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500 + b"\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_a_temporary_failure(local: Local, answer: bytes) -> None:
    def reply(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(reply) as server, pytest.raises(FetchError) as caught:
        local().fetch_document(f"{server.url}/a")
    assert caught.value.temporary


def test_cookies_of_other_servers_are_not_kept(local: Local) -> None:
    http = local()
    with serving(send(http_answer(b"{}", Set_Cookie="a=b; Path=/"))) as server:
        for _ in range(2):
            with pytest.raises(FetchError):
                http.fetch_document(f"{server.url}/a")
        assert b"Cookie" not in server.requests[1]


def test_proxies_of_the_environment_are_not_used(
    local: Local, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(send(http_answer(b"", "202 Accepted"))) as server:
        assert local().deliver(delivery(signer, url=f"{server.url}/inbox")).status == 202
