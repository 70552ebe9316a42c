"""Who is there: persons with what they offer and seek, seen by whom they choose, and companies."""

from __future__ import annotations

from functools import partial
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, ObjectType
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import companies, linked_data, pages, service, terms, views
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import CompanySchema, ProfileSchema, accepts_company, shown_fields


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Persons, and organisations that are no coworking space."""
    register(
        ObjectType(
            name="Person",
            schema=ProfileSchema(service.speak),
            model=Profile,
            update=service.update,
            delete=service.withdraw_profile,
            page=pages.person_page,
            list_path="/people",
            describe=linked_data.describe_person,
            searched=partial(shown_fields, audience="public"),
            derive=terms.derive,
            is_actor=True,
        )
    )
    register(
        ObjectType(
            name="Organization",
            schema=CompanySchema(service.speak),
            model=Company,
            accepts=accepts_company,
            update=companies.update_company,
            page=pages.company_page,
            list_path="/companies",
            describe=linked_data.describe_company,
            is_actor=True,
        )
    )


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The directories and the page on which people say who they are."""
    register(views.blueprint)


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The directory of people."""
    return [
        Link(label=_("People"), url="/people", order=30),
        Link(label=_("Companies"), url="/companies", order=35),
    ]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """The people of a space, on its page."""
    return pages.blocks(page, document)


@hookimpl
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """The profile with the level of each field."""
    return service.personal_data(actor.uri)


@hookimpl
def erase_personal_data(actor: ActorRef) -> None:
    """The profile and what was chosen for its fields."""
    service.erase(actor.uri)
