"""Where requests come in: each is read whole, within limits of size and time, before a thread is given to it.

The server hands out bodies as they arrive. A client that drips one costs a waiting coroutine here, not one
of the few threads that answer.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import orjson

from coffee_node.base.errors import CoffeeError, InvalidDocument, TooSlow, Unavailable, problem
from coffee_node.cli.gathering import Gathering

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MEGABYTE = 1024 * 1024
UPLOAD = "multipart/form-data"
SENT_ONCE = ("host", "content-length", "content-type", "authorization", "date")
NO_HTTP_PREFIX = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
NOT_PASSED_ON = frozenset({"transfer-encoding", "content-length"})
ACCEPTED = (("content-length", "0"), ("x-content-type-options", "nosniff"))
PLAIN_IN_PATHS = "/:@!$&'()*+,;=~"


class Crowd(Protocol):
    """Who answers some requests together."""

    def is_for(self, method: str, path: str) -> bool:
        """Whether a request is one of these."""

    def take(self, crowd: Sequence[dict[str, Any]]) -> list[bool]:
        """Accept requests; False for one that the application shall answer."""


class Exchange(Protocol):
    """What the server offers for one request: its body in parts, and a way to answer from any thread."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer."""


@dataclass(frozen=True)
class Limits:
    """What one body may cost, and all that wait together."""

    document_bytes: int = MEGABYTE
    document_seconds: float = 10.0
    upload_bytes: int = 12 * MEGABYTE
    upload_seconds: float = 60.0
    waiting_bytes: int = 64 * MEGABYTE


class Doorway:
    """An RSGI application around a WSGI one; a few threads answer, any number of clients may be slow."""

    def __init__(
        self, app: WsgiApp, threads: int, limits: Limits | None = None, crowd: Crowd | None = None
    ) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._crowd = crowd
        self._gathering = Gathering(crowd.take) if crowd is not None else None
        self._waiting_bytes = 0

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        """Answer one request."""
        headers: Headers = scope.headers.items()
        try:
            _refuse_ambiguous(headers)
            body = await self._body(dict(headers), exchange)
        except CoffeeError as error:
            client = scope.client.rpartition(":")[0]
            logger.warning("Refused %s %.200r from %s: %s", scope.method, scope.path, client, error)
            exchange.response_bytes(error.status, _refusal_headers(error), orjson.dumps(problem(error)))
            return
        try:
            environ = self._whole_environ(scope, headers, body)
            if body and await self._is_accepted(scope, environ):
                exchange.response_bytes(202, list(ACCEPTED), b"")
            else:
                await self._answered(environ, is_whole=body is not None, exchange=exchange)
        finally:
            self._waiting_bytes -= len(body or b"")

    async def _is_accepted(self, scope: Any, environ: dict[str, Any]) -> bool:
        if self._crowd is None or self._gathering is None or not self._crowd.is_for(scope.method, scope.path):
            return False
        return await self._gathering.accept(environ)

    async def _answered(self, environ: dict[str, Any], *, is_whole: bool, exchange: Exchange) -> None:
        """Let the application answer in a thread."""
        loop = asyncio.get_running_loop()
        answered = loop.create_future()

        def answer() -> None:
            try:
                exchange.response_bytes(*self._answer(environ, is_whole=is_whole))
            finally:
                loop.call_soon_threadsafe(answered.set_result, None)

        self._threads.submit(answer)
        await answered

    async def _body(self, headers: dict[str, str], exchange: Exchange) -> bytes | None:
        """The whole body, or None for one that is too large; its bytes are counted until it is answered."""
        declared = headers.get("content-length")
        if declared is None and "transfer-encoding" not in headers:
            return b""
        is_upload = headers.get("content-type", "").lower().startswith(UPLOAD)
        limits = self._limits
        most = limits.upload_bytes if is_upload else limits.document_bytes
        if declared is not None and int(declared) > most:
            return None
        try:
            async with asyncio.timeout(limits.upload_seconds if is_upload else limits.document_seconds):
                body = await self._read(exchange, most)
        except TimeoutError:
            raise TooSlow("The body did not arrive in time.", "Send it faster, or less at once.") from None
        if declared is not None and body is not None and len(body) != int(declared):
            raise InvalidDocument("The body is shorter than its header says.")
        return body

    async def _read(self, exchange: Exchange, most: int) -> bytes | None:
        found = bytearray()
        is_whole = False
        try:
            async for part in exchange:
                found += part
                self._waiting_bytes += len(part)
                if len(found) > most:
                    return None
                if self._waiting_bytes > self._limits.waiting_bytes:
                    raise Unavailable("Too many bodies are on their way.", "Send it again later.")
            is_whole = True
            return bytes(found)
        finally:
            if not is_whole:
                self._waiting_bytes -= len(found)

    def _whole_environ(self, scope: Any, headers: Headers, body: bytes | None) -> dict[str, Any]:
        environ = _environ(scope, headers)
        if body is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            # The application says so itself, in the words and the form of its caller.
            environ["CONTENT_LENGTH"] = str(self._limits.upload_bytes + 1)
        environ["wsgi.input"] = io.BytesIO(body or b"")
        return environ

    def _answer(self, environ: dict[str, Any], *, is_whole: bool) -> tuple[int, Headers, bytes]:
        """Let the application answer, in one of the threads; what it cannot answer is a 500."""
        try:
            status, answered, content = _called(self._app, environ)
        except Exception:
            logger.exception("The application failed at %.200r", environ["RAW_URI"])
            return 500, [("content-type", "text/plain"), ("connection", "close")], b"Something went wrong."
        if not is_whole:
            answered.append(("connection", "close"))
        return status, answered, content


def _called(app: WsgiApp, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    started: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return written.append

    parts = app(environ, start_response)
    try:
        written.extend(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return int(status[:3]), list(headers), b"".join(written)


def _refuse_ambiguous(headers: Headers) -> None:
    """Two programs may take different ones of two headers, and which host is meant must be plain."""
    names = [name for name, _ in headers]
    if len(set(names)) < len(names):
        for name in SENT_ONCE:
            if names.count(name) > 1:
                raise InvalidDocument(f"The header {name} stands twice.")
    if "host" not in names:
        raise InvalidDocument("The header host is missing.")


def _environ(scope: Any, headers: Headers) -> dict[str, Any]:
    target = quote(scope.path, safe=PLAIN_IN_PATHS)
    if scope.query_string:
        target = f"{target}?{scope.query_string}"
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "RAW_URI": target,
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        # With an underscore it could pass for another header, for one that only a proxy may set.
        if "_" not in name and name not in NOT_PASSED_ON:
            _add_header(environ, name, value)
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in NO_HTTP_PREFIX:
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if name == 'cookie' else ', '}{value}"
    environ[key] = value


def _refusal_headers(error: CoffeeError) -> Headers:
    headers = [("content-type", "application/problem+json"), ("connection", "close")]
    wait = getattr(error, "retry_after", None)
    return headers if wait is None else [*headers, ("retry-after", str(wait))]
