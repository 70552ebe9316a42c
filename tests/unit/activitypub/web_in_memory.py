"""The web in memory: pages by address, for a client whose transport opens no socket."""

from __future__ import annotations

import io
import json
import socket
from typing import Any

from requests import ConnectionError as RequestsConnectionError
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from coffee_node.activitypub.body_digest import body_digest
from coffee_node.activitypub.http_client import DeliveryRequest, HttpClient
from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.activitypub.signed_request import IncomingRequest, Signer, target_of
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base import clock

ACTOR = "https://tournai.example/actors/esco"
INBOX = "https://tournai.example/inbox"
BODY = b'{"id":"https://lille.example/1"}'
PUBLIC = "93.184.216.34"
AP = "application/activity+json"


class Page:
    """One answer of the web in memory."""

    def __init__(self, body: Any = b"", status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.headers = {"Content-Type": AP} | {name.replace("_", "-"): text for name, text in headers.items()}


class Web(BaseAdapter):
    """The web in memory: pages by address, and every request that came."""

    def __init__(self, pages: dict[str, Any]) -> None:
        super().__init__()
        self.pages = pages
        self.requests: list[PreparedRequest] = []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        self.requests.append(request)
        page = self.pages.get(str(request.url))
        if page is None:
            raise RequestsConnectionError("refused")
        if isinstance(page, Exception):
            raise page
        response = Response()
        response.status_code = page.status
        response.headers.update(page.headers)
        response.url = str(request.url)
        response.request = request
        response.raw = HTTPResponse(io.BytesIO(page.body), page.headers, page.status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is open."""


def public(host: str, port: int, **kwargs: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]


def client(pages: dict[str, Any], **options: Any) -> tuple[HttpClient, Web]:
    web = Web(pages)
    guard = UrlGuard(resolver=options.pop("resolver", public))
    return HttpClient(guard, "coffee-node/0", adapter_factory=lambda: web, **options), web


def delivery(signer: Signer, **changes: Any) -> DeliveryRequest:
    return DeliveryRequest(
        **{"url": INBOX, "body": BODY, "digest": body_digest(BODY), "signer": signer, **changes}
    )


def check_signed(request: PreparedRequest, public_key: PublicKey, host: str = "tournai.example") -> None:
    body = request.body if isinstance(request.body, bytes) else b""
    incoming = IncomingRequest(
        str(request.method), target_of(str(request.url)), dict(request.headers), body, host
    )
    assert read_signature(incoming, now=clock.utcnow(), hosts={host}).verify(public_key)
