"""The only way to other servers: guarded, signed, bounded in time and size."""

from __future__ import annotations

import ssl
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urldefrag

import requests
from certifi import where
from requests.adapters import BaseAdapter

from coffee_node.activitypub.answers import (
    ACTIVITY_TYPES_READ,
    JSON_TYPES_READ,
    Answer,
    check_media_type,
    check_status,
    read_limited,
    retry_after,
)
from coffee_node.activitypub.delivery_request import (
    CheckedInbox,
    DeliveryRequest,
    DeliveryResult,
    InboxAddresses,
    LaneTransport,
    delivery_headers,
    signed_headers,
)
from coffee_node.activitypub.guarded_adapter import Exchange, GuardedAdapter, exchanging, tls_context
from coffee_node.activitypub.limits import BODY_LIMIT, parse_json
from coffee_node.activitypub.posting import KeptConnections
from coffee_node.activitypub.reaching import redirected, told
from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.activitypub.signed_request import Signer
from coffee_node.activitypub.url_guard import CheckedUrl, UrlGuard
from coffee_node.activitypub.vocabulary import ACTIVITY_JSON, LD_JSON_PROFILE, same_host
from coffee_node.base.errors import AddressNotAllowed, CoffeeError, FetchError

ACTIVITY: Final = f"{ACTIVITY_JSON}, {LD_JSON_PROFILE}"
__all__ = ["ACTIVITY", "DeliveryRequest", "DeliveryResult", "FetchedDocument", "FetchedText", "HttpClient"]
REDIRECTS: Final = 3
EXCERPT: Final = 500

_CONDITIONS: Final = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
_REDIRECT: Final = frozenset({301, 302, 303, 307, 308})
_ANSWER_LIMIT: Final = 64 * 1024
Headers = Mapping[str, str]


@dataclass(frozen=True)
class FetchedDocument:
    """A document from its own server; `url` is its id."""

    url: str
    document: dict[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class FetchedText:
    """A text from another server, with the headers that ask whether it has changed."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class HttpClient:
    """Asks other servers; fetching keeps connections by thread, posting by host, all share one TLS context.

    The transport is used without a requests session: that would keep cookies of other servers and
    read the body of a redirect without limit. An `adapter_factory` replaces the network for both;
    `lanes` is a transport that posts for many senders in one thread, where there is one.
    """

    def __init__(
        self,
        guard: UrlGuard,
        user_agent: str,
        adapter_factory: Callable[[], BaseAdapter] | None = None,
        connect_timeout: float = 5.0,
        total_timeout: float = 10.0,
        max_bytes: int = BODY_LIMIT,
        lanes: LaneTransport | None = None,
    ) -> None:
        self.guard = guard
        self.user_agent = user_agent
        self.connect_timeout = connect_timeout
        self.total_timeout = total_timeout
        self.max_bytes = max_bytes
        self._factory = adapter_factory or self._guarded_adapter
        self.lanes = lanes
        self._is_direct = adapter_factory is None
        self._kept = KeptConnections(self._tls)
        self._inboxes = InboxAddresses(guard)
        self._local = threading.local()
        self._adapters: weakref.WeakSet[BaseAdapter] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def fetch_document(
        self, url: str, signer: Signer | None = None, accept: str = ACTIVITY, timeout: float | None = None
    ) -> FetchedDocument:
        """Get an ActivityPub document from its own server; FetchError, AddressNotAllowed.

        The document's id is the address, or is asked for once itself; redirects stay on the host.
        """
        deadline = self._deadline(timeout)
        wanted = url
        for _ in range(2):
            answer = self._get(wanted, signer, {"Accept": accept}, deadline, stay_on_host=True)
            document = self._parsed(answer, ACTIVITY_TYPES_READ)
            uri = document.get("id")
            if uri in (wanted, urldefrag(wanted).url):
                return FetchedDocument(str(uri), document, answer.headers)
            if not same_host(uri, wanted):
                raise FetchError(f"{wanted} answers a document of another host.")
            wanted = str(uri)
        raise FetchError(f"{url} answers a document that does not answer to its own id.")

    def fetch_json(
        self,
        url: str,
        content_types: Sequence[str] = JSON_TYPES_READ,
        signer: Signer | None = None,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Get a JSON object that is no ActivityPub document (WebFinger, NodeInfo); FetchError."""
        asked = {"Accept": ", ".join(content_types)}
        answer = self._get(url, signer, asked, self._deadline(timeout), stay_on_host=False)
        return self._parsed(answer, content_types)

    def fetch_file(
        self, url: str, content_types: Sequence[str], limit: int, signer: Signer | None = None
    ) -> bytes:
        """Get a file such as a picture, of at most `limit` bytes; FetchError, AddressNotAllowed."""
        asked = {"Accept": ", ".join(content_types)}
        larger = copy(self)
        larger.max_bytes = limit
        answer = larger._get(url, signer, asked, self._deadline(None), stay_on_host=False)
        check_status(answer.url, answer.status)
        check_media_type(answer.url, answer.headers, content_types)
        return answer.body

    def fetch_text(
        self, url: str, content_types: Sequence[str], known: Mapping[str, str] | None = None
    ) -> FetchedText | None:
        """Get a text such as a feed; None when unchanged since the one whose headers are `known`.

        Raises FetchError, AddressNotAllowed.
        """
        asked = {"Accept": ", ".join(content_types)}
        asked |= {_CONDITIONS[name]: value for name, value in (known or {}).items() if name in _CONDITIONS}
        answer = self._get(url, None, asked, self._deadline(None), stay_on_host=False)
        if answer.status == 304:
            return None
        check_status(answer.url, answer.status)
        check_media_type(answer.url, answer.headers, content_types)
        kept = {name: answer.headers[name] for name in _CONDITIONS if answer.headers.get(name)}
        return FetchedText(answer.url, answer.body, kept)

    def deliver(self, request: DeliveryRequest) -> DeliveryResult:
        """Post an activity to an inbox; trouble of the network is an answer too, never an exception."""
        post = self._post if self._is_direct else self._post_by_adapter
        try:
            answer = post(request, self._deadline(None))
        except AddressNotAllowed as error:
            return DeliveryResult(403, error=str(error))
        except FetchError as error:
            return DeliveryResult(None, error=str(error))
        excerpt = answer.body[:EXCERPT].decode("utf-8", "replace")
        reason = "" if answer.status < 300 else excerpt
        return DeliveryResult(answer.status, retry_after(answer.headers), reason, excerpt)

    def post(self, request: DeliveryRequest, timeout: float | None = None) -> Answer:
        """Post something other than a delivery and read the answer; redirects are answers. FetchError."""
        return self._post_by_adapter(request, self._deadline(timeout))

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            adapters, self._adapters = list(self._adapters), weakref.WeakSet()
            self._local = threading.local()
        for adapter in adapters:
            adapter.close()
        self._kept.close()
        if self.lanes is not None:
            self.lanes.close()

    def _deadline(self, timeout: float | None) -> float:
        return time.monotonic() + (self.total_timeout if timeout is None else timeout)

    def _parsed(self, answer: Answer, content_types: Sequence[str]) -> dict[str, Any]:
        check_status(answer.url, answer.status)
        check_media_type(answer.url, answer.headers, content_types)
        try:
            return parse_json(answer.body)
        except CoffeeError as error:
            raise FetchError(f"{answer.url} answers what cannot be read: {error}") from error

    def _get(
        self, url: str, signer: Signer | None, headers: Headers, deadline: float, *, stay_on_host: bool
    ) -> Answer:
        """Follow at most three redirects, each checked and signed like a new address."""
        wanted = urldefrag(url).url
        for _ in range(REDIRECTS + 1):
            answer = self._send("GET", wanted, headers, signer, deadline)
            if answer.status not in _REDIRECT:
                return answer
            following = redirected(wanted, answer.headers)
            if stay_on_host and not same_host(following, wanted):
                raise FetchError(f"{url} redirects to another host, {following[:200]}.")
            wanted = following
        raise FetchError(f"{url} redirects more than {REDIRECTS} times.")

    def _send(
        self,
        method: str,
        url: str,
        headers: Headers,
        signing: Signer | DeliveryRequest | None,
        deadline: float,
    ) -> Answer:
        checked = self.guard.check_url(url)
        exchange = self._exchange_with(checked, deadline)
        with exchanging(exchange), told(url, exchange):
            return self._exchange(self._prepared(method, checked.url, headers, signing), exchange)

    def _post(self, request: DeliveryRequest, deadline: float) -> Answer:
        """Post without requests, for the reasons of posting.py."""
        inbox = self._inboxes.check(request.url)
        exchange = self._exchange_with(inbox, deadline)
        headers = signed_headers(inbox, request, self.user_agent)
        with told(request.url, exchange):
            posted = self._kept.post(inbox, headers, request.body, exchange, _ANSWER_LIMIT)
        return Answer(request.url, posted.status, posted.headers, posted.body)

    def _post_by_adapter(self, request: DeliveryRequest, deadline: float) -> Answer:
        headers = delivery_headers(request.extra_headers)
        return self._send("POST", request.url, headers, request, deadline)

    def _exchange_with(self, checked: CheckedUrl | CheckedInbox, deadline: float) -> Exchange:
        left = deadline - time.monotonic()
        addresses = self.guard.addresses(checked.host, checked.port, min(left, self.connect_timeout))
        return Exchange(addresses, deadline, self.connect_timeout, self.connect_timeout)

    def _prepared(
        self, method: str, url: str, headers: Headers, signing: Signer | DeliveryRequest | None
    ) -> requests.PreparedRequest:
        body = signing.body if isinstance(signing, DeliveryRequest) else None
        own = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip", **headers}
        prepared = requests.Request(method, url, headers=own, data=body).prepare()
        final = prepared.url or url
        if isinstance(signing, DeliveryRequest):
            added = sign_request(signing.scheme, method, final, own, body, signing.signer, signing.digest)
            prepared.headers.update(added)
        elif signing is not None:
            prepared.headers.update(sign_request("cavage", method, final, own, None, signing))
        return prepared

    def _exchange(self, prepared: requests.PreparedRequest, exchange: Exchange) -> Answer:
        timeout = (exchange.connect_timeout, exchange.read_timeout)
        response = self._adapter().send(prepared, stream=True, timeout=timeout, verify=True)
        limit = self.max_bytes if prepared.method == "GET" else _ANSWER_LIMIT
        try:
            body = read_limited(response, limit, exchange, cut=prepared.method != "GET")
        finally:
            response.close()
        return Answer(str(prepared.url), response.status_code, response.headers, body)

    def _adapter(self) -> BaseAdapter:
        adapter: BaseAdapter | None = getattr(self._local, "adapter", None)
        if adapter is None:
            adapter = self._local.adapter = self._factory()
            with self._lock:
                self._adapters.add(adapter)
        return adapter

    def _guarded_adapter(self) -> BaseAdapter:
        return GuardedAdapter(self._tls())

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = tls_context(where())
        return self._context
