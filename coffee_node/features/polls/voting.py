"""Voting: our members in any poll, and anybody who may in a poll of ours; the author's node counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.features.polls.schemas import VoteSchema, name_on_the_wire, write_vote
from coffee_node.federation import audience, objects, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor


@dataclass(frozen=True)
class Sent:
    """The vote that was published."""

    uri: str


def vote(actor: Actor, row: Poll, options: Sequence[str]) -> list[str]:
    """Vote in the name of an actor of ours; the ids of the votes. The author's node counts them."""
    known = [option["name"] for option in row.options]
    chosen = [name for name in dict.fromkeys(options) if name in known]
    if not chosen or (len(chosen) > 1 and not row.is_multiple):
        raise Unprocessable(_("Choose one of the options."), _("Vote again."))
    if not row.is_open:
        raise Unprocessable(_("The poll is over."), _("Look at the result."))
    if not is_asked(row, actor):
        raise Unprocessable(_("You are not asked in this poll."), _("It is for other people."))
    with write():
        _locked(row.uri)
        held = votes_of(actor.id, row.uri)
        if (held and not row.is_multiple) or set(held) & set(chosen):
            raise Conflict(_("You have voted already."), _("Look at the result."))
        return [_send_vote(actor, row, name) for name in chosen]


def is_asked(row: Poll, voter: Actor | None) -> bool:
    """Whether somebody may vote: whoever may read the poll, but not who asks."""
    if voter is None or voter.id == row.actor_id:
        return False
    if not voter.is_local:
        is_partner = row.visibility == "network" and voter.host in audience.partner_hosts()
        return row.visibility == "public" or is_partner
    account = db.session.scalar(select(Account).where(Account.actor_id == voter.id))
    if account is None:
        return False
    readable = select(Poll.id).where(Poll.id == row.id, audience.readable(Poll, account))
    return db.session.scalar(readable) is not None


def _locked(uri: str) -> Poll | None:
    """The poll as it is now; nobody else votes in it until the transaction ends."""
    query = select(Poll).where(Poll.uri == uri, Poll.deleted_at.is_(None))
    return db.session.scalar(query.with_for_update(of=Poll).execution_options(populate_existing=True))


def _send_vote(actor: Actor, row: Poll, name: str) -> str:
    now = clock.rfc3339(clock.utcnow())
    option = name if row.is_local else name_on_the_wire(row.document, name)
    document = write_vote(objects.object_uri(new_uuid()), actor.uri, row.uri, option, row.actor.uri, now)
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
    row = _locked(values["poll_uri"])
    actor = find_actor(author.uri)
    if row is None or not row.is_local or actor is None:
        raise Ignored("it votes in no poll of ours")
    if not row.is_open:
        raise Ignored("the poll is over")
    if values["option"] not in [option["name"] for option in row.options]:
        raise Ignored("the poll has no such option")
    if not is_asked(row, actor):
        raise Ignored("this actor is not asked")
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
    votes = select(PollVote.option, func.count()).where(PollVote.poll_uri == row.uri, PollVote.is_counted)
    counts = {option: number for option, number in db.session.execute(votes.group_by(PollVote.option))}
    row.options = [{**option, "count": counts.get(option["name"], 0)} for option in row.options]
    row.votes_changed_at = clock.utcnow()
