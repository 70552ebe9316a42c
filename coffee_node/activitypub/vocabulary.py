"""The words of ActivityPub as we read and write them: types, hosts, small readers of documents, contexts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import idna

from coffee_node.activitypub.contexts import ACTOR_CONTEXT as ACTOR_CONTEXT
from coffee_node.activitypub.contexts import ARTICLE_CONTEXT as ARTICLE_CONTEXT
from coffee_node.activitypub.contexts import AS_NAMESPACE as AS_NAMESPACE
from coffee_node.activitypub.contexts import EVENT_CONTEXT as EVENT_CONTEXT
from coffee_node.activitypub.contexts import NOTE_CONTEXT as NOTE_CONTEXT
from coffee_node.activitypub.contexts import OFFER_CONTEXT as OFFER_CONTEXT
from coffee_node.activitypub.contexts import JsonContext as JsonContext

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = "application/ld+json"
LD_JSON_PROFILE: Final = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
URL_LIMIT: Final = 2048

ACTOR_TYPES: Final = frozenset({"Application", "Group", "Organization", "Person", "Service"})
ACTIVITY_TYPES: Final = frozenset(
    {
        "Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag",
        "Follow", "Ignore", "Invite", "Join", "Leave", "Like", "Listen", "Move", "Offer", "Question", "Read",
        "Reject", "Remove", "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View",
    }
)  # fmt: skip
OBJECT_TYPES: Final = frozenset(
    {
        "Agreement", "Article", "Audio", "Collection", "CollectionPage", "Commitment", "Document", "Event",
        "Hashtag", "Image", "Intent", "Link", "Mention", "Note", "Object", "OrderedCollection",
        "OrderedCollectionPage", "Page", "Place", "PostalAddress", "Profile", "PropertyValue", "Proposal",
        "Question", "Relationship", "Tombstone", "Video", "VirtualLocation",
    }
)  # fmt: skip
KNOWN_TYPES: Final = ACTOR_TYPES | ACTIVITY_TYPES | OBJECT_TYPES

_PUBLIC_NAMES: Final = frozenset({PUBLIC, "as:Public", "Public"})
_TYPE_PREFIXES: Final = (f"{AS_NAMESPACE}#", "as:")
_KEPT_EMPTY: Final = frozenset({"items", "orderedItems"})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_ASCII_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_PLAIN_URL: Final = re.compile(
    r"(https?)://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(:(?:[1-9]\d{0,3}|[1-5]\d{4}))?"
    r"(?:[/?#][^\x00-\x20\x7f-\x9f\\]*)?",
    re.ASCII,
)
_NOT_IN_URLS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def as_list(value: Any) -> list[Any]:
    """Give a property that may be absent, one value or a list as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def id_of(value: Any) -> str:
    """Give the id of a reference written as a string or as an object; empty when there is none.

    What no address can be (control characters, blanks, too long) is no id: no table could hold it.
    """
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, str) or len(value) > URL_LIMIT or _NOT_IN_URLS.search(value):
        return ""
    return value


def type_names(value: Any) -> list[str]:
    """Give every name of a `type` in order, without the ActivityStreams prefix or address."""
    return [_short_name(name) for name in as_list(value) if isinstance(name, str) and name]


def short_type(value: Any, known: Iterable[str] = KNOWN_TYPES) -> str:
    """Give the one name that counts of a `type`: the first known of a list; empty when there is none."""
    if isinstance(value, str):
        return _short_name(value)
    names = type_names(value)
    known_names = frozenset(known)
    return next((name for name in names if name in known_names), names[0] if names else "")


def _short_name(name: str) -> str:
    for prefix in _TYPE_PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def is_public(value: Any) -> bool:
    """Tell whether an audience (one value or a list, in any spelling) names everybody."""
    return any(id_of(one) in _PUBLIC_NAMES for one in as_list(value))


def normalise_host(host: str) -> str:
    """Give the one canonical spelling of a host name or literal address; empty when it is none."""
    host = host.lower()
    if len(host) > 4 * 253:
        return ""
    if host.startswith("["):
        return _normalise_ipv6(host)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError, IndexError):
            return ""
    host = host.removesuffix(".")
    return host if len(host) <= 253 and _ASCII_HOST.fullmatch(host) else ""


def _normalise_ipv6(host: str) -> str:
    if "%" in host or not host.endswith("]"):
        return ""
    try:
        return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
    except ValueError:
        return ""


def normalise_netloc(netloc: str, scheme: str = "https") -> str:
    """Give host and port in one spelling, the scheme's own port left out; empty when they are malformed."""
    if "@" in netloc or _NOT_IN_URLS.search(netloc):
        return ""
    try:
        parts = urlsplit(f"//{netloc}")
        port = parts.port
    except ValueError:
        return ""
    if parts.path or parts.query or parts.fragment:
        return ""
    literal = netloc.startswith("[")
    host = normalise_host(f"[{parts.hostname}]" if literal else parts.hostname or "")
    if not host or port is None or port == _DEFAULT_PORTS.get(scheme):
        return host
    return f"{host}:{port}"


def host_of(uri: Any) -> str:
    """Give the normalised host of a web address, with a port that is not the default one; else empty."""
    if not isinstance(uri, str) or len(uri) > URL_LIMIT:
        return ""
    plain = _PLAIN_URL.fullmatch(uri)
    if plain is not None and len(plain[2]) <= 253:
        # What nearly all addresses look like: in its one spelling already, twenty times an activity.
        port = plain[3] or ""
        return plain[2] if port[1:] == str(_DEFAULT_PORTS[plain[1]]) else plain[2] + port
    if _NOT_IN_URLS.search(uri):
        return ""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS:
        return ""
    return normalise_netloc(parts.netloc, parts.scheme)


def is_web_url(value: Any) -> bool:
    """Tell whether this is an absolute http(s) address without user name that may be stored and shown."""
    return bool(host_of(value))


def same_host(one: Any, other: Any) -> bool:
    """Tell whether two addresses are on one host, whole and in any spelling; never true without a host."""
    host = host_of(one)
    return bool(host) and host == host_of(other)


def strip_nulls(document: Any) -> Any:
    """Give a document without nulls, empty texts, lists and objects, as neighbours demand."""
    if isinstance(document, dict):
        cleaned = {key: strip_nulls(value) for key, value in document.items()}
        return {key: value for key, value in cleaned.items() if key in _KEPT_EMPTY or not _is_empty(value)}
    if isinstance(document, list):
        return [value for value in map(strip_nulls, document) if not _is_empty(value)]
    return document


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)
