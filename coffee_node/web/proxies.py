"""The proxies in front of a node: what they say about the client counts as far as the manager named them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def behind_proxies(app: WsgiApp, hops: int) -> WsgiApp:
    """An application that hears of the client's own address, host and scheme through so many proxies."""
    return ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops) if hops else app
