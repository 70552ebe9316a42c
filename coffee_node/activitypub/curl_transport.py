"""Posting with libcurl: many lanes in one thread, each a generator that yields requests and takes answers.

Optional (`pip install coffee-node[curl]`, `[http] transport = curl`): a post costs half of what the default
transport takes. The guard is the same: a connection goes to the address that was checked, redirects are not
followed, no proxy of the environment is used, and time and bytes are limited.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import pycurl
from certifi import where

from coffee_node.activitypub.answers import retry_after
from coffee_node.activitypub.delivery_request import (
    CheckedInbox,
    DeliveryRequest,
    DeliveryResult,
    InboxAddresses,
    Knocks,
    checked_headers,
    signed_headers,
)
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.errors import AddressNotAllowed, CoffeeError, FetchError

ANSWER_LIMIT: Final = 64 * 1024
EXCERPT: Final = 500
HEADERS_LIMIT: Final = 100
IDLE_CONNECTIONS: Final = 256
_SELECT_SECONDS: Final = 0.2

Ended = Callable[[Knocks], None]


class CurlTransport:
    """Drives lanes by curl, one set of kept connections for each thread that does so at the same time."""

    def __init__(
        self, guard: UrlGuard, user_agent: str, connect_timeout: float = 5.0, total_timeout: float = 10.0
    ) -> None:
        self._guard = guard
        self._inboxes = InboxAddresses(guard)
        self._user_agent = user_agent
        self._connect_timeout = connect_timeout
        self._total_timeout = total_timeout
        self._idle: list[_Loop] = []
        self._lock = threading.Lock()

    def is_known(self, url: str) -> bool:
        """Tell whether the addresses of an inbox's host are at hand, so that no loop waits for it."""
        try:
            inbox = self._inboxes.check(url)
        except AddressNotAllowed:
            return True
        return self._guard.is_known(inbox.host, inbox.port)

    def find(self, url: str) -> bool:
        """Look up the addresses of an inbox's host; whether it has any."""
        try:
            inbox = self._inboxes.check(url)
            self._guard.addresses(inbox.host, inbox.port, self._connect_timeout)
        except CoffeeError:
            return False
        return True

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for loop in idle:
            loop.close()

    def drive(self, lanes: Iterable[Knocks], ended: Ended) -> None:
        """Make the requests of all lanes beside each other; `ended` is told of each when it has no more."""
        loop = self._take()
        is_clean = False
        try:
            for knocks in lanes:
                self._advance(loop, knocks, None, ended)
            while loop.running:
                for transfer, result in loop.results():
                    self._advance(loop, transfer.knocks, result, ended)
            is_clean = True
        finally:
            self._give_back(loop, is_clean=is_clean)

    def _take(self) -> _Loop:
        with self._lock:
            return self._idle.pop() if self._idle else _Loop()

    def _give_back(self, loop: _Loop, *, is_clean: bool) -> None:
        if not is_clean:
            loop.close()
            return
        with self._lock:
            self._idle.append(loop)

    def _advance(self, loop: _Loop, knocks: Knocks, result: DeliveryResult | None, ended: Ended) -> None:
        """Give a lane its answer and start its next request; one that may not be made is answered at once."""
        while True:
            try:
                request = next(knocks) if result is None else knocks.send(result)
            except StopIteration:
                ended(knocks)
                return
            handle = loop.handle()
            try:
                transfer = self._prepare(handle, knocks, request)
            except AddressNotAllowed as error:
                result = DeliveryResult(403, error=str(error))
            except FetchError as error:
                result = DeliveryResult(None, error=str(error))
            else:
                loop.start(handle, transfer)
                return
            loop.idle.append(handle)

    def _prepare(self, handle: Any, knocks: Knocks, request: DeliveryRequest) -> _Transfer:
        inbox = self._inboxes.check(request.url)
        deadline = time.monotonic() + self._total_timeout
        addresses = self._guard.addresses(inbox.host, inbox.port, self._connect_timeout)
        headers = checked_headers(signed_headers(inbox, request, self._user_agent))
        transfer = _Transfer(knocks, request.url)
        handle.reset()
        for option, value in _GUARDED:
            handle.setopt(option, value)
        handle.setopt(pycurl.URL, inbox.url)
        handle.setopt(pycurl.RESOLVE, _to_checked(inbox, addresses))
        handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers.items()] + _LEFT_OUT)
        handle.setopt(pycurl.POSTFIELDSIZE, len(request.body))
        handle.setopt(pycurl.COPYPOSTFIELDS, request.body)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(self._connect_timeout * 1000))
        handle.setopt(pycurl.TIMEOUT_MS, max(1, int((deadline - time.monotonic()) * 1000)))
        handle.setopt(pycurl.WRITEFUNCTION, transfer.take_body)
        handle.setopt(pycurl.HEADERFUNCTION, transfer.take_header)
        return transfer


class _Loop:
    """A multi handle of curl with its transfers and its kept connections; used by one thread at a time."""

    def __init__(self) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, IDLE_CONNECTIONS)
        self.running: dict[Any, _Transfer] = {}
        self.idle: list[Any] = []

    def handle(self) -> Any:
        """An easy handle that is free."""
        return self.idle.pop() if self.idle else pycurl.Curl()

    def start(self, handle: Any, transfer: _Transfer) -> None:
        """Begin a transfer."""
        self.running[handle] = transfer
        self._multi.add_handle(handle)

    def results(self) -> list[tuple[_Transfer, DeliveryResult]]:
        """Do what can be done now and give the transfers that ended."""
        self._multi.select(_SELECT_SECONDS)
        self._multi.perform()
        found = []
        for handle, code, error in _finished(self._multi):
            self._multi.remove_handle(handle)
            transfer = self.running.pop(handle)
            found.append((transfer, transfer.result(handle, code, error)))
            self.idle.append(handle)
        return found

    def close(self) -> None:
        """End everything."""
        for handle in self.running:
            self._multi.remove_handle(handle)
        for handle in [*self.running, *self.idle]:
            handle.close()
        self._multi.close()


class _Transfer:
    """One request on its way and what has come of its answer."""

    def __init__(self, knocks: Knocks, url: str) -> None:
        self.knocks = knocks
        self._url = url
        self._body = bytearray()
        self._headers: dict[str, str] = {}
        self._lines = 0

    def take_body(self, chunk: bytes) -> int:
        """Keep the body up to a limit; more ends the transfer."""
        room = ANSWER_LIMIT - len(self._body)
        self._body += chunk[:room]
        return len(chunk) if len(chunk) <= room else 0

    def take_header(self, line: bytes) -> int:
        """Keep a header; too many end the transfer."""
        self._lines += 1
        name, separator, value = line.decode("latin-1").partition(":")
        if separator and name.lower() == "retry-after":
            self._headers["Retry-After"] = value.strip()
        return len(line) if self._lines <= HEADERS_LIMIT else 0

    def result(self, handle: Any, code: int, error: str) -> DeliveryResult:
        """What the inbox answered, or why nobody did; a body that was too long was an answer all the same."""
        status = handle.getinfo(pycurl.RESPONSE_CODE)
        is_cut = code == pycurl.E_WRITE_ERROR and len(self._body) >= ANSWER_LIMIT
        if (code and not is_cut) or not status:
            return DeliveryResult(
                None, error=f"{self._url} cannot be reached: {(error or 'no answer')[:500]}"
            )
        excerpt = bytes(self._body[:EXCERPT]).decode("utf-8", "replace")
        return DeliveryResult(status, retry_after(self._headers), "" if status < 300 else excerpt, excerpt)


# Headers that curl would add by itself; the signature says what is sent.
_LEFT_OUT: Final = ["Expect:"]
_GUARDED: Final = (
    (pycurl.POST, 1),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.PROXY, ""),
    (pycurl.NOPROXY, "*"),
    (pycurl.NOSIGNAL, 1),
    (pycurl.NETRC, 0),
    (pycurl.SSL_VERIFYPEER, 1),
    (pycurl.SSL_VERIFYHOST, 2),
    (pycurl.CAINFO, where()),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
    (pycurl.PATH_AS_IS, 1),
    (pycurl.TCP_NODELAY, 1),
    (pycurl.FRESH_CONNECT, 0),
)


def _to_checked(inbox: CheckedInbox, addresses: Sequence[str]) -> list[str]:
    """Say where to connect: the checked addresses, whatever the name would resolve to now."""
    if addresses[0] == inbox.host:
        return []
    listed = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    return [f"+{inbox.host}:{inbox.port}:{listed}"]


def _finished(multi: Any) -> list[tuple[Any, int, str]]:
    found: list[tuple[Any, int, str]] = []
    while True:
        left, good, bad = multi.info_read()
        found += [(handle, 0, "") for handle in good]
        found += bad
        if not left:
            return found
