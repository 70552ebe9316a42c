"""A fake network of remote servers: one listener for all of 127.x.y.z, a host per address, counted."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.hostile.wire import ACTIVITY, Key
from tests.house.peer import free_port

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
SECURITY = "https://w3id.org/security/v1"


@dataclass
class Reply:
    """What a path answers; `act` writes to the socket itself instead."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": ACTIVITY})
    act: Callable[[socket.socket], None] | None = None

    def raw(self) -> bytes:
        """Its bytes."""
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return (
            f"HTTP/1.1 {self.status} X\r\n{head}connection: close\r\n"
            f"content-length: {len(body)}\r\n\r\n".encode()
            + body
        )


@dataclass(frozen=True)
class Received:
    """A request as it reached a host; header names in lower case."""

    host: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON it brought."""
        return dict(json.loads(self.body))


class Network:
    """Every host of the fake fediverse; counts connections and remembers requests."""

    def __init__(self) -> None:
        self._listeners: list[socket.socket] = []
        self.replies: dict[tuple[str, str], Reply | Callable[[Received], Reply]] = {}
        self.connections: Counter[str] = Counter()
        self.requests: list[tuple[str, str, str]] = []
        self.received: list[Received] = []
        self._numbers = iter(range(1, 60_000))
        self.port = self.listen()

    def listen(self) -> int:
        """Open one more port of every address: each is a host of its own, of the same domain."""
        port = free_port()
        listener = socket.create_server(("0.0.0.0", port), backlog=200)  # noqa: S104
        self._listeners.append(listener)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        return port

    def new_host(self) -> str:
        """A host nobody has met, as it stands in addresses."""
        number = next(self._numbers)
        return f"127.66.{number // 250}.{number % 250 + 1}:{self.port}"

    def put(self, url: str, reply: Any, **changes: Any) -> None:
        """Serve a document (or a Reply, or a function that gives one for a request) at an address."""
        host, _, path = url.removeprefix("http://").partition("/")
        is_ready = isinstance(reply, Reply) or callable(reply)
        self.replies[(host, f"/{path.partition('#')[0]}")] = reply if is_ready else Reply(reply, **changes)

    def asked(self, host: str) -> list[str]:
        """What was asked of a host so far: `GET /path`."""
        return [f"{method} {path}" for asked, method, path in self.requests if asked == host]

    def posted(self, url: str) -> list[Received]:
        """What was posted to an inbox so far."""
        host, _, path = url.removeprefix("http://").partition("/")
        return [
            one for one in self.received if (one.method, one.host, one.path) == ("POST", host, f"/{path}")
        ]

    def close(self) -> None:
        """Stop listening."""
        for listener in self._listeners:
            listener.close()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        name, port = connection.getsockname()[:2]
        address = f"{name}:{port}"
        self.connections[address] += 1
        connection.settimeout(20)
        with connection:
            try:
                request = _read(connection, address)
                if request is None:
                    return
                self.received.append(request)
                self.requests.append((request.host, request.method, request.path))
                default = Reply(b"", 202 if request.method == "POST" else 404)
                reply = self.replies.get((request.host, request.path)) or default
                made = reply(request) if callable(reply) else reply
                if made.act is not None:
                    made.act(connection)
                else:
                    connection.sendall(made.raw())
            except (OSError, ValueError):
                return


def _read(connection: socket.socket, address: str) -> Received | None:
    """One request; its host is the address it came to, or the name it asked for where that is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rows = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (row.partition(":") for row in rows)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", "0")):
        part = connection.recv(65536)
        if not part:
            return None
        body += part
    named = headers.get("host", "")
    return Received(named if named[:1].isalpha() else address, method, path, headers, body)


class Sender:
    """A remote actor with its key, and the activities it makes; each has an id of its own."""

    def __init__(self, network: Network, key: Key, host: str = "", name: str = "space") -> None:
        self.network = network
        self.key = key
        self.host = host or network.new_host()
        self.url = f"http://{self.host}"
        self.uri = f"{self.url}/actors/{name}"
        self.key_id = f"{self.uri}#main-key"
        self._number = 0
        self.serve()
        self.known = self.note()

    def serve(self, **changes: Any) -> None:
        """Put the actor's document where it belongs."""
        self.network.put(self.uri, self.document(**changes))
        for name in ("outbox", "followers", "featured"):
            empty = {
                "id": f"{self.uri}/{name}",
                "type": "OrderedCollection",
                "totalItems": 0,
                "orderedItems": [],
            }
            self.network.put(f"{self.uri}/{name}", empty)

    def document(self, **changes: Any) -> dict[str, Any]:
        """The actor's document."""
        key = {"id": self.key_id, "owner": self.uri, "publicKeyPem": self.key.pem}
        return {
            "@context": [AS2, SECURITY],
            "id": self.uri,
            "type": "Organization",
            "preferredUsername": self.uri.rsplit("/", 1)[1],
            "name": "Evil Space",
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "publicKey": key,
        } | changes

    def new_id(self, kind: str = "objects") -> str:
        """An id nobody has used, not even another actor of this host."""
        self._number += 1
        return f"{self.url}/{kind}/{self.uri.rsplit('/', 1)[1]}-{self._number}"

    def note(self, **changes: Any) -> dict[str, Any]:
        """A Note of this actor."""
        note = {"id": self.new_id(), "type": "Note", "attributedTo": self.uri, "to": [PUBLIC]}
        return note | {"content": "<p>A plain note.</p>", "published": "2026-11-20T10:00:00Z"} | changes

    def activity(self, type_: Any = "Create", object_: Any = None, **changes: Any) -> dict[str, Any]:
        """An activity of this actor; a Create of a Note unless said otherwise."""
        activity = {
            "@context": AS2,
            "id": self.new_id("activities"),
            "type": type_,
            "actor": self.uri,
            "object": self.note() if object_ is None else object_,
            "to": [PUBLIC],
        }
        return {name: value for name, value in (activity | changes).items() if value is not ...}
