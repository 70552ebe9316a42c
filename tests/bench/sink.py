"""sink: every address of 127.0.0.0/8 on one port as an inbox that answers 202 and counts.

Run: python -m tests.bench.sink --port PORT [--delay SECONDS]. GET /count answers what came: {"posts": 5000}.
A process of its own, so that its CPU time is not that of the node under test.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator

import requests

from tests.house.peer import free_port

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Inbox(asyncio.Protocol):
    """One connection: requests are cut out of the stream by their Content-Length and nothing else."""

    posts = 0

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            size = end + 4 + _content_length(head)
            if len(self._held) < size:
                return
            self._held = self._held[size:]
            self._answer(is_post=head.startswith(b"post"))

    def _answer(self, *, is_post: bool) -> None:
        assert self._transport is not None
        if not is_post:
            body = json.dumps({"posts": Inbox.posts}).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            return
        Inbox.posts += 1
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, ACCEPTED)
        else:
            self._transport.write(ACCEPTED)


def _content_length(head: bytes) -> int:
    start = head.find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    return int(head[start + 17 :].split(b"\r\n", 1)[0])


async def _serve(port: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Inbox(delay), "0.0.0.0", port, backlog=4096)  # noqa: S104
    async with server:
        await server.serve_forever()


class Sink:
    """A running sink, seen from the benchmark."""

    def __init__(self, port: int) -> None:
        self.port = port

    def host(self, number: int) -> str:
        """The address and port of one of 16 million hosts."""
        return f"127.{1 + number // 65_025}.{1 + number // 255 % 255}.{number % 255}:{self.port}"

    def posts(self) -> int:
        """How many POSTs came so far."""
        session = requests.Session()
        session.trust_env = False
        with session:
            return int(session.get(f"http://127.0.0.1:{self.port}/count", timeout=10).json()["posts"])


@contextlib.contextmanager
def running_sink(delay: float = 0.0) -> Iterator[Sink]:
    """Start a sink and end it with the block."""
    sink = Sink(free_port())
    command = [sys.executable, "-m", "tests.bench.sink", "--port", str(sink.port), "--delay", str(delay)]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with contextlib.suppress(requests.RequestException):
                sink.posts()
                break
            time.sleep(0.05)
        yield sink
    finally:
        process.terminate()
        process.wait(timeout=10)


def main() -> int:
    """Answer until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.delay))
    return 0


if __name__ == "__main__":
    sys.exit(main())
