"""Two partner nodes and browsers that sign in at one with the other: what tests of home spaces share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coffee_node.activitypub.body_digest import body_digest
from coffee_node.activitypub.http_client import DeliveryRequest
from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.base.sealing import unseal
from coffee_node.federation import oauth_keys
from coffee_node.federation.actors import node_signer
from coffee_node.federation.guest_models import GuestSession
from coffee_node.federation.oauth_documents import client_document
from coffee_node.testing import Fediverse, TestNode
from coffee_node.testing_fediverse import make_response

HTML = {"Accept": "text/html", "Accept-Language": "en"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ONWARD = re.compile(r'content="0; url=([^"]+)"')


@dataclass
class Way:
    """One person with one browser for each of the two sites, as cookies are kept by host."""

    fediverse: Fediverse
    home: TestNode
    site: TestNode
    at_home: FlaskClient
    at_site: FlaskClient

    def _where(self, address: str) -> tuple[TestNode, FlaskClient, str]:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.netloc == self.home.host:
            return self.home, self.at_home, path
        return self.site, self.at_site, path

    def get(self, address: str) -> TestResponse:
        """A GET of either site; redirects are answers."""
        parts = urlsplit(address)
        node, browser = (
            (self.home, self.at_home) if parts.netloc == self.home.host else (self.site, self.at_site)
        )
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return browser.get(path, base_url=node.url, headers=HTML)

    def post(self, address: str, page: str = "", **fields: str) -> TestResponse:
        """A form of either site, with the token of the page it stands on."""
        parts = urlsplit(address)
        node, browser = (
            (self.home, self.at_home) if parts.netloc == self.home.host else (self.site, self.at_site)
        )
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        data = {"csrf_token": token_in(page or self.get(address).text), **fields}
        headers = {**HTML, "Referer": f"{node.url}{path}"}
        return browser.post(path, base_url=node.url, data=data, headers=headers)

    def choose(self, handle: str, back: str = "/") -> str:
        """Say where one is at home; the address of the page that waits."""
        answer = self.post(f"{self.site.url}/sign-in/home", handle=handle, back=back)
        assert answer.status_code == 303, answer.text
        return f"{self.site.url}{answer.headers['Location']}"

    def go_home(self, handle: str = "", back: str = "/") -> tuple[str, str]:
        """The waiting page, and the address at the home space where the person is sent."""
        waiting = self.choose(handle or f"anna@{self.home.host}", back)
        self.fediverse.settle()
        found = ONWARD.search(self.get(waiting).text)
        assert found is not None, self.get(waiting).text
        return waiting, unescape(found[1])

    def allow(self, address: str, answer: str = "allow") -> str:
        """Answer the home space's question; the address to which it sends the person back."""
        page = self.get(address)
        assert page.status_code == 200, f"{page.status_code} {page.text}"
        done = self.post(address, page.text, answer=answer)
        assert done.status_code == 303, f"{done.status_code} {done.text}"
        return done.headers["Location"]

    def sign_in(self, back: str = "/") -> TestResponse:
        """The whole way; the answer that carries the cookie of the visit."""
        waiting, question = self.go_home(back=back)
        came = self.get(self.allow(question))
        assert came.status_code == 303, came.text
        self.fediverse.settle()
        return self.get(waiting)


def token_in(page: str) -> str:
    """The form token of a page."""
    found = TOKEN.search(page)
    return found[1] if found else ""


def parameters(address: str) -> dict[str, Any]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query))


def a_way(fediverse: Fediverse) -> Way:
    """Anna of Lille before the pages of Tournai, which is a partner."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("anna", "Anna Peeters")
    return Way(fediverse, lille, tournai, lille.signed_in("anna"), tournai.client)


def token_of_visit(way: Way) -> str:
    """The token that the site holds for its last guest."""
    with way.site.context():
        return unseal(way.site.rows(GuestSession)[-1].sealed_token)


def post_as_site(way: Way, token: str, document: Mapping[str, Any], slug: str = "anna") -> TestResponse:
    """What a site sends to the outbox of the home space with a token."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/activity+json"}
    path = f"/actors/{slug}/outbox"
    return way.home.client.post(path, data=json.dumps(document), headers=headers, base_url=way.home.url)


def let_home_lie(way: Way, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Have the home space answer something else at one path from now on."""
    fediverse, host = way.fediverse, way.home.host

    def lie(request: requests.PreparedRequest) -> requests.Response:
        del fediverse.hostile[host]
        try:
            told = fediverse.answer(request)
        finally:
            fediverse.hostile[host] = lie
        if urlsplit(str(request.url)).path != path or told.status_code != 200:
            return told
        body = json.dumps(change(told.json())).encode()
        return make_response(request, told.status_code, body, {"Content-Type": "application/json"})

    fediverse.hostile[host] = lie


def register(home: TestNode, site: TestNode, signer: Any = None, sent: bytes = b"", **changes: Any) -> Any:
    """Register as a site does, signed by its node actor or by somebody else."""
    with site.context():
        document = {**client_document(oauth_keys.public_keys()), **changes}
        body = json.dumps({name: value for name, value in document.items() if value is not None}).encode()
        request = DeliveryRequest(
            f"{home.url}/oauth/register",
            body,
            body_digest(body),
            signer or node_signer(),
            extra_headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        headers = signed(request)
    return home.client.post("/oauth/register", data=sent or body, headers=headers, base_url=home.url)


def signed(request: DeliveryRequest) -> dict[str, str]:
    own = dict(request.extra_headers)
    return own | sign_request(
        "cavage", "POST", request.url, own, request.body, request.signer, request.digest
    )


def userinfo(way: Way, token: str) -> TestResponse:
    """What the home space tells of the person behind a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return way.home.client.get("/oauth/userinfo", headers=headers, base_url=way.home.url)
