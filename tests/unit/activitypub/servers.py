"""A small server on loopback whose every answer is written by the test, byte by byte if need be."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """What a running server received, and where it is."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)


def http_answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """The bytes of a whole answer."""
    given = {"Content-Type": "application/activity+json", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def send(*answers: bytes) -> Answer:
    """Answer every request with the next of these bytes, then with the last."""
    waiting = list(answers)

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return answer


@contextmanager
def serving(answer: Answer, wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Server]:
    """Run a server until the block ends; `answer` gets each request's bytes with its connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []
    open_connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        try:
            connection = wrap(connection) if wrap else connection
            with connection:
                while request := _read_request(connection):
                    server.requests.append(request)
                    answer(connection, request)
        except OSError:
            connection.close()

    def accept() -> None:
        while not server.stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            open_connections.append(connection)
            thread = threading.Thread(target=serve, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.stopped.set()
        _shut(listener)
        for connection in open_connections:
            _shut(connection)
        for thread in [accepting, *threads]:
            thread.join(5)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
