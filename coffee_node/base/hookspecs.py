"""The whole plugin contract on one page: what a plugin may add, what it is asked, what it is told."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from coffee_node.base.contracts import (
    ActorRef,
    Badge,
    Check,
    Indicator,
    IssuedPass,
    JobSource,
    Link,
    Match,
    NoticeKind,
    ObjectType,
    PassVerdict,
    Task,
)

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint
    from markupsafe import Markup
    from marshmallow import Schema

hookspec = pluggy.HookspecMarker("coffee_node")


# --- at start: an exception stops the node and names the plugin


@hookspec
def register_settings(register: Callable[[type[Schema]], None]) -> None:
    """Give the marshmallow schema of [plugin:<name>]."""


@hookspec
def register_object_types(register: Callable[[ObjectType], None]) -> None:
    """Give the federated types: wire form, table and services of each."""


@hookspec
def register_activity_handlers(register: Callable[..., None]) -> None:
    """Add who acts on an activity: register(type, handler, target=None, of=None, sends=None).

    `handler(activity, actor)` runs when one arrives; `sends(actor, activity)` publishes one for a client of
    ours and answers its id. `target` limits it to one actor of ours, `of` to answers to that type ("Join").
    """


@hookspec
def register_migrations(register: Callable[[Path], None]) -> None:
    """Give the folder that holds versions/."""


@hookspec
def register_blueprints(register: Callable[[Blueprint], None]) -> None:
    """Give the Flask blueprints with the pages."""


@hookspec
def register_commands(register: Callable[[Command], None]) -> None:
    """Give click commands for `coffee-node`."""


@hookspec
def register_translations(register: Callable[[Path], None]) -> None:
    """Give the folder of <lang>/LC_MESSAGES/*.po."""


@hookspec
def register_tasks(register: Callable[[Task], None]) -> None:
    """Task(name, every, run): the worker runs it, one at a time, and shows its last answer."""


@hookspec
def register_notices(register: Callable[[NoticeKind], None]) -> None:
    """NoticeKind(name, title, rhythm): what people can be told of; `federation.notices.tell` tells it."""


@hookspec
def register_job_sources(register: Callable[[JobSource], None]) -> None:
    """Give connectors to job boards."""


@hookspec
def register_indicators(register: Callable[[Indicator], None]) -> None:
    """Give the figures of reports, each with its definition."""


# --- questions, the first answer wins; None = no opinion; an exception means refused


@hookspec(firstresult=True)
def refuse_activity(activity: dict[str, Any], actor: ActorRef) -> str | None:
    """Give a reason to refuse an activity that arrived."""


@hookspec(firstresult=True)
def validate_pass(code: str, space: str, at: datetime) -> PassVerdict | None:
    """Judge the text of a QR code shown at the door of a space."""


@hookspec(firstresult=True)
def issue_pass(holder: ActorRef, spaces: Sequence[str], until: date) -> IssuedPass | None:
    """Make a pass for some spaces until a day."""


# --- questions everybody answers; a failing plugin is left out and reported


@hookspec
def score_matches(
    need: dict[str, Any], candidates: Sequence[dict[str, Any]], viewer: ActorRef | None
) -> Sequence[Match]:
    """Say how well candidates answer a need."""


@hookspec
def navigation_links(viewer: ActorRef | None) -> Sequence[Link]:
    """Give entries of the navigation; those below /me/ stand in the reader's own menu."""


@hookspec
def page_blocks(page: str, document: dict[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
    """Give blocks for the page of a document."""


@hookspec
def row_badges(
    kind: str, documents: Sequence[dict[str, Any]], viewer: ActorRef | None
) -> Mapping[str, Sequence[Badge]]:
    """Give marks by uri for the rows of a list, in one call per list."""


# --- news, after the commit, isolated


@hookspec
def activity_received(activity: dict[str, Any], actor: ActorRef) -> None:
    """An activity of somebody else has been handled."""


@hookspec
def activity_published(activity: dict[str, Any], actor: ActorRef) -> None:
    """An activity of ours is on its way."""


# --- duties of whoever keeps tables


@hookspec
def register_checks(register: Callable[[Check], None]) -> None:
    """Check(name, run): the doctor and the administration page show its sentence and what to do."""


@hookspec
def export_personal_data(actor: ActorRef) -> dict[str, Any]:
    """Give what is kept about somebody, for their ZIP."""


@hookspec
def erase_personal_data(actor: ActorRef) -> None:
    """Erase what is kept about somebody; an exception stops the erasure and is shown."""
