"""NodeInfo: what we say about this node, and what others say about theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.activitypub.answers import PLAIN_JSON
from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.vocabulary import AS_NAMESPACE, is_web_url, same_host, strip_nulls
from coffee_node.base import html
from coffee_node.base.errors import FetchError

SOFTWARE: Final = "coffee-node"
VERSIONS: Final = ("2.1", "2.0")
APPLICATION: Final = f"{AS_NAMESPACE}#Application"

_SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/"
_TEXT_LIMIT: Final = 300


@dataclass(frozen=True)
class NodeInfo:
    """What another server says it is; texts are empty where it says nothing."""

    software: str
    version: str
    name: str
    actor_uri: str


def nodeinfo_links(base_url: str) -> dict[str, Any]:
    """Give the document that leads to ours and names the node's actor."""
    links = [{"rel": _SCHEMA + version, "href": f"{base_url}/nodeinfo/{version}"} for version in VERSIONS]
    return {"links": [*links, {"rel": APPLICATION, "href": f"{base_url}/actor"}]}


def nodeinfo_document(
    version: str,
    *,
    software_version: str,
    users_total: int,
    users_active_month: int,
    users_active_halfyear: int,
    local_posts: int,
    node_name: str,
    languages: Iterable[str],
    features: Iterable[str],
    local_comments: int = 0,
    description: str = "",
    region: str = "",
    country: str = "",
    partners: int | None = None,
    taxonomies: Sequence[dict[str, Any]] = (),
    outbound: Sequence[str] = ("rss2.0",),
    repository: str = "",
    homepage: str = "",
) -> dict[str, Any]:
    """Give the NodeInfo document of a version, 2.0 or 2.1."""
    software = {"name": SOFTWARE, "version": software_version}
    if version == "2.1":
        software |= strip_nulls({"repository": repository, "homepage": homepage})
    users = dict(total=users_total, activeMonth=users_active_month, activeHalfyear=users_active_halfyear)
    metadata: dict[str, Any] = dict(nodeName=node_name, nodeDescription=description, region=region)
    metadata |= dict(country=country, languages=list(languages), partners=partners)
    metadata |= dict(features=list(features), taxonomies=list(taxonomies))
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": list(outbound)},
        "openRegistrations": False,
        "usage": {"users": users, "localPosts": local_posts, "localComments": local_comments},
        "metadata": strip_nulls(metadata),
    }


def read_nodeinfo(http: HttpClient, base_url: str) -> NodeInfo:
    """Ask a server what it runs; FetchError when it has no NodeInfo on its own host."""
    links = _links(http.fetch_json(f"{base_url}/.well-known/nodeinfo", (PLAIN_JSON, "application/jrd+json")))
    actor_uri = links.get(APPLICATION, "")
    for version in VERSIONS:
        address = links.get(_SCHEMA + version, "")
        if same_host(address, base_url):
            return _read(http.fetch_json(address, (PLAIN_JSON,)), actor_uri)
    raise FetchError(f"{base_url} links to no NodeInfo on its own host.")


def _links(document: dict[str, Any]) -> dict[str, str]:
    links = document.get("links")
    found = [link for link in links[:50] if isinstance(link, dict)] if isinstance(links, list) else []
    return {str(link.get("rel")): str(link.get("href")) for link in found if is_web_url(link.get("href"))}


def _read(document: dict[str, Any], actor_uri: str) -> NodeInfo:
    software, metadata = document.get("software"), document.get("metadata")
    return NodeInfo(
        _text(software, "name").lower(), _text(software, "version"), _text(metadata, "nodeName"), actor_uri
    )


def _text(holder: Any, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return html.plain_text(value[: 10 * _TEXT_LIMIT])[:_TEXT_LIMIT] if isinstance(value, str) else ""
