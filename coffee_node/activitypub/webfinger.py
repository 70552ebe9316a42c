"""WebFinger: the document that leads from a handle to an actor, and finding the actors of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from coffee_node.activitypub import intents
from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.signed_request import Signer
from coffee_node.activitypub.vocabulary import (
    ACTIVITY_JSON,
    AS_NAMESPACE,
    LD_JSON_PROFILE,
    host_of,
    is_web_url,
    normalise_netloc,
)
from coffee_node.base.errors import FetchError, InvalidDocument

ISSUER: Final = "http://openid.net/specs/connect/1.0/issuer"
PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"

_NAME: Final = re.compile(r"[A-Za-z0-9_~-](?:[A-Za-z0-9_.:~-]{0,253}[A-Za-z0-9_~-])?", re.ASCII)
_HANDLE_LIMIT: Final = 600


@dataclass(frozen=True)
class Handle:
    """A name at a host, as people write it."""

    name: str
    host: str

    @property
    def acct(self) -> str:
        """Give the form WebFinger asks with."""
        return f"acct:{self.name}@{self.host}"

    def __str__(self) -> str:
        return f"@{self.name}@{self.host}"


def parse_handle(text: str) -> Handle:
    """Read `@name@host`, `name@host` or `acct:name@host`; InvalidDocument for anything else."""
    bare = text.strip() if len(text) <= _HANDLE_LIMIT else ""
    bare = bare.removeprefix("acct:").removeprefix("@")
    name, _, netloc = bare.partition("@")
    host = normalise_netloc(netloc)
    if not _NAME.fullmatch(name) or not host:
        raise InvalidDocument("This is not a handle.", "Write it as @name@host.example.")
    return Handle(name, host)


def webfinger_document(
    subject: str,
    actor_uri: str,
    page_url: str,
    base_url: str,
    is_node: bool = False,
    rels: Sequence[str] = (),
) -> dict[str, Any]:
    """Give the answer about one actor of ours, with the links of these relations only, if any are named.

    With a `base_url` it also offers the forms of FEP-3b86 there, and names it as home space (OpenID Connect).
    """
    links: list[dict[str, str]] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor_uri},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": page_url},
    ]
    if is_node:
        links.insert(0, {"rel": f"{AS_NAMESPACE}#Service", "type": ACTIVITY_JSON, "href": actor_uri})
    elif base_url:
        links += intents.links(base_url)
    if base_url:
        links.append({"rel": ISSUER, "href": base_url})
    aliases = [actor_uri] if is_node else [actor_uri, page_url]
    shown = [link for link in links if not rels or link["rel"] in rels]
    return {"subject": subject, "aliases": aliases, "links": shown}


def fetch_jrd(http: HttpClient, handle: Handle, development: bool = False) -> dict[str, Any]:
    """Ask a host about a handle; FetchError when it does not answer with a WebFinger document."""
    return _ask(http, handle.host, handle.acct, development)


def fetch_jrd_about(http: HttpClient, url: str, development: bool = False) -> dict[str, Any]:
    """Ask the host of an address about it, the page of a person, say; FetchError as for a handle."""
    return _ask(http, host_of(url), url, development)


def _ask(http: HttpClient, host: str, resource: str, development: bool) -> dict[str, Any]:
    query = f"/.well-known/webfinger?resource={quote(resource, safe='')}"
    scheme = "http" if development and (":" in host or host == "localhost") else "https"
    return http.fetch_json(f"{scheme}://{host}{query}")


def self_link(jrd: dict[str, Any]) -> str:
    """Give the actor's id in a WebFinger document; empty when no link of the right type has it."""
    for link in _links(jrd):
        if link.get("rel") == "self" and link.get("type") in (ACTIVITY_JSON, LD_JSON_PROFILE):
            href = link.get("href")
            return str(href) if is_web_url(href) else ""
    return ""


def link_template(jrd: dict[str, Any], rel: str) -> str:
    """Give the template of a relation, such as `SUBSCRIBE` or an intent; empty when there is none."""
    for link in _links(jrd):
        template = link.get("template")
        if link.get("rel") == rel and is_web_url(str(template).replace("{", "").replace("}", "")):
            return str(template)
    return ""


def _links(jrd: dict[str, Any]) -> list[dict[str, Any]]:
    links = jrd.get("links")
    return [link for link in links[:100] if isinstance(link, dict)] if isinstance(links, list) else []


def lookup(http: HttpClient, handle: Handle, development: bool = False, signer: Signer | None = None) -> str:
    """Find the actor behind a handle; FetchError when there is none, or when it does not loop back.

    The answer must be about this handle; an actor on another host must itself lead back to the actor.
    """
    jrd = fetch_jrd(http, handle, development)
    _check_subject(jrd, handle)
    actor_uri = self_link(jrd)
    if not actor_uri:
        raise FetchError(f"{handle} has no ActivityPub actor.")
    if host_of(actor_uri) != handle.host:
        _check_loop_back(http, actor_uri, development, signer)
    return actor_uri


def _check_subject(jrd: dict[str, Any], handle: Handle) -> None:
    try:
        subject = parse_handle(str(jrd.get("subject")))
    except InvalidDocument:
        subject = None
    if subject is None or (subject.name.lower(), subject.host) != (handle.name.lower(), handle.host):
        raise FetchError(f"The answer about {handle} is about somebody else.")


def _check_loop_back(http: HttpClient, actor_uri: str, development: bool, signer: Signer | None) -> None:
    fetched = http.fetch_document(actor_uri, signer=signer)
    name = fetched.document.get("preferredUsername")
    if fetched.url == actor_uri and isinstance(name, str) and _NAME.fullmatch(name):
        own = Handle(name, host_of(actor_uri))
        if self_link(fetch_jrd(http, own, development)) == actor_uri:
            return
    raise FetchError(f"{actor_uri} does not lead back to itself.")
