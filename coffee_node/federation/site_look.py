"""Changing the logo of the site, and telling the partners: the node and its spaces show it as their icon."""

from __future__ import annotations

from coffee_node.base.database import write
from coffee_node.base.logos import Logo
from coffee_node.federation import site_logo
from coffee_node.federation.actors import described_row, local_spaces, node_actor
from coffee_node.federation.objects import publish_actor
from coffee_node.node import current_node


def change_logo(logo: Logo | None) -> None:
    """Put a logo in the place of the one there is, or none, and announce the actors that show it."""
    with write():
        node = node_actor()
        site_logo.replace(logo, node)
        # What is announced now must not show the logo of a moment ago.
        current_node.site_settings.forget()
        node.document = publish_actor(node)
        for space in local_spaces():
            described = described_row(space)
            if described is not None and not described[1].icon:
                described[1].document = publish_actor(space)
