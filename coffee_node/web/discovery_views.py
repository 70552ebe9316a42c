"""How others find us: WebFinger, NodeInfo and host-meta."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from coffee_node import __version__
from coffee_node.activitypub import nodeinfo, webfinger
from coffee_node.base import html
from coffee_node.base.errors import InvalidDocument, NotFound
from coffee_node.federation import actors, audience, figures
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web.negotiation import json_response

discovery_pages = Blueprint("discovery", __name__)
SCHEMA = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{}#"'


@discovery_pages.get("/.well-known/webfinger")
def show_webfinger() -> Response:
    """Who is behind an address of ours (RFC 7033)."""
    resource = request.args.get("resource", "")
    if not resource:
        raise InvalidDocument("The parameter resource is missing.", "Ask with ?resource=acct:name@host")
    actor = _actor_behind(resource)
    if actor is None or actor.gone_at is not None or not actors.is_known_outside(actor):
        raise NotFound("Nobody here has this address.")
    document = webfinger.webfinger_document(
        subject=f"acct:{actor.slug}@{current_node.config.host}",
        actor_uri=actor.uri,
        page_url=actor.url,
        base_url=current_node.config.base_url,
        is_node=actor.type == "Application",
        rels=request.args.getlist("rel"),
    )
    response = json_response(document, 200, "application/jrd+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _actor_behind(resource: str) -> Actor | None:
    config = current_node.config
    if len(resource) > 2048:
        return None
    if resource.startswith("acct:"):
        slug, _at, host = resource.removeprefix("acct:").rpartition("@")
        if host.lower() != config.host or "@" in slug:
            return None
        return actors.node_actor() if slug == config.host else actors.find_local_actor(slug)
    if resource.rstrip("/") == config.base_url:
        return actors.node_actor()
    actor = actors.find_actor(resource)
    if actor is None and resource.startswith(f"{config.base_url}/@"):
        slug = resource.removeprefix(f"{config.base_url}/@")
        actor = actors.find_local_actor(slug)
    return actor if actor is not None and actor.is_local else None


@discovery_pages.get("/.well-known/nodeinfo")
def show_nodeinfo_links() -> Response:
    """Where our NodeInfo is, and which actor is the node itself."""
    return json_response(nodeinfo.nodeinfo_links(current_node.config.base_url))


@discovery_pages.get("/nodeinfo/<any('2.0', '2.1'):version>")
def show_nodeinfo(version: str) -> Response:
    """What runs here and how many use it; only published profiles are counted."""
    counted = figures.usage()
    region, country = _whereabouts()
    document = nodeinfo.nodeinfo_document(
        version=version,
        software_version=__version__,
        users_total=counted.people,
        users_active_month=counted.active_month,
        users_active_halfyear=counted.active_halfyear,
        local_posts=counted.objects,
        node_name=current_node.config.node.name,
        languages=current_node.config.web.languages,
        features=current_node.plugins.names(),
        outbound=("rss2.0",) if _has_feeds() else (),
        description=_description(),
        partners=len(audience.partner_hosts()),
        region=region,
        country=country,
    )
    return json_response(document, 200, SCHEMA.format(version))


def _has_feeds() -> bool:
    return any(rule.rule.endswith(".rss") for rule in current_app.url_map.iter_rules())


def _description() -> str:
    """What the node says of itself, else which places it is the node of."""
    own = html.plain_text(actors.node_actor().summary)
    return own or ", ".join(space.name for space in actors.local_spaces())


def _whereabouts() -> tuple[str, str]:
    """Region and country of the first space that says where it is."""
    for space in actors.local_spaces():
        described = actors.described_row(space)
        place = described[1].place if described is not None else None
        address = (place or {}).get("address") or {}
        if address.get("country"):
            return str(address.get("region") or ""), str(address["country"])
    return "", ""


@discovery_pages.get("/.well-known/host-meta")
def show_host_meta() -> Response:
    """The XRD that older servers ask for first."""
    base = current_node.config.base_url
    xrd = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        '<Link rel="lrdd" type="application/jrd+json"'
        f' template="{base}/.well-known/webfinger?resource={{uri}}"/>'
        "</XRD>\n"
    )
    return Response(xrd, content_type="application/xrd+xml")
