"""Who is there: persons with what they offer and seek, seen by whom they choose, and companies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.activitypub.vocabulary import short_type
from coffee_node.base.contracts import ActorRef, Link, NoticeKind, ObjectType, Task
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import (
    companies,
    company_views,
    linked_data,
    pages,
    profile_views,
    relay,
    relay_arrivals,
    relay_schemas,
    relay_views,
    service,
    terms,
    views,
)
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.relay_models import Message
from coffee_node.features.profiles.schemas import CompanySchema, ProfileSchema, accepts_company, shown_fields


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Persons, organisations that are no coworking space, and messages to a person."""
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
    register(
        ObjectType(
            name="Note",
            schema=relay_schemas.MessageSchema(),
            model=Message,
            accepts=relay_schemas.accepts_message,
            create=relay_arrivals.send_nothing,
            receive=relay_arrivals.receive_message,
        )
    )


@hookimpl
def register_activity_handlers(register: Callable[..., None]) -> None:
    """That a message was not taken at the other side."""
    register("Reject", relay_arrivals.receive_refusal, of="Create")


@hookimpl
def activity_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """A message that its author has deleted goes here, too."""
    if short_type(activity.get("type")) == "Delete":
        relay_arrivals.forget_deleted(activity, actor)


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The directories and the page on which people say who they are."""
    register(views.blueprint)
    register(profile_views.profile_pages)
    register(company_views.company_pages)
    register(relay_views.relay_pages)


@hookimpl
def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """Messages of other people, and what companies and their people confirm to each other."""
    register(NoticeKind("message", lazy_("Somebody writes to you"), "now", order=20))
    register(NoticeKind("colleague", lazy_("Who works where is asked or confirmed"), "daily", order=70))


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """The directory of profiles that were there before it had terms."""
    register(Task("directory", timedelta(days=1), terms.fill_in, terms.is_incomplete))


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The directory of people."""
    return [
        Link(label=_("People"), url="/people", order=30),
        Link(label=_("Companies"), url="/companies", order=35),
        Link(label=_("My messages"), url="/me/messages", order=36),
    ]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """The people of a space, on its page."""
    return pages.blocks(page, document)


@hookimpl
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """The profile with the level of each field, where the person works, and the messages."""
    return (
        service.personal_data(actor.uri) | relay.personal_data(actor.uri) | companies.personal_data(actor.uri)
    )


@hookimpl
def erase_personal_data(actor: ActorRef) -> None:
    """The profile and what was chosen for its fields, where the person works, and the messages."""
    relay.erase(actor.uri)
    companies.erase(actor.uri)
    service.erase(actor.uri)
