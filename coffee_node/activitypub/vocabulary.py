"""The words of ActivityPub as we read and write them: contexts, types, hosts, small readers of documents."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import idna

JsonContext = list[str | dict[str, Any]]

AS_NAMESPACE: Final = "https://www.w3.org/ns/activitystreams"
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
_NOT_IN_URLS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")

ACTOR_CONTEXT: Final[JsonContext] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://www.w3.org/ns/cid/v1",
    {
        "toot": "http://joinmastodon.org/ns#", "schema": "http://schema.org#",
        "sdo": "https://schema.org/", "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "discoverable": "toot:discoverable", "indexable": "toot:indexable",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"}, "Hashtag": "as:Hashtag",
        "PropertyValue": "schema:PropertyValue", "value": "schema:value",
        "upcomingEvents": {"@id": "https://w3id.org/fep/8a8e/upcomingEvents", "@type": "@id"},
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
        "PostalAddress": "sdo:PostalAddress", "address": "sdo:address",
        "streetAddress": "sdo:streetAddress", "postalCode": "sdo:postalCode",
        "addressLocality": "sdo:addressLocality", "addressRegion": "sdo:addressRegion",
        "addressCountry": "sdo:addressCountry", "openingHours": "sdo:openingHours",
        "knowsLanguage": "sdo:knowsLanguage", "affiliation": {"@id": "sdo:affiliation", "@type": "@id"},
        "coffee": "urn:coffee:ns:", "kind": "coffee:kind", "skillLevel": "coffee:skillLevel",
        "skillRequired": "coffee:skillRequired",
    },
]

EVENT_CONTEXT: Final[JsonContext] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {
        "ev": "https://w3id.org/fep/8a8e/", "mz": "https://joinmobilizon.org/ns#",
        "pt": "https://joinpeertube.org/ns#", "ical": "http://www.w3.org/2002/12/cal/ical#",
        "sdo": "https://schema.org/", "toot": "http://joinmastodon.org/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#", "Hashtag": "as:Hashtag",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"}, "timezone": "ev:timezone",
        "joinMode": "ev:joinMode", "externalParticipationUrl": "ev:externalParticipationUrl",
        "displayEndTime": {"@id": "ev:displayEndTime", "@type": "xsd:boolean"},
        "category": {"@id": "ev:category", "@container": "@list"},
        "eventStatus": {"@id": "ev:eventStatus", "@type": "@vocab"}, "EventScheduled": "ev:EventScheduled",
        "EventTentative": "ev:EventTentative", "EventCancelled": "ev:EventCancelled",
        "EventPostponed": "ev:EventPostponed", "EventRescheduled": "ev:EventRescheduled",
        "EventMovedOnline": "ev:EventMovedOnline",
        "previousStartTime": {"@id": "ev:previousStartTime", "@type": "xsd:dateTime"},
        "organizers": {"@id": "ev:organizers", "@type": "@id"},
        "attendees": {"@id": "ev:attendees", "@type": "@id"}, "status": "ical:status",
        "isOnline": "mz:isOnline", "participantCount": "mz:participantCount",
        "anonymousParticipationEnabled": "mz:anonymousParticipationEnabled",
        "participationMessage": "mz:participationMessage",
        "repliesModerationOption": "mz:repliesModerationOption", "commentsEnabled": "pt:commentsEnabled",
        "maximumAttendeeCapacity": "sdo:maximumAttendeeCapacity",
        "remainingAttendeeCapacity": "sdo:remainingAttendeeCapacity", "inLanguage": "sdo:inLanguage",
        "VirtualLocation": "sdo:VirtualLocation", "PostalAddress": "sdo:PostalAddress",
        "address": "sdo:address", "streetAddress": "sdo:streetAddress", "postalCode": "sdo:postalCode",
        "addressLocality": "sdo:addressLocality", "addressRegion": "sdo:addressRegion",
        "addressCountry": "sdo:addressCountry",
    },
]

OFFER_CONTEXT: Final[JsonContext] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {
        "vf": "https://w3id.org/valueflows/ont/vf#",
        "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/", "sdo": "https://schema.org/",
        "xsd": "http://www.w3.org/2001/XMLSchema#", "Hashtag": "as:Hashtag", "Proposal": "vf:Proposal",
        "Intent": "vf:Intent", "Agreement": "vf:Agreement", "Commitment": "vf:Commitment",
        "purpose": "vf:purpose", "publishes": {"@id": "vf:publishes", "@type": "@id"},
        "reciprocal": {"@id": "vf:reciprocal", "@type": "@id"},
        "unitBased": {"@id": "vf:unitBased", "@type": "xsd:boolean"}, "action": "vf:action",
        "resourceConformsTo": {"@id": "vf:resourceConformsTo", "@type": "@id"},
        "resourceQuantity": {"@id": "vf:resourceQuantity", "@type": "@id"},
        "availableQuantity": {"@id": "vf:availableQuantity", "@type": "@id"},
        "minimumQuantity": {"@id": "vf:minimumQuantity", "@type": "@id"}, "hasUnit": "om2:hasUnit",
        "hasNumericalValue": "om2:hasNumericalValue",
        "stipulates": {"@id": "vf:stipulates", "@type": "@id"},
        "stipulatesReciprocal": {"@id": "vf:stipulatesReciprocal", "@type": "@id"},
        "satisfies": {"@id": "vf:satisfies", "@type": "@id"},
        "additionalType": {"@id": "sdo:additionalType", "@type": "@id"}, "title": "sdo:title",
        "employmentType": "sdo:employmentType", "jobLocationType": "sdo:jobLocationType",
        "jobStartDate": "sdo:jobStartDate",
        "validThrough": {"@id": "sdo:validThrough", "@type": "xsd:dateTime"}, "workHours": "sdo:workHours",
        "hiringOrganization": {"@id": "sdo:hiringOrganization", "@type": "@id"},
        "baseSalary": {"@id": "sdo:baseSalary", "@type": "@id"}, "MonetaryAmount": "sdo:MonetaryAmount",
        "currency": "sdo:currency", "minValue": "sdo:minValue", "maxValue": "sdo:maxValue",
        "unitText": "sdo:unitText", "inLanguage": "sdo:inLanguage", "PostalAddress": "sdo:PostalAddress",
        "address": "sdo:address", "streetAddress": "sdo:streetAddress", "postalCode": "sdo:postalCode",
        "addressLocality": "sdo:addressLocality", "addressRegion": "sdo:addressRegion",
        "addressCountry": "sdo:addressCountry", "coffee": "urn:coffee:ns:", "kind": "coffee:kind",
        "skillLevel": "coffee:skillLevel", "skillRequired": "coffee:skillRequired",
    },
]

ARTICLE_CONTEXT: Final[JsonContext] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {
        "Hashtag": "as:Hashtag", "sdo": "https://schema.org/", "inLanguage": "sdo:inLanguage",
        "coffee": "urn:coffee:ns:", "kind": "coffee:kind", "countries": "coffee:countries",
        "reviewBy": "coffee:reviewBy",
    },
]

NOTE_CONTEXT: Final[JsonContext] = [AS_NAMESPACE, {"Hashtag": "as:Hashtag"}]


def as_list(value: Any) -> list[Any]:
    """Give a property that may be absent, one value or a list as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def id_of(value: Any) -> str:
    """Give the id of a reference written as a string or as an object; empty when there is none."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def type_names(value: Any) -> list[str]:
    """Give every name of a `type` in order, without the ActivityStreams prefix or address."""
    return [_short_name(name) for name in as_list(value) if isinstance(name, str) and name]


def short_type(value: Any, known: Iterable[str] = KNOWN_TYPES) -> str:
    """Give the one name that counts of a `type`: the first known of a list; empty when there is none."""
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
    if not isinstance(uri, str) or len(uri) > URL_LIMIT or _NOT_IN_URLS.search(uri):
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
