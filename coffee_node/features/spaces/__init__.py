"""Where one can work: coworking spaces with their address, hours, services and prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, ObjectType
from coffee_node.base.i18n import gettext as _
from coffee_node.features.spaces import linked_data, service
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.pages import space_page
from coffee_node.features.spaces.schemas import SpaceSchema, accepts_space
from coffee_node.features.spaces.views import blueprint


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Organisations that are coworking spaces."""
    register(
        ObjectType(
            name="Organization",
            schema=SpaceSchema(service.speak),
            model=Space,
            accepts=accepts_space,
            update=service.update,
            page=space_page,
            list_path="/spaces",
            describe=linked_data.describe,
            is_actor=True,
        )
    )


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The list of spaces and the form in which a space describes itself."""
    register(blueprint)


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The list of spaces."""
    return [Link(label=_("Places"), url="/spaces", order=40)]
