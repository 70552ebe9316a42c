"""Registers the addresses that programs and pages share: actors, objects, discovery, inbox and outbox."""

from __future__ import annotations

from flask import Flask

from coffee_node.web.actor_views import actor_blocks, actor_pages, follow_state
from coffee_node.web.client_views import client_pages
from coffee_node.web.discovery_views import discovery_pages
from coffee_node.web.federation_views import federation_pages
from coffee_node.web.follow_views import follow_pages
from coffee_node.web.object_views import actor_url, object_pages, page_url


def init_protocol_pages(app: Flask) -> None:
    """Register them, and teach templates to link to rows and actors."""
    for pages in (federation_pages, client_pages, discovery_pages, object_pages, actor_pages, follow_pages):
        app.register_blueprint(pages)
    app.jinja_env.globals.update(
        page_url=page_url, actor_url=actor_url, actor_blocks=actor_blocks, follow_state=follow_state
    )
