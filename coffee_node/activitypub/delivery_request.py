"""One delivery as it is asked for, as it goes over the wire, and as it ended; every transport takes these."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit

import requests

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.activitypub.signed_request import Signer, target_of
from coffee_node.activitypub.url_guard import CheckedUrl, UrlGuard
from coffee_node.activitypub.vocabulary import ACTIVITY_JSON, LD_JSON_PROFILE
from coffee_node.base.errors import AddressNotAllowed

_REMEMBERED: Final = 5_000
_PLAIN: Final = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~-]+")
_ACCEPT: Final = f"{ACTIVITY_JSON}, {LD_JSON_PROFILE}"


@dataclass(frozen=True)
class DeliveryRequest:
    """One activity for one inbox; `digest` is the Digest header of the body."""

    url: str
    body: bytes
    digest: str
    signer: Signer
    scheme: str = "cavage"
    extra_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliveryResult:
    """How a delivery ended; without a status nobody answered, and `error` says why."""

    status: int | None
    retry_after: float | None = None
    error: str = ""
    body_excerpt: str = ""


@dataclass(frozen=True)
class CheckedInbox:
    """An inbox whose address is allowed, in the spelling that is signed and sent."""

    url: str
    scheme: str
    host: str
    port: int
    authority: str
    target: str


def delivery_headers(extra: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that say what a delivery is."""
    return {"Accept": _ACCEPT, "Content-Type": ACTIVITY_JSON, **extra}


def signed_headers(inbox: CheckedInbox, request: DeliveryRequest, user_agent: str) -> dict[str, str]:
    """Give every header of a delivery but its length; only the signature is new in each."""
    own = {"User-Agent": user_agent, **delivery_headers(request.extra_headers)}
    body, digest, signer = request.body, request.digest, request.signer
    signed = sign_request(request.scheme, "POST", inbox.url, own, body, signer, digest)
    return {"Host": inbox.authority, **own, **signed}


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Give these headers back; ValueError where one would end its line early."""
    text = "".join([*headers, *headers.values()])
    if "\n" in text or "\r" in text:
        raise ValueError("a header of a delivery holds a line break")
    return headers


def _encoded(url: str) -> str:
    """Spell an address in the characters that a request line may hold, as fetching does."""
    try:
        return requests.Request("POST", url).prepare().url or ""
    except (requests.RequestException, ValueError) as error:
        raise AddressNotAllowed(f"Address not allowed: {url} cannot be asked for.") from error


Knocks = Generator[DeliveryRequest, DeliveryResult, None]


class LaneTransport(Protocol):
    """Drives many lanes in one thread: generators that yield requests and are sent the answers."""

    def is_known(self, url: str) -> bool:
        """Tell whether the address of an inbox is at hand."""

    def find(self, url: str) -> bool:
        """Look up the address of an inbox; whether it has any."""

    def drive(self, lanes: Iterable[Knocks], ended: Callable[[Knocks], None]) -> None:
        """Make the requests of all lanes beside each other."""

    def close(self) -> None:
        """Close the idle connections."""


class InboxAddresses:
    """Inboxes by address: they come again and again, so their spelling is checked once."""

    def __init__(self, guard: UrlGuard) -> None:
        self._guard = guard
        self._known: dict[str, CheckedInbox] = {}

    def check(self, url: str) -> CheckedInbox:
        """Check the address of an inbox; AddressNotAllowed when it leads astray."""
        inbox = self._known.get(url)
        if inbox is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            inbox = self._known[url] = self._read(url)
        return inbox

    def _read(self, url: str) -> CheckedInbox:
        checked: CheckedUrl = self._guard.check_url(url)
        if not _PLAIN.fullmatch(checked.url):
            checked = self._guard.check_url(_encoded(checked.url))
        authority = urlsplit(checked.url).netloc
        return CheckedInbox(
            checked.url, checked.scheme, checked.host, checked.port, authority, target_of(checked.url)
        )
