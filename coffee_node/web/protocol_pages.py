"""Registers the addresses that programs and pages share: actors, objects, discovery, inbox and outbox."""

from __future__ import annotations

from flask import Flask

from coffee_node.web.actor_views import actor_blocks, actor_pages, follow_state, moved_to
from coffee_node.web.addresses import here
from coffee_node.web.client_views import client_pages
from coffee_node.web.collection_views import collection_pages
from coffee_node.web.described import is_described, page_description
from coffee_node.web.discovery_views import discovery_pages
from coffee_node.web.federation_views import federation_pages
from coffee_node.web.follow_views import follow_pages
from coffee_node.web.follower_sync_views import follower_sync_pages
from coffee_node.web.following import actor_known_since, row_follow_state
from coffee_node.web.inbox_door import InboxDoor
from coffee_node.web.intent_views import intent_pages
from coffee_node.web.lookup_views import lookup_pages
from coffee_node.web.moderation_views import moderation_pages
from coffee_node.web.move_views import move_pages
from coffee_node.web.object_views import actor_url, object_pages, page_url
from coffee_node.web.reaction_views import reaction_pages, reactions_part
from coffee_node.web.report_views import report_pages, report_part
from coffee_node.web.sitemap_views import sitemap_pages

PAGES = (
    federation_pages, client_pages, discovery_pages, object_pages, actor_pages, follow_pages,
    follower_sync_pages, reaction_pages, lookup_pages, intent_pages, move_pages,
    collection_pages,
    moderation_pages, report_pages, sitemap_pages,
)  # fmt: skip


def init_protocol_pages(app: Flask) -> None:
    """Register them, put the door of the inboxes in front, and teach templates to link to rows and actors."""
    app.wsgi_app = InboxDoor(app)  # type: ignore[method-assign]
    for pages in PAGES:
        app.register_blueprint(pages)
    app.jinja_env.globals.update(
        page_url=page_url,
        page_description=page_description,
        is_described=is_described,
        actor_url=actor_url,
        actor_blocks=actor_blocks,
        follow_state=follow_state,
        moved_to=moved_to,
        row_follow_state=row_follow_state,
        actor_known_since=actor_known_since,
        here=here,
        reactions_part=reactions_part,
        report_part=report_part,
    )
