"""Which addresses this node connects to: public hosts over https, whatever a document says."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from coffee_node.activitypub.vocabulary import is_web_url, normalise_host, normalise_netloc
from coffee_node.base.errors import AddressNotAllowed, FetchError

Resolver = Callable[..., Sequence[Any]]
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

RESOLVE_SECONDS: Final = 5.0
_REMEMBER_SECONDS: Final = 60.0
_REMEMBER_HOSTS: Final = 5_000
_PORTS: Final = {"http": 80, "https": 443}
_PRIVATE_NAMES: Final = (
    ".arpa", ".corp", ".home", ".internal", ".intranet", ".invalid", ".lan", ".local", ".localdomain",
    ".localhost", ".onion", ".private",
)  # fmt: skip
# Ranges that Python's own is_global lets pass, or lets pass in some versions.
_REFUSED_RANGES: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True)
class CheckedUrl:
    """An address in its canonical spelling, with the parts a connection needs."""

    url: str
    scheme: str
    host: str
    port: int


class UrlGuard:
    """Checks every address before a connection; in development also loopback, plain http and any port."""

    def __init__(self, development: bool = False, resolver: Resolver = socket.getaddrinfo) -> None:
        self.development = development
        self.refuses: Callable[[str], str] | None = None
        self._resolver = resolver
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int], tuple[float, list[str]]] = OrderedDict()

    def check_url(self, url: Any) -> CheckedUrl:
        """Check spelling, scheme, port and host of an address; AddressNotAllowed when it leads astray."""
        if not is_web_url(url):
            raise AddressNotAllowed(f"Address not allowed: {str(url)[:200]!r} is no plain web address.")
        parts = urlsplit(url)
        if parts.scheme != "https" and not self.development:
            raise AddressNotAllowed(f"Address not allowed: {url} is not https.")
        port = parts.port if parts.port is not None else _PORTS[parts.scheme]
        if port != _PORTS[parts.scheme] and not self.development:
            raise AddressNotAllowed(f"Address not allowed: {url} is not on port 443.")
        netloc = normalise_netloc(parts.netloc, parts.scheme)
        literal = parts.netloc.startswith("[")
        host = normalise_host(f"[{parts.hostname}]" if literal else parts.hostname or "").strip("[]")
        self._check_host(host, url)
        rest = (parts.scheme, netloc, parts.path or "/", parts.query, "")
        return CheckedUrl(urlunsplit(rest), parts.scheme, host, port)

    def _check_host(self, host: str, url: str) -> None:
        literal = _literal(host)
        if literal is not None:
            self._check_ip(literal, url)
            return
        is_loopback_name = host == "localhost" or host.endswith(".localhost")
        if self.development and is_loopback_name:
            return
        last = host.rpartition(".")[2]
        # Old resolvers read 2130706433, 0177.0.0.1, 0x7f.1 and 127.1 as numbers.
        is_number = last.isdigit() or last.startswith("0x")
        if is_number or "." not in host or f".{host}".endswith(_PRIVATE_NAMES):
            raise AddressNotAllowed(f"Address not allowed: {url} is not on a public host.")

    def _check_ip(self, ip: _Ip, url: str) -> None:
        if self.development and (ip.is_loopback and getattr(ip, "ipv4_mapped", None) is None):
            return
        if not _is_public(ip):
            raise AddressNotAllowed(f"Address not allowed: {url} leads to {ip}, which is not public.")

    def addresses(self, host: str, port: int, timeout: float = RESOLVE_SECONDS) -> list[str]:
        """Give the checked addresses of a host; one that is not public spoils them all.

        AddressNotAllowed when one is not allowed, FetchError (temporary) when the name has none just now.
        Every connection comes by here, so this is also where `refuses` says who is shut out, and why.
        """
        name = f"[{host}]" if ":" in host else host
        why = self.refuses(f"{name}:{port}") if self.refuses is not None else ""
        if why:
            raise AddressNotAllowed(f"Address not allowed: {host}: {why}.")
        literal = _literal(host)
        if literal is not None:
            self._check_ip(literal, host)
            return [host]
        known = self._remembered((host, port))
        if known is not None:
            return known
        found = list(dict.fromkeys(str(info[4][0]) for info in self._resolve(host, port, timeout)))
        if not found:
            raise FetchError(f"The host {host} has no address.", temporary=True)
        for text in found:
            ip = _literal(text)
            if ip is None:
                raise AddressNotAllowed(f"Address not allowed: {host} leads to {text}.")
            self._check_ip(ip, host)
        self._remember((host, port), found)
        return found

    def is_known(self, host: str, port: int) -> bool:
        """Tell whether addresses() answers without asking the resolver."""
        return _literal(host) is not None or self._remembered((host, port)) is not None

    def _resolve(self, host: str, port: int, timeout: float) -> Sequence[Any]:
        """Ask the resolver in a thread of its own: the system's cannot be given a time limit."""
        answers: queue.SimpleQueue[Sequence[Any] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolver(host, port, type=socket.SOCK_STREAM))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            answer = answers.get(timeout=max(timeout, 0.01))
        except queue.Empty:
            raise FetchError(f"The name {host} was not resolved in time.", temporary=True) from None
        if isinstance(answer, Exception):
            raise FetchError(f"The name {host} cannot be resolved.", temporary=True) from answer
        return answer

    def _remembered(self, key: tuple[str, int]) -> list[str] | None:
        with self._lock:
            until, found = self._known.get(key, (0.0, []))
            return found if time.monotonic() < until else None

    def _remember(self, key: tuple[str, int], found: list[str]) -> None:
        with self._lock:
            self._known[key] = (time.monotonic() + _REMEMBER_SECONDS, found)
            self._known.move_to_end(key)
            while len(self._known) > _REMEMBER_HOSTS:
                self._known.popitem(last=False)


def _literal(host: str) -> _Ip | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_public(ip: _Ip) -> bool:
    if any(ip.version == network.version and ip in network for network in _REFUSED_RANGES):
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _GLOBAL_UNICAST or ip.scope_id):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)
