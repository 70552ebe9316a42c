"""The guard: every address of the hostile table is refused before anything connects."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.errors import AddressNotAllowed, FetchError


class Names:
    """A resolver with fixed answers that counts its questions."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int, **kwargs: Any) -> list[Any]:
        self.asked.append((host, port))
        found = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


PUBLIC = "93.184.216.34"

PRIVATE_HOSTS = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104
    "10.0.0.66",
    "192.168.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:8.8.8.8]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0::1]",
    "[2001:db8::1]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[3fff::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00::1]",
    "[ff02::1]",
    "[100::1]",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "127.1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "evil.example.0x7f",
    "user@127.0.0.1",
    "user:secret@lille.example",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "x.internal",
    "x.internal.",
    "printer.local",
    "router.lan",
    "1.0.0.127.in-addr.arpa",
    "x.home.arpa",
    "intranet",
    "x.onion",
    "127\u30020\u30020\u30021",
    "\uff11\uff12\uff17.0.0.1",
    "loc\u00adalhost",
    "[fe80::1%25eth0]",
    "[::1",
    "",
    ".",
    "a..example",
]


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_h22_an_address_that_is_not_public_is_refused_without_asking(host: str) -> None:
    names = Names(["127.0.0.1"])
    guard = UrlGuard(resolver=names)
    with pytest.raises(AddressNotAllowed, match="not allowed") as caught:
        checked = guard.check_url(f"https://{host}/actor")
        guard.addresses(checked.host, checked.port)
    assert not caught.value.temporary
    assert names.asked == []


@pytest.mark.parametrize("port", [22, 25, 80, 6379, 8443, 0, 65_536, -1])
def test_h22_another_port_is_refused(port: int) -> None:
    with pytest.raises(AddressNotAllowed):
        UrlGuard().check_url(f"https://lille.example:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://lille.example/",
        "file:///etc/passwd",
        "data:text/html,x",
        "gopher://lille.example/",
        "ftp://lille.example/",
        "//lille.example/",
        "/actor",
        "lille.example",
        "https://lille.example\\@127.0.0.1/",
        "https://lille.example/\r\nHost: x",
        "https://lille.example/a b",
        "https://lille.example/" + "a" * 3_000,
        "https:lille.example",
        "",
        None,
        5,
        b"https://a.example",
    ],
)
def test_h24_another_scheme_or_a_broken_address_is_refused(url: Any) -> None:
    with pytest.raises(AddressNotAllowed):
        UrlGuard().check_url(url)


@pytest.mark.parametrize(
    ("url", "canonical", "host", "port"),
    [
        ("https://lille.example", "https://lille.example/", "lille.example", 443),
        ("https://LILLE.example.:443/a?b=c#d", "https://lille.example/a?b=c", "lille.example", 443),
        ("https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example", 443),
        ("https://[2a01:4f8::1]/", "https://[2a01:4f8::1]/", "2a01:4f8::1", 443),
        ("https://8.8.8.8/", "https://8.8.8.8/", "8.8.8.8", 443),
    ],
)
def test_h34_a_public_address_is_given_in_one_spelling(
    url: str, canonical: str, host: str, port: int
) -> None:
    checked = UrlGuard().check_url(url)
    assert (checked.url, checked.scheme, checked.host, checked.port) == (canonical, "https", host, port)


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["127.0.0.1"], id="a loopback"),
        pytest.param(["10.0.0.66"], id="a private"),
        pytest.param([PUBLIC, "10.0.0.66"], id="b one public, one private"),
        pytest.param([PUBLIC, "::1"], id="b one public, one loopback"),
        pytest.param(["fe80::1%eth0"], id="link local with a zone"),
        pytest.param(["2a01:4f8::1%eth0"], id="public with a zone"),
        pytest.param(["nonsense"], id="no address"),
    ],
)
def test_h23_a_name_with_an_address_that_is_not_public_is_refused(addresses: list[str]) -> None:
    with pytest.raises(AddressNotAllowed):
        UrlGuard(resolver=Names(addresses)).addresses("evil.example", 443)


def test_h23c_a_name_that_changes_its_answer_keeps_the_checked_one() -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    guard = UrlGuard(resolver=names)
    assert guard.addresses("evil.example", 443) == [PUBLIC]
    assert guard.addresses("evil.example", 443) == [PUBLIC]
    assert names.asked == [("evil.example", 443)]


def test_all_public_addresses_are_given_once_in_order() -> None:
    names = Names([PUBLIC, "2a01:4f8::1", PUBLIC])
    assert UrlGuard(resolver=names).addresses("lille.example", 443) == [PUBLIC, "2a01:4f8::1"]


def test_a_name_without_address_is_a_temporary_failure() -> None:
    def unknown(*args: Any, **kwargs: Any) -> list[Any]:
        raise socket.gaierror("Name or service not known")

    for resolver in (unknown, Names([])):
        with pytest.raises(FetchError) as caught:
            UrlGuard(resolver=resolver).addresses("gone.example", 443)
        assert caught.value.temporary


def test_a_resolver_that_does_not_answer_is_left() -> None:
    answered = threading.Event()

    def slow(*args: Any, **kwargs: Any) -> list[Any]:
        answered.wait(30)
        return []

    with pytest.raises(FetchError, match="in time") as caught:
        UrlGuard(resolver=slow).addresses("slow.example", 443, timeout=0.02)
    answered.set()
    assert caught.value.temporary


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://127.0.0.1:8801/actor", "127.0.0.1", 8801),
        ("http://localhost:8801/", "localhost", 8801),
        ("http://[::1]:8801/", "::1", 8801),
        ("http://lille.example/", "lille.example", 80),
        ("https://lille.example:8443/", "lille.example", 8443),
    ],
)
def test_in_development_loopback_plain_http_and_any_port_are_allowed(url: str, host: str, port: int) -> None:
    checked = UrlGuard(development=True).check_url(url)
    assert (checked.host, checked.port) == (host, port)


@pytest.mark.parametrize(
    "host",
    [
        host
        for host in PRIVATE_HOSTS
        if host.lower().rstrip(".")
        not in (
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "localhost",
            "a.localhost",
            "127\u30020\u30020\u30021",
            "\uff11\uff12\uff17.0.0.1",
            "loc\u00adalhost",
        )
    ],
)
def test_in_development_nothing_else_private_is_allowed(host: str) -> None:
    with pytest.raises(AddressNotAllowed):
        UrlGuard(development=True).check_url(f"http://{host}/")


def test_in_development_a_name_may_lead_to_loopback_only() -> None:
    assert UrlGuard(True, Names(["127.0.0.1", "::1"])).addresses("localhost", 8801) == ["127.0.0.1", "::1"]
    with pytest.raises(AddressNotAllowed):
        UrlGuard(True, Names(["10.0.0.1"])).addresses("lille.example", 443)
    with pytest.raises(AddressNotAllowed):
        UrlGuard(True, Names(["::ffff:127.0.0.1"])).addresses("lille.example", 443)
