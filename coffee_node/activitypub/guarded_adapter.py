"""Connections that go to checked addresses only and end at a deadline, whatever the other side does."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from requests import ConnectionError as RequestsConnectionError
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

POOLS: Final = 64


@dataclass
class Exchange:
    """One request and its answer: where it may connect, and when it is over at the latest."""

    addresses: Sequence[str]
    deadline: float
    connect_timeout: float
    read_timeout: float
    connects: int = 0

    def remaining(self) -> float:
        """Give the seconds that are left; TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        return left

    @property
    def is_over(self) -> bool:
        """Tell whether the deadline has passed."""
        return time.monotonic() >= self.deadline


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[Exchange]:
    """Make this the exchange that connections of this thread belong to."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


def _time_left_to_read() -> float:
    exchange = _current.get()
    return min(exchange.remaining(), exchange.read_timeout)


class DeadlineSocket(socket.socket):
    """A socket that waits for no byte longer than the exchange has left."""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive into a buffer within the time that is left."""
        self.settimeout(_time_left_to_read())
        return super().recv_into(buffer, nbytes, flags)


class DeadlineTlsSocket(ssl.SSLSocket):
    """The same under TLS, where one record may take many reads of the network."""

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive into a buffer within the time that is left."""
        self.settimeout(_time_left_to_read())
        return super().recv_into(buffer, nbytes, flags)


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Make the one TLS context of a node; loading the authorities costs more than a hundred requests."""
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = DeadlineTlsSocket
    return context


def open_plain(port: int) -> DeadlineSocket:
    """Connect to the first checked address that answers; the last error when none does."""
    exchange = _current.get()
    failure: OSError | None = None
    for address in exchange.addresses:
        exchange.connects += 1
        try:
            timeout = min(exchange.connect_timeout, exchange.remaining())
            plain = socket.create_connection((address, port), timeout=timeout)
        except OSError as error:
            failure = error
            continue
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        family, kind, protocol = plain.family, plain.type, plain.proto
        connected = DeadlineSocket(family, kind, protocol, fileno=plain.detach())
        connected.settimeout(timeout)
        return connected
    raise failure or OSError("no address to connect to")


def open_tls(context: ssl.SSLContext, host: str, port: int) -> ssl.SSLSocket:
    """Connect in the same way, with TLS; name and certificate are those of the host."""
    if not context.check_hostname:
        raise ssl.SSLError("TLS without checking the certificate is not done here")
    plain = open_plain(port)
    try:
        sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        sock.settimeout(min(_current.get().remaining(), _current.get().connect_timeout))
        sock.do_handshake()
    except BaseException:
        sock.close()
        raise
    return sock


class GuardedConnection(HTTPConnection):
    """Connects to the addresses of the current exchange instead of resolving a name."""

    def connect(self) -> None:
        """Open the socket."""
        self.sock = open_plain(self.port)


class GuardedTlsConnection(HTTPSConnection):
    """The same with TLS; name and certificate are those of the host."""

    def connect(self) -> None:
        """Open the socket and check the certificate."""
        if self.ssl_context is None:
            raise ssl.SSLError("TLS without checking the certificate is not done here")
        self.sock = open_tls(self.ssl_context, self.host, self.port)
        self.is_verified = True


class GuardedPool(HTTPConnectionPool):
    """Keeps plain connections."""

    ConnectionCls = GuardedConnection


class GuardedTlsPool(HTTPSConnectionPool):
    """Keeps connections with TLS."""

    ConnectionCls = GuardedTlsConnection


class GuardedAdapter(HTTPAdapter):
    """A transport of requests whose every connection is one of the above."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(pool_connections=POOLS, pool_maxsize=2)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """Give the pools our kind of connection and the one TLS context."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTlsPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Add the TLS context to what tells pools apart."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {**pool, "ssl_context": self._context}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send once, or twice where a kept connection turns out to have been closed by the other side."""
        exchange = _current.get()
        try:
            return super().send(request, *args, **kwargs)
        except RequestsConnectionError:
            if exchange.connects or exchange.is_over:
                raise
            return super().send(request, *args, **kwargs)
