"""Trouble on the way to another server, told as one error; and where a redirect leads."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urldefrag, urljoin

import requests
import urllib3

from coffee_node.activitypub.guarded_adapter import Exchange
from coffee_node.base.errors import AddressNotAllowed, CoffeeError, FetchError

_FAILURES: Final = (
    requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError,
)  # fmt: skip


@contextmanager
def told(url: str, exchange: Exchange) -> Iterator[None]:
    """Tell trouble of the network as one FetchError that may be tried again."""
    try:
        yield
    except CoffeeError:
        raise
    except _FAILURES as error:
        why = "it took too long" if exchange.is_over else f"{type(error).__name__}: {error}"
        raise FetchError(f"{url} cannot be reached: {why[:500]}", temporary=True) from error


def redirected(url: str, headers: Mapping[str, str]) -> str:
    """The address a redirect leads to; FetchError for nowhere, AddressNotAllowed away from https."""
    location = headers.get("Location") or ""
    try:
        following = urldefrag(urljoin(url, location)).url
    except ValueError:
        following = ""
    if not location or not following:
        raise FetchError(f"{url} redirects to nowhere.")
    if url.startswith("https:") and not following.startswith("https:"):
        raise AddressNotAllowed(f"Address not allowed: {url} redirects away from https.")
    return following
