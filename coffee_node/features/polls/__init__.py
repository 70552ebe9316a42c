"""Questions a space asks its network: options, votes from every node, and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef, Link, ObjectType, Task
from coffee_node.base.i18n import gettext as _
from coffee_node.features.polls import service, views, voting
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.features.polls.schemas import QuestionSchema, VoteSchema, accepts_vote


@hookimpl
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Questions, and the Notes that vote: these are counted instead of being kept."""
    register(
        ObjectType(
            name="Question",
            schema=QuestionSchema(),
            model=Poll,
            create=service.ask,
            update=service.change,
            delete=service.withdraw,
            page=views.poll_page,
            list_path="/polls",
        )
    )
    register(
        ObjectType(
            name="Note",
            schema=VoteSchema(),
            model=PollVote,
            accepts=accepts_vote,
            create=voting.vote_by_client,
            receive=voting.receive_vote,
        )
    )


@hookimpl
def register_tasks(register: Callable[[Task], None]) -> None:
    """Results travel once a minute, not once per vote; who voted what is forgotten after a month."""
    register(Task("results of polls", timedelta(minutes=1), service.tell_results))
    register(Task("forget votes", timedelta(days=1), service.forget_votes))


@hookimpl
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """The list of polls, its form and the vote."""
    register(views.blueprint)


@hookimpl
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """The list of polls."""
    return [Link(label=_("Polls"), url="/polls", order=60)]


@hookimpl
def page_blocks(page: str, document: Mapping[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """What an actor asks, on its page."""
    return views.blocks(page, document)
