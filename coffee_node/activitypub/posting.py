"""Posting to inboxes over kept connections: one write, one answer, and nothing in between.

Deliveries are most of what a node does, and only their signature costs what it must: preparing a request
and pooling by `requests` takes as much CPU time as the RSA signature itself. So this path writes to a guarded
socket and has `http.client` read the answer; addresses, TLS, deadline and limits are those of fetching.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from requests.structures import CaseInsensitiveDict

from coffee_node.activitypub.delivery_request import CheckedInbox, checked_headers
from coffee_node.activitypub.guarded_adapter import Exchange, exchanging, open_plain, open_tls

IDLE_LIMIT: Final = 256
IDLE_SECONDS: Final = 45.0
_CHUNK: Final = 64 * 1024

_Place = tuple[str, str, int]


@dataclass(frozen=True)
class Posted:
    """What an inbox answered, the body up to a limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class KeptConnections:
    """Open connections to inboxes, shared by all threads; the longest idle ones are closed first."""

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._idle: OrderedDict[tuple[_Place, int], tuple[socket.socket, float]] = OrderedDict()
        self._by_place: dict[_Place, list[int]] = {}
        self._lock = threading.Lock()
        self._number = 0

    def post(
        self, inbox: CheckedInbox, headers: Mapping[str, str], body: bytes, exchange: Exchange, limit: int
    ) -> Posted:
        """Send a POST and read its answer; a kept connection that was closed meanwhile is replaced once."""
        message = _message(inbox.target, headers, body)
        place = (inbox.scheme, inbox.host, inbox.port)
        with exchanging(exchange):
            kept = self._take(place)
            if kept is not None:
                try:
                    return self._exchange(kept, place, message, exchange, limit)
                except TimeoutError:
                    raise
                except (OSError, http.client.HTTPException):
                    if exchange.is_over:
                        raise
            return self._exchange(self._open(inbox), place, message, exchange, limit)

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle, self._idle, self._by_place = self._idle, OrderedDict(), {}
        for sock, _ in idle.values():
            sock.close()

    def _open(self, inbox: CheckedInbox) -> socket.socket:
        if inbox.scheme == "https":
            return open_tls(self._context(), inbox.host, inbox.port)
        return open_plain(inbox.port)

    def _exchange(
        self, sock: socket.socket, place: _Place, message: bytes, exchange: Exchange, limit: int
    ) -> Posted:
        is_kept = False
        response = http.client.HTTPResponse(sock, method="POST")
        try:
            _send(sock, message, exchange)
            response.begin()
            body = _read(response, limit, exchange)
            is_kept = _is_complete(response) and not response.will_close
            return Posted(response.status, CaseInsensitiveDict(response.headers.items()), body)
        finally:
            response.close()
            if is_kept:
                self._keep(place, sock)
            else:
                sock.close()

    def _take(self, place: _Place) -> socket.socket | None:
        """Give the last used idle connection to a place that is still open."""
        while True:
            with self._lock:
                numbers = self._by_place.get(place)
                if not numbers:
                    return None
                number = numbers.pop()
                if not numbers:
                    del self._by_place[place]
                sock, since = self._idle.pop((place, number))
            if time.monotonic() - since < IDLE_SECONDS and not _is_readable(sock):
                return sock
            sock.close()

    def _keep(self, place: _Place, sock: socket.socket) -> None:
        oldest: list[socket.socket] = []
        with self._lock:
            self._number += 1
            self._idle[(place, self._number)] = (sock, time.monotonic())
            self._by_place.setdefault(place, []).append(self._number)
            while len(self._idle) > IDLE_LIMIT:
                (old_place, number), (old, _) = self._idle.popitem(last=False)
                self._by_place[old_place].remove(number)
                if not self._by_place[old_place]:
                    del self._by_place[old_place]
                oldest.append(old)
        for one in oldest:
            one.close()


def _message(target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write the request as bytes; ValueError where a header would end its line early."""
    lines = [f"POST {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in checked_headers(headers).items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _send(sock: socket.socket, message: bytes, exchange: Exchange) -> None:
    for start in range(0, len(message), _CHUNK):
        sock.settimeout(min(exchange.remaining(), exchange.read_timeout))
        sock.sendall(message[start : start + _CHUNK])


def _read(response: http.client.HTTPResponse, limit: int, exchange: Exchange) -> bytes:
    """Read the body up to a limit; what is longer is left, and the connection is not used again."""
    found = bytearray()
    while len(found) < limit and not _is_complete(response):
        chunk = response.read1(limit - len(found))
        if not chunk:
            break
        found += chunk
        exchange.remaining()
    return bytes(found)


def _is_complete(response: http.client.HTTPResponse) -> bool:
    return response.length == 0 or response.isclosed()


def _is_readable(sock: socket.socket) -> bool:
    """Tell whether an idle connection has something to say: that it was closed, or nonsense."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
