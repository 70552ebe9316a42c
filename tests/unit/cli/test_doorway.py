"""The doorway: whole requests for the application, limits on what they may cost, plain answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from coffee_node.cli.doorway import Doorway, Limits

HOST = ("host", "lille.example")


class Exchange:
    """A body in parts, each after a pause, and the answer that was given."""

    def __init__(self, *parts: bytes, pause: float = 0.0) -> None:
        self.parts = parts
        self.pause = pause
        self.answers: list[tuple[int, dict[str, str], bytes]] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.pause)
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answers.append((status, dict(headers), body))


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Tells what it was given."""
    body = environ["wsgi.input"].read()
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told | {"body": body.decode()}).encode()]


def ask(
    *headers: tuple[str, str],
    exchange: Exchange | None = None,
    app: Any = echo,
    limits: Limits | None = None,
    path: str = "/inbox",
    query: str = "",
) -> tuple[int, dict[str, str], bytes]:
    """Send one request through a doorway."""
    pairs = [HOST, *headers] if not any(name == "host" for name, _ in headers) else list(headers)
    scope = SimpleNamespace(
        headers=SimpleNamespace(items=lambda: pairs), method="POST", path=path, query_string=query,
        client="127.0.0.9:4711", server="127.0.0.1:8000", scheme="http", http_version="1.1",
    )  # fmt: skip
    used = exchange or Exchange()
    doorway = Doorway(app, 2, limits)
    with ThreadPoolExecutor(1) as aside:  # the browser tests leave an event loop running in their thread
        aside.submit(lambda: asyncio.run(doorway.__rsgi__(scope, used))).result()
    (answer,) = used.answers
    return answer


def told(*headers: tuple[str, str], **changes: Any) -> dict[str, str]:
    status, _, body = ask(*headers, **changes)
    assert status == 200, body
    found: dict[str, str] = json.loads(body)
    return found


def test_the_application_gets_the_whole_body_with_its_length() -> None:
    found = told(("content-length", "6"), exchange=Exchange(b"abc", b"def"))
    assert (found["body"], found["CONTENT_LENGTH"], found["REMOTE_ADDR"]) == ("abcdef", "6", "127.0.0.9")
    found = told(("transfer-encoding", "chunked"), exchange=Exchange(b"abc"))
    assert (found["body"], found["CONTENT_LENGTH"]) == ("abc", "3")
    assert "HTTP_TRANSFER_ENCODING" not in found


def test_the_target_is_told_as_it_stood_in_the_request_line() -> None:
    found = told(path="/caf\u00e9/a b", query="q=%20x")
    assert found["RAW_URI"] == "/caf%C3%A9/a%20b?q=%20x"
    assert found["PATH_INFO"].encode("latin-1").decode() == "/caf\u00e9/a b"


def test_headers_that_stand_twice_are_joined_or_refused() -> None:
    found = told(("digest", "a"), ("digest", "b"), ("cookie", "x=1"), ("cookie", "y=2"))
    assert (found["HTTP_DIGEST"], found["HTTP_COOKIE"]) == ("a, b", "x=1; y=2")
    for name in ("host", "content-type", "authorization", "date"):
        assert ask(HOST, (name, "a"), (name, "b"))[0] == 400


def test_a_header_with_an_underscore_is_left_out() -> None:
    assert "HTTP_X_FORWARDED_FOR" not in told(("x_forwarded_for", "1.2.3.4"))
    assert told(("x-forwarded-for", "1.2.3.4"))["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"


def test_a_slow_body_is_cut_off_with_408_and_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(document_seconds=0.05)
    slow = Exchange(*[b"x"] * 50, pause=0.02)
    with caplog.at_level(logging.WARNING):
        status, headers, body = ask(("content-length", "50"), exchange=slow, limits=limits)
    assert (status, headers["connection"]) == (408, "close")
    assert json.loads(body)["status"] == 408
    assert [record.name for record in caplog.records] == ["coffee_node.cli.doorway"]


def test_uploads_may_be_larger_and_slower() -> None:
    limits = Limits(document_bytes=5, document_seconds=0.01)
    upload = ("content-type", "multipart/form-data; boundary=x")
    assert told(upload, ("content-length", "6"), exchange=Exchange(b"abcdef", pause=0.03), limits=limits)[
        "body"
    ]


@pytest.mark.parametrize("framing", [("content-length", "6"), ("transfer-encoding", "chunked")])
def test_of_a_body_that_is_too_large_the_application_hears_the_length_only(framing: tuple[str, str]) -> None:
    status, headers, body = ask(framing, exchange=Exchange(b"abc", b"def"), limits=Limits(document_bytes=5))
    found = json.loads(body)
    assert found["body"] == "" and int(found["CONTENT_LENGTH"]) > 12_000_000
    assert (status, headers["connection"]) == (200, "close")


def test_a_body_shorter_than_announced_is_400() -> None:
    assert ask(("content-length", "10"), exchange=Exchange(b"abc"))[0] == 400


def test_all_bodies_together_have_a_limit() -> None:
    status, headers, _ = ask(
        ("content-length", "6"), exchange=Exchange(b"abc", b"def"), limits=Limits(waiting_bytes=5)
    )
    assert status == 503 and int(headers["retry-after"]) > 0


def test_an_application_that_fails_is_a_500_without_details(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise RuntimeError("secret")

    status, _, body = ask(app=broken)
    assert status == 500 and b"secret" not in body
    assert "secret" in caplog.text
