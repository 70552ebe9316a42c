"""Asking, voting and counting; the author's node counts, and tells the others once a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef, ObjectType
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.features.polls.schemas import MOST_OPTIONS, OPTION_LENGTH, VoteSchema, write_vote
from coffee_node.federation import objects, outbox
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

LIFE = timedelta(days=7)
POLLS_AT_ONCE = 200
WORKER_PATIENCE = 30.0


@dataclass(frozen=True)
class Sent:
    """The vote that was published."""

    uri: str


def poll_type() -> ObjectType:
    """The registered type of polls on this node."""
    found: ObjectType = current_node.registry.type_for_model(Poll)
    return found


def ask(actor: Actor, values: Mapping[str, Any], visibility: str = "public") -> Poll:
    """Publish a poll of a space; without an end it runs a week. Unprocessable names what is missing."""
    wanted = dict(values)
    wanted["end_time"] = wanted.get("end_time") or clock.utcnow().replace(microsecond=0) + LIFE
    wanted["options"] = _options(wanted.get("options") or [])
    _check(actor, wanted)
    with write():
        created: Poll = objects.create_object(poll_type(), actor, wanted, visibility)
    return created


def change(row: Poll, values: Mapping[str, Any], visibility: str | None = None) -> Poll:
    """Change the text or the end of a poll; its options stay, people have voted for them."""
    allowed = {
        name: value for name, value in values.items() if name in ("content", "content_map", "end_time")
    }
    with write():
        changed: Poll = objects.update_object(poll_type(), row, allowed, visibility)
    return changed


def withdraw(row: Poll) -> None:
    """Take a poll back everywhere it went."""
    with write():
        objects.delete_object(poll_type(), row)


def _options(given: Sequence[Any]) -> list[dict[str, Any]]:
    """The options by name, without repeats and with nothing counted yet."""
    names = [one["name"] if isinstance(one, Mapping) else str(one) for one in given]
    kept = dict.fromkeys(" ".join(name.split())[:OPTION_LENGTH] for name in names if name.strip())
    return [{"name": name, "count": 0} for name in kept]


def _check(actor: Actor, wanted: Mapping[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if actor.type == "Person":
        problems["actor"] = [_("A poll is asked by a place, not by a person.")]
    if not wanted.get("content"):
        problems["content"] = [_("Write the question.")]
    if not 2 <= len(wanted["options"]) <= MOST_OPTIONS:
        problems["options"] = [_("Give between 2 and 20 options.")]
    if wanted["end_time"] <= clock.utcnow():
        problems["endTime"] = [_("The end must be in the future.")]
    if problems:
        raise Unprocessable(_("The poll is not complete."), fields=problems)


def vote(actor: Actor, row: Poll, options: Sequence[str]) -> list[str]:
    """Vote in the name of an actor of ours; the ids of the votes. The author's node counts them."""
    known = [option["name"] for option in row.options]
    chosen = [name for name in dict.fromkeys(options) if name in known]
    if not chosen or (len(chosen) > 1 and not row.is_multiple):
        raise Unprocessable(_("Choose one of the options."), _("Vote again."))
    if not row.is_open:
        raise Unprocessable(_("The poll is over."), _("Look at the result."))
    if votes_of(actor.id, row.uri):
        raise Conflict(_("You have voted already."), _("Look at the result."))
    with write():
        return [_send_vote(actor, row, name) for name in chosen]


def _send_vote(actor: Actor, row: Poll, name: str) -> str:
    now = clock.rfc3339(clock.utcnow())
    document = write_vote(objects.object_uri(new_uuid()), actor.uri, row.uri, name, row.actor.uri, now)
    db.session.add(PollVote(poll_uri=row.uri, actor_id=actor.id, option=name))
    outbox.publish(actor, "Create", document, to=[row.actor.uri], visibility="private")
    return str(document["id"])


def vote_by_client(actor: Actor, values: Mapping[str, Any], visibility: str = "private") -> Sent:
    """A client of ours votes by creating the Note of a vote; only the author of the poll receives it."""
    row = db.session.scalar(select(Poll).where(Poll.uri == values.get("poll_uri"), Poll.deleted_at.is_(None)))
    if row is None:
        raise NotFound("No poll with this id is known here.", "Give the id of the poll as inReplyTo.")
    return Sent(vote(actor, row, [str(values.get("option") or "")])[0])


def votes_of(actor_id: int | None, poll_uri: str) -> list[str]:
    """The options an actor has chosen."""
    query = select(PollVote.option).where(PollVote.poll_uri == poll_uri, PollVote.actor_id == actor_id)
    return list(db.session.scalars(query.order_by(PollVote.id)))


def receive_vote(document: dict[str, Any], author: ActorRef) -> None:
    """Count a vote for a poll of ours: one per actor, or one per option where several may be chosen."""
    values = VoteSchema().parse(document)
    query = select(Poll).where(Poll.uri == values["poll_uri"], Poll.deleted_at.is_(None), Poll.origin == "")
    row = db.session.scalar(query.with_for_update(of=Poll).execution_options(populate_existing=True))
    actor = find_actor(author.uri)
    if row is None or actor is None:
        raise Ignored("it votes in no poll of ours")
    if not row.is_open:
        raise Ignored("the poll is over")
    if values["option"] not in [option["name"] for option in row.options]:
        raise Ignored("the poll has no such option")
    _count(row, actor, values["option"])


def _count(row: Poll, actor: Actor, name: str) -> None:
    mine = select(PollVote).where(PollVote.poll_uri == row.uri, PollVote.actor_id == actor.id)
    held = {vote.option: vote for vote in db.session.scalars(mine)}
    counted = [vote.option for vote in held.values() if vote.is_counted]
    if name in counted or (counted and not row.is_multiple):
        raise Ignored("this actor has voted already")
    kept = held.get(name) or PollVote(poll_uri=row.uri, actor_id=actor.id, option=name)
    kept.is_counted = True
    db.session.add(kept)
    db.session.flush()
    counts = dict(
        db.session.execute(
            select(PollVote.option, func.count())
            .where(PollVote.poll_uri == row.uri, PollVote.is_counted)
            .group_by(PollVote.option)
        ).all()
    )
    row.options = [{**option, "count": counts.get(option["name"], 0)} for option in row.options]
    row.votes_changed_at = clock.utcnow()


def tell_results() -> str:
    """Send one Update of each poll whose votes changed, and a last one when it is over."""
    now = clock.utcnow()
    is_over = Poll.closed_at.is_(None) & (Poll.end_time <= now)
    query = select(Poll.uri).where(Poll.origin == "", Poll.deleted_at.is_(None))
    uris = db.session.scalars(query.where(Poll.votes_changed_at.is_not(None) | is_over).limit(POLLS_AT_ONCE))
    told = list(uris)
    for uri in told:
        with write(patience=WORKER_PATIENCE):
            row = db.session.scalars(select(Poll).where(Poll.uri == uri).with_for_update(of=Poll)).one()
            row.votes_changed_at = None
            if row.end_time is not None and row.end_time <= now:
                row.closed_at = row.end_time
            objects.update_object(poll_type(), row, {})
    return f"{len(told)} polls told their results."
