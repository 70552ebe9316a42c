"""Rows 22 to 25: addresses that lead into the node's own network, wherever a document carries them.

In process, with the guard as it is in production, a resolver and a connector of the test's own.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coffee_node.activitypub.http_client import DeliveryRequest, HttpClient
from coffee_node.activitypub.keys import generate_rsa, load_private
from coffee_node.activitypub.signed_request import Signer
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.activitypub.vocabulary import ACTIVITY_JSON
from coffee_node.base.errors import AddressNotAllowed, FetchError
from coffee_node.testing import make_response
from coffee_node.testing_fediverse import MemoryAdapter

REFUSED = [
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104
    "10.0.0.66",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0::1]",
    "[fe80::1]",
    "[fc00::1]",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "127.1",
    "user@127.0.0.1",
    "localhost",
    "localhost.",
    "x.internal",
    "a.example:22",
    "a.example:25",
    "a.example:6379",
    "a.example:8443",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "[ff02::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b:1::1]",
    "0",
    "127.0.0.1.",
    "①②⑦.0.0.1",
    "LOCALHOST",
    "a.local",
    "user:pass@a.example",
    "%6cocalhost",
    "a.example\t.evil",
    "",
    "[::1%25eth0]",
    "0300.0250.1.1",
    "a.example@127.0.0.1",
]


class World:
    """A client as in production, that notes every connection it would open instead of opening it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.resolved: dict[str, list[list[str]]] = {}
        self.connections: list[tuple[str, int]] = []
        self.client = HttpClient(UrlGuard(resolver=self.resolve), "test")

        def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
            self.connections.append(address)
            raise ConnectionRefusedError("not in a test")

        monkeypatch.setattr(socket, "create_connection", connect)

    def resolve(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        """The next answer for a name; a public one where nothing was prepared."""
        answers = self.resolved.get(host) or [["93.184.215.14"]]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(2, 1, 6, "", (address, port)) for address in addresses]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World(monkeypatch)
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("https://lille.example/actor#main-key", load_private(generate_rsa()[0]))


def fetch(world: World, url: str, signer: Signer) -> None:
    world.client.fetch_document(url)


def fetch_json(world: World, url: str, signer: Signer) -> None:
    world.client.fetch_json(url)


def deliver(world: World, url: str, signer: Signer) -> None:
    result = world.client.deliver(DeliveryRequest(url, b"{}", "SHA-256=x", signer))
    if result.status == 403:
        raise AddressNotAllowed(result.error)
    raise FetchError(result.error)


CARRIERS: list[Callable[[World, str, Signer], None]] = [fetch, fetch_json, deliver]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("host", REFUSED)
def test_h22_addresses_that_are_not_public(world: World, signer: Signer, host: str, carrier: Any) -> None:
    with pytest.raises(AddressNotAllowed, match="not allowed"):
        carrier(world, f"https://{host}/x", signer)
    assert world.connections == []


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://a.example/",
        "//a.example/x",
        "ftp://a.example/",
        "javascript:alert(1)",
        "a.example",
        "https:a.example",
    ],
)
def test_h22_schemes_that_are_not_https(world: World, signer: Signer, url: str, carrier: Any) -> None:
    with pytest.raises(AddressNotAllowed):
        carrier(world, url, signer)
    assert world.connections == []


def test_h22_a_public_host_is_connected_to(world: World, signer: Signer) -> None:
    """The rows above do not pass because nothing connects at all."""
    with pytest.raises(FetchError):
        fetch(world, "https://a.example/x", signer)
    assert world.connections == [("93.184.215.14", 443)]


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["10.1.2.3"], ["93.184.215.14", "127.0.0.1"], ["::1", "93.184.215.14"], ["nonsense"]],
    ids=["a", "a-10", "b", "b-first", "nonsense"],
)
def test_h23_names_that_lead_inside(world: World, signer: Signer, answer: list[str]) -> None:
    world.resolved["a.example"] = [answer]
    for carrier in CARRIERS:
        with pytest.raises(AddressNotAllowed):
            carrier(world, "https://a.example/x", signer)
    assert world.connections == []


def test_h23_rebinding_goes_to_the_checked_address(world: World, signer: Signer) -> None:
    world.resolved["a.example"] = [["93.184.215.14"], ["127.0.0.1"]]
    for _ in range(3):
        with pytest.raises(FetchError):
            fetch(world, "https://a.example/x", signer)
    assert {address for address, _ in world.connections} == {"93.184.215.14"}


class Redirects:
    """A transport that answers redirects, and remembers what was asked and how it was signed."""

    def __init__(self, locations: dict[str, str]) -> None:
        self.asked: list[str] = []
        self.signatures: list[str] = []
        self.locations = locations
        fediverse: Any = self
        fediverse.cut_off = set()
        self.client = HttpClient(
            UrlGuard(resolver=lambda host, port, **kw: [(2, 1, 6, "", ("93.184.215.14", port))]),
            "test",
            adapter_factory=lambda: MemoryAdapter(fediverse, "me"),
        )

    def answer(self, request: Any) -> Any:
        url = str(request.url)
        self.asked.append(url)
        self.signatures.append(str(request.headers.get("Signature")))
        location = self.locations.get(url)
        if location is not None:
            return make_response(request, 302, b"", {"Location": location})
        return make_response(request, 200, b'{"id": "%s"}' % url.encode(), {"Content-Type": ACTIVITY_JSON})


START = "https://a.example/0"
BAD_LOCATIONS = {
    "a": "https://10.0.0.1/x",
    "a-metadata": "https://169.254.169.254/latest/",
    "b": "http://a.example/x",
    "c-file": "file:///etc/passwd",
    "c-data": "data:application/activity+json,{}",
    "c-gopher": "gopher://a.example/",
    "d": START,
    "g-user": "https://user@a.example/x",
    "g-empty": "",
    "g-other-host": "//b.example/x",
    "g-port": "https://a.example:8080/x",
    "g-backslash": "https://a.example\\@127.0.0.1/x",
    "g-broken": "https://[",
}


@pytest.mark.parametrize("name", BAD_LOCATIONS)
def test_h24_redirects_that_are_refused(signer: Signer, name: str) -> None:
    world = Redirects({START: BAD_LOCATIONS[name]})
    with pytest.raises(FetchError):
        world.client.fetch_document(START, signer)
    assert set(world.asked) == {START} and len(world.asked) <= 4


def hops(count: int) -> dict[str, str]:
    return {f"https://a.example/{number}": f"/{number + 1}" for number in range(count)}


def test_h24_three_hops_work_each_signed_anew(signer: Signer) -> None:
    world = Redirects(hops(3))
    assert world.client.fetch_document(START, signer).url == "https://a.example/3"
    assert len(set(world.signatures)) == 4 and "None" not in world.signatures


@pytest.mark.parametrize("count", [4, 50])
def test_h24_more_hops_do_not(signer: Signer, count: int) -> None:
    world = Redirects(hops(count))
    with pytest.raises(FetchError, match="redirects more than"):
        world.client.fetch_document(START, signer)
    assert len(world.asked) == 4


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("host", ["10.0.0.66", "localhost", "a.example:22"])
def test_h25_nodeinfo_webfinger_and_deliveries_share_the_guard(
    world: World, signer: Signer, host: str, carrier: Any
) -> None:
    """Links of NodeInfo, `next` of a collection and shared inboxes all go through these three calls."""
    with pytest.raises(AddressNotAllowed):
        carrier(world, f"https://{host}/nodeinfo/2.1", signer)
    assert world.connections == []
