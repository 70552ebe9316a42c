"""What is offered and needed: skills, missions, jobs, internships, desks and markets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, NoticeKind, ObjectType, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import (
    answer_handlers,
    answer_notices,
    answer_views,
    guest_views,
    linked_data,
    pages,
    personal,
    service,
    validity,
    validity_views,
    views,
)
from coffee_node.features.proposals.agreement_schemas import ConfirmationSchema, accepts_confirmation
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.schemas import ProposalSchema, accepts_proposal


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """A Note with a purpose, so that every reader of the fediverse shows it; `Proposal` is read as well."""
    register(
        ObjectType(
            name="Note",
            schema=ProposalSchema(service.speak),
            model=Proposal,
            accepts=accepts_proposal,
            aliases=("Proposal",),
            create=service.offer,
            update=service.change,
            delete=service.withdraw,
            page=pages.proposal_page,
            list_path="/offers",
            describe=linked_data.describe,
        )
    )
    register(
        ObjectType(
            name="Document",
            schema=ConfirmationSchema(),
            model=Agreement,
            accepts=accepts_confirmation,
            create=answer_handlers.send_confirmation,
            receive=answer_handlers.receive_confirmation,
            serve=answer_handlers.serve_agreement,
        )
    )


@hookimpl
def register_activity_handlers(register: Callable[..., None]) -> None:
    """Answers to offers and needs."""
    answer_handlers.register_handlers(register)


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The lists of offers, needs and jobs, and their forms."""
    register(views.blueprint)
    register(answer_views.blueprint)
    register(guest_views.blueprint)
    register(validity_views.blueprint)


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """Authors are asked before the end; what has ended is announced as no longer to be had."""
    register(validity.validity_task())
    register(Task(name="expire proposals", every=timedelta(days=1), run=service.expire_proposals))


@hookimpl
def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """Answers to one's own, what became of one's answers, and what is about to end."""
    register(answer_notices.ANSWERED)
    register(answer_notices.DECIDED)
    register(validity.ENDING)


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """Offers and needs, jobs among them, and what the reader has answered to."""
    return [
        Link(label=_("Offers"), url="/offers", order=20),
        Link(label=_("Jobs"), url="/jobs", order=25),
        Link(label=_("My answers"), url="/me/answers", order=220),
    ]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """Two cards of the home page, and what an actor offers and seeks on its page."""
    return pages.blocks(page, document)


@hookimpl
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """What somebody answered to, what others answered to theirs, and their saved searches."""
    return personal.export(actor)


@hookimpl
def erase_personal_data(actor: ActorRef) -> None:
    """Forget the answers of somebody and those to theirs, and their saved searches."""
    personal.erase(actor)
