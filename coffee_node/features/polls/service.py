"""Asking: the rules of polls, the results that travel once a minute, and what is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.features.polls.schemas import MOST_OPTIONS, OPTION_LENGTH, with_titles
from coffee_node.federation import objects
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

LIFE = timedelta(days=7)
VOTES_KEPT = timedelta(days=30)
STEP = 500
POLLS_AT_ONCE = 200
WORKER_PATIENCE = 30.0


def poll_type() -> ObjectType:
    """The registered type of polls on this node."""
    found: ObjectType = current_node.registry.type_for_model(Poll)
    return found


def ask(actor: Actor, values: Mapping[str, Any], visibility: str = "public") -> Poll:
    """Publish a poll of a space; without an end it runs a week. Unprocessable names what is missing."""
    wanted = with_titles(values)
    wanted["end_time"] = wanted.get("end_time") or clock.utcnow().replace(microsecond=0) + LIFE
    wanted["options"] = _options(wanted.get("options") or [])
    _check(actor, wanted)
    with write():
        created: Poll = objects.create_object(poll_type(), actor, wanted, visibility)
    return created


def change(row: Poll, values: Mapping[str, Any], visibility: str | None = None) -> Poll:
    """Change the text or the end of an open poll; its options stay, people have voted for them."""
    allowed = {
        name: value for name, value in values.items() if name in ("content", "content_map", "end_time")
    }
    if not row.is_open:
        raise Unprocessable(_("The poll is over."), _("Ask again with a new one."))
    now = {name: getattr(row, name) for name in ("content", "options", "end_time")}
    _check(row.actor, now | allowed)
    texts = {"content": row.content, "content_map": row.content_map} | allowed
    allowed |= {name: with_titles(texts)[name] for name in ("name", "name_map")}
    with write():
        changed: Poll = objects.update_object(poll_type(), row, allowed, visibility)
    return changed


def withdraw(row: Poll) -> None:
    """Take a poll back everywhere it went, and forget who voted what."""
    with write():
        db.session.execute(delete(PollVote).where(PollVote.poll_uri == row.uri))
        objects.delete_object(poll_type(), row)


def _options(given: Sequence[Any]) -> list[dict[str, Any]]:
    """The options by name, without repeats and with nothing counted yet."""
    names = [one["name"] if isinstance(one, Mapping) else str(one) for one in given]
    kept = dict.fromkeys(" ".join(name.split())[:OPTION_LENGTH] for name in names if name.strip())
    return [{"name": name, "count": 0} for name in kept]


def _check(actor: Actor, wanted: Mapping[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if actor.kind != "space":
        problems["actor"] = [_("A poll is asked by a place, not by a person.")]
    if not wanted.get("content"):
        problems["content"] = [_("Write the question.")]
    if not 2 <= len(wanted["options"]) <= MOST_OPTIONS:
        problems["options"] = [_("Give between 2 and 20 options.")]
    if wanted["end_time"] is None or wanted["end_time"] <= clock.utcnow():
        problems["endTime"] = [_("The end must be in the future.")]
    if problems:
        raise Unprocessable(_("The poll is not complete."), fields=problems)


def tell_results() -> str:
    """Send one Update of each poll whose votes changed, and a last one when it is over."""
    now = clock.utcnow()
    is_over = Poll.closed_at.is_(None) & (Poll.end_time <= now)
    query = select(Poll.uri).where(Poll.origin == "", Poll.deleted_at.is_(None))
    uris = db.session.scalars(query.where(Poll.votes_changed_at.is_not(None) | is_over).limit(POLLS_AT_ONCE))
    told = list(uris)
    for uri in told:
        with write(patience=WORKER_PATIENCE):
            locked = select(Poll).where(Poll.uri == uri).with_for_update(of=Poll)
            row = db.session.scalars(locked.execution_options(populate_existing=True)).one()
            row.votes_changed_at = None
            if row.end_time is not None and row.end_time <= now:
                row.closed_at = row.end_time
            objects.update_object(poll_type(), row, {})
    return f"{len(told)} polls told their results."


def forget_votes() -> str:
    """Forget who voted what a month after a poll is over, and at once where it is gone; the counts stay."""
    past = clock.utcnow() - VOTES_KEPT
    kept = select(Poll.uri).where(Poll.deleted_at.is_(None), Poll.end_time.is_(None) | (Poll.end_time > past))
    forgotten = 0
    while True:
        with write(patience=WORKER_PATIENCE):
            old = select(PollVote.id).where(PollVote.poll_uri.not_in(kept)).limit(STEP)
            found = list(db.session.scalars(old))
            db.session.execute(delete(PollVote).where(PollVote.id.in_(found)))
        forgotten += len(found)
        if len(found) < STEP:
            return f"{forgotten} votes were forgotten."
