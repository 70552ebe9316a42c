"""Reading the answers of other servers: status, media type, size and when to come back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from requests import Response

from coffee_node.activitypub.guarded_adapter import Exchange
from coffee_node.activitypub.vocabulary import ACTIVITY_JSON, AS_NAMESPACE, LD_JSON
from coffee_node.base import clock
from coffee_node.base.errors import FetchError

JRD_JSON: Final = "application/jrd+json"
PLAIN_JSON: Final = "application/json"
ACTIVITY_TYPES_READ: Final = (ACTIVITY_JSON, LD_JSON)
JSON_TYPES_READ: Final = (JRD_JSON, PLAIN_JSON)

_CHUNK: Final = 16 * 1024
_HEADER_LIMIT: Final = 1_000
_PROFILE: Final = re.compile(r';\s*profile\s*=\s*"?([^";]*)', re.IGNORECASE)
_LATER: Final = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """A response that was read, up to the limit it was given."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def check_status(url: str, status: int) -> None:
    """Refuse any status but 200; one that passes makes the FetchError temporary."""
    if status != 200:
        temporary = status in _LATER or status >= 500
        raise FetchError(f"{url} answers HTTP {status}.", temporary=temporary, http_status=status)


def check_media_type(url: str, headers: Mapping[str, str], wanted: Sequence[str]) -> None:
    """Refuse other media types, and ld+json without the ActivityStreams profile; FetchError."""
    header = (headers.get("Content-Type") or "")[:_HEADER_LIMIT]
    found = header.partition(";")[0].strip().lower()
    if found not in wanted:
        raise FetchError(f"{url} answers {found[:100] or 'no media type'}, not {wanted[0]}.")
    profile = _PROFILE.search(header)
    if found == LD_JSON and (profile is None or AS_NAMESPACE not in profile[1].split()):
        raise FetchError(f"{url} answers {found} without the ActivityStreams profile.")


def read_limited(response: Response, limit: int, exchange: Exchange, *, cut: bool) -> bytes:
    """Read a body up to a limit after decompression; more is a FetchError, or is cut off."""
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > limit and not cut:
        raise FetchError(f"{response.url} answers more than {limit} bytes.")
    found = bytearray()
    for chunk in response.iter_content(_CHUNK):
        found += chunk
        exchange.remaining()
        if len(found) > limit:
            if cut:
                break
            raise FetchError(f"{response.url} answers more than {limit} bytes.")
    return bytes(found[:limit])


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds a server wants to be left alone, from a number or a date."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - clock.utcnow()).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
